//! Requests about node pools.

use std::sync::Arc;

use super::check::{busy_cluster, check_manual_scale, no_pool};
use super::clockwork::Clockwork;
use super::limits;
use super::subscription::{Subscription, find_pool};
use crate::azure::cluster::Cluster;
use crate::azure::lifecycle::NodeState;
use crate::azure::node::{Node, Removal};
use crate::azure::nodes::Nodes;
use crate::azure::operation::{OperationKind, PowerState, ProvisioningState};
use crate::azure::pool::Pool;
use crate::azure::pool_spec::{AutoscalerRange, Pairs, PoolMode, PoolSpec, ScaleDownMode};
use crate::azure::scale::ScalePlan;
use crate::azure::timing::Timing;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, NodeId, OperationId, PoolId};
use crate::ground::invariant::known;
use crate::ground::money::Cost;
use crate::workloads::NodeTemplate;

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

impl Subscription {
    /// Adds a pool with new nodes; the operation waits for them.
    pub(super) fn fill_new_pool(
        &mut self,
        cluster: ClusterId,
        spec: PoolSpec,
        operation: OperationId,
        kind: OperationKind,
    ) {
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
        let cluster = self.clusters.iter_mut().find(|found| found.id == cluster);
        let cluster = known(cluster, "the cluster of a new pool")?;
        let id = PoolId(self.next_pool);
        self.next_pool += 1;
        let digits = Cluster::scale_set_digits(&cluster.spec);
        let location = &cluster.spec.location;
        let scale_set: Arc<str> = format!("aks-{}-{digits}-vmss", spec.name).into();
        let template = NodeTemplate::new(&cluster.spec, &spec, &scale_set);
        if let Some((kubernetes, _)) = self.clockwork.kubernetes(cluster.id) {
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
        let found = known(found, "a pool that has changed").zip(self.clockwork.kubernetes(cluster));
        let Some(((cluster, pool), (kubernetes, _))) = found else {
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
        let name = known(self.pool(id), "a pool that changes").map_or("", |pool| pool.spec.name.as_str());
        let subject: Arc<str> = name.into();
        let timing = Timing::ControlPlane;
        let operation = self.clockwork.begin(kind, cluster, Some(id), &subject, timing);
        if let Some(pool) = find_pool(&mut self.clusters, cluster, id) {
            pool.operation = Some(operation);
            pool.provisioning_state = kind.provisioning_state();
        }
        operation
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

    pub(super) fn each_node_of(
        &mut self,
        cluster: ClusterId,
        pool: PoolId,
        mut act: impl FnMut(&mut Clockwork, &mut Pool, u32, NodeState),
    ) {
        if let Some(pool) = find_pool(&mut self.clusters, cluster, pool) {
            let nodes: Vec<(u32, NodeState)> = pool.nodes().map(|node| (node.instance_id, node.state())).collect();
            for (instance_id, state) in nodes {
                act(&mut self.clockwork, pool, instance_id, state);
            }
        }
    }
}

/// Deletes what is deallocated in a pool that keeps nothing, and what is on its way to it: the autoscaler may have begun
/// to deallocate nodes before the pool's mode was changed.
fn delete_deallocated(clockwork: &mut Clockwork, cluster: ClusterId, pool: &mut Pool, operation: OperationId) {
    let is_kept = |node: &&Node| match node.state() {
        NodeState::Deallocated | NodeState::Deallocating => true,
        NodeState::Draining => node.removal == Removal::Deallocate,
        _ => false,
    };
    let kept: Vec<(u32, NodeState)> =
        pool.nodes().filter(is_kept).map(|node| (node.instance_id, node.state())).collect();
    for (instance_id, state) in kept {
        if state == NodeState::Draining {
            pool.nodes.change(instance_id, |node| node.removal = Removal::Delete);
        } else {
            clockwork.delete(cluster, pool, instance_id, Some(operation));
        }
    }
}
