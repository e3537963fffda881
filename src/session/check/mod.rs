//! Checks the command lines of a document: what the real CLI would say to each, and the fix.
//!
//! The lines of every block run in order, strictly, on a simulated subscription. It is meant to be
//! fair to documents: see [`bench`] for what they presume, [`script`] for what they write around
//! their commands, [`stand_in`] for what they leave open. What cannot be judged for certain is
//! counted and not reported.
//!
//! For the native command; the page does without.

mod bench;
mod judge;
mod markdown;
pub mod render;
mod repair;
pub mod sarif;
mod script;
mod stand_in;
mod verdict;

pub use script::Place;

use super::World;
use bench::Bench;
use judge::Judge;

/// What came of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many `az` commands were run.
    pub commands: usize,
    /// What is wrong with them, in order.
    pub findings: Vec<Finding>,
    /// What is not wrong, but worth knowing, in order: an example that begins anew.
    pub notes: Vec<Note>,
    /// What the document takes for granted and was put in place, in words.
    pub presumed: Vec<String>,
    /// How often another program was called.
    pub others: usize,
    /// The commands that could not be judged, and why.
    pub unjudged: Vec<Note>,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The real CLI refuses the command.
    Error,
    /// It refuses it unless an extension knows better.
    Warning,
}

/// A command that the real CLI would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How sure it is.
    pub level: Level,
    /// The kind of mistake.
    pub rule: &'static Rule,
    /// Where the mistake is; the command where no word of it can be blamed.
    pub start: Place,
    /// The place behind it.
    pub end: Place,
    /// What the real CLI says, its first paragraph.
    pub message: String,
    /// Everything that it says.
    pub stderr: String,
    /// The exit code of the real CLI.
    pub exit_code: i32,
    /// How far the command came, by the names of `scale-down run --format jsonl`.
    pub stage: &'static str,
    /// The command as the document has it.
    pub command: String,
    /// What to write instead; nothing where no change is known to help.
    pub fix: Option<Fix>,
}

/// What to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The changes, in order.
    pub changes: Vec<Change>,
    /// The command with the changes; it passes.
    pub command: String,
}

/// A change of a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where they begin.
    pub start: Place,
    /// The place behind them.
    pub end: Place,
    /// What stands there.
    pub from: String,
    /// What should stand there; empty where it has to go.
    pub to: String,
    /// A few words where the change does not speak for itself.
    pub because: Option<String>,
}

/// A remark about a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where the command begins.
    pub start: Place,
    /// The remark.
    pub text: String,
}

/// A kind of mistake.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub id: &'static str,
    /// What it is.
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

/// Checks the command lines of a document, on a world or on an empty subscription.
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
