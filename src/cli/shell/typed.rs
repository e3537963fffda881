//! A line that is being typed: the words before the cursor.

use super::lexer::{Lexer, TokenKind};
use super::words::is_variable_name;

/// The command at the cursor: its complete words, and the word that is being written.
pub(crate) struct CommandLine {
    pub words: Vec<String>,
    pub part: CursorWord,
}

/// The word at the cursor.
#[derive(Default)]
pub(crate) struct CursorWord {
    pub text: String,
    pub start: usize,
    /// The quote that is open.
    pub quote: Option<char>,
}

/// Reads the text before the cursor; unlike the shell, it accepts a line that is not complete.
/// `None` in a comment.
pub(crate) fn typed(text: &str) -> Option<CommandLine> {
    let mut words = Vec::new();
    let mut part = CursorWord::default();
    let mut is_word = false;
    // The command around each open substitution; it goes on after the closing parenthesis.
    let mut outer: Vec<(Vec<String>, CursorWord)> = Vec::new();
    let mut lexer = Lexer::new(text);
    while let Some(token) = lexer.next() {
        let is_separator = match token.kind {
            TokenKind::Blank | TokenKind::LineBreak | TokenKind::Comment => true,
            TokenKind::Operator => matches!(token.text, ";" | "|" | "&" | "(" | ")"),
            _ => false,
        };
        if is_separator {
            if std::mem::take(&mut is_word) {
                words.push(std::mem::take(&mut part.text));
            }
            if token.kind != TokenKind::Blank {
                words.clear();
            }
            if token.kind == TokenKind::Comment && lexer.rest().is_empty() {
                return None;
            }
            continue;
        }
        if !is_word {
            is_word = true;
            part = CursorWord { start: token.span.start, ..CursorWord::default() };
        }
        match token.kind {
            TokenKind::Open => {
                outer.push((std::mem::take(&mut words), std::mem::take(&mut part)));
                is_word = false;
            }
            TokenKind::Close => (words, part) = outer.pop().unwrap_or_default(),
            TokenKind::Quote => {}
            TokenKind::Escape => part.text.extend(token.text.chars().skip(1)),
            _ => part.text.push_str(token.text),
        }
    }
    if !is_word {
        part = CursorWord { start: text.len(), ..CursorWord::default() };
    }
    part.quote = lexer.quote();
    Some(CommandLine { words, part })
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
