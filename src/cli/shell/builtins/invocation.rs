//! A command of the shell and its answer.

use super::super::expand::Assigned;
use super::super::input::Input;
use super::super::state::State;

/// A command to carry out: its arguments, and what it acts on.
pub(in super::super) struct Invocation<'a> {
    pub(in super::super) state: &'a mut State,
    /// Name of the command.
    pub(in super::super) name: &'a str,
    /// Arguments without the name.
    pub(in super::super) words: &'a [String],
    /// Assignments among the arguments.
    pub(in super::super) declared: Vec<Assigned>,
    /// Standard input, if it is not the terminal.
    pub(in super::super) input: Option<&'a mut Input>,
    /// Returns `true` for another command of the shell.
    pub(in super::super) is_own: fn(&str) -> bool,
    /// Returns `true` for a program that the caller carries out.
    pub(in super::super) is_program: &'a dyn Fn(&str) -> bool,
}

/// The answer of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Reply {
    pub(in super::super) status: i32,
    /// Standard output.
    pub(in super::super) output: String,
    /// Messages for standard error, each a line without its end.
    pub(in super::super) errors: Vec<String>,
}

impl Reply {
    pub(in super::super) fn status(status: i32) -> Self {
        Self { status, ..Self::default() }
    }

    pub(in super::super) fn output(output: impl Into<String>) -> Self {
        Self { output: output.into(), ..Self::default() }
    }

    /// Fails with a message, which follows the name of the shell.
    pub(in super::super) fn error(status: i32, message: impl AsRef<str>) -> Self {
        Self { status, errors: vec![format!("bash: {}", message.as_ref())], ..Self::default() }
    }
}

/// Commands of the shell that the machine carries out, because they change what runs next.
pub(in super::super) const CONTROLS: [&str; 14] = [
    "break", "continue", "return", "exit", "eval", "exec", "source", ".", "builtin", "wait", "sleep", "time", "bash",
    "sh",
];

/// Programs that run the command behind them, or that pass input through, and are part of the shell here.
pub(in super::super) const RUNNERS: [&str; 9] =
    ["sudo", "nohup", "env", "nice", "timeout", "stdbuf", "xargs", "watch", "doas"];
