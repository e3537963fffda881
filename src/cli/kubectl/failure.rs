//! Failures of a command, in the words of kubectl and of the API server.

use super::registry::Command;
use crate::ground::error::{CliError, ErrorClass, Stage};
use scale_down_engine::workloads::{ObjectError, Refusal};

/// An error of a command, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub(super) text: String,
    pub(super) stage: Stage,
}

impl Failure {
    /// Creates an error of kubectl itself, with `error: ` before the message.
    pub(super) fn usage(message: impl AsRef<str>) -> Self {
        Self { text: format!("error: {}", message.as_ref()), stage: Stage::Decorator }
    }

    /// Creates an error with exactly this text.
    pub(super) fn bare(text: impl Into<String>) -> Self {
        Self { text: text.into(), stage: Stage::Decorator }
    }
}

impl From<ObjectError> for Failure {
    fn from(error: ObjectError) -> Self {
        match error.refusal {
            Refusal::NotFound => server("NotFound", &error.to_string()),
            Refusal::AlreadyExists => server("AlreadyExists", &error.to_string()),
            Refusal::Unreachable => refused_connection(),
        }
    }
}

/// Returns a refusal by the API server.
pub(super) fn server(reason: &str, message: &str) -> Failure {
    Failure { text: format!("Error from server ({reason}): {message}"), stage: Stage::Service }
}

pub(super) fn not_found(plural: &str, name: &str) -> Failure {
    server("NotFound", &format!("{plural} \"{name}\" not found"))
}

pub(super) fn refusal(failure: Failure) -> CliError {
    let class = if failure.stage == Stage::Service { ErrorClass::Service } else { ErrorClass::UnclassifiedUserFault };
    let mut error = CliError::new(class, failure.stage, failure.text).with_exit_code(1);
    error.bare = true;
    error
}

pub(super) fn bad_duration(flag: &str, text: &str, command: &Command) -> Failure {
    Failure::usage(format!(
        "invalid argument \"{text}\" for \"--{flag}\" flag: time: invalid duration \"{text}\"\nSee 'kubectl {} --help' for usage.",
        command.name
    ))
}

pub(super) fn refused_connection() -> Failure {
    let text = "The connection to the server localhost:8080 was refused - did you specify the right host or port?";
    Failure { text: text.to_owned(), stage: Stage::Service }
}

/// Returns a usage error that points to the command's help.
pub(super) fn usage(command: &Command, message: &str) -> Failure {
    Failure::usage(format!("{message}\nSee 'kubectl {} -h' for help and examples", command.name))
}

/// Returns the refusal of a real request that the playground does not simulate.
pub(super) fn not_simulated(what: &str) -> Failure {
    Failure::usage(format!("{what}: real, and not simulated by the playground"))
}

/// Returns the connection error for a cluster that is stopped or gone and so has no address.
pub(super) fn unreachable_server(cluster: &str) -> Failure {
    let host = cluster.to_lowercase();
    Failure {
        text: format!(
            "Unable to connect to the server: dial tcp: lookup {host}.hcp.azmk8s.io on 168.63.129.16:53: no such host"
        ),
        stage: Stage::Service,
    }
}
