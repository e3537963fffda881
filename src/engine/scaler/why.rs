//! Why something is as it is.

/// What an explanation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {}

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation(pub String);
