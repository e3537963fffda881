//! Estimates of the new nodes of a group that pods need, by first-fit decreasing bin packing.

use std::cmp::Reverse;
use std::sync::Arc;

use super::cluster_snapshot::ClusterSnapshot;
use crate::kubernetes::affinity::HOSTNAME_KEY;
use crate::kubernetes::{Misfit, NodeId, NodeInfo, Pod, Resources};

/// Result of an estimate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Estimate<'a> {
    /// Nodes that take at least one pod.
    pub nodes: u32,
    /// The pods that they take.
    pub pods: Vec<&'a Pod>,
}

/// Sorts groups of like pods into the order in which they are packed: those that request the greatest part of
/// a node, processor time and memory together, go first.
#[must_use]
pub fn ordered(mut groups: Vec<Vec<&Pod>>, node: Resources) -> Vec<Vec<&Pod>> {
    const WHOLE: u128 = 1 << 40;
    let part = |asked: u64, whole: u64| (u128::from(asked) * WHOLE).checked_div(whole.into()).unwrap_or_default();
    groups.sort_by_cached_key(|group| {
        let asked = group.first().map(|pod| pod.spec.requests()).unwrap_or_default();
        Reverse(part(asked.cpu_millis, node.cpu_millis) + part(asked.memory_bytes, node.memory_bytes))
    });
    groups
}

/// Packs pods on template nodes like `template`, at most `nodes_max` of them. The snapshot is reverted afterwards.
#[must_use]
pub fn estimate<'a>(
    snapshot: &mut ClusterSnapshot,
    groups: Vec<Vec<&'a Pod>>,
    template: &NodeInfo,
    nodes_max: Option<u32>,
) -> Estimate<'a> {
    let fork = snapshot.fork();
    let mut packing = Packing { snapshot, template, nodes_max, added: Vec::new(), older: Vec::new(), pods: Vec::new() };
    let mut may_add = true;
    for group in ordered(groups, template.allocatable) {
        let rest = packing.fill(&group);
        if may_add {
            may_add = packing.add_for(group.get(rest..).unwrap_or_default());
        }
    }
    let used = packing.added.iter().filter(|(_, is_used)| *is_used).count() + packing.older.len();
    let pods = std::mem::take(&mut packing.pods);
    snapshot.revert(fork);
    Estimate { nodes: u32::try_from(used).unwrap_or(u32::MAX), pods }
}

struct Packing<'a, 's> {
    snapshot: &'s mut ClusterSnapshot,
    template: &'s NodeInfo,
    nodes_max: Option<u32>,
    /// Places of new nodes, each with `true` if any pod was put there.
    added: Vec<(usize, bool)>,
    /// Places of nodes that existed before and took pods with spread constraints. Upstream counts them with
    /// the new ones.
    older: Vec<usize>,
    pods: Vec<&'a Pod>,
}

impl<'a> Packing<'a, '_> {
    fn take(&mut self, pod: &'a Pod, slot: usize) {
        self.pods.push(pod);
        match self.added.iter_mut().rev().find(|(added, _)| *added == slot) {
            Some((_, is_used)) => *is_used = true,
            None if self.older.contains(&slot) => {}
            None => self.older.push(slot),
        }
    }

    /// Puts pods on new nodes that were added already, until one does not fit; returns how many were placed.
    fn fill(&mut self, pods: &[&'a Pod]) -> usize {
        let first = self.added.first().map_or(usize::MAX, |(slot, _)| *slot);
        for (index, pod) in pods.iter().enumerate() {
            match self.snapshot.schedule(pod, |slot| slot >= first) {
                Some(slot) => self.take(pod, slot),
                None => return index,
            }
        }
        pods.len()
    }

    /// Puts pods on the newest node, adding nodes as they are needed; returns `false` if no more may be added.
    fn add_for(&mut self, pods: &[&'a Pod]) -> bool {
        for pod in pods {
            if let Some((newest, is_used)) = self.added.last().copied() {
                let is_spread = self.is_kept_by_spreading(pod, newest);
                if self.snapshot.schedule_on(pod, newest) {
                    self.take(pod, newest);
                    continue;
                }
                // What is to be spread over nodes may fit an older one, now that there is a newer.
                if is_spread && let Some(slot) = self.snapshot.schedule(pod, |slot| slot != newest) {
                    self.take(pod, slot);
                    continue;
                }
                // What does not fit an empty node fits no other either.
                if !is_used {
                    return true;
                }
            }
            let count = u32::try_from(self.added.len()).unwrap_or(u32::MAX);
            if self.nodes_max.is_some_and(|max| count >= max) {
                return false;
            }
            let slot = self.add(count);
            if !self.snapshot.schedule_on(pod, slot) {
                return true;
            }
            self.take(pod, slot);
        }
        true
    }

    fn is_kept_by_spreading(&self, pod: &Pod, slot: usize) -> bool {
        let by_node = pod.spec.topology_spread.iter().any(|spread| spread.topology_key == HOSTNAME_KEY);
        by_node && {
            let topology = self.snapshot.topology_counts(&pod.spec);
            matches!(self.snapshot.check(&pod.spec, slot, &topology), Some(Err(Misfit::TopologySpread)))
        }
    }

    fn add(&mut self, number: u32) -> usize {
        let slot = self.snapshot.add(Arc::new(node_from_template(self.template, "e", number)));
        self.added.push((slot, false));
        slot
    }
}

/// Returns a node made from a template, without a machine behind it.
#[must_use]
pub fn node_from_template(template: &NodeInfo, word: &str, number: u32) -> NodeInfo {
    let mut node = template.clone();
    node.id = NodeId { pool: template.id.pool, instance_id: u32::MAX - 1 - number };
    node.name = format!("{}-{word}-{number}", template.name).into();
    node
}
