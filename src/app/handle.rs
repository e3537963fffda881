//! What the page's own scripts hold it by: the panels that are loaded when they are wanted (`www/`).
//!
//! They ask, and they send messages like any button. The session changes nowhere but in the reducer.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::Function;
use serde_json::json;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement};
use yew::html::Scope;

use super::grid::shapes::{Palette, Square, draw};
use super::options::View;
use super::{App, Msg, browser, lesson};
use crate::engine::{NodeSource, NodeState};
use crate::js::{self, Simulator};
use crate::session::lesson::Lesson;
use crate::session::{Entry, EntryState, Session, World, report};

/// Who is told after every rendering.
pub type Listener = Rc<RefCell<Option<Function>>>;

/// The page, for its scripts.
#[wasm_bindgen(skip_typescript)]
pub struct Page {
    session: Rc<RefCell<Session>>,
    link: Scope<App>,
    listener: Listener,
    is_public: bool,
}

#[wasm_bindgen]
impl Page {
    /// The package's object for this very session.
    #[must_use]
    pub fn simulator(&self) -> Simulator {
        let link = self.link.clone();
        Simulator::shared(Rc::clone(&self.session), Rc::new(move || link.send_message(Msg::Changed)))
    }

    /// Whether the address lets others hold the page, too.
    #[wasm_bindgen(getter, js_name = isPublic)]
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.is_public
    }

    /// Calls a function after every rendering. There is one such function.
    pub fn listen(&self, function: Function) {
        *self.listener.borrow_mut() = Some(function);
    }

    /// Sends a message by its name; false where there is none of that name.
    #[must_use]
    pub fn send(&self, name: &str, value: &str) -> bool {
        let msg = match name {
            "run" => Msg::Run(value.to_owned()),
            "fill" => Msg::Fill(value.to_owned()),
            "play" => Msg::Play(true),
            "pause" => Msg::Play(false),
            "reset" => Msg::Reset,
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

    /// The transcript from an entry on.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn entries(&self, from: u32) -> Result<JsValue, JsValue> {
        let session = self.session.borrow();
        let entries = session.transcript().get(from as usize..).unwrap_or_default();
        let object = |entry: &Entry| {
            let mut object = report::entry(entry);
            if let Some(object) = object.as_object_mut() {
                object.insert("is_done".to_owned(), json!(entry.state == EntryState::Done));
            }
            object
        };
        js::to_js(entries.iter().map(object).collect())
    }

    /// Where the run stands.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn state(&self) -> Result<JsValue, JsValue> {
        let session = self.session.borrow();
        let counts = report::counts(&session.cloud().node_counts());
        js::to_js(json!({
            "at_ms": session.now_ms(),
            "end_ms": session.end_ms(),
            "is_idle": session.is_idle(),
            "lines": session.transcript().len(),
            "is_imported": session.is_imported(),
            "nodes_by_state": counts,
        }))
    }

    /// Begins a lesson, or goes on with one from the script of a run of it; gives what is shown of it.
    ///
    /// # Errors
    ///
    /// `invalid_lesson`, with the line and what is the matter there.
    pub fn lesson(&self, text: &str, script: Option<String>) -> Result<JsValue, JsValue> {
        let parsed = Lesson::parse(text).map_err(|problem| js::error("invalid_lesson", &problem.to_string()))?;
        let shown = js::to_js(lesson::lesson(&parsed));
        self.link.send_message(Msg::TakeLesson(Arc::new(parsed), script));
        shown
    }

    /// Begins anew in a world from outside.
    ///
    /// # Errors
    ///
    /// `invalid_world`, with what is the matter.
    pub fn world(&self, text: String) -> Result<(), JsValue> {
        let world = World::parse(&text).map_err(|problem| js::error("invalid_world", &problem.to_string()))?;
        self.link.send_message(Msg::TakeWorld(Rc::new(world), text));
        Ok(())
    }

    /// Draws the cell of a node on a context, in the colours that a canvas of the page has.
    #[expect(clippy::too_many_arguments, reason = "an object would have to be taken apart again")]
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

    /// How the lesson stands that is being taken.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn progress(&self) -> Result<JsValue, JsValue> {
        let session = self.session.borrow();
        js::to_js(session.progress().map(|progress| lesson::progress(&progress)).unwrap_or_default())
    }

    /// The run so far as a script.
    #[must_use]
    pub fn script(&self) -> String {
        self.session.borrow().script()
    }
}

impl Page {
    /// Hands the page to its scripts, by way of the element that it is mounted in.
    pub(super) fn hand_over(session: &Rc<RefCell<Session>>, link: &Scope<App>, listener: &Listener, is_public: bool) {
        let page = Self { session: Rc::clone(session), link: link.clone(), listener: Rc::clone(listener), is_public };
        if let Some(host) = browser::element("app") {
            // Setting a property of an element of our own cannot fail.
            let _ = js_sys::Reflect::set(&host, &"playground".into(), &page.into());
        }
    }
}
