//! Classification of a line's words into options and values, before any option takes a value.
//!
//! `argparse` looks at every word once before it consumes anything, and refuses an ambiguous prefix at
//! that point: this is why that complaint comes before all others, help included.

use super::grammar::{Level, Name};

/// The class of a word at one level.
#[derive(Debug)]
pub(super) enum Token {
    /// A value or a positional word.
    Plain,
    /// The first `--`: everything after it is plain.
    Separator,
    /// An option that the level knows, and the value glued to it.
    Option(Name, Option<String>),
    /// A word that looks like an option and is none at this level.
    Unknown,
}

/// Classifies every word.
///
/// # Errors
/// The text of the complaint about an ambiguous prefix.
pub(super) fn classify(level: &Level, words: &[String]) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::with_capacity(words.len());
    let mut separated = false;
    for word in words {
        tokens.push(if separated {
            Token::Plain
        } else if word == "--" {
            separated = true;
            Token::Separator
        } else {
            classify_word(level, word)?
        });
    }
    Ok(tokens)
}

fn classify_word(level: &Level, word: &str) -> Result<Token, String> {
    if !word.starts_with('-') {
        return Ok(Token::Plain);
    }
    if let Some(name) = level.name(word) {
        return Ok(Token::Option(name, None));
    }
    if word.len() == 1 {
        return Ok(Token::Plain);
    }
    if let Some((option, value)) = word.split_once('=')
        && let Some(name) = level.name(option)
    {
        return Ok(Token::Option(name, Some(value.to_owned())));
    }
    let mut candidates = candidates(level, word);
    if candidates.len() > 1 {
        let names: Vec<&str> = candidates.iter().map(|(name, _)| name.text).collect();
        return Err(format!("ambiguous option: {word} could match {}", names.join(", ")));
    }
    if let Some((name, value)) = candidates.pop() {
        return Ok(Token::Option(name, value));
    }
    if is_negative_number(word) || word.contains(' ') {
        return Ok(Token::Plain);
    }
    Ok(Token::Unknown)
}

/// Returns the options that a word could abbreviate: a unique beginning of a long option, or a short
/// option with its value glued on.
fn candidates(level: &Level, word: &str) -> Vec<(Name, Option<String>)> {
    let real = level.names.iter().filter(|name| name.today.is_none());
    if word.starts_with("--") {
        let (prefix, value) = match word.split_once('=') {
            Some((prefix, value)) => (prefix, Some(value.to_owned())),
            None => (word, None),
        };
        return real.filter(|name| name.text.starts_with(prefix)).map(|name| (*name, value.clone())).collect();
    }
    let short_end = word.char_indices().nth(2).map_or(word.len(), |(index, _)| index);
    let (short, glued) = word.split_at(short_end);
    real.filter_map(|name| {
        if name.text == short {
            Some((*name, Some(glued.to_owned())))
        } else {
            name.text.starts_with(word).then_some((*name, None))
        }
    })
    .collect()
}

/// Returns `true` if the word reads as `-5`, `-.5` or `-0.5`; no option of the CLI looks like one.
fn is_negative_number(word: &str) -> bool {
    let Some(number) = word.strip_prefix('-') else { return false };
    // The matcher's `$` also stands before a final line break.
    let number = number.strip_suffix('\n').unwrap_or(number);
    let is_digits =
        |text: &str| text.chars().all(|character| crate::ground::python::integer(&character.to_string()).is_some());
    match number.split_once('.') {
        Some((whole, fraction)) => !fraction.is_empty() && is_digits(whole) && is_digits(fraction),
        None => !number.is_empty() && is_digits(number),
    }
}
