//! Finds the commands of a line and the pieces of their words, before anything is expanded.

use std::iter::Peekable;
use std::str::CharIndices;

use super::{Connector, ShellError, Span};

/// One piece of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text; quoted text is neither split nor expanded further.
    Text { text: String, quoted: bool },
    /// A variable and what stands in for it if it is unset or empty.
    Variable { name: String, fallback: Option<String>, quoted: bool },
    /// A command substitution, whose output is not known here; where the commands inside are written.
    Substitution { inner: Span, quoted: bool },
}

/// A word in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RawWord {
    pub(super) pieces: Vec<Piece>,
    pub(super) span: Span,
    /// The word as it is written.
    pub(super) source: String,
}

/// One command of a line, its words not yet expanded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawCommand {
    pub(super) words: Vec<RawWord>,
    /// What a here-document feeds it.
    pub(super) input: Option<RawWord>,
    /// What joins it to the next command, `None` for the last.
    pub next: Option<Connector>,
}

impl RawCommand {
    /// The whole command.
    #[must_use]
    pub fn span(&self) -> Span {
        Span {
            start: self.words.first().map_or(0, |word| word.span.start),
            end: self.words.last().map_or(0, |word| word.span.end),
        }
    }

    /// The variables that its words use and that have nothing to stand in for them.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.words.iter().flat_map(|word| &word.pieces).filter_map(|piece| match piece {
            Piece::Variable { name, fallback: None, .. } if is_variable_name(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Where the commands are written whose output its words use.
    pub fn substitutions(&self) -> impl Iterator<Item = Span> {
        self.words.iter().flat_map(|word| &word.pieces).filter_map(|piece| match piece {
            Piece::Substitution { inner, .. } => Some(*inner),
            _ => None,
        })
    }
}

/// Finds the commands of a line.
///
/// # Errors
/// What bash refuses: an open quote, an operator where a command belongs; and what is not
/// available here: redirections, background commands and groups.
pub fn read(line: &str) -> Result<Vec<RawCommand>, ShellError> {
    Reader::new(line).commands()
}

/// The here-documents of a line whose texts are still to come: each with the line that ends it.
pub(super) fn open_documents(line: &str) -> Vec<HereDocument> {
    let mut reader = Reader::new(line);
    match reader.commands() {
        Ok(_) => reader.documents,
        Err(_) => Vec::new(),
    }
}

/// A here-document: `<<EOF`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HereDocument {
    /// Which command of the line it feeds.
    command: usize,
    delimiter: String,
    /// Whether its text stays as it is.
    is_quoted: bool,
    /// Whether tabs before its lines go (`<<-`).
    strips_tabs: bool,
}

impl HereDocument {
    /// A line of it, without its line break, as it counts.
    fn line<'a>(&self, line: &'a str) -> &'a str {
        if self.strips_tabs { line.trim_start_matches('\t') } else { line }
    }

    /// Whether a line ends it.
    pub(super) fn ends_with(&self, line: &str) -> bool {
        self.line(line) == self.delimiter
    }
}

/// Whether the text is a name that a variable can have.
pub(super) fn is_variable_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
}

struct Reader<'a> {
    line: &'a str,
    characters: Peekable<CharIndices<'a>>,
    /// Here-documents whose texts begin after the next line break.
    documents: Vec<HereDocument>,
}

/// Between words.
enum Break {
    Operator(Connector, &'static str, usize),
    NewLine,
    End,
}

impl<'a> Reader<'a> {
    fn new(line: &'a str) -> Self {
        Self { line, characters: line.char_indices().peekable(), documents: Vec::new() }
    }

    fn at(&mut self) -> usize {
        self.characters.peek().map_or(self.line.len(), |(index, _)| *index)
    }

    fn peek(&mut self) -> Option<char> {
        self.characters.peek().map(|(_, character)| *character)
    }

    fn take(&mut self) -> Option<char> {
        self.characters.next().map(|(_, character)| character)
    }

    fn take_if(&mut self, expected: char) -> bool {
        self.characters.next_if(|(_, character)| *character == expected).is_some()
    }

    fn commands(&mut self) -> Result<Vec<RawCommand>, ShellError> {
        let mut commands: Vec<RawCommand> = Vec::new();
        let mut command = RawCommand::default();
        loop {
            if let Some(word) = self.word()? {
                command.words.push(word);
                continue;
            }
            if self.peek() == Some('<') {
                self.input(commands.len(), &mut command)?;
                continue;
            }
            let found = self.operator()?;
            let is_empty = command.words.is_empty();
            let is_line_break = matches!(found, Break::NewLine);
            match found {
                Break::Operator(_, text, at) if is_empty => return Err(unexpected(text, at)),
                Break::Operator(connector, ..) => {
                    command.next = Some(connector);
                    commands.push(std::mem::take(&mut command));
                }
                // After `&&`, `||` and `|` a command may follow on the next line.
                Break::NewLine if is_empty => {}
                Break::NewLine => {
                    command.next = Some(Connector::Sequence);
                    commands.push(std::mem::take(&mut command));
                }
                Break::End => {
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

    /// `<<WORD`, `<<-WORD` and `<<<WORD`; there are no files that `<` could read.
    fn input(&mut self, index: usize, command: &mut RawCommand) -> Result<(), ShellError> {
        let at = self.at();
        self.take();
        if !self.take_if('<') {
            return Err(unavailable('<', at));
        }
        if self.take_if('<') {
            let mut word = self.word()?.ok_or_else(|| unexpected("newline", at))?;
            word.push('\n', true);
            command.input = Some(word);
            return Ok(());
        }
        let strips_tabs = self.take_if('-');
        let word = self.word()?.ok_or_else(|| unexpected("newline", at))?;
        let is_quoted = word.source.contains(['\'', '"', '\\']);
        let mut delimiter = String::new();
        for piece in &word.pieces {
            match piece {
                Piece::Text { text, .. } => delimiter.push_str(text),
                // The word that ends it is not expanded.
                _ => word.source.clone_into(&mut delimiter),
            }
        }
        command.input = Some(RawWord::default());
        self.documents.push(HereDocument { command: index, delimiter, is_quoted, strips_tabs });
        Ok(())
    }

    /// Reads the texts of here-documents, which begin here.
    fn read_documents(&mut self, commands: &mut [RawCommand]) -> Result<(), ShellError> {
        for document in std::mem::take(&mut self.documents) {
            let mut text = String::new();
            while self.peek().is_some() {
                let rest = self.line.get(self.at()..).unwrap_or_default();
                let line = rest.split('\n').next().unwrap_or_default();
                for _ in 0..=line.chars().count() {
                    self.take();
                }
                if document.ends_with(line) {
                    break;
                }
                text.push_str(document.line(line));
                text.push('\n');
            }
            let input = if document.is_quoted { RawWord::quoted(&text) } else { Reader::new(&text).document()? };
            if let Some(command) = commands.get_mut(document.command) {
                command.input = Some(input);
            }
        }
        Ok(())
    }

    /// The text of a here-document in pieces: variables are expanded, quotes are characters.
    fn document(&mut self) -> Result<RawWord, ShellError> {
        let mut word = RawWord::default();
        while let Some(character) = self.peek() {
            match character {
                '$' => self.dollar(&mut word, true)?,
                '`' => self.backquoted(&mut word, true)?,
                _ => {
                    self.take();
                    let escaped = self.peek().filter(|next| character == '\\' && "$`\\\n".contains(*next));
                    match escaped {
                        Some('\n') => {
                            self.take();
                        }
                        Some(next) => {
                            self.take();
                            word.push(next, true);
                        }
                        None => word.push(character, true),
                    }
                }
            }
        }
        Ok(word)
    }

    fn operator(&mut self) -> Result<Break, ShellError> {
        let at = self.at();
        Ok(match self.take() {
            None => Break::End,
            Some('\n') => Break::NewLine,
            Some(';') if self.take_if(';') => return Err(unexpected(";;", at)),
            Some(';') => Break::Operator(Connector::Sequence, ";", at),
            Some('|') if self.take_if('|') => Break::Operator(Connector::Or, "||", at),
            Some('|') if self.take_if('&') => Break::Operator(Connector::Pipe, "|&", at),
            Some('|') => Break::Operator(Connector::Pipe, "|", at),
            Some('&') if self.take_if('&') => Break::Operator(Connector::And, "&&", at),
            Some(character) => return Err(unavailable(character, at)),
        })
    }

    /// The next word, `None` at an operator or the end.
    fn word(&mut self) -> Result<Option<RawWord>, ShellError> {
        self.skip_blanks();
        let start = self.at();
        let mut word = RawWord::default();
        while let Some(character) = self.peek() {
            match character {
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => break,
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
        Ok((!word.pieces.is_empty()).then_some(word))
    }

    /// Blanks, joined lines, and a comment.
    fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t') => {
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

    fn escape(&mut self, word: &mut RawWord) {
        self.take();
        match self.take() {
            Some('\n') => {}
            Some(character) => word.push(character, true),
            None => word.push('\\', true),
        }
    }

    fn single_quoted(&mut self, word: &mut RawWord) -> Result<(), ShellError> {
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

    fn double_quoted(&mut self, word: &mut RawWord) -> Result<(), ShellError> {
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

    fn backquoted(&mut self, word: &mut RawWord, quoted: bool) -> Result<(), ShellError> {
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
        word.pieces.push(Piece::Substitution { inner, quoted });
        Ok(())
    }

    fn dollar(&mut self, word: &mut RawWord, quoted: bool) -> Result<(), ShellError> {
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
                word.pieces.push(Piece::Variable { name, fallback: None, quoted });
                Ok(())
            }
            Some(character) if character.is_ascii_digit() || "?$#@*!-".contains(character) => {
                self.take();
                let name = character.to_string();
                word.pieces.push(Piece::Variable { name, fallback: None, quoted });
                Ok(())
            }
            _ => {
                word.push('$', quoted);
                Ok(())
            }
        }
    }

    fn parenthesised(&mut self, word: &mut RawWord, quoted: bool, start: usize) -> Result<(), ShellError> {
        let mut depth = 0_usize;
        let mut inner = RawWord::default();
        loop {
            match self.peek() {
                None => return Err(open(")", start)),
                Some('\'') => self.single_quoted(&mut inner)?,
                Some('"') => self.double_quoted(&mut inner)?,
                Some('\\') => self.escape(&mut inner),
                Some(character) => {
                    self.take();
                    match character {
                        '(' => depth += 1,
                        ')' => depth -= 1,
                        _ => {}
                    }
                }
            }
            if depth == 0 {
                break;
            }
        }
        let inner = Span { start: start + 2, end: self.at() - 1 };
        word.pieces.push(Piece::Substitution { inner, quoted });
        Ok(())
    }

    /// `${NAME}` and `${NAME:-TEXT}`.
    fn braced(&mut self, word: &mut RawWord, quoted: bool, start: usize) -> Result<(), ShellError> {
        self.take();
        let mut content = String::new();
        loop {
            match self.take() {
                Some('}') => break,
                Some(character) => content.push(character),
                None => return Err(open("}", start)),
            }
        }
        let (name, fallback) = match content.split_once(":-") {
            Some((name, fallback)) => (name, Some(fallback.to_owned())),
            None => (content.as_str(), None),
        };
        let is_special = matches!(name, "?" | "$" | "#" | "@" | "*" | "!" | "-")
            || (!name.is_empty() && name.chars().all(|character| character.is_ascii_digit()));
        if !is_variable_name(name) && !is_special {
            let message = format!("bash: ${{{content}}}: bad substitution");
            return Err(ShellError { message, exit_code: 1, at: start });
        }
        word.pieces.push(Piece::Variable { name: name.to_owned(), fallback, quoted });
        Ok(())
    }

    /// `$'…'`, where escapes are those of C.
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

impl RawWord {
    fn quoted(text: &str) -> Self {
        Self { pieces: vec![Piece::Text { text: text.to_owned(), quoted: true }], ..Self::default() }
    }

    /// Adds a character to the last piece if that is of the same kind.
    fn push(&mut self, character: char, quoted: bool) {
        match self.pieces.last_mut() {
            Some(Piece::Text { text, quoted: same }) if *same == quoted => text.push(character),
            _ => self.pieces.push(Piece::Text { text: character.to_string(), quoted }),
        }
    }

    /// Begins a quoted piece, so that empty quotes make an empty word.
    fn open_quote(&mut self) {
        if !matches!(self.pieces.last(), Some(Piece::Text { quoted: true, .. })) {
            self.pieces.push(Piece::Text { text: String::new(), quoted: true });
        }
    }
}

fn open(quote: &str, at: usize) -> ShellError {
    ShellError::syntax(format!("bash: unexpected EOF while looking for matching `{quote}'"), at)
}

fn unexpected(token: &str, at: usize) -> ShellError {
    ShellError::syntax(format!("bash: syntax error near unexpected token `{token}'"), at)
}

fn unavailable(character: char, at: usize) -> ShellError {
    let message = match character {
        '<' | '>' => format!(
            "playground: there are no files here, so `{character}' cannot redirect; --query and --output choose what is shown"
        ),
        '&' => "playground: commands do not run in the background here; use --no-wait".to_owned(),
        _ => return unexpected(&character.to_string(), at),
    };
    ShellError { message, exit_code: 1, at }
}
