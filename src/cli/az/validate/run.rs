//! The validators of a command.

use std::sync::LazyLock;

use super::validator::Validator;
use super::{cluster, nodepool};
use crate::az::parse::Invocation;
use crate::az::registry::{Command, registry};
use crate::ground::error::CliError;

/// Runs the validators of a command. Some of them rewrite a value (`v1.30` becomes `1.30`) or add
/// to the invocation's warnings.
///
/// # Errors
/// Returns the first complaint.
pub fn validate(invocation: &mut Invocation) -> Result<(), CliError> {
    /// The validators of every command, in the order of the registry.
    static RESOLVED: LazyLock<Vec<Vec<&Validator>>> = LazyLock::new(|| {
        registry().commands.iter().map(|command| names(command).filter_map(named).collect()).collect()
    });
    let validators = RESOLVED.get(invocation.command.number).map(Vec::as_slice).unwrap_or_default();
    validators.iter().try_for_each(|validator| validator.check(invocation))
}

/// Returns the names of a command's validators: its own, or those of its arguments.
fn names(command: &'static Command) -> impl Iterator<Item = &'static str> {
    let arguments = command.arguments.iter().filter(|_| command.validator.is_none());
    command.validator.into_iter().chain(arguments.filter_map(|argument| argument.validator))
}

fn named(name: &str) -> Option<&'static Validator> {
    let mut all = nodepool::VALIDATORS.iter().chain(cluster::VALIDATORS);
    all.find(|(known, _)| *known == name).map(|(_, validator)| validator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_validator_has_a_function_and_every_function_a_command() {
        let of_all = || {
            registry().commands.iter().flat_map(|command| {
                command.validator.into_iter().chain(command.arguments.iter().filter_map(|argument| argument.validator))
            })
        };
        for name in of_all() {
            assert!(named(name).is_some(), "{name}");
        }
        for (name, _) in nodepool::VALIDATORS.iter().chain(cluster::VALIDATORS) {
            assert!(of_all().any(|used| used == *name), "{name}");
        }
    }
}
