//! Where what a command says goes: `>/dev/null`, `2>/dev/null`, `2>&1`.
//!
//! There are no files, but what documents do with these words needs none.

use super::ShellError;
use super::read::{Reader, unexpected};

/// One end of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Errors,
    /// `/dev/null`.
    Nowhere,
}

/// Where the two streams of a command lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// What it prints.
    pub output: Stream,
    /// What it warns of and refuses.
    pub errors: Stream,
    /// A file that it should read or write, as written: the operator, and where in the line.
    pub(super) file: Option<(char, usize)>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { output: Stream::Output, errors: Stream::Errors, file: None }
    }
}

impl Streams {
    /// # Errors
    /// A file, which there is not here.
    pub(super) fn check(&self) -> Result<(), ShellError> {
        let Some((character, at)) = self.file else { return Ok(()) };
        let message = format!(
            "playground: there are no files here, so `{character}' cannot redirect; --query and --output choose what is shown"
        );
        Err(ShellError { message, exit_code: 1, at })
    }
}

impl Reader<'_> {
    /// `>WORD`, `>>WORD` and `>&NUMBER`; `from` is the stream as written, `&` for both.
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
