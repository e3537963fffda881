//! Lessons: text to read, lines to try and goals to reach, one plain-text file each.
//!
//! A goal compares states, never keystrokes: any lines that lead there are right. The form of a
//! file, and every fact that a goal may compare, is in `docs/lessons.md`. Files come from anywhere
//! (an address, a paste), so everything in them has a limit and nothing in them can run long.

mod check;
mod fact;
mod file;
mod judge;
mod par;
pub mod proof;
pub mod report;
mod text;

pub use check::Check;
pub use fact::{FACTS, FactInfo, FactKind, FactSubject};
pub use judge::{GoalProgress, Judge, Progress};
pub use par::{Measure, Par, Score};
pub use text::{Passage, Phrase, plain};

/// A lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Its name for people.
    pub title: String,
    /// One sentence about it.
    pub summary: String,
    /// Seed of the durations that are drawn while it is taken.
    pub seed: Option<u64>,
    /// Every line gets the real CLI's verdict, without the playground's help.
    pub is_strict: bool,
    /// The text that the learner reads.
    pub text: Vec<Passage>,
    /// The script that is played before it begins.
    pub set_up: Script,
    /// The goals, in the order in which they are shown.
    pub goals: Vec<Goal>,
    /// Hints, shown one after the other on request.
    pub hints: Vec<Vec<Phrase>>,
    /// A script that reaches every goal.
    pub solution: Script,
    /// Scripts that must not reach every goal, for tests.
    pub wrong_turns: Vec<WrongTurn>,
    /// Limits that a good run stays within; empty if the lesson is not scored.
    pub par: Vec<Par>,
}

/// Command lines, and their place in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// The lines, ready for [`Session::load`](super::Session::load).
    pub text: String,
    /// The number of the first line in the file, from 1.
    pub line: usize,
}

/// A goal of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// The sentence that the learner reads.
    pub text: Vec<Phrase>,
    /// The condition of time under which the check counts.
    pub when: GoalTiming,
    /// The condition that must hold.
    pub check: Check,
    /// The number of its line in the file.
    pub line: usize,
}

/// Timing of a goal: the condition under which it counts as reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoalTiming {
    /// Its check has held at some time since the set-up.
    Once,
    /// The same, but not before every goal above it was reached.
    Then,
    /// Its check holds at this moment.
    Now,
}

/// A mistake that a learner may make, and that must not pass as a solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongTurn {
    /// The mistake, in words.
    pub title: String,
    /// The lines that are typed.
    pub script: Script,
}

/// The first place of a text at which it is no lesson.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct LessonError {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// The expectation that was not met.
    pub message: String,
}

impl Lesson {
    /// Parses a lesson.
    ///
    /// # Errors
    ///
    /// The first place that cannot be read, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, LessonError> {
        file::parse(text)
    }
}
