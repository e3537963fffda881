//! One autoscaler: its memory between loops, and the loop.
//!
//! The order of a loop is that of `RunOnce` of the cluster autoscaler: observe, clear away what never came
//! up, grow, find unneeded nodes, shrink, bring groups up to their smallest size.

use std::borrow::Cow;
use std::sync::Arc;

use super::budget::{Deletions, Parallelism};
use super::budgets::Budgets;
use super::cluster_state::{ClusterState, DELETION_TIME_MS, FailedInstance, Observation, Unregistered};
use super::estimator::imagined;
use super::evictability::{is_daemon, is_recreated};
use super::expander::Candidate;
use super::group::Group;
use super::notice::{Notice, Resize};
use super::pending;
use super::planner::{Planner, Situation};
use super::quota::{Quota, cluster_wide};
use super::readiness::NodeFacts;
use super::scale_up::{self, EstimateLimit, Request};
use super::scratch::Scratch;
use super::settings::{Setting, Settings};
use super::template::Template;
use super::view::{Seen, View};
use crate::ground::id::PoolId;
use crate::ground::memo::Memo;
use crate::ground::sorted::advance_to;
use crate::kubernetes::{NodeId, NodeInfo, Pod, PodSpec};

/// Input of a loop: the cluster at this moment.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The groups.
    pub groups: Vec<Group>,
    /// Template node of each group, in the order of `groups`.
    pub templates: &'a [Template],
    /// All nodes.
    pub view: View,
    /// Nodes whose machines are gone.
    pub gone: Vec<NodeId>,
    /// For each group, instance ids of machines that should have a node and have none.
    pub unregistered: Vec<Vec<u32>>,
    /// For each group, machines that could not be brought up.
    pub failed: Vec<Vec<FailedInstance>>,
    /// Pending pods: they wait for a node.
    pub pending: Vec<Pod>,
    /// Pods that were evicted and may not have been recreated yet.
    pub evicted: Vec<Pod>,
    /// Nodes that are being deleted without a drain.
    pub deleting: Vec<NodeId>,
    /// Nodes that are being drained before they are deleted.
    pub draining: Vec<NodeId>,
    /// The pod disruption budgets, with the disruptions that each still allows.
    pub budgets: Budgets,
    /// Limits of cores and memory beside that of the cluster.
    pub quotas: Vec<Quota>,
    /// Bound on estimates: none, or the free capacity of the groups and the cluster.
    pub limit: EstimateLimit,
    /// Generation of the cluster's nodes, pods and budgets; loops that see the same number are given the same.
    pub generation: u64,
}

impl Scene<'_> {
    /// Returns `true` if a node's machine is gone.
    fn is_gone(&self, id: NodeId) -> bool {
        // Asked of every node; mostly none is.
        !self.gone.is_empty() && self.gone.contains(&id)
    }
}

/// The cloud provider of a loop, and the actuator that drains and deletes nodes.
pub trait Provider {
    /// The target size of a group.
    fn target(&self, group: usize) -> u32;

    /// Grows a group.
    ///
    /// # Errors
    ///
    /// A sentence where it refuses.
    fn grow(&mut self, group: usize, by: u32) -> Result<(), String>;

    /// Gives up machines of a group that never became nodes: deletes or deallocates them.
    ///
    /// # Errors
    ///
    /// A sentence where it refuses.
    fn delete_instances(&mut self, group: usize, instances: &[u32]) -> Result<(), String>;

    /// Lowers the target of a group by nodes that were asked for and are not there.
    fn shrink_target(&mut self, group: usize, by: u32);

    /// Begins to remove nodes: `empty` ones at once, those in `drain` after a drain.
    fn remove_nodes(&mut self, empty: &[NodeId], drain: &[NodeId]);

    /// Returns the number of pods that the pod's controller has still to create; `None` if it is not known.
    fn missing_replicas(&self, spec: &PodSpec) -> Option<u32>;

    /// Picks one of the options by the expander; returns its index, or `None` if no option is worth anything.
    fn choose(&mut self, options: &[Candidate], notices: &mut Vec<Notice>) -> Option<usize>;
}

/// Times of the latest changes of a group or of the cluster, in milliseconds; cooldowns are counted from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LastTimes {
    /// Latest scale-up.
    pub scale_up_ms: Option<u64>,
    /// Latest start of a node's removal.
    pub scale_down_ms: Option<u64>,
    /// Latest failure to empty a node.
    pub failure_ms: Option<u64>,
}

/// The cluster autoscaler: all that it remembers between its loops.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Autoscaler {
    /// Health, pending scale-ups and backoffs of the groups.
    pub state: ClusterState,
    /// The planner, with the unneeded nodes.
    pub planner: Planner,
    /// Times of the latest changes of the cluster.
    pub last: LastTimes,
    /// Times of the latest changes of each group.
    pub last_of_group: Vec<(PoolId, LastTimes)>,
    /// Copy of the cluster on which loops simulate (upstream: `ClusterSnapshot`), kept only to save rebuilding it.
    scratch: Memo<Scratch>,
}

/// Result of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LoopOutcome {
    /// Something was done that another loop could follow up at once.
    pub has_acted: bool,
    /// The cluster was found unfit for scaling: too many nodes are unready.
    pub is_unhealthy: bool,
    /// Scale-up is put off because the pending pods are so young that more are likely to follow.
    pub waits_for_burst: bool,
}

/// Returns the time at which a delay after an event ends; `None` if there was no event.
fn until_ms(then_ms: Option<u64>, delay_ms: u64) -> Option<u64> {
    then_ms.map(|then_ms| then_ms + delay_ms)
}

impl LastTimes {
    /// Returns the time at which the latest of the cooldowns ends; `None` if there was no event.
    #[must_use]
    pub fn cooldown_until_ms(&self, settings: &Settings) -> Option<u64> {
        let ends = [
            until_ms(self.scale_up_ms, settings.number(Setting::ScaleDownDelayAfterAdd)),
            until_ms(self.failure_ms, settings.number(Setting::ScaleDownDelayAfterFailure)),
            until_ms(self.scale_down_ms, settings.delay_after_delete_ms()),
        ];
        ends.into_iter().flatten().max()
    }

    fn is_cooling(&self, settings: &Settings, now_ms: u64) -> bool {
        self.cooldown_until_ms(settings).is_some_and(|until_ms| until_ms > now_ms)
    }
}

/// Context of a running loop: cluster, provider, settings, time and events.
pub struct Loop<'a, 's> {
    /// The cluster; changes that the loop makes to its groups show here at once.
    pub scene: &'a mut Scene<'s>,
    /// The cloud provider.
    pub provider: &'a mut dyn Provider,
    /// The settings.
    pub settings: &'a Settings,
    /// The current time, in milliseconds.
    pub now_ms: u64,
    /// Events collected in this loop.
    pub notices: &'a mut Vec<Notice>,
}

impl Autoscaler {
    /// Runs one loop and returns its result.
    pub fn run_once(&mut self, at: &mut Loop<'_, '_>) -> LoopOutcome {
        let mut outcome = LoopOutcome::default();
        let facts = facts(at.scene);
        let seen = Observation {
            groups: &at.scene.groups,
            nodes: &facts,
            unregistered: &at.scene.unregistered,
            failed: &at.scene.failed,
        };
        self.state.update(&seen, at.settings, at.now_ms, at.notices);
        outcome.has_acted |= self.remove_unregistered(at);
        if !self.state.is_cluster_healthy(at.settings) {
            self.planner.clear();
            at.notices.push(Notice::ClusterUnhealthy);
            outcome.is_unhealthy = true;
            return outcome;
        }
        outcome.has_acted |= self.delete_failed(at);
        if self.fix_sizes(at) {
            outcome.has_acted = true;
            return outcome;
        }
        let mut scratch = std::mem::take(&mut self.scratch.0);
        self.renew(&mut scratch, &facts, at);
        let pods = pods_to_help(&mut scratch, at);
        let has_grown = match self.grow(&pods, &mut scratch, at) {
            Growth::Grew => true,
            Growth::Waits => {
                outcome.waits_for_burst = true;
                false
            }
            Growth::None => false,
        };
        outcome.has_acted |= has_grown;
        let is_forbidden = has_grown || outcome.waits_for_burst;
        outcome.has_acted |= self.shrink(&mut scratch, at, is_forbidden);
        if at.settings.is(Setting::EnforceNodeGroupMinSize) {
            outcome.has_acted |= self.fill_up(&scratch, at);
        }
        self.scratch.0 = scratch;
        outcome
    }

    /// Gives up machines that should have become nodes by now, without going below the smallest size.
    fn remove_unregistered(&mut self, at: &mut Loop<'_, '_>) -> bool {
        let provision_ms = at.settings.number(Setting::MaxNodeProvisionTime);
        let mut has_removed = false;
        for index in 0..at.scene.groups.len() {
            let (Some(group), Some(state)) = (at.scene.groups.get(index), self.state.group(index)) else { continue };
            let is_overdue = |machine: &&Unregistered| machine.since_ms + provision_ms < at.now_ms;
            let possible = group.target.saturating_sub(group.min) as usize;
            let overdue = state.unregistered.iter().filter(is_overdue).take(possible);
            let overdue: Vec<u32> = overdue.map(|machine| machine.instance_id).collect();
            if overdue.is_empty() || at.provider.delete_instances(index, &overdue).is_err() {
                continue;
            }
            let name = |instance_id: &u32| crate::azure::node_name::node_name(&group.name, *instance_id);
            at.notices.extend(overdue.iter().map(|id| Notice::DeleteUnregistered { node: name(id).into() }));
            has_removed = true;
            self.renew_target(index, at);
        }
        has_removed
    }

    /// Gives up machines that could not be brought up.
    fn delete_failed(&mut self, at: &mut Loop<'_, '_>) -> bool {
        let mut has_deleted = false;
        for index in 0..at.scene.groups.len() {
            let failed = at.scene.failed.get(index).map_or(&[][..], Vec::as_slice);
            let failed: Vec<u32> = failed.iter().map(|(instance_id, _)| *instance_id).collect();
            if !failed.is_empty() && at.provider.delete_instances(index, &failed).is_ok() {
                has_deleted = true;
                self.renew_target(index, at);
            }
        }
        has_deleted
    }

    /// Lowers targets that have exceeded the registered nodes for longer than the provision time.
    fn fix_sizes(&mut self, at: &mut Loop<'_, '_>) -> bool {
        let mut has_fixed = false;
        for index in 0..at.scene.groups.len() {
            let missing = self.state.missing(index, at.settings, at.now_ms);
            if missing > 0 {
                let before = at.provider.target(index);
                at.provider.shrink_target(index, missing);
                self.renew_target(index, at);
                // A provider whose sizes follow its machines has nothing to forget.
                has_fixed |= at.provider.target(index) != before;
            }
        }
        has_fixed
    }

    fn renew_target(&mut self, index: usize, at: &mut Loop<'_, '_>) {
        if let Some(group) = at.scene.groups.get_mut(index) {
            group.target = at.provider.target(index);
        }
        self.state.recalculate(&at.scene.groups);
    }

    /// Rebuilds the copy of the cluster. In groups that wait for nodes, template nodes that will soon be
    /// ready replace those that have not started; expendable pods are left out.
    fn renew(&self, scratch: &mut Scratch, facts: &[NodeFacts], at: &Loop<'_, '_>) {
        let Loop { scene, settings, now_ms, .. } = at;
        let startup_ms = settings.number(Setting::MaxNodeStartupTime);
        let upcoming: Vec<u32> = (0..scene.groups.len()).map(|group| self.upcoming(group, scene)).collect();
        let has_started = |facts: &NodeFacts| {
            let is_awaited = |group| upcoming.get(group).is_some_and(|upcoming| *upcoming > 0);
            let is_waited_for = !facts.is_ready && !facts.is_gone && facts.group.is_some_and(is_awaited);
            !(is_waited_for && !facts.is_shut_down && facts.created_ms + startup_ms > *now_ms)
        };
        // Few clusters count pods of ordinary importance as expendable.
        let are_all_asked = settings.get(Setting::ExpendablePodsPriorityCutoff) > 0;
        let nodes = scene.view.nodes().iter().zip(scene.view.seen());
        let started = nodes.zip(facts).filter(|(_, facts)| has_started(facts)).map(|(node, _)| node);
        scratch.renew(started.map(|(node, seen)| {
            let is_asked = are_all_asked || seen.has_unimportant_pods;
            if is_asked { without_expendable(node, settings) } else { Cow::Borrowed(node) }
        }));
        for (template, upcoming) in scene.templates.iter().zip(upcoming) {
            for number in 0..upcoming {
                scratch.add(Arc::new(imagined(&template.node, "upcoming", number)));
            }
        }
    }

    fn upcoming(&self, index: usize, scene: &Scene<'_>) -> u32 {
        scene.groups.get(index).map_or(0, |group| self.state.upcoming(index, group.policy))
    }

    fn grow(&mut self, pods: &[Pod], scratch: &mut Scratch, at: &mut Loop<'_, '_>) -> Growth {
        if pods.is_empty() {
            return Growth::None;
        }
        let max = at.settings.number(Setting::MaxNodesTotal);
        let ready = at.scene.view.nodes().iter().filter(|node| node.is_ready).count();
        if max > 0 && u64::try_from(ready).unwrap_or(u64::MAX) >= max {
            at.notices.push(Notice::MaxNodesTotalReached { max });
            let reasons = |pod: &Pod| Notice::MaxNodesForPod { pod: pod.id };
            at.notices.extend(pods.iter().map(reasons));
            return Growth::None;
        }
        if pending::is_burst(pods, at.now_ms) {
            return Growth::Waits;
        }
        let request = request(at.scene, pods, at.settings, at.now_ms);
        let mut choice = Vec::new();
        let provider = std::cell::RefCell::new(&mut *at.provider);
        let mut choose = |options: &[Candidate]| provider.borrow_mut().choose(options, &mut choice);
        let mut grow = |group: usize, by: u32| provider.borrow_mut().grow(group, by);
        let found = scale_up::scale_up(&request, scratch, &mut self.state, &mut choose, &mut grow, at.notices);
        at.notices.append(&mut choice);
        found.report(at.notices);
        let has_grown = found.is_successful();
        self.after_growth(&found.resizes, at);
        if has_grown { Growth::Grew } else { Growth::None }
    }

    fn after_growth(&mut self, resizes: &[Resize], at: &mut Loop<'_, '_>) {
        for index in 0..at.scene.groups.len() {
            self.renew_target(index, at);
        }
        for resize in resizes {
            self.last.scale_up_ms = Some(at.now_ms);
            let grown = at.scene.groups.iter().find(|group| group.name == resize.group).map(|group| group.id);
            if let Some(group) = grown {
                self.last_of(group).scale_up_ms = Some(at.now_ms);
            }
        }
    }

    /// Returns the times of the latest changes of a group; adds an entry if there is none.
    pub fn last_of(&mut self, group: PoolId) -> &mut LastTimes {
        let known = self.last_of_group.iter().position(|(id, _)| *id == group);
        let index = known.unwrap_or_else(|| {
            self.last_of_group.push((group, LastTimes::default()));
            self.last_of_group.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "found or pushed just above")]
        &mut self.last_of_group[index].1
    }

    /// Records that a node could not be emptied.
    pub fn on_failed_removal(&mut self, id: NodeId, now_ms: u64) {
        self.last.failure_ms = Some(now_ms);
        self.last_of(id.pool).failure_ms = Some(now_ms);
    }

    /// Finds the unneeded nodes, and begins to remove those that have been unneeded for long enough.
    fn shrink(&mut self, scratch: &mut Scratch, at: &mut Loop<'_, '_>, is_forbidden: bool) -> bool {
        let (settings, now_ms) = (at.settings, at.now_ms);
        let candidates = self.candidates(scratch, at.scene, settings, now_ms);
        let in_progress: Vec<NodeId> = at.scene.deleting.iter().chain(&at.scene.draining).copied().collect();
        let situation = Situation {
            generation: at.scene.generation,
            groups: &at.scene.groups,
            candidates: &candidates,
            in_progress: &in_progress,
            evicted: &at.scene.evicted,
            settings,
            now_ms,
            interval_ms: settings.number(Setting::ScanInterval),
        };
        let missing = |spec: &PodSpec| at.provider.missing_replicas(spec);
        self.planner.update(scratch, &mut at.scene.budgets, &situation, missing);
        let is_local = settings.is(Setting::ScaleDownDelayTypeLocal);
        if is_forbidden || candidates.is_empty() || (!is_local && self.last.is_cooling(settings, now_ms)) {
            return false;
        }
        let mut going = self.planner.nodes_to_delete(scratch, &situation);
        let limits = Parallelism {
            all: settings.count(Setting::MaxEmptyBulkDelete),
            drain: settings.count(Setting::MaxDrainParallelism),
        };
        let wanted = Deletions { empty: going.empty.len(), drain: going.drain.len() };
        let under_way = Deletions { empty: at.scene.deleting.len(), drain: at.scene.draining.len() };
        let allowed = limits.crop(under_way, wanted);
        going.empty.truncate(allowed.empty);
        going.drain.truncate(allowed.drain);
        if going.empty.is_empty() && going.drain.is_empty() {
            return false;
        }
        at.provider.remove_nodes(&going.empty, &going.drain);
        self.last.scale_down_ms = Some(now_ms);
        for id in going.empty.iter().chain(&going.drain) {
            self.last_of(id.pool).scale_down_ms = Some(now_ms);
            if let Some(index) = at.scene.groups.iter().position(|group| group.id == id.pool) {
                self.state.register_scale_down(index, now_ms + DELETION_TIME_MS);
                self.renew_target(index, at);
            }
        }
        true
    }

    /// Returns the places of the nodes to consider for removal: of groups that are above their smallest size
    /// and not in a cooldown of their own; empty ones first, then those that were unneeded before.
    fn candidates(&self, scratch: &Scratch, scene: &Scene<'_>, settings: &Settings, now_ms: u64) -> Vec<usize> {
        let is_local = settings.is(Setting::ScaleDownDelayTypeLocal);
        let is_resting = |group: &Group| {
            let last = self.last_of_group.iter().find(|(id, _)| *id == group.id);
            is_local && last.is_some_and(|(_, last)| last.is_cooling(settings, now_ms))
        };
        let shrinking: Vec<&Group> =
            scene.groups.iter().filter(|group| group.target > group.min && !is_resting(group)).collect();
        let mut unneeded = self.planner.unneeded.nodes();
        let mut candidates: [Vec<usize>; 4] = std::array::from_fn(|_| Vec::with_capacity(scratch.registered().len()));
        for (place, node) in scratch.registered().iter().map(|place| place.glance).enumerate() {
            let group = shrinking.iter().find(|group| group.id == node.id.pool);
            if group.is_none_or(|group| node.is_kept(group.policy)) || scene.is_gone(node.id) {
                continue;
            }
            // Both are sorted by identity.
            let was_unneeded = advance_to(&mut unneeded, |unneeded| unneeded.id, node.id).is_some();
            let rank = 2 * usize::from(!node.is_empty) + usize::from(!was_unneeded);
            if let Some(candidates) = candidates.get_mut(rank) {
                candidates.push(place);
            }
        }
        candidates.concat()
    }

    /// Brings groups up to their smallest size.
    fn fill_up(&mut self, scratch: &Scratch, at: &mut Loop<'_, '_>) -> bool {
        if at.scene.groups.iter().all(|group| group.target >= group.min) {
            return false;
        }
        let request = request(at.scene, &[], at.settings, at.now_ms);
        let mut grow = |group: usize, by: u32| at.provider.grow(group, by);
        let resizes = scale_up::scale_up_to_min(&request, scratch, &mut self.state, &mut grow, at.notices);
        self.after_growth(&resizes, at);
        !resizes.is_empty()
    }
}

enum Growth {
    None,
    Waits,
    Grew,
}

fn request<'a>(scene: &'a Scene<'_>, pods: &'a [Pod], settings: &'a Settings, now_ms: u64) -> Request<'a> {
    let cores = settings.number(Setting::CoresTotalMax);
    let memory = settings.number(Setting::MemoryTotalMax);
    let quotas = std::iter::once(cluster_wide(cores, memory)).chain(scene.quotas.iter().cloned()).collect();
    Request { groups: &scene.groups, templates: scene.templates, pods, quotas, limit: scene.limit, settings, now_ms }
}

/// Collects the facts about nodes that decide the cluster's health.
fn facts(scene: &Scene<'_>) -> Vec<NodeFacts> {
    let fact = |node: &Seen| NodeFacts {
        group: scene.groups.iter().position(|group| group.id == node.id.pool),
        is_ready: node.is_ready,
        is_shut_down: node.is_shut_down,
        is_gone: scene.is_gone(node.id),
        created_ms: node.created_ms,
    };
    scene.view.seen().iter().map(fact).collect()
}

/// Returns the pods that need nodes: pending ones, and those that will be because their node is drained.
fn pods_to_help(scratch: &mut Scratch, at: &Loop<'_, '_>) -> Vec<Pod> {
    let Loop { scene, settings, now_ms, .. } = at;
    let mut pods = scene.pending.clone();
    pods.retain(|pod| !pending::is_expendable(&pod.spec, settings));
    for id in &scene.draining {
        let node = scratch.place_of(*id).and_then(|place| scratch.node(place));
        let leaving = node.into_iter().flat_map(|node| node.pods());
        let returning = leaving.filter(|pod| pod.takes_room() && !pod.is_terminating() && is_recreated(&pod.spec));
        pods.extend(returning.cloned());
    }
    let mut pods = pending::without_room(scratch, pods);
    pods.retain(|pod| !is_daemon(&pod.spec) && pending::is_old_enough(pod, settings, *now_ms));
    pods
}

/// Returns a node without its expendable pods, which may be pushed aside at any time.
fn without_expendable<'a>(node: &'a Arc<NodeInfo>, settings: &Settings) -> Cow<'a, Arc<NodeInfo>> {
    let expendable = node.pods().iter().filter(|pod| pending::is_expendable(&pod.spec, settings));
    let expendable: Vec<_> = expendable.map(|pod| pod.id).collect();
    if expendable.is_empty() {
        return Cow::Borrowed(node);
    }
    let mut node = NodeInfo::clone(node);
    for id in expendable {
        node.remove_pod(id);
    }
    Cow::Owned(Arc::new(node))
}
