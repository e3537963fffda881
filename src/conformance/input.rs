//! Access to a case's input that records every value read, so that an unread field is noticed.
//!
//! Every value that an adapter reads is ticked off. A field that is left over in the end is one that the adapter
//! does not know; the case then fails instead of being answered as if the field were not there.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;

/// Greatest small count: of what a case makes so many of, such as nodes. More would take all memory.
const SMALL_MAX: u32 = 100_000;

/// The reason why a case was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The case is outside the scope of the engine, for this reason.
    Skipped(String),
    /// The adapter does not understand the case, for this reason.
    Unreadable(String),
}

/// Result of reading a case.
pub type Read<T> = Result<T, Stop>;

/// Paths of the values that have been read.
#[derive(Debug, Default)]
pub struct Ticks(RefCell<BTreeSet<String>>);

/// A value of the input, with its path.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    value: &'a Value,
    path: String,
    ticks: &'a Ticks,
}

impl<'a> Input<'a> {
    /// Wraps the whole input of a case.
    #[must_use]
    pub fn new(value: &'a Value, ticks: &'a Ticks) -> Self {
        Self { value, path: String::new(), ticks }
    }

    fn unreadable<T>(&self, what: &str) -> Read<T> {
        Err(Stop::Unreadable(format!("the input's `{}` is not {what}", self.path)))
    }

    fn tick(&self) {
        self.ticks.0.borrow_mut().insert(self.path.clone());
    }

    fn child(&self, key: &str, value: &'a Value) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self { value, path: format!("{}{dot}{key}", self.path), ticks: self.ticks }
    }

    /// Returns a field, if it exists and is not null.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<Self> {
        let field = self.child(key, self.value.get(key)?);
        if field.value.is_null() {
            field.tick();
            return None;
        }
        Some(field)
    }

    /// Returns the first of several fields that exists and is not null: cases spell the same thing in several ways.
    #[must_use]
    pub fn find_any(&self, keys: &[&str]) -> Option<Self> {
        keys.iter().find_map(|key| self.find(key))
    }

    /// Reads a small count under any of several names; 0 if none exists.
    pub fn small_of(&self, keys: &[&str]) -> Read<u32> {
        self.find_any(keys).map_or(Ok(0), |field| field.as_small())
    }

    /// Returns `true` if a field exists, null or not.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.value.get(key).is_some()
    }

    /// Returns a field that must exist and not be null.
    pub fn get(&self, key: &str) -> Read<Self> {
        match self.find(key) {
            Some(field) => Ok(field),
            None => self.child(key, &Value::Null).unreadable("there"),
        }
    }

    /// Reads a number.
    pub fn as_number(&self) -> Read<f64> {
        self.tick();
        self.value.as_f64().map_or_else(|| self.unreadable("a number"), Ok)
    }

    /// Reads an integer that is not negative.
    pub fn as_count(&self) -> Read<u64> {
        self.tick();
        self.value.as_u64().map_or_else(|| self.unreadable("a count"), Ok)
    }

    /// Reads a text.
    pub fn as_text(&self) -> Read<&'a str> {
        self.tick();
        self.value.as_str().map_or_else(|| self.unreadable("a text"), Ok)
    }

    /// Reads true or false.
    pub fn as_flag(&self) -> Read<bool> {
        self.tick();
        self.value.as_bool().map_or_else(|| self.unreadable("true or false"), Ok)
    }

    /// Returns the entries of a list.
    pub fn as_list(&self) -> Read<Vec<Self>> {
        let Some(list) = self.value.as_array() else {
            return self.unreadable("a list");
        };
        if list.is_empty() {
            self.tick();
        }
        Ok(list.iter().enumerate().map(|(index, value)| self.child(&index.to_string(), value)).collect())
    }

    /// Returns the fields of an object with their names.
    pub fn as_fields(&self) -> Read<Vec<(&'a str, Self)>> {
        let Some(object) = self.value.as_object() else {
            return self.unreadable("an object");
        };
        if object.is_empty() {
            self.tick();
        }
        Ok(object.iter().map(|(key, value)| (key.as_str(), self.child(key, value))).collect())
    }

    /// Returns `true` if the value is a text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.value.is_string()
    }

    /// Returns `true` if the value is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// Reads a count; `default` if the field does not exist.
    pub fn count_or(&self, key: &str, default: u64) -> Read<u64> {
        self.find(key).map_or(Ok(default), |field| field.as_count())
    }

    /// Reads a field that must be a small count.
    pub fn small(&self, key: &str) -> Read<u32> {
        self.get(key)?.as_small()
    }

    /// Reads a small count; `default` if the field does not exist.
    pub fn small_or(&self, key: &str, default: u32) -> Read<u32> {
        self.find(key).map_or(Ok(default), |field| field.as_small())
    }

    /// Reads a count of at most [`SMALL_MAX`].
    pub fn as_small(&self) -> Read<u32> {
        let count = u32::try_from(self.as_count()?).ok().filter(|count| *count <= SMALL_MAX);
        count.map_or_else(|| self.unreadable("a count of at most 100,000"), Ok)
    }

    /// Reads a flag; `default` if the field does not exist.
    pub fn flag_or(&self, key: &str, default: bool) -> Read<bool> {
        self.find(key).map_or(Ok(default), |field| field.as_flag())
    }

    /// Reads a field that must be a text.
    pub fn text(&self, key: &str) -> Read<&'a str> {
        self.get(key)?.as_text()
    }

    /// Reads a number of seconds, of at most 10¹² either way, and converts it to milliseconds.
    pub fn as_ms(&self) -> Read<i64> {
        let seconds = self.as_number()?;
        if seconds.abs() > 1e12 {
            return self.unreadable("a time within 10^12 seconds");
        }
        #[expect(clippy::cast_possible_truncation, reason = "rounded, and far below 2^63")]
        Ok((seconds * 1000.0).round() as i64)
    }

    /// Reads a field in seconds and converts it to milliseconds; `None` if the field does not exist.
    pub fn ms(&self, key: &str) -> Read<Option<i64>> {
        self.find(key).map(|field| field.as_ms()).transpose()
    }

    /// Returns the entries of a list; none if the field does not exist.
    pub fn list(&self, key: &str) -> Read<Vec<Self>> {
        self.find(key).map_or_else(|| Ok(Vec::new()), |field| field.as_list())
    }

    /// Reads a list of texts; empty if the field does not exist.
    pub fn texts(&self, key: &str) -> Read<Vec<&'a str>> {
        self.list(key)?.iter().map(Self::as_text).collect()
    }

    /// Returns the fields of an object; none if the field does not exist.
    pub fn fields(&self, key: &str) -> Read<Vec<(&'a str, Self)>> {
        self.find(key).map_or_else(|| Ok(Vec::new()), |field| field.as_fields())
    }

    /// Reads an object of texts; empty if the field does not exist.
    pub fn pairs(&self, key: &str) -> Read<scale_down_engine::Pairs> {
        self.find(key).map_or_else(|| Ok(scale_down_engine::Pairs::new()), |field| field.as_pairs())
    }

    /// Reads an object of texts.
    pub fn as_pairs(&self) -> Read<scale_down_engine::Pairs> {
        let pair = |(key, value): (&str, Self)| Ok((key.to_owned(), value.as_text()?.to_owned()));
        self.as_fields()?.into_iter().map(pair).collect()
    }

    /// Skips a case about atomic groups, which grow and shrink as a whole: Azure's provider has none.
    pub fn skip_if_atomic(&self) -> Read<()> {
        let reason = "the Azure provider has no groups that grow and shrink as a whole";
        self.skip_if_named(&["atomic", "zero_or_max"], reason)
    }

    /// Skips a case with a field whose name contains one of these words and whose value is neither null nor false.
    pub fn skip_if_named(&self, words: &[&str], reason: &str) -> Read<()> {
        let mut fields = self.value.as_object().into_iter().flatten();
        let is_said = |(name, value): (&String, &Value)| {
            words.iter().any(|word| name.contains(word)) && !matches!(value, Value::Null | Value::Bool(false))
        };
        if fields.any(is_said) { Err(Stop::Skipped(reason.to_owned())) } else { Ok(()) }
    }

    /// Returns the path of the first value that has not been read.
    #[must_use]
    pub fn left_over(&self) -> Option<String> {
        let children = match self.value {
            Value::Object(object) => object.iter().map(|(key, value)| self.child(key, value)).collect(),
            Value::Array(list) => {
                list.iter().enumerate().map(|(index, value)| self.child(&index.to_string(), value)).collect()
            }
            _ => Vec::new(),
        };
        if children.is_empty() && (self.value.is_object() || self.value.is_array()) {
            // There is nothing in it that could have been overlooked.
            return None;
        }
        if children.is_empty() {
            return (!self.ticks.0.borrow().contains(&self.path)).then(|| self.path.clone());
        }
        children.iter().find_map(Self::left_over)
    }
}
