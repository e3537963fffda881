//! Arguments from JavaScript, where anything can be passed: checked, and refused in its own words.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::problem::Problem;

/// The largest integer that a JavaScript number holds exactly.
const SAFE_INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

/// Returns a short description of a value, for a message.
pub(super) fn described(value: &JsValue) -> String {
    if let Some(number) = value.as_f64() {
        return number.to_string();
    }
    if value.is_null() || value.is_undefined() || value.as_bool().is_some() {
        return format!("{value:?}").trim_start_matches("JsValue(").trim_end_matches(')').to_owned();
    }
    match value.js_typeof().as_string().unwrap_or_default() {
        kind if kind == "object" => "an object".to_owned(),
        kind => format!("a {kind}"),
    }
}

/// Reads a text.
///
/// # Errors
///
/// `invalid_argument` for anything that is no string.
pub(super) fn text(name: &str, value: &JsValue) -> Result<String, Problem> {
    value.as_string().ok_or_else(|| Problem::argument(format!("{name} must be a string, not {}", described(value))))
}

/// Reads a whole number from 0 to 2^53 - 1.
///
/// # Errors
///
/// `invalid_argument` for anything else.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a safe integer")]
pub(super) fn integer(name: &str, value: &JsValue) -> Result<u64, Problem> {
    match value.as_f64() {
        Some(number) if (0.0..=SAFE_INTEGER_MAX).contains(&number) && number.fract() == 0.0 => Ok(number as u64),
        _ => Err(Problem::argument(format!(
            "{name} must be a whole number from 0 to 2^53 - 1, not {}",
            described(value)
        ))),
    }
}

/// Reads a whole number that may be left out.
///
/// # Errors
///
/// As [`integer`].
pub(super) fn optional_integer(name: &str, value: &JsValue) -> Result<Option<u64>, Problem> {
    if value.is_undefined() { Ok(None) } else { integer(name, value).map(Some) }
}

/// Reads settings, an object of texts and numbers: their names and values. None where there is no object.
///
/// # Errors
///
/// `invalid_argument` for anything else.
pub(super) fn settings(value: &JsValue) -> Result<Vec<(String, String)>, Problem> {
    if value.is_undefined() {
        return Ok(Vec::new());
    }
    let object = value.dyn_ref::<Object>().filter(|object| !object.is_function());
    let object =
        object.ok_or_else(|| Problem::argument(format!("the settings must be an object, not {}", described(value))))?;
    let setting = |pair: JsValue| {
        let pair = Array::from(&pair);
        let (name, value) = (pair.get(0).as_string().unwrap_or_default(), pair.get(1));
        let text = value.as_string().or_else(|| value.as_f64().map(|number| number.to_string()));
        let text = text.ok_or_else(|| {
            Problem::argument(format!("{name} must be a string or a number, not {}", described(&value)))
        })?;
        Ok((name, text))
    };
    Object::entries(object).iter().map(setting).collect()
}

/// Returns the byte offset in `line` of a number of UTF-16 units, which is how JavaScript counts; the end for more.
pub(super) fn byte_offset(line: &str, units: u64) -> usize {
    let mut left = units;
    for (offset, letter) in line.char_indices() {
        if left == 0 {
            return offset;
        }
        left = left.saturating_sub(letter.len_utf16() as u64);
    }
    line.len()
}

/// Returns the number of UTF-16 units before a byte offset of a line.
pub(super) fn utf16_offset(line: &str, offset: usize) -> usize {
    line.get(..offset).unwrap_or(line).encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_counted_as_javascript_does() {
        for (units, bytes) in [(0, 0), (1, 1), (2, 3), (4, 7), (5, 8), (9, 8)] {
            assert_eq!(byte_offset("aé😀b", units), bytes, "{units}");
        }
        for (bytes, units) in [(0, 0), (1, 1), (3, 2), (7, 4), (8, 5)] {
            assert_eq!(utf16_offset("aé😀b", bytes), units, "{bytes}");
        }
    }
}
