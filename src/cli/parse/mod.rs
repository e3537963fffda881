//! The parser: words in, a typed invocation out, exactly as the Azure CLI's parser reads them.
//!
//! Parsing never executes and needs no cloud. The caller does the rest, in the order of the real CLI:
//! it shows the invocation's warnings, confirms a command that asks, then runs
//! [`validate`](crate::validate), then the command.

mod classify;
mod convert;
mod engine;
mod examples;
mod grammar;
mod invocation;
mod notice;
pub mod python;
mod scope;
mod value;

use crate::error::{CliError, ErrorClass, Stage};
use crate::registry::{Command, Group, registry};

pub use engine::QUERY_REFERENCE;
pub use invocation::{Invocation, OutputFormat};
pub use value::Value;

/// Options of the parser.
#[derive(Clone, Copy, Debug)]
pub struct ParseOptions<'a> {
    /// Refuses the spellings of the 2021 document.
    pub strict: bool,
    /// Test that a text is a `JMESPath` expression.
    pub is_query: fn(&str) -> bool,
    /// The configured defaults, by key: `group` and `location` fill the arguments that a line
    /// leaves out, which are then not required.
    pub defaults: &'a [(String, String)],
}

/// The subject of a help text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpTarget {
    /// `az` alone: a welcome.
    Welcome,
    /// A group of commands, or `az` itself.
    Group(&'static Group),
    /// A command.
    Command(&'static Command),
}

/// The request of a line.
#[derive(Clone, Debug)]
pub enum Parsed {
    /// To carry out a command.
    Invocation(Box<Invocation>),
    /// To show help.
    Help(HelpTarget),
    /// To show the version.
    Version,
}

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

/// Returns one sentence about the spellings of the 2021 document that a line used; `None` if it used none.
fn legacy_warning(used: &[(&'static str, &'static str)]) -> Option<String> {
    let pairs: Vec<String> = used.iter().map(|(old, today)| format!("'{old}' is '{today}'")).collect();
    (!pairs.is_empty())
        .then(|| format!("This line is spelled as the 2021 document spells it; today {}.", pairs.join(", ")))
}
