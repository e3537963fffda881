//! Node counts by readiness.
//!
//! Kubernetes says of a node only whether it is ready. The autoscaler tells apart one that is still starting,
//! one that broke, one that lies deallocated and one whose machine is gone.

use std::ops::AddAssign;

use crate::azure::pool_spec::ScaleDownMode;

/// Facts about a registered node that decide how it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeFacts {
    /// The place of its group; `None` for a node of no autoscaled group.
    pub group: Option<usize>,
    /// `Ready`, without the not-ready taint.
    pub is_ready: bool,
    /// Has the shutdown or the unreachable taint.
    pub is_shut_down: bool,
    /// The machine is gone.
    pub is_gone: bool,
    /// Time at which the node was first registered, in milliseconds.
    pub created_ms: u64,
}

/// Numbers of nodes by readiness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Readiness {
    /// Nodes that are registered in Kubernetes, of whatever kind.
    pub registered: u32,
    /// Ready nodes.
    pub ready: u32,
    /// Nodes that are not ready, though they should be; includes deallocated ones.
    pub unready: u32,
    /// Nodes kept without a host, in a pool that keeps its machines.
    pub deallocated: u32,
    /// Nodes that are not ready yet, within the startup time.
    pub not_started: u32,
    /// Nodes without a machine.
    pub deleted: u32,
    /// Machines that have not registered yet.
    pub unregistered: u32,
    /// Machines that should have registered by now.
    pub long_unregistered: u32,
}

impl Readiness {
    /// Counts a registered node.
    pub fn count(&mut self, node: NodeFacts, policy: Option<ScaleDownMode>, startup_ms: u64, now_ms: u64) {
        self.registered += 1;
        if node.is_gone {
            self.deleted += 1;
        } else if policy == Some(ScaleDownMode::Deallocate) && node.is_shut_down {
            self.deallocated += 1;
            self.unready += 1;
        } else if node.is_ready {
            self.ready += 1;
        } else if node.created_ms + startup_ms > now_ms {
            self.not_started += 1;
        } else {
            self.unready += 1;
        }
    }

    /// Counts a machine without a node.
    pub fn count_unregistered(&mut self, is_overdue: bool) {
        if is_overdue {
            self.long_unregistered += 1;
        } else {
            self.unregistered += 1;
        }
    }

    /// Returns `true` if all counts are zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl AddAssign for Readiness {
    fn add_assign(&mut self, other: Self) {
        self.registered += other.registered;
        self.ready += other.ready;
        self.unready += other.unready;
        self.deallocated += other.deallocated;
        self.not_started += other.not_started;
        self.deleted += other.deleted;
        self.unregistered += other.unregistered;
        self.long_unregistered += other.long_unregistered;
    }
}
