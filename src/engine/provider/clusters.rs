//! Requests about clusters.

use std::sync::Arc;

use super::clockwork::Clockwork;
use super::limits;
use super::subscription::Subscription;
use crate::azure::cluster::{Cluster, ClusterSpec};
use crate::azure::lifecycle::NodeState;
use crate::azure::node::Removal;
use crate::azure::operation::{OperationKind, PowerState, ProvisioningState};
use crate::azure::pool::Pool;
use crate::azure::pool_spec::{Pairs, PoolSpec};
use crate::azure::timing::Timing;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, OperationId, PoolId};
use crate::ground::money::Cost;
use crate::workloads::Kubernetes;

impl Subscription {
    /// Creates a cluster with its first node pool. A cluster whose system pool is hosted by AKS may
    /// have none.
    ///
    /// # Errors
    ///
    /// `InvalidParameter` for a value of the autoscaler profile; names, counts, disks, limits and quota
    /// of the pool.
    pub(crate) fn create_cluster(
        &mut self,
        spec: ClusterSpec,
        first_pool: Option<PoolSpec>,
    ) -> Result<OperationId, ServiceError> {
        limits::check_profile(&spec.autoscaler_profile)?;
        if let Some(pool) = &first_pool {
            limits::check_spec(pool)?;
            self.check_capacity(&spec.location, None, None, pool.count, &pool.vm_size)?;
        }
        let subject: Arc<str> = spec.name.as_str().into();
        let id = self.add_cluster(spec, PowerState::Running);
        let kind = OperationKind::CreateCluster;
        let timing = Timing::CreateCluster;
        let operation = self.clockwork.begin(kind, id, None, &subject, timing);
        self.occupy_cluster(id, operation, kind);
        if let Some(spec) = first_pool {
            self.fill_new_pool(id, spec, operation, kind);
        }
        Ok(operation)
    }

    /// Puts a cluster in place that has no pools yet.
    pub(crate) fn add_cluster(&mut self, spec: ClusterSpec, power_state: PowerState) -> ClusterId {
        let id = ClusterId(self.next_cluster);
        self.next_cluster += 1;
        let has_system_pool = !spec.hosts_system_pool;
        self.clusters.push(Cluster {
            id,
            spec,
            provisioning_state: ProvisioningState::Succeeded,
            power_state,
            pools: Vec::new(),
            operation: None,
            departed: Cost::default(),
        });
        self.clockwork.kubernetes.insert(id, Kubernetes::default());
        if let Some((kubernetes, mut context)) = self.clockwork.kubernetes(id) {
            kubernetes.add_system(has_system_pool, &mut context);
            kubernetes.settle(&mut context);
        }
        id
    }

    /// Deletes a cluster and everything in it. Nodes are not drained: no node is left to take their pods.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while another operation goes on.
    pub fn delete_cluster(&mut self, id: ClusterId) -> Result<OperationId, ServiceError> {
        self.check_cluster_free(id)?;
        let kind = OperationKind::DeleteCluster;
        let operation = self.begin_on_cluster(id, kind, Timing::DeleteCluster)?;
        self.each_node(id, |clockwork, pool, instance_id, state| {
            if state != NodeState::Deleting {
                clockwork.delete(id, pool, instance_id, Some(operation));
            }
        });
        Ok(operation)
    }

    /// Stops a cluster: every running node is drained and its machine released.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while another operation goes on, or if it is stopped already.
    pub fn stop_cluster(&mut self, id: ClusterId) -> Result<OperationId, ServiceError> {
        self.check_cluster_free(id)?;
        self.find_cluster(id)?.check_switch(PowerState::Stopped)?;
        let operation = self.begin_on_cluster(id, OperationKind::StopCluster, Timing::ControlPlane)?;
        self.each_node(id, |clockwork, pool, instance_id, state| {
            if state == NodeState::Ready {
                clockwork.drain(id, pool, instance_id, Removal::Stop, Some(operation));
            }
        });
        Ok(operation)
    }

    /// Starts a stopped cluster. Pools that were stopped individually stay stopped.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while another operation goes on, or if it runs already.
    pub fn start_cluster(&mut self, id: ClusterId) -> Result<OperationId, ServiceError> {
        self.check_cluster_free(id)?;
        self.find_cluster(id)?.check_switch(PowerState::Running)?;
        let operation = self.begin_on_cluster(id, OperationKind::StartCluster, Timing::ControlPlane)?;
        self.each_node(id, |clockwork, pool, instance_id, state| {
            if state == NodeState::Stopped && pool.power_state == PowerState::Running {
                clockwork.start(id, pool, instance_id, Some(operation));
            }
        });
        Ok(operation)
    }

    /// Changes the tags or the autoscaler profile of a cluster.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while another operation goes on.
    pub fn update_cluster(
        &mut self,
        id: ClusterId,
        tags: Option<Pairs>,
        autoscaler_profile: Option<Pairs>,
    ) -> Result<OperationId, ServiceError> {
        self.check_cluster_free(id)?;
        self.check_power(id, PowerState::Running)?;
        autoscaler_profile.as_ref().map_or(Ok(()), limits::check_profile)?;
        let kind = OperationKind::UpdateCluster;
        let operation = self.begin_on_cluster(id, kind, Timing::ControlPlane)?;
        if let Some(cluster) = self.cluster_mut(id) {
            cluster.spec.tags = tags.unwrap_or_else(|| cluster.spec.tags.clone());
            cluster.spec.autoscaler_profile =
                autoscaler_profile.unwrap_or_else(|| cluster.spec.autoscaler_profile.clone());
        }
        Ok(operation)
    }

    pub(super) fn begin_on_cluster(
        &mut self,
        id: ClusterId,
        kind: OperationKind,
        timing: Timing,
    ) -> Result<OperationId, ServiceError> {
        let subject: Arc<str> = self.find_cluster(id)?.spec.name.as_str().into();
        let operation = self.clockwork.begin(kind, id, None, &subject, timing);
        self.occupy_cluster(id, operation, kind);
        Ok(operation)
    }

    fn occupy_cluster(&mut self, id: ClusterId, operation: OperationId, kind: OperationKind) {
        if let Some(cluster) = self.cluster_mut(id) {
            cluster.operation = Some(operation);
            cluster.provisioning_state = kind.provisioning_state();
        }
    }

    fn each_node(&mut self, cluster: ClusterId, mut act: impl FnMut(&mut Clockwork, &mut Pool, u32, NodeState)) {
        let pools = self.cluster_by_id(cluster).map(|cluster| cluster.pools.as_slice()).unwrap_or_default();
        let pools: Vec<PoolId> = pools.iter().map(|pool| pool.id).collect();
        for pool in pools {
            self.each_node_of(cluster, pool, &mut act);
        }
    }
}
