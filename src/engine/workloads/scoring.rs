//! The scheduler's scoring strategies.

/// The scoring strategy: which of the nodes with room is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scoring {
    /// The one with more left on it.
    #[default]
    LeastAllocated,
    /// The one with less left on it.
    MostAllocated,
}

impl Scoring {
    /// The word in the scheduler's configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LeastAllocated => "LeastAllocated",
            Self::MostAllocated => "MostAllocated",
        }
    }
}
