//! Scale-down planning: nodes that are unneeded, since when, and which have been for long enough.

use std::sync::Arc;

use super::budgets::Budgets;
use super::eligibility;
use super::evictability::{is_daemon, is_recreated};
use super::group::Group;
use super::knowledge::{Finding, Knowledge, Rest};
use super::place::Place;
use super::removal::{Move, do_without, moves, simulate};
use super::scratch::Scratch;
use super::settings::{Setting, Settings};
use super::unneeded::{Removables, Standing, Unneeded, UnneededNodes};
use super::unremovable::Reason;
use crate::kubernetes::pod_spec::SYSTEM_NAMESPACE;
use crate::kubernetes::{DisruptionBudget, NodeId, NodeInfo, Pod, PodSpec};

/// The scale-down planner: unneeded and unremovable nodes, and findings about each node from loop to loop.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Planner {
    /// Nodes that could be removed.
    pub unneeded: UnneededNodes,
    /// Nodes that cannot be removed, with the reason.
    unremovable: Vec<(NodeId, Reason)>,
    /// Findings about each node.
    knowledge: Knowledge,
    /// Settings and budgets under which the findings were made.
    rules: Option<(Settings, Vec<Arc<DisruptionBudget>>)>,
}

/// Input of the planner in one loop.
#[derive(Debug)]
pub struct Situation<'a> {
    /// The groups.
    pub groups: &'a [Group],
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
fn is_timeless(node: &NodeInfo, budgets: &Budgets) -> bool {
    node.pods().iter().all(|pod| {
        let is_left = is_daemon(&pod.spec) || pod.spec.is_mirror();
        let is_settled = !pod.is_terminating() && !pod.phase.is_terminal();
        is_settled && (is_left || (pod.spec.namespace != SYSTEM_NAMESPACE && !budgets.protect(&pod.spec)))
    })
}

impl Planner {
    /// Finds the unneeded nodes. `missing` returns the number of pods that a controller has still to create;
    /// `None` where the controller is not known. The scratch copy is reverted afterwards.
    pub fn update(
        &mut self,
        scratch: &mut Scratch,
        budgets: &mut Budgets,
        situation: &Situation<'_>,
        missing: impl Fn(&PodSpec) -> Option<u32>,
    ) {
        let Situation { in_progress, settings, now_ms, .. } = *situation;
        let mark = scratch.mark();
        inject(scratch, &not_recreated(situation.evicted, missing));
        self.unremovable.clear();
        self.check_rules(budgets, settings);
        self.knowledge.align(scratch, now_ms);
        for id in in_progress {
            if let Some(place) = scratch.place_of(*id) {
                scratch.close(place);
            }
        }
        self.unremovable.reserve(situation.candidates.len());
        let mut eligible = Vec::with_capacity(situation.candidates.len());
        for place in situation.candidates {
            let Some(node) = scratch.place(*place).filter(|place| !place.is_closed) else { continue };
            match self.is_eligible(*place, node, budgets, situation) {
                Ok(true) => eligible.push(*place),
                Ok(false) => {}
                Err(reason) => self.unremovable.push((node.glance.id, reason)),
            }
        }
        let limit = unneeded_limit(self.unneeded.nodes().len(), settings, situation.interval_ms);
        let mut found: Vec<Unneeded> = Vec::with_capacity(limit.min(eligible.len()));
        let mut guests = Vec::new();
        for place in eligible {
            if found.len() >= limit {
                break;
            }
            let Some(id) = scratch.glance(place).map(|node| node.id) else { continue };
            match try_removal(scratch, place, &mut self.knowledge, &mut guests, budgets, settings, now_ms) {
                Ok(node) => found.push(node),
                Err(reason) => {
                    let until_ms = now_ms + settings.number(Setting::UnremovableNodeRecheckTimeout);
                    let generation = situation.generation;
                    if let Some(known) = self.knowledge.at(place) {
                        known.rest = Some(Rest { until_ms, reason, generation, is_stale: false });
                    }
                    self.unremovable.push((id, reason));
                }
            }
        }
        scratch.take_back(mark);
        self.unneeded.update(found.into_iter());
    }

    /// Drops the findings if settings or budgets have changed.
    fn check_rules(&mut self, budgets: &Budgets, settings: &Settings) {
        let is_same =
            |(known, all): &(Settings, Vec<Arc<DisruptionBudget>>)| known == settings && budgets.all().eq(all);
        if !self.rules.as_ref().is_some_and(is_same) {
            self.knowledge.forget_findings();
            self.rules = Some((settings.clone(), budgets.all().cloned().collect()));
        }
    }

    /// Returns `Ok(true)` if the removal is to be simulated, `Ok(false)` for a deallocated node, which is no
    /// candidate; otherwise the reason against it.
    fn is_eligible(
        &mut self,
        place: usize,
        at: &Place,
        budgets: &Budgets,
        situation: &Situation<'_>,
    ) -> Result<bool, Reason> {
        let node = at.node().ok_or(Reason::NoNodeInfo)?;
        let known = self.knowledge.at(place).ok_or(Reason::NoNodeInfo)?;
        if known.finding == Finding::Busy {
            return Err(Reason::NotUnderutilized);
        }
        let group = situation.groups.iter().find(|group| group.id == at.glance.id.pool);
        if group.is_some_and(|group| at.glance.is_kept(group.policy)) {
            return Ok(false);
        }
        if let Some(rest) = &mut known.rest {
            rest.is_stale |= rest.generation != situation.generation;
            return Err(Reason::RecentlyUnremovable);
        }
        if group.is_none() {
            return Err(Reason::NotAutoscaled);
        }
        if known.finding != Finding::Nothing {
            return Ok(true);
        }
        let found = eligibility::check(node, situation.settings, situation.now_ms);
        if is_timeless(node, budgets) {
            match found {
                Ok(_) => known.finding = Finding::Idle,
                Err(Reason::NotUnderutilized) => known.finding = Finding::Busy,
                Err(_) => {}
            }
        }
        found.map(|_| true)
    }

    /// Returns the nodes that may be removed now, and the others with their reasons.
    #[must_use]
    pub fn nodes_to_delete(&mut self, scratch: &Scratch, situation: &Situation<'_>) -> Removables {
        let groups = situation.groups;
        // Most that are asked for are neighbours.
        let mut next = 0;
        let standing = |id: NodeId| {
            let is_here = |place: &usize| scratch.glance(*place).is_some_and(|node| node.id == id);
            let place = (next..next + 4).find(is_here).or_else(|| scratch.place_of(id));
            next = place.map_or(next, |place| place + 1);
            let node = place.and_then(|place| scratch.glance(place));
            Standing {
                is_ready: node.is_some_and(|node| node.is_ready),
                is_scale_down_disabled: node.is_some_and(|node| node.is_scale_down_disabled),
                group: groups.iter().position(|group| group.id == id.pool),
            }
        };
        let going = |group: &Group| situation.in_progress.iter().filter(|id| id.pool == group.id).count();
        let deletions: Vec<u32> = groups.iter().map(|group| u32::try_from(going(group)).unwrap_or(u32::MAX)).collect();
        let found = self.unneeded.removable_at(situation.now_ms, groups, &deletions, situation.settings, standing);
        self.unremovable.extend(&found.unremovable);
        found
    }

    /// Clears the unneeded nodes: their unneeded times begin anew.
    pub fn clear(&mut self) {
        self.unneeded.clear();
    }

    /// Returns the reason for which a node is not removed, as of the latest loop.
    #[must_use]
    pub fn reason(&self, id: NodeId) -> Option<Reason> {
        self.unremovable.iter().find(|(found, _)| *found == id).map(|(_, reason)| *reason)
    }

    /// Returns the nodes that the latest loop found unremovable, with the reasons.
    #[must_use]
    pub fn unremovable(&self) -> &[(NodeId, Reason)] {
        &self.unremovable
    }

    /// Returns the nodes that are skipped for a while, with their recheck timeouts.
    pub fn resting(&self) -> impl Iterator<Item = (NodeId, &Rest)> {
        self.knowledge.resting()
    }
}

/// Simulates the removal of a node, using the findings about it and adding to them.
fn try_removal(
    scratch: &mut Scratch,
    place: usize,
    knowledge: &mut Knowledge,
    guests: &mut Vec<Move>,
    budgets: &mut Budgets,
    settings: &Settings,
    now_ms: u64,
) -> Result<Unneeded, Reason> {
    let node = scratch.node(place).ok_or(Reason::NoNodeInfo)?;
    let id = node.id;
    guests.clear();
    if timeless_guests(scratch, place, budgets, guests)
        && let Some(known) = knowledge.at(place).filter(|known| known.is_of(node))
    {
        if known.finding == Finding::Idle {
            known.finding = Finding::Moves(moves(known.node().pods().iter(), budgets, settings, now_ms)?);
        }
        if let Finding::Moves(moves) = &mut known.finding {
            for (index, step) in moves.iter_mut().enumerate() {
                step.guest.home = Some((place, index));
            }
            let is_empty = moves.is_empty() && guests.is_empty();
            if !do_without(scratch, place, moves.iter_mut().chain(&mut *guests)) {
                return Err(Reason::NoPlaceToMovePods);
            }
            for guest in guests.iter() {
                send_home(knowledge, guest);
            }
            return Ok(Unneeded { id, since_ms: now_ms, is_empty, is_risky: false });
        }
    }
    let found = simulate(scratch, Some(place), budgets, settings, now_ms)?;
    let pods = found.moves.iter().map(|step| step.guest.pod());
    let is_risky = !budgets.verdict(&pods).in_parallel;
    budgets.take(&pods);
    Ok(Unneeded { id, since_ms: now_ms, is_empty: found.moves.is_empty(), is_risky })
}

/// Stores, with the node that a guest came from, where the guest ended up, so that it is placed there at once
/// the next time, and not by way of nodes that can be removed as well.
fn send_home(knowledge: &mut Knowledge, guest: &Move) {
    let Some((place, index)) = guest.guest.home else { return };
    if let Some(Finding::Moves(moves)) = knowledge.at(place).map(|known| &mut known.finding)
        && let Some(step) = moves.get_mut(index)
    {
        step.hint = guest.hint;
    }
}

/// Lists the pods that were moved to a node in the simulation, and have to be moved once more; returns
/// `false` if their evictability has to be checked again.
fn timeless_guests(scratch: &Scratch, place: usize, budgets: &Budgets, guests: &mut Vec<Move>) -> bool {
    for guest in scratch.guests(place) {
        let pod = guest.pod();
        // Most are of one kind.
        let is_of_same_kind = guests.last().is_some_and(|last| Arc::ptr_eq(&last.guest.pod().spec, &pod.spec));
        let is_free = is_of_same_kind || (pod.spec.namespace != SYSTEM_NAMESPACE && !budgets.protect(&pod.spec));
        if !is_free || pod.is_terminating() || pod.phase.is_terminal() {
            return false;
        }
        guests.push(Move { guest: guest.clone(), hint: None });
    }
    guests.reverse();
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
fn inject(scratch: &mut Scratch, pods: &[&Pod]) {
    for pod in pods {
        if scratch.schedule_anywhere(pod).is_none() {
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
    most.min(before + 2 * at_a_time)
}
