//! The states of a command: done, waiting, asking.

use serde_json::Value;

use super::context::Context;
use super::question::Question;
use super::wait::Until;
use crate::ground::error::CliError;
use crate::ground::outcome::{Block, Outcome};
use crate::output::{OutputFormat, TableTransformer};
use scale_down_engine::{Cluster, OperationId, Pool};

/// State of a command after it has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Execution {
    /// Finished, with its answer.
    Done(Outcome),
    /// Waiting in simulated time, for operations, a moment or a resource.
    Waiting(Waiting),
    /// Asking, after these blocks. The command is carried out again once the question is answered.
    Asking(Question, Vec<Block>),
}

impl Execution {
    /// Returns its output so far.
    pub(super) fn blocks_mut(&mut self) -> &mut Vec<Block> {
        match self {
            Self::Done(outcome) => &mut outcome.blocks,
            Self::Waiting(waiting) => &mut waiting.blocks,
            Self::Asking(_, blocks) => blocks,
        }
    }
}

/// A command that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Condition that ends the wait.
    pub until: Until,
    pub(super) reply: Reply,
    pub(super) printing: OutputOptions,
    pub(super) blocks: Vec<Block>,
}

/// Action of a command at the end of its wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// Carry out the command from the beginning.
    Again,
    /// Print nothing.
    Nothing,
    /// Print this value.
    Value(Value, TableTransformer),
    /// Print a pool in its state at that time.
    Pool { group: String, cluster: String, pool: String },
    /// Print a cluster in its state at that time.
    Cluster { group: String, cluster: String },
}

/// Output format and query of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutputOptions {
    pub(crate) format: OutputFormat,
    pub(crate) query: Option<String>,
    /// `true` if the command's description declares table columns of its own.
    pub(crate) has_columns: bool,
}

impl OutputOptions {
    /// The printing of a command without a result.
    pub(super) const NONE: Self = Self { format: OutputFormat::None, query: None, has_columns: false };
}

/// Next step of a command: an answer, or a wait for operations first.
pub(super) enum Action {
    Answer(Reply),
    Start(Vec<OperationId>, Reply),
    /// Waits for an operation that was just aborted; that it was aborted is no failure.
    Abort(OperationId),
    Wait(Until),
}

/// Result of [`resume`](super::resume).
pub enum Resumption {
    /// The command has answered.
    Answered(Outcome),
    /// The command is to be carried out from the beginning; these blocks are its output so far.
    Again(Vec<Block>),
}

impl Reply {
    /// Prints this cluster.
    pub(super) fn cluster(cluster: &Cluster) -> Self {
        Self::Cluster { group: cluster.spec.resource_group.clone(), cluster: cluster.spec.name.clone() }
    }

    /// Prints this pool.
    pub(super) fn pool(cluster: &Cluster, pool: &Pool) -> Self {
        Self::Pool {
            group: cluster.spec.resource_group.clone(),
            cluster: cluster.spec.name.clone(),
            pool: pool.spec.name.clone(),
        }
    }
}

impl Action {
    /// Prints this value, without columns of its own.
    pub(super) fn value(value: Value) -> Self {
        Self::columns(value, TableTransformer::None)
    }

    /// Prints this value; in a table, in these columns.
    pub(super) fn columns(value: Value, transformer: TableTransformer) -> Self {
        Self::Answer(Reply::Value(value, transformer))
    }
}

impl Waiting {
    /// Creates a wait that ends without an answer.
    #[must_use]
    pub fn silent(until: Until, blocks: Vec<Block>) -> Self {
        Self { until, reply: Reply::Nothing, printing: OutputOptions::NONE, blocks }
    }
}

impl Context<'_> {
    /// Ends a refused command: with its open question if it has one, else with the error and the hint.
    pub(super) fn refuse(self, error: CliError) -> Execution {
        match self.open_question {
            Some(question) => Execution::Asking(question, self.blocks),
            None => Execution::Done(self.refused(error)),
        }
    }
}
