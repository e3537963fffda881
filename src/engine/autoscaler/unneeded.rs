//! The nodes that could go, and since when.
//!
//! A node goes only after it has been unneeded for a while, without a break. It keeps its place in
//! this list from loop to loop as long as it is unneeded, and leaves it otherwise.

use super::super::kubernetes::NodeId;
use super::super::sorted::advance_to;
use super::group::Group;
use super::settings::{Setting, Settings};
use super::unremovable::Reason;

/// An unneeded node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unneeded {
    /// The node.
    pub id: NodeId,
    /// Since when.
    pub since_ms: u64,
    /// Whether it has no pods to move.
    pub is_empty: bool,
    /// Whether its pods cannot all be evicted at once.
    pub is_risky: bool,
}

/// See the module. Sorted by identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct UnneededNodes {
    nodes: Vec<Unneeded>,
}

/// What a node is now, as far as its removal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is ready.
    pub is_ready: bool,
    /// Whether its annotation keeps it.
    pub is_scale_down_disabled: bool,
    /// The place of its group.
    pub group: Option<usize>,
}

/// What may go now, and what may not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Removables {
    /// Nodes without pods to move.
    pub empty: Vec<NodeId>,
    /// Nodes to be drained, those that may not all be drained at once last.
    pub drain: Vec<NodeId>,
    /// The others, with the reason.
    pub unremovable: Vec<(NodeId, Reason)>,
}

/// How long a node has to be unneeded.
#[must_use]
pub fn threshold_ms(is_ready: bool, settings: &Settings) -> u64 {
    settings.number(if is_ready { Setting::ScaleDownUnneededTime } else { Setting::ScaleDownUnreadyTime })
}

impl UnneededNodes {
    /// Replaces the list; nodes that were on it stay unneeded since when they were, whatever the new
    /// list says.
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

    /// Forgets all.
    pub fn clear(&mut self) {
        self.nodes.clear();
    }

    /// The nodes on it.
    #[must_use]
    pub fn nodes(&self) -> &[Unneeded] {
        &self.nodes
    }

    /// One of them.
    #[must_use]
    pub fn find(&self, id: NodeId) -> Option<&Unneeded> {
        let index = self.nodes.binary_search_by_key(&id, |node| node.id).ok()?;
        self.nodes.get(index)
    }

    /// Who may go now. Empty nodes are counted against their group's smallest size first, so that
    /// draining never takes the place of one that costs nothing.
    #[must_use]
    pub fn removable_at(
        &self,
        now_ms: u64,
        groups: &[Group],
        deletions: &[u32],
        settings: &Settings,
        mut standing: impl FnMut(NodeId) -> Standing,
    ) -> Removables {
        let mut sizes: Vec<i64> = groups.iter().map(|group| group.target.into()).collect();
        let mut found = Removables::default();
        let mut risky = Vec::new();
        found.unremovable.reserve(self.nodes.len());
        let empty = self.nodes.iter().filter(|node| node.is_empty);
        let drain = self.nodes.iter().filter(|node| !node.is_empty);
        for node in empty.chain(drain) {
            let standing = standing(node.id);
            let group = standing.group.and_then(|index| Some((groups.get(index)?, sizes.get_mut(index)?, index)));
            if let Some(reason) = reason_to_wait(*node, standing, now_ms, settings) {
                found.unremovable.push((node.id, reason));
                continue;
            }
            let Some((group, size, index)) = group else {
                found.unremovable.push((node.id, Reason::NotAutoscaled));
                continue;
            };
            if *size - i64::from(deletions.get(index).copied().unwrap_or(0)) <= i64::from(group.min) {
                found.unremovable.push((node.id, Reason::NodeGroupMinSizeReached));
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

fn reason_to_wait(node: Unneeded, standing: Standing, now_ms: u64, settings: &Settings) -> Option<Reason> {
    if standing.is_scale_down_disabled {
        return Some(Reason::ScaleDownDisabledAnnotation);
    }
    let threshold_ms = threshold_ms(standing.is_ready, settings);
    if threshold_ms > 0 && node.since_ms + threshold_ms >= now_ms {
        let reason = if standing.is_ready { Reason::NotUnneededLongEnough } else { Reason::NotUnreadyLongEnough };
        return Some(reason);
    }
    None
}
