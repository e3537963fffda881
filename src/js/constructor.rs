//! The constructor, which begins a run of its own. The page has none: its simulator arrives later and is one run.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{JSON, JsString, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::Simulator;
use super::arguments::{described, optional_integer};
use super::options::{OPTIONS, session_options, unknown};
use super::problem::Problem;
use scale_down_session::Session;

/// Length of the longest world, in UTF-16 units of its JSON.
const WORLD_MAX: u32 = 8 * 1024 * 1024;

#[wasm_bindgen]
impl Simulator {
    /// Begins a run.
    ///
    /// # Errors
    ///
    /// `invalid_argument` for options that do not exist or are of another type, `invalid_world` for a world that
    /// cannot be read.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> Result<Simulator, JsValue> {
        let [seed, strict, world, history] = members(&options)?;
        let world = if world.is_undefined() { None } else { Some(world_json(&world)?) };
        let seed = optional_integer("seed", &seed)?;
        let strict = flag("strict", &strict, false)?;
        let history = flag("history", &history, true)?;
        let options = session_options(seed, strict, world.as_deref(), history)?;
        let session = Session::new(options);
        Ok(Self { session: Rc::new(RefCell::new(Box::new(session))), on_change: None })
    }
}

/// Returns the JSON of a world.
///
/// # Errors
///
/// `invalid_argument` for what is no object, `invalid_world` for an object that has no JSON, or a longer one than the
/// limit.
fn world_json(world: &JsValue) -> Result<String, Problem> {
    if !world.is_object() {
        return Err(Problem::argument("world must be an object"));
    }
    let json = json(world, WORLD_MAX).map_err(|message| Problem { code: "invalid_world", message })?;
    Ok(json.unwrap_or_default())
}

/// Reads a flag; `undefined` is the default.
///
/// # Errors
///
/// `invalid_argument` for anything that is neither `true` nor `false`.
fn flag(name: &str, value: &JsValue, default: bool) -> Result<bool, Problem> {
    match value.as_bool() {
        Some(flag) => Ok(flag),
        None if value.is_undefined() => Ok(default),
        None => Err(Problem::argument(format!("{name} must be true or false, not {}", described(value)))),
    }
}

/// Reads the members of an options object, those that are `undefined` included; none where there is no object.
///
/// # Errors
///
/// `invalid_argument` for anything that is no object, and for members other than [`OPTIONS`].
fn members(value: &JsValue) -> Result<[JsValue; OPTIONS.len()], JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok([const { JsValue::UNDEFINED }; OPTIONS.len()]);
    }
    let object = value.dyn_ref::<Object>().filter(|object| !object.is_function());
    let object =
        object.ok_or_else(|| Problem::argument(format!("the options must be an object, not {}", described(value))))?;
    for name in Object::keys(object) {
        let name = name.as_string().unwrap_or_default();
        if !OPTIONS.contains(&name.as_str()) {
            return Err(unknown(&name).into());
        }
    }
    let mut members = [const { JsValue::UNDEFINED }; OPTIONS.len()];
    for (member, name) in members.iter_mut().zip(OPTIONS) {
        *member = Reflect::get(object, &JsValue::from_str(name))?;
    }
    Ok(members)
}

/// Returns the JSON of a value, of at most `len_max` UTF-16 units; `None` for what has none, such as a function. The
/// value is not walked here: a cycle, or a depth without end, is JavaScript's own to find.
///
/// # Errors
///
/// The message of JavaScript, or of the limit.
fn json(value: &JsValue, len_max: u32) -> Result<Option<String>, String> {
    let json: JsString = match JSON::stringify(value) {
        Ok(json) => json,
        Err(problem) => {
            let message = problem.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
            let message = message.unwrap_or_default();
            return Err(message.lines().next().unwrap_or_default().to_owned());
        }
    };
    let is_text = JsValue::from(json.clone()).is_string();
    if is_text && json.length() > len_max {
        return Err(format!("it is longer than {len_max} characters"));
    }
    Ok(is_text.then(|| String::from(json)))
}
