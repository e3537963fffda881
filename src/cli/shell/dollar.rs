//! Expansions that begin with `$` or a backquote: variables, command substitutions, arithmetic.

use super::lexer::{Lexer, TokenKind};
use super::read::{Reader, open};
use super::syntax::{Edit, Occurrence, ParameterExpansion, RawWord, ShellError, WordPart, is_variable_name};
use crate::ground::span::Span;

/// The deepest nesting: reading is recursive, and the stack of a page is small.
const DEPTH_MAX: usize = 50;

impl Reader<'_> {
    pub(super) fn backquoted(&mut self, word: &mut RawWord, quoted: bool) -> Result<(), ShellError> {
        let start = self.at();
        self.take();
        loop {
            match self.take() {
                Some('`') => break,
                Some('\\') => {
                    self.take();
                }
                Some(_) => {}
                None => return Err(open("`", start)),
            }
        }
        let inner = Span { start: start + 1, end: self.at() - 1 };
        let source = self.line.get(inner.start..inner.end).unwrap_or_default();
        word.parts.push(WordPart::Substitution { inner, source: source.replace("\\`", "`"), quoted });
        Ok(())
    }

    pub(super) fn dollar(&mut self, word: &mut RawWord, quoted: bool) -> Result<(), ShellError> {
        if self.depth == DEPTH_MAX {
            let message = "playground: this line is nested too deeply".to_owned();
            return Err(ShellError { message, exit_code: 1, at: self.at() });
        }
        self.depth += 1;
        let read = self.expansion(word, quoted);
        self.depth -= 1;
        read
    }

    fn expansion(&mut self, word: &mut RawWord, quoted: bool) -> Result<(), ShellError> {
        let start = self.at();
        self.take();
        match self.peek() {
            Some('(') => self.parenthesised(word, quoted, start),
            Some('{') => self.braced(word, quoted, start),
            Some('\'') if !quoted => self.ansi_quoted(word, start),
            Some('"') if !quoted => self.double_quoted(word),
            Some(character) if character.is_ascii_alphabetic() || character == '_' => {
                let mut name = String::new();
                while let Some(character) = self.peek().filter(|next| next.is_ascii_alphanumeric() || *next == '_') {
                    self.take();
                    name.push(character);
                }
                word.parts.push(WordPart::Variable { name, operation: ParameterExpansion::None, quoted });
                Ok(())
            }
            Some(character) if character.is_ascii_digit() || "?$#@*!-".contains(character) => {
                self.take();
                let name = character.to_string();
                word.parts.push(WordPart::Variable { name, operation: ParameterExpansion::None, quoted });
                Ok(())
            }
            _ => {
                word.push('$', quoted);
                Ok(())
            }
        }
    }

    /// Reads `$(…)` and `$((…))`.
    fn parenthesised(&mut self, word: &mut RawWord, quoted: bool, start: usize) -> Result<(), ShellError> {
        let end = start + self.substitution_length(start)?;
        while self.at() < end {
            self.take();
        }
        let inner = Span { start: start + 2, end: end - 1 };
        let source = self.line.get(inner.start..inner.end).unwrap_or_default();
        let expression = source.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        word.parts.push(match expression {
            Some(expression) => {
                let expression = Reader { depth: self.depth, ..Reader::new(expression) }.document()?;
                WordPart::Arithmetic { expression, quoted }
            }
            None => WordPart::Substitution { inner, source: source.to_owned(), quoted },
        });
        Ok(())
    }

    /// Returns the length in bytes of the substitution that begins at `start`, with its parentheses.
    fn substitution_length(&self, start: usize) -> Result<usize, ShellError> {
        let mut lexer = Lexer::new(self.line.get(start..).unwrap_or_default());
        let mut depth = 0_usize;
        let mut quote = None;
        while let Some(token) = lexer.next() {
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth -= 1,
                TokenKind::Quote => quote = lexer.quote().map(|quote| (quote, token.span.start)),
                _ => {}
            }
            if depth == 0 {
                return Ok(token.span.end);
            }
        }
        match quote {
            Some((quote, at)) => Err(open(&quote.to_string(), start + at)),
            None => Err(open(")", start)),
        }
    }

    /// Reads `${NAME}` with any operation on the variable, such as `${NAME:-default}`.
    fn braced(&mut self, word: &mut RawWord, quoted: bool, start: usize) -> Result<(), ShellError> {
        self.take();
        let mut ahead = self.characters.clone();
        ahead.next();
        let is_length = self.peek() == Some('#') && ahead.next().is_some_and(|(_, next)| next != '}');
        if is_length {
            self.take();
        }
        let mut name = String::new();
        while let Some(next) = self.peek().filter(|next| next.is_ascii_alphanumeric() || *next == '_') {
            self.take();
            name.push(next);
        }
        if name.is_empty() {
            name.extend(self.characters.next_if(|(_, next)| "?$#@*!-".contains(*next)).map(|(_, next)| next));
        }
        let has_colon = self.take_if(':');
        let is_special = |name: &str| {
            matches!(name, "?" | "$" | "#" | "@" | "*" | "!" | "-")
                || name.chars().all(|character| character.is_ascii_digit())
        };
        let is_name = !name.is_empty() && (is_variable_name(&name) || is_special(&name));
        let operation = match self.peek() {
            Some('}') if is_name && !has_colon => {
                self.take();
                if is_length { ParameterExpansion::Length } else { ParameterExpansion::None }
            }
            Some(sign @ ('-' | '=' | '+' | '?')) if is_name && !is_length => {
                self.take();
                let word = self.until_brace(quoted, start)?;
                match sign {
                    '+' => ParameterExpansion::Alternative { word, counts_empty: !has_colon },
                    '?' => ParameterExpansion::Require { word, counts_empty: !has_colon },
                    _ => ParameterExpansion::Fallback { word, counts_empty: !has_colon },
                }
            }
            Some(_) if is_name && !is_length && has_colon => {
                let range = self.until_brace(true, start)?;
                ParameterExpansion::Slice(range)
            }
            Some(case @ (',' | '^')) if is_name && !is_length => {
                self.take();
                let is_whole = self.take_if(case);
                if self.peek() != Some('}') {
                    return Err(self.unavailable_operation(start)?);
                }
                self.take();
                ParameterExpansion::Case { is_upper: case == '^', is_whole }
            }
            Some(sign @ ('%' | '#' | '/')) if is_name && !is_length => self.edit(sign, start)?,
            Some('@') if is_name && !is_length => return Err(self.unavailable_operation(start)?),
            _ => {
                self.until_brace(true, start)?;
                let written = self.line.get(start..self.at()).unwrap_or_default();
                return Err(ShellError {
                    message: format!("bash: {written}: bad substitution"),
                    exit_code: 1,
                    at: start,
                });
            }
        };
        word.parts.push(WordPart::Variable { name, operation, quoted });
        Ok(())
    }

    /// Reads `%PATTERN`, `#PATTERN`, `/PATTERN/REPLACEMENT` and their like, up to and including the
    /// closing brace.
    fn edit(&mut self, sign: char, start: usize) -> Result<ParameterExpansion, ShellError> {
        self.take();
        if sign != '/' {
            let edit = Edit::Trim { at_end: sign == '%', is_longest: self.take_if(sign) };
            let pattern = self.until_brace(false, start)?;
            return Ok(ParameterExpansion::Edit { edit, pattern, replacement: RawWord::default() });
        }
        let place = match self.peek() {
            Some('/') => Occurrence::Every,
            Some('#') => Occurrence::Start,
            Some('%') => Occurrence::End,
            _ => Occurrence::First,
        };
        if place != Occurrence::First {
            self.take();
        }
        let (pattern, end) = self.until(&['/', '}'], false, start)?;
        let replacement = if end == '/' { self.until_brace(false, start)? } else { RawWord::default() };
        Ok(ParameterExpansion::Edit { edit: Edit::Replace(place), pattern, replacement })
    }

    /// Reads the rest of an operation that bash has and this shell lacks, and returns the error that says so.
    fn unavailable_operation(&mut self, start: usize) -> Result<ShellError, ShellError> {
        self.until_brace(true, start)?;
        let written = self.line.get(start..self.at()).unwrap_or_default();
        let message = format!(
            "playground: `{written}' is not available here; ${{X:-default}}, ${{X:0:3}}, ${{X%.*}}, ${{X/a/b}}, ${{X,,}}, ${{X^^}} and ${{#X}} are"
        );
        Ok(ShellError { message, exit_code: 1, at: start })
    }

    /// Reads the word up to the brace that closes a variable, and takes that brace.
    fn until_brace(&mut self, quoted: bool, start: usize) -> Result<RawWord, ShellError> {
        self.until(&['}'], quoted, start).map(|(word, _)| word)
    }

    /// Reads the word up to one of the characters `ends`, takes that character and returns it with the word.
    fn until(&mut self, ends: &[char], quoted: bool, start: usize) -> Result<(RawWord, char), ShellError> {
        let mut word = RawWord::default();
        loop {
            match self.peek() {
                None => return Err(open("}", start)),
                Some(end) if ends.contains(&end) => {
                    self.take();
                    return Ok((word, end));
                }
                Some('\\') => self.escape(&mut word),
                Some('\'') if !quoted => self.single_quoted(&mut word)?,
                Some('"') => self.double_quoted(&mut word)?,
                Some('$') => self.dollar(&mut word, quoted)?,
                Some('`') => self.backquoted(&mut word, quoted)?,
                Some(character) => {
                    self.take();
                    word.push(character, quoted);
                }
            }
        }
    }

    /// Reads `$'…'`, where escapes are those of C.
    fn ansi_quoted(&mut self, word: &mut RawWord, start: usize) -> Result<(), ShellError> {
        self.take();
        word.open_quote();
        loop {
            match self.take() {
                None => return Err(open("'", start)),
                Some('\'') => return Ok(()),
                Some('\\') => self.ansi_escape(word),
                Some(character) => word.push(character, true),
            }
        }
    }

    fn ansi_escape(&mut self, word: &mut RawWord) {
        let Some(character) = self.take() else { return };
        let (radix, digits_max) = match character {
            'x' => (16, 2),
            'u' => (16, 4),
            'U' => (16, 8),
            '0'..='7' => (8, 3),
            _ => (0, 0),
        };
        if radix == 0 {
            let plain = match character {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'a' => '\u{7}',
                'b' => '\u{8}',
                'e' | 'E' => '\u{1b}',
                'f' => '\u{c}',
                'v' => '\u{b}',
                '\\' | '\'' | '"' | '?' => character,
                other => {
                    word.push('\\', true);
                    other
                }
            };
            word.push(plain, true);
            return;
        }
        let mut code = character.to_digit(8).filter(|_| radix == 8).unwrap_or(0);
        let mut digits = u32::from(radix == 8);
        while digits < digits_max
            && let Some(digit) = self.peek().and_then(|next| next.to_digit(radix))
        {
            self.take();
            code = code.saturating_mul(radix).saturating_add(digit);
            digits += 1;
        }
        if digits == 0 {
            word.push('\\', true);
            word.push(character, true);
        } else {
            word.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), true);
        }
    }
}
