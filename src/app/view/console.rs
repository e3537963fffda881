//! The console panel: transcript, the example's steps, prompt.

use std::rc::Rc;

use yew::html::Scope;
use yew::prelude::*;

use super::button::{ButtonProps, button};
use super::icons;
use crate::console::prompt_view::Handle;
use crate::console::transcript;
use crate::{ActiveExample, App, Msg};

impl App {
    pub(super) fn view_console(&self, link: &Scope<Self>) -> Html {
        let handle = Handle { prompt: Rc::clone(&self.prompt), session: Rc::clone(&self.session), link: link.clone() };
        let entries = self.transcript.iter().filter(|entry| entry.id >= self.cleared);
        let (can_undo, can_redo) = {
            let session = self.session.borrow();
            (session.can_undo(), session.can_redo())
        };
        let small = |msg: Msg, words: &'static str, title: &'static str, disabled: bool| {
            button(
                link,
                msg,
                ButtonProps { class: "small", words, title: title.into(), disabled, ..ButtonProps::default() },
            )
        };
        html! {
            <section class="panel console" aria-label="Console">
                <div class="bar">
                    <h2>{ "Console" }</h2>
                    <span class="bar-note">{ "az, simulated" }</span>
                    if !self.options.embed {
                    <div class="bar-end">
                        { small(Msg::Undo, "Undo", "Take back the last command", !can_undo) }
                        { small(Msg::Redo, "Redo", "Run the command taken back again", !can_redo) }
                        { small(Msg::Clear, "Clear", "Clear the screen (Ctrl-L)", self.transcript.is_empty()) }
                    </div>
                    }
                </div>
                <div class="log" ref={self.refs.log.clone()} role="log" aria-label="Console output" tabindex="0">
                    { for entries.map(|entry| transcript::view(entry, link)) }
                </div>
                if let Some(notice) = &self.notice { <p class="notice" role="alert">{ notice }</p> }
                { self.active_example.as_ref().map(|active_example| view_example(active_example, link)) }
                { self.prompt.borrow().view(&handle) }
            </section>
        }
    }
}

fn view_example(active_example: &ActiveExample, link: &Scope<App>) -> Html {
    let steps = active_example.example.steps.iter().enumerate().map(|(place, step)| {
        let state = match place {
            place if place < active_example.done => "done",
            place if place == active_example.done => "next",
            _ => "later",
        };
        html! {
            <li class={state}>
                <div class="step-text">
                    <span>{ format!("{}. ", place + 1) }if state == "done" { { icons::sign(icons::TICK) } }{ step.caption }</span>
                    if state == "next" {
                        <code>{ for step.line.split(' ').map(|word| html! { <><span class="word">{ word }</span>{ " " }</> }) }</code>
                    }
                </div>
                { button(link, Msg::RunStep(place), ButtonProps {
                    class: if state == "next" { "strong small" } else { "small" },
                    words: "Run",
                    name: format!("Run this line: {}", step.caption).into(),
                    title: step.line.into(),
                    ..ButtonProps::default()
                }) }
            </li>
        }
    });
    html! {
        <section class="guide" aria-label="Example">
            <div class="guide-head">
                <h3>{ active_example.example.title }</h3>
                { button(link, Msg::LeaveExample, ButtonProps { class: "small", words: "Close", ..ButtonProps::default() }) }
            </div>
            <ol>{ for steps }</ol>
        </section>
    }
}
