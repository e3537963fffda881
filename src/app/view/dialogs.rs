//! The dialogs over the page.
//!
//! Help and the share links stand in `index.html`, where text costs less than code; the picker is
//! made here. All are native modal dialogs: the browser keeps the focus inside and gives it back.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::html::Scope;
use yew::prelude::*;

use crate::app::{App, Msg, browser};
use crate::session::examples::{EXAMPLES, Example};

/// A dialog over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// How it works, which keys, what is assumed.
    Help,
    /// The link to what is seen.
    Share,
    /// The picker.
    Examples,
}

impl Dialog {
    fn element(self) -> Option<HtmlDialogElement> {
        let id = match self {
            Self::Help => "help",
            Self::Share => "share",
            Self::Examples => "examples",
        };
        browser::element(id)?.dyn_into().ok()
    }

    /// Shows it.
    pub fn open(self) {
        if let Some(dialog) = self.element() {
            // Refused only where it is open already.
            let _ = dialog.show_modal();
        }
    }

    /// Puts it away.
    pub fn close(self) {
        if let Some(dialog) = self.element() {
            dialog.close();
        }
    }
}

/// Writes the link of the run, and what embeds it, into the share dialog.
pub fn write_links(link: &str) {
    let frame_link = link.replacen('#', if link.contains('?') { "&embed=1#" } else { "?embed=1#" }, 1);
    let frame = format!(
        "<iframe src=\"{frame_link}\" title=\"Scale-Down Playground\" width=\"100%\" height=\"480\" loading=\"lazy\"></iframe>"
    );
    for (id, text) in [("share-link", link), ("share-frame", &frame)] {
        if let Some(input) = field(id) {
            input.set_value(text);
        }
    }
}

/// Selects the link, for copying by hand.
pub fn select_link() {
    if let Some(input) = field("share-link") {
        input.select();
    }
}

fn field(id: &str) -> Option<HtmlInputElement> {
    browser::element(id)?.dyn_into().ok()
}

/// The picker.
pub fn view_examples(link: &Scope<App>) -> Html {
    html! {
        <dialog id="examples" aria-labelledby="examples-title">
            <form method="dialog" class="dialog-head"><h2 id="examples-title">{ "Examples" }</h2><button class="small">{ "Close" }</button></form>
            <p>{ "Each example starts a fresh session in the state it presumes, then offers its lines one by one." }</p>
            { view_cards(link) }
        </dialog>
    }
}

/// The examples as buttons.
pub fn view_cards(link: &Scope<App>) -> Html {
    let card = |(place, example): (usize, &Example)| {
        html! {
            <li><button onclick={link.callback(move |_| Msg::Load(place))}><b>{ example.title }</b><span>{ example.summary }</span></button></li>
        }
    };
    html! { <ul class="examples">{ for EXAMPLES.iter().enumerate().map(card) }</ul> }
}
