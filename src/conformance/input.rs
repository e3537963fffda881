//! Reading a case's input, and noticing what nobody read.
//!
//! Every value that an adapter reads is ticked off. What is left over in the end is a field that the
//! adapter does not know, and the case is not answered as if it were not there.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;

/// Why a case was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It is outside the scope of the engine, for this reason.
    Skipped(String),
    /// The adapter does not understand it.
    Unreadable(String),
}

/// What an adapter gives, or why it does not.
pub type Read<T> = Result<T, Stop>;

/// The paths that have been read.
#[derive(Debug, Default)]
pub struct Ticks(RefCell<BTreeSet<String>>);

/// A value of the input.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    value: &'a Value,
    path: String,
    ticks: &'a Ticks,
}

impl<'a> Input<'a> {
    /// The whole input of a case.
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

    /// A field, where there is one and it is not null.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<Self> {
        let field = self.child(key, self.value.get(key)?);
        if field.value.is_null() {
            field.tick();
            return None;
        }
        Some(field)
    }

    /// The first of several fields that is there and not null: cases spell the same thing in several ways.
    #[must_use]
    pub fn find_any(&self, keys: &[&str]) -> Option<Self> {
        keys.iter().find_map(|key| self.find(key))
    }

    /// A count by any of several names; none where none is there.
    pub fn small_of(&self, keys: &[&str]) -> Read<u32> {
        self.find_any(keys).map_or(Ok(0), |field| field.as_small())
    }

    /// Whether there is a field, null or not.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.value.get(key).is_some()
    }

    /// A field that must be there.
    pub fn get(&self, key: &str) -> Read<Self> {
        match self.find(key) {
            Some(field) => Ok(field),
            None => self.child(key, &Value::Null).unreadable("there"),
        }
    }

    /// A number, as it is written.
    pub fn as_number(&self) -> Read<f64> {
        self.tick();
        self.value.as_f64().map_or_else(|| self.unreadable("a number"), Ok)
    }

    /// An integer that is not negative.
    pub fn as_count(&self) -> Read<u64> {
        self.tick();
        self.value.as_u64().map_or_else(|| self.unreadable("a count"), Ok)
    }

    /// A text.
    pub fn as_text(&self) -> Read<&'a str> {
        self.tick();
        self.value.as_str().map_or_else(|| self.unreadable("a text"), Ok)
    }

    /// True or false.
    pub fn as_flag(&self) -> Read<bool> {
        self.tick();
        self.value.as_bool().map_or_else(|| self.unreadable("true or false"), Ok)
    }

    /// The entries of a list.
    pub fn as_list(&self) -> Read<Vec<Self>> {
        let Some(list) = self.value.as_array() else {
            return self.unreadable("a list");
        };
        if list.is_empty() {
            self.tick();
        }
        Ok(list.iter().enumerate().map(|(index, value)| self.child(&index.to_string(), value)).collect())
    }

    /// The fields of an object.
    pub fn as_fields(&self) -> Read<Vec<(&'a str, Self)>> {
        let Some(object) = self.value.as_object() else {
            return self.unreadable("an object");
        };
        if object.is_empty() {
            self.tick();
        }
        Ok(object.iter().map(|(key, value)| (key.as_str(), self.child(key, value))).collect())
    }

    /// Whether it is a text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.value.is_string()
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// A count; `default` where there is none.
    pub fn count_or(&self, key: &str, default: u64) -> Read<u64> {
        self.find(key).map_or(Ok(default), |field| field.as_count())
    }

    /// A count that fits in 32 bits.
    pub fn small(&self, key: &str) -> Read<u32> {
        self.get(key)?.as_small()
    }

    /// The same; `default` where there is none.
    pub fn small_or(&self, key: &str, default: u32) -> Read<u32> {
        self.find(key).map_or(Ok(default), |field| field.as_small())
    }

    /// A count that fits in 32 bits.
    pub fn as_small(&self) -> Read<u32> {
        u32::try_from(self.as_count()?).or_else(|_| self.unreadable("a small count"))
    }

    /// A flag; `default` where there is none.
    pub fn flag_or(&self, key: &str, default: bool) -> Read<bool> {
        self.find(key).map_or(Ok(default), |field| field.as_flag())
    }

    /// A text that must be there.
    pub fn text(&self, key: &str) -> Read<&'a str> {
        self.get(key)?.as_text()
    }

    /// Seconds as milliseconds.
    pub fn as_ms(&self) -> Read<i64> {
        let ms = (self.as_number()? * 1000.0).round();
        #[expect(clippy::cast_possible_truncation, reason = "rounded; times of tests are small")]
        Ok(ms as i64)
    }

    /// A field of seconds as milliseconds, where there is one.
    pub fn ms(&self, key: &str) -> Read<Option<i64>> {
        self.find(key).map(|field| field.as_ms()).transpose()
    }

    /// The entries of a field that is a list; none where there is no such field.
    pub fn list(&self, key: &str) -> Read<Vec<Self>> {
        self.find(key).map_or_else(|| Ok(Vec::new()), |field| field.as_list())
    }

    /// The same for a list of texts.
    pub fn texts(&self, key: &str) -> Read<Vec<&'a str>> {
        self.list(key)?.iter().map(Self::as_text).collect()
    }

    /// The fields of a field that is an object; none where there is no such field.
    pub fn fields(&self, key: &str) -> Read<Vec<(&'a str, Self)>> {
        self.find(key).map_or_else(|| Ok(Vec::new()), |field| field.as_fields())
    }

    /// Texts by name.
    pub fn pairs(&self, key: &str) -> Read<scale_down_engine::Pairs> {
        self.find(key).map_or_else(|| Ok(scale_down_engine::Pairs::new()), |field| field.as_pairs())
    }

    /// The fields of an object of texts.
    pub fn as_pairs(&self) -> Read<scale_down_engine::Pairs> {
        let pair = |(key, value): (&str, Self)| Ok((key.to_owned(), value.as_text()?.to_owned()));
        self.as_fields()?.into_iter().map(pair).collect()
    }

    /// Skips a case about groups that grow and shrink as a whole, which Azure's provider does not have.
    pub fn skip_if_atomic(&self) -> Read<()> {
        let reason = "the Azure provider has no groups that grow and shrink as a whole";
        self.skip_if_named(&["atomic", "zero_or_max"], reason)
    }

    /// Skips a case that says something under a name with one of these words in it.
    pub fn skip_if_named(&self, words: &[&str], reason: &str) -> Read<()> {
        let mut fields = self.value.as_object().into_iter().flatten();
        let is_said = |(name, value): (&String, &Value)| {
            words.iter().any(|word| name.contains(word)) && !matches!(value, Value::Null | Value::Bool(false))
        };
        if fields.any(is_said) { Err(Stop::Skipped(reason.to_owned())) } else { Ok(()) }
    }

    /// The path of something that has not been read.
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
