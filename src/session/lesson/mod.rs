//! Lessons: what a learner reads, tries and reaches, one plain-text file each.
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
pub use fact::{About, FACTS, FactInfo, Kind};
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
    /// Decides the durations that are drawn while it is taken.
    pub seed: Option<u64>,
    /// Whether the verdict on every line is the real CLI's.
    pub is_strict: bool,
    /// What the learner reads.
    pub text: Vec<Passage>,
    /// The script that leads to where it begins.
    pub set_up: Script,
    /// What is to be reached, in the order in which it is shown.
    pub goals: Vec<Goal>,
    /// Help, to be shown one after the other when asked for.
    pub hints: Vec<Vec<Phrase>>,
    /// A script that reaches every goal.
    pub solution: Script,
    /// Scripts that do not, for tests.
    pub wrong_turns: Vec<WrongTurn>,
    /// What a good run stays within; empty where the lesson is not scored.
    pub par: Vec<Par>,
}

/// Command lines, and where they begin in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// The lines, ready for [`Session::load`](super::Session::load).
    pub text: String,
    /// The number of the first line in the file, from 1.
    pub line: usize,
}

/// Something to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// The sentence that the learner reads.
    pub text: Vec<Phrase>,
    /// When it counts.
    pub when: When,
    /// What must hold.
    pub check: Check,
    /// The number of its line in the file.
    pub line: usize,
}

/// When a goal counts as reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Its check has held at some time since the set-up.
    Once,
    /// The same, but not before every goal above it was reached.
    Then,
    /// Its check holds at this moment.
    Now,
}

/// A mistake that a learner may make, and that must not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongTurn {
    /// What is wrong about it.
    pub title: String,
    /// What is typed.
    pub script: Script,
}

/// Why a text is not a lesson: the first place that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct LessonError {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What was expected.
    pub message: String,
}

impl Lesson {
    /// Reads a lesson.
    ///
    /// # Errors
    ///
    /// The first place that cannot be read, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, LessonError> {
        file::parse(text)
    }
}
