//! The line that is being run: the commands that are left of it, and where what they say goes.

use std::collections::{BTreeMap, VecDeque};

use scale_down_cli::error::Stage;
use scale_down_cli::exec::{Question, Waiting};
use scale_down_cli::filter::FILTERS;
use scale_down_cli::kubectl::Follow;
use scale_down_cli::outcome::{self, Block, Outcome};
use scale_down_cli::shell::{Connector, RawCommand};

/// See the module.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Active {
    pub(super) commands: VecDeque<RawCommand>,
    /// What the command before a pipe has printed.
    pub(super) piped: Option<Piped>,
    pub(super) waiting: Option<Waiting>,
    /// What the command goes on saying.
    pub(super) following: Option<Box<Follow>>,
    /// What it asks.
    pub(super) question: Option<Question>,
    /// What it was answered so far.
    pub(super) answers: Vec<bool>,
    /// How many blocks it said before its latest question.
    pub(super) said: usize,
    /// What it has said before a pipe.
    pub(super) held: Vec<Block>,
    /// What the commands of a substitution have printed.
    captured: String,
    /// What goes on when the substitutions that are run now have ended, the innermost last.
    outer: Vec<Outer>,
}

/// What goes through a pipe.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piped {
    pub(super) text: String,
    /// How far the line had come: a filter does not make a refused command a good one.
    pub(super) stage: Stage,
}

/// Commands whose first one waits for what a substitution prints.
#[derive(Debug, Clone, PartialEq)]
struct Outer {
    commands: VecDeque<RawCommand>,
    piped: Option<Piped>,
    captured: String,
}

impl Active {
    pub(super) fn new(commands: VecDeque<RawCommand>) -> Self {
        Self { commands, ..Self::default() }
    }

    /// Begins the commands whose output the first command needs.
    pub(super) fn enter_substitution(&mut self, commands: Vec<RawCommand>) {
        let commands = std::mem::replace(&mut self.commands, commands.into());
        let (piped, captured) = (self.piped.take(), std::mem::take(&mut self.captured));
        self.outer.push(Outer { commands, piped, captured });
    }

    /// Goes back to the command that needed the output, if there is one.
    pub(super) fn leave_substitution(&mut self) -> bool {
        let Some(outer) = self.outer.pop() else { return false };
        let printed = std::mem::replace(&mut self.captured, outer.captured);
        self.commands = outer.commands;
        self.piped = outer.piped;
        if let Some(command) = self.commands.front_mut() {
            command.substitute(&printed);
        }
        true
    }

    /// Whether the first command is one whose output another command waits for.
    pub(super) fn is_in_substitution(&self) -> bool {
        !self.outer.is_empty()
    }

    fn is_fed(&self) -> bool {
        self.commands.front().is_some_and(|command| command.next == Some(Connector::Pipe))
    }

    /// Whether another command, rather than the user, gets what is printed now.
    pub(super) fn is_overheard(&self) -> bool {
        self.is_fed() || self.is_in_substitution()
    }

    /// Sends what the first command says where it goes, and keeps what another command gets.
    pub(super) fn overhear(&mut self, outcome: &mut Outcome, has_terminal: bool) {
        let is_overheard = self.is_overheard();
        if let Some(command) = self.commands.front() {
            // Before a terminal both streams lead to the same place, each with its own look.
            outcome::redirect(&mut outcome.blocks, command.streams, is_overheard || !has_terminal);
        }
        if !is_overheard {
            return;
        }
        let text = outcome::stdout(&outcome.blocks);
        if self.is_fed() {
            self.piped = Some(Piped { text, stage: outcome.stage });
        } else {
            self.captured.push_str(&text);
        }
        outcome.blocks.retain(|block| !matches!(block, Block::Output(_)));
    }

    /// A pipeline that leads to a program that is not there is dropped as a whole, before anything
    /// of it has run, but for the command in front, which answers for it; gives the program.
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

    /// Drops the command that has answered, and those after it that its exit code rules out.
    pub(super) fn skip_by_connector(&mut self, last_exit_code: i32) {
        self.answers.clear();
        self.said = 0;
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
