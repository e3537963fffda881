//! Words as bash splits them.
//!
//! People paste what documents show, so the line is read by bash's rules: quotes, escapes,
//! variables, comments and connectors, with bash's own messages for what it would refuse. There is
//! no file system and there are no processes behind it: globs stay as they are, and a redirection to a
//! file is refused.
//!
//! Reading is two steps, because the value of a variable may depend on the command before: [`read`]
//! finds the commands of a line, and [`RawCommand::expand`] makes the words of one. In between, the
//! caller supplies the output of command substitutions; without that, it is empty.

mod arithmetic;
mod braces;
mod document;
mod dollar;
mod expand;
mod glob;
mod lines;
mod parameter;
mod read;
mod redirect;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
mod typography;

use std::collections::BTreeMap;

pub use lines::{LogicalLine, split_lines, strip_continuation_prompt, strip_prompt};
pub(crate) use read::is_variable_name;
pub use read::{RawCommand, read};
pub use redirect::{Stream, Streams};
pub use typography::{Typography, typography};

/// Bytes of the source text, the end excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

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
    fn syntax(message: String, at: usize) -> Self {
        Self { message, exit_code: 2, at }
    }

    /// Creates bash's error for a program that does not exist.
    #[must_use]
    pub fn command_not_found(word: &Word) -> Self {
        Self { message: format!("bash: {}: command not found", word.text), exit_code: 127, at: word.span.start }
    }
}

/// Returns the commands of a line with their words expanded. Variables that the line itself sets count
/// for the commands after; `$?` is the given exit code throughout, so a caller that runs the commands
/// one by one expands each when its turn comes.
///
/// # Errors
/// Lines that bash would refuse.
pub fn lex(
    line: &str,
    variables: &BTreeMap<String, String>,
    last_exit_code: i32,
) -> Result<Vec<SimpleCommand>, ShellError> {
    let mut variables = variables.clone();
    let mut commands = Vec::new();
    for raw in read(line)? {
        let command = raw.expand(&variables, last_exit_code)?;
        variables.extend(command.variables_set());
        commands.push(command);
    }
    Ok(commands)
}

/// Returns the last word of a line as it is written; `None` if the shell refuses the line.
#[must_use]
pub fn last_word(line: &str) -> Option<&str> {
    let commands = read(line).ok()?;
    let span = commands.last()?.words.last()?.span;
    line.get(span.start..span.end)
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
            read::is_variable_name(name).then(|| (name.to_owned(), value.to_owned()))
        };
        arguments.iter().filter_map(assignment).collect()
    }
}
