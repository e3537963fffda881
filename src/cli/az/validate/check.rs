//! What validators share: their result, and checks of one argument.

use crate::az::parse::Invocation;
use crate::ground::error::{CliError, ErrorClass};

/// Result of one validator: success or its complaint.
pub(super) type Check = Result<(), CliError>;

/// Returns an error of the class that `CLIError` is reported as.
pub(super) fn fault(message: impl Into<String>) -> Check {
    Err(CliError::validator(ErrorClass::UnclassifiedUserFault, message))
}

pub(super) fn invalid(message: impl Into<String>) -> Check {
    Err(CliError::validator(ErrorClass::InvalidArgumentValue, message))
}

pub(super) fn misuse(message: impl Into<String>) -> Check {
    Err(CliError::validator(ErrorClass::ArgumentUsage, message))
}

pub(super) fn exclusive(message: impl Into<String>) -> Check {
    Err(CliError::validator(ErrorClass::MutuallyExclusiveArgument, message))
}

/// Returns the text of an argument unless it is empty.
pub(super) fn filled<'a>(invocation: &'a Invocation, dest: &str) -> Option<&'a str> {
    invocation.text(dest).filter(|text| !text.is_empty())
}

/// Refuses two flags that exclude each other.
pub(super) fn not_both(invocation: &Invocation, first: &str, second: &str, message: &str, class: ErrorClass) -> Check {
    if invocation.flag(first) && invocation.flag(second) { Err(CliError::validator(class, message)) } else { Ok(()) }
}
