//! The characters of a line by what they mean to the shell: text, quotes, blanks, operators, comments.
//!
//! Everything that looks at shell text without running it reads these tokens, so that all agree on what a quote
//! protects and where a comment ends. Unlike the reader of commands, it refuses nothing: a line may be incomplete.

use std::str::Chars;

use crate::ground::span::Span;

/// Meaning of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// One character of a word.
    Text,
    /// A backslash and the character that it protects; at the end of the text, the backslash alone.
    Escape,
    /// A quote that opens or closes.
    Quote,
    /// `$(`.
    Open,
    /// The `)` that belongs to it.
    Close,
    /// A blank between words.
    Blank,
    /// A line break between commands.
    LineBreak,
    /// One of `;`, `&`, `|`, `<`, `>`, `(` and `)`.
    Operator,
    /// A comment, without its line break.
    Comment,
}

/// A stretch of a line with one meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// Its meaning.
    pub kind: TokenKind,
    /// The text.
    pub text: &'a str,
    /// Its place in the line.
    pub span: Span,
    /// Quote that protects it; that of an opening or closing quote is the quote itself.
    pub quote: Option<char>,
}

/// The surroundings of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    /// In these quotes.
    Quoted(char),
    /// In a command substitution, with this number of further parentheses open.
    Substitution(usize),
}

/// Reads a text as tokens.
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// The contexts around the position, the innermost last.
    contexts: Vec<Context>,
    /// `true` within a word, where `#` begins no comment.
    is_in_word: bool,
}

/// Returns `true` for a character that ends a word unless it is quoted.
pub(super) const fn is_metacharacter(character: char) -> bool {
    is_blank(character) || matches!(character, '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')')
}

/// Returns `true` for a blank between words.
pub(super) const fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

impl<'a> Lexer<'a> {
    /// Begins to read a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, contexts: Vec::new(), is_in_word: false }
    }

    /// Returns the text that has not been read.
    #[must_use]
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the next `length` bytes as text of the current context.
    pub fn pass_over(&mut self, length: usize) {
        self.at = (self.at + length).min(self.text.len());
        self.is_in_word = true;
    }

    /// Returns the quote around the position, if that is the innermost context.
    #[must_use]
    pub fn quote(&self) -> Option<char> {
        match self.contexts.last() {
            Some(Context::Quoted(quote)) => Some(*quote),
            _ => None,
        }
    }

    /// Returns `true` if a quote is open, at whatever depth.
    #[must_use]
    pub fn is_quoted(&self) -> bool {
        self.contexts.iter().any(|context| matches!(context, Context::Quoted(_)))
    }

    /// Returns `true` within quotes or a substitution.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        !self.contexts.is_empty()
    }

    /// Returns the kind of the next token, its length in bytes and the quote that protects it; enters and leaves
    /// contexts.
    fn classify(&mut self, character: char, following: &Chars<'a>) -> (TokenKind, usize, Option<char>) {
        let quote = self.quote();
        let next = following.clone().next();
        if quote == Some('\'') {
            if character == '\'' {
                self.contexts.pop();
                return (TokenKind::Quote, 1, quote);
            }
            return (TokenKind::Text, character.len_utf8(), quote);
        }
        match character {
            '\\' => (TokenKind::Escape, 1 + next.map_or(0, char::len_utf8), quote),
            '$' if next == Some('(') => {
                self.contexts.push(Context::Substitution(0));
                (TokenKind::Open, 2, quote)
            }
            '"' if quote.is_some() => {
                self.contexts.pop();
                (TokenKind::Quote, 1, quote)
            }
            _ if quote.is_some() => (TokenKind::Text, character.len_utf8(), quote),
            '\'' | '"' => {
                self.contexts.push(Context::Quoted(character));
                (TokenKind::Quote, 1, Some(character))
            }
            '#' if !self.is_in_word => {
                let rest = following.as_str();
                (TokenKind::Comment, 1 + rest.find('\n').unwrap_or(rest.len()), None)
            }
            ' ' | '\t' => (TokenKind::Blank, 1, None),
            '\n' => (TokenKind::LineBreak, 1, None),
            '(' | ')' => (self.parenthesis(character), 1, None),
            _ if is_metacharacter(character) => (TokenKind::Operator, 1, None),
            _ => (TokenKind::Text, character.len_utf8(), None),
        }
    }

    fn parenthesis(&mut self, character: char) -> TokenKind {
        match self.contexts.last_mut() {
            Some(Context::Substitution(0)) if character == ')' => {
                self.contexts.pop();
                TokenKind::Close
            }
            Some(Context::Substitution(depth)) => {
                *depth = if character == ')' { *depth - 1 } else { *depth + 1 };
                TokenKind::Operator
            }
            _ => TokenKind::Operator,
        }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let mut following = self.rest().chars();
        let character = following.next()?;
        let (kind, length, quote) = self.classify(character, &following);
        let span = Span { start: self.at, end: self.at + length };
        self.at = span.end;
        self.is_in_word = match kind {
            TokenKind::Blank | TokenKind::LineBreak | TokenKind::Comment | TokenKind::Open => false,
            // After a redirection or a parenthesis a word goes on.
            TokenKind::Operator => !matches!(character, ';' | '&' | '|'),
            TokenKind::Text | TokenKind::Escape | TokenKind::Quote | TokenKind::Close => true,
        };
        Some(Token { kind, text: self.text.get(span.start..span.end).unwrap_or_default(), span, quote })
    }
}

/// Returns the byte offset at which the line with the position `at` begins: behind the last line break before it that
/// is neither quoted nor joined by a backslash.
#[must_use]
pub fn line_start(text: &str, at: usize) -> usize {
    let mut lexer = Lexer::new(text.get(..at).unwrap_or(text));
    let mut start = 0;
    while let Some(token) = lexer.next() {
        if token.kind == TokenKind::LineBreak && !lexer.is_nested() {
            start = token.span.end;
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes every token as a letter for its kind, once for each of its characters.
    fn kinds(text: &str) -> String {
        let letter = |token: Token<'_>| {
            let letter = match token.kind {
                TokenKind::Text if token.quote.is_some() => 'q',
                TokenKind::Text => 't',
                TokenKind::Escape => 'e',
                TokenKind::Quote => 'Q',
                TokenKind::Open => 'o',
                TokenKind::Close => 'c',
                TokenKind::Blank => '_',
                TokenKind::LineBreak => 'n',
                TokenKind::Operator => 'O',
                TokenKind::Comment => '#',
            };
            letter.to_string().repeat(token.text.chars().count())
        };
        Lexer::new(text).map(letter).collect()
    }

    #[test]
    fn characters_have_a_meaning() {
        let check = |text: &str, expected: &str| assert_eq!(kinds(text), expected, "{text}");
        check("az 'a;b' \"c\\\"d\"", "tt_QqqqQ_QqeeqQ");
        check("a\\ b \\", "teet_e");
        check("'\\' b", "QqQ_t");
        check("a #b c\nd#e", "t_####nttt");
        check("a; #b", "tO_##");
        check("\"$(a 'b' | c)\" d", "Qoot_QqQ_O_tcQ_t");
        check("$(a (b) c) d", "oot_OtO_tc_t");
        check("a 2>&1 || b", "t_tOOt_OO_t");
        check("\"# a\" '# b", "QqqqQ_Qqqq");
        check("é😀 x", "tt_t");
    }

    #[test]
    fn lines_begin_after_a_break_that_counts() {
        let check = |text: &str, expected: usize| assert_eq!(line_start(text, text.len()), expected, "{text:?}");
        check("az aks", 0);
        check("one\ntwo", 4);
        check("one \\\ntwo", 0);
        check("one\ntwo \\\nthree", 4);
        check("one\ntwo 'a\nb' c", 4);
        check("one\ntwo \"$(a\nb", 4);
    }
}
