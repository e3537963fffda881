//! Answer of a command: its output, and what it goes on to follow.

use super::follow::Follow;
use super::output::Output;
use crate::ground::outcome::{Block, Outcome};

/// Output of a command, and further output as events happen, if it keeps running.
#[derive(Debug, Default)]
pub struct Answer {
    pub(super) output: Output,
    pub(super) follow: Option<Follow>,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self { output, follow: None }
    }
}

/// State of a command after it has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Execution {
    /// Finished, with its answer.
    Done(Outcome),
    /// Following events after these blocks, as `kubectl get --watch` does.
    Following(Box<Follow>, Vec<Block>),
}
