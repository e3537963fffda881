//! Limits on the number of nodes that are being removed at the same time.
//!
//! Empty nodes go first. Those that have to be drained share the same limit and have a smaller one of
//! their own.

/// A number of empty nodes, and of nodes to be drained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DeletionCounts {
    /// Nodes without pods to move.
    pub empty: usize,
    /// Nodes whose pods are evicted first.
    pub drain: usize,
}

/// The most removals at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScaleDownBudget {
    /// Limit for all nodes together.
    pub all: usize,
    /// Limit for nodes that are drained.
    pub drain: usize,
}

impl ScaleDownBudget {
    /// Returns how many of `wanted` may begin while others are in progress.
    #[must_use]
    pub fn crop(self, in_progress: DeletionCounts, wanted: DeletionCounts) -> DeletionCounts {
        let left = self.all.saturating_sub(in_progress.empty + in_progress.drain);
        let empty = wanted.empty.min(left);
        let left_to_drain = self.drain.saturating_sub(in_progress.drain).min(left - empty);
        DeletionCounts { empty, drain: wanted.drain.min(left_to_drain) }
    }
}
