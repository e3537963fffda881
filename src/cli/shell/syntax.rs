//! The syntax of a line: commands, the parts of their words, and what is done to them.

use crate::ground::span::Span;

/// One word after quotes and variables are resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Text that the command receives.
    pub text: String,
    /// Its place in the line; words that one variable or brace makes share it.
    pub span: Span,
}

/// An operator between two commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connector {
    /// `;` or a line break: the next runs in any case.
    Sequence,
    /// `&&`: the next runs if this succeeds.
    And,
    /// `||`: the next runs if this fails.
    Or,
    /// `|`: the next reads what this writes.
    Pipe,
}

/// One command: assignments, then words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleCommand {
    /// Variables that the command sets; for the session if there are no words.
    pub assignments: Vec<(String, String)>,
    /// The command's name and its arguments.
    pub words: Vec<Word>,
    /// The whole command.
    pub span: Span,
    /// Standard input from a here-document or a here-string.
    pub input: Option<String>,
    /// Operator before the next command; `None` for the last command.
    pub next: Option<Connector>,
}

/// A line that the shell refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ShellError {
    /// Message of the shell.
    pub message: String,
    /// The exit code.
    pub exit_code: i32,
    /// Byte offset in the line.
    pub at: usize,
}

impl ShellError {
    pub(super) fn syntax(message: String, at: usize) -> Self {
        Self { message, exit_code: 2, at }
    }

    /// Creates bash's error for a program that does not exist.
    #[must_use]
    pub fn command_not_found(word: &Word) -> Self {
        Self { message: format!("bash: {}: command not found", word.text), exit_code: 127, at: word.span.start }
    }
}

impl SimpleCommand {
    /// Returns the variables that the command leaves set: assignments alone, or after `export`.
    #[must_use]
    pub fn variables_set(&self) -> Vec<(String, String)> {
        let Some((name, arguments)) = self.words.split_first() else {
            return self.assignments.clone();
        };
        if name.text != "export" {
            return Vec::new();
        }
        let assignment = |word: &Word| {
            let (name, value) = word.text.split_once('=')?;
            is_variable_name(name).then(|| (name.to_owned(), value.to_owned()))
        };
        arguments.iter().filter_map(assignment).collect()
    }
}

/// One part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WordPart {
    /// Text; quoted text is neither split nor expanded further.
    Text { text: String, quoted: bool },
    /// A variable and what is done to it.
    Variable { name: String, operation: ParameterExpansion, quoted: bool },
    /// A command substitution whose output is not known yet: the place and the source of its commands.
    Substitution { inner: Span, source: String, quoted: bool },
    /// Output of the commands of a substitution.
    Output { text: String, quoted: bool },
    /// `$((…))`.
    Arithmetic { expression: RawWord, quoted: bool },
}

/// A word in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RawWord {
    pub(super) parts: Vec<WordPart>,
    pub(super) span: Span,
    /// The word as it is written.
    pub(super) source: String,
}

/// One command of a line, its words not yet expanded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawCommand {
    pub(super) words: Vec<RawWord>,
    /// Standard input from a here-document or a here-string.
    pub(super) input: Option<RawWord>,
    /// Destinations of its output.
    pub streams: Streams,
    /// Operator before the next command; `None` for the last command.
    pub next: Option<Connector>,
}

impl RawCommand {
    /// Returns the span of the whole command, from the first word to the last.
    #[must_use]
    pub fn span(&self) -> Span {
        Span {
            start: self.words.first().map_or(0, |word| word.span.start),
            end: self.words.last().map_or(0, |word| word.span.end),
        }
    }

    /// Returns the variables that its words use without a fallback, `HOME` excepted.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.words.iter().flat_map(|word| &word.parts).filter_map(|part| match part {
            WordPart::Variable { name, operation, .. }
                if is_variable_name(name) && name != "HOME" && !operation.has_fallback() =>
            {
                Some(name.as_str())
            }
            _ => None,
        })
    }

    /// Returns the places in the line of the commands whose output its words use.
    pub fn substitutions(&self) -> impl Iterator<Item = Span> {
        self.words.iter().flat_map(|word| &word.parts).filter_map(|part| match part {
            WordPart::Substitution { inner, .. } => Some(*inner),
            _ => None,
        })
    }

    /// Returns its parts in the order in which they are expanded.
    fn parts_mut(&mut self) -> impl Iterator<Item = &mut WordPart> {
        self.words.iter_mut().chain(&mut self.input).flat_map(|word| &mut word.parts)
    }

    /// Returns the source of the first substitution whose output is not known yet.
    pub fn next_substitution(&mut self) -> Option<&str> {
        self.parts_mut().find_map(|part| match part {
            WordPart::Substitution { source, .. } => Some(source.as_str()),
            _ => None,
        })
    }

    /// Replaces the first substitution whose output is not known yet with what its commands printed.
    pub fn substitute(&mut self, printed: &str) {
        for part in self.parts_mut() {
            if let WordPart::Substitution { quoted, .. } = *part {
                *part = WordPart::Output { text: printed.trim_end_matches('\n').to_owned(), quoted };
                return;
            }
        }
    }

    /// Returns `true` if its words contain output of other commands.
    #[must_use]
    pub fn is_substituted(&self) -> bool {
        self.words.iter().any(RawWord::is_substituted)
    }
}

/// Returns `true` if the text is a valid name of a variable.
pub(crate) fn is_variable_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
}

impl RawWord {
    /// Returns `true` if it contains output of other commands.
    pub(super) fn is_substituted(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, WordPart::Output { .. }))
    }

    pub(super) fn quoted(text: &str) -> Self {
        Self { parts: vec![WordPart::Text { text: text.to_owned(), quoted: true }], ..Self::default() }
    }

    /// Adds a character to the last part if that is of the same kind.
    pub(super) fn push(&mut self, character: char, quoted: bool) {
        match self.parts.last_mut() {
            Some(WordPart::Text { text, quoted: same }) if *same == quoted => text.push(character),
            _ => self.parts.push(WordPart::Text { text: character.to_string(), quoted }),
        }
    }

    /// Begins a quoted part, so that empty quotes make an empty word.
    pub(super) fn open_quote(&mut self) {
        if !matches!(self.parts.last(), Some(WordPart::Text { quoted: true, .. })) {
            self.parts.push(WordPart::Text { text: String::new(), quoted: true });
        }
    }
}

/// An operation on a variable. With `counts_empty`, as without the colon, a variable that is set to
/// nothing counts as set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParameterExpansion {
    None,
    /// `${X:-WORD}`; and `${X:=WORD}`, which does not set the variable here.
    Fallback {
        word: RawWord,
        counts_empty: bool,
    },
    /// `${X:+WORD}`.
    Alternative {
        word: RawWord,
        counts_empty: bool,
    },
    /// `${X:?WORD}`.
    Require {
        word: RawWord,
        counts_empty: bool,
    },
    /// `${#X}`.
    Length,
    /// `${X:OFFSET}` and `${X:OFFSET:LENGTH}`.
    Slice(RawWord),
    /// `${X%PATTERN}`, `${X/PATTERN/REPLACEMENT}` and their like.
    Edit {
        edit: Edit,
        pattern: RawWord,
        replacement: RawWord,
    },
    /// `${X,,}`, `${X^^}`; without `is_whole` the first letter only.
    Case {
        is_upper: bool,
        is_whole: bool,
    },
}

/// An edit of a value by a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// `#` and `##`, `%` and `%%`: removes the match at one end.
    Trim { at_end: bool, is_longest: bool },
    /// `/`, `//`, `/#` and `/%`: replaces the match.
    Replace(Occurrence),
}

/// The occurrences of a pattern that are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occurrence {
    First,
    Every,
    Start,
    End,
}

/// A here-document: `<<EOF`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HereDocument {
    /// Index in the line of the command that it feeds.
    pub(super) command: usize,
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

/// Destination of an output stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Errors,
    /// `/dev/null`.
    Nowhere,
}

/// Destinations of the two output streams of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// Destination of standard output.
    pub output: Stream,
    /// Destination of standard error: warnings and refusals.
    pub errors: Stream,
    /// Redirection to or from a file, which is refused: the operator as written, and its byte offset in
    /// the line.
    pub(super) file: Option<(char, usize)>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { output: Stream::Output, errors: Stream::Errors, file: None }
    }
}

impl Streams {
    /// Refuses a redirection to or from a file.
    ///
    /// # Errors
    /// A redirection to or from a file: there are no files here.
    pub(super) fn check(&self) -> Result<(), ShellError> {
        let Some((character, at)) = self.file else { return Ok(()) };
        let message = format!(
            "playground: there are no files here, so `{character}' cannot redirect; --query and --output choose what is shown"
        );
        Err(ShellError { message, exit_code: 1, at })
    }
}
