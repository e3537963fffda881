//! Redirection of a command's output: `>/dev/null`, `2>/dev/null`, `2>&1`.
//!
//! There are no files, but the redirections that documents use need none.

use super::ShellError;
use super::read::{Reader, unexpected};

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

impl Reader<'_> {
    /// Reads `>WORD`, `>>WORD` and `>&NUMBER`; `from` is the stream as written, `&` for both.
    pub(super) fn redirect(&mut self, from: &str, streams: &mut Streams) -> Result<(), ShellError> {
        let at = self.at();
        self.take();
        let duplicates = self.take_if('&');
        // `>>` and `>|` differ from `>` by what becomes of a file.
        if !duplicates && !self.take_if('>') {
            self.take_if('|');
        }
        let word = self.word()?.ok_or_else(|| unexpected("newline", at))?;
        let to = match (duplicates, word.source.as_str()) {
            (_, "/dev/null") | (true, "-") => Stream::Nowhere,
            (true, "1") | (false, "/dev/stdout") => streams.output,
            (true, "2") | (false, "/dev/stderr") => streams.errors,
            _ => {
                streams.file.get_or_insert(('>', at));
                return Ok(());
            }
        };
        // `>&WORD` is `&>WORD`, but for a number.
        let is_both = from == "&" || (duplicates && word.source == "/dev/null");
        if is_both || from == "1" {
            streams.output = to;
        }
        if is_both || from == "2" {
            streams.errors = to;
        }
        Ok(())
    }
}
