//! Scale-up for pending pods: the group that grows, and the number of nodes that it gets.
//!
//! Every group that may grow is simulated; an expander picks one of those that help; limits of the group, of
//! similar groups, of the cluster and of its cores and memory cut the number of nodes.

use std::sync::Arc;

use super::balance::{Room, balanced};
use super::cluster_state::ClusterState;
use super::estimator::{Estimate, estimate};
use super::expander::Candidate;
use super::group::Group;
use super::instance::{CreationError, ErrorClass};
use super::notice::{Notice, Reasons, Resize};
use super::pod_groups::grouped;
use super::quota::{Quota, Quotas};
use super::scratch::Scratch;
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
pub struct Request<'a> {
    /// The groups.
    pub groups: &'a [Group],
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
pub struct Remaining<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// The reasons, each with the number of groups that have it.
    pub reasons: Reasons,
}

/// Result of a scale-up.
#[derive(Debug, Default)]
pub struct ScaleUp<'a> {
    /// Options that were offered to the expander.
    pub options: Vec<Candidate>,
    /// Changes of the groups' sizes; empty if no group grows.
    pub resizes: Vec<Resize>,
    /// The pods for which the groups grow.
    pub triggered: Vec<&'a Pod>,
    /// Pods that no group takes.
    pub remaining: Vec<Remaining<'a>>,
    /// Pods that another group could help, in a later loop.
    pub awaiting: Vec<&'a Pod>,
    /// The error that stopped it, if any.
    pub error: Option<ScaleUpError>,
}

impl ScaleUp<'_> {
    /// Returns `true` if groups grow and no error occurred.
    #[must_use]
    pub fn is_successful(&self) -> bool {
        self.error.is_none() && !self.resizes.is_empty()
    }

    /// Adds the events for pods: those that triggered the scale-up, or those that no group takes.
    pub fn report(&self, notices: &mut Vec<Notice>) {
        if !self.resizes.is_empty() {
            let resizes: Arc<[Resize]> = self.resizes.as_slice().into();
            let told = |pod: &&Pod| Notice::TriggeredScaleUp { pod: pod.id, resizes: Arc::clone(&resizes) };
            notices.extend(self.triggered.iter().map(told));
        } else if self.error.is_none() {
            let told =
                |one: &Remaining<'_>| Notice::NotTriggerScaleUp { pod: one.pod.id, reasons: one.reasons.clone() };
            notices.extend(self.remaining.iter().map(told));
        }
    }
}

/// Pods that are alike, and the answers of the groups to them.
struct Alike<'a> {
    pods: Vec<&'a Pod>,
    /// For each group, the reasons for which it does not take them; `None` if it does, or was not asked.
    refusals: Vec<Option<Vec<String>>>,
    is_schedulable: bool,
}

/// The provider's call that grows a group; takes the place of the group and the number of nodes to add.
pub type Grow<'a> = &'a mut dyn FnMut(usize, u32) -> Result<(), String>;

/// Runs a scale-up. `choose` picks one of the options by index; the scratch copy is reverted afterwards.
pub fn scale_up<'a>(
    request: &Request<'a>,
    scratch: &mut Scratch,
    state: &mut ClusterState,
    choose: &mut dyn FnMut(&[Candidate]) -> Option<usize>,
    grow: Grow<'_>,
    notices: &mut Vec<Notice>,
) -> ScaleUp<'a> {
    let capacity = |node: &NodeInfo| {
        let place = request.groups.iter().position(|group| group.id == node.id.pool);
        place.and_then(|place| request.templates.get(place)).map_or(node.allocatable, |template| template.capacity)
    };
    let node_count = u32::try_from(scratch.len()).unwrap_or(u32::MAX);
    let quotas = Quotas::new(request.quotas.clone(), scratch.nodes().map(|node| (Some(node.id.pool), capacity(node))));
    let mut alike: Vec<Alike<'a>> = grouped(request.pods)
        .into_iter()
        .map(|pods| Alike { pods, refusals: vec![None; request.groups.len()], is_schedulable: false })
        .collect();
    let skipped: Vec<Vec<String>> =
        (0..request.groups.len()).map(|group| skip_reasons(request, group, &quotas, state)).collect();
    let valid: Vec<usize> =
        (0..request.groups.len()).filter(|group| skipped.get(*group).is_some_and(Vec::is_empty)).collect();
    for group in &valid {
        ask(request, *group, scratch, &mut alike);
    }
    let mut options: Vec<(usize, Estimate<'a>)> = Vec::new();
    for group in &valid {
        let similar = similar_groups(request, *group, &alike, &valid, state);
        let taken: Vec<Vec<&Pod>> = takers(&alike, *group).map(|one| one.pods.clone()).collect();
        let nodes_max = nodes_max(request, *group, &similar, node_count);
        let Some(template) = request.templates.get(*group) else { continue };
        if taken.is_empty() || nodes_max == Some(0) {
            continue;
        }
        let option = estimate(scratch, taken, &template.node, nodes_max);
        if option.nodes > 0 && !option.pods.is_empty() {
            options.push((*group, option));
        }
    }
    let mut found = ScaleUp {
        options: options.iter().map(|(group, option)| candidate(request, *group, option)).collect(),
        ..ScaleUp::default()
    };
    let chosen = choose(&found.options).filter(|_| !options.is_empty());
    let Some((best, option)) = chosen.and_then(|index| options.get(index)) else {
        found.remaining = remaining(&alike, &skipped);
        return found;
    };
    let best = *best;
    found.triggered.clone_from(&option.pods);
    let count = match capped(request, node_count, option.nodes, notices) {
        Ok(count) => count,
        Err(error) => {
            found.error = Some(error);
            return found;
        }
    };
    let each = request.templates.get(best).map(|template| template.capacity).unwrap_or_default();
    let Some(group) = known(request.groups.get(best), "the group of an option") else { return found };
    let count = quotas.check(group.id, each, count).allowed;
    let similar = similar_groups(request, best, &alike, &valid, state);
    let resizes = spread(request, std::iter::once(best).chain(similar).collect(), count);
    found.error = execute(request, &resizes, state, grow, notices);
    if found.error.is_none() {
        found.resizes = resizes.into_iter().map(|(_, resize)| resize).collect();
        found.remaining = remaining(&alike, &skipped);
        let waits = |one: &&Alike<'a>| one.is_schedulable && one.refusals.get(best).is_some_and(Option::is_some);
        found.awaiting = alike.iter().filter(waits).flat_map(|one| one.pods.iter().copied()).collect();
    }
    found
}

/// Brings groups that are below their smallest size up to it; returns the changes of size, none if the
/// provider refuses one.
pub fn scale_up_to_min(
    request: &Request<'_>,
    scratch: &Scratch,
    state: &mut ClusterState,
    grow: Grow<'_>,
    notices: &mut Vec<Notice>,
) -> Vec<Resize> {
    let mut resizes = Vec::new();
    let nodes = scratch.nodes().map(|node| (Some(node.id.pool), node.allocatable));
    let quotas = Quotas::new(request.quotas.clone(), nodes);
    for (index, (group, template)) in request.groups.iter().zip(request.templates).enumerate() {
        let is_safe = state.safety(index, group.policy, request.settings, request.now_ms).is_safe();
        let missing = group.min.saturating_sub(group.target);
        if missing == 0 || !is_safe || !quotas.check(group.id, template.capacity, 1).exceeded.is_empty() {
            continue;
        }
        let allowed = quotas.check(group.id, template.capacity, missing).allowed;
        if let Ok(added) = capped(request, group.target, allowed, notices) {
            let resize =
                Resize { group: Arc::clone(&group.name), from: group.target, to: group.target + added, max: group.max };
            resizes.push((index, resize));
        }
    }
    match execute(request, &resizes, state, grow, notices) {
        None => resizes.into_iter().map(|(_, resize)| resize).collect(),
        Some(_) => Vec::new(),
    }
}

/// Returns the reasons for which a group is not considered at all; empty if it may grow.
fn skip_reasons(request: &Request<'_>, index: usize, quotas: &Quotas, state: &ClusterState) -> Vec<String> {
    let (Some(group), Some(template)) = (request.groups.get(index), request.templates.get(index)) else {
        return vec![NOT_READY.to_owned()];
    };
    let safety = state.safety(index, group.policy, request.settings, request.now_ms);
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

/// Checks which pods a new node of a group would take, and stores the refusals.
fn ask(request: &Request<'_>, group: usize, scratch: &mut Scratch, alike: &mut [Alike<'_>]) {
    let Some(template) = known(request.templates.get(group), "the template node of a group") else { return };
    let mark = scratch.mark();
    let place = scratch.add(Arc::new(template.node.clone()));
    for one in alike {
        let Some(sample) = one.pods.first() else { continue };
        let around = scratch.surroundings(&sample.spec);
        let refusal = match scratch.check(&sample.spec, place, &around) {
            Some(Err(misfit)) => Some(misfit.reasons()),
            Some(Ok(())) => None,
            None => Some(Vec::new()),
        };
        one.is_schedulable |= refusal.is_none();
        if let Some(slot) = one.refusals.get_mut(group) {
            *slot = refusal;
        }
    }
    scratch.take_back(mark);
}

fn takers<'a, 'p>(alike: &'a [Alike<'p>], group: usize) -> impl Iterator<Item = &'a Alike<'p>> {
    alike.iter().filter(move |one| one.refusals.get(group).is_some_and(Option::is_none))
}

/// Returns the groups that take the same pods, have the same kind of nodes, and may grow.
fn similar_groups(
    request: &Request<'_>,
    group: usize,
    alike: &[Alike<'_>],
    valid: &[usize],
    state: &ClusterState,
) -> Vec<usize> {
    if !request.settings.is(Setting::BalanceSimilarNodeGroups) {
        return Vec::new();
    }
    let Some(template) = known(request.templates.get(group), "the template node of a group") else { return Vec::new() };
    let is_similar = |other: &usize| {
        let other_group = request.groups.get(*other);
        *other != group
            && valid.contains(other)
            && request.templates.get(*other).is_some_and(|other| are_similar(template, other))
            && other_group
                .is_some_and(|found| state.safety(*other, found.policy, request.settings, request.now_ms).is_safe())
            && takers(alike, group).all(|one| one.refusals.get(*other).is_some_and(Option::is_none))
    };
    (0..request.groups.len()).filter(is_similar).collect()
}

/// Returns the most nodes that an estimate may come to; `None` if there is no bound.
fn nodes_max(request: &Request<'_>, group: usize, similar: &[usize], node_count: u32) -> Option<u32> {
    if request.limit == EstimateLimit::None {
        return None;
    }
    let room = |index: &usize| request.groups.get(*index).map_or(0, |group| group.max.saturating_sub(group.target));
    let room = std::iter::once(&group).chain(similar).map(room).sum();
    let max = match request.settings.number(Setting::MaxNodesTotal) {
        0 => u32::MAX,
        max => u32::try_from(max).unwrap_or(u32::MAX).saturating_sub(node_count),
    };
    Some(NODES_PER_SCALE_UP.min(room).min(max))
}

fn candidate(request: &Request<'_>, group: usize, option: &Estimate<'_>) -> Candidate {
    let requests = option.pods.iter().map(|pod| pod.spec.requests());
    Candidate {
        group: request.groups.get(group).map_or_else(|| "".into(), |group| Arc::clone(&group.name)),
        nodes: option.nodes,
        pods: option.pods.len(),
        requested: requests.fold(Resources::default(), |sum, one| sum + one),
        node: request.templates.get(group).map(|template| template.capacity).unwrap_or_default(),
    }
}

/// Cuts a number of new nodes to what the limit on all nodes of the cluster leaves.
fn capped(request: &Request<'_>, here: u32, count: u32, notices: &mut Vec<Notice>) -> Result<u32, ScaleUpError> {
    let max = request.settings.number(Setting::MaxNodesTotal);
    if max == 0 || u64::from(here) + u64::from(count) <= max {
        return Ok(count);
    }
    notices.push(Notice::MaxNodesTotalReached { max });
    let left = u32::try_from(max.saturating_sub(here.into())).unwrap_or(u32::MAX);
    if left == 0 {
        let message = "max node total count already reached".to_owned();
        return Err(ScaleUpError { kind: "transientError", message });
    }
    Ok(left)
}

/// Spreads new nodes over groups, the smallest first.
fn spread(request: &Request<'_>, mut groups: Vec<usize>, count: u32) -> Vec<(usize, Resize)> {
    let find = |index: &usize| request.groups.get(*index);
    groups.sort_by_key(|index| find(index).map_or(0, |group| group.target));
    let rooms: Vec<Room> =
        groups.iter().filter_map(find).map(|group| Room { size: group.target, max: group.max }).collect();
    let sizes = balanced(&rooms, count);
    let resized = groups.iter().zip(sizes).filter_map(|(index, to)| {
        let group = find(index).filter(|group| group.target != to)?;
        Some((*index, Resize { group: Arc::clone(&group.name), from: group.target, to, max: group.max }))
    });
    resized.collect()
}

/// Asks the provider to grow the groups. Without parallel scale-up the first refusal stops the rest; with it
/// all are tried.
fn execute(
    request: &Request<'_>,
    resizes: &[(usize, Resize)],
    state: &mut ClusterState,
    grow: Grow<'_>,
    notices: &mut Vec<Notice>,
) -> Option<ScaleUpError> {
    let (settings, now_ms) = (request.settings, request.now_ms);
    let mut failure: Option<ScaleUpError> = None;
    for (group, resize) in resizes {
        notices.push(Notice::ScaledUpGroup { resize: resize.clone(), is_done: false });
        let increase = resize.to.saturating_sub(resize.from);
        if let Err(error) = grow(*group, increase) {
            notices.push(Notice::FailedToScaleUpGroup { group: Arc::clone(&resize.group), error: error.clone() });
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
        notices.push(Notice::ScaledUpGroup { resize: resize.clone(), is_done: true });
    }
    failure
}

/// Returns the pods that no group takes, with the reasons against each group.
fn remaining<'a>(alike: &[Alike<'a>], skipped: &[Vec<String>]) -> Vec<Remaining<'a>> {
    let mut remaining = Vec::new();
    for one in alike.iter().filter(|one| !one.is_schedulable) {
        let mut reasons: Reasons = Vec::new();
        let refused = one.refusals.iter().flatten().flatten();
        for reason in refused.chain(skipped.iter().flatten()) {
            match reasons.iter_mut().find(|(known, _)| known == reason) {
                Some((_, count)) => *count += 1,
                None => reasons.push((reason.clone(), 1)),
            }
        }
        remaining.extend(one.pods.iter().map(|pod| Remaining { pod, reasons: reasons.clone() }));
    }
    remaining
}
