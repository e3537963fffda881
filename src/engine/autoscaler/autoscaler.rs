//! One autoscaler: its memory between loops, and the loop.
//!
//! The order of a loop is that of `RunOnce` of the cluster autoscaler: observe, clear away what never came
//! up, scale up, find unneeded nodes, scale down, bring groups up to their smallest size.

use std::borrow::Cow;
use std::sync::Arc;

use super::cluster_snapshot::ClusterSnapshot;
use super::cluster_state::{ClusterState, DELETION_TIME_MS, FailedInstance, Observation, UnregisteredNode};
use super::drainability::{is_daemon, is_recreated};
use super::estimator::node_from_template;
use super::event::{AutoscalerEvent, Resize};
use super::expander::ExpansionOption;
use super::node_group::NodeGroup;
use super::pending;
use super::planner::{Planner, PlannerInput};
use super::quota::{Quota, cluster_wide};
use super::readiness::NodeFacts;
use super::registered_nodes::{NodeSummary, RegisteredNodes};
use super::remaining_budgets::RemainingBudgets;
use super::scale_down_budget::{DeletionCounts, ScaleDownBudget};
use super::scale_up::{self, EstimateLimit, ScaleUpInput};
use super::settings::{Setting, Settings};
use super::template::Template;
use crate::ground::id::PoolId;
use crate::ground::memo::Memo;
use crate::ground::sorted::advance_to;
use crate::kubernetes::{NodeId, NodeInfo, Pod, PodSpec};

/// Input of a loop: the cluster at this moment.
#[derive(Debug)]
pub struct LoopInput<'a> {
    /// The groups.
    pub groups: Vec<NodeGroup>,
    /// Template node of each group, in the order of `groups`.
    pub templates: &'a [Template],
    /// All nodes.
    pub nodes: RegisteredNodes,
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
    pub budgets: RemainingBudgets,
    /// Limits of cores and memory beside that of the cluster.
    pub quotas: Vec<Quota>,
    /// Bound on estimates: none, or the free capacity of the groups and the cluster.
    pub limit: EstimateLimit,
    /// Generation of the cluster's nodes, pods and budgets; loops that see the same number are given the same.
    pub generation: u64,
}

impl LoopInput<'_> {
    /// Returns `true` if a node's machine is gone.
    fn is_gone(&self, id: NodeId) -> bool {
        // Asked of every node; mostly none is.
        !self.gone.is_empty() && self.gone.contains(&id)
    }
}

/// The cloud provider of a loop, and the actuator that drains and deletes nodes.
pub trait CloudProvider {
    /// The target size of a group.
    fn target_size(&self, group: usize) -> u32;

    /// Grows a group.
    ///
    /// # Errors
    ///
    /// A sentence where it refuses.
    fn increase_size(&mut self, group: usize, by: u32) -> Result<(), String>;

    /// Gives up machines of a group that never became nodes: deletes or deallocates them.
    ///
    /// # Errors
    ///
    /// A sentence where it refuses.
    fn delete_instances(&mut self, group: usize, instances: &[u32]) -> Result<(), String>;

    /// Lowers the target of a group by nodes that were asked for and are not there.
    fn decrease_target_size(&mut self, group: usize, by: u32);

    /// Begins to remove nodes: `empty` ones at once, those in `drain` after a drain.
    fn start_deletion(&mut self, empty: &[NodeId], drain: &[NodeId]);

    /// Returns the number of pods that the pod's controller has still to create; `None` if it is not known.
    fn missing_replicas(&self, spec: &PodSpec) -> Option<u32>;

    /// Picks one of the options by the expander; returns its index, or `None` if no option is worth anything.
    fn best_option(&mut self, options: &[ExpansionOption], events: &mut Vec<AutoscalerEvent>) -> Option<usize>;
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
    snapshot: Memo<ClusterSnapshot>,
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

    fn is_cooling_down(&self, settings: &Settings, now_ms: u64) -> bool {
        self.cooldown_until_ms(settings).is_some_and(|until_ms| until_ms > now_ms)
    }
}

/// Context of a running loop: cluster, provider, settings, time and events.
pub struct AutoscalingContext<'a, 's> {
    /// The cluster; changes that the loop makes to its groups show here at once.
    pub input: &'a mut LoopInput<'s>,
    /// The cloud provider.
    pub provider: &'a mut dyn CloudProvider,
    /// The settings.
    pub settings: &'a Settings,
    /// The current time, in milliseconds.
    pub now_ms: u64,
    /// Events collected in this loop.
    pub events: &'a mut Vec<AutoscalerEvent>,
}

impl Autoscaler {
    /// Runs one loop and returns its result.
    pub fn run_once(&mut self, context: &mut AutoscalingContext<'_, '_>) -> LoopOutcome {
        let mut outcome = LoopOutcome::default();
        let facts = node_facts(context.input);
        let observation = Observation {
            groups: &context.input.groups,
            nodes: &facts,
            unregistered: &context.input.unregistered,
            failed: &context.input.failed,
        };
        self.state.update(&observation, context.settings, context.now_ms, context.events);
        outcome.has_acted |= self.remove_old_unregistered(context);
        if !self.state.is_cluster_healthy(context.settings) {
            self.planner.clear();
            context.events.push(AutoscalerEvent::ClusterUnhealthy);
            outcome.is_unhealthy = true;
            return outcome;
        }
        outcome.has_acted |= self.delete_created_with_errors(context);
        if self.fix_node_group_sizes(context) {
            outcome.has_acted = true;
            return outcome;
        }
        let mut snapshot = std::mem::take(&mut self.snapshot.0);
        self.rebuild_snapshot(&mut snapshot, &facts, context);
        let pods = pods_to_help(&mut snapshot, context);
        let has_grown = match self.scale_up(&pods, &mut snapshot, context) {
            ScaleUpAttempt::Done => true,
            ScaleUpAttempt::Waits => {
                outcome.waits_for_burst = true;
                false
            }
            ScaleUpAttempt::None => false,
        };
        outcome.has_acted |= has_grown;
        let is_forbidden = has_grown || outcome.waits_for_burst;
        outcome.has_acted |= self.scale_down(&mut snapshot, context, is_forbidden);
        if context.settings.is(Setting::EnforceNodeGroupMinSize) {
            outcome.has_acted |= self.scale_up_to_min(&snapshot, context);
        }
        self.snapshot.0 = snapshot;
        outcome
    }

    /// Gives up machines that should have become nodes by now, without going below the smallest size.
    fn remove_old_unregistered(&mut self, context: &mut AutoscalingContext<'_, '_>) -> bool {
        let provision_ms = context.settings.number(Setting::MaxNodeProvisionTime);
        let mut has_removed = false;
        for index in 0..context.input.groups.len() {
            let (Some(group), Some(state)) = (context.input.groups.get(index), self.state.group(index)) else {
                continue;
            };
            let is_overdue = |machine: &&UnregisteredNode| machine.since_ms + provision_ms < context.now_ms;
            let possible = group.target.saturating_sub(group.min) as usize;
            let overdue = state.unregistered.iter().filter(is_overdue).take(possible);
            let overdue: Vec<u32> = overdue.map(|machine| machine.instance_id).collect();
            if overdue.is_empty() || context.provider.delete_instances(index, &overdue).is_err() {
                continue;
            }
            let name = |instance_id: &u32| crate::azure::node_name::node_name(&group.name, *instance_id);
            context
                .events
                .extend(overdue.iter().map(|id| AutoscalerEvent::DeleteUnregistered { node: name(id).into() }));
            has_removed = true;
            self.refresh_target(index, context);
        }
        has_removed
    }

    /// Gives up machines that could not be brought up.
    fn delete_created_with_errors(&mut self, context: &mut AutoscalingContext<'_, '_>) -> bool {
        let mut has_deleted = false;
        for index in 0..context.input.groups.len() {
            let failed = context.input.failed.get(index).map_or(&[][..], Vec::as_slice);
            let failed: Vec<u32> = failed.iter().map(|(instance_id, _)| *instance_id).collect();
            if !failed.is_empty() && context.provider.delete_instances(index, &failed).is_ok() {
                has_deleted = true;
                self.refresh_target(index, context);
            }
        }
        has_deleted
    }

    /// Lowers targets that have exceeded the registered nodes for longer than the provision time.
    fn fix_node_group_sizes(&mut self, context: &mut AutoscalingContext<'_, '_>) -> bool {
        let mut has_fixed = false;
        for index in 0..context.input.groups.len() {
            let missing = self.state.missing(index, context.settings, context.now_ms);
            if missing > 0 {
                let before = context.provider.target_size(index);
                context.provider.decrease_target_size(index, missing);
                self.refresh_target(index, context);
                // A provider whose sizes follow its machines has nothing to forget.
                has_fixed |= context.provider.target_size(index) != before;
            }
        }
        has_fixed
    }

    fn refresh_target(&mut self, index: usize, context: &mut AutoscalingContext<'_, '_>) {
        if let Some(group) = context.input.groups.get_mut(index) {
            group.target = context.provider.target_size(index);
        }
        self.state.recalculate(&context.input.groups);
    }

    /// Rebuilds the copy of the cluster. In groups that wait for nodes, template nodes that will soon be
    /// ready replace those that have not started; expendable pods are left out.
    fn rebuild_snapshot(
        &self,
        snapshot: &mut ClusterSnapshot,
        facts: &[NodeFacts],
        context: &AutoscalingContext<'_, '_>,
    ) {
        let AutoscalingContext { input, settings, now_ms, .. } = context;
        let startup_ms = settings.number(Setting::MaxNodeStartupTime);
        let upcoming: Vec<u32> = (0..input.groups.len()).map(|group| self.upcoming(group, input)).collect();
        let has_started = |facts: &NodeFacts| {
            let is_awaited = |group| upcoming.get(group).is_some_and(|upcoming| *upcoming > 0);
            let is_waited_for = !facts.is_ready && !facts.is_gone && facts.group.is_some_and(is_awaited);
            !(is_waited_for && !facts.is_shut_down && facts.created_ms + startup_ms > *now_ms)
        };
        // Few clusters count pods of ordinary importance as expendable.
        let are_all_asked = settings.get(Setting::ExpendablePodsPriorityCutoff) > 0;
        let nodes = input.nodes.all().iter().zip(input.nodes.summaries());
        let started = nodes.zip(facts).filter(|(_, facts)| has_started(facts)).map(|(node, _)| node);
        snapshot.renew(started.map(|(node, seen)| {
            let is_asked = are_all_asked || seen.has_negative_priority_pods;
            if is_asked { without_expendable(node, settings) } else { Cow::Borrowed(node) }
        }));
        for (template, upcoming) in input.templates.iter().zip(upcoming) {
            for number in 0..upcoming {
                snapshot.add(Arc::new(node_from_template(&template.node, "upcoming", number)));
            }
        }
    }

    fn upcoming(&self, index: usize, input: &LoopInput<'_>) -> u32 {
        input.groups.get(index).map_or(0, |group| self.state.upcoming(index, group.policy))
    }

    fn scale_up(
        &mut self,
        pods: &[Pod],
        snapshot: &mut ClusterSnapshot,
        context: &mut AutoscalingContext<'_, '_>,
    ) -> ScaleUpAttempt {
        if pods.is_empty() {
            return ScaleUpAttempt::None;
        }
        let max = context.settings.number(Setting::MaxNodesTotal);
        let ready = context.input.nodes.all().iter().filter(|node| node.is_ready).count();
        if max > 0 && u64::try_from(ready).unwrap_or(u64::MAX) >= max {
            context.events.push(AutoscalerEvent::MaxNodesTotalReached { max });
            let reasons = |pod: &Pod| AutoscalerEvent::MaxNodesForPod { pod: pod.id };
            context.events.extend(pods.iter().map(reasons));
            return ScaleUpAttempt::None;
        }
        if pending::is_burst(pods, context.now_ms) {
            return ScaleUpAttempt::Waits;
        }
        let scale_up_input = scale_up_input(context.input, pods, context.settings, context.now_ms);
        let mut choice = Vec::new();
        let provider = std::cell::RefCell::new(&mut *context.provider);
        let mut best_option = |options: &[ExpansionOption]| provider.borrow_mut().best_option(options, &mut choice);
        let mut increase_size = |group: usize, by: u32| provider.borrow_mut().increase_size(group, by);
        let found = scale_up::scale_up(
            &scale_up_input,
            snapshot,
            &mut self.state,
            &mut best_option,
            &mut increase_size,
            context.events,
        );
        context.events.append(&mut choice);
        found.report(context.events);
        let has_grown = found.is_successful();
        self.register_resizes(&found.resizes, context);
        if has_grown { ScaleUpAttempt::Done } else { ScaleUpAttempt::None }
    }

    fn register_resizes(&mut self, resizes: &[Resize], context: &mut AutoscalingContext<'_, '_>) {
        for index in 0..context.input.groups.len() {
            self.refresh_target(index, context);
        }
        for resize in resizes {
            self.last.scale_up_ms = Some(context.now_ms);
            let grown = context.input.groups.iter().find(|group| group.name == resize.group).map(|group| group.id);
            if let Some(group) = grown {
                self.last_of(group).scale_up_ms = Some(context.now_ms);
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
    fn scale_down(
        &mut self,
        snapshot: &mut ClusterSnapshot,
        context: &mut AutoscalingContext<'_, '_>,
        is_forbidden: bool,
    ) -> bool {
        let (settings, now_ms) = (context.settings, context.now_ms);
        let candidates = self.candidates(snapshot, context.input, settings, now_ms);
        let in_progress: Vec<NodeId> = context.input.deleting.iter().chain(&context.input.draining).copied().collect();
        let planner_input = PlannerInput {
            generation: context.input.generation,
            groups: &context.input.groups,
            candidates: &candidates,
            in_progress: &in_progress,
            evicted: &context.input.evicted,
            settings,
            now_ms,
            interval_ms: settings.number(Setting::ScanInterval),
        };
        let missing = |spec: &PodSpec| context.provider.missing_replicas(spec);
        self.planner.update(snapshot, &mut context.input.budgets, &planner_input, missing);
        let is_local = settings.is(Setting::ScaleDownDelayTypeLocal);
        if is_forbidden || candidates.is_empty() || (!is_local && self.last.is_cooling_down(settings, now_ms)) {
            return false;
        }
        let mut going = self.planner.nodes_to_delete(snapshot, &planner_input);
        let limits = ScaleDownBudget {
            all: settings.count(Setting::MaxEmptyBulkDelete),
            drain: settings.count(Setting::MaxDrainParallelism),
        };
        let wanted = DeletionCounts { empty: going.empty.len(), drain: going.drain.len() };
        let under_way = DeletionCounts { empty: context.input.deleting.len(), drain: context.input.draining.len() };
        let allowed = limits.crop(under_way, wanted);
        going.empty.truncate(allowed.empty);
        going.drain.truncate(allowed.drain);
        if going.empty.is_empty() && going.drain.is_empty() {
            return false;
        }
        context.provider.start_deletion(&going.empty, &going.drain);
        self.last.scale_down_ms = Some(now_ms);
        for id in going.empty.iter().chain(&going.drain) {
            self.last_of(id.pool).scale_down_ms = Some(now_ms);
            if let Some(index) = context.input.groups.iter().position(|group| group.id == id.pool) {
                self.state.register_scale_down(index, now_ms + DELETION_TIME_MS);
                self.refresh_target(index, context);
            }
        }
        true
    }

    /// Returns the places of the nodes to consider for removal: of groups that are above their smallest size
    /// and not in a cooldown of their own; empty ones first, then those that were unneeded before.
    fn candidates(
        &self,
        snapshot: &ClusterSnapshot,
        input: &LoopInput<'_>,
        settings: &Settings,
        now_ms: u64,
    ) -> Vec<usize> {
        let is_local = settings.is(Setting::ScaleDownDelayTypeLocal);
        let is_cooling_down = |group: &NodeGroup| {
            let last = self.last_of_group.iter().find(|(id, _)| *id == group.id);
            is_local && last.is_some_and(|(_, last)| last.is_cooling_down(settings, now_ms))
        };
        let shrinking: Vec<&NodeGroup> =
            input.groups.iter().filter(|group| group.target > group.min && !is_cooling_down(group)).collect();
        let mut unneeded = self.planner.unneeded.nodes();
        let mut candidates: [Vec<usize>; 4] = std::array::from_fn(|_| Vec::with_capacity(snapshot.registered().len()));
        for (place, node) in snapshot.registered().iter().map(|node| node.facts).enumerate() {
            let group = shrinking.iter().find(|group| group.id == node.id.pool);
            if group.is_none_or(|group| node.is_kept(group.policy)) || input.is_gone(node.id) {
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
    fn scale_up_to_min(&mut self, snapshot: &ClusterSnapshot, context: &mut AutoscalingContext<'_, '_>) -> bool {
        if context.input.groups.iter().all(|group| group.target >= group.min) {
            return false;
        }
        let scale_up_input = scale_up_input(context.input, &[], context.settings, context.now_ms);
        let mut increase_size = |group: usize, by: u32| context.provider.increase_size(group, by);
        let resizes =
            scale_up::scale_up_to_min(&scale_up_input, snapshot, &mut self.state, &mut increase_size, context.events);
        self.register_resizes(&resizes, context);
        !resizes.is_empty()
    }
}

enum ScaleUpAttempt {
    None,
    Waits,
    Done,
}

fn scale_up_input<'a>(
    input: &'a LoopInput<'_>,
    pods: &'a [Pod],
    settings: &'a Settings,
    now_ms: u64,
) -> ScaleUpInput<'a> {
    let cores = settings.number(Setting::CoresTotalMax);
    let memory = settings.number(Setting::MemoryTotalMax);
    let quotas = std::iter::once(cluster_wide(cores, memory)).chain(input.quotas.iter().cloned()).collect();
    ScaleUpInput {
        groups: &input.groups,
        templates: input.templates,
        pods,
        quotas,
        limit: input.limit,
        settings,
        now_ms,
    }
}

/// Collects the facts about nodes that decide the cluster's health.
fn node_facts(input: &LoopInput<'_>) -> Vec<NodeFacts> {
    let fact = |node: &NodeSummary| NodeFacts {
        group: input.groups.iter().position(|group| group.id == node.id.pool),
        is_ready: node.is_ready,
        is_shut_down: node.is_shut_down,
        is_gone: input.is_gone(node.id),
        created_ms: node.created_ms,
    };
    input.nodes.summaries().iter().map(fact).collect()
}

/// Returns the pods that need nodes: pending ones, and those that will be because their node is drained.
fn pods_to_help(snapshot: &mut ClusterSnapshot, context: &AutoscalingContext<'_, '_>) -> Vec<Pod> {
    let AutoscalingContext { input, settings, now_ms, .. } = context;
    let mut pods = input.pending.clone();
    pods.retain(|pod| !pending::is_expendable(&pod.spec, settings));
    for id in &input.draining {
        let node = snapshot.slot_of(*id).and_then(|place| snapshot.node(place));
        let leaving = node.into_iter().flat_map(|node| node.pods());
        let returning = leaving.filter(|pod| pod.takes_room() && !pod.is_terminating() && is_recreated(&pod.spec));
        pods.extend(returning.cloned());
    }
    let mut pods = pending::without_room(snapshot, pods);
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
