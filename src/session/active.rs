//! The command line under way: its machine, and the state of the command that the machine waits for.

use scale_down_cli::az::exec::{Question, Waiting};
use scale_down_cli::ground::outcome::Block;
use scale_down_cli::kubectl::Follow;
use scale_down_cli::shell::Machine;

/// The line that is being run, with the state of its current command: waiting, following or asking.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Active {
    pub(super) machine: Machine,
    /// The command that is carried out for the machine.
    pub(super) command: Option<Command>,
    /// Simulated time until which the machine sleeps, in milliseconds.
    pub(super) sleeps_until_ms: Option<u64>,
    pub(super) waiting: Option<Waiting>,
    /// State of a command that keeps printing, such as `kubectl get --watch`.
    pub(super) following: Option<Box<Follow>>,
    /// The open question of the command, if it asks one.
    pub(super) question: Option<Question>,
    /// Answers to the command's questions so far, in order.
    pub(super) answers: Vec<bool>,
    /// Number of blocks that the command printed before its latest question; a rerun with the answer omits them.
    pub(super) printed_blocks: usize,
    /// Blocks of a following command whose output another command reads; kept until it ends.
    pub(super) held: Vec<Block>,
}

/// A command of the machine that the session carries out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Command {
    pub(super) words: Vec<String>,
    pub(super) input: Option<String>,
}

impl Active {
    pub(super) fn new(machine: Machine) -> Self {
        Self { machine, ..Self::default() }
    }

    /// Returns `true` if the output of the current command goes to another command and not to the user.
    pub(super) fn is_captured(&self) -> bool {
        self.machine.is_captured()
    }

    /// Ends the command that has answered.
    pub(super) fn end_command(&mut self) {
        self.command = None;
        self.answers.clear();
        self.printed_blocks = 0;
    }
}
