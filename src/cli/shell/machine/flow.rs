//! Where a program goes on: exits, failures, traps, loops left early; and where output goes.

use std::sync::Arc;

use super::super::error::ShellError;
use super::super::expand::Substituted;
use super::super::input::Input;
use super::super::parser;
use super::super::redirect::redirect;
use super::super::state::State;
use super::super::streams::Streams;
use super::environment::Environment;
use super::run::{Machine, Step};
use super::scope::{Frame, FrameKind, Position, Scope};
use crate::ground::error::Stage;
use crate::ground::outcome::{self, Block, Outcome};

impl Machine {
    /// Returns `true` if a failure is a condition of a command around it.
    fn is_guarded(&self) -> bool {
        let is_substitution = |scope: &&Scope| matches!(scope, Scope::Frame(frame) if matches!(frame.kind, FrameKind::Substitution { .. }));
        self.scopes.iter().rev().take_while(|scope| !is_substitution(scope)).any(|scope| *scope == Scope::Guard)
    }

    /// Looks at the exit status as `set -e` and the trap for `ERR` do.
    pub(super) fn check_failure(&mut self, state: &mut State) {
        if state.status == 0 || self.guards_next || self.is_guarded() {
            return;
        }
        let is_in_trap = self
            .scopes
            .iter()
            .any(|scope| matches!(scope, Scope::Frame(frame) if matches!(frame.kind, FrameKind::Trap { .. })));
        let exits = state.options.exits_on_error;
        let is_trapped = !is_in_trap && (state.calls.is_empty() || state.options.inherits_trap);
        if is_trapped && let Some(command) = state.traps.get("ERR").cloned() {
            self.begin_trap(&command, exits, state);
        } else if exits {
            self.exit(state);
        }
    }

    fn begin_trap(&mut self, command: &str, exits: bool, state: &mut State) {
        let kind = FrameKind::Trap { status: state.status, exits };
        self.begin_text(command, kind, Streams::default(), state);
    }

    /// Begins to run a text in a frame.
    pub(super) fn begin_text(&mut self, text: &str, kind: FrameKind, streams: Streams, state: &mut State) {
        match parser::program(text) {
            Ok(program) => {
                let back = std::mem::replace(&mut self.position, Position { program: Arc::new(program), at: 0 });
                let frame = Frame { back, streams, has_input: false, kind };
                self.push(Scope::Frame(Box::new(frame)), state);
            }
            Err(error) => self.refuse(ShellError { exit_code: 2, ..error }, state),
        }
    }

    /// Begins the trap for the end of the shell, once, at the operation that has just been read. Returns `false` if
    /// there is none.
    pub(super) fn begin_exit_trap(&mut self, state: &mut State) -> bool {
        let Some(command) = state.traps.get("EXIT").cloned() else { return false };
        Arc::make_mut(&mut state.traps).remove("EXIT");
        self.position.at = self.position.at.saturating_sub(1);
        self.begin_trap(&command, false, state);
        true
    }

    /// Ends the innermost subshell, or the shell, with the current exit status.
    pub(super) fn exit(&mut self, state: &mut State) {
        self.abandon(state, true);
    }

    /// Ends the innermost subshell, or the line; with `set -e`, the shell.
    pub(super) fn abandon_line(&mut self, state: &mut State) {
        let exits = state.options.exits_on_error;
        self.abandon(state, exits);
    }

    fn abandon(&mut self, state: &mut State, exits: bool) {
        self.pending = None;
        loop {
            match self.scopes.last() {
                None => break,
                Some(Scope::Subshell { end, .. }) => {
                    self.position.at = *end;
                    return;
                }
                Some(Scope::Pipe(pipe)) => {
                    self.position.at = pipe.end;
                    return;
                }
                Some(Scope::Frame(frame)) if matches!(frame.kind, FrameKind::Substitution { .. }) => {
                    self.position.at = self.position.program.operations.len();
                    return;
                }
                Some(_) => self.pop_scope(state),
            }
        }
        self.position = Position::default();
        self.inputs.clear();
        if exits {
            self.has_exited = true;
            if let Some(command) = state.traps.get("EXIT").cloned() {
                Arc::make_mut(&mut state.traps).remove("EXIT");
                self.begin_trap(&command, false, state);
            }
        }
    }

    /// Goes on after the last operation of a program.
    pub(super) fn end_program(&mut self, state: &mut State, environment: &Environment<'_>) -> Option<Step> {
        let Some(Scope::Frame(frame)) = self.scopes.last() else {
            while !self.scopes.is_empty() {
                self.pop_scope(state);
            }
            return Some(Step::Done);
        };
        match &frame.kind {
            FrameKind::Each { .. } => return self.next_command(state, environment),
            FrameKind::Watch(_) => return self.watch_again(state, environment),
            FrameKind::Last { .. } => return self.last_command(state, environment),
            FrameKind::Substitution { .. } if state.traps.contains_key("EXIT") => {
                // The position is that after the end.
                self.position.at = self.position.program.operations.len() + 1;
                self.begin_exit_trap(state);
                return None;
            }
            _ => {}
        }
        let Some(Scope::Frame(frame)) = self.scopes.pop() else { return None };
        let status = state.status;
        match frame.kind {
            FrameKind::Substitution { saved, captured, mut pending } => {
                self.position = frame.back;
                pending.outputs.push(Substituted { text: captured, status });
                state.restore(*saved);
                self.pending = Some(pending);
            }
            FrameKind::Trap { status, exits } => {
                self.position = frame.back;
                state.status = status;
                if exits {
                    self.exit(state);
                }
            }
            _ => {
                self.leave(*frame, state);
                state.status = status;
            }
        }
        None
    }

    /// Ends the innermost function with the current exit status.
    pub(super) fn return_from_call(&mut self, state: &mut State) {
        loop {
            match self.scopes.last() {
                Some(Scope::Frame(frame)) if matches!(frame.kind, FrameKind::Call { .. }) => {
                    self.pop_scope(state);
                    self.check_failure(state);
                    return;
                }
                // A subshell of the function ends instead.
                Some(Scope::Subshell { .. } | Scope::Pipe(_)) | None => return self.abandon(state, false),
                Some(Scope::Frame(frame)) if matches!(frame.kind, FrameKind::Substitution { .. }) => {
                    return self.abandon(state, false);
                }
                Some(_) => self.pop_scope(state),
            }
        }
    }

    /// Leaves or goes on with the loop around the current command, or one further outside.
    pub(super) fn leave_loop(&mut self, name: &str, words: &[String], state: &mut State) {
        let levels = match words.first().map(|word| word.parse::<usize>()) {
            None => 1,
            Some(Ok(levels)) if levels > 0 => levels,
            Some(_) => {
                let message = format!("{name}: {}: loop count out of range", words.first().map_or("", String::as_str));
                return self.refuse(ShellError::bash(message), state);
            }
        };
        let is_barrier = |scope: &Scope| matches!(scope, Scope::Frame(_) | Scope::Subshell { .. } | Scope::Pipe(_));
        let inner = self.scopes.iter().rposition(is_barrier).map_or(0, |barrier| barrier + 1);
        let loops: Vec<usize> = (inner..self.scopes.len())
            .rev()
            .filter(|at| matches!(self.scopes.get(*at), Some(Scope::Loop(_))))
            .collect();
        let Some(target) = loops.get(levels - 1).or(loops.last()) else {
            self.refuse(
                ShellError::bash(format!("{name}: only meaningful in a `for', `while', or `until' loop")),
                state,
            );
            state.status = 0;
            return;
        };
        state.status = 0;
        while self.scopes.len() > target + 1 {
            self.pop_scope(state);
        }
        if let Some(Scope::Loop(open)) = self.scopes.last_mut() {
            open.status = 0;
            self.position.at = if name == "break" { open.end } else { open.next };
        }
    }

    /// Returns `true` if the standard output of the current command goes to another command.
    #[must_use]
    pub fn is_captured(&self) -> bool {
        let captures = |scope: &Scope| match scope {
            Scope::Pipe(pipe) => !pipe.is_last,
            Scope::Frame(frame) => matches!(frame.kind, FrameKind::Substitution { .. } | FrameKind::Watch(_)),
            _ => false,
        };
        self.scopes.iter().any(captures)
    }

    /// Returns `true` if the current command is part of a substitution.
    #[must_use]
    pub fn is_in_substitution(&self) -> bool {
        self.scopes
            .iter()
            .any(|scope| matches!(scope, Scope::Frame(frame) if matches!(frame.kind, FrameKind::Substitution { .. })))
    }

    /// Sends blocks through the redirections and captures around the current command. What is left of them goes to the
    /// terminal.
    pub(super) fn route(&mut self, blocks: &mut Vec<Block>, has_terminal: bool) {
        for at in (0..self.scopes.len()).rev() {
            let is_outermost = at == 0;
            let Some(scope) = self.scopes.get_mut(at) else { continue };
            let captured = match scope {
                Scope::Redirect { streams, .. } => {
                    redirect(blocks, *streams, !(is_outermost && has_terminal));
                    continue;
                }
                Scope::Pipe(pipe) if !pipe.is_last => &mut pipe.captured,
                Scope::Frame(frame) => {
                    redirect(blocks, frame.streams, !(is_outermost && has_terminal));
                    match &mut frame.kind {
                        FrameKind::Substitution { captured, .. } => captured,
                        FrameKind::Watch(watch) => &mut watch.captured,
                        _ => continue,
                    }
                }
                _ => continue,
            };
            captured.push_str(&outcome::stdout(blocks));
            blocks.retain(|block| !matches!(block, Block::Output(_) | Block::Question(_) | Block::Examples(_)));
        }
        redirect(blocks, self.shell_streams, true);
    }

    /// Takes the outcome of the command that the caller has carried out, and returns what is left to record.
    pub fn finish(&mut self, mut outcome: Outcome, state: &mut State, has_terminal: bool) -> Outcome {
        state.status = outcome.exit_code;
        let streams = std::mem::take(&mut self.streams);
        let is_direct = self.scopes.is_empty() && has_terminal;
        // Before a terminal both streams lead to the same place, each with its own look.
        redirect(&mut outcome.blocks, streams, !is_direct || self.is_captured());
        self.route(&mut outcome.blocks, has_terminal);
        if let Some(pipe) = self.scopes.iter_mut().rev().find_map(|scope| match scope {
            Scope::Pipe(pipe) => Some(pipe),
            _ => None,
        }) && outcome.stage != Stage::Ok
        {
            pipe.stage = outcome.stage;
        }
        if std::mem::take(&mut self.has_own_input) {
            self.inputs.pop();
        }
        state.keep_pipe_status();
        self.check_failure(state);
        outcome
    }

    /// Takes the line that was typed for `read`.
    pub fn answer(&mut self, typed: &str, state: &mut State, environment: &Environment<'_>) {
        let Some(mut call) = self.asking.take() else { return };
        call.input = Some(format!("{typed}\n"));
        let step = self.dispatch(*call, state, environment);
        debug_assert!(step.is_none(), "reading a line that is there takes no time");
    }

    /// Gives up what is under way, as Ctrl-C does.
    pub fn interrupt(&mut self, state: &mut State) {
        self.stop(state);
        self.said.clear();
        self.asking = None;
        state.set_status(outcome::INTERRUPTED);
    }

    /// Returns the input of the current command.
    pub(super) fn input(&mut self) -> Option<&mut Input> {
        self.inputs.last_mut()
    }
}
