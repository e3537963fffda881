//! The JavaScript package: the only place where the headless simulator meets JavaScript.
//!
//! It is thin on purpose: arguments are checked, the session does the work, and
//! [`report`](scale_down_session::report) says what came of it. The types that people program against are in
//! `types.d.ts`, written by hand; the unit tests hold them to what is given.

mod answer;
#[cfg(any(test, feature = "constructor"))]
mod options;
mod problem;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use problem::integer;
use scale_down_session::SharedSimulation;

pub use problem::Problem;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

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
    /// None by itself; a line that fails has an exit code.
    pub fn exec(&self, lines: &str) -> Result<JsValue, JsValue> {
        let result = answer::exec(&mut **self.session.borrow_mut(), lines);
        self.changed();
        to_js(result)
    }

    /// Lets simulated time pass.
    ///
    /// # Errors
    ///
    /// `invalid_argument` where the time is not a whole number of milliseconds.
    pub fn advance(&self, time_ms: f64) -> Result<(), JsValue> {
        let time_ms = integer("ms", time_ms)?;
        self.session.borrow_mut().advance(time_ms);
        self.changed();
        Ok(())
    }

    /// Goes to a time, past or future.
    ///
    /// # Errors
    ///
    /// `invalid_argument` where the time is not a whole number of milliseconds.
    pub fn seek(&self, at_ms: f64) -> Result<(), JsValue> {
        let at_ms = integer("ms", at_ms)?;
        self.session.borrow_mut().seek(at_ms);
        self.changed();
        Ok(())
    }

    /// The state of everything, one object for each node included.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn snapshot(&self) -> Result<JsValue, JsValue> {
        to_js(self.session.borrow().report())
    }

    /// Returns the events from a sequence number on; all of them where none is given.
    ///
    /// # Errors
    ///
    /// `invalid_argument` where it is not a whole number.
    pub fn events(&self, since: Option<f64>) -> Result<JsValue, JsValue> {
        let since = integer("since", since.unwrap_or(0.0))?;
        to_js(self.session.borrow().events(since))
    }

    /// Returns the completions at a byte offset of a line; at its end where none is given.
    ///
    /// # Errors
    ///
    /// `invalid_argument` where the cursor is not a whole number.
    pub fn complete(&self, line: &str, cursor: Option<f64>) -> Result<JsValue, JsValue> {
        let cursor = cursor.map(|cursor| integer("cursor", cursor)).transpose()?;
        let cursor = cursor.and_then(|cursor| usize::try_from(cursor).ok()).unwrap_or(line.len());
        to_js(answer::completion(&**self.session.borrow(), line, cursor))
    }

    /// Takes back the last thing typed; false where nothing is left.
    #[must_use]
    pub fn undo(&self) -> bool {
        let done = self.session.borrow_mut().undo();
        self.changed();
        done
    }

    /// Brings back what was undone; false where nothing was.
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
    #[must_use]
    pub fn share(&self) -> String {
        self.session.borrow().share()
    }

    /// Begins anew and plays a script, the fragment of a link, or a session in JSON.
    ///
    /// # Errors
    ///
    /// `invalid_link` where a fragment cannot be read, `invalid_script` where a script is more than may be played or
    /// JSON of another shape; the run is then as it was.
    pub fn load(&self, script: &str) -> Result<(), JsValue> {
        let opened = self.session.borrow_mut().open(script);
        self.changed();
        Ok(opened.map_err(Problem::from)?)
    }

    /// The simulated time in milliseconds.
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

/// The constructor, which begins a run of its own. Not in the page, whose simulator arrives later and is one run.
#[cfg(feature = "constructor")]
mod constructor {
    use std::cell::RefCell;
    use std::rc::Rc;

    use serde_json::Value;
    use wasm_bindgen::prelude::*;

    use super::options::session_options;
    use super::{Problem, Simulator};
    use scale_down_session::Session;

    #[wasm_bindgen]
    impl Simulator {
        /// Begins a run.
        ///
        /// # Errors
        ///
        /// `invalid_argument` for options that do not exist, `invalid_world` for a world that cannot
        /// be read.
        #[wasm_bindgen(constructor)]
        pub fn new(options: JsValue) -> Result<Simulator, JsValue> {
            let options = if options.is_undefined() {
                Value::Null
            } else {
                // By way of JSON, which knows every field that is there: those that do not exist are refused.
                serde_wasm_bindgen::from_value(options).map_err(|error| Problem::argument(error.to_string()))?
            };
            let session = Session::new(session_options(options)?);
            Ok(Self { session: Rc::new(RefCell::new(Box::new(session))), on_change: None })
        }
    }
}
