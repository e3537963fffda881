//! A line, from the words after `az` to its request.

use super::engine;
use super::request::{HelpTarget, ParseOptions, Parsed};
use super::scope;
use crate::az::registry::registry;
use crate::ground::error::{CliError, ErrorClass, Stage};

/// Parses the words after `az`.
///
/// # Errors
/// The complaint of the Azure CLI's parser, or that the line is real but not simulated.
pub fn parse(words: &[&str], options: &ParseOptions<'_>) -> Result<Parsed, CliError> {
    if matches!(words.first(), Some(&("--version" | "-v"))) {
        return Ok(Parsed::Version);
    }
    let has = |flag: &str| words.contains(&flag);
    if has("--only-show-errors") && (has("--debug") || has("--verbose")) {
        return Err(contradicting_verbosity());
    }
    if let Some(target) = top_level_help(words) {
        return Ok(Parsed::Help(target));
    }
    if let Some(name) = scope::not_simulated(words) {
        let message = format!("'az {name}' is a command of the Azure CLI that this simulation does not cover.");
        return Err(CliError::new(ErrorClass::NotSimulated, Stage::Load, message));
    }
    let scope = scope::Scope::of(words);
    let words: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(index, word)| if index < scope.recognised { word.to_lowercase() } else { (*word).to_owned() })
        .collect();
    match engine::run(&words, &scope, options) {
        Ok(invocation) => Ok(Parsed::Invocation(Box::new(invocation))),
        Err(engine::Stop::Help(target)) => Ok(Parsed::Help(target)),
        Err(engine::Stop::Error(error)) => Err(*error),
    }
}

/// Returns the help that is asked for before any command is named.
fn top_level_help(words: &[&str]) -> Option<HelpTarget> {
    if words.iter().all(|word| matches!(*word, "--debug" | "--verbose" | "--only-show-errors")) {
        return Some(HelpTarget::Welcome);
    }
    for (index, word) in words.iter().enumerate() {
        let is_first_help = index == 0 && word.eq_ignore_ascii_case("help");
        if is_first_help || matches!(*word, "--help" | "-h" | "help") {
            return registry().group("").map(HelpTarget::Group);
        }
        if !word.starts_with('-') {
            return None;
        }
    }
    None
}

fn contradicting_verbosity() -> CliError {
    let text = "--only-show-errors can't be used together with --debug or --verbose";
    // The Azure CLI says it twice: the logger fails again while the first failure is reported.
    let mut error = CliError::new(ErrorClass::UnclassifiedUserFault, Stage::Load, format!("{text}\n{text}"));
    error.bare = true;
    error
}
