//! Aborting the operation under way on a cluster or a node pool.
//!
//! The service moves the resource to `Canceling` and, when it has stopped, to `Canceled`; nothing is
//! rolled back (the reference of `managedClusters/abort` and "Terminate a long running operation").
//! Which machines that leaves is not documented. Assumed here: a new machine that has no host yet is
//! given up, everything that Compute has begun with a single machine goes to its end, and the pool's
//! count becomes the number of nodes that are then there.

use super::check::no_pool;
use super::subscription::Subscription;
use crate::azure::cluster::Cluster;
use crate::azure::lifecycle::NodeState;
use crate::azure::node::Milestone;
use crate::azure::operation::{OperationKind, ProvisioningState};
use crate::azure::pool::Pool;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, OperationId, PoolId};

impl Subscription {
    /// Aborts the operation under way on a pool and returns its id, or `None` if there is none.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no such pool.
    pub fn abort_on_pool(&mut self, id: PoolId) -> Result<Option<OperationId>, ServiceError> {
        let pool = self.pool(id).ok_or_else(|| no_pool(id))?;
        let operation = pool.operation;
        Ok(operation.map(|operation| self.abort(operation)))
    }

    /// Aborts the operation under way on a cluster and returns its id, or `None` if there is none.
    /// Operations on a single pool are separate and go on.
    ///
    /// # Errors
    ///
    /// `ResourceNotFound` if there is no such cluster.
    pub fn abort_on_cluster(&mut self, id: ClusterId) -> Result<Option<OperationId>, ServiceError> {
        let operation = self.find_cluster(id)?.operation;
        Ok(operation.map(|operation| self.abort(operation)))
    }

    fn abort(&mut self, id: OperationId) -> OperationId {
        self.clockwork.abort(id);
        for cluster in &mut self.clusters {
            if cluster.operation == Some(id) {
                cluster.provisioning_state = ProvisioningState::Canceling;
            }
            for pool in cluster.pools.iter_mut().filter(|pool| pool.operation == Some(id)) {
                pool.provisioning_state = ProvisioningState::Canceling;
                for instance_id in without_host(pool, id) {
                    self.clockwork.delete(cluster.id, pool, instance_id, Some(id));
                }
            }
        }
        id
    }

    /// Sets the count of the pools that an aborted operation changed to the number of nodes they now
    /// have. Pools that were starting or stopping keep their count.
    pub(super) fn accept_what_is_there(&mut self, id: OperationId, kind: OperationKind) {
        use OperationKind as K;
        // A pool that stops or starts keeps its count for the next start.
        if matches!(kind, K::StartCluster | K::StopCluster | K::StartPool | K::StopPool) {
            return;
        }
        for cluster in &mut self.clusters {
            let is_deleted = kind == K::DeleteCluster && cluster.operation == Some(id);
            for pool in cluster.pools.iter_mut().filter(|pool| is_deleted || pool.operation == Some(id)) {
                // What was stopped is wanted again when its pool starts.
                let is_wanted = |state: NodeState| state.is_wanted() || state == NodeState::Stopped;
                let wanted = pool.nodes().filter(|node| is_wanted(node.state())).count();
                pool.spec.count = u32::try_from(wanted).unwrap_or(u32::MAX);
            }
            if is_deleted {
                keep_group(&mut self.groups, cluster);
            }
        }
    }
}

/// Returns the instance ids of an operation's new machines for which no host was found yet.
fn without_host(pool: &Pool, operation: OperationId) -> Vec<u32> {
    let is_given_up = |node: &&crate::azure::node::Node| {
        node.operation == Some(operation)
            && node.state() == NodeState::Creating
            && node.bring_up.reached < Milestone::Allocated
    };
    pool.nodes().filter(is_given_up).map(|node| node.instance_id).collect()
}

/// Cancels the deletion of a cluster's resource group: a group whose cluster stays cannot be deleted.
fn keep_group(groups: &mut [crate::azure::cluster::ResourceGroup], cluster: &Cluster) {
    for group in groups {
        group.is_deleting &= !group.name.eq_ignore_ascii_case(&cluster.spec.resource_group);
    }
}
