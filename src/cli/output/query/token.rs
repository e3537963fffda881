//! The tokens of a query.

use std::rc::Rc;

use crate::output::datum::Datum;

/// A token.
#[derive(Debug, Clone)]
pub enum Token {
    Dot,
    Star,
    RightBracket,
    Comma,
    Colon,
    Current,
    LeftParenthesis,
    RightParenthesis,
    LeftBrace,
    RightBrace,
    LeftBracket,
    Flatten,
    Filter,
    Or,
    Pipe,
    And,
    Reference,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Number(i64),
    Literal(Datum),
    Identifier(Rc<str>),
    QuotedIdentifier(Rc<str>),
    End,
}

const SYMBOLS: [(&str, Token); 24] = [
    ("[]", Token::Flatten),
    ("[?", Token::Filter),
    ("||", Token::Or),
    ("&&", Token::And),
    ("==", Token::Equal),
    ("!=", Token::NotEqual),
    ("<=", Token::LessOrEqual),
    (">=", Token::GreaterOrEqual),
    (".", Token::Dot),
    ("*", Token::Star),
    ("]", Token::RightBracket),
    (",", Token::Comma),
    (":", Token::Colon),
    ("@", Token::Current),
    ("(", Token::LeftParenthesis),
    (")", Token::RightParenthesis),
    ("{", Token::LeftBrace),
    ("}", Token::RightBrace),
    ("[", Token::LeftBracket),
    ("|", Token::Pipe),
    ("&", Token::Reference),
    ("!", Token::Not),
    ("<", Token::Less),
    (">", Token::Greater),
];

/// Splits a query into tokens; `None` if a part of it is not one.
pub fn tokens(query: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = query.trim_start_matches([' ', '\t', '\n', '\r']);
    while let Some(first) = rest.chars().next() {
        let (token, after) = token(first, rest)?;
        tokens.push(token);
        rest = after.trim_start_matches([' ', '\t', '\n', '\r']);
    }
    Some(tokens)
}

fn token(first: char, text: &str) -> Option<(Token, &str)> {
    let split = |is_part: fn(char) -> bool, start: usize| {
        let end = text.get(start..)?.find(|char| !is_part(char)).map_or(text.len(), |end| start + end);
        Some(text.split_at(end))
    };
    match first {
        'a'..='z' | 'A'..='Z' | '_' => {
            let (name, rest) = split(|char| char.is_ascii_alphanumeric() || char == '_', 0)?;
            Some((Token::Identifier(name.into()), rest))
        }
        '0'..='9' | '-' => {
            let (digits, rest) = split(|char| char.is_ascii_digit(), 1)?;
            // An index beyond any list finds nothing, as the largest one does.
            let bound = if first == '-' { i64::MIN } else { i64::MAX };
            let number = if digits == "-" { None } else { Some(digits.parse().unwrap_or(bound)) };
            Some((Token::Number(number?), rest))
        }
        '\'' => {
            let (text, rest) = quoted(text, '\'')?;
            let text = text.replace("\\'", "'");
            Some((Token::Literal(Datum::text(&text)), rest))
        }
        '`' => {
            let (text, rest) = quoted(text, '`')?;
            Some((Token::Literal(literal(&text.replace("\\`", "`"))?), rest))
        }
        '"' => {
            let (text, rest) = quoted(text, '"')?;
            let name: String = serde_json::from_str(&format!("\"{text}\"")).ok()?;
            Some((Token::QuotedIdentifier(name.into()), rest))
        }
        _ => {
            let (symbol, token) = SYMBOLS.iter().find(|(symbol, _)| text.starts_with(symbol))?;
            Some((token.clone(), text.get(symbol.len()..)?))
        }
    }
}

/// Returns the text up to the closing quote, escapes as they are, and the rest.
fn quoted(text: &str, quote: char) -> Option<(&str, &str)> {
    let inner = text.strip_prefix(quote)?;
    let mut is_escaped = false;
    let end = inner.find(|char| {
        let is_end = char == quote && !is_escaped;
        is_escaped = char == '\\' && !is_escaped;
        is_end
    })?;
    let (text, rest) = inner.split_at(end);
    Some((text, rest.strip_prefix(quote)?))
}

/// Parses a literal: JSON, or else a string without its quotes, which older queries use.
fn literal(text: &str) -> Option<Datum> {
    let value: serde_json::Value =
        serde_json::from_str(text).or_else(|_| serde_json::from_str(&format!("\"{}\"", text.trim_start()))).ok()?;
    Some(Datum::from(&value))
}
