//! Lines for tests of what comes after parsing.

use super::{Invocation, ParseOptions, Parsed, parse};
use crate::az::registry::{ValueType, registry};

/// Parses the words after `az`.
pub(crate) fn invocation(line: &str) -> Invocation {
    let words: Vec<&str> = line.split(' ').collect();
    match parse(&words, &ParseOptions { strict: true, is_query: |_| true, defaults: &[] }) {
        Ok(Parsed::Invocation(invocation)) => *invocation,
        other => panic!("{line}: {other:?}"),
    }
}

/// Returns a command with nothing but the arguments that it requires.
pub(crate) fn minimal(command: &str) -> Invocation {
    let mut line = command.to_owned();
    for argument in registry().command(command).unwrap().arguments.iter().filter(|argument| argument.required) {
        let value = if argument.value_type == ValueType::Integer { "1" } else { "x" };
        let name = argument.names.first().copied().unwrap_or_default();
        line = format!("{line} {name} {value}");
    }
    invocation(&line.replace("  ", " "))
}
