//! Runs a program operation by operation, and hands commands that are not the shell's own to its caller.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::arithmetic;
use super::super::assign::assign;
use super::super::condition;
use super::super::error::ShellError;
use super::super::expand::{Assigned, Expander, Halt};
use super::super::glob::is_match;
use super::super::input::Input;
use super::super::parser;
use super::super::state::{Function, State};
use super::super::streams::Streams;
use super::super::syntax::{Operation, RawCommand, Redirection};
use super::environment::Environment;
use super::scope::{Frame, FrameKind, Loop, Pending, Pipe, Position, Scope};
use crate::ground::error::{CliError, ErrorClass, Stage};
use crate::ground::outcome::{Block, Outcome};
use crate::ground::rendered::Rendered;

/// Most scopes that may be open at a time: functions may call themselves.
const SCOPES_MAX: usize = 1000;

/// Work after which the caller is asked whether to go on.
const PAUSE_WORK: u64 = 500;

/// Bytes of text that count as a unit of work.
const BYTES_PER_WORK: usize = 256;

/// What the caller has to do before the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Carry out this command with this input, and give its outcome to [`Machine::finish`].
    Command(Vec<String>, Option<String>),
    /// Record what a command of the shell printed.
    Said(Outcome),
    /// Let simulated time pass until this moment, in milliseconds.
    Sleep(u64),
    /// Show this prompt, and give the line that is typed to [`Machine::answer`].
    Ask(String),
    /// Go on, unless too much has been done already.
    Pause,
    /// The program has ended.
    Done,
}

/// A command after the expansion of its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) words: Vec<String>,
    pub(super) assignments: Vec<Assigned>,
    pub(super) declared: Vec<Assigned>,
    pub(super) input: Option<String>,
    pub(super) streams: Streams,
    /// Texts of process substitutions.
    pub(super) files: Vec<String>,
    pub(super) skips_functions: bool,
}

/// A program under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    pub(super) position: Position,
    pub(super) scopes: Vec<Scope>,
    /// Inputs of the commands under way, the innermost last.
    pub(super) inputs: Vec<Input>,
    pub(super) pending: Option<Pending>,
    /// Redirections of the command that the caller carries out.
    pub(super) streams: Streams,
    /// `true` while the caller carries out a command with an input of its own.
    pub(super) has_own_input: bool,
    /// The `read` that waits for a typed line.
    pub(super) asking: Option<Box<Call>>,
    /// Units of work since the caller last asked.
    pub(super) work: u64,
    /// `true` once `exit` has run, or a failure that `set -e` does not forgive.
    pub(super) has_exited: bool,
    /// Redirections of everything that the shell runs.
    pub(super) shell_streams: Streams,
    /// Simulated time at which the program first slept, in milliseconds.
    pub(super) begun_ms: Option<u64>,
    /// `true` while a command runs whose failure another one looks at.
    pub(super) guards_next: bool,
    /// Answers to hand out before the next operation.
    pub(super) said: VecDeque<Outcome>,
}

impl Machine {
    /// Reads a text to run.
    ///
    /// # Errors
    /// Text that bash refuses.
    pub fn new(text: &str) -> Result<Self, ShellError> {
        let program = Arc::new(parser::program(text)?);
        Ok(Self { position: Position { program, at: 0 }, ..Self::default() })
    }

    /// Returns `true` if `exit` has ended the shell.
    #[must_use]
    pub fn has_exited(&self) -> bool {
        self.has_exited
    }

    /// Takes the units of work that were done since the last call: one for each command, and for each 256 bytes.
    pub fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.work)
    }

    /// Runs until the caller has something to do.
    pub fn step(&mut self, state: &mut State, environment: &Environment<'_>) -> Step {
        state.now_ms = environment.now_ms;
        self.shell_streams = state.streams;
        loop {
            if let Some(said) = self.said.pop_front() {
                return Step::Said(said);
            }
            if self.work > PAUSE_WORK {
                return Step::Pause;
            }
            if let Some(step) = self.operation(state, environment) {
                return step;
            }
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each operation")]
    fn operation(&mut self, state: &mut State, environment: &Environment<'_>) -> Option<Step> {
        let Some(operation) = self.position.program.operations.get(self.position.at).cloned() else {
            return self.end_program(state, environment);
        };
        self.position.at += 1;
        match operation {
            Operation::Pass => {}
            Operation::Run(command) => return self.simple(&command, state, environment),
            Operation::Test(condition, line) => {
                state.line = line;
                self.work += 1;
                let value = self.expanding(state, |expander| kept(condition::evaluate(&condition, expander)))?;
                self.judge(value, state);
            }
            Operation::Arithmetic(word, line) => {
                state.line = line;
                self.work += 1;
                let value = self.expanding(state, |expander| {
                    let text = expander.text(&word)?;
                    let value = arithmetic::evaluate(&text, expander.state);
                    Ok(value.map(|value| value != 0).map_err(|error| ShellError::bash(format!("((: {error}"))))
                })?;
                self.judge(value, state);
            }
            Operation::Not => state.status = i32::from(state.status == 0),
            Operation::Jump(to) => self.position.at = to,
            Operation::JumpIf { succeeded, to } => {
                if (state.status == 0) == succeeded {
                    self.position.at = to;
                }
            }
            Operation::Guard => self.push(Scope::Guard, state),
            Operation::EndGuard | Operation::EndCase | Operation::EndRedirect => self.pop_scope(state),
            Operation::Succeed => state.status = 0,
            Operation::Loop { next, end } => {
                let begun = Loop { next, end, words: Arc::default(), word: 0, status: 0 };
                self.push(Scope::Loop(begun), state);
            }
            Operation::For { words, end } => {
                self.work += 1;
                let words = match words {
                    Some(words) => Arc::new(self.expanding(state, |expander| expander.fields(&words))?),
                    None => Arc::clone(&state.positional),
                };
                let next = self.position.at;
                self.push(Scope::Loop(Loop { next, end, words, word: 0, status: 0 }), state);
            }
            Operation::Next { name, end } => self.next_word(&name, end, state),
            Operation::Keep => {
                if let Some(Scope::Loop(open)) = self.scopes.last_mut() {
                    open.status = state.status;
                }
            }
            Operation::EndLoop => {
                if let Some(Scope::Loop(open)) = self.scopes.pop() {
                    state.status = open.status;
                }
            }
            Operation::Case { word, .. } => {
                self.work += 1;
                let text = self.expanding(state, |expander| expander.text(&word))?;
                state.status = 0;
                self.push(Scope::Case(text), state);
            }
            Operation::Pattern { patterns, otherwise } => {
                let Some(Scope::Case(text)) = self.scopes.last().cloned() else { return None };
                let ignores_case = state.options.ignores_case;
                let is_found = self.expanding(state, |expander| {
                    for pattern in patterns.iter() {
                        if is_match(&expander.marked(pattern)?, &text, ignores_case)? {
                            return Ok(true);
                        }
                    }
                    Ok(false)
                })?;
                if !is_found {
                    self.position.at = otherwise;
                }
            }
            Operation::Redirect { redirection, end } => self.redirect(&redirection, end, state),
            Operation::Subshell { end } => {
                let saved = Box::new(state.clone());
                Self::enter_subshell(state);
                self.push(Scope::Subshell { end, saved }, state);
            }
            Operation::EndSubshell => self.end_subshell(state),
            Operation::Pipe { end, out, names } => self.begin_pipe(end, out, &names, state, environment),
            Operation::Stage { end } => self.next_stage(end, state),
            Operation::EndPipe => self.end_pipe(state),
            Operation::Define { name, end } => {
                let function = Function { program: Arc::clone(&self.position.program), entry: self.position.at };
                Arc::make_mut(&mut state.functions).insert(name.to_string(), function);
                state.status = 0;
                self.position.at = end;
            }
            Operation::Return => self.return_from_call(state),
            Operation::Time => self.push(Scope::Time(state.now_ms), state),
            Operation::EndTime => self.end_time(state),
            Operation::Background => {
                state.background_jobs += 1;
                let note = "Nothing runs in the background here: the next command begins when this one has answered.";
                self.said.push_back(Outcome {
                    stage: Stage::Ok,
                    exit_code: 0,
                    blocks: vec![Block::Note(note.to_owned())],
                });
                state.status = 0;
            }
            Operation::Refuse { message, end } => {
                self.position.at = end;
                self.refuse(ShellError::syntax(message.to_string(), 0), state);
            }
        }
        None
    }

    /// Makes the value of a condition the exit status.
    fn judge(&mut self, value: Result<bool, ShellError>, state: &mut State) {
        match value {
            Ok(value) => state.status = i32::from(!value),
            Err(error) => self.refuse(error, state),
        }
        self.check_failure(state);
    }

    /// Opens a scope; refuses to go on if there are too many.
    pub(super) fn push(&mut self, scope: Scope, state: &mut State) {
        self.scopes.push(scope);
        if self.scopes.len() > SCOPES_MAX {
            let text = "playground: stopped: functions, substitutions and compound commands are nested too deeply";
            self.stop(state);
            self.say(vec![shell_error(text)], 1, Stage::Shell);
            state.status = 1;
        }
    }

    /// Ends the line, whatever is open. What subshells and calls have changed is undone.
    pub(super) fn stop(&mut self, state: &mut State) {
        while !self.scopes.is_empty() {
            self.pop_scope(state);
        }
        self.position = Position::default();
        self.pending = None;
        self.inputs.clear();
    }

    /// Closes the innermost scope, without what would run in its end.
    pub(super) fn pop_scope(&mut self, state: &mut State) {
        let status = state.status;
        match self.scopes.pop() {
            Some(Scope::Redirect { has_input, .. }) => self.pop_input(has_input),
            Some(Scope::Subshell { saved, .. }) => state.restore(*saved),
            Some(Scope::Pipe(pipe)) => {
                self.pop_input(pipe.has_input);
                state.restore(pipe.saved);
            }
            Some(Scope::Frame(frame)) => self.leave(*frame, state),
            Some(Scope::Guard | Scope::Loop(_) | Scope::Case(_) | Scope::Time(_)) | None => {}
        }
        state.status = status;
    }

    pub(super) fn pop_input(&mut self, has_input: bool) {
        if has_input {
            self.inputs.pop();
        }
    }

    /// Goes back to where a frame began.
    pub(super) fn leave(&mut self, frame: Frame, state: &mut State) {
        self.position = frame.back;
        self.pop_input(frame.has_input);
        match frame.kind {
            FrameKind::Call { positional } => {
                state.positional = positional;
                state.end_hiding();
                Arc::make_mut(&mut state.calls).pop();
            }
            FrameKind::Substitution { saved, pending, .. } => {
                state.restore(*saved);
                self.pending = Some(pending);
            }
            _ => {}
        }
    }

    /// Expands words. `None` if a substitution has to run first, or if the command was refused.
    pub(super) fn expanding<T>(
        &mut self,
        state: &mut State,
        expand: impl FnOnce(&mut Expander<'_>) -> Result<T, Halt>,
    ) -> Option<T> {
        let pending = self.begin_expansion(state);
        let mut expander = Expander::new(state, Some(&pending.outputs));
        let result = expand(&mut expander);
        self.work += (expander.size() / BYTES_PER_WORK) as u64;
        match result {
            Ok(value) => Some(value),
            Err(halt) => {
                self.halt(halt, pending, state);
                None
            }
        }
    }

    /// Takes up the expansion under way, or begins one, on the state that the shell had then.
    fn begin_expansion(&mut self, state: &mut State) -> Pending {
        let mut pending = self.pending.take().unwrap_or_default();
        match &pending.before {
            Some(before) => state.restore(State::clone(before)),
            None => pending.before = Some(Box::new(state.clone())),
        }
        pending
    }

    /// Begins the commands that an expansion needs, or refuses the command.
    fn halt(&mut self, halt: Halt, pending: Pending, state: &mut State) {
        match halt {
            Halt::Needs(program) => {
                self.position.at -= 1;
                let back = std::mem::replace(&mut self.position, Position { program, at: 0 });
                let kind = FrameKind::Substitution { saved: Box::new(state.clone()), captured: String::new(), pending };
                Self::enter_subshell(state);
                state.options.exits_on_error = false;
                let frame = Frame { back, streams: Streams::default(), has_input: false, kind };
                self.push(Scope::Frame(Box::new(frame)), state);
            }
            Halt::Refused(error) => {
                // Bash drops the rest of the line.
                self.refuse(error, state);
                self.abandon_line(state);
            }
            Halt::Fatal(error) => {
                self.refuse(error, state);
                self.exit(state);
            }
        }
    }

    /// Changes what a subshell does not inherit.
    pub(super) fn enter_subshell(state: &mut State) {
        state.traps = Arc::default();
    }

    fn simple(&mut self, command: &RawCommand, state: &mut State, environment: &Environment<'_>) -> Option<Step> {
        state.line = command.line;
        self.work += 1;
        if let Err(error) = command.streams.check() {
            self.refuse(error, state);
            self.check_failure(state);
            return None;
        }
        let before = state.status;
        let call = self.expanding(state, |expander| {
            let words = expander.fields(&command.words)?;
            let mut declared = Vec::new();
            for assignment in &command.declared {
                declared.push(expander.assigned(assignment)?);
            }
            let input = command.input.as_ref().map(|input| expander.text(input)).transpose()?;
            let mut assignments = Vec::new();
            for assignment in &command.assignments {
                let assigned = expander.assigned(assignment)?;
                if words.is_empty() {
                    if let Err(error) = assign(expander.state, assigned) {
                        return Err(Halt::Refused(error));
                    }
                } else {
                    assignments.push(assigned);
                }
            }
            let files = std::mem::take(&mut expander.files);
            // Only what a substitution says counts for an assignment.
            Ok((
                Call { words, assignments, declared, input, streams: command.streams, files, skips_functions: false },
                (),
            ))
        });
        let (mut call, ()) = call?;
        if matches!(
            command.input.as_ref().map(|input| input.parts.as_slice()),
            Some([super::super::syntax::WordPart::Process { .. }])
        ) {
            call.input = call.files.pop();
        }
        if call.words.is_empty() {
            if state.status == before && !command.substitutions().any(|_| true) {
                state.status = 0;
            }
            self.answered(Outcome::ok(Vec::new()), state.status);
            self.check_failure(state);
            return None;
        }
        if state.options.traces {
            let words: Vec<String> = call.words.iter().map(|word| traced(word)).collect();
            let block = Block::Remark(format!("+ {}\n", words.join(" ")));
            self.say(vec![block], state.status, Stage::Ok);
        }
        self.dispatch(call, state, environment)
    }

    /// Notes the end of a command that printed nothing.
    fn answered(&mut self, outcome: Outcome, status: i32) {
        if self.scopes.is_empty() {
            self.said.push_back(Outcome { exit_code: status, ..outcome });
        }
    }

    /// Refuses a command with a message on standard error.
    #[expect(clippy::needless_pass_by_value, reason = "a refusal is made where it is said")]
    pub(super) fn refuse(&mut self, error: ShellError, state: &mut State) {
        state.status = error.exit_code;
        let status = error.exit_code;
        self.say(vec![shell_error(&error.message)], status, Stage::Shell);
    }

    /// Sends what a command printed where it goes; what is left is for the caller to record.
    pub(super) fn say(&mut self, mut blocks: Vec<Block>, status: i32, stage: Stage) {
        self.route(&mut blocks, false);
        self.said.push_back(Outcome { stage, exit_code: status, blocks });
    }

    fn next_word(&mut self, name: &str, end: usize, state: &mut State) {
        self.work += 1;
        let Some(Scope::Loop(open)) = self.scopes.last_mut() else { return };
        let Some(word) = open.words.get(open.word).cloned() else {
            self.position.at = end;
            return;
        };
        open.word += 1;
        if let Err(error) = super::super::assign::assign_text(state, name, &word, false) {
            self.position.at = end;
            self.refuse(error, state);
        }
    }

    fn redirect(&mut self, redirection: &Redirection, end: usize, state: &mut State) {
        if let Err(error) = redirection.streams.check() {
            self.position.at = end + 1;
            self.refuse(error, state);
            self.check_failure(state);
            return;
        }
        let input = match &redirection.input {
            Some(word) => {
                let text = self.expanding(state, |expander| {
                    let text = expander.text(word)?;
                    Ok(expander.files.pop().unwrap_or(text))
                });
                let Some(text) = text else { return };
                Some(text)
            }
            None => None,
        };
        let has_input = input.is_some();
        self.inputs.extend(input.map(Input::new));
        self.push(Scope::Redirect { streams: redirection.streams, has_input }, state);
    }

    fn begin_pipe(
        &mut self,
        end: usize,
        out: usize,
        names: &[super::super::syntax::RawWord],
        state: &mut State,
        environment: &Environment<'_>,
    ) {
        for name in names {
            let mut copy = state.clone();
            let words = Expander::new(&mut copy, None).word(name).unwrap_or_default();
            if let Some(name) = words.first().filter(|name| !super::absent::is_known(name, state, environment)) {
                // Nothing of the pipeline runs.
                let (message, status) = super::absent::unavailable(name);
                self.position.at = out;
                self.refuse(ShellError { message, exit_code: status, at: 0 }, state);
                self.check_failure(state);
                return;
            }
        }
        let saved = state.clone();
        Self::enter_subshell(state);
        let pipe = Pipe {
            end,
            saved,
            captured: String::new(),
            statuses: Vec::new(),
            is_last: false,
            has_input: false,
            stage: Stage::Ok,
        };
        self.push(Scope::Pipe(Box::new(pipe)), state);
    }

    fn next_stage(&mut self, end: usize, state: &mut State) {
        if self.begin_exit_trap(state) {
            return;
        }
        let is_last = matches!(self.position.program.operations.get(end), Some(Operation::EndPipe));
        let Some(Scope::Pipe(pipe)) = self.scopes.last_mut() else { return };
        pipe.statuses.push(state.status);
        pipe.end = end;
        pipe.is_last = is_last;
        let status = state.status;
        state.restore(pipe.saved.clone());
        state.status = status;
        Self::enter_subshell(state);
        let input = Input::new(std::mem::take(&mut pipe.captured));
        let had_input = std::mem::replace(&mut pipe.has_input, true);
        self.pop_input(had_input);
        self.inputs.push(input);
    }

    fn end_pipe(&mut self, state: &mut State) {
        if self.begin_exit_trap(state) {
            return;
        }
        let Some(Scope::Pipe(pipe)) = self.scopes.pop() else { return };
        let mut statuses = pipe.statuses;
        statuses.push(state.status);
        self.pop_input(pipe.has_input);
        let status = state.status;
        state.restore(pipe.saved);
        let failed = statuses.iter().rev().find(|status| **status != 0).copied();
        state.status = if state.options.pipe_fails { failed.unwrap_or(0) } else { status };
        state.pipe_statuses = Arc::new(statuses);
        self.check_failure(state);
    }

    fn end_subshell(&mut self, state: &mut State) {
        if self.begin_exit_trap(state) {
            return;
        }
        self.pop_scope(state);
        self.check_failure(state);
    }

    fn end_time(&mut self, state: &mut State) {
        let Some(Scope::Time(begun_ms)) = self.scopes.pop() else { return };
        let took_ms = state.now_ms.saturating_sub(begun_ms);
        let (minutes, rest_ms) = (took_ms / 60_000, took_ms % 60_000);
        let text =
            format!("\nreal\t{minutes}m{}.{:03}s\nuser\t0m0.000s\nsys\t0m0.000s\n", rest_ms / 1000, rest_ms % 1000);
        self.say(vec![Block::Remark(text)], state.status, Stage::Ok);
    }

    /// Appends text to the standard output of the command under way.
    pub(super) fn print(&mut self, text: String, streams: Streams, status: i32) {
        let mut blocks = vec![Block::Output(Rendered::plain(text))];
        super::super::redirect::redirect(&mut blocks, streams, true);
        self.say(blocks, status, Stage::Ok);
    }
}

/// Keeps a refusal as a value, where it does not end the line.
fn kept<T>(value: Result<T, Halt>) -> Result<Result<T, ShellError>, Halt> {
    match value {
        Ok(value) => Ok(Ok(value)),
        Err(Halt::Refused(error)) => Ok(Err(error)),
        Err(halt) => Err(halt),
    }
}

/// Creates the block of an error of the shell.
pub(super) fn shell_error(message: &str) -> Block {
    let mut error = CliError::new(ErrorClass::Shell, Stage::Shell, message);
    error.bare = true;
    Block::Error(error)
}

/// Writes a word as `set -x` does.
fn traced(word: &str) -> String {
    let is_plain =
        !word.is_empty() && word.chars().all(|letter| letter.is_alphanumeric() || "-_./:=,@%+[]{}^~".contains(letter));
    if is_plain { word.to_owned() } else { super::super::parameter::quoted(word) }
}
