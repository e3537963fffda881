//! The engine's answer to a case, and its comparison with the expected one.

use serde_json::{Map, Value};

use super::input::{Input, Read};

/// The engine's answer: everything that the suite's cases may ask for, by name.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    values: Map<String, Value>,
    partial: Vec<&'static str>,
    sets: Vec<&'static str>,
}

impl Answer {
    /// Creates an empty answer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value that must equal the expected one.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// Adds an object of which a case may expect a part only, at any depth.
    #[must_use]
    pub fn with_partial(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.partial.push(name);
        self.with(name, value)
    }

    /// Adds a list that is compared without regard to order.
    #[must_use]
    pub fn with_set(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.sets.push(name);
        self.with(name, value)
    }

    /// Returns all values as a JSON object.
    #[must_use]
    pub fn into_value(self) -> Value {
        Value::Object(self.values)
    }

    /// Returns the first difference from the expected answer, in words; `None` if there is none.
    ///
    /// `rel_tol` is the relative tolerance of numbers; `x_contains` is a part of the text `x`; `x_in` lists the values
    /// that entries of `x` may have.
    #[must_use]
    pub fn difference(&self, expected: &Map<String, Value>) -> Option<String> {
        let tolerance = expected.get("rel_tol").and_then(Value::as_f64).unwrap_or_default();
        let mut names = expected.iter().filter(|(name, _)| *name != "rel_tol");
        names.find_map(|(name, value)| self.difference_in(name, value, tolerance))
    }

    fn difference_in(&self, name: &str, expected: &Value, tolerance: f64) -> Option<String> {
        let told = |got: &Value| Some(format!("{name}: expected {expected}, got {got}"));
        if let Some(got) = self.values.get(name) {
            let is_partial = self.partial.contains(&name);
            let is_set = self.sets.contains(&name) && expected.is_array() && got.is_array();
            let is_equal =
                if is_set { sorted(expected) == sorted(got) } else { are_equal(expected, got, is_partial, tolerance) };
            return if is_equal { None } else { told(got) };
        }
        if let Some(got) = name.strip_suffix("_contains").and_then(|name| self.values.get(name)) {
            let part = expected.as_str().unwrap_or_default();
            return if got.as_str().is_some_and(|got| got.contains(part)) { None } else { told(got) };
        }
        if let Some(got) = name.strip_suffix("_in").and_then(|name| self.values.get(name)) {
            let allowed = expected.as_array().cloned().unwrap_or_default();
            let is_allowed = |one: &Value| allowed.iter().any(|other| are_equal(other, one, false, tolerance));
            return if got.as_array().is_some_and(|got| got.iter().all(is_allowed)) { None } else { told(got) };
        }
        Some(format!("{name}: expected {expected}, and nothing answers that"))
    }
}

/// Returns the entries of a list as text, in sorted order.
fn sorted(list: &Value) -> Vec<String> {
    let mut texts: Vec<String> = list.as_array().into_iter().flatten().map(Value::to_string).collect();
    texts.sort();
    texts
}

fn are_equal(expected: &Value, got: &Value, is_partial: bool, tolerance: f64) -> bool {
    match (expected, got) {
        (Value::Number(expected), Value::Number(got)) => {
            let (expected, got) = (expected.as_f64().unwrap_or_default(), got.as_f64().unwrap_or_default());
            (expected - got).abs() <= tolerance * expected.abs() + 1e-9
        }
        (Value::Array(expected), Value::Array(got)) => {
            let pairs = expected.iter().zip(got);
            expected.len() == got.len()
                && pairs.into_iter().all(|(expected, got)| are_equal(expected, got, is_partial, tolerance))
        }
        (Value::Object(expected), Value::Object(got)) => {
            let is_there = |(name, value): (&String, &Value)| {
                got.get(name).is_some_and(|got| are_equal(value, got, is_partial, tolerance))
            };
            (is_partial || expected.len() == got.len()) && expected.iter().all(is_there)
        }
        _ => expected == got,
    }
}

/// The adapter of a suite: a function that reads a case, asks the engine, and returns its answer.
pub type Adapter = fn(&Input<'_>) -> Read<Answer>;
