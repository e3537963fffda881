//! Scale-up for pending pods: the group that grows, and the number of nodes that it gets.
//!
//! Every group that may grow is simulated; an expander picks one of those that help; limits of the group, of
//! similar groups, of the cluster and of its cores and memory cut the number of nodes.

use std::sync::Arc;

use super::balance::{GroupSize, balance};
use super::cluster_snapshot::ClusterSnapshot;
use super::cluster_state::ClusterState;
use super::estimator::{Estimate, estimate};
use super::event::{AutoscalerEvent, Reasons, Resize};
use super::expander::ExpansionOption;
use super::instance::{CreationError, ErrorClass};
use super::node_group::NodeGroup;
use super::pod_groups::equivalence_groups;
use super::quota::{Quota, Quotas};
use super::settings::{Setting, Settings};
use super::template::{Template, are_similar};
use crate::ground::invariant::known;
use crate::kubernetes::{NodeInfo, Pod, Resources};

/// The most nodes that one scale-up asks for (`max-nodes-per-scaleup`).
const NODES_PER_SCALE_UP: u32 = 1000;

const MAX_SIZE_REACHED: &str = "max node group size reached";
const IN_BACKOFF: &str = "in backoff after failed scale-up";
const NOT_READY: &str = "not ready for scale-up";

/// Bound on the number of nodes in an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EstimateLimit {
    /// No bound: all nodes that the pods need are counted.
    None,
    /// The estimate stops at what the groups and the cluster have room for.
    Capacity,
}

/// Input of a scale-up.
#[derive(Debug)]
pub struct ScaleUpInput<'a> {
    /// The groups.
    pub groups: &'a [NodeGroup],
    /// Template node of each group, in the order of `groups`.
    pub templates: &'a [Template],
    /// The pods that need room.
    pub pods: &'a [Pod],
    /// Limits of cores and memory.
    pub quotas: Vec<Quota>,
    /// Bound on estimates.
    pub limit: EstimateLimit,
    /// The settings.
    pub settings: &'a Settings,
    /// The current time, in milliseconds.
    pub now_ms: u64,
}

/// The provider's refusal of a scale-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaleUpError {
    /// Kind of the error, as the autoscaler names it.
    pub kind: &'static str,
    /// The message, a sentence.
    pub message: String,
}

/// A pod that no group takes, with the reasons against the groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoScaleUpInfo<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// The reasons, each with the number of groups that have it.
    pub reasons: Reasons,
}

/// Result of a scale-up.
#[derive(Debug, Default)]
pub struct ScaleUpResult<'a> {
    /// Options that were offered to the expander.
    pub options: Vec<ExpansionOption>,
    /// Changes of the groups' sizes; empty if no group grows.
    pub resizes: Vec<Resize>,
    /// The pods for which the groups grow.
    pub triggered: Vec<&'a Pod>,
    /// Pods that no group takes.
    pub remaining: Vec<NoScaleUpInfo<'a>>,
    /// Pods that another group could help, in a later loop.
    pub awaiting: Vec<&'a Pod>,
    /// The error that stopped it, if any.
    pub error: Option<ScaleUpError>,
}

impl ScaleUpResult<'_> {
    /// Returns `true` if groups grow and no error occurred.
    #[must_use]
    pub fn is_successful(&self) -> bool {
        self.error.is_none() && !self.resizes.is_empty()
    }

    /// Adds the events for pods: those that triggered the scale-up, or those that no group takes.
    pub fn report(&self, events: &mut Vec<AutoscalerEvent>) {
        if !self.resizes.is_empty() {
            let resizes: Arc<[Resize]> = self.resizes.as_slice().into();
            let event = |pod: &&Pod| AutoscalerEvent::TriggeredScaleUp { pod: pod.id, resizes: Arc::clone(&resizes) };
            events.extend(self.triggered.iter().map(event));
        } else if self.error.is_none() {
            let event = |one: &NoScaleUpInfo<'_>| AutoscalerEvent::NotTriggerScaleUp {
                pod: one.pod.id,
                reasons: one.reasons.clone(),
            };
            events.extend(self.remaining.iter().map(event));
        }
    }
}

/// Interchangeable pods, and the answers of the node groups to them (upstream: `equivalence.PodGroup`).
struct PodGroup<'a> {
    pods: Vec<&'a Pod>,
    /// For each group, the reasons for which it does not take them; `None` if it does, or was not asked.
    scheduling_errors: Vec<Option<Vec<String>>>,
    is_schedulable: bool,
}

/// The provider's call that grows a group; takes the place of the group and the number of nodes to add.
pub type IncreaseSize<'a> = &'a mut dyn FnMut(usize, u32) -> Result<(), String>;

/// Runs a scale-up. `best_option` picks one of the options by index; the snapshot is reverted afterwards.
pub fn scale_up<'a>(
    input: &ScaleUpInput<'a>,
    snapshot: &mut ClusterSnapshot,
    state: &mut ClusterState,
    best_option: &mut dyn FnMut(&[ExpansionOption]) -> Option<usize>,
    increase_size: IncreaseSize<'_>,
    events: &mut Vec<AutoscalerEvent>,
) -> ScaleUpResult<'a> {
    let capacity = |node: &NodeInfo| {
        let index = input.groups.iter().position(|group| group.id == node.id.pool);
        index.and_then(|index| input.templates.get(index)).map_or(node.allocatable, |template| template.capacity)
    };
    let node_count = u32::try_from(snapshot.len()).unwrap_or(u32::MAX);
    let quotas = Quotas::new(input.quotas.clone(), snapshot.nodes().map(|node| (Some(node.id.pool), capacity(node))));
    let mut pod_groups: Vec<PodGroup<'a>> = equivalence_groups(input.pods)
        .into_iter()
        .map(|pods| PodGroup { pods, scheduling_errors: vec![None; input.groups.len()], is_schedulable: false })
        .collect();
    let skipped: Vec<Vec<String>> =
        (0..input.groups.len()).map(|group| skip_reasons(input, group, &quotas, state)).collect();
    let valid: Vec<usize> =
        (0..input.groups.len()).filter(|group| skipped.get(*group).is_some_and(Vec::is_empty)).collect();
    for group in &valid {
        check_pod_groups(input, *group, snapshot, &mut pod_groups);
    }
    let mut options: Vec<(usize, Estimate<'a>)> = Vec::new();
    for group in &valid {
        let similar = similar_groups(input, *group, &pod_groups, &valid, state);
        let taken: Vec<Vec<&Pod>> = schedulable_on(&pod_groups, *group).map(|one| one.pods.clone()).collect();
        let nodes_max = nodes_max(input, *group, &similar, node_count);
        let Some(template) = input.templates.get(*group) else { continue };
        if taken.is_empty() || nodes_max == Some(0) {
            continue;
        }
        let option = estimate(snapshot, taken, &template.node, nodes_max);
        if option.nodes > 0 && !option.pods.is_empty() {
            options.push((*group, option));
        }
    }
    let mut found = ScaleUpResult {
        options: options.iter().map(|(group, option)| expansion_option(input, *group, option)).collect(),
        ..ScaleUpResult::default()
    };
    let chosen = best_option(&found.options).filter(|_| !options.is_empty());
    let Some((best, option)) = chosen.and_then(|index| options.get(index)) else {
        found.remaining = remaining(&pod_groups, &skipped);
        return found;
    };
    let best = *best;
    found.triggered.clone_from(&option.pods);
    let count = match cap(input, node_count, option.nodes, events) {
        Ok(count) => count,
        Err(error) => {
            found.error = Some(error);
            return found;
        }
    };
    let each = input.templates.get(best).map(|template| template.capacity).unwrap_or_default();
    let Some(group) = known(input.groups.get(best), "the group of an option") else { return found };
    let count = quotas.check(group.id, each, count).allowed;
    let similar = similar_groups(input, best, &pod_groups, &valid, state);
    let resizes = spread(input, std::iter::once(best).chain(similar).collect(), count);
    found.error = execute(input, &resizes, state, increase_size, events);
    if found.error.is_none() {
        found.resizes = resizes.into_iter().map(|(_, resize)| resize).collect();
        found.remaining = remaining(&pod_groups, &skipped);
        let waits =
            |one: &&PodGroup<'a>| one.is_schedulable && one.scheduling_errors.get(best).is_some_and(Option::is_some);
        found.awaiting = pod_groups.iter().filter(waits).flat_map(|one| one.pods.iter().copied()).collect();
    }
    found
}

/// Brings groups that are below their smallest size up to it; returns the changes of size, none if the
/// provider refuses one.
pub fn scale_up_to_min(
    input: &ScaleUpInput<'_>,
    snapshot: &ClusterSnapshot,
    state: &mut ClusterState,
    increase_size: IncreaseSize<'_>,
    events: &mut Vec<AutoscalerEvent>,
) -> Vec<Resize> {
    let mut resizes = Vec::new();
    let nodes = snapshot.nodes().map(|node| (Some(node.id.pool), node.allocatable));
    let quotas = Quotas::new(input.quotas.clone(), nodes);
    for (index, (group, template)) in input.groups.iter().zip(input.templates).enumerate() {
        let is_safe = state.scaling_safety(index, group.policy, input.settings, input.now_ms).is_safe();
        let missing = group.min.saturating_sub(group.target);
        if missing == 0 || !is_safe || !quotas.check(group.id, template.capacity, 1).exceeded.is_empty() {
            continue;
        }
        let allowed = quotas.check(group.id, template.capacity, missing).allowed;
        if let Ok(added) = cap(input, group.target, allowed, events) {
            let resize =
                Resize { group: Arc::clone(&group.name), from: group.target, to: group.target + added, max: group.max };
            resizes.push((index, resize));
        }
    }
    match execute(input, &resizes, state, increase_size, events) {
        None => resizes.into_iter().map(|(_, resize)| resize).collect(),
        Some(_) => Vec::new(),
    }
}

/// Returns the reasons for which a group is not considered at all; empty if it may grow.
fn skip_reasons(input: &ScaleUpInput<'_>, index: usize, quotas: &Quotas, state: &ClusterState) -> Vec<String> {
    let (Some(group), Some(template)) = (input.groups.get(index), input.templates.get(index)) else {
        return vec![NOT_READY.to_owned()];
    };
    let safety = state.scaling_safety(index, group.policy, input.settings, input.now_ms);
    if !safety.is_healthy {
        return vec![NOT_READY.to_owned()];
    }
    if safety.backoff.is_some() {
        return vec![IN_BACKOFF.to_owned()];
    }
    if group.target >= group.max {
        return vec![MAX_SIZE_REACHED.to_owned()];
    }
    quotas.check(group.id, template.capacity, 1).exceeded
}

/// Checks which pods a new node of a group would take, and stores the reasons against it.
fn check_pod_groups(
    input: &ScaleUpInput<'_>,
    group: usize,
    snapshot: &mut ClusterSnapshot,
    pod_groups: &mut [PodGroup<'_>],
) {
    let Some(template) = known(input.templates.get(group), "the template node of a group") else { return };
    let fork = snapshot.fork();
    let slot = snapshot.add(Arc::new(template.node.clone()));
    for one in pod_groups {
        let Some(sample) = one.pods.first() else { continue };
        let topology = snapshot.topology_counts(&sample.spec);
        let refusal = match snapshot.check(&sample.spec, slot, &topology) {
            Some(Err(misfit)) => Some(misfit.reasons()),
            Some(Ok(())) => None,
            None => Some(Vec::new()),
        };
        one.is_schedulable |= refusal.is_none();
        if let Some(error) = one.scheduling_errors.get_mut(group) {
            *error = refusal;
        }
    }
    snapshot.revert(fork);
}

fn schedulable_on<'a, 'p>(pod_groups: &'a [PodGroup<'p>], group: usize) -> impl Iterator<Item = &'a PodGroup<'p>> {
    pod_groups.iter().filter(move |one| one.scheduling_errors.get(group).is_some_and(Option::is_none))
}

/// Returns the groups that take the same pods, have the same kind of nodes, and may grow.
fn similar_groups(
    input: &ScaleUpInput<'_>,
    group: usize,
    pod_groups: &[PodGroup<'_>],
    valid: &[usize],
    state: &ClusterState,
) -> Vec<usize> {
    if !input.settings.is(Setting::BalanceSimilarNodeGroups) {
        return Vec::new();
    }
    let Some(template) = known(input.templates.get(group), "the template node of a group") else { return Vec::new() };
    let is_similar = |other: &usize| {
        let other_group = input.groups.get(*other);
        *other != group
            && valid.contains(other)
            && input.templates.get(*other).is_some_and(|other| are_similar(template, other))
            && other_group
                .is_some_and(|found| state.scaling_safety(*other, found.policy, input.settings, input.now_ms).is_safe())
            && schedulable_on(pod_groups, group)
                .all(|one| one.scheduling_errors.get(*other).is_some_and(Option::is_none))
    };
    (0..input.groups.len()).filter(is_similar).collect()
}

/// Returns the most nodes that an estimate may come to; `None` if there is no bound.
fn nodes_max(input: &ScaleUpInput<'_>, group: usize, similar: &[usize], node_count: u32) -> Option<u32> {
    if input.limit == EstimateLimit::None {
        return None;
    }
    let room = |index: &usize| input.groups.get(*index).map_or(0, |group| group.max.saturating_sub(group.target));
    let room = std::iter::once(&group).chain(similar).map(room).sum();
    let max = match input.settings.number(Setting::MaxNodesTotal) {
        0 => u32::MAX,
        max => u32::try_from(max).unwrap_or(u32::MAX).saturating_sub(node_count),
    };
    Some(NODES_PER_SCALE_UP.min(room).min(max))
}

fn expansion_option(input: &ScaleUpInput<'_>, group: usize, option: &Estimate<'_>) -> ExpansionOption {
    let requests = option.pods.iter().map(|pod| pod.spec.requests());
    ExpansionOption {
        group: input.groups.get(group).map_or_else(|| "".into(), |group| Arc::clone(&group.name)),
        nodes: option.nodes,
        pods: option.pods.len(),
        requested: requests.fold(Resources::default(), |sum, one| sum + one),
        node: input.templates.get(group).map(|template| template.capacity).unwrap_or_default(),
    }
}

/// Cuts a number of new nodes to what the limit on all nodes of the cluster leaves.
fn cap(
    input: &ScaleUpInput<'_>,
    here: u32,
    count: u32,
    events: &mut Vec<AutoscalerEvent>,
) -> Result<u32, ScaleUpError> {
    let max = input.settings.number(Setting::MaxNodesTotal);
    if max == 0 || u64::from(here) + u64::from(count) <= max {
        return Ok(count);
    }
    events.push(AutoscalerEvent::MaxNodesTotalReached { max });
    let left = u32::try_from(max.saturating_sub(here.into())).unwrap_or(u32::MAX);
    if left == 0 {
        let message = "max node total count already reached".to_owned();
        return Err(ScaleUpError { kind: "transientError", message });
    }
    Ok(left)
}

/// Spreads new nodes over groups, the smallest first.
fn spread(input: &ScaleUpInput<'_>, mut groups: Vec<usize>, count: u32) -> Vec<(usize, Resize)> {
    let find = |index: &usize| input.groups.get(*index);
    groups.sort_by_key(|index| find(index).map_or(0, |group| group.target));
    let sizes_before: Vec<GroupSize> =
        groups.iter().filter_map(find).map(|group| GroupSize { size: group.target, max: group.max }).collect();
    let sizes = balance(&sizes_before, count);
    let resized = groups.iter().zip(sizes).filter_map(|(index, to)| {
        let group = find(index).filter(|group| group.target != to)?;
        Some((*index, Resize { group: Arc::clone(&group.name), from: group.target, to, max: group.max }))
    });
    resized.collect()
}

/// Asks the provider to grow the groups. Without parallel scale-up the first refusal stops the rest; with it
/// all are tried.
fn execute(
    input: &ScaleUpInput<'_>,
    resizes: &[(usize, Resize)],
    state: &mut ClusterState,
    increase_size: IncreaseSize<'_>,
    events: &mut Vec<AutoscalerEvent>,
) -> Option<ScaleUpError> {
    let (settings, now_ms) = (input.settings, input.now_ms);
    let mut failure: Option<ScaleUpError> = None;
    for (group, resize) in resizes {
        events.push(AutoscalerEvent::ScaledUpGroup { resize: resize.clone(), is_done: false });
        let increase = resize.to.saturating_sub(resize.from);
        if let Err(error) = increase_size(*group, increase) {
            events
                .push(AutoscalerEvent::FailedToScaleUpGroup { group: Arc::clone(&resize.group), error: error.clone() });
            let kind = "cloudProviderError";
            let message = format!("failed to increase node group size: {error}");
            let known = CreationError { class: ErrorClass::Other, code: kind.into(), message: message.clone().into() };
            state.register_failed_scale_up(*group, known, settings, now_ms);
            match &mut failure {
                Some(first) if !first.message.ends_with("...and other errors") => {
                    first.message.push_str(" ...and other errors");
                }
                Some(_) => {}
                None => failure = Some(ScaleUpError { kind, message }),
            }
            if !settings.is(Setting::ParallelScaleUp) {
                break;
            }
            continue;
        }
        state.register_scale_up(*group, increase.into(), settings, now_ms);
        events.push(AutoscalerEvent::ScaledUpGroup { resize: resize.clone(), is_done: true });
    }
    failure
}

/// Returns the pods that no group takes, with the reasons against each group.
fn remaining<'a>(pod_groups: &[PodGroup<'a>], skipped: &[Vec<String>]) -> Vec<NoScaleUpInfo<'a>> {
    let mut remaining = Vec::new();
    for one in pod_groups.iter().filter(|one| !one.is_schedulable) {
        let mut reasons: Reasons = Vec::new();
        let refused = one.scheduling_errors.iter().flatten().flatten();
        for reason in refused.chain(skipped.iter().flatten()) {
            match reasons.iter_mut().find(|(known, _)| known == reason) {
                Some((_, count)) => *count += 1,
                None => reasons.push((reason.clone(), 1)),
            }
        }
        remaining.extend(one.pods.iter().map(|pod| NoScaleUpInfo { pod, reasons: reasons.clone() }));
    }
    remaining
}
