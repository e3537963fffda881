//! Reads words and simple commands from a text, before anything is expanded.

use std::iter::Peekable;
use std::str::CharIndices;

use super::error::ShellError;
use super::lexer::{is_blank, is_metacharacter};
use super::syntax::{AssignedValue, Assignment, Operation, RawCommand, RawWord};
use super::words::{is_declaration, is_variable_name};
use crate::ground::span::Span;

pub(super) struct Reader<'a> {
    pub(super) line: &'a str,
    pub(super) characters: Peekable<CharIndices<'a>>,
    /// Here-documents whose texts begin after the next line break.
    pub(super) documents: Vec<HereDocument>,
    /// Number of expansions and compound commands that enclose the current position.
    pub(super) depth: usize,
    /// Number of compound commands that are open.
    pub(super) open_compounds: usize,
    /// Operations of the program that is being read.
    pub(super) operations: Vec<Operation>,
    /// Line of the current position, from 1.
    pub(super) line_number: usize,
}

/// A here-document: `<<EOF`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HereDocument {
    /// Index of the operation that it feeds.
    pub(super) operation: usize,
    pub(super) delimiter: String,
    /// `true` if the delimiter is quoted, so that the text is not expanded.
    pub(super) is_quoted: bool,
    /// `true` for `<<-`, which strips the tabs before its lines.
    pub(super) strips_tabs: bool,
}

impl HereDocument {
    /// Returns a line, given without its line break, with its tabs stripped for `<<-`.
    pub(super) fn line<'a>(&self, line: &'a str) -> &'a str {
        if self.strips_tabs { line.trim_start_matches('\t') } else { line }
    }

    /// Returns `true` if the line is the delimiter.
    pub(super) fn ends_with(&self, line: &str) -> bool {
        self.line(line) == self.delimiter
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self {
            line,
            characters: line.char_indices().peekable(),
            documents: Vec::new(),
            depth: 0,
            open_compounds: 0,
            operations: Vec::new(),
            line_number: 1,
        }
    }

    pub(super) fn at(&mut self) -> usize {
        self.characters.peek().map_or(self.line.len(), |(index, _)| *index)
    }

    /// Returns the text that has not been read.
    pub(super) fn rest(&mut self) -> &'a str {
        let at = self.at();
        self.line.get(at..).unwrap_or_default()
    }

    pub(super) fn peek(&mut self) -> Option<char> {
        self.characters.peek().map(|(_, character)| *character)
    }

    pub(super) fn take(&mut self) -> Option<char> {
        let taken = self.characters.next().map(|(_, character)| character);
        self.line_number += usize::from(taken == Some('\n'));
        taken
    }

    pub(super) fn take_if(&mut self, expected: char) -> bool {
        self.characters.next_if(|(_, character)| *character == expected).is_some()
    }

    /// Takes the text if it comes next.
    pub(super) fn take_text(&mut self, expected: &str) -> bool {
        let is_next = self.rest().starts_with(expected);
        if is_next {
            for _ in expected.chars() {
                self.take();
            }
        }
        is_next
    }

    /// Reads a simple command; one without any word or redirection is an empty command.
    pub(super) fn simple(&mut self) -> Result<RawCommand, ShellError> {
        let operation = self.operations.len();
        let is_nested = self.open_compounds > 0;
        let mut command = RawCommand { line: self.line_number, is_nested, ..RawCommand::default() };
        loop {
            self.skip_blanks();
            if self.redirection("", operation, &mut command.streams, &mut command.input)? {
                continue;
            }
            if command.words.is_empty() {
                if let Some(assignment) = self.assignment()? {
                    command.assignments.push(assignment);
                    continue;
                }
            } else if command.name().is_some_and(is_declaration)
                && let Some(assignment) = self.assignment()?
            {
                command.declared.push(assignment);
                continue;
            }
            let Some(word) = self.word()? else { break };
            // `2>`: the digits say what is redirected.
            let is_stream = matches!(self.peek(), Some('>' | '<')) && word.source.parse::<u32>().is_ok();
            if !is_stream || !self.redirection(&word.source, operation, &mut command.streams, &mut command.input)? {
                command.words.push(word);
            }
        }
        Ok(command)
    }

    /// Reads `NAME=VALUE` and its like, if that comes next.
    fn assignment(&mut self) -> Result<Option<Assignment>, ShellError> {
        let rest = self.rest();
        let Some(length) = assigned_length(rest) else { return Ok(None) };
        let start = self.at();
        let target = rest.get(..length).unwrap_or_default();
        let appends = target.ends_with('+');
        let target = target.trim_end_matches('+');
        let (name, index) = target.split_once('[').map_or((target, None), |(name, index)| (name, Some(index)));
        let index = index.map(|_| {
            for _ in 0..=name.len() {
                self.take();
            }
            self.until(&[']'], false, start)
        });
        let index = index.transpose()?.map(|(word, _)| word);
        while self.at() <= start + length {
            self.take();
        }
        let value = if self.take_if('(') {
            self.open_compounds += 1;
            let elements = self.elements(start)?;
            self.open_compounds -= 1;
            AssignedValue::List(elements)
        } else {
            AssignedValue::Text(self.value()?)
        };
        let span = Span { start, end: self.at() };
        Ok(Some(Assignment { name: name.to_owned(), index, appends, value, span }))
    }

    /// Reads the word right behind `=`, which may be empty.
    fn value(&mut self) -> Result<RawWord, ShellError> {
        let is_empty = self.peek().is_none_or(is_metacharacter) && !self.rest().starts_with("<(");
        if is_empty { Ok(RawWord::default()) } else { Ok(self.word()?.unwrap_or_default()) }
    }

    /// Reads the elements of `NAME=(…)`, behind the parenthesis that opens it.
    fn elements(&mut self, start: usize) -> Result<Vec<(Option<RawWord>, RawWord)>, ShellError> {
        let mut elements = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return Err(open(")", start)),
                Some('\n') => {
                    self.take();
                    continue;
                }
                Some(')') => {
                    self.take();
                    return Ok(elements);
                }
                _ => {}
            }
            let has_key = self.peek() == Some('[') && assigned_length(&format!("x{}", self.rest_of_line())).is_some();
            if has_key {
                let at = self.at();
                self.take();
                let (key, _) = self.until(&[']'], false, at)?;
                self.take_if('=');
                elements.push((Some(key), self.value()?));
                continue;
            }
            match self.word()? {
                Some(word) => elements.push((None, word)),
                None => return Err(self.unexpected_here()),
            }
        }
    }

    fn rest_of_line(&mut self) -> &'a str {
        self.rest().split('\n').next().unwrap_or_default()
    }

    /// Reads the next word; `None` at an operator or the end.
    pub(super) fn word(&mut self) -> Result<Option<RawWord>, ShellError> {
        self.skip_blanks();
        let start = self.at();
        let mut word = RawWord::default();
        while let Some(character) = self.peek() {
            match character {
                '<' if self.rest().starts_with("<(") => self.process(&mut word)?,
                '(' if word.ends_with_repetition() => self.extended_pattern(&mut word)?,
                _ if is_metacharacter(character) => break,
                _ => self.piece(character, &mut word)?,
            }
        }
        word.span = Span { start, end: self.at() };
        self.line.get(start..word.span.end).unwrap_or_default().clone_into(&mut word.source);
        Ok((!word.parts.is_empty()).then_some(word))
    }

    /// Reads the alternatives of `+(a|b)`, up to and including the parenthesis that closes them.
    fn extended_pattern(&mut self, word: &mut RawWord) -> Result<(), ShellError> {
        let start = self.at();
        let mut depth = 0_usize;
        loop {
            let character = self.peek().ok_or_else(|| open(")", start))?;
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            self.piece(character, word)?;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Reads the next piece of a word that is not quoted.
    pub(super) fn piece(&mut self, character: char, word: &mut RawWord) -> Result<(), ShellError> {
        match character {
            '\\' => self.escape(word),
            '\'' => self.single_quoted(word)?,
            '"' => self.double_quoted(word)?,
            '$' => self.dollar(word, false)?,
            '`' => self.backquoted(word, false)?,
            _ => {
                self.take();
                word.push(character, false);
            }
        }
        Ok(())
    }

    /// Skips blanks, joined lines and a comment.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(character) if is_blank(character) => {
                    self.take();
                }
                Some('\\') => {
                    if !self.take_text("\\\n") {
                        return;
                    }
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

    /// Returns bash's error about the token at the current position.
    pub(super) fn unexpected_here(&mut self) -> ShellError {
        let at = self.at();
        let rest = self.rest();
        let operator = ["&&", "||", ";;&", ";;", ";&", "|&", "((", "<<<", "<<", ">>"]
            .into_iter()
            .find(|one| rest.starts_with(one));
        let end = rest.find(is_metacharacter).filter(|end| *end > 0);
        let length = end.unwrap_or_else(|| rest.chars().next().map_or(0, char::len_utf8));
        let length = if end.is_none() && !rest.starts_with(is_metacharacter) { rest.len() } else { length };
        match operator {
            Some(operator) => unexpected(operator, at),
            None if rest.is_empty() => end_of_file(at),
            None if rest.starts_with('\n') => unexpected("newline", at),
            None => unexpected(rest.get(..length).unwrap_or_default(), at),
        }
    }
}

/// Returns the length of what stands before the `=` of an assignment that a text begins with.
fn assigned_length(text: &str) -> Option<usize> {
    let name = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')?;
    if !is_variable_name(text.get(..name)?) {
        return None;
    }
    let mut length = name;
    if text.get(length..)?.starts_with('[') {
        let (mut depth, mut quote) = (0_usize, None);
        for (at, letter) in text.get(length..)?.char_indices() {
            match (quote, letter) {
                (Some(open), _) if open == letter => quote = None,
                (None, '"' | '\'') => quote = Some(letter),
                (None, '[') => depth += 1,
                (None, ']') if depth == 1 => {
                    length += at + 1;
                    break;
                }
                (None, ']') => depth -= 1,
                (None, ' ' | '\t' | '\n') => return None,
                _ => {}
            }
        }
    }
    let rest = text.get(length..)?;
    if rest.starts_with("+=") {
        return Some(length + 1);
    }
    rest.starts_with('=').then_some(length)
}

pub(super) fn open(quote: &str, at: usize) -> ShellError {
    ShellError::syntax(format!("bash: unexpected EOF while looking for matching `{quote}'"), at)
}

pub(super) fn unexpected(token: &str, at: usize) -> ShellError {
    ShellError::syntax(format!("bash: syntax error near unexpected token `{token}'"), at)
}

pub(super) fn end_of_file(at: usize) -> ShellError {
    ShellError::syntax("bash: syntax error: unexpected end of file".to_owned(), at)
}
