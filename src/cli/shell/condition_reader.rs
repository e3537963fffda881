//! Reads `[[ … ]]`.

use std::sync::Arc;

use super::error::ShellError;
use super::lexer::is_blank;
use super::read::Reader;
use super::syntax::{Condition, DEPTH_MAX, Operation, RawWord};

/// Operators between two words that are words themselves.
const BINARY: [&str; 13] = ["==", "=", "!=", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"];

/// Letters of the operators before a word.
const UNARY: &str = "abcdefghknoprstuvwxzGLNORS";

impl Reader<'_> {
    /// Reads `[[ … ]]`, which comes next.
    pub(super) fn read_test(&mut self) -> Result<(), ShellError> {
        let line = self.line_number;
        self.take_text("[[");
        let condition = self.any()?;
        self.skip_lines()?;
        if !self.take_text("]]") {
            return Err(self.unexpected_here());
        }
        self.operations.push(Operation::Test(Arc::new(condition), line));
        Ok(())
    }

    fn any(&mut self) -> Result<Condition, ShellError> {
        let mut condition = self.all()?;
        loop {
            self.skip_lines()?;
            if !self.take_text("||") {
                return Ok(condition);
            }
            condition = Condition::Or(Box::new(condition), Box::new(self.all()?));
        }
    }

    fn all(&mut self) -> Result<Condition, ShellError> {
        let mut condition = self.one()?;
        loop {
            self.skip_lines()?;
            if !self.take_text("&&") {
                return Ok(condition);
            }
            condition = Condition::And(Box::new(condition), Box::new(self.one()?));
        }
    }

    fn one(&mut self) -> Result<Condition, ShellError> {
        if self.depth >= DEPTH_MAX {
            return Err(ShellError { at: self.at(), ..ShellError::playground("this line is nested too deeply") });
        }
        self.depth += 1;
        let read = self.term();
        self.depth -= 1;
        read
    }

    fn term(&mut self) -> Result<Condition, ShellError> {
        self.skip_lines()?;
        if self.take_if('(') {
            let inner = self.any()?;
            self.skip_lines()?;
            return if self.take_if(')') { Ok(inner) } else { Err(self.unexpected_here()) };
        }
        let word = self.word()?.ok_or_else(|| self.unexpected_here())?;
        if word.source == "!" {
            return Ok(Condition::Not(Box::new(self.one()?)));
        }
        if word.source == "]]" {
            return Err(self.unexpected_here());
        }
        self.skip_blanks();
        let is_unary = word.source.strip_prefix('-').is_some_and(|rest| rest.len() == 1 && UNARY.contains(rest));
        if is_unary && !self.rest().starts_with("]]") && !self.rest().starts_with(['&', '|', ')']) {
            let operand = self.word()?.ok_or_else(|| self.unexpected_here())?;
            return Ok(Condition::Unary(word.source, operand));
        }
        for operator in ["<", ">"] {
            if self.take_text(operator) {
                let other = self.word()?.ok_or_else(|| self.unexpected_here())?;
                return Ok(Condition::Binary(word, operator.to_owned(), other));
            }
        }
        let is_operator = |operator: &&&str, rest: &str| {
            rest.strip_prefix(**operator).is_some_and(|rest| rest.starts_with([' ', '\t', '\n']))
        };
        let rest = self.rest();
        let Some(operator) = BINARY.iter().find(|operator| is_operator(operator, rest)) else {
            return Ok(Condition::Word(word));
        };
        self.take_text(operator);
        self.skip_blanks();
        let other = if *operator == "=~" || operator.ends_with('=') { self.pattern()? } else { self.word()? };
        let other = other.ok_or_else(|| self.unexpected_here())?;
        Ok(Condition::Binary(word, (*operator).to_owned(), other))
    }

    /// Reads a pattern or a regular expression, in which parentheses and bars are characters.
    fn pattern(&mut self) -> Result<Option<RawWord>, ShellError> {
        let start = self.at();
        let mut word = RawWord::default();
        let mut depth = 0_usize;
        while let Some(character) = self.peek() {
            match character {
                _ if is_blank(character) && depth == 0 => break,
                '\n' => break,
                '(' => depth += 1,
                ')' if depth == 0 => break,
                ')' => depth -= 1,
                '&' | '|' if depth == 0 && (self.rest().starts_with("&&") || self.rest().starts_with("||")) => break,
                _ => {}
            }
            self.piece(character, &mut word)?;
        }
        word.span.start = start;
        word.span.end = self.at();
        Ok((!word.parts.is_empty()).then_some(word))
    }
}
