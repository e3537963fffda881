//! What is open while a program runs: loops, redirections, subshells, calls.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::expand::Substituted;
use super::super::state::State;
use super::super::streams::Streams;
use super::super::syntax::Program;
use crate::ground::error::Stage;

/// The operation that comes next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) program: Arc<Program>,
    pub(super) at: usize,
}

/// Something that has begun and not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Commands whose failure is a condition.
    Guard,
    Loop(Loop),
    /// The word of `case`.
    Case(String),
    Redirect {
        streams: Streams,
        has_input: bool,
    },
    Subshell {
        end: usize,
        saved: Box<State>,
    },
    Pipe(Box<Pipe>),
    Frame(Box<Frame>),
    /// `time`: the simulated time of the beginning, in milliseconds.
    Time(u64),
}

/// A loop: where `continue` and `break` lead, its words and its exit status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loop {
    pub(super) next: usize,
    pub(super) end: usize,
    pub(super) words: Arc<Vec<String>>,
    /// Index of the next word.
    pub(super) word: usize,
    pub(super) status: i32,
}

/// A pipeline, whose commands run one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pipe {
    /// End of the current command.
    pub(super) end: usize,
    pub(super) saved: State,
    /// Output of the current command.
    pub(super) captured: String,
    pub(super) statuses: Vec<i32>,
    pub(super) is_last: bool,
    pub(super) has_input: bool,
    /// The stage that the commands before reached: a filter does not make a refused command a good one.
    pub(super) stage: Stage,
}

/// A program that runs within another one, and the position after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) back: Position,
    pub(super) streams: Streams,
    pub(super) has_input: bool,
    pub(super) kind: FrameKind,
}

/// The kind of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// A function, with the positional parameters of its caller.
    Call {
        positional: Arc<Vec<String>>,
    },
    Eval,
    /// The command of a trap, with the exit status from before; with `exits`, the shell ends after it.
    Trap {
        status: i32,
        exits: bool,
    },
    Substitution {
        saved: Box<State>,
        captured: String,
        pending: Pending,
    },
    /// Commands of `xargs` that have not begun.
    Each {
        commands: VecDeque<Vec<String>>,
        status: i32,
    },
    Watch(Watch),
    /// `exec COMMAND`: the shell ends with it.
    Last {
        command: Option<Vec<String>>,
    },
}

/// A command that is run at intervals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Watch {
    pub(super) command: Vec<String>,
    pub(super) interval_ms: u64,
    /// Simulated time at which it ends, in milliseconds.
    pub(super) end_ms: u64,
    pub(super) captured: String,
    /// Output that was shown last, without ages.
    pub(super) shown: Option<String>,
    /// `true` while the command runs, `false` while it waits.
    pub(super) runs: bool,
}

/// The expansion of the current command, which waits for substitutions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) outputs: Vec<Substituted>,
    /// The state when the expansion began.
    pub(super) before: Option<Box<State>>,
}
