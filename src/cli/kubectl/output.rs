//! Output of a command.

use super::failure::{Failure, refusal};
use crate::ground::outcome::{Block, Outcome};
use crate::ground::rendered::Rendered;

/// Output of a command.
#[derive(Debug, Default)]
pub struct Output {
    /// Text for standard output and standard error, in order.
    pub(super) parts: Vec<Block>,
    pub(super) failures: Vec<Failure>,
    /// Notes of the playground's own; not shown in strict mode.
    pub(super) notes: Vec<String>,
}

impl Output {
    pub(super) fn line(text: impl AsRef<str>) -> Self {
        let mut output = Self::default();
        output.add(text);
        output
    }

    pub(super) fn add(&mut self, text: impl AsRef<str>) {
        self.print(format!("{}\n", text.as_ref()));
    }

    /// Adds text for standard output as it is, without a further line break.
    pub(super) fn print(&mut self, text: String) {
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Block::Output(before)) => before.append(&Rendered::plain(text)),
            _ => self.parts.push(Block::Output(Rendered::plain(text))),
        }
    }

    /// Adds text for standard error that is not a failure.
    pub(super) fn warn(&mut self, text: &str) {
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Block::Remark(before)) => before.push_str(text),
            _ => self.parts.push(Block::Remark(text.to_owned())),
        }
    }
}

/// Ends a command with its output and its failures, the last of which gives the exit code.
pub(super) fn end(mut blocks: Vec<Block>, mut failures: Vec<Failure>) -> Outcome {
    let Some(last) = failures.pop() else { return Outcome::ok(blocks) };
    blocks.extend(failures.into_iter().map(|failure| Block::Error(refusal(failure))));
    Outcome::refused(blocks, refusal(last))
}
