//! Preemption: a pod that finds no room takes that of less important ones.
//!
//! As the default scheduler does it: on each node as few pods as possible are chosen, the least important;
//! of the nodes, one where no budget is broken, then the one whose most important victim matters least.
//! The victims end within their grace period, and the room is free then.

use std::cmp::Reverse;
use std::sync::Arc;

use super::change_context::ChangeContext;
use super::kubernetes::Kubernetes;
use super::pod_set::PodSet;
use crate::ground::id::NodeId;
use crate::ground::invariant::known;
use crate::kubernetes::fit::{check_node_constraints, has_ports};
use crate::kubernetes::{NodeInfo, Pod, PodId, PodSpec, Resources, SetId, TopologyCounts};
use crate::record::PodEvent;

/// Number of nodes that are compared for one pod (`minCandidateNodesAbsolute`).
const CANDIDATES_MAX: usize = 100;

/// The victims of a preemption on one node, with their cost; the lesser is the better.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct PreemptionCandidate {
    /// Number of victims that a budget protects.
    broken: usize,
    /// Priority of the most important victim.
    highest: i32,
    /// Number of victims.
    count: usize,
    node: NodeId,
    victims: Vec<PodId>,
}

fn priority(spec: &PodSpec) -> i32 {
    spec.priority.unwrap_or(0)
}

impl Kubernetes {
    /// Preempts less important pods for those of a set that wait; returns `true` if any room is being
    /// made.
    pub(super) fn preempt(&mut self, id: SetId, around: &TopologyCounts, context: &mut ChangeContext<'_>) -> bool {
        let Some(set) = known(self.sets.get(id), "a set that waits") else {
            return false;
        };
        let spec = Arc::clone(&set.spec);
        let is_lesser = |other: &PodSet| other.bound() > 0 && priority(&other.spec) < priority(&spec);
        if !self.sets.values().any(is_lesser) {
            return false;
        }
        // Room that is being made already is not made twice, and a set tries once at a time: where it
        // does not help after all it would go on for ever.
        let missing = set.waiting().len().saturating_sub(set.nominated.len());
        let missing = if set.preempted_ms == Some(context.now_ms) { 0 } else { missing };
        for _ in 0..missing {
            let Some(candidate) = self.best_candidate(&spec, around) else {
                break;
            };
            let preemptor = self.sets.get(id).and_then(|set| set.waiting().front());
            let Some(preemptor) = known(preemptor, "a pod that waits").map(Pod::name) else {
                break;
            };
            let preemptor: Arc<str> = preemptor.into();
            for victim in candidate.victims {
                self.end(candidate.node, victim, PodEvent::Preempted(Arc::clone(&preemptor)), context);
            }
            if let Some(set) = self.sets.get_mut(id) {
                set.nominated.push(candidate.node);
                set.preempted_ms = Some(context.now_ms);
            }
        }
        self.sets.get(id).is_some_and(|set| !set.nominated.is_empty())
    }

    /// Forgets nominated nodes that no pod is leaving any more: either the room has been taken, or it
    /// was of no use and is free for others. The same where no pod of the set waits.
    pub(super) fn forget_room_made(&mut self) {
        let nodes = &self.nodes;
        let is_ending = |node: NodeId| nodes.get(node).is_some_and(|node| node.pods().iter().any(Pod::is_terminating));
        let nodes_with_more_room = &mut self.work_queue.nodes_with_more_room;
        for set in self.sets.values_mut().filter(|set| !set.nominated.is_empty()) {
            let is_wanted = !set.waiting().is_empty();
            set.nominated.retain(|node| {
                let is_kept = is_wanted && is_ending(*node);
                if !is_kept {
                    nodes_with_more_room.push(*node);
                }
                is_kept
            });
        }
    }

    /// Returns the resources kept free on nodes for pods of other sets that are at least as important.
    pub(super) fn reserved(&self, id: SetId, spec: &PodSpec) -> Vec<(NodeId, Resources)> {
        let sets = self.sets.values().filter(|set| set.id != id && !set.nominated.is_empty());
        let others = sets.filter(|set| priority(&set.spec) >= priority(spec));
        others.flat_map(|set| set.nominated.iter().map(|node| (*node, set.spec.requests()))).collect()
    }

    fn best_candidate(&self, spec: &PodSpec, around: &TopologyCounts) -> Option<PreemptionCandidate> {
        let requests = spec.requests();
        let may_do = |node: &&Arc<NodeInfo>| {
            check_node_constraints(spec, node).is_ok() && has_ports(spec, node) && around.misfit(spec, node).is_none()
        };
        let candidates = self.nodes.values().filter(may_do);
        candidates.filter_map(|node| self.candidate(spec, requests, node)).take(CANDIDATES_MAX).min()
    }

    /// Returns the victims that would have to go from a node; `None` if that does not help.
    fn candidate(&self, spec: &PodSpec, requests: Resources, node: &NodeInfo) -> Option<PreemptionCandidate> {
        let is_lesser = |pod: &&Pod| {
            priority(&pod.spec) < priority(spec) && pod.takes_room() && !pod.is_terminating() && !pod.spec.is_mirror()
        };
        let mut lesser: Vec<&Pod> = node.pods().iter().filter(is_lesser).collect();
        let mut free = lesser.iter().fold(node.free(), |free, pod| free + pod.spec.requests());
        if lesser.is_empty() || !requests.fits_in(free) {
            return None;
        }
        // Those that matter most are spared first, and of these the oldest.
        lesser.sort_by_key(|pod| (Reverse(!self.may_evict(pod)), Reverse(priority(&pod.spec)), pod.id));
        let mut victims = Vec::new();
        for pod in lesser {
            let without = free - pod.spec.requests();
            if requests.fits_in(without) {
                free = without;
            } else {
                victims.push(pod);
            }
        }
        Some(PreemptionCandidate {
            broken: victims.iter().filter(|pod| !self.may_evict(pod)).count(),
            highest: victims.iter().map(|pod| priority(&pod.spec)).max()?,
            count: victims.len(),
            node: node.id,
            victims: victims.iter().map(|pod| pod.id).collect(),
        })
    }
}
