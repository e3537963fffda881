//! One command of the transcript and what it said, as text nodes only.

use std::rc::Rc;

use yew::prelude::*;

use crate::cli::outcome::Block;
use crate::session::{Entry, EntryState};

/// See [`EntryItem`].
#[derive(Clone, Debug, Properties, PartialEq)]
pub struct Props {
    /// The command.
    pub entry: Rc<Entry>,
    /// Stop waiting.
    pub on_interrupt: Callback<()>,
    /// Let time pass until it ends.
    pub on_skip: Callback<()>,
}

/// One command, its blocks, and what can be done while it runs.
#[component]
pub fn EntryItem(props: &Props) -> Html {
    let entry = &props.entry;
    let failed = entry.exit_code.is_some_and(|code| code != 0);
    let state = match entry.state {
        EntryState::Queued => "queued",
        EntryState::Running => "running",
        EntryState::Done if failed => "failed",
        EntryState::Done => "done",
    };
    let blocks = entry.blocks.iter().map(|block| match block {
        Block::Output(rendered) => html! { <Output text={rendered.text().to_owned()} /> },
        Block::Warning(message) => pre("warning", &format!("WARNING: {message}")),
        Block::Error(error) => pre("error", &error.stderr()),
        Block::Note(message) => pre("hint", message),
    });
    html! {
        <div class={classes!("entry", state)} data-exit-code={entry.exit_code.map(|code| code.to_string())} data-state={state}>
            <div class="entry-line"><span class="prompt-mark" aria-hidden="true">{ "$ " }</span><code>{ entry.line.to_string() }</code>
                if entry.state == EntryState::Queued { <span class="tag">{ "queued" }</span> }
            </div>
            { for blocks }
            if entry.state == EntryState::Running {
                <div class="waiting">
                    <span class="spinner" aria-hidden="true"></span><span>{ "Running .." }</span>
                    <button class="small" onclick={props.on_interrupt.reform(|_| ())} title="Stop waiting; the operation goes on">
                        <kbd>{ "Ctrl-C" }</kbd>{ " stop waiting" }
                    </button>
                    <button class="small" onclick={props.on_skip.reform(|_| ())} title="Let simulated time pass until this command ends">
                        { "Skip ahead" }
                    </button>
                </div>
            }
        </div>
    }
}

fn pre(class: &'static str, text: &str) -> Html {
    html! { <pre {class}>{ text.trim_end_matches('\n') }</pre> }
}

/// Longer outputs are shown in part until asked for.
const LINES_SHOWN: usize = 16;

#[derive(Clone, Debug, Properties, PartialEq)]
struct OutputProps {
    text: AttrValue,
}

/// Standard output: all of it in the document, the first lines of it in sight.
#[component]
fn Output(props: &OutputProps) -> Html {
    let whole = use_state(|| false);
    let text = props.text.trim_end_matches('\n').to_owned();
    let lines = text.lines().count();
    // Two lines more cost less room than the button.
    let long = lines > LINES_SHOWN + 2;
    let toggle = {
        let whole = whole.clone();
        Callback::from(move |_: MouseEvent| whole.set(!*whole))
    };
    html! {
        <>
            <pre class={classes!("output", (long && !*whole).then_some("short"))}>{ text }</pre>
            if long {
                <button class="small fold" aria-expanded={if *whole { "true" } else { "false" }} onclick={toggle}>
                    if *whole { { "Show less" } } else { { format!("Show all {lines} lines") } }
                </button>
            }
        </>
    }
}
