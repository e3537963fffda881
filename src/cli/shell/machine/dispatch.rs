//! Finds what carries out a command: a function, a command of the shell, a filter, or the caller.

use std::sync::Arc;

use super::super::assign::assign;
use super::super::builtins::{self, Invocation, Reading, Reply};
use super::super::error::ShellError;
use super::super::expand::{Assigned, file_name};
use super::super::filter::{self, FILTERS};
use super::super::input::Input;
use super::super::keyword::is_keyword;
use super::super::parameter::quoted;
use super::super::redirect::redirect;
use super::super::state::State;
use super::super::streams::Streams;
use super::absent::ABSENT;
use super::environment::Environment;
use super::run::{Call, Machine, Step, shell_error};
use super::scope::{Frame, FrameKind, Position, Scope};
use crate::ground::error::Stage;
use crate::ground::outcome::Block;
use crate::ground::rendered::Rendered;

impl Machine {
    /// Carries out a command, or begins to. `None` if the next operation may follow at once.
    pub(super) fn dispatch(
        &mut self,
        mut call: Call,
        state: &mut State,
        environment: &Environment<'_>,
    ) -> Option<Step> {
        if let Err(message) = unwrapped(&mut call) {
            self.refuse(ShellError { message, exit_code: 2, at: 0 }, state);
            self.check_failure(state);
            return None;
        }
        let Some(name) = call.words.first().cloned() else {
            state.status = 0;
            return None;
        };
        if let Some(alias) = state.aliases.get(&name).cloned()
            && (environment.has_terminal || state.options.expands_aliases)
            && !call.skips_functions
        {
            return self.expand_alias(&alias, call, state, environment);
        }
        if let Some(function) = state.functions.get(&name).cloned().filter(|_| !call.skips_functions) {
            self.call(call, state, Position { program: function.program, at: function.entry });
            return None;
        }
        match name.as_str() {
            "break" | "continue" => {
                self.leave_loop(&name, call.words.get(1..).unwrap_or_default(), state);
                None
            }
            "exit" | "return" => {
                self.leave_shell(&name, &call, state);
                None
            }
            "eval" => {
                let text = call.words.get(1..).unwrap_or_default().join(" ");
                state.status = 0;
                self.begin_text(&text, FrameKind::Eval, call.streams, state);
                None
            }
            "bash" | "sh" => self.shell_in_shell(call, state),
            "exec" => {
                call.words.remove(0);
                if call.words.is_empty() {
                    state.status = 0;
                    state.streams = call.streams;
                    self.shell_streams = call.streams;
                    return None;
                }
                let command = Some(std::mem::take(&mut call.words));
                self.begin_frame(FrameKind::Last { command }, call.streams, call.input, state);
                None
            }
            "source" | "." => {
                let file = call.words.get(1).map_or("", String::as_str);
                let message = format!("{name}: {file}: there are no files here");
                self.refuse(ShellError::playground(message), state);
                self.check_failure(state);
                None
            }
            "wait" if state.background_jobs > 0 && is_wait_for_jobs(&call.words) => {
                state.status = 0;
                None
            }
            "sleep" => self.sleep(&call, state),
            "xargs" => {
                self.begin_xargs(call, state);
                None
            }
            "watch" => {
                self.begin_watch(call, state);
                None
            }
            "read" => self.read(call, state, environment),
            "command" if !matches!(call.words.get(1).map(String::as_str), Some("-v" | "-V")) => {
                call.words.remove(0);
                if call.words.first().is_some_and(|word| word == "-p" || word == "--") {
                    call.words.remove(0);
                }
                call.skips_functions = true;
                self.dispatch(call, state, environment)
            }
            "builtin" => {
                call.words.remove(0);
                call.skips_functions = true;
                self.dispatch(call, state, environment)
            }
            _ if builtins::find(&name).is_some() => {
                self.builtin(&name, call, state, environment);
                None
            }
            _ if FILTERS.contains(&name.as_str()) => self.filter(call, state),
            _ => self.hand_over(call, state, environment),
        }
    }

    /// Runs the text of `bash -c TEXT`, or what is fed to `bash`, as a subshell.
    fn shell_in_shell(&mut self, mut call: Call, state: &mut State) -> Option<Step> {
        let mut words = std::mem::take(&mut call.words).into_iter().skip(1);
        let mut text = None;
        let mut options = String::new();
        let mut operands = Vec::new();
        while let Some(word) = words.next() {
            match word.strip_prefix('-') {
                Some(letters) if letters.ends_with('c') => {
                    options.extend(letters.chars().filter(|letter| "eux".contains(*letter)));
                    text = words.next();
                    // The first operand is the name of the shell.
                    operands = words.by_ref().skip(1).collect();
                }
                Some(letters) => options.extend(letters.chars().filter(|letter| "eux".contains(*letter))),
                None => {
                    let message = format!("bash: {word}: there are no files here");
                    self.refuse(ShellError { message, exit_code: 127, at: 0 }, state);
                    self.check_failure(state);
                    return None;
                }
            }
        }
        let text = text.or_else(|| call.input.take()).or_else(|| self.input().map(Input::take_all)).unwrap_or_default();
        let options = if options.is_empty() { String::new() } else { format!("set -{options}\n") };
        let operands: Vec<String> = operands.iter().map(|operand| quoted(operand)).collect();
        let text = format!("(\nset -- {}\n{options}{text}\n)", operands.join(" "));
        self.begin_text(&text, FrameKind::Eval, call.streams, state);
        None
    }

    fn expand_alias(
        &mut self,
        alias: &str,
        call: Call,
        state: &mut State,
        environment: &Environment<'_>,
    ) -> Option<Step> {
        // An alias may begin with its own name.
        let mut words: Vec<String> = alias.split_whitespace().map(str::to_owned).collect();
        words.extend(call.words.iter().skip(1).cloned());
        self.dispatch(Call { words, skips_functions: true, ..call }, state, environment)
    }

    /// Begins a frame whose commands are made one by one.
    pub(super) fn begin_frame(&mut self, kind: FrameKind, streams: Streams, input: Option<String>, state: &mut State) {
        let back = std::mem::take(&mut self.position);
        let has_input = input.is_some();
        self.inputs.extend(input.map(Input::new));
        self.push(Scope::Frame(Box::new(Frame { back, streams, has_input, kind })), state);
    }

    fn call(&mut self, call: Call, state: &mut State, position: Position) {
        let mut words = call.words.into_iter();
        let name = words.next().unwrap_or_default();
        let positional = std::mem::replace(&mut state.positional, Arc::new(words.collect()));
        let back = std::mem::replace(&mut self.position, position);
        let has_input = call.input.is_some();
        self.inputs.extend(call.input.map(Input::new));
        state.begin_hiding();
        Arc::make_mut(&mut state.calls).push(name);
        let frame = Frame { back, streams: call.streams, has_input, kind: FrameKind::Call { positional } };
        self.push(Scope::Frame(Box::new(frame)), state);
        if !self.scopes.is_empty() {
            self.assign_for_call(call.assignments, state);
        }
    }

    /// Carries out the assignments before a command, whose effects end with it.
    fn assign_for_call(&mut self, assignments: Vec<Assigned>, state: &mut State) {
        for assigned in assignments {
            state.hide(&assigned.name);
            if let Err(error) = assign(state, assigned) {
                self.refuse(error, state);
            }
        }
    }

    fn leave_shell(&mut self, name: &str, call: &Call, state: &mut State) {
        if name == "return" && state.calls.is_empty() {
            let message = "return: can only `return' from a function or sourced script";
            self.refuse(ShellError { exit_code: 2, ..ShellError::bash(message) }, state);
            return self.check_failure(state);
        }
        if let Some(word) = call.words.get(1) {
            if let Ok(status) = word.parse::<i64>() {
                // An exit status is a byte.
                state.status = i32::try_from(status & 0xff).unwrap_or(0);
            } else {
                let message = format!("{name}: {word}: numeric argument required");
                self.refuse(ShellError { exit_code: 2, ..ShellError::bash(message) }, state);
            }
        } else if let Some(status) = self.status_before_trap() {
            state.status = status;
        }
        if name == "return" { self.return_from_call(state) } else { self.exit(state) }
    }

    /// Returns the exit status with which a trap began, if one is under way.
    fn status_before_trap(&self) -> Option<i32> {
        self.scopes.iter().rev().find_map(|scope| match scope {
            Scope::Frame(frame) => match frame.kind {
                FrameKind::Trap { status, .. } => Some(status),
                _ => None,
            },
            _ => None,
        })
    }

    fn read(&mut self, call: Call, state: &mut State, environment: &Environment<'_>) -> Option<Step> {
        if call.input.is_none() && self.inputs.is_empty() && environment.has_terminal {
            let prompt = Reading::of(call.words.get(1..).unwrap_or_default()).map(|reading| reading.prompt);
            self.asking = Some(Box::new(call));
            return Some(Step::Ask(prompt.unwrap_or_default()));
        }
        self.builtin("read", call, state, environment);
        None
    }

    fn builtin(&mut self, name: &str, mut call: Call, state: &mut State, environment: &Environment<'_>) {
        let Some(builtin) = builtins::find(name) else { return };
        let has_assignments = !call.assignments.is_empty();
        if has_assignments {
            state.begin_hiding();
            self.assign_for_call(std::mem::take(&mut call.assignments), state);
        }
        let own = call.input.take();
        let has_own_input = own.is_some();
        self.inputs.extend(own.map(Input::new));
        let mut invocation = Invocation {
            state: &mut *state,
            name,
            words: call.words.get(1..).unwrap_or_default(),
            declared: std::mem::take(&mut call.declared),
            input: self.inputs.last_mut(),
            is_own: |name| builtins::find(name).is_some(),
            is_program: environment.is_program,
        };
        let reply = builtin(&mut invocation);
        self.pop_input(has_own_input);
        if has_assignments {
            state.end_hiding();
        }
        self.reply(reply, call.streams, Stage::Ok, state);
    }

    /// Ends a command of the shell with its answer.
    pub(super) fn reply(&mut self, reply: Reply, streams: Streams, reached: Stage, state: &mut State) {
        state.status = reply.status;
        let mut blocks = Vec::new();
        let reached = if reply.errors.is_empty() { reached } else { Stage::Shell };
        self.work += (reply.output.len() / 256) as u64;
        if !reply.output.is_empty() {
            blocks.push(Block::Output(Rendered::plain(reply.output)));
        }
        blocks.extend(reply.errors.iter().map(|message| shell_error(message)));
        if !blocks.is_empty() {
            redirect(&mut blocks, streams, true);
        }
        if !blocks.is_empty() || self.scopes.is_empty() {
            self.say(blocks, state.status, reached);
        }
        state.keep_pipe_status();
        self.check_failure(state);
    }

    fn filter(&mut self, mut call: Call, state: &mut State) -> Option<Step> {
        let mut reached = Stage::Ok;
        let mut input = call.input.take();
        let files = std::mem::take(&mut call.files);
        let is_file = |word: &String| (0..files.len()).find(|index| file_name(*index) == *word);
        let named: Vec<usize> = call.words.iter().filter_map(is_file).collect();
        if !named.is_empty() {
            call.words.retain(|word| is_file(word).is_none());
            input = Some(named.iter().filter_map(|index| files.get(*index)).cloned().collect());
        }
        if input.is_none() {
            reached = self
                .scopes
                .iter()
                .rev()
                .find_map(|scope| match scope {
                    Scope::Pipe(pipe) => Some(pipe.stage),
                    _ => None,
                })
                .unwrap_or(Stage::Ok);
            input = self.input().map(Input::take_all);
        }
        if input.is_none()
            && let Some(file) = named_file(&call.words)
        {
            let name = call.words.first().map_or("", String::as_str);
            let message = format!("{name}: {file}: there are no files here");
            let status = if name == "grep" { 2 } else { 1 };
            self.reply(Reply { status, errors: vec![message], ..Reply::default() }, call.streams, Stage::Shell, state);
            return None;
        }
        let needs_none = call.words.iter().any(|word| word == "-n" || word.trim_start().starts_with("BEGIN"));
        let is_reader = !(needs_none && matches!(call.words.first().map(String::as_str), Some("awk" | "jq")));
        let Some(input) = input.or_else(|| (!is_reader).then(String::new)) else {
            return Some(Step::Command(call.words, None));
        };
        let words: Vec<&str> = call.words.iter().map(String::as_str).collect();
        self.work += (input.len() / 256) as u64;
        let mut outcome = filter::answer(&words, &input);
        if outcome.stage == Stage::Ok {
            outcome.stage = reached;
        }
        state.status = outcome.exit_code;
        redirect(&mut outcome.blocks, call.streams, true);
        self.say(outcome.blocks, state.status, outcome.stage);
        state.keep_pipe_status();
        self.check_failure(state);
        None
    }

    /// Gives a command to the caller.
    fn hand_over(&mut self, call: Call, state: &mut State, environment: &Environment<'_>) -> Option<Step> {
        let name = call.words.first().map_or("", String::as_str);
        if !(environment.is_program)(name) && !is_keyword(name) && ABSENT.contains(&name) {
            let message = format!("{name}: not available here: the playground has no such program");
            let reply = Reply { status: 127, errors: vec![message], ..Reply::default() };
            self.reply(reply, call.streams, Stage::Shell, state);
            return None;
        }
        self.streams = call.streams;
        let reads_input = call.words.iter().any(|word| matches!(word.as_str(), "-" | "-f-" | "--filename=-"));
        let input = call.input.or_else(|| {
            let file =
                call.words.iter().find_map(|word| (0..call.files.len()).find(|index| file_name(*index) == *word));
            file.and_then(|index| call.files.get(index).cloned())
        });
        let input = input.or_else(|| if reads_input { self.input().map(Input::take_all) } else { None });
        let words = call.words.into_iter().map(|word| if word.starts_with("/dev/fd/") { "-".to_owned() } else { word });
        Some(Step::Command(words.collect(), input))
    }

    /// Carries out a command that was made of words.
    pub(super) fn dispatch_words(
        &mut self,
        words: Vec<String>,
        state: &mut State,
        environment: &Environment<'_>,
    ) -> Option<Step> {
        self.work += 1;
        self.dispatch(Call { words, ..Call::default() }, state, environment)
    }
}

/// Returns the file that a filter is to read, by its look: the last word, with a slash or a dot among letters.
fn named_file(words: &[String]) -> Option<&str> {
    let (name, last) = (words.first()?, words.last()?);
    let reads_files = matches!(name.as_str(), "cat" | "head" | "tail" | "sort" | "wc" | "grep");
    let words_min = if name == "grep" { 3 } else { 2 };
    let is_file = !last.starts_with('-') && last.contains(['/', '.']) && last.contains(char::is_alphanumeric);
    (reads_files && words.len() >= words_min && is_file).then_some(last)
}

fn is_wait_for_jobs(words: &[String]) -> bool {
    words.iter().skip(1).all(|word| word.starts_with('-') && word != "--until" || word.parse::<u32>().is_ok())
}

/// Takes away words that only say how the command behind them is run.
///
/// # Errors
/// The message about an option that is not known.
fn unwrapped(call: &mut Call) -> Result<(), String> {
    loop {
        let (name, takes_value): (&str, &str) = match call.words.first().map(String::as_str) {
            Some("sudo" | "doas") => ("sudo", "ugp"),
            Some("nohup") => ("nohup", ""),
            Some("time") => ("time", "of"),
            Some("nice") => ("nice", "n"),
            Some("stdbuf") => ("stdbuf", ""),
            Some("timeout") => ("timeout", "ks"),
            Some("env") => ("env", "u"),
            _ => return Ok(()),
        };
        call.words.remove(0);
        while let Some(option) = call.words.first().filter(|word| word.len() > 1 && word.starts_with('-')).cloned() {
            call.words.remove(0);
            if option == "--" {
                break;
            }
            let takes_next = option.len() == 2 && option.ends_with(|letter| takes_value.contains(letter));
            if takes_next && !call.words.is_empty() {
                call.words.remove(0);
            }
        }
        if name == "timeout" && !call.words.is_empty() {
            call.words.remove(0);
        }
        if name == "env" {
            while let Some((variable, value)) = call.words.first().and_then(|word| word.split_once('=')) {
                let (name, value) = (variable.to_owned(), super::super::expand::Assignable::Text(value.to_owned()));
                call.assignments.push(Assigned { name, key: None, appends: false, value });
                call.words.remove(0);
            }
        }
        if call.words.is_empty() && name != "env" && name != "time" {
            return Err(format!("bash: {name}: a command has to follow"));
        }
    }
}
