//! Redirection of a command's output: `>/dev/null`, `2>/dev/null`, `2>&1`.
//!
//! There are no files, but the redirections that documents use need none.

use super::error::ShellError;
use super::read::{Reader, unexpected};
use super::streams::{Stream, Streams};
use super::syntax::RawWord;
use crate::ground::outcome::{Block, stderr};
use crate::ground::rendered::Rendered;

/// Applies a command's redirections to its blocks; `merges` says whether `2>&1` makes one text of both streams.
pub fn redirect(blocks: &mut Vec<Block>, streams: Streams, merges: bool) {
    if streams == Streams::default() {
        return;
    }
    blocks.retain_mut(|block| {
        let one = std::slice::from_ref(block);
        let (text, to) = match block {
            Block::Output(rendered) => (rendered.text().to_owned(), streams.output),
            Block::Warning(_) | Block::Error(_) | Block::Remark(_) => (stderr(one), streams.errors),
            Block::Note(_) | Block::Question(_) | Block::Examples(_) => return true,
        };
        let is_output = matches!(block, Block::Output(_));
        match to {
            Stream::Nowhere => return false,
            Stream::Output if !is_output && merges => *block = Block::Output(Rendered::plain(text)),
            Stream::Errors if is_output && merges => *block = Block::Remark(text),
            Stream::Output | Stream::Errors => {}
        }
        true
    });
}

impl Reader<'_> {
    /// Reads a redirection, if that comes next; `from` is the number before it, if there is one.
    pub(super) fn redirection(
        &mut self,
        from: &str,
        operation: usize,
        streams: &mut Streams,
        input: &mut Option<RawWord>,
    ) -> Result<bool, ShellError> {
        let rest = self.rest();
        if rest.starts_with("&>") {
            self.take();
            self.redirect("&", streams)?;
        } else if rest.starts_with('>') {
            if rest.starts_with(">(") {
                let at = self.at();
                return Err(ShellError { at, ..ShellError::playground("`>(...)' is not available here") });
            }
            self.redirect(if from.is_empty() { "1" } else { from }, streams)?;
        } else if rest.starts_with('<') && !rest.starts_with("<(") {
            self.input(operation, streams, input)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

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
