//! The programs that a line can begin with.

use super::execution::Execution;
use super::verb;
use crate::az::exec::{self, Context};
use crate::kubectl;

/// Carries out a command, given its words after the program; `input` is piped text or a here-document.
type Run = fn(&[&str], Option<&str>, Context<'_>) -> Execution;

const PROGRAMS: [(&str, Run); 5] = [
    ("az", |words, _, context| exec::run_az(words, context).into()),
    ("kubectl", |words, input, context| kubectl::run(words, input, context).into()),
    ("wait", verb::wait),
    ("sim", verb::sim),
    ("help", verb::help),
];

/// Returns `true` for a program that is carried out here.
#[must_use]
pub fn is_program(name: &str) -> bool {
    PROGRAMS.iter().any(|(known, _)| *known == name)
}

/// Carries out a command, given its words; `input` is piped text or a here-document.
#[must_use]
pub fn run(words: &[&str], input: Option<&str>, context: Context<'_>) -> Execution {
    let Some((name, words)) = words.split_first() else { return verb::succeed(words, input, context) };
    match PROGRAMS.iter().find(|(known, _)| known == name) {
        Some((_, run)) => run(words, input, context),
        None => verb::refuse(name, context),
    }
}
