//! The prompt's markup, and its keys claimed while their events are being dispatched.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::{HtmlInputElement, HtmlTextAreaElement, InputEvent, KeyboardEvent};
use yew::html::Scope;
use yew::prelude::*;

use super::keys::{self, Action, Key, PromptState};
use super::line;
use super::prompt::{Msg, Prompt};
use crate::{self as page, App, browser};
use scale_down_cli::ground::candidate::Candidate;
use scale_down_cli::shell;
use scale_down_session::SharedSimulation;

/// The state that an event handler needs for the prompt to take a message at once.
#[derive(Clone)]
pub struct Handle {
    /// The prompt.
    pub prompt: Rc<RefCell<Prompt>>,
    /// The session, which knows the names to complete.
    pub session: SharedSimulation,
    /// The page, which is told of the effect.
    pub link: Scope<App>,
}

impl Handle {
    fn take(&self, msg: Msg) {
        let effect = {
            let session = self.session.borrow();
            self.prompt.borrow_mut().update(msg, &|line, caret| session.complete(line, caret))
        };
        self.link.send_message(page::Msg::Prompt(effect));
    }

    /// Returns a callback that maps an event to a message, if it means one, and has the prompt take it.
    fn on<E: 'static>(&self, meaning: impl Fn(&mut Prompt, E) -> Option<Msg> + 'static) -> Callback<E> {
        let handle = self.clone();
        Callback::from(move |event| {
            let msg = meaning(&mut handle.prompt.borrow_mut(), event);
            if let Some(msg) = msg {
                handle.take(msg);
            }
        })
    }
}

impl Prompt {
    /// Renders the prompt's markup.
    pub fn view(&self, handle: &Handle) -> Html {
        let onkeydown = handle.on(|prompt, event: KeyboardEvent| prompt.key_pressed(&event));
        let several = self.text.contains('\n');
        html! {
            <div class="prompt">
                { self.view_menu(handle) }
                { self.view_seek(handle) }
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
                            oninput={handle.on(|_, event| Some(Msg::Typed(event)))}
                            onclick={handle.on(|_, _: MouseEvent| Some(Msg::Moved))}
                        />
                    </div>
                    <button class="run" disabled={self.text.trim().is_empty()} onclick={handle.on(|_, _: MouseEvent| Some(Msg::Do(Action::Run)))}>
                        { "Run" }
                    </button>
                </div>
                <p id="prompt-keys" class="unseen">
                    { "Enter runs, Shift+Enter starts a new line, Tab completes, Up and Down recall, Control+R searches the history, Alt+. inserts the last word of the line before. Escape, then Tab, leaves the prompt." }
                </p>
            </div>
        }
    }

    fn view_menu(&self, handle: &Handle) -> Html {
        let Some(menu) = &self.menu else { return Html::default() };
        let candidate = |(place, candidate): (usize, &Candidate)| {
            let chosen = menu.chosen == Some(place);
            html! {
                <li
                    key={place}
                    id={chosen.then_some("candidate-chosen")}
                    role="option"
                    aria-selected={if chosen { "true" } else { "false" }}
                    onmousedown={handle.on(move |_, event: MouseEvent| {
                        event.prevent_default();
                        Some(Msg::Take(place))
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

    fn view_seek(&self, handle: &Handle) -> Html {
        let Some(seek) = &self.seek else { return Html::default() };
        let onkeydown = handle.on(|_, event: KeyboardEvent| {
            let msg = match event.key().as_str() {
                "Enter" => Msg::SeekEnd(true),
                "Escape" => Msg::SeekEnd(false),
                "c" | "g" if event.ctrl_key() => Msg::SeekEnd(false),
                "r" if event.ctrl_key() => Msg::SeekOn,
                "ArrowUp" => Msg::SeekOn,
                _ => return None,
            };
            event.prevent_default();
            Some(msg)
        });
        let oninput = handle.on(|_, event: InputEvent| {
            event.target_dyn_into::<HtmlInputElement>().map(|input| Msg::Sought(input.value()))
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

impl Prompt {
    /// Maps a key to a message, and keeps the browser from handling it while its event is being dispatched.
    fn key_pressed(&mut self, event: &KeyboardEvent) -> Option<Msg> {
        let input = event.target_dyn_into::<HtmlTextAreaElement>()?;
        if event.is_composing() {
            return None;
        }
        let name = event.key();
        let key = Key {
            name: &name,
            ctrl: event.ctrl_key(),
            shift: event.shift_key(),
            alt: event.alt_key(),
            other: event.meta_key(),
        };
        let action = keys::action(key, self.prompt_state(&input));
        self.newline_wanted = name == "Enter" && action.is_none();
        match action {
            Some(action) => {
                event.prevent_default();
                Some(Msg::Do(action))
            }
            // Shift alone is on the way to Shift+Tab.
            None if matches!(name.as_str(), "Shift" | "Tab") => None,
            None => {
                self.leaving = false;
                None
            }
        }
    }

    fn prompt_state(&self, input: &HtmlTextAreaElement) -> PromptState {
        let text = input.value();
        let position =
            |offset: Option<u32>| line::byte_offset(&text, offset.and_then(|at| usize::try_from(at).ok()).unwrap_or(0));
        let start = position(input.selection_start().ok().flatten());
        let end = position(input.selection_end().ok().flatten());
        let before = text.get(..start).unwrap_or_default();
        let after = text.get(end..).unwrap_or_default();
        PromptState {
            empty: text.trim().is_empty(),
            continued: shell::is_continued(&text),
            first_line: !before.contains('\n'),
            last_line: !after.contains('\n'),
            at_end: start == end && end == text.len(),
            selection: start != end || page_selection(),
            menu: self.menu.is_some(),
            chosen: self.menu.as_ref().is_some_and(|menu| menu.chosen.is_some()),
            ghost: !self.ghost.is_empty(),
            leaving: self.leaving,
        }
    }
}

/// Returns `true` if text of the page is selected, which Ctrl-C then copies.
fn page_selection() -> bool {
    browser::window()
        .and_then(|window| window.get_selection().ok().flatten())
        .is_some_and(|selection| !selection.is_collapsed())
}
