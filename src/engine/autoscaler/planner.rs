//! Deciding which nodes go: who is unneeded, since when, and who has been for long enough.

use std::sync::Arc;

use super::super::kubernetes::pod_spec::SYSTEM_NAMESPACE;
use super::super::kubernetes::{DisruptionBudget, NodeId, NodeInfo, Pod, PodSpec};
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

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Planner {
    /// Nodes that could go.
    pub unneeded: UnneededNodes,
    /// Nodes that cannot, with the reason.
    unremovable: Vec<(NodeId, Reason)>,
    /// What is known of each node.
    knowledge: Knowledge,
    /// The settings and the budgets with which it was found out.
    rules: Option<(Settings, Vec<Arc<DisruptionBudget>>)>,
}

/// What a loop gives the planner.
#[derive(Debug)]
pub struct Situation<'a> {
    /// The groups.
    pub groups: &'a [Group],
    /// The places of the nodes to think about, in the order in which they are tried.
    pub candidates: &'a [usize],
    /// Nodes that are being emptied or deleted.
    pub in_progress: &'a [NodeId],
    /// Pods that were evicted and may not have been made anew yet.
    pub evicted: &'a [Pod],
    /// The settings.
    pub settings: &'a Settings,
    /// The time.
    pub now_ms: u64,
    /// How often the loop runs.
    pub interval_ms: u64,
    /// How far the cluster has changed.
    pub generation: u64,
}

/// Whether nothing about a node's pods depends on the time, or on how much a budget allows.
fn is_timeless(node: &NodeInfo, budgets: &Budgets) -> bool {
    node.pods().iter().all(|pod| {
        let is_left = is_daemon(&pod.spec) || pod.spec.is_mirror();
        let is_settled = !pod.is_terminating() && !pod.phase.is_terminal();
        is_settled && (is_left || (pod.spec.namespace != SYSTEM_NAMESPACE && !budgets.protect(&pod.spec)))
    })
}

impl Planner {
    /// Finds out which nodes are unneeded. `missing` tells how many pods a controller has still to
    /// make; nothing where the controller is not known. The scratch copy is as before afterwards.
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

    /// Forgets what was found out under other rules.
    fn check_rules(&mut self, budgets: &Budgets, settings: &Settings) {
        let is_same =
            |(known, all): &(Settings, Vec<Arc<DisruptionBudget>>)| known == settings && budgets.all().eq(all);
        if !self.rules.as_ref().is_some_and(is_same) {
            self.knowledge.forget_findings();
            self.rules = Some((settings.clone(), budgets.all().cloned().collect()));
        }
    }

    /// Whether to try; `Ok(false)` for a node that is no candidate at all.
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

    /// Who may go now.
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

    /// Forgets which nodes are unneeded: they begin anew.
    pub fn clear(&mut self) {
        self.unneeded.clear();
    }

    /// Why a node is not given up, as far as the latest loop found out.
    #[must_use]
    pub fn reason(&self, id: NodeId) -> Option<Reason> {
        self.unremovable.iter().find(|(found, _)| *found == id).map(|(_, reason)| *reason)
    }

    /// The nodes that the latest loop found unremovable, with the reasons.
    #[must_use]
    pub fn unremovable(&self) -> &[(NodeId, Reason)] {
        &self.unremovable
    }

    /// The nodes that are not looked at again for a while.
    pub fn resting(&self) -> impl Iterator<Item = (NodeId, &Rest)> {
        self.knowledge.resting()
    }
}

/// Tries to do without a node, by what is known of it, and learns more.
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

/// Tells the node that a guest came from where it ended up, so that it is sent there at once the next
/// time, and not by way of nodes that can be done without as well.
fn send_home(knowledge: &mut Knowledge, guest: &Move) {
    let Some((place, index)) = guest.guest.home else { return };
    if let Some(Finding::Moves(moves)) = knowledge.at(place).map(|known| &mut known.finding)
        && let Some(step) = moves.get_mut(index)
    {
        step.hint = guest.hint;
    }
}

/// Lists the pods that were moved to a node on paper, a moment ago, and have to be moved once more;
/// false where it has to be asked again whether they may.
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

/// Pods that were evicted and whose controllers have not replaced them yet; those that nothing
/// replaces are none of the planner's business.
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

/// Finds places for pods, until one has none.
fn inject(scratch: &mut Scratch, pods: &[&Pod]) {
    for pod in pods {
        if scratch.schedule_anywhere(pod).is_none() {
            return;
        }
    }
}

/// The most nodes to find unneeded: those that were, and twice as many as may go at a time, but no
/// more than can go while the last of them becomes old enough.
#[must_use]
pub fn unneeded_limit(before: usize, settings: &Settings, interval_ms: u64) -> usize {
    let at_a_time = settings.count(Setting::MaxEmptyBulkDelete);
    let interval_ms = interval_ms.max(1);
    let loops = settings.number(Setting::ScaleDownUnneededTime).max(interval_ms) / interval_ms;
    let loops = usize::try_from(loops).unwrap_or(usize::MAX);
    let most = at_a_time.saturating_mul(loops).saturating_add(at_a_time);
    most.min(before + 2 * at_a_time)
}
