//! What could stand at the caret.

/// One thing that could be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What is inserted.
    pub text: String,
    /// What it is for.
    pub description: String,
}

/// What could stand in place of a part of the line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// First byte of the part.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
    /// The likeliest first.
    pub candidates: Vec<Candidate>,
}
