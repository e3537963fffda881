//! One command of the transcript and what it said, as text nodes only.

use yew::html::Scope;
use yew::prelude::*;

use crate::app::view::button::{Face, button};
use crate::app::{App, Msg};
use crate::cli::outcome::Block;
use crate::session::{Entry, EntryState};

/// One command, its blocks, and what can be done while it runs.
pub fn view(entry: &Entry, link: &Scope<App>) -> Html {
    let failed = entry.exit_code.is_some_and(|code| code != 0);
    let state = match entry.state {
        EntryState::Queued => "queued",
        EntryState::Running => "running",
        EntryState::Done if failed => "failed",
        EntryState::Done => "done",
    };
    let blocks = entry.blocks.iter().map(|block| match block {
        Block::Output(rendered) => output(rendered.text()),
        Block::Warning(message) => pre("warning", &format!("WARNING: {message}")),
        Block::Error(error) => pre("error", &error.stderr()),
        Block::Note(message) => pre("hint", message),
    });
    let small = |msg: Msg, words: &'static str, title: &'static str| {
        button(link, msg, Face { class: "small", words, title: title.into(), ..Face::default() })
    };
    html! {
        <div key={entry.id} class={format!("entry {state}")} data-exit-code={entry.exit_code.map(|code| code.to_string())} data-state={state}>
            <div class="entry-line"><span class="prompt-mark" aria-hidden="true">{ "$ " }</span><code>{ entry.line.to_string() }</code>
                if entry.state == EntryState::Queued { <span class="tag">{ "queued" }</span> }
            </div>
            { for blocks }
            if entry.state == EntryState::Running {
                <div class="waiting">
                    <span class="spinner" aria-hidden="true"></span><span>{ "Running .." }</span>
                    { small(Msg::Interrupt, "Stop waiting", "Stop waiting (Ctrl-C); the operation goes on") }
                    { small(Msg::SkipAhead, "Skip ahead", "Let simulated time pass until this command ends") }
                    <span class="ctrl-c"><kbd>{ "Ctrl-C" }</kbd>{ " stops waiting" }</span>
                </div>
            }
        </div>
    }
}

fn pre(class: &'static str, text: &str) -> Html {
    html! { <pre {class}>{ text.trim_end_matches('\n').to_owned() }</pre> }
}

/// Longer outputs are shown in part until asked for.
const LINES_SHOWN: usize = 16;

/// Standard output: all of it in the document, the first lines of it in sight. A check box
/// unfolds it, so that nothing of the page has to remember which are open.
fn output(text: &str) -> Html {
    let text = text.trim_end_matches('\n');
    let lines = text.lines().count();
    // Two lines more cost less room than the button.
    if lines <= LINES_SHOWN + 2 {
        return pre("output", text);
    }
    html! {
        <div class="folded">
            { pre("output", text) }
            <label class="fold"><input type="checkbox" />{ format!("Show all {lines} lines") }</label>
        </div>
    }
}
