//! One command of the transcript and its output, as text nodes only.

use yew::html::Scope;
use yew::prelude::*;

use super::prompt::Effect;
use crate::view::button::{ButtonProps, button};
use crate::{App, Msg};
use scale_down_cli::ground::example::Example;
use scale_down_cli::ground::outcome::Block;
use scale_down_session::{Entry, EntryState};

/// Renders one command, its blocks, and what can be done while it runs.
pub fn view(entry: &Entry, link: &Scope<App>) -> Html {
    let failed = entry.exit_code.is_some_and(|code| code != 0);
    let state = match entry.state {
        EntryState::Queued => "queued",
        EntryState::Running => "running",
        EntryState::Asking => "asking",
        EntryState::Done if failed => "failed",
        EntryState::Done => "done",
    };
    let blocks = entry.blocks.iter().map(|block| match block {
        Block::Output(rendered) => output(rendered.text()),
        // As on a terminal: colour in place of the prefix, which is there for those who do not see it.
        Block::Warning(message) => said("warning", "Warning: ", message),
        Block::Error(error) => said("error", if error.bare { "" } else { "Error: " }, &error.text()),
        Block::Remark(remark) => pre("remark", remark),
        Block::Note(message) => pre("hint", message),
        Block::Question(asked) => pre("question", asked),
        Block::Examples(examples) => examples_view(examples, link),
    });
    let small = |msg: Msg, words: &'static str, title: &'static str| {
        button(link, msg, ButtonProps { class: "small", words, title: title.into(), ..ButtonProps::default() })
    };
    html! {
        <div key={entry.id} class={format!("entry {state}")} data-exit-code={entry.exit_code.map(|code| code.to_string())} data-state={state}>
            <div class="entry-line"><span class="prompt-mark" aria-hidden="true">{ "$ " }</span><code>{ entry.line.to_string() }</code>
                if entry.state == EntryState::Queued { <span class="tag">{ "queued" }</span> }
            </div>
            { for blocks }
            if entry.state == EntryState::Asking {
                <div class="waiting">
                    { small(Msg::Prompt(Some(Effect::Run("y".to_owned()))), "Yes", "Answer y") }
                    { small(Msg::Prompt(Some(Effect::Run("n".to_owned()))), "No", "Answer n") }
                    <span class="ctrl-c">{ "or type y or n" }</span>
                </div>
            }
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

fn said(class: &'static str, prefix: &'static str, text: &str) -> Html {
    html! { <pre {class}><span class="unseen">{ prefix }</span>{ text.trim_end_matches('\n').to_owned() }</pre> }
}

/// The examples of a help: each is a button that runs it.
fn examples_view(examples: &'static [Example], link: &Scope<App>) -> Html {
    let one = |example: &'static Example| {
        let run = Msg::Prompt(Some(Effect::Run(example.command.to_owned())));
        let props = ButtonProps {
            class: "example",
            words: example.command,
            title: "Run this example".into(),
            ..ButtonProps::default()
        };
        html! { <li><p>{ example.caption }</p>{ button(link, run, props) }</li> }
    };
    html! {
        if !examples.is_empty() {
            <section class="examples" aria-label="Examples"><ol>{ for examples.iter().map(one) }</ol></section>
        }
    }
}

fn pre(class: &'static str, text: &str) -> Html {
    html! { <pre {class}>{ text.trim_end_matches('\n').to_owned() }</pre> }
}

/// Lines shown of a longer output until it is unfolded.
const LINES_SHOWN: usize = 16;

/// Returns the class of an output: columns keep their lines, which then scroll; sentences and JSON wrap.
fn class_of(text: &str) -> &'static str {
    if text.lines().any(|line| line.trim().contains("  ")) { "output" } else { "text" }
}

/// Standard output: all of it in the document, the first lines of it in sight. A check box
/// unfolds it, so that nothing of the page has to remember which are open.
fn output(text: &str) -> Html {
    let text = text.trim_end_matches('\n');
    let lines = text.lines().count();
    // Two lines more cost less room than the button.
    if lines <= LINES_SHOWN + 2 {
        return pre(class_of(text), text);
    }
    html! {
        <div class="folded">
            { pre(class_of(text), text) }
            <label class="fold"><input type="checkbox" />{ format!("Show all {lines} lines") }</label>
        </div>
    }
}
