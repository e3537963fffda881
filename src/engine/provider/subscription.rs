//! A subscription: everything that the resource provider keeps, and the queries about it.
//!
//! Requests that change it are in the files beside this one; what follows from them in time is in
//! [`progress`](super::progress).

use std::hash::{Hash, Hasher};

use super::clockwork::Clockwork;
use super::limits::DEFAULT_QUOTA_VCPUS;
use crate::azure::cluster::{Cluster, ResourceGroup};
use crate::azure::operation::Operation;
use crate::azure::pool::Pool;
use crate::azure::timing::Timings;
use crate::event::Event;
use crate::ground::id::{ClusterId, OperationId, PoolId};
use crate::ground::invariant::known;
use crate::ground::money::Cost;
use crate::record::RecordLog;
use crate::workloads::{ChangeContext, Kubernetes, ObjectError, Refusal};

/// A subscription with its resource groups, clusters, pools and nodes, at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub(super) groups: Vec<ResourceGroup>,
    pub(super) clusters: Vec<Cluster>,
    pub(super) clockwork: Clockwork,
    pub(super) quota_vcpus: u32,
    pub(super) next_cluster: u32,
    pub(super) next_pool: u32,
    /// Accumulated cost of deleted clusters.
    pub(super) departed: Cost,
}

impl Subscription {
    /// Creates an empty subscription at time 0. The seed decides every random draw of the simulation.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            groups: Vec::new(),
            clusters: Vec::new(),
            clockwork: Clockwork::new(seed),
            quota_vcpus: DEFAULT_QUOTA_VCPUS,
            next_cluster: 1,
            next_pool: 1,
            departed: Cost::default(),
        }
    }

    /// Hashes every field, and `scalers` among them, in the order of recorded fingerprints.
    pub(crate) fn hash_with(&self, scalers: &impl Hash, state: &mut impl Hasher) {
        let Self { groups, clusters, clockwork, quota_vcpus, next_cluster, next_pool, departed } = self;
        (groups, clusters, clockwork, scalers).hash(state);
        (quota_vcpus, next_cluster, next_pool, departed).hash(state);
    }

    /// Returns the simulated time, in milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.clockwork.now_ms
    }

    /// Returns all resource groups, in the order in which they were created.
    #[must_use]
    pub fn groups(&self) -> &[ResourceGroup] {
        &self.groups
    }

    /// Returns a resource group by name, in any letter case.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&ResourceGroup> {
        self.groups.iter().find(|group| group.name.eq_ignore_ascii_case(name))
    }

    /// Returns all clusters, in the order in which they were created.
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// Returns a cluster by resource group and name, in any letter case.
    #[must_use]
    pub fn cluster(&self, group: &str, name: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| {
            cluster.spec.resource_group.eq_ignore_ascii_case(group) && cluster.spec.name.eq_ignore_ascii_case(name)
        })
    }

    /// Returns a cluster by its id, which must be there.
    #[track_caller]
    pub(crate) fn cluster_by_id(&self, id: ClusterId) -> Option<&Cluster> {
        known(self.clusters.iter().find(|cluster| cluster.id == id), "a cluster")
    }

    /// Returns a cluster by its id, which must be there, to be changed.
    #[track_caller]
    pub(super) fn cluster_mut(&mut self, id: ClusterId) -> Option<&mut Cluster> {
        known(self.clusters.iter_mut().find(|cluster| cluster.id == id), "a cluster")
    }

    /// Returns a pool by its id.
    #[must_use]
    pub fn pool(&self, id: PoolId) -> Option<&Pool> {
        self.clusters.iter().find_map(|cluster| cluster.pool_by_id(id))
    }

    /// Returns the event log.
    #[must_use]
    pub fn log(&self) -> &RecordLog {
        &self.clockwork.log
    }

    /// Returns the durations in force.
    #[must_use]
    pub fn timings(&self) -> &Timings {
        &self.clockwork.timings
    }

    /// Returns the durations in force, to be changed. Transitions under way keep the durations they drew.
    pub fn timings_mut(&mut self) -> &mut Timings {
        &mut self.clockwork.timings
    }

    /// Returns the vCPU quota, which is the same in every region.
    #[must_use]
    pub fn quota_vcpus(&self) -> u32 {
        self.quota_vcpus
    }

    /// Sets the vCPU quota of every region. Existing machines stay, even above the quota.
    pub fn set_quota_vcpus(&mut self, quota_vcpus: u32) {
        self.quota_vcpus = quota_vcpus;
    }

    /// Returns the vCPUs in use in a region, those of deallocated machines included.
    #[must_use]
    pub fn quota_usage_vcpus(&self, location: &str) -> u32 {
        let here = self.clusters.iter().filter(|cluster| cluster.spec.location == location);
        here.flat_map(|cluster| &cluster.pools).map(Pool::quota_vcpus).sum()
    }

    /// Returns an operation, running or over.
    #[must_use]
    pub fn operation(&self, id: OperationId) -> Option<&Operation> {
        self.clockwork.operations.get(&id)
    }

    /// Returns the operations under way with which a change to a cluster, or to one of its pools, would
    /// conflict.
    #[must_use]
    pub fn operations_on(&self, cluster: &Cluster, pool: Option<&Pool>) -> Vec<OperationId> {
        let pools = cluster.pools.iter();
        let pools = pools.filter(|found| pool.is_none_or(|pool| pool.id == found.id));
        cluster.operation.into_iter().chain(pools.filter_map(|pool| pool.operation)).collect()
    }

    /// Returns the total cost so far, deleted resources included.
    #[must_use]
    pub fn cost(&self) -> Cost {
        let mut cost = self.departed;
        for cluster in &self.clusters {
            cost += cluster.cost(self.now_ms());
        }
        cost
    }

    /// Returns the accumulated cost of deleted clusters.
    pub(crate) fn departed(&self) -> Cost {
        self.departed
    }

    /// Returns the Kubernetes objects of a cluster.
    #[must_use]
    pub fn kubernetes(&self, cluster: ClusterId) -> Option<&Kubernetes> {
        self.clockwork.kubernetes.get(cluster)
    }

    /// Changes Kubernetes objects of a cluster, and lets its controllers and scheduler react at once.
    ///
    /// # Errors
    ///
    /// The error of `act`; [`Refusal::Unreachable`] if there is no such cluster.
    pub fn on_kubernetes<T>(
        &mut self,
        cluster: ClusterId,
        act: impl FnOnce(&mut Kubernetes, &mut ChangeContext<'_>) -> Result<T, ObjectError>,
    ) -> Result<T, ObjectError> {
        let unreachable = || ObjectError { refusal: Refusal::Unreachable, kind: "", name: String::new() };
        self.kubernetes(cluster).ok_or_else(unreachable)?;
        let (kubernetes, mut context) = self.clockwork.kubernetes(cluster).ok_or_else(unreachable)?;
        let answer = act(kubernetes, &mut context)?;
        kubernetes.settle(&mut context);
        Ok(answer)
    }

    /// Returns the Kubernetes objects of a cluster to be changed, with the context of the change.
    pub(crate) fn kubernetes_mut(&mut self, cluster: ClusterId) -> Option<(&mut Kubernetes, ChangeContext<'_>)> {
        self.clockwork.kubernetes(cluster)
    }

    /// Bumps a cluster's generation for a change that its Kubernetes objects do not show.
    pub(crate) fn bump_generation(&mut self, cluster: ClusterId) {
        self.clockwork.bump_generation(cluster);
    }

    /// Draws a random number below `limit`.
    pub(crate) fn draw_below(&mut self, limit: u32) -> u32 {
        self.clockwork.random.below(limit)
    }

    /// Returns `true` if no event is due except recurring ones.
    pub(crate) fn is_idle(&self) -> bool {
        self.clockwork.queue.is_idle()
    }

    /// Returns the time of the next event, in milliseconds.
    pub(crate) fn next_event_ms(&self) -> Option<u64> {
        self.clockwork.queue.next_ms()
    }

    /// Advances the clock to the next event that is due at `until_ms` or before, and returns the event.
    pub(crate) fn next_event(&mut self, until_ms: u64) -> Option<Event> {
        let (due_ms, event) = self.clockwork.queue.pop_until(until_ms)?;
        self.advance_clock(due_ms);
        Some(event)
    }

    /// Advances the clock. No event may be due before `at_ms`; an earlier time does nothing.
    pub(crate) fn advance_clock(&mut self, at_ms: u64) {
        self.clockwork.now_ms = self.clockwork.now_ms.max(at_ms);
    }
}

/// Returns a pool of a cluster, both of which must be there, to be changed.
#[track_caller]
pub(super) fn find_pool(clusters: &mut [Cluster], cluster: ClusterId, pool: PoolId) -> Option<&mut Pool> {
    let cluster = known(clusters.iter_mut().find(|found| found.id == cluster), "the cluster of a pool")?;
    known(cluster.pools.iter_mut().find(|found| found.id == pool), "a pool of a cluster")
}
