//! The autoscaler's record of the cluster from loop to loop: groups that are healthy, that wait for nodes, or
//! that are kept out after a failure.
//!
//! It is updated once a loop, before anything is decided ([`ClusterState::update`]), and told of every
//! scale-up and scale-down after that.

use std::sync::Arc;

use super::backoff::{Backoff, BackoffTimes, Backoffs};
use super::duration;
use super::event::AutoscalerEvent;
use super::instance::{CreationError, ErrorClass};
use super::node_group::{AcceptableRange, NodeGroup};
use super::readiness::{NodeFacts, Readiness};
use super::scale_up_request::ScaleUpRequest;
use super::settings::{Setting, Settings};
use crate::azure::pool_spec::ScaleDownMode;
use crate::ground::id::PoolId;
use crate::ground::invariant::known;

/// Time within which the deletion of a machine is expected to be over, in milliseconds.
pub const DELETION_TIME_MS: u64 = 5 * 60_000;

/// A group whose number of nodes differs from the provider's target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IncorrectSize {
    /// Number of registered nodes.
    pub current: i64,
    /// The target size.
    pub expected: i64,
    /// Time since which the two have had these values, in milliseconds.
    pub since_ms: u64,
}

/// A machine for which no node has registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnregisteredNode {
    /// The instance id.
    pub instance_id: u32,
    /// Time at which it was first seen, in milliseconds.
    pub since_ms: u64,
}

/// Record of one group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct GroupState {
    /// Its nodes, counted by readiness.
    pub readiness: Readiness,
    /// Acceptable number of its nodes.
    pub range: AcceptableRange,
    /// The scale-up under way.
    pub scale_up: Option<ScaleUpRequest>,
    /// Time at which each scale-down under way should be over, in milliseconds.
    pub scale_downs: Vec<u64>,
    /// Difference between its size and its target, if there is one.
    pub incorrect: Option<IncorrectSize>,
    /// Machines without nodes.
    pub unregistered: Vec<UnregisteredNode>,
    /// Instance ids of the machines that could not be created, as of the latest update.
    pub failed: Vec<u32>,
}

/// A machine of a group that could not be created: its instance id and the error.
pub type FailedInstance = (u32, CreationError);

/// The cluster as a loop observes it.
#[derive(Debug)]
pub struct Observation<'a> {
    /// The groups.
    pub groups: &'a [NodeGroup],
    /// All nodes, including those of no group.
    pub nodes: &'a [NodeFacts],
    /// For each group, the instance ids of machines that should have a node and have none.
    pub unregistered: &'a [Vec<u32>],
    /// For each group, the machines that could not be created.
    pub failed: &'a [Vec<FailedInstance>],
}

/// Health and backoff of a group, which decide if it may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScalingSafety<'a> {
    /// Enough of its nodes are ready.
    pub is_healthy: bool,
    /// The backoff that keeps it out, if any.
    pub backoff: Option<&'a Backoff>,
}

impl ScalingSafety<'_> {
    /// Returns `true` if the group may grow: it is healthy and not in backoff.
    #[must_use]
    pub const fn is_safe(&self) -> bool {
        self.is_healthy && self.backoff.is_none()
    }
}

/// Record of all groups, with node counts of the whole cluster and the backoffs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ClusterState {
    ids: Vec<PoolId>,
    groups: Vec<GroupState>,
    /// All nodes, counted by readiness.
    pub total: Readiness,
    /// Backoffs of the groups that have failed.
    pub backoffs: Backoffs,
}

/// Returns the times of the backoff from the settings.
#[must_use]
pub fn backoff_times(settings: &Settings) -> BackoffTimes {
    BackoffTimes {
        initial_ms: settings.number(Setting::InitialBackoff),
        max_ms: settings.number(Setting::MaxBackoff),
        reset_ms: settings.number(Setting::BackoffReset),
    }
}

impl ClusterState {
    /// Returns the record of a group, by its place.
    #[must_use]
    pub fn group(&self, group: usize) -> Option<&GroupState> {
        self.groups.get(group)
    }

    /// Returns the records of all groups, in their order.
    #[must_use]
    pub fn groups(&self) -> &[GroupState] {
        &self.groups
    }

    /// Aligns the records with the groups that exist, in their order, and drops those of groups that are gone.
    pub fn align(&mut self, groups: &[NodeGroup]) {
        let is_aligned =
            self.ids.len() == groups.len() && self.ids.iter().zip(groups).all(|(id, group)| *id == group.id);
        if is_aligned {
            return;
        }
        let mut old: Vec<_> = std::mem::take(&mut self.ids).into_iter().zip(std::mem::take(&mut self.groups)).collect();
        for group in groups {
            let known = old.iter().position(|(id, _)| *id == group.id);
            let known = known.map(|index| old.swap_remove(index).1);
            self.ids.push(group.id);
            self.groups.push(known.unwrap_or_default());
        }
        for (id, _) in old {
            self.backoffs.remove(id);
        }
    }

    /// Returns the place of a group as of the latest update.
    #[must_use]
    pub fn index_of(&self, group: PoolId) -> Option<usize> {
        self.ids.iter().position(|id| *id == group)
    }

    /// Returns the record of a group for changing it.
    pub fn group_mut(&mut self, group: usize) -> Option<&mut GroupState> {
        self.groups.get_mut(group)
    }

    /// Updates the record with the cluster as a loop observes it.
    pub fn update(
        &mut self,
        seen: &Observation<'_>,
        settings: &Settings,
        now_ms: u64,
        events: &mut Vec<AutoscalerEvent>,
    ) {
        self.align(seen.groups);
        for (state, instances) in self.groups.iter_mut().zip(seen.unregistered) {
            let before = std::mem::take(&mut state.unregistered);
            let known =
                |instance_id| before.iter().find(|one: &&UnregisteredNode| one.instance_id == instance_id).copied();
            let since =
                |&instance_id: &u32| known(instance_id).unwrap_or(UnregisteredNode { instance_id, since_ms: now_ms });
            state.unregistered = instances.iter().map(since).collect();
        }
        self.count(seen, settings, now_ms);
        self.recalculate(seen.groups);
        self.expire_requests(seen.groups, settings, now_ms, events);
        for (index, (group, failed)) in seen.groups.iter().zip(seen.failed).enumerate() {
            self.on_failed_instances(index, group, failed, settings, now_ms, events);
        }
        self.recalculate(seen.groups);
        self.find_incorrect_sizes(now_ms);
    }

    fn count(&mut self, seen: &Observation<'_>, settings: &Settings, now_ms: u64) {
        let startup_ms = settings.number(Setting::MaxNodeStartupTime);
        let provision_ms = settings.number(Setting::MaxNodeProvisionTime);
        self.total = Readiness::default();
        for state in &mut self.groups {
            state.readiness = Readiness::default();
        }
        for node in seen.nodes {
            let group = node.group.and_then(|index| Some((seen.groups.get(index)?, self.groups.get_mut(index)?)));
            match group {
                Some((group, state)) => state.readiness.count(*node, Some(group.policy), startup_ms, now_ms),
                None => self.total.count(*node, None, startup_ms, now_ms),
            }
        }
        for state in &mut self.groups {
            for machine in &state.unregistered {
                let is_overdue = machine.since_ms + provision_ms < now_ms;
                state.readiness.count_unregistered(is_overdue);
            }
            self.total += state.readiness;
        }
    }

    /// Recalculates the acceptable sizes from the targets and from what is under way.
    pub fn recalculate(&mut self, groups: &[NodeGroup]) {
        for (state, group) in self.groups.iter_mut().zip(groups) {
            state.recalculate(group.target);
        }
    }

    fn expire_requests(
        &mut self,
        groups: &[NodeGroup],
        settings: &Settings,
        now_ms: u64,
        events: &mut Vec<AutoscalerEvent>,
    ) {
        let times = backoff_times(settings);
        self.backoffs.remove_stale(now_ms, times);
        for (group, state) in groups.iter().zip(&mut self.groups) {
            state.scale_downs.retain(|expected_ms| *expected_ms > now_ms);
            let Some(request) = state.scale_up else { continue };
            if !state.has_upcoming() {
                state.scale_up = None;
            } else if request.expected_ms < now_ms {
                state.scale_up = None;
                let after_ms = now_ms - request.at_ms;
                events.push(AutoscalerEvent::ScaleUpTimedOut { group: Arc::clone(&group.name), after_ms });
                let error = CreationError {
                    class: ErrorClass::Other,
                    code: "timeout".into(),
                    message: format!(
                        "Scale-up timed out for node group {} after {}",
                        group.name,
                        duration::text(after_ms)
                    )
                    .into(),
                };
                self.backoffs.fail(group.id, error, now_ms, times);
            }
        }
    }

    /// Puts a group that grows and has failed machines in backoff. Each kind of failure counts once, and a
    /// machine only when it is first seen to have failed.
    fn on_failed_instances(
        &mut self,
        index: usize,
        group: &NodeGroup,
        failed: &[FailedInstance],
        settings: &Settings,
        now_ms: u64,
        events: &mut Vec<AutoscalerEvent>,
    ) {
        let Some(state) = known(self.groups.get_mut(index), "the state of a group") else { return };
        let before = std::mem::replace(&mut state.failed, failed.iter().map(|(id, _)| *id).collect());
        let mut kinds: Vec<&CreationError> = Vec::new();
        for (_, error) in failed {
            if kinds.iter().all(|kind| (kind.class, &kind.code) != (error.class, &error.code)) {
                kinds.push(error);
            }
        }
        for kind in kinds {
            let is_new = |(id, error): &&FailedInstance| {
                (error.class, &error.code) == (kind.class, &kind.code) && !before.contains(id)
            };
            let count = u32::try_from(failed.iter().filter(is_new).count()).unwrap_or(u32::MAX);
            if count == 0 || !state.is_scaling_up() {
                continue;
            }
            events.push(AutoscalerEvent::ScaleUpFailed { group: Arc::clone(&group.name), count, error: kind.clone() });
            let provision_ms = settings.number(Setting::MaxNodeProvisionTime);
            state.scale_up = ScaleUpRequest::changed(state.scale_up, -i64::from(count), now_ms, provision_ms);
            self.backoffs.fail(group.id, kind.clone(), now_ms, backoff_times(settings));
        }
    }

    fn find_incorrect_sizes(&mut self, now_ms: u64) {
        for state in &mut self.groups {
            state.find_incorrect_size(now_ms);
        }
    }

    /// Counts the nodes that a group has lacked for longer than the provision time, so that they will not come.
    #[must_use]
    pub fn missing(&self, group: usize, settings: &Settings, now_ms: u64) -> u32 {
        let provision_ms = settings.number(Setting::MaxNodeProvisionTime);
        let incorrect = self.groups.get(group).and_then(|state| state.incorrect);
        let old = incorrect.filter(|incorrect| incorrect.since_ms + provision_ms < now_ms);
        old.map_or(0, |incorrect| u32::try_from(incorrect.expected - incorrect.current).unwrap_or(0))
    }

    /// Records nodes that a group was asked for, or that were given up if `delta` is below zero.
    pub fn register_scale_up(&mut self, group: usize, delta: i64, settings: &Settings, now_ms: u64) {
        if let Some(state) = self.groups.get_mut(group) {
            let provision_ms = settings.number(Setting::MaxNodeProvisionTime);
            state.scale_up = ScaleUpRequest::changed(state.scale_up, delta, now_ms, provision_ms);
        }
    }

    /// Records that the provider refused a scale-up.
    pub fn register_failed_scale_up(&mut self, group: usize, error: CreationError, settings: &Settings, now_ms: u64) {
        if let Some(id) = self.ids.get(group) {
            self.backoffs.fail(*id, error, now_ms, backoff_times(settings));
        }
    }

    /// Records that a node is being removed, which should be over at `expected_ms`.
    pub fn register_scale_down(&mut self, group: usize, expected_ms: u64) {
        if let Some(state) = self.groups.get_mut(group) {
            state.scale_downs.push(expected_ms);
        }
    }

    /// Returns `true` if the cluster is fit for scaling: not too many nodes are unready, by number and by
    /// share. Deallocated nodes are not counted as broken, unless the settings say that they count as unready.
    #[must_use]
    pub fn is_cluster_healthy(&self, settings: &Settings) -> bool {
        let kept = if settings.is(Setting::DeallocatedCountAsUnready) { 0 } else { self.total.deallocated };
        let unready = self.total.unready.saturating_sub(kept);
        is_healthy(unready.into(), self.total.registered.into(), settings)
    }

    /// Returns `true` if enough nodes of a group are ready. A group that keeps its machines is always
    /// healthy: most of its nodes may be unready for good reason.
    #[must_use]
    pub fn is_group_healthy(&self, group: usize, policy: ScaleDownMode, settings: &Settings) -> bool {
        policy == ScaleDownMode::Deallocate || self.groups.get(group).is_some_and(|state| state.is_healthy(settings))
    }

    /// Returns the health and the backoff of a group, which decide if it may grow.
    #[must_use]
    pub fn scaling_safety(
        &self,
        group: usize,
        policy: ScaleDownMode,
        settings: &Settings,
        now_ms: u64,
    ) -> ScalingSafety<'_> {
        let id = self.ids.get(group);
        ScalingSafety {
            is_healthy: self.is_group_healthy(group, policy, settings),
            backoff: id.and_then(|id| self.backoffs.status(*id, now_ms)),
        }
    }

    /// Counts the nodes of a group that will soon be ready: its target less the ready ones and less those
    /// that will not become ready. Deallocated nodes of a group that keeps its machines are not subtracted.
    #[must_use]
    pub fn upcoming(&self, group: usize, policy: ScaleDownMode) -> u32 {
        let Some(state) = known(self.groups.get(group), "the state of a group") else { return 0 };
        let Readiness { ready, unready, deallocated, long_unregistered, .. } = state.readiness;
        let kept = if policy == ScaleDownMode::Deallocate { deallocated } else { 0 };
        let here = i64::from(ready) + i64::from(unready) - i64::from(kept) + i64::from(long_unregistered);
        u32::try_from(state.range.target - here).unwrap_or(0)
    }

    /// Returns the number of nodes of autoscaled groups that have started, and the sum of the groups' targets.
    #[must_use]
    pub fn size(&self) -> (i64, i64) {
        let current =
            |state: &GroupState| i64::from(state.readiness.registered) - i64::from(state.readiness.not_started);
        self.groups.iter().fold((0, 0), |(is, should), state| (is + current(state), should + state.range.target))
    }
}

/// Returns `true` if the number of unready nodes is at most a fixed count, or at most a share of all.
fn is_healthy(unready: i64, all: i64, settings: &Settings) -> bool {
    unready <= settings.get(Setting::OkTotalUnreadyCount)
        || unready * 100 <= settings.get(Setting::MaxTotalUnreadyPercentage) * all
}

impl GroupState {
    /// Recalculates the acceptable sizes from the target and from what is under way.
    pub fn recalculate(&mut self, target: u32) {
        let target = i64::from(target);
        let increase = self.scale_up.map_or(0, |request| i64::from(request.increase));
        let going = i64::try_from(self.scale_downs.len()).unwrap_or(i64::MAX);
        let min = target - i64::from(self.readiness.long_unregistered) - increase;
        self.range = AcceptableRange { min, max: target + going, target };
    }

    /// Returns `true` if nodes are still to start. Kept nodes are registered whether they run or not, so that
    /// those that lie deallocated, or are being started again, do not count as having come.
    #[must_use]
    pub fn has_upcoming(&self) -> bool {
        let Readiness { registered, not_started, deallocated, .. } = self.readiness;
        self.range.target > i64::from(registered) - i64::from(not_started) - i64::from(deallocated)
    }

    /// Returns `true` if the group waits for nodes that the autoscaler asked for.
    #[must_use]
    pub fn is_scaling_up(&self) -> bool {
        self.scale_up.is_some() && self.has_upcoming()
    }

    fn is_healthy(&self, settings: &Settings) -> bool {
        let Readiness { ready, unready, not_started, .. } = self.readiness;
        if self.readiness.is_empty() {
            return self.range.target == 0 || (self.range.min == 0 && self.range.target > 0);
        }
        let missing = (self.range.min - i64::from(ready)).max(0);
        is_healthy(missing, i64::from(ready) + i64::from(unready) + i64::from(not_started), settings)
    }

    /// Compares the registered nodes with the target and records a difference, with the time since when it has held.
    pub fn find_incorrect_size(&mut self, now_ms: u64) {
        let Readiness { registered, unregistered, long_unregistered, .. } = self.readiness;
        let (current, expected) = (i64::from(registered), self.range.target);
        let waited_for = i64::from(unregistered) + i64::from(long_unregistered);
        let is_right = current <= expected && current >= expected - waited_for;
        if is_right || self.readiness.is_empty() {
            self.incorrect = None;
            return;
        }
        let before = self.incorrect.filter(|known| (known.current, known.expected) == (current, expected));
        self.incorrect = before.or(Some(IncorrectSize { current, expected, since_ms: now_ms }));
    }
}
