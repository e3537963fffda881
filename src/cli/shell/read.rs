//! Finds the commands of a line and the parts of their words, before anything is expanded.

use std::iter::Peekable;
use std::str::CharIndices;

use super::lexer::{is_blank, is_metacharacter};
use super::syntax::{Connector, HereDocument, RawCommand, RawWord, ShellError};
use crate::ground::span::Span;

/// Finds the commands of a line.
///
/// # Errors
/// Lines that bash refuses, such as an open quote or an operator where a command belongs; and features
/// that are not available here: background commands and groups.
pub fn read(line: &str) -> Result<Vec<RawCommand>, ShellError> {
    Reader::new(line).commands()
}

pub(super) struct Reader<'a> {
    pub(super) line: &'a str,
    pub(super) characters: Peekable<CharIndices<'a>>,
    /// Here-documents whose texts begin after the next line break.
    pub(super) documents: Vec<HereDocument>,
    /// Number of expansions that enclose the current position.
    pub(super) depth: usize,
}

/// A separator between commands.
enum Separator {
    Operator(Connector, &'static str, usize),
    NewLine,
    End,
}

impl<'a> Reader<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { line, characters: line.char_indices().peekable(), documents: Vec::new(), depth: 0 }
    }

    pub(super) fn at(&mut self) -> usize {
        self.characters.peek().map_or(self.line.len(), |(index, _)| *index)
    }

    pub(super) fn peek(&mut self) -> Option<char> {
        self.characters.peek().map(|(_, character)| *character)
    }

    pub(super) fn take(&mut self) -> Option<char> {
        self.characters.next().map(|(_, character)| character)
    }

    pub(super) fn take_if(&mut self, expected: char) -> bool {
        self.characters.next_if(|(_, character)| *character == expected).is_some()
    }

    pub(super) fn commands(&mut self) -> Result<Vec<RawCommand>, ShellError> {
        let mut commands: Vec<RawCommand> = Vec::new();
        let mut command = RawCommand::default();
        loop {
            if let Some(word) = self.word()? {
                // `2>`: the digits say what is redirected.
                match self.peek() {
                    Some('>') if word.source.parse::<u32>().is_ok() => {
                        self.redirect(&word.source, &mut command.streams)?;
                    }
                    _ => command.words.push(word),
                }
                continue;
            }
            match self.peek() {
                Some('<') => {
                    self.input(commands.len(), &mut command)?;
                    continue;
                }
                Some('>') => {
                    self.redirect("1", &mut command.streams)?;
                    continue;
                }
                Some('&') if self.line.get(self.at()..).is_some_and(|rest| rest.starts_with("&>")) => {
                    self.take();
                    self.redirect("&", &mut command.streams)?;
                    continue;
                }
                _ => {}
            }
            let found = self.operator()?;
            let is_empty = command.words.is_empty();
            let is_line_break = matches!(found, Separator::NewLine);
            match found {
                Separator::Operator(_, text, at) if is_empty => return Err(unexpected(text, at)),
                Separator::Operator(connector, ..) => {
                    command.next = Some(connector);
                    commands.push(std::mem::take(&mut command));
                }
                // After `&&`, `||` and `|` a command may follow on the next line.
                Separator::NewLine if is_empty => {}
                Separator::NewLine => {
                    command.next = Some(Connector::Sequence);
                    commands.push(std::mem::take(&mut command));
                }
                Separator::End => {
                    if !is_empty {
                        commands.push(command);
                    }
                    break;
                }
            }
            if is_line_break {
                self.read_documents(&mut commands)?;
            }
        }
        if let Some(last) = commands.last_mut() {
            match last.next {
                Some(Connector::Sequence) => last.next = None,
                Some(_) => {
                    let message = "bash: syntax error: unexpected end of file".to_owned();
                    return Err(ShellError::syntax(message, self.line.len()));
                }
                None => {}
            }
        }
        Ok(commands)
    }

    fn operator(&mut self) -> Result<Separator, ShellError> {
        let at = self.at();
        Ok(match self.take() {
            None => Separator::End,
            Some('\n') => Separator::NewLine,
            Some(';') if self.take_if(';') => return Err(unexpected(";;", at)),
            Some(';') => Separator::Operator(Connector::Sequence, ";", at),
            Some('|') if self.take_if('|') => Separator::Operator(Connector::Or, "||", at),
            Some('|') if self.take_if('&') => Separator::Operator(Connector::Pipe, "|&", at),
            Some('|') => Separator::Operator(Connector::Pipe, "|", at),
            Some('&') if self.take_if('&') => Separator::Operator(Connector::And, "&&", at),
            Some(character) => return Err(unavailable(character, at)),
        })
    }

    /// Reads the next word; `None` at an operator or the end.
    pub(super) fn word(&mut self) -> Result<Option<RawWord>, ShellError> {
        self.skip_blanks();
        let start = self.at();
        let mut word = RawWord::default();
        while let Some(character) = self.peek() {
            match character {
                _ if is_metacharacter(character) => break,
                '\\' => self.escape(&mut word),
                '\'' => self.single_quoted(&mut word)?,
                '"' => self.double_quoted(&mut word)?,
                '$' => self.dollar(&mut word, false)?,
                '`' => self.backquoted(&mut word, false)?,
                _ => {
                    self.take();
                    word.push(character, false);
                }
            }
        }
        word.span = Span { start, end: self.at() };
        self.line.get(start..word.span.end).unwrap_or_default().clone_into(&mut word.source);
        Ok((!word.parts.is_empty()).then_some(word))
    }

    /// Skips blanks, joined lines and a comment.
    fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(character) if is_blank(character) => {
                    self.take();
                }
                Some('\\') => {
                    let mut ahead = self.characters.clone();
                    ahead.next();
                    if ahead.next().is_none_or(|(_, character)| character != '\n') {
                        return;
                    }
                    self.take();
                    self.take();
                }
                Some('#') => {
                    while self.peek().is_some_and(|character| character != '\n') {
                        self.take();
                    }
                }
                _ => return,
            }
        }
    }

    pub(super) fn escape(&mut self, word: &mut RawWord) {
        self.take();
        match self.take() {
            Some('\n') => {}
            Some(character) => word.push(character, true),
            None => word.push('\\', true),
        }
    }

    pub(super) fn single_quoted(&mut self, word: &mut RawWord) -> Result<(), ShellError> {
        let start = self.at();
        self.take();
        word.open_quote();
        loop {
            match self.take() {
                Some('\'') => return Ok(()),
                Some(character) => word.push(character, true),
                None => return Err(open("'", start)),
            }
        }
    }

    pub(super) fn double_quoted(&mut self, word: &mut RawWord) -> Result<(), ShellError> {
        let start = self.at();
        self.take();
        word.open_quote();
        loop {
            match self.peek() {
                None => return Err(open("\"", start)),
                Some('"') => {
                    self.take();
                    return Ok(());
                }
                Some('$') => self.dollar(word, true)?,
                Some('`') => self.backquoted(word, true)?,
                Some('\\') => {
                    self.take();
                    match self.peek() {
                        Some('\n') => {
                            self.take();
                        }
                        Some(character @ ('$' | '`' | '"' | '\\')) => {
                            self.take();
                            word.push(character, true);
                        }
                        _ => word.push('\\', true),
                    }
                }
                Some(character) => {
                    self.take();
                    word.push(character, true);
                }
            }
        }
    }
}

pub(super) fn open(quote: &str, at: usize) -> ShellError {
    ShellError::syntax(format!("bash: unexpected EOF while looking for matching `{quote}'"), at)
}

pub(super) fn unexpected(token: &str, at: usize) -> ShellError {
    ShellError::syntax(format!("bash: syntax error near unexpected token `{token}'"), at)
}

fn unavailable(character: char, at: usize) -> ShellError {
    if character != '&' {
        return unexpected(&character.to_string(), at);
    }
    let message = "playground: commands do not run in the background here; use --no-wait".to_owned();
    ShellError { message, exit_code: 1, at }
}
