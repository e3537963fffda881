//! A node group: an autoscaled pool as the autoscaler's cloud provider describes it.

use std::sync::Arc;

use crate::azure::pool_spec::ScaleDownMode;
use crate::ground::id::PoolId;

/// A node group at the beginning of a loop.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NodeGroup {
    /// The pool.
    pub id: PoolId,
    /// The name of its scale set.
    pub name: Arc<str>,
    /// The smallest size that it may have.
    pub min: u32,
    /// The largest size that it may have.
    pub max: u32,
    /// The target size, as the provider reports it.
    pub target: u32,
    /// The scale-down mode: machines that it gives up are deleted or deallocated.
    pub policy: ScaleDownMode,
}

/// Acceptable number of nodes of a group: its target, widened while the group grows or shrinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AcceptableRange {
    /// Lower bound: the target less overdue machines and requested nodes; below zero if these outnumber the target.
    pub min: i64,
    /// Upper bound: the target plus nodes that are being removed.
    pub max: i64,
    /// The target size.
    pub target: i64,
}
