//! Conversion of the words given to an argument into its value.

use crate::az::registry::{Argument, Arity, ValueType};

use super::request::ParseOptions;
use super::value::Value;
use crate::ground::python;

/// The reason that words do not convert to a value.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The word cannot be converted; carries the rest of the message after `argument …: `.
    Invalid(String),
    /// The word is none of the choices; carries it as compared.
    NotAChoice(String),
}

/// Converts the words given to an argument.
pub(super) fn convert(argument: &Argument, words: &[String], is_query: fn(&str) -> bool) -> Result<Value, Refusal> {
    match argument.arity {
        Arity::None => Ok(Value::Flag(true)),
        Arity::Any | Arity::AtLeastOne => {
            let texts = words.iter().map(|word| convert_word(argument, word, is_query).map(into_text));
            Ok(Value::List(texts.collect::<Result<_, _>>()?))
        }
        Arity::One | Arity::Optional => match words.first() {
            Some(word) => convert_word(argument, word, is_query),
            None if is_flag(argument) => Ok(Value::Flag(true)),
            None => Ok(Value::Text(String::new())),
        },
    }
}

fn is_flag(argument: &Argument) -> bool {
    matches!(argument.value_type, ValueType::ThreeState | ValueType::YesNo)
}

fn into_text(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => python::float_text(number),
        Value::Flag(flag) => flag.to_string(),
        Value::List(list) => list.join(" "),
    }
}

fn convert_word(argument: &Argument, word: &str, is_query: fn(&str) -> bool) -> Result<Value, Refusal> {
    let invalid = |kind: &str| Refusal::Invalid(format!("invalid {kind} value: {}", python::text_repr(word)));
    match &argument.value_type {
        ValueType::Integer => python::integer(word).map(Value::Integer).ok_or_else(|| invalid("int")),
        ValueType::Float => python::float(word).map(Value::Float).ok_or_else(|| invalid("float")),
        ValueType::JmesPath if !is_query(word) => Err(invalid("jmespath_type")),
        ValueType::Choice(choices) => choose(choices, word).map(Value::Text),
        ValueType::LowerCase(choices) => choose(choices, &word.to_lowercase()).map(Value::Text),
        ValueType::ThreeState | ValueType::YesNo => {
            choose(argument.choices(), word).map(|choice| Value::Flag(choice.starts_with(['t', 'y', '1'])))
        }
        ValueType::Location => Ok(Value::Text(location(word))),
        _ => Ok(Value::Text(word.to_owned())),
    }
}

/// Returns the choice that equals the word in any letter case, in its own spelling.
fn choose(choices: &[&str], word: &str) -> Result<String, Refusal> {
    let lower = word.to_lowercase();
    choices
        .iter()
        .find(|choice| choice.to_lowercase() == lower)
        .map(|choice| (*choice).to_owned())
        .ok_or_else(|| Refusal::NotAChoice(word.to_owned()))
}

/// Converts a display name such as `East US 2` to the region's name, which for every region is the
/// display name in lower case without spaces.
fn location(word: &str) -> String {
    if word.contains(' ') { word.to_lowercase().replace(' ', "") } else { word.to_owned() }
}

/// Returns the default of an argument in the configuration; an empty one is none.
pub(super) fn configured<'a>(argument: &Argument, options: &ParseOptions<'a>) -> Option<&'a str> {
    let key = match &*argument.dest {
        "resource_group_name" | "resource_group" if argument.names.contains(&"--resource-group") => "group",
        "location" if argument.value_type == ValueType::Location => "location",
        _ => return None,
    };
    let (_, value) = options.defaults.iter().find(|(known, value)| known == key && !value.is_empty())?;
    Some(value)
}

/// Returns the value of an argument that the line does not name.
pub(super) fn default(argument: &Argument, options: &ParseOptions<'_>) -> Option<Value> {
    if let Some(value) = configured(argument, options) {
        return convert_word(argument, value, options.is_query).ok();
    }
    match (argument.default, &argument.value_type) {
        (None, ValueType::Flag) => (!argument.unset).then_some(Value::Flag(false)),
        (None, _) => None,
        (Some(text), ValueType::Integer) => python::integer(text).map(Value::Integer),
        (Some(text), ValueType::Float) => python::float(text).map(Value::Float),
        (Some(text), ValueType::ThreeState | ValueType::YesNo) => Some(Value::Flag(text == "true")),
        (Some(_), _) if argument.arity == Arity::AtLeastOne => Some(Value::List(Vec::new())),
        (Some(text), _) => Some(Value::Text(text.to_owned())),
    }
}
