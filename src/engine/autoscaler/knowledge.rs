//! Findings about each node, kept from loop to loop for as long as they hold.

use std::sync::Arc;

use super::removal::Move;
use super::scratch::Scratch;
use super::unremovable::Reason;
use crate::kubernetes::{NodeId, NodeInfo};

/// Skip this node until `until_ms` (upstream: unremovable-node recheck timeout).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rest {
    /// End of the recheck timeout, in milliseconds.
    pub until_ms: u64,
    /// The reason for which it could not be removed.
    pub reason: Reason,
    /// Generation of the cluster when the reason was found.
    pub generation: u64,
    /// A later loop skipped the node and saw another generation, so that the reason may no longer hold.
    pub is_stale: bool,
}

/// A finding about a node that holds until the node, or anything else that it depends on, changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Finding {
    /// Nothing that would hold in the next loop.
    Nothing,
    /// Its utilization is too high for removal.
    Busy,
    /// It is a candidate for removal.
    Idle,
    /// It is a candidate, and these pods would have to move.
    Moves(Vec<Move>),
}

/// Findings about one node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Known {
    id: NodeId,
    node: Arc<NodeInfo>,
    /// The finding about the node in its present version.
    pub finding: Finding,
    /// Recheck timeout under which it is skipped, if any; a change of the node does not end it.
    pub rest: Option<Rest>,
}

impl Known {
    fn new(node: &Arc<NodeInfo>) -> Self {
        Self { id: node.id, node: Arc::clone(node), finding: Finding::Nothing, rest: None }
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
            self.finding = Finding::Nothing;
        }
        if self.rest.is_some_and(|rest| rest.until_ms <= now_ms) {
            self.rest = None;
        }
    }
}

/// Findings about all nodes, one entry for each, sorted by identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Knowledge {
    nodes: Vec<Known>,
}

impl Knowledge {
    /// Aligns the entries with the nodes of a copy, so that each is found by the node's place there.
    pub fn align(&mut self, scratch: &Scratch, now_ms: u64) {
        let mut old = Vec::new().into_iter().peekable();
        for (place, at) in scratch.registered().iter().enumerate() {
            let (id, node) = (at.glance.id, at.resident());
            if let Some(known) = self.nodes.get_mut(place) {
                if known.id == id {
                    known.renew(node, now_ms);
                    continue;
                }
                // From here on places have moved.
                old = self.nodes.split_off(place).into_iter().peekable();
            }
            while old.next_if(|known| known.id < id).is_some() {}
            let mut known = old.next_if(|known| known.id == id).unwrap_or_else(|| Known::new(node));
            known.renew(node, now_ms);
            self.nodes.push(known);
        }
        self.nodes.truncate(scratch.registered().len());
    }

    /// Drops all findings, as the rules have changed. Recheck timeouts go on.
    pub fn forget_findings(&mut self) {
        for known in &mut self.nodes {
            known.finding = Finding::Nothing;
        }
    }

    /// Returns the entry of the node at a place.
    pub fn at(&mut self, place: usize) -> Option<&mut Known> {
        self.nodes.get_mut(place)
    }

    /// Returns the nodes that are skipped for a while, with their recheck timeouts.
    pub fn resting(&self) -> impl Iterator<Item = (NodeId, &Rest)> {
        self.nodes.iter().filter_map(|known| Some((known.id, known.rest.as_ref()?)))
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

    fn align(knowledge: &mut Knowledge, nodes: &[Arc<NodeInfo>], now_ms: u64) {
        let scratch = Scratch::new(nodes.iter().cloned());
        knowledge.align(&scratch, now_ms);
        for (place, node) in nodes.iter().enumerate() {
            assert!(knowledge.at(place).unwrap().is_of(node));
        }
        assert!(knowledge.at(nodes.len()).is_none());
    }

    fn busy(knowledge: &Knowledge) -> Vec<u32> {
        let busy = knowledge.nodes.iter().filter(|known| known.finding == Finding::Busy);
        busy.map(|known| known.id.instance_id).collect()
    }

    #[test]
    fn notes_go_with_their_nodes_and_are_forgotten_with_them() {
        let all = nodes(&[1, 2, 3, 4, 5, 6]);
        let mut knowledge = Knowledge::default();
        align(&mut knowledge, &all, 0);
        for known in &mut knowledge.nodes {
            known.finding = Finding::Busy;
        }
        align(&mut knowledge, &[&nodes(&[0]), &all[1..4], &all[5..]].concat(), 1);
        assert_eq!(busy(&knowledge), [2, 3, 4, 6]);
        align(&mut knowledge, &[&all[..3], &nodes(&[4]), &all[4..]].concat(), 2);
        assert_eq!(busy(&knowledge), [2, 3, 6]);
        align(&mut knowledge, &all[..2], 3);
        assert_eq!(busy(&knowledge), [2]);
        align(&mut knowledge, &[], 4);
        align(&mut knowledge, &all, 5);
        assert!(busy(&knowledge).is_empty());
    }

    #[test]
    fn a_node_rests_until_its_time_whatever_becomes_of_it() {
        let mut knowledge = Knowledge::default();
        align(&mut knowledge, &nodes(&[1, 2]), 0);
        let rest = Rest { until_ms: 100, reason: Reason::NoPlaceToMovePods, generation: 1, is_stale: false };
        knowledge.at(1).unwrap().rest = Some(rest);
        align(&mut knowledge, &nodes(&[2]), 99);
        assert!(knowledge.resting().map(|(id, _)| id.instance_id).eq([2]));
        knowledge.forget_findings();
        align(&mut knowledge, &nodes(&[1, 2]), 100);
        assert_eq!(knowledge.resting().count(), 0);
    }
}
