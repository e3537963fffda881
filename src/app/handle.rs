//! The page's interface to its own scripts: the panels that are loaded when they are wanted (`www/`).
//!
//! Scripts query state and send messages like any button. Only to begin a lesson or a world, and through the package's
//! object, is the session changed outside the reducer; the page is told by a message.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Function;
use serde_json::json;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement};
use yew::html::Scope;

use super::grid::shapes::{Palette, Square, draw};
use super::options::View;
use super::{App, Msg, browser};
use scale_down_engine::{NodeSource, NodeState};
use scale_down_js::{self as js, Simulator};
use scale_down_session::{SharedSimulation, report};

/// The function called after every rendering, if a script has set one.
pub type Listener = Rc<RefCell<Option<Function>>>;

/// The page, for its scripts.
#[wasm_bindgen(skip_typescript)]
pub struct Page {
    session: SharedSimulation,
    link: Scope<App>,
    listener: Listener,
    is_public: bool,
}

#[wasm_bindgen]
impl Page {
    /// Returns the package's object for this very session.
    #[must_use]
    pub fn simulator(&self) -> Simulator {
        let link = self.link.clone();
        Simulator::shared(Rc::clone(&self.session), Rc::new(move || link.send_message(Msg::Changed)))
    }

    /// Returns `true` if the address lets scripts other than the page's own have it, too (no `api=0`).
    #[wasm_bindgen(getter, js_name = isPublic)]
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.is_public
    }

    /// Calls a function after every rendering. There is one such function.
    pub fn listen(&self, function: Function) {
        *self.listener.borrow_mut() = Some(function);
    }

    /// Sends a message by its name; returns `false` if there is none of that name, or if its number cannot be read.
    #[must_use]
    pub fn send(&self, name: &str, value: &str) -> bool {
        let msg = match name {
            "run" => Msg::Run(value.to_owned()),
            "fill" => Msg::Fill(value.to_owned()),
            "play" => Msg::Play(true),
            "pause" => Msg::Play(false),
            "reset" => Msg::Reset,
            "skip" => Msg::SkipAhead,
            "begin" => Msg::Begin,
            "leave" => Msg::LeaveLesson,
            "restyle" => Msg::Restyled,
            "view" if value == "table" => Msg::View(View::Table),
            "view" => Msg::View(View::Picture),
            "seek" | "speed" => {
                let Ok(number) = value.parse::<u64>() else { return false };
                if name == "seek" { Msg::Seek(number) } else { Msg::Speed(u32::try_from(number).unwrap_or(u32::MAX)) }
            }
            _ => return false,
        };
        self.link.send_message(msg);
        true
    }

    /// Returns the transcript from an entry on.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn entries(&self, from: u32) -> Result<JsValue, JsValue> {
        js::to_js(self.session.borrow().entries(from as usize))
    }

    /// Returns the time and the end of the run, in milliseconds, its idleness, its number of lines, and its nodes by
    /// state.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn state(&self) -> Result<JsValue, JsValue> {
        let session = self.session.borrow();
        js::to_js(json!({
            "at_ms": session.now_ms(),
            "end_ms": session.end_ms(),
            "is_idle": session.is_idle(),
            "lines": session.transcript().len(),
            "nodes_by_state": report::counts(&session.snapshot().counts),
        }))
    }

    /// Begins a lesson, or goes on with one from the script of a run of it; gives what is shown of it.
    ///
    /// # Errors
    ///
    /// `invalid_lesson`, with the line and what is the matter there.
    pub fn lesson(&self, text: &str, script: Option<String>) -> Result<JsValue, JsValue> {
        let mut session = self.session.borrow_mut();
        let begun = match script {
            Some(script) => session.resume_lesson(text, &script),
            None => session.begin_lesson(text),
        };
        begun.map_err(|problem| js::Problem { code: "invalid_lesson", message: problem.to_string() })?;
        self.link.send_message(Msg::Begin);
        js::to_js(session.lesson())
    }

    /// Returns the progress of the lesson that is being taken; null without one.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn progress(&self) -> Result<JsValue, JsValue> {
        js::to_js(self.session.borrow().progress())
    }

    /// Begins anew in a world from outside.
    ///
    /// # Errors
    ///
    /// `invalid_world`, with what is the matter.
    pub fn world(&self, text: &str) -> Result<(), JsValue> {
        let imported = self.session.borrow_mut().import(text);
        imported.map_err(js::Problem::from)?;
        self.link.send_message(Msg::Begin);
        Ok(())
    }

    /// Draws the cell of a node on a context, in the colours that a canvas of the page has.
    #[expect(clippy::unused_self, reason = "a script has nothing else to ask")]
    pub fn draw(
        &self,
        context: &Context,
        canvas: &HtmlCanvasElement,
        state: &str,
        source: &str,
        progress: f64,
        side: f64,
    ) {
        let state = NodeState::ALL.into_iter().find(|known| known.name() == state);
        let source = if source == NodeSource::Cached.name() { NodeSource::Cached } else { NodeSource::New };
        let square = Square { x: 0.0, y: 0.0, side, ratio: 1.0 };
        if let Some(state) = state {
            draw(context, &Palette::read(canvas), square, state, source, progress);
        }
    }

    /// Returns the run so far in one of the forms that it can be taken away in: `script`, `json`, `markdown`, `series`, `nodes`,
    /// `report`.
    #[must_use]
    pub fn written(&self, form: &str) -> String {
        if form == "report" {
            return self.session.borrow_mut().report_markdown();
        }
        let session = self.session.borrow();
        match form {
            "series" => session.series_csv(),
            "nodes" => session.nodes_csv(),
            "json" => session.json(),
            "markdown" => session.markdown(),
            _ => session.script(),
        }
    }
}

impl Page {
    /// Hands the page to its scripts, by way of the element that it is mounted in.
    pub(super) fn hand_over(session: &SharedSimulation, link: &Scope<App>, listener: &Listener, is_public: bool) {
        let page = Self { session: Rc::clone(session), link: link.clone(), listener: Rc::clone(listener), is_public };
        if let Some(host) = browser::element("app") {
            // Setting a property of an element of our own cannot fail.
            let _ = js_sys::Reflect::set(&host, &"playground".into(), &page.into());
            announce(&host);
        }
    }
}

/// Tells the page's scripts that the simulator is there, or that it will not come.
pub(super) fn announce(host: &web_sys::Element) {
    if let Ok(event) = web_sys::Event::new("playground") {
        let _ = host.dispatch_event(&event);
    }
}
