//! The examples: a dialog to pick one from, and the same cards in the empty picture.
//!
//! All other dialogs stand in `index.html`, where text costs less than code, and `www/panels.js` opens
//! every one of them.

use yew::html::Scope;
use yew::prelude::*;

use crate::{App, Msg};
use scale_down_session::examples::{EXAMPLES, Example};

/// Renders the picker.
pub fn view_examples(link: &Scope<App>) -> Html {
    html! {
        <dialog id="examples" aria-labelledby="examples-title">
            <form method="dialog" class="dialog-head"><h2 id="examples-title">{ "Examples" }</h2><button class="small">{ "Close" }</button></form>
            <p>{ "Each example starts a fresh session in the state it presumes, then offers its lines one by one." }</p>
            { view_cards(link, EXAMPLES) }
        </dialog>
    }
}

/// Renders some of the examples as buttons.
pub fn view_cards(link: &Scope<App>, examples: &'static [Example]) -> Html {
    let card = |example: &'static Example| {
        html! {
            <li><button onclick={link.callback(move |_| Msg::Load(example))}><b>{ example.title }</b><span>{ example.summary }</span></button></li>
        }
    };
    html! { <ul class="examples">{ for examples.iter().map(card) }</ul> }
}
