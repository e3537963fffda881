//! `command -v`, `type`, `which` and `alias`: what a name means.

use std::fmt::Write as _;
use std::sync::Arc;

use super::super::filter::FILTERS;
use super::super::keyword::is_keyword;
use super::invocation::{CONTROLS, Invocation, RUNNERS, Reply};

/// Commands of bash that are programs in a real system.
const PROGRAMS: [&str; 12] =
    ["yes", "bash", "sh", "basename", "clear", "date", "dirname", "hostname", "seq", "sleep", "which", "whoami"];

/// The kind of a name, and the text that `command -v` prints.
fn kind(name: &str, invocation: &Invocation<'_>) -> Option<(&'static str, String)> {
    if let Some(alias) = invocation.state.aliases.get(name) {
        return Some(("alias", format!("alias {name}='{alias}'")));
    }
    if is_keyword(name) {
        return Some(("keyword", name.to_owned()));
    }
    if invocation.state.functions.contains_key(name) {
        return Some(("function", name.to_owned()));
    }
    let is_own = (invocation.is_own)(name) || CONTROLS.contains(&name);
    if is_own && !PROGRAMS.contains(&name) {
        return Some(("builtin", name.to_owned()));
    }
    let is_file = is_own || FILTERS.contains(&name) || RUNNERS.contains(&name) || (invocation.is_program)(name);
    is_file.then(|| ("file", format!("/usr/bin/{name}")))
}

/// `command -v NAME` and `command -V NAME`.
pub(super) fn command(invocation: &mut Invocation<'_>) -> Reply {
    let Some((option, names)) = invocation.words.split_first() else { return Reply::default() };
    let mut reply = Reply::status(i32::from(!names.is_empty()));
    for name in names {
        if let Some((kind, text)) = kind(name, invocation) {
            reply.status = 0;
            if option == "-V" {
                reply.output.push_str(&described(name, kind, &text));
            } else {
                let _ = writeln!(reply.output, "{text}");
            }
        } else if option == "-V" {
            reply.errors.push(format!("bash: command: {name}: not found"));
        }
    }
    reply
}

fn described(name: &str, kind: &str, text: &str) -> String {
    match kind {
        "alias" => format!(
            "{name} is aliased to `{}'\n",
            text.split_once('=').map_or("", |(_, value)| value.trim_matches('\''))
        ),
        "keyword" => format!("{name} is a shell keyword\n"),
        "function" => format!("{name} is a function\n"),
        "builtin" => format!("{name} is a shell builtin\n"),
        _ => format!("{name} is {text}\n"),
    }
}

/// `type NAME`, `type -t NAME`, `type -p NAME`.
pub(super) fn type_of(invocation: &mut Invocation<'_>) -> Reply {
    let mut reply = Reply::default();
    let mut option = "";
    for word in invocation.words {
        if word.starts_with('-') {
            option = word;
            continue;
        }
        match (kind(word, invocation), option) {
            (Some((kind, _)), "-t") => {
                let _ = writeln!(reply.output, "{kind}");
            }
            (Some(("file", text)), "-p" | "-P") => {
                let _ = writeln!(reply.output, "{text}");
            }
            (Some(_), "-p" | "-P") => {}
            (Some((kind, text)), _) => reply.output.push_str(&described(word, kind, &text)),
            (None, _) => {
                reply.status = 1;
                if option.is_empty() {
                    reply.errors.push(format!("bash: type: {word}: not found"));
                }
            }
        }
    }
    reply
}

/// Prints the place of programs.
pub(super) fn which(invocation: &mut Invocation<'_>) -> Reply {
    let mut reply = Reply::default();
    for word in invocation.words {
        match kind(word, invocation) {
            Some(("file", text)) => {
                let _ = writeln!(reply.output, "{text}");
            }
            _ => reply.status = 1,
        }
    }
    reply
}

/// Defines and prints aliases.
pub(super) fn alias(invocation: &mut Invocation<'_>) -> Reply {
    let mut reply = Reply::default();
    if invocation.words.is_empty() {
        for (name, value) in invocation.state.aliases.iter() {
            let _ = writeln!(reply.output, "alias {name}='{value}'");
        }
    }
    for word in invocation.words {
        if let Some((name, value)) = word.split_once('=') {
            Arc::make_mut(&mut invocation.state.aliases).insert(name.to_owned(), value.to_owned());
        } else if let Some(value) = invocation.state.aliases.get(word) {
            let _ = writeln!(reply.output, "alias {word}='{value}'");
        } else {
            reply.status = 1;
            reply.errors.push(format!("bash: alias: {word}: not found"));
        }
    }
    reply
}

/// Removes aliases.
pub(super) fn unalias(invocation: &mut Invocation<'_>) -> Reply {
    let aliases = Arc::make_mut(&mut invocation.state.aliases);
    let mut reply = Reply::default();
    for word in invocation.words {
        if word == "-a" {
            aliases.clear();
        } else if aliases.remove(word).is_none() {
            reply.status = 1;
            reply.errors.push(format!("bash: unalias: {word}: not found"));
        }
    }
    reply
}
