//! Errors of the package: a code for programs, and a sentence.

use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

use scale_down_session::{OpenError, WorldError};

/// The largest integer that a JavaScript number holds exactly.
const SAFE_INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

/// An error, before it becomes a JavaScript `Error` with a `code`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Name of the kind of error, as `SimulatorError` in `types.d.ts` lists them.
    pub code: &'static str,
    /// A sentence about it.
    pub message: String,
}

impl Problem {
    /// Returns the error of an argument that makes no sense.
    pub(crate) fn argument(message: String) -> Self {
        Self { code: "invalid_argument", message }
    }

    /// Returns the error of values that do not become JavaScript's, which does not happen in practice.
    pub(crate) fn internal(message: String) -> Self {
        Self { code: "internal", message }
    }
}

impl From<OpenError> for Problem {
    fn from(error: OpenError) -> Self {
        let code = if matches!(error, OpenError::Share(_)) { "invalid_link" } else { "invalid_script" };
        Self { code, message: error.to_string() }
    }
}

impl From<WorldError> for Problem {
    fn from(error: WorldError) -> Self {
        Self { code: "invalid_world", message: error.to_string() }
    }
}

impl From<Problem> for JsValue {
    fn from(problem: Problem) -> Self {
        let error = Error::new(&problem.message);
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&error, &"code".into(), &problem.code.into());
        error.into()
    }
}

/// Returns a number of JavaScript as a whole one; `name` is that of the argument.
///
/// # Errors
///
/// `invalid_argument` where it is negative, has a fraction, or is above the safe integers.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a safe integer")]
pub fn integer(name: &str, value: f64) -> Result<u64, Problem> {
    if (0.0..=SAFE_INTEGER_MAX).contains(&value) && value.fract() == 0.0 {
        return Ok(value as u64);
    }
    Err(Problem::argument(format!("{name} must be a whole number from 0 to 2^53 - 1, not {value}")))
}
