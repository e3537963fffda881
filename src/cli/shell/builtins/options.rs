//! `set`, `shopt`, `shift`, `getopts` and `trap`.

use std::fmt::Write as _;
use std::sync::Arc;

use super::super::parameter::quoted;
use super::super::state::Options;
use super::invocation::{Invocation, Reply};

/// Sets an option by its letter. Returns `false` if there is no such letter.
fn letter(options: &mut Options, letter: char, is_on: bool) -> bool {
    match letter {
        'e' => options.exits_on_error = is_on,
        'u' => options.refuses_unset = is_on,
        'x' => options.traces = is_on,
        'E' => options.inherits_trap = is_on,
        // They change nothing here.
        'a' | 'b' | 'f' | 'h' | 'm' | 'n' | 'p' | 'v' | 'B' | 'C' | 'H' | 'P' | 'T' => {}
        _ => return false,
    }
    true
}

/// Sets an option by its name. Returns `false` if there is no such name.
fn named(options: &mut Options, name: &str, is_on: bool) -> bool {
    match name {
        "errexit" => options.exits_on_error = is_on,
        "nounset" => options.refuses_unset = is_on,
        "xtrace" => options.traces = is_on,
        "pipefail" => options.pipe_fails = is_on,
        "errtrace" => options.inherits_trap = is_on,
        "allexport"
        | "braceexpand"
        | "emacs"
        | "functrace"
        | "hashall"
        | "histexpand"
        | "history"
        | "ignoreeof"
        | "interactive-comments"
        | "monitor"
        | "noclobber"
        | "noglob"
        | "notify"
        | "posix"
        | "vi"
        | "verbose" => {}
        _ => return false,
    }
    true
}

pub(super) fn set(invocation: &mut Invocation<'_>) -> Reply {
    let mut words = invocation.words.iter();
    let mut options = invocation.state.options;
    let mut positional = None;
    while let Some(word) = words.next() {
        let is_on = word.starts_with('-');
        let letters = word.strip_prefix(['-', '+']).filter(|letters| !letters.is_empty());
        match letters {
            Some("-") => {
                positional = Some(words.by_ref().cloned().collect());
                break;
            }
            Some(letters) => {
                for one in letters.chars() {
                    if one == 'o' {
                        let Some(name) = words.next() else { break };
                        if !named(&mut options, name, is_on) {
                            return Reply::error(2, format!("set: {name}: invalid option name"));
                        }
                    } else if !letter(&mut options, one, is_on) {
                        return Reply::error(2, format!("set: {word}: invalid option"));
                    }
                }
            }
            None => {
                positional = Some(std::iter::once(word).chain(words.by_ref()).cloned().collect());
                break;
            }
        }
    }
    invocation.state.options = options;
    if let Some(positional) = positional {
        invocation.state.positional = Arc::new(positional);
    }
    let mut reply = Reply::default();
    if invocation.words.is_empty() {
        for (name, value) in invocation.state.texts() {
            let is_plain = value.chars().all(|letter| letter.is_alphanumeric() || "-_./:,@%+=".contains(letter));
            let _ = writeln!(reply.output, "{name}={}", if is_plain { value.to_owned() } else { quoted(value) });
        }
    }
    reply
}

/// Sets options that mostly change nothing here.
pub(super) fn shopt(invocation: &mut Invocation<'_>) -> Reply {
    let mut is_on = None;
    for word in invocation.words {
        match word.as_str() {
            "-s" => is_on = Some(true),
            "-u" => is_on = Some(false),
            "expand_aliases" => invocation.state.options.expands_aliases = is_on.unwrap_or_default(),
            "nocasematch" => invocation.state.options.ignores_case = is_on.unwrap_or_default(),
            _ => {}
        }
    }
    Reply::status(0)
}

pub(super) fn shift(invocation: &mut Invocation<'_>) -> Reply {
    let count = match invocation.words.first().map(|word| word.parse::<usize>()) {
        None => 1,
        Some(Ok(count)) => count,
        Some(Err(_)) => return Reply::error(1, "shift: numeric argument required"),
    };
    if count > invocation.state.positional.len() {
        return Reply::status(1);
    }
    Arc::make_mut(&mut invocation.state.positional).drain(..count);
    Reply::default()
}

/// Reads the next option of the positional parameters, or of its own arguments.
pub(super) fn getopts(invocation: &mut Invocation<'_>) -> Reply {
    let [letters, name, arguments @ ..] = invocation.words else {
        return Reply::error(2, "getopts: usage: getopts optstring name [arg ...]");
    };
    let state = &mut *invocation.state;
    let arguments = if arguments.is_empty() { state.positional.to_vec() } else { arguments.to_vec() };
    let is_silent = letters.starts_with(':');
    let mut index: usize = state.text("OPTIND").and_then(|text| text.parse().ok()).unwrap_or(1).max(1);
    let word = arguments.get(index - 1).cloned().unwrap_or_default();
    let is_option = word.len() > 1 && word.starts_with('-');
    let mut reply = Reply::default();
    if state.option_letter == 0 && (!is_option || word == "--") {
        index += usize::from(word == "--");
        let set = state.set("OPTIND", index.to_string()).and_then(|()| state.set(name, "?".to_owned()));
        debug_assert!(set.is_ok() || state.attributes(name).is_readonly, "short texts are affordable");
        return Reply::status(1);
    }
    let at = state.option_letter.max(1);
    let letter = word.chars().nth(at).unwrap_or('?');
    let takes_value = letters.split_once(letter).is_some_and(|(_, rest)| rest.starts_with(':'));
    let is_known = letter != ':' && letters.contains(letter);
    let mut value = None;
    let mut found = letter.to_string();
    let rest: String = word.chars().skip(at + 1).collect();
    if !is_known {
        value = is_silent.then(|| letter.to_string());
        "?".clone_into(&mut found);
        if !is_silent {
            reply.errors.push(format!("bash: illegal option -- {letter}"));
        }
    }
    if is_known && takes_value {
        if rest.is_empty() {
            value = arguments.get(index).cloned();
            index += usize::from(value.is_some());
            if value.is_none() {
                if is_silent { ":" } else { "?" }.clone_into(&mut found);
                value = is_silent.then(|| letter.to_string());
                if !is_silent {
                    reply.errors.push(format!("bash: option requires an argument -- {letter}"));
                }
            }
        } else {
            value = Some(rest);
        }
        index += 1;
        state.option_letter = 0;
    } else if rest.is_empty() {
        index += 1;
        state.option_letter = 0;
    } else {
        state.option_letter = at + 1;
    }
    let letter_now = state.option_letter;
    let set = state.set("OPTIND", index.to_string()).and_then(|()| state.set(name, found));
    state.option_letter = letter_now;
    let set = match value {
        Some(value) => set.and_then(|()| state.set("OPTARG", value)),
        None => set.and_then(|()| state.unset("OPTARG", None)),
    };
    if let Err(error) = set {
        return Reply { status: 1, errors: vec![error.message], ..Reply::default() };
    }
    reply
}

/// Keeps commands for signals: `EXIT` and `ERR` are the ones that come here.
pub(super) fn trap(invocation: &mut Invocation<'_>) -> Reply {
    let words: Vec<&String> = invocation.words.iter().filter(|word| *word != "--").collect();
    let name = |word: &str| match word {
        "0" => "EXIT".to_owned(),
        word => word.trim_start_matches("SIG").to_uppercase(),
    };
    let traps = Arc::make_mut(&mut invocation.state.traps);
    let mut reply = Reply::default();
    match words.as_slice() {
        [] => print(traps, &mut reply),
        [option] if *option == "-p" => print(traps, &mut reply),
        [signal] => {
            traps.remove(&name(signal));
        }
        [command, signals @ ..] => {
            for signal in signals {
                if *command == "-" {
                    traps.remove(&name(signal));
                } else {
                    traps.insert(name(signal), (*command).clone());
                }
            }
        }
    }
    reply
}

fn print(traps: &std::collections::BTreeMap<String, String>, reply: &mut Reply) {
    for (signal, command) in traps {
        let prefix = if matches!(signal.as_str(), "EXIT" | "ERR" | "DEBUG" | "RETURN") { "" } else { "SIG" };
        let _ = writeln!(reply.output, "trap -- {} {prefix}{signal}", quoted(command));
    }
}
