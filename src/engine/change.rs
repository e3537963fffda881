//! Changes to the simulated cloud: what the resource provider does with a request.
//!
//! A request is checked first; a refused one changes nothing. An accepted one starts an operation,
//! which goes on by itself, and returns its id.

use std::sync::Arc;

use crate::azure::cluster::{Cluster, ClusterSpec, ResourceGroup};
use crate::azure::lifecycle::NodeState;
use crate::azure::node::Removal;
use crate::azure::nodes::Nodes;
use crate::azure::operation::{OperationKind, PowerState, ProvisioningState};
use crate::azure::pool::Pool;
use crate::azure::pool_spec::{AutoscalerRange, Pairs, PoolMode, PoolSpec, ScaleDownMode};
use crate::azure::scale::ScalePlan;
use crate::azure::timing::Timing;
use crate::check::{busy_cluster, check_manual_scale, no_pool};
use crate::cloud::{Cloud, find_pool};
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, NodeId, OperationId, PoolId};
use crate::ground::money::Cost;
use crate::limits;
use crate::scaler::Scaler;
use crate::workloads::{Kubernetes, NodeTemplate};

/// Settings of a pool to change; a field that is `None` leaves its setting as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PoolUpdate {
    /// The number of nodes.
    pub count: Option<u32>,
    /// Delete or Deallocate.
    pub scale_down_mode: Option<ScaleDownMode>,
    /// The autoscaler's range; `Some(None)` turns the autoscaler off.
    pub autoscaler: Option<Option<AutoscalerRange>>,
    /// System or user.
    pub mode: Option<PoolMode>,
    /// Kubernetes labels.
    pub labels: Option<Pairs>,
    /// Kubernetes taints.
    pub taints: Option<Vec<String>>,
    /// Azure tags.
    pub tags: Option<Pairs>,
    /// The description that the pool was imported with, if fields of it change.
    pub imported: Option<Arc<str>>,
}

impl Cloud {
    /// Creates a resource group, or changes the tags of one that exists.
    ///
    /// # Errors
    ///
    /// `InvalidResourceGroupLocation` if it exists in another region: a group cannot move.
    pub fn put_group(&mut self, group: ResourceGroup) -> Result<(), ServiceError> {
        let name = &group.name;
        let existing = self.groups.iter_mut().find(|found| found.name.eq_ignore_ascii_case(name));
        let Some(existing) = existing else {
            self.groups.push(group);
            return Ok(());
        };
        if existing.location != group.location {
            return Err(ServiceError::new(
                "InvalidResourceGroupLocation",
                format!(
                    "Invalid resource group location '{}'. The Resource group already exists in location '{}'.",
                    group.location, existing.location
                ),
            ));
        }
        existing.tags = group.tags;
        Ok(())
    }

    /// Deletes a resource group and its clusters and returns the operations. The group goes with the
    /// last of its clusters.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while an operation goes on in any of its clusters.
    pub fn delete_group(&mut self, name: &str) -> Result<Vec<OperationId>, ServiceError> {
        let clusters: Vec<ClusterId> = self
            .clusters
            .iter()
            .filter(|cluster| cluster.spec.resource_group.eq_ignore_ascii_case(name))
            .map(|cluster| cluster.id)
            .collect();
        for cluster in &clusters {
            self.check_cluster_free(*cluster)?;
        }
        for group in &mut self.groups {
            group.is_deleting |= group.name.eq_ignore_ascii_case(name);
        }
        self.forget_empty_groups();
        clusters.into_iter().map(|id| self.delete_cluster(id)).collect()
    }

    /// Creates a cluster with its first node pool. A cluster whose system pool is hosted by AKS may
    /// have none.
    ///
    /// # Errors
    ///
    /// `InvalidParameter` for a value of the autoscaler profile; names, counts, disks, limits and quota
    /// of the pool.
    pub fn create_cluster(
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

    pub(super) fn add_cluster(&mut self, spec: ClusterSpec, power_state: PowerState) -> ClusterId {
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
        self.scalers.insert(id, Scaler::default());
        if let Some((kubernetes, mut moment)) = self.clockwork.kubernetes(id) {
            kubernetes.add_system(has_system_pool, &mut moment);
            kubernetes.settle(&mut moment);
        }
        id
    }

    fn fill_new_pool(&mut self, cluster: ClusterId, spec: PoolSpec, operation: OperationId, kind: OperationKind) {
        let count = spec.count;
        let Some(id) = self.add_pool_to(cluster, spec, PowerState::Running) else {
            return;
        };
        if let Some(pool) = find_pool(&mut self.clusters, cluster, id) {
            pool.operation = Some(operation);
            pool.provisioning_state = kind.provisioning_state();
            for _ in 0..count {
                self.clockwork.provision(cluster, pool, Some(operation));
            }
        }
    }

    pub(super) fn add_pool_to(
        &mut self,
        cluster: ClusterId,
        spec: PoolSpec,
        power_state: PowerState,
    ) -> Option<PoolId> {
        let cluster = self.clusters.iter_mut().find(|found| found.id == cluster)?;
        let id = PoolId(self.next_pool);
        self.next_pool += 1;
        let digits = Cluster::scale_set_digits(&cluster.spec);
        let location = &cluster.spec.location;
        let scale_set: Arc<str> = format!("aks-{}-{digits}-vmss", spec.name).into();
        let template = NodeTemplate::new(&cluster.spec, &spec, &scale_set);
        if let Some(kubernetes) = self.clockwork.kubernetes.get_mut(cluster.id) {
            kubernetes.set_template(id, template, |_| 0);
        }
        cluster.pools.push(Pool {
            id,
            scale_set,
            compute_microdollars_per_hour: spec.vm_size.price_microdollars_per_hour(location),
            spec,
            provisioning_state: ProvisioningState::Succeeded,
            power_state,
            created_ms: self.clockwork.now_ms,
            used_versions: Vec::new(),
            nodes: Nodes::default(),
            next_instance_id: 0,
            operation: None,
            departed: Cost::default(),
        });
        Some(id)
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
        if let Some(cluster) = self.clusters.iter_mut().find(|found| found.id == id) {
            cluster.spec.tags = tags.unwrap_or_else(|| cluster.spec.tags.clone());
            cluster.spec.autoscaler_profile =
                autoscaler_profile.unwrap_or_else(|| cluster.spec.autoscaler_profile.clone());
        }
        Ok(operation)
    }

    /// Adds a node pool.
    ///
    /// # Errors
    ///
    /// Names, counts, disks, limits and quota; `OperationNotAllowed` while the cluster changes.
    pub fn add_pool(&mut self, cluster: ClusterId, spec: PoolSpec) -> Result<OperationId, ServiceError> {
        limits::check_spec(&spec)?;
        self.check_power(cluster, PowerState::Running)?;
        let found = self.find_cluster(cluster)?;
        if let Some(busy) = busy_cluster(found) {
            return Err(busy);
        }
        limits::check_pools(found)?;
        let location = found.spec.location.clone();
        self.check_capacity(&location, Some(cluster), None, spec.count, &spec.vm_size)?;
        let subject: Arc<str> = spec.name.as_str().into();
        let kind = OperationKind::CreatePool;
        let next = PoolId(self.next_pool);
        let operation = self.clockwork.begin(kind, cluster, Some(next), &subject, Timing::ControlPlane);
        self.fill_new_pool(cluster, spec, operation, kind);
        Ok(operation)
    }

    /// Changes the number of nodes of a pool by hand. A stopped pool has them from its next start.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while the pool or its cluster changes, or where it belongs to the
    /// autoscaler; limits and quota.
    pub fn scale_pool(&mut self, id: PoolId, count: u32) -> Result<OperationId, ServiceError> {
        let (cluster, pool) = self.find_free_pool(id)?;
        limits::check_count(pool.spec.mode, count.into())?;
        check_manual_scale(pool.spec.autoscaler)?;
        self.rescale(cluster, id, count, OperationKind::ScalePool, |_| ())
    }

    /// Changes settings of a pool. Changing its scale-down mode to Delete deletes its deallocated nodes.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while the pool or its cluster changes; an ephemeral disk with
    /// Deallocate; limits and quota where the autoscaler's minimum asks for more nodes.
    pub fn update_pool(&mut self, id: PoolId, update: PoolUpdate) -> Result<OperationId, ServiceError> {
        let (cluster, pool) = self.find_free_pool(id)?;
        let spec = &pool.spec;
        let mode = update.mode.unwrap_or(spec.mode);
        let scale_down_mode = update.scale_down_mode.unwrap_or(spec.scale_down_mode);
        let autoscaler = update.autoscaler.unwrap_or(spec.autoscaler);
        limits::check_disk(spec.os_disk_type, scale_down_mode)?;
        limits::check_range(mode, autoscaler)?;
        let count = update.count.unwrap_or(spec.count);
        limits::check_count(mode, count.into())?;
        if count != spec.count {
            check_manual_scale(autoscaler)?;
        }
        if mode == PoolMode::User {
            self.check_system_pool_remains(cluster, id)?;
        }
        // The autoscaler brings a pool up to its minimum; its maximum only limits growth.
        let count = autoscaler.map_or(count, |range| count.max(range.min));
        self.rescale(cluster, id, count, OperationKind::UpdatePool, |spec| {
            spec.mode = mode;
            spec.scale_down_mode = scale_down_mode;
            spec.autoscaler = autoscaler;
            spec.labels = update.labels.unwrap_or_else(|| spec.labels.clone());
            spec.taints = update.taints.unwrap_or_else(|| spec.taints.clone());
            spec.tags = update.tags.unwrap_or_else(|| spec.tags.clone());
            spec.imported = update.imported.unwrap_or_else(|| Arc::clone(&spec.imported));
        })
    }

    /// Applies settings and a node count to an idle pool, in one operation.
    fn rescale(
        &mut self,
        cluster: ClusterId,
        id: PoolId,
        count: u32,
        kind: OperationKind,
        edit: impl FnOnce(&mut PoolSpec),
    ) -> Result<OperationId, ServiceError> {
        let found = self.find_cluster(cluster)?;
        let location = found.spec.location.clone();
        let pool = found.pool_by_id(id).ok_or_else(|| no_pool(id))?;
        let plan = if pool.power_state == PowerState::Running || kind == OperationKind::StartPool {
            let kubernetes = self.kubernetes(cluster);
            let node = |instance_id| kubernetes.and_then(|all| all.node(NodeId { pool: id, instance_id }));
            ScalePlan::new(pool, count, &|instance_id| node(instance_id).is_some_and(|node| node.is_unschedulable))
        } else {
            ScalePlan::default()
        };
        let vm_size = pool.spec.vm_size.clone();
        self.check_capacity(&location, Some(cluster), Some(id), plan.create, &vm_size)?;
        let operation = self.begin_on_pool(cluster, id, kind);
        if let Some(pool) = find_pool(&mut self.clusters, cluster, id) {
            edit(&mut pool.spec);
            pool.spec.count = count;
            self.clockwork.carry_out(cluster, pool, &plan, Some(operation));
            if pool.spec.scale_down_mode == ScaleDownMode::Delete {
                delete_deallocated(&mut self.clockwork, cluster, pool, operation);
            }
        }
        self.renew_template(cluster, id);
        Ok(operation)
    }

    /// Renews a pool's node template, and with it the labels and taints of the pool's nodes.
    fn renew_template(&mut self, cluster: ClusterId, id: PoolId) {
        let found = self.clusters.iter().find(|found| found.id == cluster);
        let found = found.and_then(|cluster| Some((cluster, cluster.pool_by_id(id)?)));
        let Some(((cluster, pool), kubernetes)) = found.zip(self.clockwork.kubernetes.get_mut(cluster)) else {
            return;
        };
        let template = NodeTemplate::new(&cluster.spec, &pool.spec, &pool.scale_set);
        kubernetes.set_template(id, template, |instance_id| pool.node(instance_id).map_or(0, |node| node.zone));
    }

    /// Drains and deletes all nodes of a pool, then the pool.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while the pool or its cluster changes, or for the last system pool.
    pub fn delete_pool(&mut self, id: PoolId) -> Result<OperationId, ServiceError> {
        let (cluster, _) = self.find_free_pool(id)?;
        self.check_system_pool_remains(cluster, id)?;
        let operation = self.begin_on_pool(cluster, id, OperationKind::DeletePool);
        self.clear_out(cluster, id, Removal::Delete, operation);
        Ok(operation)
    }

    /// Stops a user pool; one that is stopped stays as it is. Its deallocated nodes are deleted, as
    /// users of the service report (Azure/AKS issue 2810).
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` for a system pool, or while it changes.
    pub fn stop_pool(&mut self, id: PoolId) -> Result<OperationId, ServiceError> {
        let (cluster, pool) = self.find_free_pool(id)?;
        let name = &pool.spec.name;
        if pool.spec.mode == PoolMode::System {
            return Err(ServiceError::not_allowed(format!(
                "Node pool {name} is a system node pool: only user node pools can be stopped."
            )));
        }
        let is_running = pool.power_state == PowerState::Running;
        let operation = self.begin_on_pool(cluster, id, OperationKind::StopPool);
        if is_running {
            self.clear_out(cluster, id, Removal::Stop, operation);
        }
        Ok(operation)
    }

    /// Starts a pool and brings it to its count, which may have changed while it was stopped. One
    /// that runs is only brought to its count.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while it changes; limits and quota.
    pub fn start_pool(&mut self, id: PoolId) -> Result<OperationId, ServiceError> {
        let (cluster, pool) = self.find_free_pool(id)?;
        let count = pool.spec.count;
        let operation = self.rescale(cluster, id, count, OperationKind::StartPool, |_| ())?;
        self.each_node_of(cluster, id, |clockwork, pool, instance_id, state| {
            if state == NodeState::Stopped {
                clockwork.delete(cluster, pool, instance_id, Some(operation));
            }
        });
        Ok(operation)
    }

    pub(super) fn begin_on_pool(&mut self, cluster: ClusterId, id: PoolId, kind: OperationKind) -> OperationId {
        let name = self.pool(id).map_or("", |pool| pool.spec.name.as_str());
        let subject: Arc<str> = name.into();
        let timing = Timing::ControlPlane;
        let operation = self.clockwork.begin(kind, cluster, Some(id), &subject, timing);
        if let Some(pool) = find_pool(&mut self.clusters, cluster, id) {
            pool.operation = Some(operation);
            pool.provisioning_state = kind.provisioning_state();
        }
        operation
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
        if let Some(cluster) = self.clusters.iter_mut().find(|found| found.id == id) {
            cluster.operation = Some(operation);
            cluster.provisioning_state = kind.provisioning_state();
        }
    }

    /// Drains the ready nodes of a pool towards `removal`, and deletes its other machines.
    fn clear_out(&mut self, cluster: ClusterId, id: PoolId, removal: Removal, operation: OperationId) {
        self.each_node_of(cluster, id, |clockwork, pool, instance_id, state| {
            match state {
                NodeState::Ready => clockwork.drain(cluster, pool, instance_id, removal, Some(operation)),
                // The autoscaler may be deleting it already.
                NodeState::Deleting => {}
                _ => clockwork.delete(cluster, pool, instance_id, Some(operation)),
            }
        });
    }

    fn each_node(
        &mut self,
        cluster: ClusterId,
        mut act: impl FnMut(&mut crate::clockwork::Clockwork, &mut Pool, u32, NodeState),
    ) {
        let found = self.clusters.iter().find(|found| found.id == cluster);
        let pools: Vec<PoolId> =
            found.map(|cluster| cluster.pools.iter().map(|pool| pool.id).collect()).unwrap_or_default();
        for pool in pools {
            self.each_node_of(cluster, pool, &mut act);
        }
    }

    fn each_node_of(
        &mut self,
        cluster: ClusterId,
        pool: PoolId,
        mut act: impl FnMut(&mut crate::clockwork::Clockwork, &mut Pool, u32, NodeState),
    ) {
        if let Some(pool) = find_pool(&mut self.clusters, cluster, pool) {
            let nodes: Vec<(u32, NodeState)> = pool.nodes().map(|node| (node.instance_id, node.state())).collect();
            for (instance_id, state) in nodes {
                act(&mut self.clockwork, pool, instance_id, state);
            }
        }
    }
}

fn delete_deallocated(
    clockwork: &mut crate::clockwork::Clockwork,
    cluster: ClusterId,
    pool: &mut Pool,
    operation: OperationId,
) {
    let deallocated: Vec<u32> = pool.nodes_in(NodeState::Deallocated).map(|node| node.instance_id).collect();
    for instance_id in deallocated {
        clockwork.delete(cluster, pool, instance_id, Some(operation));
    }
}
