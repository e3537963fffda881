//! Checks of a parsed command that need nothing but its arguments.
//!
//! They come in two rounds, as in the Azure CLI:
//!
//! 1. [`validate`], after the confirmation and before the command sends anything: the validators of
//!    the arguments, in the order in which the arguments are declared (stage `validator`, exit 1).
//! 2. [`decorator`], inside the command, each at its own moment, mostly after the first GET (stage
//!    `decorator`, exit 1).

mod address;
mod cluster;
pub mod decorator;
mod nodepool;
mod resource_id;
mod rules;
mod ssh_key;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;

use crate::error::{CliError, ErrorClass};
use crate::parse::Invocation;

pub use resource_id::is_resource_id;

/// Result of one validator: success or its complaint.
type Check = Result<(), CliError>;

/// Runs the validators of a command. Some of them rewrite a value (`v1.30` becomes `1.30`) or add
/// to the invocation's warnings.
///
/// # Errors
/// Returns the first complaint.
pub fn validate(invocation: &mut Invocation) -> Check {
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
fn run(name: &str, invocation: &mut Invocation) -> Option<Check> {
    nodepool::run(name, invocation).or_else(|| cluster::run(name, invocation))
}

/// Returns an error of the class that `CLIError` is reported as.
fn fault(message: impl Into<String>) -> Check {
    Err(CliError::validator(ErrorClass::UnclassifiedUserFault, message))
}

fn invalid(message: impl Into<String>) -> Check {
    Err(CliError::validator(ErrorClass::InvalidArgumentValue, message))
}

fn misuse(message: impl Into<String>) -> Check {
    Err(CliError::validator(ErrorClass::ArgumentUsage, message))
}

fn exclusive(message: impl Into<String>) -> Check {
    Err(CliError::validator(ErrorClass::MutuallyExclusiveArgument, message))
}

/// Returns the text of an argument unless it is empty.
fn filled<'a>(invocation: &'a Invocation, dest: &str) -> Option<&'a str> {
    invocation.text(dest).filter(|text| !text.is_empty())
}

/// Refuses a whole number outside a range.
fn in_range(invocation: &Invocation, dest: &str, range: (i128, i128), message: &str, class: ErrorClass) -> Check {
    match invocation.integer(dest) {
        Some(number) if !(range.0..=range.1).contains(&number) => Err(CliError::validator(class, message)),
        _ => Ok(()),
    }
}

/// Refuses a text that is not the ID of a resource.
fn resource_id(invocation: &Invocation, dest: &str, option: &str, class: ErrorClass) -> Check {
    match filled(invocation, dest) {
        Some(id) if !is_resource_id(id) => {
            Err(CliError::validator(class, format!("{option} is not a valid Azure resource ID.")))
        }
        _ => Ok(()),
    }
}

/// Refuses two flags that exclude each other.
fn not_both(invocation: &Invocation, first: &str, second: &str, message: &str, class: ErrorClass) -> Check {
    if invocation.flag(first) && invocation.flag(second) { Err(CliError::validator(class, message)) } else { Ok(()) }
}
