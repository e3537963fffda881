//! Findings about each node, kept from loop to loop for as long as they hold.

use std::sync::Arc;

use super::cluster_snapshot::ClusterSnapshot;
use super::removal::Move;
use super::unremovable::UnremovableReason;
use crate::kubernetes::{NodeId, NodeInfo};

/// Skip this node until `until_ms` (upstream: unremovable-node recheck timeout).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecheckTimeout {
    /// End of the recheck timeout, in milliseconds.
    pub until_ms: u64,
    /// The reason for which it could not be removed.
    pub reason: UnremovableReason,
    /// Generation of the cluster when the reason was found.
    pub generation: u64,
    /// A later loop skipped the node and saw another generation, so that the reason may no longer hold.
    pub is_stale: bool,
}

/// A finding about a node that holds until the node, or anything else that it depends on, changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Finding {
    /// Nothing that would hold in the next loop.
    Unknown,
    /// Its utilization is too high for removal.
    NotUnderutilized,
    /// It is a candidate for removal.
    Candidate,
    /// It is a candidate, and these pods would have to move.
    Moves(Vec<Move>),
}

/// Findings about one node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NodeFindings {
    id: NodeId,
    node: Arc<NodeInfo>,
    /// The finding about the node in its present version.
    pub finding: Finding,
    /// Recheck timeout under which it is skipped, if any; a change of the node does not end it.
    pub recheck_timeout: Option<RecheckTimeout>,
}

impl NodeFindings {
    fn new(node: &Arc<NodeInfo>) -> Self {
        Self { id: node.id, node: Arc::clone(node), finding: Finding::Unknown, recheck_timeout: None }
    }

    /// Returns the version of the node that the finding is about.
    #[must_use]
    pub fn node(&self) -> &NodeInfo {
        &self.node
    }

    /// Returns `true` if the finding is about this version of the node.
    #[must_use]
    pub fn is_of(&self, node: &Arc<NodeInfo>) -> bool {
        Arc::ptr_eq(&self.node, node)
    }

    /// Updates it to the present version of the node of the same identity.
    fn renew(&mut self, node: &Arc<NodeInfo>, now_ms: u64) {
        if !self.is_of(node) {
            self.node = Arc::clone(node);
            self.finding = Finding::Unknown;
        }
        if self.recheck_timeout.is_some_and(|timeout| timeout.until_ms <= now_ms) {
            self.recheck_timeout = None;
        }
    }
}

/// Findings about all nodes, one entry for each, sorted by identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Findings {
    nodes: Vec<NodeFindings>,
}

impl Findings {
    /// Aligns the entries with the nodes of a snapshot, so that each is found by its node's slot.
    pub fn align(&mut self, snapshot: &ClusterSnapshot, now_ms: u64) {
        let mut old = Vec::new().into_iter().peekable();
        for (slot, entry) in snapshot.registered().iter().enumerate() {
            let (id, node) = (entry.facts.id, entry.node_or_removed());
            if let Some(known) = self.nodes.get_mut(slot) {
                if known.id == id {
                    known.renew(node, now_ms);
                    continue;
                }
                // From here on, nodes are in other slots.
                old = self.nodes.split_off(slot).into_iter().peekable();
            }
            while old.next_if(|known| known.id < id).is_some() {}
            let mut known = old.next_if(|known| known.id == id).unwrap_or_else(|| NodeFindings::new(node));
            known.renew(node, now_ms);
            self.nodes.push(known);
        }
        self.nodes.truncate(snapshot.registered().len());
    }

    /// Drops all findings, as settings or budgets have changed. Recheck timeouts go on.
    pub fn clear(&mut self) {
        for known in &mut self.nodes {
            known.finding = Finding::Unknown;
        }
    }

    /// Returns the entry of the node in a slot.
    pub fn get_mut(&mut self, slot: usize) -> Option<&mut NodeFindings> {
        self.nodes.get_mut(slot)
    }

    /// Returns the nodes that are skipped for a while, with their recheck timeouts.
    pub fn recheck_timeouts(&self) -> impl Iterator<Item = (NodeId, &RecheckTimeout)> {
        self.nodes.iter().filter_map(|known| Some((known.id, known.recheck_timeout.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::id::PoolId;
    use crate::kubernetes::Resources;

    fn nodes(ids: &[u32]) -> Vec<Arc<NodeInfo>> {
        let id = |instance_id| NodeId { pool: PoolId::new(1), instance_id };
        ids.iter().map(|instance_id| Arc::new(NodeInfo::new(id(*instance_id), "node", Resources::default()))).collect()
    }

    fn align(findings: &mut Findings, nodes: &[Arc<NodeInfo>], now_ms: u64) {
        let snapshot = ClusterSnapshot::new(nodes.iter().cloned());
        findings.align(&snapshot, now_ms);
        for (slot, node) in nodes.iter().enumerate() {
            assert!(findings.get_mut(slot).unwrap().is_of(node));
        }
        assert!(findings.get_mut(nodes.len()).is_none());
    }

    fn busy(findings: &Findings) -> Vec<u32> {
        let busy = findings.nodes.iter().filter(|known| known.finding == Finding::NotUnderutilized);
        busy.map(|known| known.id.instance_id).collect()
    }

    #[test]
    fn notes_go_with_their_nodes_and_are_forgotten_with_them() {
        let all = nodes(&[1, 2, 3, 4, 5, 6]);
        let mut findings = Findings::default();
        align(&mut findings, &all, 0);
        for known in &mut findings.nodes {
            known.finding = Finding::NotUnderutilized;
        }
        align(&mut findings, &[&nodes(&[0]), &all[1..4], &all[5..]].concat(), 1);
        assert_eq!(busy(&findings), [2, 3, 4, 6]);
        align(&mut findings, &[&all[..3], &nodes(&[4]), &all[4..]].concat(), 2);
        assert_eq!(busy(&findings), [2, 3, 6]);
        align(&mut findings, &all[..2], 3);
        assert_eq!(busy(&findings), [2]);
        align(&mut findings, &[], 4);
        align(&mut findings, &all, 5);
        assert!(busy(&findings).is_empty());
    }

    #[test]
    fn a_recheck_timeout_ends_at_its_time_whatever_becomes_of_the_node() {
        let mut findings = Findings::default();
        align(&mut findings, &nodes(&[1, 2]), 0);
        let timeout = RecheckTimeout {
            until_ms: 100,
            reason: UnremovableReason::NoPlaceToMovePods,
            generation: 1,
            is_stale: false,
        };
        findings.get_mut(1).unwrap().recheck_timeout = Some(timeout);
        align(&mut findings, &nodes(&[2]), 99);
        assert!(findings.recheck_timeouts().map(|(id, _)| id.instance_id).eq([2]));
        findings.clear();
        align(&mut findings, &nodes(&[1, 2]), 100);
        assert_eq!(findings.recheck_timeouts().count(), 0);
    }
}
