//! The command line under way: its remaining commands, and the routing of their output (terminal, pipe, substitution).

use std::collections::{BTreeMap, VecDeque};

use scale_down_cli::az::exec::{Question, Waiting};
use scale_down_cli::ground::error::Stage;
use scale_down_cli::ground::outcome::{self, Block, Outcome};
use scale_down_cli::kubectl::Follow;
use scale_down_cli::shell::filter::FILTERS;
use scale_down_cli::shell::{self, Connector, RawCommand};

/// The line that is being run, with the state of its first command: waiting, following or asking.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Active {
    pub(super) commands: VecDeque<RawCommand>,
    /// Output of the command before the pipe: the input of the first command.
    pub(super) piped: Option<PipedOutput>,
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
    /// Standard output of the commands of the innermost substitution so far.
    captured: String,
    /// Commands to resume when the substitutions under way have ended, the innermost last.
    suspended: Vec<SuspendedCommands>,
}

/// Standard output on its way through a pipe.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PipedOutput {
    pub(super) text: String,
    /// The stage that the printing command reached: a filter does not make a refused command a good one.
    pub(super) stage: Stage,
}

/// Commands that are suspended while the first one waits for the output of its substitution.
#[derive(Debug, Clone, PartialEq)]
struct SuspendedCommands {
    commands: VecDeque<RawCommand>,
    piped: Option<PipedOutput>,
    captured: String,
}

impl Active {
    pub(super) fn new(commands: VecDeque<RawCommand>) -> Self {
        Self { commands, ..Self::default() }
    }

    /// Suspends the current commands and begins those of the substitution that the first command needs.
    pub(super) fn enter_substitution(&mut self, commands: Vec<RawCommand>) {
        let commands = std::mem::replace(&mut self.commands, commands.into());
        let (piped, captured) = (self.piped.take(), std::mem::take(&mut self.captured));
        self.suspended.push(SuspendedCommands { commands, piped, captured });
    }

    /// Resumes the suspended commands and inserts the captured output. Returns `false` if no substitution is under way.
    pub(super) fn leave_substitution(&mut self) -> bool {
        let Some(suspended) = self.suspended.pop() else { return false };
        let printed = std::mem::replace(&mut self.captured, suspended.captured);
        self.commands = suspended.commands;
        self.piped = suspended.piped;
        if let Some(command) = self.commands.front_mut() {
            command.substitute(&printed);
        }
        true
    }

    /// Returns `true` if the first command is part of a substitution.
    pub(super) fn is_in_substitution(&self) -> bool {
        !self.suspended.is_empty()
    }

    fn is_fed(&self) -> bool {
        self.commands.front().is_some_and(|command| command.next == Some(Connector::Pipe))
    }

    /// Returns `true` if the output of the first command goes to a pipe or a substitution and not to the user.
    pub(super) fn is_captured(&self) -> bool {
        self.is_fed() || self.is_in_substitution()
    }

    /// Applies the redirections of the first command, and moves its standard output to the pipe or substitution.
    pub(super) fn capture(&mut self, outcome: &mut Outcome, has_terminal: bool) {
        let is_captured = self.is_captured();
        if let Some(command) = self.commands.front() {
            // Before a terminal both streams lead to the same place, each with its own look.
            shell::redirect(&mut outcome.blocks, command.streams, is_captured || !has_terminal);
        }
        if !is_captured {
            return;
        }
        let text = outcome::stdout(&outcome.blocks);
        if self.is_fed() {
            self.piped = Some(PipedOutput { text, stage: outcome.stage });
        } else {
            self.captured.push_str(&text);
        }
        outcome.blocks.retain(|block| !matches!(block, Block::Output(_)));
    }

    /// Drops the rest of a pipeline that leads to a program which is not available, and returns that program.
    /// Nothing of the pipeline has run by then. The command in front stays: it reports the refusal.
    pub(super) fn drop_unavailable_pipeline(
        &mut self,
        variables: &BTreeMap<String, String>,
        last_exit_code: i32,
    ) -> Option<String> {
        let mut fed = self.commands.iter().enumerate().skip(1);
        let mut unavailable = None;
        let (last, next) = loop {
            let (index, raw) = fed.next()?;
            let command = raw.expand(variables, last_exit_code).ok();
            let name = command.and_then(|command| command.words.into_iter().next()).map(|word| word.text);
            let name = name.unwrap_or_default();
            if unavailable.is_none() && !FILTERS.contains(&name.as_str()) && name != "kubectl" {
                unavailable = Some(name);
            }
            if raw.next != Some(Connector::Pipe) {
                break (index, raw.next);
            }
        };
        if unavailable.is_some() {
            self.commands.drain(1..=last);
            if let Some(front) = self.commands.front_mut() {
                front.next = next;
            }
        }
        unavailable
    }

    /// Drops the command that has answered, and the following commands that `&&` or `||` rules out by its exit code.
    pub(super) fn skip_by_connector(&mut self, last_exit_code: i32) {
        self.answers.clear();
        self.printed_blocks = 0;
        let mut connector = self.commands.pop_front().and_then(|done| done.next);
        if connector == Some(Connector::Pipe) {
            return;
        }
        loop {
            let runs = match connector {
                Some(Connector::And) => last_exit_code == 0,
                Some(Connector::Or) => last_exit_code != 0,
                Some(Connector::Sequence) | None => true,
                // What a command that does not run would have fed does not run either.
                Some(Connector::Pipe) => false,
            };
            if runs {
                return;
            }
            let Some(skipped) = self.commands.pop_front() else {
                return;
            };
            connector = skipped.next;
        }
    }
}
