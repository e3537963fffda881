//! A node group: an autoscaled pool as the autoscaler's cloud provider describes it.

use std::sync::Arc;

use super::super::pool::{PoolId, ScaleDownMode};

/// What a group is at the beginning of a loop.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    /// The pool.
    pub id: PoolId,
    /// The name of its scale set.
    pub name: Arc<str>,
    /// The fewest nodes it may have.
    pub min: u32,
    /// The most.
    pub max: u32,
    /// How many it is to have, by the provider's account.
    pub target: u32,
    /// What becomes of the machines that it gives up.
    pub policy: ScaleDownMode,
}

/// How many nodes of a group are fine: while it grows or shrinks, not only its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AcceptableRange {
    /// The fewest; below zero where more is asked for than there is.
    pub min: i64,
    /// The most.
    pub max: i64,
    /// The target size.
    pub target: i64,
}
