//! The commands that the shell carries out by itself, without the machine's help.

mod declare;
mod format;
mod input;
mod names;
mod options;
mod print;
mod small;

use super::expand::Assigned;
use super::input::Input;
use super::state::State;

pub(super) use input::Reading;

/// A command to carry out: its arguments, and what it acts on.
pub(super) struct Invocation<'a> {
    pub(super) state: &'a mut State,
    /// Name of the command.
    pub(super) name: &'a str,
    /// Arguments without the name.
    pub(super) words: &'a [String],
    /// Assignments among the arguments.
    pub(super) declared: Vec<Assigned>,
    /// Standard input, if it is not the terminal.
    pub(super) input: Option<&'a mut Input>,
    /// Returns `true` for a program that the caller carries out.
    pub(super) is_program: &'a dyn Fn(&str) -> bool,
}

/// The answer of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: i32,
    /// Standard output.
    pub(super) output: String,
    /// Messages for standard error, each a line without its end.
    pub(super) errors: Vec<String>,
}

impl Reply {
    pub(super) fn status(status: i32) -> Self {
        Self { status, ..Self::default() }
    }

    pub(super) fn output(output: impl Into<String>) -> Self {
        Self { output: output.into(), ..Self::default() }
    }

    /// Fails with a message, which follows the name of the shell.
    pub(super) fn error(status: i32, message: impl AsRef<str>) -> Self {
        Self { status, errors: vec![format!("bash: {}", message.as_ref())], ..Self::default() }
    }
}

type Builtin = fn(&mut Invocation<'_>) -> Reply;

const BUILTINS: [(&str, Builtin); 45] = [
    (":", small::succeed),
    ("true", small::succeed),
    ("false", small::fail),
    ("[", small::bracket),
    ("test", small::test),
    ("echo", print::echo),
    ("printf", print::printf),
    ("let", small::calculate),
    ("declare", declare::declare),
    ("typeset", declare::declare),
    ("local", declare::local),
    ("export", declare::export),
    ("readonly", declare::readonly),
    ("unset", declare::unset),
    ("read", input::read),
    ("mapfile", input::mapfile),
    ("readarray", input::mapfile),
    ("set", options::set),
    ("shopt", options::shopt),
    ("shift", options::shift),
    ("getopts", options::getopts),
    ("trap", options::trap),
    ("command", names::command),
    ("type", names::type_of),
    ("which", names::which),
    ("alias", names::alias),
    ("unalias", names::unalias),
    ("hash", small::succeed),
    ("umask", small::succeed),
    ("ulimit", small::succeed),
    ("enable", small::succeed),
    ("bind", small::succeed),
    ("complete", small::succeed),
    ("jobs", small::succeed),
    ("disown", small::succeed),
    ("clear", small::succeed),
    ("pwd", small::pwd),
    ("cd", small::cd),
    ("whoami", small::whoami),
    ("hostname", small::hostname),
    ("basename", small::basename),
    ("dirname", small::dirname),
    ("seq", small::seq),
    ("date", small::date),
    ("kill", small::succeed),
];

/// Returns the function of a command of the shell.
pub(super) fn find(name: &str) -> Option<Builtin> {
    BUILTINS.iter().find(|(known, _)| *known == name).map(|(_, builtin)| *builtin)
}

/// Commands of the shell that the machine carries out, because they change what runs next.
pub(super) const CONTROLS: [&str; 12] =
    ["break", "continue", "return", "exit", "eval", "exec", "source", ".", "builtin", "wait", "sleep", "time"];

/// Programs that run the command behind them, or that pass input through, and are part of the shell here.
pub(super) const RUNNERS: [&str; 9] = ["sudo", "nohup", "env", "nice", "timeout", "stdbuf", "xargs", "watch", "doas"];
