//! One line of the transcript: what was typed and what it answered.

use std::sync::Arc;

use scale_down_cli::error::Stage;
use scale_down_cli::outcome::{self, Block};

/// How far a line has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// It waits for the lines before it.
    Queued,
    /// It was started and has not answered.
    Running,
    /// It asks, and goes on when it has been answered.
    Asking,
    /// It has answered.
    Done,
}

/// A line and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counts from 0 within a run.
    pub id: u64,
    /// The line as typed.
    pub line: Arc<str>,
    /// When it began; for a queued line, when it was typed.
    pub at_ms: u64,
    /// How far it has come.
    pub state: EntryState,
    /// How far its last command came.
    pub stage: Stage,
    /// The exit code of its last command, once it is done.
    pub exit_code: Option<i32>,
    /// Whether every command of the line passed the checks that need no cloud.
    pub accepted: bool,
    /// What it answered so far.
    pub blocks: Vec<Block>,
}

impl Entry {
    /// A line that waits.
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
        }
    }

    /// Its text on standard output.
    #[must_use]
    pub fn stdout(&self) -> String {
        outcome::stdout(&self.blocks)
    }

    /// Its text on standard error, as without a terminal.
    #[must_use]
    pub fn stderr(&self) -> String {
        outcome::stderr(&self.blocks)
    }
}
