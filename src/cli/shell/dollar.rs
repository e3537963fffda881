//! Expansions that begin with `$` or a backquote: variables, command substitutions, arithmetic.

use std::sync::Arc;

use super::error::ShellError;
use super::format::control_character;
use super::lexer::{Lexer, TokenKind};
use super::read::{Reader, open};
use super::syntax::{DEPTH_MAX, Edit, Index, Occurrence, Parameter, ParameterExpansion, Program, RawWord, WordPart};
use super::words::is_variable_name;
use crate::ground::span::Span;

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
        // Within double quotes a quote needs no backslash, and may have one.
        let source = source.replace("\\`", "`").replace("\\$", "$").replace("\\\\", "\\");
        let source = if quoted { source.replace("\\\"", "\"") } else { source };
        self.depth += 1;
        let mut reader = self.nested(&source);
        let program = if self.depth > DEPTH_MAX { Err(too_deep(start)) } else { reader.program() };
        self.depth -= 1;
        let program = Arc::new(program.map_err(|error| ShellError { at: start, ..error })?);
        word.parts.push(WordPart::Substitution { inner, program, quoted });
        Ok(())
    }

    pub(super) fn dollar(&mut self, word: &mut RawWord, quoted: bool) -> Result<(), ShellError> {
        if self.depth >= DEPTH_MAX {
            return Err(too_deep(self.at()));
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
                word.parts.push(variable(name, quoted));
                Ok(())
            }
            Some(character) if character.is_ascii_digit() || "?$#@*!-".contains(character) => {
                self.take();
                let name = character.to_string();
                word.parts.push(variable(name, quoted));
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
        if self.rest().starts_with("((")
            && let Some(end) = self.arithmetic_end(start)
        {
            let expression = self.line.get(start + 3..end - 2).unwrap_or_default();
            let expression = self.nested(expression).document()?;
            while self.at() < end {
                self.take();
            }
            word.parts.push(WordPart::Arithmetic { expression, quoted });
            return Ok(());
        }
        let (inner, program) = self.commands_inside(start)?;
        word.parts.push(WordPart::Substitution { inner, program, quoted });
        Ok(())
    }

    /// Reads `<(…)`.
    pub(super) fn process(&mut self, word: &mut RawWord) -> Result<(), ShellError> {
        let start = self.at();
        if self.depth >= DEPTH_MAX {
            return Err(too_deep(start));
        }
        self.depth += 1;
        self.take();
        let read = self.commands_inside(start);
        self.depth -= 1;
        let (inner, program) = read?;
        word.parts.push(WordPart::Process { inner, program });
        Ok(())
    }

    /// Reads the commands in parentheses, which open at the current position.
    fn commands_inside(&mut self, start: usize) -> Result<(Span, Arc<Program>), ShellError> {
        self.take();
        let operations = std::mem::take(&mut self.operations);
        let documents = std::mem::take(&mut self.documents);
        self.open_compounds += 1;
        let begun = self.at();
        self.list_or_nothing(&[")"]).map_err(|error| {
            if self.peek().is_none() && error.message.contains("unexpected end") { open(")", start) } else { error }
        })?;
        let inner = Span { start: begun, end: self.at() };
        self.take();
        self.open_compounds -= 1;
        self.documents = documents;
        let operations = std::mem::replace(&mut self.operations, operations);
        Ok((inner, Arc::new(Program { operations })))
    }

    /// Returns the end of the arithmetic `$((…))` that begins at `start`; `None` if it is a substitution.
    fn arithmetic_end(&self, start: usize) -> Option<usize> {
        let lexer = Lexer::new(self.line.get(start..)?);
        let (mut depth, mut last) = (0_usize, None);
        for token in lexer {
            match token.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close => depth -= 1,
                TokenKind::Operator if token.text == ")" => last = Some(token.span.end),
                _ => {}
            }
            if depth == 0 {
                return last.filter(|last| *last == token.span.start).map(|_| start + token.span.end);
            }
        }
        None
    }

    /// Reads `${NAME}` with any operation on the variable, such as `${NAME:-default}`.
    fn braced(&mut self, word: &mut RawWord, quoted: bool, start: usize) -> Result<(), ShellError> {
        self.take();
        let after_sign = self.rest().get(1..).and_then(|rest| rest.chars().next());
        let is_length = self.peek() == Some('#') && after_sign.is_some_and(|next| !"}:-=?+%/#".contains(next))
            || self.rest().starts_with("##}");
        if is_length {
            self.take();
        }
        let is_indirect = self.peek() == Some('!')
            && after_sign.is_some_and(|next| next.is_ascii_alphanumeric() || next == '_' || next == '#');
        if is_indirect {
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
        let index = if is_variable_name(&name) && self.take_if('[') { Some(self.index(start)?) } else { None };
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
                    _ => ParameterExpansion::Fallback { word, counts_empty: !has_colon, assigns: sign == '=' },
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
            Some('@') if is_name && !is_length && self.rest().starts_with("@Q}") => {
                self.take_text("@Q}");
                ParameterExpansion::Quoted
            }
            Some('@' | '*') if is_name && !is_length => return Err(self.unavailable_operation(start)?),
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
        let parameter = Parameter { name, index, is_indirect };
        word.parts.push(WordPart::Variable { parameter, operation, quoted });
        Ok(())
    }

    /// Reads the key of an element, up to and including the bracket.
    fn index(&mut self, start: usize) -> Result<Index, ShellError> {
        for (text, is_joined) in [("@]", false), ("*]", true)] {
            if self.take_text(text) {
                return Ok(Index::Every { is_joined });
            }
        }
        let (word, _) = self.until(&[']'], false, start)?;
        Ok(Index::At(Box::new(word)))
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
    pub(super) fn until(&mut self, ends: &[char], quoted: bool, start: usize) -> Result<(RawWord, char), ShellError> {
        let mut word = RawWord::default();
        let mut brackets = 0_usize;
        loop {
            match self.peek() {
                None => return Err(open(if ends == [']'] { "]" } else { "}" }, start)),
                Some('[') if ends == [']'] => {
                    self.take();
                    brackets += 1;
                    word.push('[', quoted);
                }
                Some(']') if ends == [']'] && brackets > 0 => {
                    self.take();
                    brackets -= 1;
                    word.push(']', quoted);
                }
                Some(end) if ends.contains(&end) => {
                    self.take();
                    return Ok((word, end));
                }
                // In a quoted word a backslash protects what it protects there, and the end.
                Some('\\') if quoted => {
                    self.take();
                    match self.peek() {
                        Some('\n') => {
                            self.take();
                        }
                        Some(next) if "$`\"\\}".contains(next) => {
                            self.take();
                            word.push(next, true);
                        }
                        _ => word.push('\\', true),
                    }
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
            let found = control_character(character);
            if found.is_none() && !matches!(character, '\\' | '\'' | '"' | '?') {
                word.push('\\', true);
            }
            word.push(found.unwrap_or(character), true);
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

fn too_deep(at: usize) -> ShellError {
    ShellError { at, ..ShellError::playground("this line is nested too deeply") }
}

/// Creates the expansion of a variable to its value.
fn variable(name: String, quoted: bool) -> WordPart {
    let parameter = Parameter { name, ..Parameter::default() };
    WordPart::Variable { parameter, operation: ParameterExpansion::None, quoted }
}
