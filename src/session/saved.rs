//! Runs as JSON, to be kept, edited and read by programs. `docs/session.md` describes the shape.
//!
//! The JSON holds the same as the script of the run (`script.rs`).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::command_log::LogAction;
use super::script::{Script, ScriptItem, ScriptTime};
use super::{Session, World};

/// The `format` field, which tells the file from others.
const FORMAT: &str = "scale-down-session";
/// The version of the shape that is written, and the latest one that is read.
const VERSION: u64 = 1;

/// The names of the actions.
const TYPE: &str = "type";
const INTERRUPT: &str = "interrupt";
const BEGIN: &str = "begin";

impl Session {
    /// Returns the run so far as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let items = self.log.iter().map(|item| {
            let mut object = when(ScriptTime::new(item.at_ms, item.rest_ms));
            let action = match &item.action {
                LogAction::Lines(lines) => {
                    object.insert("lines".to_owned(), json!(&**lines));
                    TYPE
                }
                LogAction::Interrupt => INTERRUPT,
                LogAction::Begin => BEGIN,
            };
            object.insert("action".to_owned(), json!(action));
            Value::Object(object)
        });
        let world = self.options.world.as_ref().map(|world| serde_json::from_str::<Value>(world.source()));
        json!({
            "format": FORMAT,
            "version": VERSION,
            "seed": self.options.seed,
            "strict": self.options.strict,
            "terminal": self.options.terminal,
            "world": world.and_then(Result::ok),
            "items": items.collect::<Vec<_>>(),
            "end": when(self.end()),
        })
    }
}

fn when(when: ScriptTime) -> Map<String, Value> {
    let (name, time_ms) = match when {
        ScriptTime::At(at_ms) => ("at_ms", at_ms),
        ScriptTime::AfterAnswers(rest_ms) => ("rest_ms", rest_ms),
    };
    Map::from_iter([(name.to_owned(), json!(time_ms))])
}

/// Reads the JSON of [`Session::to_json`].
///
/// # Errors
///
/// The first value that is not as expected.
pub(super) fn read(text: &str) -> Result<Script, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(format!("expected \"format\": \"{FORMAT}\""));
    }
    if value.get("version").and_then(Value::as_u64).is_none_or(|version| version == 0 || version > VERSION) {
        return Err(format!("expected \"version\": {VERSION}, or an earlier one"));
    }
    let mut script = Script {
        seed: optional(&value, "seed", Value::as_u64, "a whole number")?,
        is_strict: optional(&value, "strict", Value::as_bool, "true or false")?.unwrap_or_default(),
        has_terminal: optional(&value, "terminal", Value::as_bool, "true or false")?.unwrap_or_default(),
        ..Script::default()
    };
    if let Some(world) = value.get("world").filter(|world| !world.is_null()) {
        let world = World::parse(&world.to_string()).map_err(|error| format!("\"world\": {error}"))?;
        script.world = Some(world);
    }
    let items = value.get("items").and_then(Value::as_array).ok_or("expected \"items\", a list")?;
    for (number, item) in items.iter().enumerate() {
        let item = read_item(item).map_err(|error| format!("item {number}: {error}"))?;
        script.items.push(item);
    }
    script.end = value.get("end").map(read_when).transpose()?;
    Ok(script)
}

/// Reads a value that may be absent or null, but not of another type; `what` is the type in words.
fn optional<T>(value: &Value, name: &str, read: fn(&Value) -> Option<T>, what: &str) -> Result<Option<T>, String> {
    let found = value.get(name).filter(|found| !found.is_null());
    found.map(|found| read(found).ok_or_else(|| format!("expected \"{name}\", {what}"))).transpose()
}

fn read_when(value: &Value) -> Result<ScriptTime, String> {
    let number = |name: &str| optional(value, name, Value::as_u64, "a whole number of milliseconds");
    match (number("rest_ms")?, number("at_ms")?) {
        (Some(rest_ms), _) => Ok(ScriptTime::AfterAnswers(rest_ms)),
        (None, Some(at_ms)) => Ok(ScriptTime::At(at_ms)),
        (None, None) => Err("expected \"rest_ms\" or \"at_ms\"".to_owned()),
    }
}

fn read_item(item: &Value) -> Result<ScriptItem, String> {
    let action = match item.get("action").and_then(Value::as_str) {
        Some(TYPE) => {
            let lines = item.get("lines").and_then(Value::as_str).ok_or("expected \"lines\", a text")?;
            LogAction::Lines(Arc::from(lines))
        }
        Some(INTERRUPT) => LogAction::Interrupt,
        Some(BEGIN) => LogAction::Begin,
        _ => return Err(format!("expected \"action\": \"{TYPE}\", \"{INTERRUPT}\" or \"{BEGIN}\"")),
    };
    Ok(ScriptItem { when: read_when(item)?, action })
}
