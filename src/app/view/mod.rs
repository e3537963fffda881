//! What the page looks like: markup only, every change goes out as a message.

pub mod button;
mod card;
mod console;
pub mod dialogs;
mod icons;
mod kpis;
mod picture;
pub mod swatch;
pub mod table;
mod time_bar;

use web_sys::HtmlSelectElement;
use yew::html::Scope;
use yew::prelude::*;

use super::options::View;
use super::theme::Theme;
use super::{App, Msg};
use button::{Face, button};
use dialogs::Dialog;

impl App {
    pub(super) fn view_page(&self, link: &Scope<Self>) -> Html {
        html! {
            <>
                if !self.options.embed {
                    { self.view_header(link) }
                    { self.view_kpis() }
                }
                <main class="stage">
                    if self.options.embed {
                        <h1 class="unseen">{ "Scale-Down Playground" }</h1>
                    }
                    { self.view_nodes(link) }
                    { self.view_time_bar(link) }
                    { self.view_console(link) }
                </main>
                { dialogs::view_examples(link) }
            </>
        }
    }

    fn view_header(&self, link: &Scope<Self>) -> Html {
        let onchange = link.batch_callback(|event: Event| {
            let select = event.target_dyn_into::<HtmlSelectElement>()?;
            Theme::named(&select.value()).map(Msg::Theme)
        });
        let option = |theme: Theme| {
            let label = match theme {
                Theme::System => "System theme",
                Theme::Light => "Light",
                Theme::Dark => "Dark",
            };
            html! { <option value={theme.name()} selected={self.theme == theme}>{ label }</option> }
        };
        let open = |dialog: Dialog, words: &'static str, class: &'static str| {
            button(link, Msg::Open(dialog), Face { class, words, ..Face::default() })
        };
        html! {
            <header class="top">
                { icons::logo() }
                <h1>{ "Scale-Down Playground" }</h1>
                <p class="tagline">{ "AKS nodes in simulated time. No Azure account, nothing leaves this page." }</p>
                <div class="top-buttons">
                    { open(Dialog::Examples, "Examples", "strong") }
                    { open(Dialog::Share, "Share", "") }
                    <select aria-label="Theme" {onchange}>{ for Theme::ALL.into_iter().map(option) }</select>
                    { open(Dialog::Help, "Help", "") }
                </div>
            </header>
        }
    }

    pub(super) fn view_switch(&self, link: &Scope<Self>) -> Html {
        let choice = |view: View, words: &'static str| {
            button(link, Msg::View(view), Face { words, pressed: Some(self.view == view), ..Face::default() })
        };
        html! {
            <div class="switch" role="group" aria-label="View">
                { choice(View::Picture, "Picture") }
                { choice(View::Table, "Table") }
            </div>
        }
    }
}
