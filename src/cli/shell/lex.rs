//! A whole line at once, for callers that run nothing.

use std::collections::BTreeMap;

use super::read::read;
use super::syntax::{ShellError, SimpleCommand};

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
