//! Selection of the examples below an error.
//!
//! The Azure CLI sorts the examples of the command's help by how many of the line's options they
//! use, then by how few options they have, and shows the first three.

use crate::az::registry::{Command, Notice, registry};
use crate::ground::example::Example;

const SHOWN_MAX: usize = 3;

/// Returns the examples for a line with these words after the command.
pub(super) fn examples(command: &Command, words: &[String]) -> Vec<Example> {
    let given = normalise(command, words.iter().map(String::as_str));
    let begin = format!("az {}", command.name);
    let mut ranked: Vec<(i64, usize, Example)> = command
        .examples
        .iter()
        .map(|example| {
            let options = normalise(command, example.command.split(' '));
            let shared = options.iter().filter(|option| given.contains(option)).count();
            let matches =
                if example.command.starts_with(&begin) { i64::try_from(shared).unwrap_or(i64::MAX) } else { -1 };
            (matches, options.len(), *example)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.into_iter().take(SHOWN_MAX).map(|(_, _, example)| example).collect()
}

/// Options that count while it is not known which command is meant.
const ALWAYS_KNOWN: [&str; 10] =
    ["-h", "-o", "--only-show-errors", "--help", "--output", "--query", "--debug", "--verbose", "--yes", "--no-wait"];

/// Returns the examples for a line whose misspelled word was replaced by the closest one. They are
/// found by the text up to the first hyphen, so only a line without options and hyphens has any.
pub(super) fn examples_of_inferred(words: &[&str]) -> Vec<Example> {
    let text = words.join(" ");
    let name = text.split('-').next().and_then(|text| text.strip_prefix("az ")).unwrap_or_default();
    let Some(command) = registry().command(name) else { return Vec::new() };
    let mut ranked: Vec<(usize, Example)> = command
        .examples
        .iter()
        .map(|example| {
            let names = example.command.split(' ').filter_map(option_name);
            (names.filter(|name| ALWAYS_KNOWN.contains(name)).count(), *example)
        })
        .collect();
    ranked.sort_by_key(|(count, _)| *count);
    ranked.into_iter().take(SHOWN_MAX).map(|(_, example)| example).collect()
}

/// Returns the options among the words, each by its longest spelling; words that are no option of the
/// command are left out.
fn normalise<'a>(command: &'a Command, words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    words.filter_map(|word| option_name(word)).filter_map(|name| longest_spelling(command, name)).collect()
}

/// Returns the option part of a word: up to `=` for a long option, two characters for a short one.
fn option_name(word: &str) -> Option<&str> {
    if word.starts_with("---") || !word.starts_with('-') || word.len() == 1 {
        None
    } else if word.starts_with("--") {
        word.split('=').next()
    } else {
        word.get(..word.char_indices().nth(2).map_or(word.len(), |(index, _)| index))
    }
}

fn longest_spelling<'a>(command: &'a Command, name: &'a str) -> Option<&'a str> {
    if matches!(name, "--yes" | "--no-wait") {
        return Some(name);
    }
    let argument = command.arguments.iter().find(|argument| {
        let deprecated = |spelling: &str| {
            argument
                .notices
                .iter()
                .any(|notice| matches!(notice, Notice::Deprecated { spelling: Some(old), .. } if *old == spelling))
        };
        argument.legacy.is_none() && argument.names.contains(&name) && !deprecated(name)
    })?;
    // `max_by_key` answers the last of equals and `az` takes the first.
    argument.names.iter().rev().max_by_key(|spelling| spelling.len()).copied()
}
