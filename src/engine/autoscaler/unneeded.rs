//! Unneeded nodes, and the times since when they have been unneeded.
//!
//! A node is removed only after it has been unneeded for a while, without a break. It stays in this list from
//! loop to loop as long as it is unneeded, and leaves it otherwise.

use super::node_group::NodeGroup;
use super::settings::{Setting, Settings};
use super::unremovable::UnremovableReason;
use crate::ground::sorted::advance_to;
use crate::kubernetes::NodeId;

/// An unneeded node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unneeded {
    /// The node.
    pub id: NodeId,
    /// Time since which it has been unneeded, in milliseconds.
    pub since_ms: u64,
    /// None of its pods has to be moved.
    pub is_empty: bool,
    /// Budgets do not allow all of its pods to be evicted at once.
    pub is_risky: bool,
}

/// The unneeded nodes, sorted by identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct UnneededNodes {
    nodes: Vec<Unneeded>,
}

/// Present state of a node, as far as its removal depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandidateState {
    /// The node is ready.
    pub is_ready: bool,
    /// Its annotation excludes it from scale-down.
    pub is_scale_down_disabled: bool,
    /// The place of its group; `None` if no autoscaled group has it.
    pub group: Option<usize>,
}

/// Nodes that may be removed now, and the others with their reasons.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodesToDelete {
    /// Nodes without pods to move.
    pub empty: Vec<NodeId>,
    /// Nodes to be drained; those whose pods cannot all be evicted at once come last.
    pub drain: Vec<NodeId>,
    /// The other nodes, with the reason.
    pub unremovable: Vec<(NodeId, UnremovableReason)>,
}

/// Returns the time for which a node has to be unneeded before it is removed, in milliseconds.
#[must_use]
pub fn threshold_ms(is_ready: bool, settings: &Settings) -> u64 {
    settings.number(if is_ready { Setting::ScaleDownUnneededTime } else { Setting::ScaleDownUnreadyTime })
}

impl UnneededNodes {
    /// Replaces the list; nodes that were on it keep the time since when they are unneeded, whatever the new list says.
    pub fn update(&mut self, nodes: impl Iterator<Item = Unneeded>) {
        let mut updated: Vec<Unneeded> = nodes.collect();
        // They come in a few runs that are sorted, which a stable sort makes use of.
        updated.sort_by_key(|node| node.id);
        let mut known = self.nodes.as_slice();
        for node in &mut updated {
            if let Some(known) = advance_to(&mut known, |known| known.id, node.id) {
                node.since_ms = known.since_ms;
            }
        }
        self.nodes = updated;
    }

    /// Removes all nodes from the list.
    pub fn clear(&mut self) {
        self.nodes.clear();
    }

    /// Returns the unneeded nodes, sorted by identity.
    #[must_use]
    pub fn nodes(&self) -> &[Unneeded] {
        &self.nodes
    }

    /// Returns the entry of a node, if it is unneeded.
    #[must_use]
    pub fn find(&self, id: NodeId) -> Option<&Unneeded> {
        let index = self.nodes.binary_search_by_key(&id, |node| node.id).ok()?;
        self.nodes.get(index)
    }

    /// Returns the nodes that may be removed now. Empty nodes are counted against their group's smallest size
    /// first, so that draining a node never takes the place of removing an empty one.
    #[must_use]
    pub fn removable_at(
        &self,
        now_ms: u64,
        groups: &[NodeGroup],
        deletions: &[u32],
        settings: &Settings,
        mut state: impl FnMut(NodeId) -> CandidateState,
    ) -> NodesToDelete {
        let mut sizes: Vec<i64> = groups.iter().map(|group| group.target.into()).collect();
        let mut found = NodesToDelete::default();
        let mut risky = Vec::new();
        found.unremovable.reserve(self.nodes.len());
        let empty = self.nodes.iter().filter(|node| node.is_empty);
        let drain = self.nodes.iter().filter(|node| !node.is_empty);
        for node in empty.chain(drain) {
            let state = state(node.id);
            let group = state.group.and_then(|index| Some((groups.get(index)?, sizes.get_mut(index)?, index)));
            if let Some(reason) = reason_to_wait(*node, state, now_ms, settings) {
                found.unremovable.push((node.id, reason));
                continue;
            }
            let Some((group, size, index)) = group else {
                found.unremovable.push((node.id, UnremovableReason::NotAutoscaled));
                continue;
            };
            if *size - i64::from(deletions.get(index).copied().unwrap_or(0)) <= i64::from(group.min) {
                found.unremovable.push((node.id, UnremovableReason::NodeGroupMinSizeReached));
                continue;
            }
            *size -= 1;
            match (node.is_empty, node.is_risky) {
                (true, _) => found.empty.push(node.id),
                (false, false) => found.drain.push(node.id),
                (false, true) => risky.push(node.id),
            }
        }
        found.drain.extend(risky);
        found
    }
}

fn reason_to_wait(
    node: Unneeded,
    state: CandidateState,
    now_ms: u64,
    settings: &Settings,
) -> Option<UnremovableReason> {
    if state.is_scale_down_disabled {
        return Some(UnremovableReason::ScaleDownDisabledAnnotation);
    }
    let threshold_ms = threshold_ms(state.is_ready, settings);
    if threshold_ms > 0 && node.since_ms + threshold_ms >= now_ms {
        let reason = if state.is_ready {
            UnremovableReason::NotUnneededLongEnough
        } else {
            UnremovableReason::NotUnreadyLongEnough
        };
        return Some(reason);
    }
    None
}
