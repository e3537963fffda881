//! The nodes of a cluster as a loop sees them, with the facts about each that matter in every loop.
//!
//! From loop to loop few nodes change, so that the facts about the others are kept, close together.

use std::sync::Arc;

use super::eligibility::{self, has_taint};
use crate::azure::pool_spec::ScaleDownMode;
use crate::kubernetes::taint::{NOT_READY_KEY, SHUTDOWN_KEY, UNREACHABLE_KEY};
use crate::kubernetes::{NodeId, NodeInfo};

/// Facts about a node that matter in every loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each thing that is asked")]
pub struct Seen {
    /// Its identity.
    pub id: NodeId,
    /// Time at which its object was created, in milliseconds.
    pub created_ms: u64,
    /// `Ready`, without the not-ready taint.
    pub is_ready: bool,
    /// Has the shutdown or the unreachable taint.
    pub is_shut_down: bool,
    /// Shut down and not ready; counts as deallocated if the pool's mode is Deallocate.
    pub is_kept: bool,
    /// Has the taint `ToBeDeletedByClusterAutoscaler`.
    pub is_marked: bool,
    /// Has a pod with a priority below zero.
    pub has_unimportant_pods: bool,
}

impl Seen {
    fn of(node: &NodeInfo) -> Self {
        Self {
            id: node.id,
            created_ms: node.created_ms,
            is_ready: node.is_ready && !has_taint(node, NOT_READY_KEY),
            is_shut_down: has_taint(node, SHUTDOWN_KEY) || has_taint(node, UNREACHABLE_KEY),
            is_kept: eligibility::is_kept(node, ScaleDownMode::Deallocate),
            is_marked: has_taint(node, eligibility::TO_BE_DELETED_KEY),
            has_unimportant_pods: node.has_unimportant_pods(),
        }
    }
}

/// The nodes of a cluster, each with the facts about it.
#[derive(Debug, Default)]
pub struct View {
    nodes: Vec<Arc<NodeInfo>>,
    seen: Vec<Seen>,
}

impl View {
    /// Creates a view of these nodes, which are sorted by identity.
    #[must_use]
    pub fn new(nodes: Vec<Arc<NodeInfo>>) -> Self {
        let seen = nodes.iter().map(|node| Seen::of(node)).collect();
        Self { nodes, seen }
    }

    /// Updates the view. Facts are collected anew only for nodes that have changed.
    pub fn renew<'a>(&mut self, nodes: impl Iterator<Item = &'a Arc<NodeInfo>>) {
        let mut count = 0;
        for node in nodes {
            if let (Some(known), Some(seen)) = (self.nodes.get_mut(count), self.seen.get_mut(count)) {
                if !Arc::ptr_eq(known, node) {
                    *seen = Seen::of(node);
                    Arc::clone_from(known, node);
                }
            } else {
                self.nodes.push(Arc::clone(node));
                self.seen.push(Seen::of(node));
            }
            count += 1;
        }
        self.nodes.truncate(count);
        self.seen.truncate(count);
    }

    /// Returns the nodes, sorted by identity.
    #[must_use]
    pub fn nodes(&self) -> &[Arc<NodeInfo>] {
        &self.nodes
    }

    /// Returns the facts about each node, in the order of the nodes.
    #[must_use]
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::id::PoolId;
    use crate::kubernetes::{Resources, Taint, TaintEffect};

    fn nodes(ids: impl Iterator<Item = u32>, edit: impl Fn(&mut NodeInfo)) -> Vec<Arc<NodeInfo>> {
        let node = |instance_id| {
            let mut node = NodeInfo::new(NodeId { pool: PoolId::new(1), instance_id }, "node", Resources::default());
            edit(&mut node);
            Arc::new(node)
        };
        ids.map(node).collect()
    }

    #[test]
    fn looking_again_sees_what_a_new_look_sees() {
        let shut_down = |node: &mut NodeInfo| {
            node.is_ready = node.id.instance_id > 2;
            node.taints = Arc::new([Taint::new(SHUTDOWN_KEY, "", TaintEffect::NoSchedule)]);
        };
        let mut view = View::default();
        for looked_at in
            [nodes(0..5, |_| ()), nodes(1..4, shut_down), nodes(0..9, |_| ()), Vec::new(), nodes(3..4, shut_down)]
        {
            view.renew(looked_at.iter());
            let new = View::new(looked_at);
            assert_eq!((view.nodes(), view.seen()), (new.nodes(), new.seen()));
        }
        let kept = View::new(nodes(1..4, shut_down)).seen().iter().map(|node| node.is_kept).collect::<Vec<_>>();
        assert_eq!(kept, [true, true, false]);
    }
}
