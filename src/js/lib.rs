//! The JavaScript package: the only place where the headless simulator meets JavaScript.
//!
//! It is thin on purpose: arguments are checked, the session does the work, and [`report`] says
//! what came of it. The types that people program against are in `types.d.ts`, written by hand.

use std::rc::Rc;

use js_sys::{Error, Reflect};
use serde::Serialize;
use serde_json::{Value, json};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use scale_down_session::{OpenError, SharedSimulation, report};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

/// The largest integer that a JavaScript number holds exactly.
const SAFE_INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

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
        let result = {
            let mut session = self.session.borrow_mut();
            let begun = session.transcript().len();
            session.submit(lines);
            session.advance_until_answered();
            let entries = session.transcript().get(begun..).unwrap_or_default();
            let join = |text: fn(&scale_down_session::Entry) -> String| {
                entries.iter().map(|entry| text(entry)).collect::<String>()
            };
            json!({
                "exit_code": entries.last().and_then(|entry| entry.exit_code).unwrap_or(0),
                "stdout": join(scale_down_session::Entry::stdout),
                "stderr": join(scale_down_session::Entry::stderr),
                "lines": entries.iter().map(|entry| report::entry(entry)).collect::<Vec<_>>(),
            })
        };
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
        let completion = self.session.borrow().complete(line, cursor);
        let candidates = completion.candidates.into_iter();
        to_js(json!({
            "start": completion.replace.start,
            "end": completion.replace.end,
            "candidates": candidates
                .map(|one| json!({ "text": one.text, "description": one.description }))
                .collect::<Vec<_>>(),
        }))
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
        opened.map_err(|problem| {
            let code = if matches!(problem, OpenError::Share(_)) { "invalid_link" } else { "invalid_script" };
            error(code, &problem.to_string())
        })
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

/// An error with a code.
#[must_use]
pub fn error(code: &str, message: &str) -> JsValue {
    let error = Error::new(message);
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a safe integer")]
fn integer(name: &str, value: f64) -> Result<u64, JsValue> {
    if (0.0..=SAFE_INTEGER_MAX).contains(&value) && value.fract() == 0.0 {
        return Ok(value as u64);
    }
    Err(error("invalid_argument", &format!("{name} must be a whole number from 0 to 2^53 - 1, not {value}")))
}

#[expect(clippy::cast_precision_loss, reason = "simulated time stays far below 2^53 ms")]
fn number(value: u64) -> f64 {
    value as f64
}

/// JSON as JavaScript objects, with names as JavaScript has them.
///
/// # Errors
///
/// `internal`, in practice never.
pub fn to_js(value: Value) -> Result<JsValue, JsValue> {
    let value = camel_case(value);
    value.serialize(&Serializer::json_compatible()).map_err(|problem| error("internal", &problem.to_string()))
}

/// The names of a report in camel case. Its values are data and stay.
fn camel_case(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let entries = object.into_iter().map(|(name, value)| (camel_case_name(&name), camel_case(value)));
            Value::Object(entries.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(camel_case).collect()),
        other => other,
    }
}

fn camel_case_name(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// The constructor, which begins a run of its own. Not in the page, whose simulator arrives later and is one run.
#[cfg(feature = "constructor")]
mod constructor {
    use std::cell::RefCell;
    use std::rc::Rc;

    use serde::Deserialize;
    use serde_json::Value;
    use wasm_bindgen::prelude::*;

    use super::{Simulator, error, integer};
    use scale_down_session::{DEFAULT_SEED, Session, SessionOptions, World};

    /// The options of the constructor.
    #[derive(Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Options {
        seed: Option<f64>,
        strict: bool,
        world: Option<Value>,
    }

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
            let options: Options = if options.is_undefined() || options.is_null() {
                Options::default()
            } else {
                // By way of JSON, which knows every field that is there: those that do not exist are refused.
                serde_wasm_bindgen::from_value::<Value>(options)
                    .map_err(|problem| problem.to_string())
                    .and_then(|options| serde_json::from_value(options).map_err(|problem| problem.to_string()))
                    .map_err(|problem| error("invalid_argument", &problem))?
            };
            let seed = options.seed.map(|seed| integer("seed", seed)).transpose()?;
            let world = options.world.map(|world| read_world(&world)).transpose()?;
            let session = Session::new(SessionOptions {
                seed: Some(seed.unwrap_or(DEFAULT_SEED)),
                strict: options.strict,
                world,
                ..SessionOptions::default()
            });
            Ok(Self { session: Rc::new(RefCell::new(Box::new(session))), on_change: None })
        }
    }

    fn read_world(world: &Value) -> Result<World, JsValue> {
        World::parse(&world.to_string()).map_err(|problem| error("invalid_world", &problem.to_string()))
    }
}
