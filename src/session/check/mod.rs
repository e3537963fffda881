//! A checker for the command lines in documents: the real CLI's verdict on each, and the fix.
//!
//! The lines of every block run in order, strictly, on a simulated subscription. It is meant to be
//! fair to documents: see [`bench`] for what they presume, `script` for what they write around
//! their commands, `stand_in` for what they leave open. What cannot be judged for certain is
//! counted and not reported.
//!
//! Part of the native command only, by the feature `check`; the page does without.

mod bench;
mod judge;
mod markdown;
pub mod render;
mod repair;
pub mod sarif;
mod script;
mod stand_in;
mod verdict;

pub use script::Position;

use super::World;
use bench::Bench;
use judge::Judge;

/// The result of checking a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Number of `az` commands that were run.
    pub commands: usize,
    /// Commands that the real CLI would refuse, in the order of the document.
    pub findings: Vec<Finding>,
    /// Remarks that are no mistakes, in the order of the document: an example that begins anew.
    pub notes: Vec<Note>,
    /// Descriptions of the resources that the document takes for granted and that were put in place.
    pub presumed: Vec<String>,
    /// Number of commands of other programs, and of lines in other languages.
    pub others: usize,
    /// The commands that could not be judged, and why.
    pub unjudged: Vec<Note>,
}

/// Certainty of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The real CLI refuses the command.
    Error,
    /// The real CLI refuses the command unless an extension accepts it.
    Warning,
}

/// A command that the real CLI would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Certainty of the finding.
    pub level: Level,
    /// The kind of mistake.
    pub rule: &'static Rule,
    /// Position of the mistake; the beginning of the command if no word of it can be blamed.
    pub start: Position,
    /// The position after its end.
    pub end: Position,
    /// The real CLI's message: its first paragraph and its recommendations.
    pub message: String,
    /// Everything that the real CLI prints on standard error.
    pub stderr: String,
    /// The exit code of the real CLI.
    pub exit_code: i32,
    /// The stage that the command reached, by the names of `scale-down run --format jsonl`.
    pub stage: &'static str,
    /// The command as it stands in the document.
    pub command: String,
    /// The correction; `None` if no change is known to help.
    pub fix: Option<Fix>,
}

/// A correction of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The changes, in order.
    pub changes: Vec<Replacement>,
    /// The command with the changes; it passes.
    pub command: String,
}

/// The replacement of a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The position at which they begin.
    pub start: Position,
    /// The position after their end.
    pub end: Position,
    /// The text of the document.
    pub from: String,
    /// The replacement; empty if the text has to go.
    pub to: String,
    /// A short reason, if the change does not speak for itself.
    pub because: Option<String>,
}

/// A remark about a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The position at which the command begins.
    pub start: Position,
    /// The remark.
    pub text: String,
}

/// A kind of mistake.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in every form of output.
    pub id: &'static str,
    /// One sentence about it.
    pub summary: &'static str,
}

/// Every kind of mistake.
pub const RULES: &[Rule] = &[
    Rule { id: "unknown-command", summary: "The command does not exist." },
    Rule { id: "unknown-argument", summary: "The command has no such argument." },
    Rule { id: "missing-argument", summary: "A required argument is missing." },
    Rule { id: "conflicting-arguments", summary: "Arguments exclude each other." },
    Rule { id: "invalid-value", summary: "An argument does not take the value." },
    Rule { id: "misused-argument", summary: "An argument is used in a way that the command refuses." },
    Rule { id: "refused-by-command", summary: "The command refuses what it is asked for." },
    Rule { id: "refused-by-service", summary: "The service refuses what it is asked for." },
    Rule { id: "shell-syntax", summary: "The shell cannot read the line." },
    Rule { id: "look-alike", summary: "A character looks like another that was meant." },
];

/// Checks the command lines of a document, on the resources of a world or on an empty subscription.
#[must_use]
pub fn check(document: &str, world: Option<&World>) -> Report {
    // What comes before or elsewhere may install it.
    let has_preview = document.contains("aks-preview");
    let mut judge = Judge::new(Bench::new(world), has_preview);
    for block in markdown::blocks(document) {
        judge.block(&script::Script::new(&block));
    }
    judge.report()
}
