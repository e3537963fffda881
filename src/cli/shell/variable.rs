//! A variable: text, a list or a map, and its attributes.

use std::collections::BTreeMap;

/// Buckets of bash's hash tables, which decide the order in which it lists the keys of a map.
const BUCKETS: u32 = 1024;

/// A variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) value: Value,
    pub(super) attributes: Attributes,
}

/// The value of a variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Value {
    /// Declared without a value.
    #[default]
    Unset,
    Text(String),
    /// An array with numbers as keys.
    List(BTreeMap<i64, String>),
    /// An array with texts as keys.
    Map(BTreeMap<String, String>),
}

/// Attributes that `declare` gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "five attributes of bash, any of which may be given")]
pub(super) struct Attributes {
    pub(super) is_readonly: bool,
    pub(super) is_exported: bool,
    /// Values are expressions.
    pub(super) is_integer: bool,
    pub(super) is_lower: bool,
    pub(super) is_upper: bool,
}

/// Returns the place of a key in bash's order: the bucket of its FNV-1 hash.
fn bucket(key: &str) -> u32 {
    let hash = key.bytes().fold(2_166_136_261_u32, |hash, byte| hash.wrapping_mul(16_777_619) ^ u32::from(byte));
    hash & (BUCKETS - 1)
}

impl Value {
    /// Returns its text: that of element 0 of an array.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Unset => None,
            Self::Text(text) => Some(text),
            Self::List(list) => list.get(&0).map(String::as_str),
            Self::Map(map) => map.get("0").map(String::as_str),
        }
    }

    /// Returns its keys and values in bash's order.
    pub(super) fn elements(&self) -> Vec<(String, &str)> {
        match self {
            Self::Unset => Vec::new(),
            Self::Text(text) => vec![("0".to_owned(), text.as_str())],
            Self::List(list) => list.iter().map(|(key, value)| (key.to_string(), value.as_str())).collect(),
            Self::Map(map) => {
                let mut elements: Vec<(String, &str)> =
                    map.iter().map(|(key, value)| (key.clone(), value.as_str())).collect();
                elements.sort_by_key(|(key, _)| bucket(key));
                elements
            }
        }
    }

    /// Returns its size in bytes, roughly.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Unset => 0,
            Self::Text(text) => text.len(),
            Self::List(list) => list.values().map(|value| value.len() + 16).sum(),
            Self::Map(map) => map.iter().map(|(key, value)| key.len() + value.len() + 16).sum(),
        }
    }
}
