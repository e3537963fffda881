//! One line of the transcript: the command line as typed and its output.

use std::sync::Arc;

use scale_down_cli::ground::error::Stage;
use scale_down_cli::ground::outcome::{self, Block};

/// The state of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// It waits for the lines before it.
    Queued,
    /// It was started and has not answered.
    Running,
    /// It asks a question, and goes on when it has been answered.
    Asking,
    /// It has answered.
    Done,
}

/// A line and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Number of the line within its run, from 0.
    pub id: u64,
    /// The line as typed.
    pub line: Arc<str>,
    /// The simulated time at which it began, or at which a queued line was typed, in milliseconds.
    pub at_ms: u64,
    /// Its state.
    pub state: EntryState,
    /// The stage that its last command reached.
    pub stage: Stage,
    /// The exit code of its last command, once it is done.
    pub exit_code: Option<i32>,
    /// `true` if every command of the line passed the checks that need no cloud.
    pub accepted: bool,
    /// Its output so far.
    pub blocks: Vec<Block>,
    /// Size of its output that is not kept any more, in bytes.
    pub forgotten: usize,
}

impl Entry {
    /// Creates a queued line.
    #[must_use]
    pub fn new(id: u64, line: &str, at_ms: u64) -> Self {
        Self {
            id,
            line: Arc::from(line),
            at_ms,
            state: EntryState::Queued,
            stage: Stage::Ok,
            exit_code: None,
            accepted: true,
            blocks: Vec::new(),
            forgotten: 0,
        }
    }

    /// Returns the size of its output, in bytes, whether that is kept or not.
    pub(super) fn size(&self) -> usize {
        self.forgotten + outcome::size(&self.blocks)
    }

    /// Drops the output of a line that has answered.
    pub(super) fn forget_output(&mut self) {
        self.forgotten = self.size();
        if self.forgotten > 0 {
            self.blocks.retain(|block| !matches!(block, Block::Output(_) | Block::Remark(_)));
            let text = "The output is not kept any more: this run has printed more than 8 MiB since.";
            self.blocks.push(Block::Note(text.to_owned()));
        }
    }

    /// Returns its text on standard output.
    #[must_use]
    pub fn stdout(&self) -> String {
        outcome::stdout(&self.blocks)
    }

    /// Returns its text on standard error, as without a terminal.
    #[must_use]
    pub fn stderr(&self) -> String {
        outcome::stderr(&self.blocks)
    }
}
