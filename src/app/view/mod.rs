//! The page's markup, and nothing else: every change goes out as a message.

pub mod axis;
pub mod button;
mod card;
pub mod chart;
mod console;
mod examples;
mod icons;
mod lanes;
mod picture;
pub mod swatch;
pub mod table;
mod time_bar;
mod timeline;
mod verdict;

use yew::html::Scope;
use yew::prelude::*;

use super::options::View;
use super::{App, Msg};
use button::{ButtonProps, button};

impl App {
    pub(super) fn view_page(&self, link: &Scope<Self>) -> Html {
        let in_lesson = self.session.borrow().is_in_lesson();
        html! {
            <>
                if !self.options.embed {
                    { self.view_verdict(link) }
                }
                <main class={classes!("stage", in_lesson.then_some("in-lesson"), self.comparison.is_some().then_some("comparing"))}
                    data-compare={self.comparison.as_ref().map(|comparison| comparison.ways.clone())}>
                    if self.options.embed {
                        <h1 class="unseen">{ "Scale-Down Playground" }</h1>
                    }
                    <aside id="lesson" class="panel lesson" aria-label="Lesson" hidden={!in_lesson}></aside>
                    { self.view_nodes(link) }
                    { self.view_time_bar(link) }
                    { self.view_console(link) }
                </main>
                { examples::view_examples(link) }
            </>
        }
    }

    pub(super) fn view_switch(&self, link: &Scope<Self>) -> Html {
        let choice = |view: View, words: &'static str| {
            button(
                link,
                Msg::View(view),
                ButtonProps { words, pressed: Some(self.view == view), ..ButtonProps::default() },
            )
        };
        html! {
            <div class="switch" role="group" aria-label="View">
                { choice(View::Picture, "Picture") }
                { choice(View::Table, "Table") }
            </div>
        }
    }
}
