//! A text while it is typed: its last word, and if it goes on.
//!
//! The console asks at every key, before the simulator has arrived: so this knows tokens and keywords, and no grammar.

use super::keyword::{is_keyword, precedes_command};
use super::lexer::{Lexer, Token, TokenKind};
use crate::ground::span::Span;

/// The words of a text, and the operators outside quotes and substitutions.
struct Pieces<'a> {
    lexer: Lexer<'a>,
    text: &'a str,
    word: Option<Span>,
    /// An operator that was read at the end of a word.
    operator: Option<Token<'a>>,
}

/// A word or an operator.
enum Piece<'a> {
    Word(&'a str),
    Operator(&'a str),
}

impl<'a> Pieces<'a> {
    fn of(text: &'a str) -> Self {
        Self { lexer: Lexer::new(text), text, word: None, operator: None }
    }

    fn end_word(&mut self) -> Option<Piece<'a>> {
        self.word.take().and_then(|span| self.text.get(span.start..span.end)).map(Piece::Word)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            if let Some(token) = self.operator.take() {
                return Some(Piece::Operator(token.text));
            }
            let was_nested = self.lexer.is_nested();
            let Some(token) = self.lexer.next() else { return self.end_word() };
            let is_outside = !was_nested && !self.lexer.is_nested();
            match token.kind {
                TokenKind::Blank | TokenKind::Comment if is_outside => {
                    if let Some(word) = self.end_word() {
                        return Some(word);
                    }
                }
                TokenKind::Operator | TokenKind::LineBreak if is_outside => {
                    self.operator = Some(token);
                    if let Some(word) = self.end_word() {
                        return Some(word);
                    }
                }
                _ => {
                    let start = self.word.map_or(token.span.start, |span| span.start);
                    self.word = Some(Span { start, end: token.span.end });
                }
            }
        }
    }
}

/// Returns the last word of a line as it is written; `None` if it is not complete.
#[must_use]
pub fn last_word(line: &str) -> Option<&str> {
    let mut pieces = Pieces::of(line);
    let words = pieces.by_ref().filter_map(|piece| match piece {
        Piece::Word(word) => Some(word),
        Piece::Operator(_) => None,
    });
    let last = words.last();
    last.filter(|_| !pieces.lexer.is_nested())
}

/// The compound commands that are open, by their words alone.
struct Nesting<'a> {
    /// The words that end what is open, the innermost last.
    open: Vec<&'static str>,
    begins_command: bool,
    before: &'a str,
}

impl<'a> Nesting<'a> {
    fn new() -> Self {
        Self { open: Vec::new(), begins_command: true, before: "" }
    }

    fn step(&mut self, piece: &Piece<'a>) {
        match piece {
            Piece::Word(word) if self.begins_command => {
                let end = match *word {
                    "if" => Some("fi"),
                    "while" | "until" | "for" | "select" => Some("done"),
                    "case" => Some("esac"),
                    "{" => Some("}"),
                    _ => None,
                };
                self.open.extend(end);
                if self.open.last() == Some(word) {
                    self.open.pop();
                }
                self.begins_command = precedes_command(word);
                self.before = word;
            }
            Piece::Word(word) => self.before = word,
            Piece::Operator("(") => {
                if self.begins_command || self.before.ends_with('=') {
                    self.open.push(")");
                }
            }
            Piece::Operator(")") => {
                if self.open.last() == Some(&")") {
                    self.open.pop();
                }
                self.begins_command = true;
            }
            Piece::Operator(operator) => {
                self.begins_command = matches!(*operator, ";" | "&" | "|" | "\n");
                self.before = "";
            }
        }
    }
}

/// Returns `true` if a text that is typed needs further lines: it ends with a backslash, or within a compound
/// command.
#[must_use]
pub fn is_continued(text: &str) -> bool {
    let last = Lexer::new(text).last();
    if last.is_some_and(|token| token.kind == TokenKind::Escape && token.text.len() == 1) {
        return true;
    }
    let mut nesting = Nesting::new();
    let mut pieces = Pieces::of(text);
    for piece in pieces.by_ref() {
        nesting.step(&piece);
    }
    !nesting.open.is_empty() || (pieces.lexer.is_nested() && !pieces.lexer.is_quoted())
}

/// Returns `true` if a command of a text begins with a keyword.
#[must_use]
pub fn has_keyword(text: &str) -> bool {
    let mut nesting = Nesting::new();
    Pieces::of(text).any(|piece| {
        let is_keyword = matches!(&piece, Piece::Word(word) if nesting.begins_command && is_keyword(word));
        nesting.step(&piece);
        is_keyword
    })
}

/// Returns the end of the line on which the compound commands of a text's first line end, by their words alone: for a
/// text that has no grammar. Without such an end, it is that of the text.
pub(super) fn end_by_words(text: &str) -> usize {
    let mut nesting = Nesting::new();
    let mut pieces = Pieces::of(text);
    while let Some(piece) = pieces.next() {
        nesting.step(&piece);
        if matches!(piece, Piece::Operator("\n")) && nesting.open.is_empty() {
            return text.len() - pieces.lexer.rest().len();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::is_continued;

    #[test]
    fn continuations() {
        let check = |text: &str, expected: bool| assert_eq!(is_continued(text), expected, "{text:?}");
        check("", false);
        check("az \\", true);
        check("az \\\\", false);
        check("az \\ ", false);
        check("az '\\", false);
        check("az # \\", false);
        check("if true; then", true);
        check("if true; then echo a; fi", false);
        check("for x in if for; do\n echo $x", true);
        check("for x in if for; do\n echo $x\ndone", false);
        check("for ((i=0;i<3;i++)); do echo; done", false);
        check("f() {", true);
        check("f() {\n  echo {a,b}\n}", false);
        check("case x in\n a) echo;;", true);
        check("case x in\n a) echo;;\nesac", false);
        check("( cd x", true);
        check("(( 1 < 2 ))", false);
        check("echo if then", false);
        check("x=(a", true);
        check("x=(a b)", false);
        check("x=$(az group list", true);
        check("while true; do if a; then b; fi", true);
    }
}
