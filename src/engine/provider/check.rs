//! Preconditions of a change: the resource exists, no other operation is under way, the cluster runs,
//! and there is capacity and quota.

use super::limits;
use super::subscription::Subscription;
use crate::azure::cluster::Cluster;
use crate::azure::fault::FaultKind;
use crate::azure::operation::PowerState;
use crate::azure::pool::Pool;
use crate::azure::pool_spec::{AutoscalerRange, PoolMode};
use crate::azure::vm_size::VmSize;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, PoolId};
use crate::ground::invariant::known;

impl Subscription {
    pub(super) fn find_cluster(&self, id: ClusterId) -> Result<&Cluster, ServiceError> {
        let found = self.clusters.iter().find(|cluster| cluster.id == id);
        found.ok_or_else(|| ServiceError::new("ResourceNotFound", format!("There is no cluster {}.", id.0)))
    }

    /// Returns a pool and its cluster's id; refuses if either is busy or the cluster is stopped.
    pub(super) fn find_free_pool(&self, id: PoolId) -> Result<(ClusterId, &Pool), ServiceError> {
        let cluster =
            self.clusters.iter().find(|cluster| cluster.pool_by_id(id).is_some()).ok_or_else(|| no_pool(id))?;
        let pool = cluster.pool_by_id(id).ok_or_else(|| no_pool(id))?;
        if let Some(busy) = busy_cluster(cluster).or_else(|| busy_pool(pool)) {
            return Err(busy);
        }
        self.check_power(cluster.id, PowerState::Running)?;
        Ok((cluster.id, pool))
    }

    pub(super) fn check_cluster_free(&self, id: ClusterId) -> Result<(), ServiceError> {
        let cluster = self.find_cluster(id)?;
        let busy = busy_cluster(cluster).or_else(|| cluster.pools.iter().find_map(busy_pool));
        busy.map_or(Ok(()), Err)
    }

    pub(super) fn check_power(&self, id: ClusterId, needed: PowerState) -> Result<(), ServiceError> {
        let cluster = self.find_cluster(id)?;
        if cluster.power_state == needed {
            return Ok(());
        }
        Err(ServiceError::not_allowed(format!(
            "Managed cluster {} is {}: this needs a cluster that is {}.",
            cluster.spec.name,
            cluster.power_state.name().to_lowercase(),
            needed.name().to_lowercase()
        )))
    }

    pub(super) fn check_system_pool_remains(&self, id: ClusterId, without: PoolId) -> Result<(), ServiceError> {
        let cluster = self.find_cluster(id)?;
        let is_system = |pool: &Pool| pool.spec.mode == PoolMode::System;
        let leaving_is_system = cluster.pool_by_id(without).is_some_and(is_system);
        let mut others = cluster.pools.iter().filter(|pool| pool.id != without);
        if !leaving_is_system || cluster.spec.hosts_system_pool || others.any(is_system) {
            return Ok(());
        }
        Err(ServiceError::not_allowed("There has to be at least one system node pool in a cluster.".to_owned()))
    }

    /// Checks that there is room for more instances in a pool, in its cluster and in the quota.
    pub(super) fn check_capacity(
        &mut self,
        location: &str,
        cluster: Option<ClusterId>,
        pool: Option<PoolId>,
        additional: u32,
        vm_size: &VmSize,
    ) -> Result<(), ServiceError> {
        let in_pool = pool.and_then(|id| known(self.pool(id), "a pool that grows")).map_or(0, Pool::instances);
        let found = cluster.and_then(|id| self.cluster_by_id(id));
        let in_cluster = found.map_or(0, Cluster::instances);
        limits::check_instances(in_pool, in_cluster, additional)?;
        if additional == 0 {
            return Ok(());
        }
        let usage = self.quota_usage_vcpus(location);
        let clockwork = &mut self.clockwork;
        let struck = clockwork.faults.strike(FaultKind::Quota, pool, clockwork.now_ms, &mut clockwork.random);
        let limit = if struck.is_some() { usage } else { self.quota_vcpus };
        limits::check_quota(limit, usage, additional.saturating_mul(u32::from(vm_size.vcpus)))
    }
}

/// Refuses to set the count of a pool by hand while the autoscaler sizes it.
pub(super) fn check_manual_scale(autoscaler: Option<AutoscalerRange>) -> Result<(), ServiceError> {
    if autoscaler.is_some() {
        return Err(ServiceError::not_allowed("Cannot scale cluster autoscaler enabled node pool.".to_owned()));
    }
    Ok(())
}

pub(super) fn busy_cluster(cluster: &Cluster) -> Option<ServiceError> {
    let state = cluster.provisioning_state.name();
    cluster.operation.map(|_| ServiceError::in_progress(&cluster.spec.name, state))
}

fn busy_pool(pool: &Pool) -> Option<ServiceError> {
    let state = pool.provisioning_state.name();
    pool.operation.map(|_| ServiceError::in_progress(&pool.spec.name, state))
}

pub(super) fn stopped(name: &str) -> ServiceError {
    ServiceError::not_allowed(format!("Node pool {name} is stopped: start it first (az aks nodepool start)."))
}

pub(super) fn no_pool(id: PoolId) -> ServiceError {
    ServiceError::new("NotFound", format!("There is no node pool {}.", id.0))
}
