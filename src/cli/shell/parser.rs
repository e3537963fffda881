//! Reads lists, pipelines and compound commands.

use std::sync::Arc;

use super::error::ShellError;
use super::lexer::is_metacharacter;
use super::read::{Reader, end_of_file};
use super::streams::Stream;
use super::syntax::{DEPTH_MAX, Operation, Program, RawCommand, Redirection};

/// Words that end a part of a compound command.
const ENDS: [&str; 8] = ["then", "elif", "else", "fi", "do", "done", "esac", "}"];

/// Reads a text.
///
/// # Errors
/// Text that bash refuses, such as an open quote or an operator where a command belongs.
pub(super) fn program(text: &str) -> Result<Program, ShellError> {
    Reader::new(text).program()
}

/// Finds the simple commands of a text, those in the bodies of compound commands included. The words of `for`, `case`
/// and their like stand among them as commands with such a name.
///
/// # Errors
/// Text that bash refuses.
pub fn read(text: &str) -> Result<Vec<RawCommand>, ShellError> {
    program(text).map(|program| program.commands())
}

/// The extent of the first complete command of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// It ends before this byte.
    Complete(usize),
    /// It is a compound command whose end is missing.
    Open,
    /// It cannot be read.
    Refused,
}

/// Finds the end of the first complete command of a text.
pub(super) fn extent(text: &str) -> Extent {
    let mut reader = Reader::new(text);
    match reader.line() {
        Ok(()) => Extent::Complete(reader.at()),
        Err(error) if reader.open_compounds > 0 && is_end_missing(&error) => Extent::Open,
        Err(_) => Extent::Refused,
    }
}

/// Returns `true` for the error about a text that is not complete.
fn is_end_missing(error: &ShellError) -> bool {
    error.message.contains("unexpected EOF") || error.message.contains("unexpected end")
}

impl Reader<'_> {
    /// Reads the whole text.
    pub(super) fn program(&mut self) -> Result<Program, ShellError> {
        let read = self.list(&[]);
        let read = read.and_then(|()| if self.peek().is_some() { Err(self.unexpected_here()) } else { Ok(()) });
        match read {
            Ok(()) => Ok(Program { operations: std::mem::take(&mut self.operations) }),
            Err(mut error) => {
                let lines = self.line.get(..error.at).unwrap_or_default().matches('\n').count();
                if lines > 0
                    && let Some((shell, message)) = error.message.split_once(": ")
                {
                    error.message = format!("{shell}: line {}: {message}", lines + 1);
                    // Nothing of a compound command runs.
                    error.exit_code = 2;
                }
                Err(error)
            }
        }
    }

    /// Reads the commands of the first line, and of those that they go on to.
    fn line(&mut self) -> Result<(), ShellError> {
        loop {
            self.skip_blanks();
            if self.peek().is_none() {
                return Ok(());
            }
            self.and_or()?;
            self.skip_blanks();
            match self.peek() {
                None => return Ok(()),
                Some('\n') => {
                    self.take();
                    return self.read_documents();
                }
                Some(';') if !self.rest().starts_with(";;") => self.take(),
                Some('&') => self.take(),
                _ => return Err(self.unexpected_here()),
            };
        }
    }

    pub(super) fn emit(&mut self, operation: Operation) -> usize {
        self.operations.push(operation);
        self.operations.len() - 1
    }

    pub(super) fn replace(&mut self, at: usize, operation: Operation) {
        if let Some(place) = self.operations.get_mut(at) {
            *place = operation;
        }
    }

    /// Lets a jump lead to the next operation.
    pub(super) fn land(&mut self, at: usize) {
        let here = self.operations.len();
        match self.operations.get_mut(at) {
            Some(Operation::Jump(to) | Operation::JumpIf { to, .. }) => *to = here,
            Some(Operation::Pattern { otherwise, .. }) => *otherwise = here,
            Some(
                Operation::For { end, .. }
                | Operation::Next { end, .. }
                | Operation::Case { end, .. }
                | Operation::Loop { end, .. }
                | Operation::Redirect { end, .. }
                | Operation::Subshell { end }
                | Operation::Pipe { end, .. }
                | Operation::Stage { end }
                | Operation::Define { end, .. }
                | Operation::Refuse { end, .. },
            ) => *end = here,
            _ => {}
        }
    }

    /// Skips blanks, comments and line breaks.
    pub(super) fn skip_lines(&mut self) -> Result<(), ShellError> {
        loop {
            self.skip_blanks();
            if !self.take_text("\n") {
                return Ok(());
            }
            self.read_documents()?;
        }
    }

    /// Returns the word at the current position as it is written.
    pub(super) fn ahead(&mut self) -> &str {
        let rest = self.rest();
        let end = rest.find(is_metacharacter);
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let is_next = self.ahead() == word;
        is_next && self.take_text(word)
    }

    pub(super) fn expect(&mut self, word: &str) -> Result<(), ShellError> {
        self.skip_blanks();
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected_here()) }
    }

    /// Reads commands up to one of the words `ends`, `)` among them, which is not taken; up to the end without any.
    pub(super) fn list(&mut self, ends: &[&str]) -> Result<(), ShellError> {
        self.list_of(ends, ends.is_empty())
    }

    /// Reads commands as [`Self::list`], of which there may be none.
    pub(super) fn list_or_nothing(&mut self, ends: &[&str]) -> Result<(), ShellError> {
        self.list_of(ends, true)
    }

    fn list_of(&mut self, ends: &[&str], may_be_empty: bool) -> Result<(), ShellError> {
        let mut is_empty = true;
        loop {
            self.skip_lines()?;
            let is_end = match self.peek() {
                None if ends.is_empty() => return Ok(()),
                None => return Err(end_of_file(self.line.len())),
                Some(')') => ends.contains(&")"),
                Some(';') if self.rest().starts_with(";;") || self.rest().starts_with(";&") => ends.contains(&";;"),
                _ => ends.contains(&self.ahead()),
            };
            if is_end {
                return if is_empty && !may_be_empty { Err(self.unexpected_here()) } else { Ok(()) };
            }
            is_empty = false;
            self.and_or()?;
            self.skip_blanks();
            match self.peek() {
                Some(';') if !self.rest().starts_with(";;") && !self.rest().starts_with(";&") => {
                    self.take();
                }
                Some('&') if !self.rest().starts_with("&&") => {
                    self.take();
                    self.emit(Operation::Background);
                }
                _ => {}
            }
            self.skip_blanks();
        }
    }

    /// Reads pipelines joined by `&&` and `||`.
    fn and_or(&mut self) -> Result<(), ShellError> {
        let mut skip = None;
        loop {
            let guard = self.emit(Operation::Pass);
            self.pipeline()?;
            self.skip_blanks();
            let is_or = match self.rest() {
                rest if rest.starts_with("&&") => Some(false),
                rest if rest.starts_with("||") => Some(true),
                _ => None,
            };
            if is_or.is_some() {
                self.replace(guard, Operation::Guard);
                self.emit(Operation::EndGuard);
            }
            if let Some(skip) = skip {
                self.land(skip);
            }
            let Some(is_or) = is_or else { break };
            skip = Some(self.emit(Operation::JumpIf { succeeded: is_or, to: 0 }));
            self.take();
            self.take();
            self.skip_lines()?;
        }
        // What stands behind a command has to end it.
        match self.peek() {
            None | Some('\n' | ';' | '&' | ')') => Ok(()),
            _ => Err(self.unexpected_here()),
        }
    }

    fn pipeline(&mut self) -> Result<(), ShellError> {
        self.skip_blanks();
        let is_timed = self.take_word("time");
        if is_timed {
            self.skip_blanks();
            self.take_word("-p");
            self.emit(Operation::Time);
            self.skip_blanks();
        }
        let mut is_negated = false;
        while self.take_word("!") {
            is_negated = !is_negated;
            self.skip_blanks();
        }
        if is_negated {
            self.emit(Operation::Guard);
        }
        let pipe = self.emit(Operation::Pass);
        let mut begun = self.operations.len();
        self.command()?;
        let mut names = Vec::new();
        let mut stages = Vec::new();
        loop {
            self.skip_blanks();
            if self.peek() != Some('|') || self.rest().starts_with("||") {
                break;
            }
            self.take();
            if self.take_if('&') {
                self.merge_errors(begun);
            }
            stages.push(self.emit(Operation::Stage { end: 0 }));
            self.skip_lines()?;
            begun = self.operations.len();
            self.command()?;
            if let Some(Operation::Run(command)) = self.operations.get(begun) {
                names.extend(command.words.first().cloned());
            }
        }
        if let Some(first) = stages.first() {
            let end = self.emit(Operation::EndPipe);
            let ends = stages.iter().skip(1).chain([&end]).copied().collect::<Vec<_>>();
            self.replace(pipe, Operation::Pipe { end: *first, out: end + 1, names: Arc::new(names) });
            for (stage, end) in stages.iter().zip(ends) {
                self.replace(*stage, Operation::Stage { end });
            }
        }
        if is_negated {
            self.emit(Operation::EndGuard);
            self.emit(Operation::Not);
        }
        if is_timed {
            self.emit(Operation::EndTime);
        }
        Ok(())
    }

    /// Lets the errors of the command that begins at an operation go where its output goes, as `|&` does.
    fn merge_errors(&mut self, begun: usize) {
        let begun = begun..self.operations.len();
        let operations = self.operations.get_mut(begun).unwrap_or_default();
        for operation in operations {
            if let Operation::Run(command) = operation {
                let command = Arc::make_mut(command);
                if command.streams.errors == Stream::Errors {
                    command.streams.errors = command.streams.output;
                }
            }
        }
    }

    pub(super) fn command(&mut self) -> Result<(), ShellError> {
        self.skip_blanks();
        if self.depth >= DEPTH_MAX {
            return Err(ShellError { at: self.at(), ..ShellError::playground("this line is nested too deeply") });
        }
        self.depth += 1;
        let read = self.command_here();
        self.depth -= 1;
        read
    }

    fn command_here(&mut self) -> Result<(), ShellError> {
        let redirected = self.emit(Operation::Pass);
        self.open_compounds += 1;
        match self.ahead().to_owned().as_str() {
            "if" => self.read_if()?,
            "while" => self.read_while(false)?,
            "until" => self.read_while(true)?,
            "for" => self.read_for()?,
            "select" => self.read_select()?,
            "case" => self.read_case()?,
            "function" => {
                self.take_text("function");
                self.skip_blanks();
                let name = self.ahead().to_owned();
                self.take_text(&name);
                self.skip_blanks();
                if self.take_if('(') {
                    self.skip_blanks();
                    self.take_if(')');
                }
                self.read_function(&name)?;
            }
            "{" => {
                self.take();
                self.list(&["}"])?;
                self.expect("}")?;
            }
            "[[" => self.read_test()?,
            "coproc" => {
                return Err(ShellError { at: self.at(), ..ShellError::playground("`coproc' is not available here") });
            }
            word if ENDS.contains(&word) => return Err(self.unexpected_here()),
            _ if self.peek() == Some('(') => self.parenthesised_command()?,
            _ => {
                if let Some(name) = self.function_name() {
                    self.read_function(&name)?;
                } else {
                    self.open_compounds -= 1;
                    return self.simple_command(redirected);
                }
            }
        }
        self.open_compounds -= 1;
        self.redirections(redirected)
    }

    fn simple_command(&mut self, redirected: usize) -> Result<(), ShellError> {
        // The operation of a here-document is that of its command.
        self.operations.truncate(redirected);
        let start = self.at();
        let command = self.simple()?;
        if self.at() == start
            || (command == RawCommand { line: command.line, is_nested: command.is_nested, ..RawCommand::default() })
        {
            return Err(self.unexpected_here());
        }
        if self.peek() == Some('(') {
            return Err(self.unexpected_here());
        }
        self.emit(Operation::Run(Arc::new(command)));
        Ok(())
    }

    /// Reads the redirections of the compound command that begins at an operation.
    fn redirections(&mut self, redirected: usize) -> Result<(), ShellError> {
        let mut redirection = Redirection::default();
        loop {
            self.skip_blanks();
            let digits =
                self.rest().len() - self.rest().trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
            let number = self.rest().get(..digits).unwrap_or_default();
            let is_stream = digits > 0 && self.rest().get(digits..).is_some_and(|rest| rest.starts_with(['<', '>']));
            if is_stream {
                self.take_text(number);
            }
            let from = if is_stream { number } else { "" };
            if !self.redirection(from, redirected, &mut redirection.streams, &mut redirection.input)? {
                break;
            }
        }
        if redirection != Redirection::default() {
            self.replace(redirected, Operation::Redirect { redirection: Arc::new(redirection), end: 0 });
            self.land(redirected);
            self.emit(Operation::EndRedirect);
        }
        Ok(())
    }
}
