//! Values as the Azure CLI holds them: Python's, with their text forms.
//!
//! JSON values are not enough. What is printed depends on whether a mapping came from a query
//! (it keeps its order) or from the service (sorted by some formats), and YAML marks a list or
//! mapping that occurs twice, so lists and mappings have an identity.

use std::rc::Rc;

use serde_json::Value;

use super::query::node;
use crate::ground::python::{float_text, text_repr};

/// A part of a query, in which the values written are data.
pub type Node = node::Node<Datum>;

/// A value.
#[derive(Debug, Clone)]
pub enum Datum {
    /// `None`.
    Null,
    /// `True` or `False`.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A float.
    Float(f64),
    /// A string.
    Text(Rc<str>),
    /// A list.
    List(Rc<Vec<Datum>>),
    /// A dictionary.
    Mapping(Rc<Mapping>),
    /// `&expression` in a query: an argument that a function evaluates itself.
    Expression(Rc<Node>),
}

/// A dictionary.
#[derive(Debug, Default)]
pub struct Mapping {
    /// Keys and values in the order of insertion.
    pub entries: Vec<(Rc<str>, Datum)>,
    /// `true` if a query made it (an `OrderedDict`), so that formats keep its order.
    pub is_ordered: bool,
}

impl Mapping {
    /// Returns the value under a key.
    pub fn get(&self, key: &str) -> Option<&Datum> {
        let entry = self.entries.iter().find(|(name, _)| &**name == key);
        entry.map(|(_, value)| value)
    }

    /// Sets a key, which keeps its place if it has one.
    pub fn insert(&mut self, key: Rc<str>, value: Datum) {
        match self.entries.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => self.entries.push((key, value)),
        }
    }

    /// Returns keys and values sorted by key.
    pub fn sorted(&self) -> Vec<&(Rc<str>, Datum)> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by(|left, right| left.0.cmp(&right.0));
        entries
    }
}

impl From<&Value> for Datum {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => match number.as_i64() {
                Some(value) => Self::Integer(value),
                None => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => Self::text(text),
            Value::Array(items) => Self::list(items.iter().map(Self::from).collect()),
            Value::Object(entries) => {
                let entries = entries.iter();
                Self::Mapping(Rc::new(Mapping {
                    entries: entries.map(|(key, value)| (key.as_str().into(), value.into())).collect(),
                    is_ordered: false,
                }))
            }
        }
    }
}

impl Datum {
    /// A string.
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A list.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(items))
    }

    /// Converts to JSON; an expression, which has no such form, becomes null.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null | Self::Expression(_) => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Integer(value) => Value::from(*value),
            Self::Float(value) => Value::from(*value),
            Self::Text(text) => Value::from(&**text),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Mapping(mapping) => {
                let entries = mapping.entries.iter();
                Value::Object(entries.map(|(key, value)| (key.to_string(), value.to_json())).collect())
            }
        }
    }

    /// Returns `true` if it and every value in it satisfy a condition.
    pub fn all(&self, is_match: &mut dyn FnMut(&Self) -> bool) -> bool {
        is_match(self)
            && match self {
                Self::List(items) => items.iter().all(|item| item.all(is_match)),
                Self::Mapping(mapping) => mapping.entries.iter().all(|(_, value)| value.all(is_match)),
                _ => true,
            }
    }

    /// Returns the name of its Python class.
    pub fn class_name(&self) -> &'static str {
        match self {
            Self::Null => "NoneType",
            Self::Bool(_) => "bool",
            Self::Integer(_) => "int",
            Self::Float(_) => "float",
            Self::Text(_) => "str",
            Self::List(_) => "list",
            Self::Mapping(mapping) if mapping.is_ordered => "OrderedDict",
            Self::Mapping(_) => "dict",
            Self::Expression(_) => "_Expression",
        }
    }

    /// Formats it as Python's `str()`.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            _ => self.to_literal(),
        }
    }

    /// Formats it as Python's `repr()`.
    pub fn to_literal(&self) -> String {
        let mut text = String::new();
        self.write_literal(&mut text);
        text
    }

    fn write_literal(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("None"),
            Self::Bool(true) => out.push_str("True"),
            Self::Bool(false) => out.push_str("False"),
            Self::Integer(value) => out.push_str(&value.to_string()),
            Self::Float(value) => out.push_str(&float_text(*value)),
            Self::Text(text) => out.push_str(&text_repr(text)),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    item.write_literal(out);
                }
                out.push(']');
            }
            Self::Mapping(mapping) => {
                let [open, between, close, end] = match (mapping.is_ordered, mapping.entries.len()) {
                    (true, 0) => ["OrderedDict(", "", "", ")"],
                    (true, _) => ["OrderedDict([", ", ", ")", "])"],
                    (false, _) => ["{", ": ", "", "}"],
                };
                out.push_str(open);
                for (index, (key, value)) in mapping.entries.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    out.push_str(if mapping.is_ordered { "(" } else { "" });
                    out.push_str(&text_repr(key));
                    out.push_str(between);
                    value.write_literal(out);
                    out.push_str(close);
                }
                out.push_str(end);
            }
            Self::Expression(_) => out.push_str("<jmespath.visitor._Expression object>"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn literals_as_python() {
        for (value, text) in [
            (json!({"a": [1, null, true], "b": {}}), "{'a': [1, None, True], 'b': {}}"),
            (json!(["it's", "\"'", "a\\\n\u{1}\u{a0}ñ日🚀"]), r#"["it's", '"\'', 'a\\\n\x01\xa0ñ日🚀']"#),
        ] {
            assert_eq!(Datum::from(&value).to_literal(), text);
        }
    }
}
