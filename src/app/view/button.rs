//! A button that sends a message; one function for all of them, as markup is costly in bytes.

use yew::html::Scope;
use yew::prelude::*;

use super::icons;
use crate::{App, Msg};

/// The appearance of a button and its texts.
#[derive(Clone, Default)]
pub struct ButtonProps {
    /// Class in the style sheet.
    pub class: &'static str,
    /// Path of its sign, if it has one.
    pub sign: &'static str,
    /// Its words; beside a sign they may be left out where room is short.
    pub words: &'static str,
    /// Its accessible name, where that is not its words.
    pub name: AttrValue,
    /// The tooltip: the button's effect, in a few words.
    pub title: AttrValue,
    /// Of several choices: `true` if it is the chosen one; `None` for a button that is no choice.
    pub pressed: Option<bool>,
    /// `true` if it has no effect now.
    pub disabled: bool,
    /// The panel that it opens, see `www/panels.js`; it then sends nothing.
    pub panel: Option<&'static str>,
}

/// Renders the button that sends `msg`.
pub fn button(link: &Scope<App>, msg: impl Into<Option<Msg>>, props: ButtonProps) -> Html {
    let msg = msg.into();
    let onclick = msg.map(|msg| link.callback(move |_: MouseEvent| msg.clone()));
    let given = |text: AttrValue| (!text.is_empty()).then_some(text);
    html! {
        <button class={props.class} data-panel={props.panel} aria-label={given(props.name)} title={given(props.title)}
            aria-pressed={props.pressed.map(|on| if on { "true" } else { "false" })} disabled={props.disabled} {onclick}>
            if !props.sign.is_empty() { { icons::sign(props.sign) } }
            if !props.words.is_empty() { <span class="words">{ props.words }</span> }
        </button>
    }
}
