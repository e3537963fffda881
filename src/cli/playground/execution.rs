//! State of a command of any program after it has run.

use crate::az::exec::{self, Question, Waiting};
use crate::ground::outcome::{Block, Outcome};
use crate::kubectl::{self, Follow};

/// State of a command after it has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Execution {
    /// Finished, with its answer.
    Done(Outcome),
    /// Waiting in simulated time, for operations, a moment or a resource.
    Waiting(Waiting),
    /// Asking, after these blocks. The command is carried out again once the question is answered.
    Asking(Question, Vec<Block>),
    /// Following events after these blocks, as `kubectl get --watch` does.
    Following(Box<Follow>, Vec<Block>),
}

impl From<exec::Execution> for Execution {
    fn from(execution: exec::Execution) -> Self {
        match execution {
            exec::Execution::Done(outcome) => Self::Done(outcome),
            exec::Execution::Waiting(waiting) => Self::Waiting(waiting),
            exec::Execution::Asking(question, blocks) => Self::Asking(question, blocks),
        }
    }
}

impl From<kubectl::Execution> for Execution {
    fn from(execution: kubectl::Execution) -> Self {
        match execution {
            kubectl::Execution::Done(outcome) => Self::Done(outcome),
            kubectl::Execution::Following(follow, blocks) => Self::Following(follow, blocks),
        }
    }
}
