//! Upgrades to another Kubernetes version or node image, and back.
//!
//! In AKS an upgrade replaces node after node. Here only the version changes, in one operation: the
//! nodes stay, and so does what they cost. Which versions may follow which is not checked.

use std::sync::Arc;

use super::subscription::{Subscription, find_pool};
use crate::azure::operation::{OperationKind, PowerState};
use crate::azure::pool::{Pool, UsedVersion};
use crate::azure::timing::Timing;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, OperationId, PoolId};

/// Writes a version into the description that a resource was imported with.
pub type Describe = fn(imported: &str, version: &str) -> Arc<str>;

impl Subscription {
    /// Upgrades a pool to a version, or to the newest node image of its own version.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while the pool or its cluster changes.
    pub fn upgrade_pool(
        &mut self,
        id: PoolId,
        version: Option<&str>,
        describe: Describe,
    ) -> Result<OperationId, ServiceError> {
        let (cluster, _) = self.find_free_pool(id)?;
        let now_ms = self.now_ms();
        let operation = self.begin_on_pool(cluster, id, OperationKind::UpgradePool);
        if let Some((pool, version)) = find_pool(&mut self.clusters, cluster, id).zip(version) {
            set_version(pool, version, describe, now_ms);
        }
        Ok(operation)
    }

    /// Upgrades a cluster to a version, with or without its pools; without a version, its pools to the
    /// newest node image.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while the cluster or one of its pools changes, or where it is stopped.
    pub fn upgrade_cluster(
        &mut self,
        id: ClusterId,
        version: Option<&str>,
        with_pools: bool,
        describe: Describe,
    ) -> Result<OperationId, ServiceError> {
        self.check_cluster_free(id)?;
        self.check_power(id, PowerState::Running)?;
        let now_ms = self.now_ms();
        let operation = self.begin_on_cluster(id, OperationKind::UpgradeCluster, Timing::ControlPlane)?;
        if let Some((cluster, version)) = self.cluster_mut(id).zip(version) {
            version.clone_into(&mut cluster.spec.kubernetes_version);
            cluster.spec.imported = describe(&cluster.spec.imported, version);
            for pool in cluster.pools.iter_mut().filter(|_| with_pools) {
                set_version(pool, version, describe, now_ms);
            }
        }
        Ok(operation)
    }
}

fn set_version(pool: &mut Pool, version: &str, describe: Describe, now_ms: u64) {
    if pool.spec.kubernetes_version != version {
        let kubernetes_version = std::mem::replace(&mut pool.spec.kubernetes_version, version.to_owned());
        pool.used_versions.push(UsedVersion { kubernetes_version, left_ms: now_ms });
        pool.spec.imported = describe(&pool.spec.imported, version);
    }
}
