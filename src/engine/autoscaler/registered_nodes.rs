//! The nodes that are registered with Kubernetes, with the facts about each that matter in every loop.
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
pub struct NodeSummary {
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
    pub is_to_be_deleted: bool,
    /// Has a pod with a priority below zero.
    pub has_negative_priority_pods: bool,
}

impl NodeSummary {
    fn of(node: &NodeInfo) -> Self {
        Self {
            id: node.id,
            created_ms: node.created_ms,
            is_ready: node.is_ready && !has_taint(node, NOT_READY_KEY),
            is_shut_down: has_taint(node, SHUTDOWN_KEY) || has_taint(node, UNREACHABLE_KEY),
            is_kept: eligibility::is_kept(node, ScaleDownMode::Deallocate),
            is_to_be_deleted: has_taint(node, eligibility::TO_BE_DELETED_KEY),
            has_negative_priority_pods: node.has_negative_priority_pods(),
        }
    }
}

/// The registered nodes of a cluster, each with a summary (upstream: the all-nodes lister and node readiness).
#[derive(Debug, Default)]
pub struct RegisteredNodes {
    nodes: Vec<Arc<NodeInfo>>,
    summaries: Vec<NodeSummary>,
}

impl RegisteredNodes {
    /// Creates the list of these nodes, which are sorted by identity.
    #[must_use]
    pub fn new(nodes: Vec<Arc<NodeInfo>>) -> Self {
        let summaries = nodes.iter().map(|node| NodeSummary::of(node)).collect();
        Self { nodes, summaries }
    }

    /// Updates the list. Facts are collected anew only for nodes that have changed.
    pub fn renew<'a>(&mut self, nodes: impl Iterator<Item = &'a Arc<NodeInfo>>) {
        let mut count = 0;
        for node in nodes {
            if let (Some(known), Some(summary)) = (self.nodes.get_mut(count), self.summaries.get_mut(count)) {
                if !Arc::ptr_eq(known, node) {
                    *summary = NodeSummary::of(node);
                    Arc::clone_from(known, node);
                }
            } else {
                self.nodes.push(Arc::clone(node));
                self.summaries.push(NodeSummary::of(node));
            }
            count += 1;
        }
        self.nodes.truncate(count);
        self.summaries.truncate(count);
    }

    /// Returns the nodes, sorted by identity.
    #[must_use]
    pub fn all(&self) -> &[Arc<NodeInfo>] {
        &self.nodes
    }

    /// Returns the facts about each node, in the order of the nodes.
    #[must_use]
    pub fn summaries(&self) -> &[NodeSummary] {
        &self.summaries
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
    fn renewed_summaries_are_those_of_a_new_list() {
        let shut_down = |node: &mut NodeInfo| {
            node.is_ready = node.id.instance_id > 2;
            node.taints = Arc::new([Taint::new(SHUTDOWN_KEY, "", TaintEffect::NoSchedule)]);
        };
        let mut list = RegisteredNodes::default();
        for nodes in
            [nodes(0..5, |_| ()), nodes(1..4, shut_down), nodes(0..9, |_| ()), Vec::new(), nodes(3..4, shut_down)]
        {
            list.renew(nodes.iter());
            let new = RegisteredNodes::new(nodes);
            assert_eq!((list.all(), list.summaries()), (new.all(), new.summaries()));
        }
        let kept = RegisteredNodes::new(nodes(1..4, shut_down))
            .summaries()
            .iter()
            .map(|node| node.is_kept)
            .collect::<Vec<_>>();
        assert_eq!(kept, [true, true, false]);
    }
}
