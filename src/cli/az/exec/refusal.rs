//! Refusals of commands, in the words of `az`.

use crate::ground::error::{CliError, ErrorClass, Stage};
use crate::output::OutputError;
use scale_down_engine::{Cloud, OperationId, OperationState, ServiceError};

/// Result of a part of a command.
pub(super) type Result<T> = std::result::Result<T, CliError>;

/// Returns the refusal of a real command that the simulation does not carry out.
///
/// Its arguments were good, so it counts as accepted.
pub(super) fn not_simulated(name: &str) -> CliError {
    let text = format!("'az {name}' is a real command that the playground does not simulate.");
    CliError::new(ErrorClass::NotSimulated, Stage::Service, text)
}

/// Returns the refusal of a command that needs the network, which the playground does not have.
pub(super) fn needs_network(text: &str) -> CliError {
    CliError::new(ErrorClass::UnclassifiedUserFault, Stage::Network, text)
}

/// Returns a refusal by a command's own checks.
pub(crate) fn refusal(message: impl Into<String>) -> CliError {
    CliError::decorator(ErrorClass::UnclassifiedUserFault, message)
}

/// Returns a refusal where the real command would go on, as the simulation lacks what it needs.
pub(super) fn beyond(message: impl Into<String>) -> CliError {
    CliError { class: ErrorClass::NotSimulated, ..refusal(message) }
}

/// Returns a refusal by the service in the words of `az`. The exit code is 3 for a missing resource, else 1.
pub(super) fn service_refusal(error: &ServiceError) -> CliError {
    let ServiceError { code, message } = error;
    let is_missing = code.ends_with("NotFound");
    let (class, exit_code) = if is_missing { (ErrorClass::ResourceNotFound, 3) } else { (ErrorClass::Service, 1) };
    let text = format!("({code}) {message}\nCode: {code}\nMessage: {message}");
    CliError::new(class, Stage::Service, text).with_exit_code(exit_code)
}

impl From<ServiceError> for CliError {
    fn from(error: ServiceError) -> Self {
        service_refusal(&error)
    }
}

/// Returns a refusal by the service with this code.
pub(super) fn missing(code: &'static str, message: String) -> CliError {
    service_refusal(&ServiceError { code, message })
}

/// Returns the refusal of a query or format that does not work, in the words of `az`.
pub(super) fn output_refusal(error: &OutputError) -> CliError {
    let class = ErrorClass::UnclassifiedUserFault;
    let mut refusal = CliError::new(class, Stage::Output, error.to_string());
    refusal.recommendations.extend(error.recommendation().map(str::to_owned));
    refusal
}

/// Returns the refusal of a subscription that does not exist.
pub(super) fn no_subscription(name: &str) -> CliError {
    refusal(format!("Subscription '{name}' not found. Check the spelling and casing and try again."))
}

/// Returns the error with which an operation failed.
pub(super) fn operation_failure(cloud: &Cloud, id: OperationId) -> Option<CliError> {
    match &cloud.operation(id)?.state {
        OperationState::Failed(error) => Some(service_refusal(error)),
        OperationState::Running | OperationState::Succeeded => None,
    }
}
