//! Deciding which nodes go: who is unneeded, since when, and who has been for long enough.

use std::sync::Arc;

use super::super::kubernetes::{NodeId, NodeInfo, Pod, PodSpec};
use super::budgets::Budgets;
use super::eligibility;
use super::evictability::is_recreated;
use super::group::Group;
use super::removal::{Removable, simulate};
use super::scratch::Scratch;
use super::settings::{Setting, Settings};
use super::unneeded::{Removables, Standing, UnneededNodes};
use super::unremovable::Reason;

/// A node that is not looked at again for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rest {
    /// The node.
    pub id: NodeId,
    /// Until when.
    pub until_ms: u64,
    /// What was found.
    pub reason: Reason,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Planner {
    /// Nodes that could go.
    pub unneeded: UnneededNodes,
    /// Nodes that cannot, with the reason; sorted.
    unremovable: Vec<(NodeId, Reason)>,
    /// Sorted too.
    resting: Vec<Rest>,
}

/// What a loop gives the planner.
#[derive(Debug)]
pub struct Situation<'a> {
    /// The groups.
    pub groups: &'a [Group],
    /// The nodes to think about, in the order in which they are tried.
    pub candidates: &'a [NodeId],
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
        let is_going = |id: &NodeId| in_progress.contains(id);
        self.unremovable.clear();
        self.resting.retain(|rest| rest.until_ms > now_ms && scratch.place_of(rest.id).is_some());
        let mut eligible = Vec::new();
        for id in situation.candidates.iter().filter(|id| !is_going(id)) {
            let place = scratch.place_of(*id);
            match self.eligibility(place.and_then(|place| scratch.node(place)), *id, situation) {
                Ok(true) => eligible.push((*id, place)),
                Ok(false) => {}
                Err(reason) => self.unremovable.push((*id, reason)),
            }
        }
        let limit = unneeded_limit(self.unneeded.nodes().len(), settings, situation.interval_ms);
        let mut removable: Vec<Removable> = Vec::new();
        for (id, place) in eligible {
            if removable.len() >= limit {
                break;
            }
            let registered = scratch.registered();
            let is_destination = |place: usize, node: &NodeInfo| place < registered && !is_going(&node.id);
            match simulate(scratch, place, is_destination, budgets, settings, now_ms) {
                Ok(mut node) => {
                    node.is_risky = !budgets.verdict(&node.pods).in_parallel;
                    budgets.take(&node.pods);
                    removable.push(node);
                }
                Err(reason) => {
                    let until_ms = now_ms + settings.number(Setting::UnremovableNodeRecheckTimeout);
                    self.resting.push(Rest { id, until_ms, reason });
                    self.unremovable.push((id, reason));
                }
            }
        }
        scratch.take_back(mark);
        self.unneeded.update(&removable, now_ms);
        self.unremovable.sort_unstable_by_key(|(id, _)| *id);
        self.resting.sort_unstable_by_key(|rest| rest.id);
    }

    /// Whether to try; `Ok(false)` for a node that is no candidate at all.
    fn eligibility(&self, node: Option<&Arc<NodeInfo>>, id: NodeId, situation: &Situation<'_>) -> Result<bool, Reason> {
        let node = node.ok_or(Reason::UnexpectedError)?;
        let group = situation.groups.iter().find(|group| group.id == id.pool);
        if group.is_some_and(|group| eligibility::is_kept(node, group.policy)) {
            return Ok(false);
        }
        if self.resting.binary_search_by_key(&id, |rest| rest.id).is_ok() {
            return Err(Reason::RecentlyUnremovable);
        }
        if group.is_none() {
            return Err(Reason::NotAutoscaled);
        }
        eligibility::check(node, situation.settings, situation.now_ms).map(|_| true)
    }

    /// Who may go now.
    #[must_use]
    pub fn nodes_to_delete(&mut self, scratch: &Scratch, situation: &Situation<'_>) -> Removables {
        let groups = situation.groups;
        let standing = |id: NodeId| {
            let node = scratch.place_of(id).and_then(|place| scratch.node(place));
            Standing {
                is_ready: node.is_some_and(|node| node.is_ready),
                is_scale_down_disabled: node.is_some_and(|node| eligibility::is_scale_down_disabled(node)),
                group: groups.iter().position(|group| group.id == id.pool),
            }
        };
        let going = |group: &Group| situation.in_progress.iter().filter(|id| id.pool == group.id).count();
        let deletions: Vec<u32> = groups.iter().map(|group| u32::try_from(going(group)).unwrap_or(u32::MAX)).collect();
        let found = self.unneeded.removable_at(situation.now_ms, groups, &deletions, situation.settings, standing);
        self.unremovable.extend(&found.unremovable);
        self.unremovable.sort_unstable_by_key(|(id, _)| *id);
        found
    }

    /// Forgets which nodes are unneeded: they begin anew.
    pub fn clear(&mut self) {
        self.unneeded.clear();
    }

    /// Why a node is not given up, as far as the latest loop found out.
    #[must_use]
    pub fn reason(&self, id: NodeId) -> Option<Reason> {
        let index = self.unremovable.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.unremovable.get(index).map(|(_, reason)| *reason)
    }

    /// The nodes that the latest loop found unremovable, with the reasons.
    #[must_use]
    pub fn unremovable(&self) -> &[(NodeId, Reason)] {
        &self.unremovable
    }

    /// The nodes that are not looked at again for a while.
    #[must_use]
    pub fn resting(&self) -> &[Rest] {
        &self.resting
    }
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
        if scratch.schedule(pod, |_, _| true).is_none() {
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
