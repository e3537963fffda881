//! The table of the shell's commands.

use super::invocation::{CONTROLS, Invocation, RUNNERS, Reply};
use super::{declare, input, names, options, print, small};

/// Carries out a command.
pub(in super::super) type Builtin = fn(&mut Invocation<'_>) -> Reply;

const BUILTINS: [(&str, Builtin); 46] = [
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
    ("yes", small::yes),
    ("date", small::date),
    ("kill", small::succeed),
];

/// Returns `true` for a command that the shell itself carries out, or that runs the command behind it.
#[must_use]
pub fn is_command(name: &str) -> bool {
    find(name).is_some() || CONTROLS.contains(&name) || RUNNERS.contains(&name)
}

/// Returns the function of a command of the shell.
pub(in super::super) fn find(name: &str) -> Option<Builtin> {
    BUILTINS.iter().find(|(known, _)| *known == name).map(|(_, builtin)| *builtin)
}
