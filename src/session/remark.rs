//! Remarks of the shell and of the playground on a line.

use scale_down_cli::ground::error::{CliError, ErrorClass, Stage};
use scale_down_cli::ground::outcome::Outcome;
use scale_down_cli::shell::{self, ShellError};

/// Returns the outcome of a line that the shell refuses.
pub(super) fn shell_refusal(error: ShellError) -> Outcome {
    let mut refusal = CliError::new(ErrorClass::Shell, Stage::Shell, error.message).with_exit_code(error.exit_code);
    refusal.bare = true;
    Outcome::refused(Vec::new(), refusal)
}

/// Returns a note on the first character of a word processor in a line that failed; `None` if there is none.
pub(super) fn look_alike_note(line: &str) -> Option<String> {
    let found = shell::typography(line);
    let first = found.first()?;
    let column = line.get(..first.span.start)?.chars().count() + 1;
    let character = line.get(first.span.start..first.span.end)?;
    let more = if found.len() > 1 { format!(", and {} more like it", found.len() - 1) } else { String::new() };
    Some(format!(
        "Character {column} is a {} ({}){more}: type {} instead.",
        first.name,
        character.escape_unicode(),
        first.instead
    ))
}
