//! The course of things: events that are due, the end of operations, and the resources that go with it.

use super::clockwork::{Clockwork, NodeLocation, NodeOutcome};
use super::subscription::Subscription;
use crate::azure::cluster::Cluster;
use crate::azure::lifecycle::NodeState;
use crate::azure::node::Node;
use crate::azure::operation::{Operation, OperationKind, OperationState, PowerState, ProvisioningState};
use crate::azure::pool::Pool;
use crate::event::Event;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, NodeId, OperationId, PoolId};
use crate::ground::invariant::known;
use crate::record::{OperationStatus, RecordedEvent};
use crate::workloads::{ChangeContext, Kubernetes};

/// The effect of an event on a node; returns `None` if the event is stale.
type NodeEventHandler<'a> = dyn Fn(&mut Clockwork, NodeLocation<'_>, &mut Node) -> Option<NodeOutcome> + 'a;

impl Subscription {
    /// Handles an event that is due now.
    pub(crate) fn on_event(&mut self, event: &Event) {
        let settled = match *event {
            Event::ControlPlane(id) => {
                if let Some(operation) = known(self.clockwork.operations.get_mut(&id), "an operation under way") {
                    operation.control_plane_busy = false;
                }
                Some(id)
            }
            Event::Node { cluster, pool, instance_id, timer } => {
                let id = NodeId { pool, instance_id };
                let act = |clockwork: &mut Clockwork, place: NodeLocation<'_>, node: &mut Node| {
                    (node.timer == timer).then(|| clockwork.on_node(place, node))
                };
                self.on_node(cluster, id, &act)
            }
            Event::Kubernetes(cluster) => self.react(cluster, Kubernetes::on_due),
            Event::Load { cluster, deployment } => {
                self.react(cluster, |kubernetes, context| kubernetes.on_load(deployment, context))
            }
            Event::Horizontal { cluster, deployment } => {
                self.react(cluster, |kubernetes, context| kubernetes.on_horizontal(deployment, context))
            }
            Event::Fault(id) => {
                self.on_fault(id);
                None
            }
            Event::Recover { cluster, node } => {
                self.on_recover(cluster, node);
                None
            }
            Event::Drained { cluster, node } => {
                let act = |clockwork: &mut Clockwork, place: NodeLocation<'_>, node: &mut Node| {
                    (node.state() == NodeState::Draining).then(|| clockwork.on_node(place, node))
                };
                self.on_node(cluster, node, &act)
            }
            Event::DrainFailed { cluster, node, ref pods } => {
                let act = |clockwork: &mut Clockwork, place: NodeLocation<'_>, node: &mut Node| {
                    Some(clockwork.on_drain_failed(place, node, pods))
                };
                self.on_node(cluster, node, &act)
            }
        };
        let is_over = |operation: &Operation| operation.state == OperationState::Running && operation.is_settled();
        if let Some(id) = settled
            && self.operation(id).is_some_and(is_over)
        {
            self.finish(id);
        }
    }

    /// Changes the Kubernetes objects of a cluster, and lets its controllers and scheduler react. No
    /// operation waits for it.
    fn react(
        &mut self,
        cluster: ClusterId,
        act: impl FnOnce(&mut Kubernetes, &mut ChangeContext<'_>),
    ) -> Option<OperationId> {
        let (kubernetes, mut context) = self.clockwork.kubernetes(cluster)?;
        act(kubernetes, &mut context);
        kubernetes.settle(&mut context);
        None
    }

    /// Handles a node's event unless it is stale. Returns the operation that waited for the node if the
    /// node has come to rest or is gone.
    fn on_node(&mut self, cluster: ClusterId, id: NodeId, act: &NodeEventHandler<'_>) -> Option<OperationId> {
        // A stale event may outlive its node, and the pool and the cluster of that.
        let cluster_of = self.clusters.iter_mut().find(|found| found.id == cluster)?;
        let pool = cluster_of.pools.iter_mut().find(|found| found.id == id.pool)?;
        let prices = pool.prices();
        let place = NodeLocation { cluster, pool: pool.id, scale_set: &pool.scale_set };
        let clockwork = &mut self.clockwork;
        let (operation, outcome) = pool.nodes.change(id.instance_id, |node| {
            let operation = node.operation;
            (operation, act(clockwork, place, node))
        })?;
        match outcome? {
            NodeOutcome::Moving => None,
            NodeOutcome::Rested => operation,
            NodeOutcome::Gone => {
                let node = known(pool.nodes.remove(id.instance_id), "a node that goes")?;
                pool.departed += node.cost(self.clockwork.now_ms, prices);
                operation
            }
        }
    }

    /// Completes an operation whose parts are all done.
    fn finish(&mut self, id: OperationId) {
        debug_assert!(!self.is_awaited(id), "an operation ends, and a node of it has not come to rest");
        let Some(operation) = known(self.clockwork.operations.get_mut(&id), "an operation that ends") else {
            return;
        };
        let is_aborted = operation.is_aborted;
        let error = operation.node_error.take();
        let error = if is_aborted { Some(ServiceError::canceled()) } else { error };
        let (state, status) = match &error {
            _ if is_aborted => (ProvisioningState::Canceled, OperationStatus::Canceled),
            None => (ProvisioningState::Succeeded, OperationStatus::Succeeded),
            Some(_) => (ProvisioningState::Failed, OperationStatus::Failed),
        };
        operation.state = error.map_or(OperationState::Succeeded, OperationState::Failed);
        let (kind, cluster, pool) = (operation.kind, operation.cluster, operation.pool);
        if let Some(subject) = self.subject(cluster, pool) {
            let event = RecordedEvent::Operation(kind, status);
            let now_ms = self.clockwork.now_ms;
            self.clockwork.log.push(now_ms, &subject, None, event);
        }
        match kind {
            _ if is_aborted => {
                self.accept_what_is_there(id, kind);
                self.settle(id, kind, state);
            }
            OperationKind::DeleteCluster => self.forget_cluster(cluster),
            OperationKind::DeletePool => self.forget_pool(cluster, pool),
            _ => self.settle(id, kind, state),
        }
    }

    /// Returns `true` if a node has an operation that waits for it.
    fn is_awaited(&self, id: OperationId) -> bool {
        let nodes = self.clusters.iter().flat_map(|cluster| &cluster.pools).flat_map(Pool::nodes);
        nodes.into_iter().any(|node| node.operation == Some(id))
    }

    /// Returns the name of a cluster, or of a pool of it. An operation past AKS does not hold its pool,
    /// which may be gone when it ends.
    fn subject(&self, cluster: ClusterId, pool: Option<PoolId>) -> Option<std::sync::Arc<str>> {
        let cluster = self.clusters.iter().find(|found| found.id == cluster)?;
        let name = match pool {
            Some(pool) => &cluster.pool_by_id(pool)?.spec.name,
            None => &cluster.spec.name,
        };
        Some(name.as_str().into())
    }

    /// Frees the resources that an operation held, which are now in `state`.
    fn settle(&mut self, id: OperationId, kind: OperationKind, state: ProvisioningState) {
        let power_state = match kind {
            OperationKind::StopCluster | OperationKind::StopPool => Some(PowerState::Stopped),
            OperationKind::StartCluster | OperationKind::StartPool => Some(PowerState::Running),
            _ => None,
        };
        if let Some(operation) = known(self.operation(id), "an operation that ends") {
            let cluster = operation.cluster;
            self.clockwork.bump_generation(cluster);
        }
        for cluster in &mut self.clusters {
            if cluster.operation == Some(id) {
                cluster.operation = None;
                cluster.provisioning_state = state;
                cluster.power_state = power_state.unwrap_or(cluster.power_state);
            }
            for pool in &mut cluster.pools {
                if pool.operation == Some(id) {
                    pool.operation = None;
                    pool.provisioning_state = state;
                    pool.power_state = power_state.unwrap_or(pool.power_state);
                }
            }
        }
    }

    fn forget_cluster(&mut self, id: ClusterId) {
        let index = self.clusters.iter().position(|cluster| cluster.id == id);
        let Some(index) = known(index, "a cluster that is deleted") else {
            return;
        };
        let cluster = self.clusters.remove(index);
        self.clockwork.forget_kubernetes(id);
        self.departed += cluster.cost(self.clockwork.now_ms);
        self.forget_empty_groups();
    }

    /// Removes the resource groups that are being deleted and hold no cluster any more.
    pub(super) fn forget_empty_groups(&mut self) {
        let clusters = &self.clusters;
        self.groups.retain(|group| {
            let is_here = |cluster: &Cluster| cluster.spec.resource_group.eq_ignore_ascii_case(&group.name);
            !group.is_deleting || clusters.iter().any(is_here)
        });
    }

    fn forget_pool(&mut self, cluster: ClusterId, pool: Option<PoolId>) {
        let now_ms = self.clockwork.now_ms;
        let cluster = self.clusters.iter_mut().find(|found| found.id == cluster);
        let Some(cluster) = known(cluster, "the cluster of a pool") else {
            return;
        };
        let is_gone = |found: &Pool| Some(found.id) == pool;
        if let Some(index) = known(cluster.pools.iter().position(is_gone), "a pool that is deleted") {
            let pool = cluster.pools.remove(index);
            cluster.departed += pool.cost(now_ms);
            if let Some((kubernetes, mut context)) = self.clockwork.kubernetes(cluster.id) {
                kubernetes.forget_pool(pool.id, &mut context);
            }
        }
    }
}
