//! The prompt's markup, and its keys claimed while their events are being dispatched.

use std::cell::Cell;
use std::rc::Rc;

use web_sys::{HtmlInputElement, HtmlTextAreaElement, InputEvent, KeyboardEvent};
use yew::html::Scope;
use yew::prelude::*;

use super::keys::{self, Action, Key, Situation};
use super::line;
use super::prompt::{Flags, Msg, Prompt};
use crate::app::{self as page, App, browser};
use crate::cli::complete::Candidate;

type Link = Scope<App>;

impl Prompt {
    /// The prompt's markup.
    pub fn view(&self, link: &Link) -> Html {
        let flags = Rc::clone(&self.situation);
        let onkeydown =
            link.batch_callback(move |event: KeyboardEvent| key_pressed(&event, &flags).map(page::Msg::Prompt));
        let several = self.text.contains('\n');
        html! {
            <div class="prompt">
                { self.view_menu(link) }
                { self.view_seek(link) }
                <div class="prompt-line">
                    <span class="prompt-mark" aria-hidden="true">{ "$" }</span>
                    <div class="prompt-field">
                        <div class="prompt-mirror" aria-hidden="true">
                            <span>{ self.text.clone() }</span><span class="ghost">{ self.ghost.clone() }</span>{ "\u{200b}" }
                        </div>
                        <textarea
                            ref={self.input.clone()}
                            id="prompt"
                            rows="1"
                            value={self.text.clone()}
                            placeholder={if several { "" } else { "Type or paste az commands" }}
                            aria-label="Command line"
                            aria-describedby="prompt-keys"
                            aria-autocomplete="list"
                            aria-haspopup="listbox"
                            aria-controls={self.menu.as_ref().map(|_| "candidates")}
                            aria-activedescendant={self.menu.as_ref().and_then(|menu| menu.chosen).map(|_| "candidate-chosen")}
                            autocomplete="off"
                            autocapitalize="off"
                            autocorrect="off"
                            spellcheck="false"
                            enterkeyhint="send"
                            {onkeydown}
                            oninput={link.callback(|event| page::Msg::Prompt(Msg::Typed(event)))}
                            onclick={link.callback(|_| page::Msg::Prompt(Msg::Moved))}
                        />
                    </div>
                    <button class="run" disabled={self.text.trim().is_empty()} onclick={link.callback(|_| page::Msg::Prompt(Msg::Do(Action::Run)))}>
                        { "Run" }
                    </button>
                </div>
                <p id="prompt-keys" class="unseen">
                    { "Enter runs, Shift+Enter starts a new line, Tab completes, Up and Down recall, Control+R searches the history. Escape, then Tab, leaves the prompt." }
                </p>
            </div>
        }
    }

    fn view_menu(&self, link: &Link) -> Html {
        let Some(menu) = &self.menu else { return Html::default() };
        let candidate = |(place, candidate): (usize, &Candidate)| {
            let chosen = menu.chosen == Some(place);
            html! {
                <li
                    key={place}
                    id={chosen.then_some("candidate-chosen")}
                    role="option"
                    aria-selected={if chosen { "true" } else { "false" }}
                    onmousedown={link.callback(move |event: MouseEvent| {
                        event.prevent_default();
                        page::Msg::Prompt(Msg::Take(place))
                    })}
                >
                    <code>{ &candidate.text }</code>
                    <span>{ &candidate.description }</span>
                </li>
            }
        };
        html! {
            <ul id="candidates" class="menu" role="listbox" aria-label="Completions">
                { for menu.candidates.iter().enumerate().map(candidate) }
            </ul>
        }
    }

    fn view_seek(&self, link: &Link) -> Html {
        let Some(seek) = &self.seek else { return Html::default() };
        let onkeydown = link.batch_callback(|event: KeyboardEvent| {
            let msg = match event.key().as_str() {
                "Enter" => Msg::SeekEnd(true),
                "Escape" => Msg::SeekEnd(false),
                "c" | "g" if event.ctrl_key() => Msg::SeekEnd(false),
                "r" if event.ctrl_key() => Msg::SeekOn,
                "ArrowUp" => Msg::SeekOn,
                _ => return None,
            };
            event.prevent_default();
            Some(page::Msg::Prompt(msg))
        });
        let oninput = link.batch_callback(|event: InputEvent| {
            event.target_dyn_into::<HtmlInputElement>().map(|input| page::Msg::Prompt(Msg::Sought(input.value())))
        });
        let found = match (self.found(), seek.query.is_empty()) {
            (Some(found), _) => html! { <code>{ found.to_owned() }</code> },
            (None, true) => html! { <span class="mute">{ "type part of an earlier command" }</span> },
            (None, false) => html! { <span class="mute">{ "nothing like that so far" }</span> },
        };
        html! {
            <div class="seek">
                <label>
                    <span>{ "Search history" }</span>
                    <input ref={self.seek_input.clone()} type="text" value={seek.query.clone()} autocomplete="off" spellcheck="false" {onkeydown} {oninput} />
                </label>
                <div class="seek-found" role="status">{ found }</div>
                <span class="mute seek-keys">{ "Enter takes it · Ctrl-R older · Esc leaves" }</span>
            </div>
        }
    }
}

/// Claims a key while its event is being dispatched.
fn key_pressed(event: &KeyboardEvent, flags: &Rc<Cell<Flags>>) -> Option<Msg> {
    let input = event.target_dyn_into::<HtmlTextAreaElement>()?;
    if event.is_composing() {
        return None;
    }
    let text = input.value();
    let position =
        |offset: Option<u32>| line::byte_offset(&text, offset.and_then(|at| usize::try_from(at).ok()).unwrap_or(0));
    let start = position(input.selection_start().ok().flatten());
    let end = position(input.selection_end().ok().flatten());
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let mut now = flags.get();
    let situation = Situation {
        empty: text.trim().is_empty(),
        continued: line::is_continued(&text),
        first_line: !before.contains('\n'),
        last_line: !after.contains('\n'),
        at_end: start == end && end == text.len(),
        selection: start != end || page_selection(),
        menu: now.menu,
        chosen: now.chosen,
        ghost: now.ghost,
        leaving: now.leaving,
    };
    let name = event.key();
    let key = Key {
        name: &name,
        ctrl: event.ctrl_key(),
        shift: event.shift_key(),
        other: event.alt_key() || event.meta_key(),
    };
    let action = keys::action(key, situation);
    now.newline_wanted = name == "Enter" && action.is_none();
    flags.set(now);
    match action {
        Some(action) => {
            event.prevent_default();
            Some(Msg::Do(action))
        }
        // Shift alone is on the way to Shift+Tab.
        None if matches!(name.as_str(), "Shift" | "Tab") => None,
        None => Some(Msg::OtherKey),
    }
}

/// Whether text of the page is selected, which Ctrl-C then copies.
fn page_selection() -> bool {
    browser::window()
        .and_then(|window| window.get_selection().ok().flatten())
        .is_some_and(|selection| !selection.is_collapsed())
}
