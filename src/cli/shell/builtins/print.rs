//! `echo` and `printf`.

use super::super::format::{escaped, format};
use super::invocation::{Invocation, Reply};

/// Most bytes that one `printf` prints.
const OUTPUT_BYTES_MAX: usize = 1 << 20;

/// Prints its words: `-n` without a line break, `-e` with escapes.
pub(super) fn echo(invocation: &mut Invocation<'_>) -> Reply {
    let mut words = invocation.words;
    let (mut ends_line, mut escapes) = (true, false);
    while let Some((first, rest)) = words.split_first() {
        let letters = first.strip_prefix('-').unwrap_or_default();
        if letters.is_empty() || !letters.chars().all(|letter| "neE".contains(letter)) {
            break;
        }
        for letter in letters.chars() {
            match letter {
                'n' => ends_line = false,
                letter => escapes = letter == 'e',
            }
        }
        words = rest;
    }
    let mut text = words.join(" ");
    if escapes {
        let (expanded, is_cut) = escaped(&text, false);
        ends_line &= !is_cut;
        text = expanded;
    }
    if ends_line {
        text.push('\n');
    }
    Reply::output(text)
}

/// Prints its words by a format, which is used again as long as there are words.
pub(super) fn printf(invocation: &mut Invocation<'_>) -> Reply {
    let mut words = invocation.words;
    let mut variable = None;
    if let [option, name, rest @ ..] = words
        && option == "-v"
    {
        variable = Some(name);
        words = rest;
    }
    if let [option, rest @ ..] = words
        && option == "--"
    {
        words = rest;
    }
    let Some((pattern, mut arguments)) = words.split_first() else {
        return Reply::error(2, "printf: usage: printf [-v var] format [arguments]");
    };
    let mut reply = Reply::default();
    loop {
        let formatted = format(pattern, arguments, invocation.state.now_ms);
        reply.output.push_str(&formatted.text);
        for error in formatted.errors {
            reply.status = 1;
            reply.errors.push(format!("bash: printf: {error}"));
        }
        arguments = arguments.get(formatted.used..).unwrap_or_default();
        if arguments.is_empty() || formatted.used == 0 || formatted.ends || reply.output.len() > OUTPUT_BYTES_MAX {
            break;
        }
    }
    if let Some(name) = variable {
        let text = std::mem::take(&mut reply.output);
        let set = match name.split_once('[') {
            Some((array, key)) => {
                let key = key.trim_end_matches(']');
                if invocation.state.is_map(array) {
                    invocation.state.set_entry(array, key, text)
                } else {
                    invocation.state.set_item(array, key.parse().unwrap_or(0), text)
                }
            }
            None => invocation.state.set(name, text),
        };
        if let Err(error) = set {
            return Reply { status: 1, errors: vec![error.message], ..Reply::default() };
        }
    }
    reply
}
