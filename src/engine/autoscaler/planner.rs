//! Scale-down planning: nodes that are unneeded, since when, and which have been for long enough.

use std::sync::Arc;

use super::cluster_snapshot::ClusterSnapshot;
use super::drainability::{is_daemon, is_recreated};
use super::eligibility;
use super::findings::{Finding, Findings, RecheckTimeout};
use super::node_group::NodeGroup;
use super::remaining_budgets::RemainingBudgets;
use super::removal::{Move, moves, reschedule_without, simulate};
use super::settings::{Setting, Settings};
use super::snapshot_node::SnapshotNode;
use super::unneeded::{CandidateState, NodesToDelete, Unneeded, UnneededNodes};
use super::unremovable::UnremovableReason;
use crate::kubernetes::pod_spec::SYSTEM_NAMESPACE;
use crate::kubernetes::{DisruptionBudget, NodeId, NodeInfo, Pod, PodSpec};

/// The scale-down planner: unneeded and unremovable nodes, and findings about each node from loop to loop.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Planner {
    /// Nodes that could be removed.
    pub unneeded: UnneededNodes,
    /// Nodes that cannot be removed, with the reason.
    unremovable: Vec<(NodeId, UnremovableReason)>,
    /// Findings about each node.
    findings: Findings,
    /// Settings and budgets under which the findings were made.
    rules: Option<(Settings, Vec<Arc<DisruptionBudget>>)>,
}

/// Input of the planner in one loop.
#[derive(Debug)]
pub struct PlannerInput<'a> {
    /// The groups.
    pub groups: &'a [NodeGroup],
    /// Places of the candidates, in the order in which they are tried.
    pub candidates: &'a [usize],
    /// Nodes that are being drained or deleted.
    pub in_progress: &'a [NodeId],
    /// Pods that were evicted and may not have been recreated yet.
    pub evicted: &'a [Pod],
    /// The settings.
    pub settings: &'a Settings,
    /// The current time, in milliseconds.
    pub now_ms: u64,
    /// Scan interval, in milliseconds.
    pub interval_ms: u64,
    /// Generation of the cluster's nodes, pods and budgets.
    pub generation: u64,
}

/// Returns `true` if nothing about a node's pods depends on the time, or on the disruptions that a budget still allows.
fn is_time_independent(node: &NodeInfo, budgets: &RemainingBudgets) -> bool {
    node.pods().iter().all(|pod| {
        let is_left = is_daemon(&pod.spec) || pod.spec.is_mirror();
        let is_settled = !pod.is_terminating() && !pod.phase.is_terminal();
        is_settled && (is_left || (pod.spec.namespace != SYSTEM_NAMESPACE && !budgets.cover(&pod.spec)))
    })
}

impl Planner {
    /// Finds the unneeded nodes. `missing` returns the number of pods that a controller has still to create;
    /// `None` where the controller is not known. The snapshot is reverted afterwards.
    pub fn update(
        &mut self,
        snapshot: &mut ClusterSnapshot,
        budgets: &mut RemainingBudgets,
        input: &PlannerInput<'_>,
        missing: impl Fn(&PodSpec) -> Option<u32>,
    ) {
        let PlannerInput { in_progress, settings, now_ms, .. } = *input;
        let fork = snapshot.fork();
        inject(snapshot, &not_recreated(input.evicted, missing));
        self.unremovable.clear();
        self.check_rules(budgets, settings);
        self.findings.align(snapshot, now_ms);
        for id in in_progress {
            if let Some(slot) = snapshot.slot_of(*id) {
                snapshot.close(slot);
            }
        }
        self.unremovable.reserve(input.candidates.len());
        let mut eligible = Vec::with_capacity(input.candidates.len());
        for slot in input.candidates {
            let Some(node) = snapshot.get(*slot).filter(|node| !node.is_closed) else { continue };
            match self.is_eligible(*slot, node, budgets, input) {
                Ok(true) => eligible.push(*slot),
                Ok(false) => {}
                Err(reason) => self.unremovable.push((node.facts.id, reason)),
            }
        }
        let limit = unneeded_limit(self.unneeded.nodes().len(), settings, input.interval_ms);
        let mut found: Vec<Unneeded> = Vec::with_capacity(limit.min(eligible.len()));
        let mut moved_here = Vec::new();
        for slot in eligible {
            if found.len() >= limit {
                break;
            }
            let Some(id) = snapshot.facts(slot).map(|node| node.id) else { continue };
            match try_removal(snapshot, slot, &mut self.findings, &mut moved_here, budgets, settings, now_ms) {
                Ok(node) => found.push(node),
                Err(reason) => {
                    let until_ms = now_ms + settings.number(Setting::UnremovableNodeRecheckTimeout);
                    let generation = input.generation;
                    if let Some(known) = self.findings.get_mut(slot) {
                        known.recheck_timeout = Some(RecheckTimeout { until_ms, reason, generation, is_stale: false });
                    }
                    self.unremovable.push((id, reason));
                }
            }
        }
        snapshot.revert(fork);
        self.unneeded.update(found.into_iter());
    }

    /// Drops the findings if settings or budgets have changed.
    fn check_rules(&mut self, budgets: &RemainingBudgets, settings: &Settings) {
        let is_same =
            |(known, all): &(Settings, Vec<Arc<DisruptionBudget>>)| known == settings && budgets.all().eq(all);
        if !self.rules.as_ref().is_some_and(is_same) {
            self.findings.clear();
            self.rules = Some((settings.clone(), budgets.all().cloned().collect()));
        }
    }

    /// Returns `Ok(true)` if the removal is to be simulated, `Ok(false)` for a deallocated node, which is no
    /// candidate; otherwise the reason against it.
    fn is_eligible(
        &mut self,
        slot: usize,
        entry: &SnapshotNode,
        budgets: &RemainingBudgets,
        input: &PlannerInput<'_>,
    ) -> Result<bool, UnremovableReason> {
        let node = entry.node().ok_or(UnremovableReason::NoNodeInfo)?;
        let known = self.findings.get_mut(slot).ok_or(UnremovableReason::NoNodeInfo)?;
        if known.finding == Finding::NotUnderutilized {
            return Err(UnremovableReason::NotUnderutilized);
        }
        let group = input.groups.iter().find(|group| group.id == entry.facts.id.pool);
        if group.is_some_and(|group| entry.facts.is_kept(group.policy)) {
            return Ok(false);
        }
        if let Some(timeout) = &mut known.recheck_timeout {
            timeout.is_stale |= timeout.generation != input.generation;
            return Err(UnremovableReason::RecentlyUnremovable);
        }
        if group.is_none() {
            return Err(UnremovableReason::NotAutoscaled);
        }
        if known.finding != Finding::Unknown {
            return Ok(true);
        }
        let found = eligibility::check(node, input.settings, input.now_ms);
        if is_time_independent(node, budgets) {
            match found {
                Ok(_) => known.finding = Finding::Candidate,
                Err(UnremovableReason::NotUnderutilized) => known.finding = Finding::NotUnderutilized,
                Err(_) => {}
            }
        }
        found.map(|_| true)
    }

    /// Returns the nodes that may be removed now, and the others with their reasons.
    #[must_use]
    pub fn nodes_to_delete(&mut self, snapshot: &ClusterSnapshot, input: &PlannerInput<'_>) -> NodesToDelete {
        let groups = input.groups;
        // Most that are asked for are neighbours.
        let mut next = 0;
        let state = |id: NodeId| {
            let is_here = |slot: &usize| snapshot.facts(*slot).is_some_and(|node| node.id == id);
            let slot = (next..next + 4).find(is_here).or_else(|| snapshot.slot_of(id));
            next = slot.map_or(next, |slot| slot + 1);
            let node = slot.and_then(|slot| snapshot.facts(slot));
            CandidateState {
                is_ready: node.is_some_and(|node| node.is_ready),
                is_scale_down_disabled: node.is_some_and(|node| node.is_scale_down_disabled),
                group: groups.iter().position(|group| group.id == id.pool),
            }
        };
        let going = |group: &NodeGroup| input.in_progress.iter().filter(|id| id.pool == group.id).count();
        let deletions: Vec<u32> = groups.iter().map(|group| u32::try_from(going(group)).unwrap_or(u32::MAX)).collect();
        let found = self.unneeded.removable_at(input.now_ms, groups, &deletions, input.settings, state);
        self.unremovable.extend(&found.unremovable);
        found
    }

    /// Clears the unneeded nodes: their unneeded times begin anew.
    pub fn clear(&mut self) {
        self.unneeded.clear();
    }

    /// Returns the reason for which a node is not removed, as of the latest loop.
    #[must_use]
    pub fn reason(&self, id: NodeId) -> Option<UnremovableReason> {
        self.unremovable.iter().find(|(found, _)| *found == id).map(|(_, reason)| *reason)
    }

    /// Returns the nodes that the latest loop found unremovable, with the reasons.
    #[must_use]
    pub fn unremovable(&self) -> &[(NodeId, UnremovableReason)] {
        &self.unremovable
    }

    /// Returns the nodes that are skipped for a while, with their recheck timeouts.
    pub fn recheck_timeouts(&self) -> impl Iterator<Item = (NodeId, &RecheckTimeout)> {
        self.findings.recheck_timeouts()
    }
}

/// Simulates the removal of a node, using the findings about it and adding to them.
fn try_removal(
    snapshot: &mut ClusterSnapshot,
    slot: usize,
    findings: &mut Findings,
    moved_here: &mut Vec<Move>,
    budgets: &mut RemainingBudgets,
    settings: &Settings,
    now_ms: u64,
) -> Result<Unneeded, UnremovableReason> {
    let node = snapshot.node(slot).ok_or(UnremovableReason::NoNodeInfo)?;
    let id = node.id;
    moved_here.clear();
    if list_moved_pods(snapshot, slot, budgets, moved_here)
        && let Some(known) = findings.get_mut(slot).filter(|known| known.is_of(node))
    {
        if known.finding == Finding::Candidate {
            known.finding = Finding::Moves(moves(known.node().pods().iter(), budgets, settings, now_ms)?);
        }
        if let Finding::Moves(moves) = &mut known.finding {
            for (index, step) in moves.iter_mut().enumerate() {
                step.simulated.origin = Some((slot, index));
            }
            let is_empty = moves.is_empty() && moved_here.is_empty();
            if !reschedule_without(snapshot, slot, moves.iter_mut().chain(&mut *moved_here)) {
                return Err(UnremovableReason::NoPlaceToMovePods);
            }
            for moved in moved_here.iter() {
                store_hint(findings, moved);
            }
            return Ok(Unneeded { id, since_ms: now_ms, is_empty, is_risky: false });
        }
    }
    let found = simulate(snapshot, Some(slot), budgets, settings, now_ms)?;
    let pods = found.moves.iter().map(|step| step.simulated.pod());
    let is_risky = !budgets.can_remove_pods(&pods).in_parallel;
    budgets.remove_pods(&pods);
    Ok(Unneeded { id, since_ms: now_ms, is_empty: found.moves.is_empty(), is_risky })
}

/// Stores, with the node that a guest came from, where the guest ended up, so that it is placed there at once
/// the next time, and not by way of nodes that can be removed as well.
fn store_hint(findings: &mut Findings, moved: &Move) {
    let Some((slot, index)) = moved.simulated.origin else { return };
    if let Some(Finding::Moves(moves)) = findings.get_mut(slot).map(|known| &mut known.finding)
        && let Some(step) = moves.get_mut(index)
    {
        step.hint = moved.hint;
    }
}

/// Lists the pods that were moved to a node in the simulation, and have to be moved once more; returns
/// `false` if their evictability has to be checked again.
fn list_moved_pods(
    snapshot: &ClusterSnapshot,
    slot: usize,
    budgets: &RemainingBudgets,
    moved_here: &mut Vec<Move>,
) -> bool {
    for simulated in snapshot.simulated_pods(slot) {
        let pod = simulated.pod();
        // Most are of one kind.
        let is_of_same_kind = moved_here.last().is_some_and(|last| Arc::ptr_eq(&last.simulated.pod().spec, &pod.spec));
        let is_free = is_of_same_kind || (pod.spec.namespace != SYSTEM_NAMESPACE && !budgets.cover(&pod.spec));
        if !is_free || pod.is_terminating() || pod.phase.is_terminal() {
            return false;
        }
        moved_here.push(Move { simulated: simulated.clone(), hint: None });
    }
    moved_here.reverse();
    true
}

/// Returns the pods that were evicted and whose controllers have not replaced them yet; pods that nothing
/// recreates are left out.
fn not_recreated(evicted: &[Pod], missing: impl Fn(&PodSpec) -> Option<u32>) -> Vec<&Pod> {
    let mut injected: Vec<&Pod> = Vec::new();
    for pod in evicted.iter().filter(|pod| is_recreated(&pod.spec)) {
        let known = pod.spec.owner.as_ref().and_then(|_| missing(&pod.spec));
        let counted = injected
            .iter()
            .filter(|other| other.spec.owner == pod.spec.owner && other.spec.namespace == pod.spec.namespace)
            .count();
        if known.is_none_or(|missing| counted < missing as usize) {
            injected.push(pod);
        }
    }
    injected
}

/// Places pods in the copy, until one fits nowhere.
fn inject(snapshot: &mut ClusterSnapshot, pods: &[&Pod]) {
    for pod in pods {
        if snapshot.schedule_anywhere(pod).is_none() {
            return;
        }
    }
}

/// Returns the most nodes to find unneeded: those that were, and twice as many as may be removed at a time,
/// but no more than can be removed while the last of them becomes old enough.
#[must_use]
pub fn unneeded_limit(before: usize, settings: &Settings, interval_ms: u64) -> usize {
    let at_a_time = settings.count(Setting::MaxEmptyBulkDelete);
    let interval_ms = interval_ms.max(1);
    let loops = settings.number(Setting::ScaleDownUnneededTime).max(interval_ms) / interval_ms;
    let loops = usize::try_from(loops).unwrap_or(usize::MAX);
    let most = at_a_time.saturating_mul(loops).saturating_add(at_a_time);
    most.min(at_a_time.saturating_mul(2).saturating_add(before))
}
