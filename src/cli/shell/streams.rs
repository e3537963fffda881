//! Destinations of the output of commands.

use super::error::ShellError;

/// Destination of an output stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Errors,
    /// `/dev/null`.
    Nowhere,
}

/// Destinations of the two output streams of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// Destination of standard output.
    pub output: Stream,
    /// Destination of standard error: warnings and refusals.
    pub errors: Stream,
    /// Redirection to or from a file, which is refused: the operator as written, and its byte offset in
    /// the line.
    pub(super) file: Option<(char, usize)>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { output: Stream::Output, errors: Stream::Errors, file: None }
    }
}

impl Streams {
    /// Refuses a redirection to or from a file.
    ///
    /// # Errors
    /// A redirection to or from a file: there are no files here.
    pub(super) fn check(&self) -> Result<(), ShellError> {
        let Some((character, at)) = self.file else { return Ok(()) };
        let message = format!(
            "playground: there are no files here, so `{character}' cannot redirect; --query and --output choose what is shown"
        );
        Err(ShellError { message, exit_code: 1, at })
    }
}
