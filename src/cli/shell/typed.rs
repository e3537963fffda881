//! A line that is being typed: the words before the cursor.

use super::syntax::is_variable_name;

/// The command at the cursor: its complete words, and the word that is being written.
pub(crate) struct Typed {
    pub words: Vec<String>,
    pub part: Part,
}

/// The word at the cursor.
#[derive(Default)]
pub(crate) struct Part {
    pub text: String,
    pub start: usize,
    /// The quote that is open.
    pub quote: Option<char>,
}

/// Reads the text before the cursor; unlike the shell, it accepts a line that is not complete.
/// `None` in a comment.
pub(crate) fn typed(text: &str) -> Option<Typed> {
    let mut words = Vec::new();
    let mut part = Part::default();
    let mut is_word = false;
    // The command around each open substitution; it goes on after the closing parenthesis.
    let mut outer: Vec<(Vec<String>, Part)> = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        if character == '$' && part.quote != Some('\'') && characters.next_if(|(_, next)| *next == '(').is_some() {
            if !is_word {
                part = Part { start: index, ..Part::default() };
            }
            outer.push((std::mem::take(&mut words), std::mem::take(&mut part)));
            is_word = false;
            continue;
        }
        if character == ')'
            && part.quote.is_none()
            && let Some(before) = outer.pop()
        {
            (words, part) = before;
            is_word = true;
            continue;
        }
        if let Some(quote) = part.quote {
            match character {
                _ if character == quote => part.quote = None,
                '\\' if quote == '"' => part.text.extend(characters.next().map(|(_, next)| next)),
                _ => part.text.push(character),
            }
            continue;
        }
        let starts_comment = character == '#' && !is_word;
        if matches!(character, ' ' | '\t' | '\n' | ';' | '|' | '&') || starts_comment {
            if is_word {
                words.push(std::mem::take(&mut part.text));
                is_word = false;
            }
            if !matches!(character, ' ' | '\t') {
                words.clear();
            }
            if starts_comment && !characters.any(|(_, next)| next == '\n') {
                return None;
            }
            continue;
        }
        if !is_word {
            is_word = true;
            part = Part { start: index, ..Part::default() };
        }
        match character {
            '\\' => part.text.extend(characters.next().map(|(_, next)| next)),
            _ if is_quote(character) => part.quote = Some(character),
            _ => part.text.push(character),
        }
    }
    if !is_word {
        part = Part { start: text.len(), ..Part::default() };
    }
    Some(Typed { words, part })
}

/// Returns `true` for a character that opens or closes a quote.
pub(crate) const fn is_quote(character: char) -> bool {
    matches!(character, '\'' | '"')
}

/// Returns `true` if the word sets a variable: `NAME=value`.
pub(crate) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| is_variable_name(name))
}

/// Writes a text after the quote that is open.
pub(crate) fn open_quote(text: &str, quote: Option<char>) -> String {
    quote.map_or_else(|| text.to_owned(), |quote| format!("{quote}{text}"))
}

/// Writes a text so that the shell reads it as one word.
pub(crate) fn quoted(text: &str, quote: Option<char>) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_./:=,@%+*[]".contains(character);
    match quote {
        Some(_) => open_quote(text, quote),
        None if text.chars().all(is_plain) => text.to_owned(),
        None => format!("'{}'", text.replace('\'', "'\\''")),
    }
}
