//! The programs that a line can begin with.

use super::execution::Execution;
use super::verb;
use crate::az::exec::{self, Context};
use crate::kubectl;

/// Carries out a command, given its words; `input` is piped text or a here-document.
#[must_use]
pub fn run(words: &[&str], input: Option<&str>, context: Context<'_>) -> Execution {
    match words {
        ["az", arguments @ ..] => exec::run_az(arguments, context).into(),
        ["kubectl", arguments @ ..] => kubectl::run(arguments, input, context).into(),
        _ => verb::run(words, input, context),
    }
}
