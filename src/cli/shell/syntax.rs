//! The syntax of a text: the parts of words, simple commands, and operations with jumps between them.
//!
//! Commands wait while simulated time passes, and a run is a plain value that is copied for checkpoints. So nothing may
//! hang on the stack of Rust: compound commands become jumps, and what is open at a moment is a list of scopes in
//! the machine.

use std::sync::Arc;

use super::streams::Streams;
use super::words::is_variable_name;
use crate::ground::span::Span;

/// The deepest nesting of expansions and compound commands: reading is recursive, and the stack of a page is small.
pub(super) const DEPTH_MAX: usize = 50;

/// One part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WordPart {
    /// Text; quoted text is neither split nor expanded further.
    Text { text: String, quoted: bool },
    /// A variable and what is done to it.
    Variable { parameter: Parameter, operation: ParameterExpansion, quoted: bool },
    /// A command substitution: the place of its commands, and the commands.
    Substitution { inner: Span, program: Arc<Program>, quoted: bool },
    /// `<(…)`: the commands whose output is read through a file.
    Process { inner: Span, program: Arc<Program> },
    /// `$((…))`.
    Arithmetic { expression: RawWord, quoted: bool },
}

/// A variable as an expansion names it: `X`, `X[1]`, `!X`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) index: Option<Index>,
    /// `${!X}`: the variable that `X` names, or the keys of an array.
    pub(super) is_indirect: bool,
}

/// The elements of an array that an expansion names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Index {
    /// `[@]` and `[*]`; the latter makes one word of all.
    Every { is_joined: bool },
    /// `[KEY]`.
    At(Box<RawWord>),
}

/// A word in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RawWord {
    pub(super) parts: Vec<WordPart>,
    pub(super) span: Span,
    /// The word as it is written.
    pub(super) source: String,
}

/// `NAME=VALUE`, `NAME+=VALUE`, `NAME[KEY]=VALUE`, `NAME=(VALUES)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    pub(super) name: String,
    pub(super) index: Option<RawWord>,
    /// `+=`.
    pub(super) appends: bool,
    pub(super) value: AssignedValue,
    pub(super) span: Span,
}

/// The value of an assignment before its expansion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AssignedValue {
    Text(RawWord),
    /// Elements, some with a key of their own: `[KEY]=VALUE`.
    List(Vec<(Option<RawWord>, RawWord)>),
}

impl Assignment {
    /// Returns its words: the key, then the values.
    pub(super) fn words(&self) -> impl Iterator<Item = &RawWord> {
        let (text, list) = match &self.value {
            AssignedValue::Text(word) => (Some(word), &[][..]),
            AssignedValue::List(list) => (None, list.as_slice()),
        };
        let elements = list.iter().flat_map(|(key, word)| key.iter().chain([word]));
        self.index.iter().chain(text).chain(elements)
    }
}

/// One command of a line, its words not yet expanded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawCommand {
    pub(super) assignments: Vec<Assignment>,
    pub(super) words: Vec<RawWord>,
    /// Assignments among the arguments of `export`, `local` and their like.
    pub(super) declared: Vec<Assignment>,
    /// Standard input from a here-document, a here-string or a process substitution.
    pub(super) input: Option<RawWord>,
    /// Destinations of its output.
    pub streams: Streams,
    /// Line of the text on which it begins, from 1.
    pub(super) line: usize,
    /// `true` in the body of a compound command, which may run often or not at all.
    pub is_nested: bool,
}

impl RawCommand {
    /// Returns the span of the whole command, from the first word to the last.
    #[must_use]
    pub fn span(&self) -> Span {
        let assignments = self.assignments.iter().chain(&self.declared).map(|assignment| assignment.span);
        let spans = || self.words.iter().map(|word| word.span).chain(assignments.clone());
        Span {
            start: spans().map(|span| span.start).min().unwrap_or(0),
            end: spans().map(|span| span.end).max().unwrap_or(0),
        }
    }

    /// Returns all its words, those of assignments first.
    fn all_words(&self) -> impl Iterator<Item = &RawWord> {
        let assignments = self.assignments.iter().chain(&self.declared).flat_map(Assignment::words);
        assignments.chain(&self.words)
    }

    /// Returns the variables that its words use without a fallback, `HOME` excepted.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.all_words().flat_map(|word| &word.parts).filter_map(|part| match part {
            WordPart::Variable { parameter: Parameter { name, .. }, operation, .. }
                if is_variable_name(name) && name != "HOME" && !operation.has_fallback() =>
            {
                Some(name.as_str())
            }
            _ => None,
        })
    }

    /// Returns the places in the line of the commands whose output its words use.
    pub fn substitutions(&self) -> impl Iterator<Item = Span> {
        self.all_words().flat_map(|word| &word.parts).filter_map(|part| match part {
            WordPart::Substitution { inner, .. } | WordPart::Process { inner, .. } => Some(*inner),
            _ => None,
        })
    }

    /// Returns the name of the command where it is written without an expansion.
    pub(super) fn name(&self) -> Option<&str> {
        self.words.first().and_then(RawWord::literal)
    }
}

impl RawWord {
    pub(super) fn quoted(text: &str) -> Self {
        Self { parts: vec![WordPart::Text { text: text.to_owned(), quoted: true }], ..Self::default() }
    }

    /// Returns its text if nothing in it is expanded.
    pub(super) fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [WordPart::Text { text, .. }] => Some(text),
            _ => None,
        }
    }

    /// Adds a character to the last part if that is of the same kind.
    pub(super) fn push(&mut self, character: char, quoted: bool) {
        match self.parts.last_mut() {
            Some(WordPart::Text { text, quoted: same }) if *same == quoted => text.push(character),
            _ => self.parts.push(WordPart::Text { text: character.to_string(), quoted }),
        }
    }

    /// Returns `true` if a pattern in parentheses may follow: `+(…)`.
    pub(super) fn ends_with_repetition(&self) -> bool {
        matches!(self.parts.last(), Some(WordPart::Text { text, quoted: false }) if text.ends_with(['?', '*', '+', '@', '!']))
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
    /// `${X:-WORD}`; with `assigns`, `${X:=WORD}`.
    Fallback {
        word: RawWord,
        counts_empty: bool,
        assigns: bool,
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
    /// `${X@Q}`: quoted so that the shell can read it again.
    Quoted,
}

impl ParameterExpansion {
    /// Returns `true` if it can replace a variable that is not set.
    pub(super) fn has_fallback(&self) -> bool {
        matches!(self, Self::Fallback { .. } | Self::Alternative { .. })
    }
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

/// The operations of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) operations: Vec<Operation>,
}

/// One step of a program. A number is the index of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Does nothing.
    Pass,
    /// Runs a simple command.
    Run(Arc<RawCommand>),
    /// `[[ … ]]`, and the line that it stands on.
    Test(Arc<Condition>, usize),
    /// `(( … ))`, and the line that it stands on.
    Arithmetic(Arc<RawWord>, usize),
    /// Negates the exit status.
    Not,
    Jump(usize),
    /// Jumps if the exit status is that of success, or of failure.
    JumpIf {
        succeeded: bool,
        to: usize,
    },
    /// Begins commands whose failure is a condition: `set -e` does not look.
    Guard,
    EndGuard,
    /// Sets the exit status to 0.
    Succeed,
    /// Begins a loop: `continue` leads to `next`, `break` to `end`.
    Loop {
        next: usize,
        end: usize,
    },
    /// Begins a loop over words; over the positional parameters if there are none.
    For {
        words: Option<Arc<Vec<RawWord>>>,
        end: usize,
    },
    /// Assigns the next word of the loop to a variable, or ends the loop.
    Next {
        name: Arc<str>,
        end: usize,
    },
    /// Keeps the exit status as that of the loop.
    Keep,
    EndLoop,
    Case {
        word: Arc<RawWord>,
        end: usize,
    },
    /// Goes on if one of the patterns matches the word of `case`.
    Pattern {
        patterns: Arc<Vec<RawWord>>,
        otherwise: usize,
    },
    EndCase,
    /// Begins commands with redirections.
    Redirect {
        redirection: Arc<Redirection>,
        end: usize,
    },
    EndRedirect,
    /// Begins commands whose changes to the shell are undone at `end`.
    Subshell {
        end: usize,
    },
    EndSubshell,
    /// Begins a pipeline; the first command ends at `end`. `out` follows the whole, which is refused if one of the
    /// other commands has a name that nothing here has.
    Pipe {
        end: usize,
        out: usize,
        names: Arc<Vec<RawWord>>,
    },
    /// The next command of a pipeline, which ends at `end`.
    Stage {
        end: usize,
    },
    EndPipe,
    /// Defines a function whose operations follow, up to a `Return` before `end`.
    Define {
        name: Arc<str>,
        end: usize,
    },
    Return,
    Time,
    EndTime,
    /// Says that the commands before did not run in the background.
    Background,
    /// Refuses what ends at `end`.
    Refuse {
        message: Arc<str>,
        end: usize,
    },
}

/// Redirections of a compound command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Redirection {
    pub(super) streams: Streams,
    pub(super) input: Option<RawWord>,
}

/// An expression of `[[ … ]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    /// `-z WORD` and its like.
    Unary(String, RawWord),
    /// `WORD == WORD` and its like.
    Binary(RawWord, String, RawWord),
    /// A word, which is true unless it is empty.
    Word(RawWord),
}

impl Condition {
    /// Appends its words in order.
    fn words(&self, words: &mut Vec<RawWord>) {
        match self {
            Self::Not(inner) => inner.words(words),
            Self::And(one, other) | Self::Or(one, other) => {
                one.words(words);
                other.words(words);
            }
            Self::Unary(_, word) | Self::Word(word) => words.push(word.clone()),
            Self::Binary(one, _, other) => words.extend([one.clone(), other.clone()]),
        }
    }
}

impl Program {
    /// Returns its simple commands in order. The words of other constructs stand among them as commands
    /// with a keyword as their name.
    pub(super) fn commands(&self) -> Vec<RawCommand> {
        let keyword = |name: &str, rest: Vec<RawWord>| {
            let words = std::iter::once(RawWord::quoted(name)).chain(rest).collect::<Vec<_>>();
            (words.len() > 1).then(|| RawCommand { words, is_nested: true, ..RawCommand::default() })
        };
        let command = |operation: &Operation| match operation {
            Operation::Run(command) => Some(RawCommand::clone(command)),
            Operation::For { words: Some(words), .. } => keyword("for", words.to_vec()),
            Operation::Case { word, .. } => keyword("case", vec![RawWord::clone(word)]),
            Operation::Arithmetic(word, _) => keyword("[[", vec![RawWord::clone(word)]),
            Operation::Redirect { redirection, .. } => keyword("{", redirection.input.iter().cloned().collect()),
            Operation::Test(condition, _) => {
                let mut words = Vec::new();
                condition.words(&mut words);
                keyword("[[", words)
            }
            _ => None,
        };
        self.operations.iter().filter_map(command).collect()
    }
}
