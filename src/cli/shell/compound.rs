//! Reads compound commands: conditions, loops, `case`, functions, subshells.

use std::sync::Arc;

use super::error::ShellError;
use super::lexer::{Lexer, TokenKind};
use super::read::{Reader, end_of_file, unexpected};
use super::syntax::{Operation, RawWord};

/// The words of a loop; the positional parameters without any.
type LoopWords = Option<Arc<Vec<RawWord>>>;

impl Reader<'_> {
    pub(super) fn read_if(&mut self) -> Result<(), ShellError> {
        let mut ends = Vec::new();
        self.take_text("if");
        loop {
            self.emit(Operation::Guard);
            self.list(&["then"])?;
            self.take_word("then");
            self.emit(Operation::EndGuard);
            let skip = self.emit(Operation::JumpIf { succeeded: false, to: 0 });
            self.list(&["elif", "else", "fi"])?;
            ends.push(self.emit(Operation::Jump(0)));
            self.land(skip);
            if self.take_word("elif") {
                continue;
            }
            if self.take_word("else") {
                self.list(&["fi"])?;
            } else {
                self.emit(Operation::Succeed);
            }
            self.expect("fi")?;
            break;
        }
        for end in ends {
            self.land(end);
        }
        Ok(())
    }

    pub(super) fn read_while(&mut self, is_until: bool) -> Result<(), ShellError> {
        self.take_text(if is_until { "until" } else { "while" });
        let begun = self.emit(Operation::Loop { next: 0, end: 0 });
        let next = begun + 1;
        self.replace(begun, Operation::Loop { next, end: 0 });
        self.emit(Operation::Guard);
        self.list(&["do"])?;
        self.emit(Operation::EndGuard);
        let done = self.emit(Operation::JumpIf { succeeded: is_until, to: 0 });
        self.read_body()?;
        self.emit(Operation::Keep);
        self.emit(Operation::Jump(next));
        self.land(begun);
        self.land(done);
        self.emit(Operation::EndLoop);
        Ok(())
    }

    fn read_body(&mut self) -> Result<(), ShellError> {
        self.expect("do")?;
        self.list(&["done"])?;
        self.expect("done")
    }

    /// Reads the name and the words of `for` and `select`, up to the `do`.
    fn read_for_words(&mut self) -> Result<(String, LoopWords), ShellError> {
        self.skip_blanks();
        let name = self.ahead().to_owned();
        if name.is_empty() {
            return Err(self.unexpected_here());
        }
        self.take_text(&name);
        self.skip_lines()?;
        let mut words = None;
        if self.take_word("in") {
            let mut read = Vec::new();
            while let Some(word) = self.word()? {
                read.push(word);
            }
            words = Some(Arc::new(read));
        }
        self.skip_blanks();
        self.take_if(';');
        self.skip_lines()?;
        Ok((name, words))
    }

    pub(super) fn read_for(&mut self) -> Result<(), ShellError> {
        self.take_text("for");
        self.skip_blanks();
        if self.rest().starts_with("((") {
            return self.read_arithmetic_for();
        }
        let (name, words) = self.read_for_words()?;
        let begun = self.emit(Operation::For { words, end: 0 });
        let next = self.emit(Operation::Next { name: Arc::from(name), end: 0 });
        self.read_body_or_group()?;
        self.emit(Operation::Keep);
        self.emit(Operation::Jump(next));
        self.land(begun);
        self.land(next);
        self.emit(Operation::EndLoop);
        Ok(())
    }

    fn read_body_or_group(&mut self) -> Result<(), ShellError> {
        if self.take_word("{") {
            self.list(&["}"])?;
            return self.expect("}");
        }
        self.read_body()
    }

    fn read_arithmetic_for(&mut self) -> Result<(), ShellError> {
        let at = self.at();
        let line = self.line_number;
        let text = self.double_parentheses().ok_or_else(|| unexpected("((", at))?;
        let mut parts = text.split(';').map(str::to_owned);
        let (first, condition, step) = (parts.next(), parts.next(), parts.next());
        let (Some(first), Some(condition), Some(step), None) = (first, condition, step, parts.next()) else {
            return Err(unexpected("((", at));
        };
        self.guarded(&first, line)?;
        let begun = self.emit(Operation::Loop { next: 0, end: 0 });
        let top = self.operations.len();
        let mut done = None;
        if !condition.trim().is_empty() {
            self.guarded(&condition, line)?;
            done = Some(self.emit(Operation::JumpIf { succeeded: false, to: 0 }));
        }
        self.skip_blanks();
        self.take_if(';');
        self.skip_lines()?;
        self.read_body_or_group()?;
        self.emit(Operation::Keep);
        let next = self.operations.len();
        self.guarded(&step, line)?;
        self.emit(Operation::Jump(top));
        self.replace(begun, Operation::Loop { next, end: 0 });
        self.land(begun);
        if let Some(done) = done {
            self.land(done);
        }
        self.emit(Operation::EndLoop);
        Ok(())
    }

    /// Adds an expression whose result `set -e` does not look at.
    fn guarded(&mut self, expression: &str, line: usize) -> Result<(), ShellError> {
        if expression.trim().is_empty() {
            return Ok(());
        }
        self.emit(Operation::Guard);
        let word = Arc::new(self.nested(expression).document()?);
        self.emit(Operation::Arithmetic(word, line));
        self.emit(Operation::EndGuard);
        Ok(())
    }

    pub(super) fn read_select(&mut self) -> Result<(), ShellError> {
        self.take_text("select");
        let message = "playground: `select' is not available here: there is no menu; its commands are not run".into();
        let refused = self.emit(Operation::Refuse { message, end: 0 });
        self.read_for_words()?;
        self.read_body()?;
        self.land(refused);
        Ok(())
    }

    pub(super) fn read_case(&mut self) -> Result<(), ShellError> {
        self.take_text("case");
        let word = self.word()?.ok_or_else(|| self.unexpected_here())?;
        self.skip_lines()?;
        self.expect("in")?;
        let begun = self.emit(Operation::Case { word: Arc::new(word), end: 0 });
        let mut ends = Vec::new();
        let mut falls: Option<usize> = None;
        loop {
            self.skip_lines()?;
            if self.take_word("esac") {
                break;
            }
            if self.peek().is_none() {
                return Err(end_of_file(self.line.len()));
            }
            self.take_if('(');
            let mut patterns = Vec::new();
            loop {
                patterns.push(self.word()?.ok_or_else(|| self.unexpected_here())?);
                self.skip_blanks();
                if !self.take_if('|') {
                    break;
                }
            }
            if !self.take_if(')') {
                return Err(self.unexpected_here());
            }
            let pattern = self.emit(Operation::Pattern { patterns: Arc::new(patterns), otherwise: 0 });
            if let Some(falls) = falls.take() {
                self.land(falls);
            }
            self.list_or_nothing(&[";;", "esac"])?;
            if self.take_text(";;&") {
                self.land(pattern);
                continue;
            }
            if self.take_text(";&") {
                falls = Some(self.emit(Operation::Jump(0)));
            } else {
                self.take_text(";;");
                ends.push(self.emit(Operation::Jump(0)));
            }
            self.land(pattern);
        }
        for end in ends.into_iter().chain(falls) {
            self.land(end);
        }
        self.land(begun);
        self.emit(Operation::EndCase);
        Ok(())
    }

    /// Takes `NAME ()` and returns the name, if that comes next.
    pub(super) fn function_name(&mut self) -> Option<String> {
        let name = self.ahead().to_owned();
        let rest = self.rest().get(name.len()..)?.trim_start_matches([' ', '\t']);
        let inner = rest.strip_prefix('(')?.trim_start_matches([' ', '\t']);
        if name.is_empty() || name.contains('=') || !inner.starts_with(')') {
            return None;
        }
        let length = self.rest().len() - inner.len() + 1;
        let end = self.at() + length;
        while self.at() < end {
            self.take();
        }
        Some(name)
    }

    pub(super) fn read_function(&mut self, name: &str) -> Result<(), ShellError> {
        self.skip_lines()?;
        let begun = self.emit(Operation::Define { name: Arc::from(name), end: 0 });
        self.command()?;
        self.emit(Operation::Return);
        self.land(begun);
        Ok(())
    }

    pub(super) fn parenthesised_command(&mut self) -> Result<(), ShellError> {
        let line = self.line_number;
        if self.rest().starts_with("((")
            && let Some(text) = self.double_parentheses()
        {
            let word = Arc::new(self.nested(&text).document()?);
            self.emit(Operation::Arithmetic(word, line));
            return Ok(());
        }
        self.take();
        let begun = self.emit(Operation::Subshell { end: 0 });
        self.list(&[")"])?;
        self.take_if(')');
        self.land(begun);
        self.emit(Operation::EndSubshell);
        Ok(())
    }

    /// Takes `((…))` and returns what is in it; `None` if the parentheses do not close together.
    fn double_parentheses(&mut self) -> Option<String> {
        let rest = self.rest();
        let mut depth = 0_usize;
        let mut inner_end = None;
        let mut lexer = Lexer::new(rest);
        while let Some(token) = lexer.next() {
            match (token.kind, token.text) {
                (TokenKind::Operator, "(") => depth += 1,
                (TokenKind::Operator, ")") if !lexer.is_nested() => {
                    depth = depth.checked_sub(1)?;
                    if depth == 1 {
                        inner_end = Some(token.span.start);
                    }
                    if depth == 0 {
                        let inner_end = inner_end.filter(|end| *end + 1 == token.span.start)?;
                        let text = rest.get(2..inner_end)?.to_owned();
                        let end = self.at() + token.span.end;
                        while self.at() < end {
                            self.take();
                        }
                        return Some(text);
                    }
                }
                _ => {}
            }
        }
        None
    }
}
