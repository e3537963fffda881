//! A whole line at once, for callers that run nothing.

use std::collections::BTreeMap;

use super::error::ShellError;
use super::expand::{Assignable, Expander, Halt};
use super::parser::read;
use super::state::State;
use super::syntax::{AssignedValue, Assignment, RawCommand};
use super::words::{SimpleCommand, Word};

/// Returns the commands of a line with their words expanded. Variables that the line itself sets count
/// for the commands after; `$?` is the given exit code throughout, and substitutions are empty.
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

fn refusal(halt: Halt, at: usize) -> ShellError {
    match halt {
        Halt::Refused(error) | Halt::Fatal(error) => ShellError { at, ..error },
        Halt::Needs(_) => ShellError::playground("nothing runs here"),
    }
}

impl RawCommand {
    /// Resolves variables, braces and quotes; substitutions are empty.
    ///
    /// # Errors
    /// Braces that make more words than a line may have, arithmetic that cannot be evaluated, a
    /// variable that is required but not set, and redirections to files, of which there are none.
    pub fn expand(
        &self,
        variables: &BTreeMap<String, String>,
        last_exit_code: i32,
    ) -> Result<SimpleCommand, ShellError> {
        self.streams.check()?;
        let mut state = State::with(variables, last_exit_code);
        let at = self.span().start;
        let mut expander = Expander::new(&mut state, None);
        let mut command = SimpleCommand { assignments: Vec::new(), words: Vec::new(), span: self.span(), input: None };
        let refuse = |halt| refusal(halt, at);
        command.input = self.input.as_ref().map(|input| expander.text(input)).transpose().map_err(refuse)?;
        for raw in &self.words {
            let texts = expander.word(raw).map_err(refuse)?;
            command.words.extend(texts.into_iter().map(|text| Word { text, span: raw.span }));
        }
        for declared in &self.declared {
            let (name, text) = assigned_text(declared, &mut expander).map_err(refuse)?;
            command.words.push(Word { text: format!("{name}={text}"), span: declared.span });
        }
        for assignment in &self.assignments {
            let (name, text) = assigned_text(assignment, &mut expander).map_err(refuse)?;
            expander.state.set(&name, text.clone())?;
            command.assignments.push((name, text));
        }
        Ok(command)
    }
}

/// Returns the name and the value of an assignment; the first element stands for a list.
fn assigned_text(assignment: &Assignment, expander: &mut Expander<'_>) -> Result<(String, String), Halt> {
    let text = match (expander.assigned(assignment)?.value, &assignment.value) {
        (Assignable::Text(text), AssignedValue::Text(_)) if assignment.index.is_none() => text,
        (Assignable::Text(text), _) => text,
        (Assignable::List(list), _) => list.into_iter().next().map(|(_, text)| text).unwrap_or_default(),
    };
    Ok((assignment.name.clone(), text))
}
