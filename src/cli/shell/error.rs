//! Refusals of the shell.

use super::words::Word;

/// A line that the shell refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ShellError {
    /// Message of the shell.
    pub message: String,
    /// The exit code.
    pub exit_code: i32,
    /// Byte offset in the line.
    pub at: usize,
}

impl ShellError {
    pub(super) fn syntax(message: String, at: usize) -> Self {
        Self { message, exit_code: 2, at }
    }

    /// Creates an error of a command that bash does not run, with exit code 1.
    pub(super) fn bash(message: impl AsRef<str>) -> Self {
        Self { message: format!("bash: {}", message.as_ref()), exit_code: 1, at: 0 }
    }

    /// Creates an error of the playground, with exit code 1.
    pub(super) fn playground(message: impl AsRef<str>) -> Self {
        Self { message: format!("playground: {}", message.as_ref()), exit_code: 1, at: 0 }
    }

    /// Creates bash's error for a program that does not exist.
    #[must_use]
    pub fn command_not_found(word: &Word) -> Self {
        Self { message: format!("bash: {}: command not found", word.text), exit_code: 127, at: word.span.start }
    }
}
