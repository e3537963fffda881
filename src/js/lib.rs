//! The JavaScript package: the only place where the headless simulator meets JavaScript.
//!
//! It is thin on purpose: arguments are checked, the session does the work, and
//! [`report`](scale_down_session::report) says what came of it. The types that people program against are in
//! `types.d.ts`, written by hand; the unit tests hold them to what is given.

#![expect(clippy::needless_pass_by_value, reason = "a value from JavaScript is handed over at the boundary")]

mod answer;
mod arguments;
#[cfg(feature = "constructor")]
mod constructor;
#[cfg(any(test, feature = "constructor"))]
mod options;
mod problem;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use arguments::{integer, optional_integer, text};
use scale_down_session::SharedSimulation;

pub use problem::Problem;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

/// Most work of one call, in units as in [`scale_down_session::budget`]. It takes some minutes.
const WORK_MAX: u64 = 20_000_000;

/// A simulated subscription with its console.
#[wasm_bindgen(skip_typescript)]
pub struct Simulator {
    session: SharedSimulation,
    on_change: Option<Rc<dyn Fn()>>,
}

#[wasm_bindgen]
impl Simulator {
    /// Runs one or more lines to their end, in simulated time.
    ///
    /// # Errors
    ///
    /// `out_of_budget` where the lines take more work or time than a call may. A line that fails is none: it has an
    /// exit code.
    pub fn exec(&self, lines: JsValue) -> Result<JsValue, JsValue> {
        let lines = text("lines", &lines)?;
        let result = answer::exec(&mut **self.session.borrow_mut(), &lines, WORK_MAX);
        self.changed();
        to_js(result?)
    }

    /// Advances simulated time by a number of milliseconds.
    ///
    /// # Errors
    ///
    /// `invalid_argument` where the time is not a whole number of milliseconds, `out_of_budget` where it is more time
    /// or work than a call may take.
    pub fn advance(&self, time_ms: JsValue) -> Result<(), JsValue> {
        let time_ms = integer("ms", &time_ms)?;
        let at_ms = self.session.borrow().now_ms().saturating_add(time_ms);
        self.go_to(at_ms)
    }

    /// Goes to a simulated time in milliseconds since the beginning, past or future.
    ///
    /// # Errors
    ///
    /// As [`Self::advance`]; `no_history` for an earlier time where the run keeps none.
    pub fn seek(&self, at_ms: JsValue) -> Result<(), JsValue> {
        let at_ms = integer("ms", &at_ms)?;
        if at_ms < self.session.borrow().now_ms() {
            self.needs_history()?;
        }
        self.go_to(at_ms)
    }

    /// Returns the whole state, with one object for each node; the shape is `Snapshot` in `types.d.ts`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn snapshot(&self) -> Result<JsValue, JsValue> {
        to_js(self.session.borrow().report())
    }

    /// Returns what the run has cost so far, how long it made pods and nodes wait, and what came and went; the shape is
    /// `Metrics` in `types.d.ts`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn metrics(&self) -> Result<JsValue, JsValue> {
        to_js(self.session.borrow().metrics())
    }

    /// Returns a run of its own: a copy of this one, or, with settings, its lines run again with other ones.
    ///
    /// # Errors
    ///
    /// `invalid_argument` where the settings are no object, or one cannot be varied; `out_of_budget` where the variant takes
    /// more work than a call may; `no_history` where the run does not keep what was typed.
    pub fn fork(&self, settings: JsValue) -> Result<Simulator, JsValue> {
        let settings = arguments::settings(&settings)?;
        if !settings.is_empty() {
            self.needs_history()?;
        }
        let forked = self.session.borrow().fork(&settings, WORK_MAX).map_err(Problem::from)?;
        Ok(Self { session: Rc::new(RefCell::new(forked)), on_change: None })
    }

    /// Returns the events from a sequence number on; all of them if none is given.
    ///
    /// # Errors
    ///
    /// `invalid_argument` where it is not a whole number.
    pub fn events(&self, since: JsValue) -> Result<JsValue, JsValue> {
        let since = optional_integer("since", &since)?.unwrap_or(0);
        to_js(self.session.borrow().events(since))
    }

    /// Returns the completions at an offset of a line, in UTF-16 units as JavaScript counts; at its end where none is
    /// given.
    ///
    /// # Errors
    ///
    /// `invalid_argument` where the line is no string, or the cursor is not a whole number.
    pub fn complete(&self, line: JsValue, cursor: JsValue) -> Result<JsValue, JsValue> {
        let line = text("line", &line)?;
        let cursor = optional_integer("cursor", &cursor)?;
        let cursor = cursor.map_or(line.len(), |units| arguments::byte_offset(&line, units));
        to_js(answer::completion(&**self.session.borrow(), &line, cursor))
    }

    /// Undoes the last line typed; returns `false` if nothing is left to undo.
    #[must_use]
    pub fn undo(&self) -> bool {
        let done = self.session.borrow_mut().undo();
        self.changed();
        done
    }

    /// Redoes the last line undone; returns `false` if there is none.
    #[must_use]
    pub fn redo(&self) -> bool {
        let done = self.session.borrow_mut().redo();
        self.changed();
        done
    }

    /// Begins anew with the same options.
    pub fn reset(&self) {
        self.session.borrow_mut().reset();
        self.changed();
    }

    /// The run so far as a link fragment.
    ///
    /// # Errors
    ///
    /// `too_large` where the run is more than a link may hold, or than [`Self::load`] would play; `no_history` where it
    /// does not keep what was typed.
    pub fn share(&self) -> Result<String, JsValue> {
        self.needs_history()?;
        Ok(self.session.borrow().share().map_err(|error| Problem { code: "too_large", message: error.to_string() })?)
    }

    /// Begins anew and plays a script, a link or its fragment, or a session in JSON.
    ///
    /// # Errors
    ///
    /// `invalid_link` where a fragment cannot be read, `invalid_script` where a script is more than may be played or
    /// JSON of another shape; the run is then as it was.
    pub fn load(&self, script: JsValue) -> Result<(), JsValue> {
        let script = text("script", &script)?;
        let opened = self.session.borrow_mut().open(&script);
        self.changed();
        Ok(opened.map_err(Problem::from)?)
    }

    /// Returns the simulated time, in milliseconds.
    #[wasm_bindgen(getter, js_name = nowMs)]
    #[must_use]
    pub fn now_ms(&self) -> f64 {
        number(self.session.borrow().now_ms())
    }
}

impl Simulator {
    /// Returns a simulator on a session that the page also drives; `on_change` is called after every change.
    #[must_use]
    pub fn shared(session: SharedSimulation, on_change: Rc<dyn Fn()>) -> Self {
        Self { session, on_change: Some(on_change) }
    }

    fn go_to(&self, at_ms: u64) -> Result<(), JsValue> {
        let gone = self.session.borrow_mut().seek_within(at_ms, WORK_MAX);
        self.changed();
        Ok(gone.map_err(Problem::from)?)
    }

    /// # Errors
    ///
    /// `no_history` where the run keeps nothing for going back.
    fn needs_history(&self) -> Result<(), Problem> {
        let message = "this simulator keeps no history: it was made with {history: false}";
        if self.session.borrow().has_history() {
            Ok(())
        } else {
            Err(Problem { code: "no_history", message: message.to_owned() })
        }
    }

    fn changed(&self) {
        if let Some(on_change) = &self.on_change {
            on_change();
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "simulated time stays far below 2^53 ms")]
fn number(value: u64) -> f64 {
    value as f64
}

/// Returns JSON as JavaScript objects, with names as JavaScript has them.
///
/// # Errors
///
/// `internal`, in practice never.
pub fn to_js(value: Value) -> Result<JsValue, JsValue> {
    let converted = answer::camel_case(value).serialize(&Serializer::json_compatible());
    Ok(converted.map_err(|error| Problem::internal(error.to_string()))?)
}
