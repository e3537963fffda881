//! Counting nodes by how far they are.
//!
//! Kubernetes says of a node only whether it is ready. The autoscaler tells apart one that is still
//! coming up, one that broke, one that lies deallocated and one whose machine is gone.

use std::ops::AddAssign;

use super::super::pool::ScaleDownMode;

/// What of a registered node matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeFacts {
    /// The place of its group; `None` for a node that no autoscaled group has.
    pub group: Option<usize>,
    /// Whether it is `Ready` and free of the taint that says otherwise.
    pub is_ready: bool,
    /// Whether it has the taint of a machine that is shut down, or of one that cannot be reached.
    pub is_shut_down: bool,
    /// Whether its machine is gone.
    pub is_gone: bool,
    /// When the node was first registered.
    pub created_ms: u64,
}

/// How many nodes there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Readiness {
    /// Nodes that Kubernetes knows, of whatever kind.
    pub registered: u32,
    /// Ready.
    pub ready: u32,
    /// Not ready, though they should be; deallocated ones are among them.
    pub unready: u32,
    /// Kept without a host, in a pool that keeps nodes.
    pub deallocated: u32,
    /// Not ready yet.
    pub not_started: u32,
    /// Without a machine.
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

    /// Whether there is nothing at all.
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
