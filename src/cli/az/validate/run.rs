//! The validators of a command, by name.

use super::check::Check;
use super::{cluster, nodepool};
use crate::az::parse::Invocation;
use crate::ground::error::CliError;

/// Runs the validators of a command. Some of them rewrite a value (`v1.30` becomes `1.30`) or add
/// to the invocation's warnings.
///
/// # Errors
/// Returns the first complaint.
pub fn validate(invocation: &mut Invocation) -> Result<(), CliError> {
    let command = invocation.command;
    if let Some(name) = command.validator {
        return run(name, invocation).unwrap_or(Ok(()));
    }
    for name in command.arguments.iter().filter_map(|argument| argument.validator) {
        run(name, invocation).unwrap_or(Ok(()))?;
    }
    Ok(())
}

/// Runs a validator by name; `None` if there is none of that name.
pub(super) fn run(name: &str, invocation: &mut Invocation) -> Option<Check> {
    nodepool::run(name, invocation).or_else(|| cluster::run(name, invocation))
}
