//! The certainty of a refusal, and the kind of mistake behind it.
//!
//! A document is not blamed for what cannot be known here: files, values that are left open, commands and
//! arguments that an extension adds, and commands that are real and not simulated.

use super::judge::DocumentCommand;
use super::repair::Proposal;
use super::{Level, RULES, Rule};
use scale_down_cli::ground::error::{CliError, ErrorClass, Stage};

/// Arguments whose value is a file, which does not exist here.
const FILE_ARGUMENTS: [&str; 5] =
    ["--kubelet-config", "--linux-os-config", "--message-of-the-day", "--localdns-config", "--ssh-key-value"];

/// Returns the reason why a refusal proves nothing against the document; `None` if it counts as a mistake.
pub(super) fn doubt(written: &DocumentCommand<'_>, error: &CliError, guesses: &[String]) -> Option<&'static str> {
    let has_file = || written.words.iter().any(|word| FILE_ARGUMENTS.contains(&word.text.as_str()));
    let names_guess = || guesses.iter().any(|guess| error.message.contains(guess.as_str()));
    let is_later = !matches!(error.stage, Stage::Load | Stage::Parse | Stage::Shell);
    let is_open = written.is_guessed && (is_later || names_guess());
    match error.class {
        ErrorClass::NotSimulated => Some("the command is real and not simulated"),
        ErrorClass::ResourceNotFound => Some("it refers to something that nothing here creates"),
        _ if matches!(error.stage, Stage::Network | Stage::Prompt | Stage::Output) => {
            Some("the outcome depends on more than is simulated")
        }
        _ if is_later && is_beyond(written) => Some("what it acts on is not simulated"),
        _ if is_later && has_file() => Some("it depends on a file"),
        // An author's word for the identity of something.
        _ if is_open || (is_later && error.message.contains("resource ID")) => {
            Some("it depends on a value that is left open")
        }
        _ => None,
    }
}

/// Returns `true` if a command acts on something that the simulation accepts and does not have: extensions, pools
/// of single machines, and the upgrade history of a pool.
fn is_beyond(written: &DocumentCommand<'_>) -> bool {
    let words: Vec<&str> = written.words.iter().map(|word| word.text.as_str()).take(3).collect();
    matches!(
        words.as_slice(),
        ["extension", ..] | ["aks", "nodepool", "manual-scale" | "auto-scale" | "rollback" | "get-rollback-versions"]
    )
}

/// Returns `true` if a word is an author's placeholder in capitals: `RESOURCE_GROUP`.
pub(super) fn is_open(word: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    word.contains('_') && word.starts_with(|first: char| first.is_ascii_uppercase()) && word.chars().all(is_part)
}

/// Returns the certainty of a refusal: an extension may have commands and arguments that are not known here,
/// and take other values.
pub(super) fn level(error: &CliError, proposal: Option<&Proposal>, has_preview: bool) -> Level {
    let is_certain = proposal.is_some_and(|proposal| proposal.is_certain);
    let is_known = match error.class {
        ErrorClass::CommandNotFound => proposal.is_some(),
        ErrorClass::RequiredArgumentMissing => error.stage == Stage::Parse || !has_preview,
        ErrorClass::Service => true,
        _ => !has_preview,
    };
    if is_certain || is_known { Level::Error } else { Level::Warning }
}

/// Returns a kind of mistake by its name.
pub(super) fn rule(id: &str) -> &'static Rule {
    const OTHER: &Rule = &Rule { id: "refused", summary: "The command is refused." };
    // Every name that is asked for is in the table.
    RULES.iter().find(|rule| rule.id == id).unwrap_or(OTHER)
}

pub(super) fn rule_of(error: &CliError) -> &'static Rule {
    rule(match error.class {
        _ if error.stage == Stage::Service => "refused-by-service",
        ErrorClass::CommandNotFound => "unknown-command",
        ErrorClass::UnrecognizedArgument => "unknown-argument",
        ErrorClass::RequiredArgumentMissing => "missing-argument",
        ErrorClass::MutuallyExclusiveArgument => "conflicting-arguments",
        ErrorClass::InvalidArgumentValue => "invalid-value",
        ErrorClass::ArgumentUsage => "misused-argument",
        ErrorClass::Shell => "shell-syntax",
        ErrorClass::ResourceNotFound
        | ErrorClass::Service
        | ErrorClass::NotSimulated
        | ErrorClass::UnclassifiedUserFault => "refused-by-command",
    })
}
