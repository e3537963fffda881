//! Errors of the package: a code for programs, and a sentence.

use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

use scale_down_session::budget::OutOfBudget;
use scale_down_session::compare::ForkError;
use scale_down_session::{OpenError, WorldError};

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
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self { code: "invalid_argument", message: message.into() }
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

impl From<ForkError> for Problem {
    fn from(error: ForkError) -> Self {
        match error {
            ForkError::Setting(error) => Self::argument(error.to_string()),
            ForkError::Work(error) => error.into(),
        }
    }
}

impl From<OutOfBudget> for Problem {
    fn from(error: OutOfBudget) -> Self {
        Self { code: "out_of_budget", message: error.to_string() }
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
        error.set_name("SimulatorError");
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&error, &"code".into(), &problem.code.into());
        error.into()
    }
}
