//! The state that all changes share: the clock, the event queue, the random generator, the log, the
//! operations, the Kubernetes objects and the faults.
//!
//! It is kept apart from the clusters so that a node can be changed while its pool is borrowed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::azure::fault::{FaultKind, Faults};
use crate::azure::lifecycle::{NodeState, Transition};
use crate::azure::node::{Milestone, Node, NodeSource, Removal};
use crate::azure::node_name::node_name;
use crate::azure::operation::{Operation, OperationKind, OperationState};
use crate::azure::pool::Pool;
use crate::azure::pool_spec::ScaleDownMode;
use crate::azure::scale::{ScalePlan, zone_for_new};
use crate::azure::timing::{Timing, Timings};
use crate::event::Event;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, NodeId, OperationId, PoolId};
use crate::ground::invariant::known;
use crate::ground::queue::EventQueue;
use crate::ground::random::Random;
use crate::ground::table::Table;
use crate::measures::Measures;
use crate::record::{OperationStatus, RecordLog, RecordedEvent};
use crate::workloads::{ChangeContext, DrainPolicy, Kubernetes, NodeCondition};

/// The location of a node: its cluster, its pool, and the name of the scale set in the log.
#[derive(Clone, Copy)]
pub(super) struct NodeLocation<'a> {
    pub cluster: ClusterId,
    pub pool: PoolId,
    pub scale_set: &'a Arc<str>,
}

/// The clock, the event queue, chance, the log, operations, Kubernetes objects and faults of a cloud.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Clockwork {
    pub now_ms: u64,
    pub queue: EventQueue<Event>,
    pub random: Random,
    pub timings: Timings,
    pub log: RecordLog,
    pub measures: Measures,
    pub operations: BTreeMap<OperationId, Operation>,
    /// The Kubernetes objects of each cluster.
    pub kubernetes: Table<ClusterId, Kubernetes>,
    /// Injected faults that are not over.
    pub faults: Faults,
    next_operation: u32,
}

/// The outcome of a node's event.
pub(super) enum NodeOutcome {
    /// Its transition goes on.
    Moving,
    /// It has come to rest.
    Rested,
    /// It is gone and must be removed from its pool.
    Gone,
}

impl Clockwork {
    pub fn new(seed: u64) -> Self {
        Self {
            now_ms: 0,
            queue: EventQueue::default(),
            random: Random::new(seed),
            timings: Timings::default(),
            log: RecordLog::default(),
            measures: Measures::default(),
            operations: BTreeMap::new(),
            kubernetes: Table::default(),
            faults: Faults::default(),
            next_operation: 1,
        }
    }

    /// Checks whether a fault of this kind strikes in a pool now; counts the strike and returns its factor.
    pub fn strike(&mut self, kind: FaultKind, pool: PoolId) -> Option<u32> {
        self.faults.strike(kind, Some(pool), self.now_ms, &mut self.random)
    }

    /// Returns the Kubernetes objects of a cluster, which must be there, with the context in which they
    /// change.
    #[track_caller]
    pub fn kubernetes(&mut self, cluster: ClusterId) -> Option<(&mut Kubernetes, ChangeContext<'_>)> {
        let kubernetes = known(self.kubernetes.get_mut(cluster), "the Kubernetes objects of a cluster")?;
        let context = ChangeContext {
            now_ms: self.now_ms,
            cluster,
            queue: &mut self.queue,
            timings: &self.timings,
            log: &mut self.log,
            measures: &mut self.measures,
            faults: &mut self.faults,
            random: &mut self.random,
            is_instant: false,
        };
        Some((kubernetes, context))
    }

    /// Keeps the sum of what pods have requested in a pool that is deleted.
    pub fn keep_requested(&mut self, cluster: ClusterId, pool: &Pool) {
        let requested = self.kubernetes.get(cluster).map_or(0, |kubernetes| kubernetes.requested_microdollars(pool));
        self.measures.departed_requested_microdollars += requested;
    }

    /// Removes the Kubernetes objects of a deleted cluster and cancels their scheduled events.
    pub fn forget_kubernetes(&mut self, cluster: ClusterId) {
        let kubernetes = self.kubernetes.remove(cluster);
        for ticket in kubernetes.iter().flat_map(Kubernetes::tickets) {
            self.queue.cancel(ticket);
        }
    }

    /// Begins an operation whose control-plane part takes `timing`.
    pub fn begin(
        &mut self,
        kind: OperationKind,
        cluster: ClusterId,
        pool: Option<PoolId>,
        subject: &Arc<str>,
        timing: Timing,
    ) -> OperationId {
        let id = OperationId(self.next_operation);
        self.next_operation += 1;
        let operation = Operation {
            kind,
            cluster,
            pool,
            started_ms: self.now_ms,
            state: OperationState::Running,
            pending_nodes: 0,
            control_plane_busy: true,
            is_aborted: false,
            node_error: None,
        };
        self.operations.insert(id, operation);
        let done_ms = self.now_ms + self.timings.draw(timing, &mut self.random);
        self.queue.schedule(done_ms, Event::ControlPlane(id));
        let event = RecordedEvent::Operation(kind, OperationStatus::Started);
        self.log.push(self.now_ms, subject, None, event);
        id
    }

    /// Marks an operation as aborted: it ends once its pending nodes have come to rest and one more
    /// control-plane duration has passed.
    pub fn abort(&mut self, id: OperationId) {
        let Some(operation) = known(self.operations.get_mut(&id), "an operation under way") else {
            return;
        };
        operation.is_aborted = true;
        operation.control_plane_busy = true;
        let done_ms = self.now_ms + self.timings.draw(Timing::ControlPlane, &mut self.random);
        self.queue.schedule(done_ms, Event::ControlPlane(id));
    }

    /// Makes an operation wait for a node. Changes by the cluster autoscaler have no operation.
    fn attend(&mut self, node: &mut Node, operation: Option<OperationId>) {
        debug_assert!(node.operation.is_none(), "two operations wait for a node");
        if let Some(operation) = operation.and_then(|id| known(self.operations.get_mut(&id), "an operation under way"))
        {
            debug_assert_eq!(operation.state, OperationState::Running, "an operation begins to wait after its end");
            operation.pending_nodes += 1;
        }
        node.operation = operation;
    }

    /// Ends the wait of the operation that waits for a node, if any, and keeps the first error.
    fn release(&mut self, node: &mut Node, error: Option<ServiceError>) {
        let waiting = node.operation.take();
        if let Some(operation) = waiting.and_then(|id| known(self.operations.get_mut(&id), "an operation under way")) {
            debug_assert!(operation.pending_nodes > 0, "an operation waits for more nodes than it counts");
            operation.pending_nodes -= 1;
            operation.node_error = operation.node_error.take().or(error);
        }
    }

    /// Takes a node that is now removed from the operation that waits for it, if any. If that waits for nothing else,
    /// it ends at this very moment.
    fn take_over(&mut self, node: &mut Node) {
        let waiting = node.operation;
        self.release(node, None);
        if let Some(id) = waiting
            && self.operations.get(&id).is_some_and(Operation::is_settled)
        {
            self.queue.schedule(self.now_ms, Event::ControlPlane(id));
        }
    }

    fn schedule(&mut self, place: NodeLocation<'_>, node: &Node, at_ms: u64) {
        let NodeLocation { cluster, pool, .. } = place;
        let event = Event::Node { cluster, pool, instance_id: node.instance_id, timer: node.timer };
        self.queue.schedule(at_ms, event);
    }

    /// Reports a node's new state to the log and to Kubernetes.
    fn enter(&mut self, place: NodeLocation<'_>, node: &Node) {
        let event = RecordedEvent::Entered(node.state());
        self.log.push(self.now_ms, place.scale_set, Some(node.instance_id), event);
        let measures = self.measures.of(place.pool);
        match node.state() {
            NodeState::Creating => measures.created += 1,
            NodeState::Starting => measures.started += 1,
            NodeState::Deallocated => measures.deallocated += 1,
            _ => {}
        }
        let Some((kubernetes, mut context)) = self.kubernetes(place.cluster) else {
            return;
        };
        let id = NodeId { pool: place.pool, instance_id: node.instance_id };
        let context = &mut context;
        kubernetes.bump_generation();
        match node.state() {
            NodeState::Creating | NodeState::Deallocated | NodeState::Failed => {}
            NodeState::Ready => kubernetes.on_machine_up(id, context),
            NodeState::Draining => {
                let policy = match (node.removal, node.operation) {
                    (Removal::Stop, _) => DrainPolicy::STOP,
                    (_, Some(_)) => DrainPolicy::SERVICE,
                    (_, None) => kubernetes.autoscaler_drain(),
                };
                kubernetes.begin_drain(id, policy, context);
            }
            NodeState::Deallocating => kubernetes.on_unready(id, NodeCondition::Shutdown, false, context),
            NodeState::Stopped => kubernetes.on_stopped_machine(id),
            NodeState::Starting => kubernetes.on_unready(id, NodeCondition::Unreachable, false, context),
            NodeState::Deleting => kubernetes.on_unready(id, NodeCondition::Unreachable, true, context),
        }
    }

    /// Creates one new node.
    pub fn provision(&mut self, cluster: ClusterId, pool: &mut Pool, operation: Option<OperationId>) {
        let instance_id = pool.next_instance_id;
        pool.next_instance_id += 1;
        let zone = zone_for_new(pool);
        let mut node = Node::provision(instance_id, zone, self.now_ms, &self.timings, &mut self.random);
        if let Some(factor) = self.strike(FaultKind::SlowProvision, pool.id) {
            node.slow_down(factor);
        }
        self.attend(&mut node, operation);
        let place = NodeLocation { cluster, pool: pool.id, scale_set: &pool.scale_set };
        self.enter(place, &node);
        self.schedule_milestone(place, &node);
        pool.nodes.insert(node);
    }

    fn schedule_milestone(&mut self, place: NodeLocation<'_>, node: &Node) {
        if let Some((_, at_ms)) = node.next_milestone() {
            self.schedule(place, node, at_ms);
        }
    }

    /// Starts one deallocated or stopped node.
    pub fn start(&mut self, cluster: ClusterId, pool: &mut Pool, instance_id: u32, operation: Option<OperationId>) {
        let place = NodeLocation { cluster, pool: pool.id, scale_set: &pool.scale_set };
        let started = pool.nodes.change(instance_id, |node| {
            node.start(self.now_ms, &self.timings, &mut self.random);
            if let Some(factor) = self.strike(FaultKind::SlowProvision, place.pool) {
                node.slow_down(factor);
            }
            self.attend(node, operation);
            self.enter(place, node);
            self.schedule_milestone(place, node);
        });
        known(started, "a node that starts");
    }

    /// Cordons and drains one node, and then removes it.
    pub fn drain(
        &mut self,
        cluster: ClusterId,
        pool: &mut Pool,
        instance_id: u32,
        removal: Removal,
        operation: Option<OperationId>,
    ) {
        self.transit(cluster, pool, instance_id, (Transition::Drain, Timing::Drain), removal, operation);
    }

    /// Deletes one node without a drain.
    pub fn delete(&mut self, cluster: ClusterId, pool: &mut Pool, instance_id: u32, operation: Option<OperationId>) {
        self.transit(cluster, pool, instance_id, (Transition::Delete, Timing::Delete), Removal::Delete, operation);
    }

    /// Deallocates one node without a drain.
    pub fn deallocate(
        &mut self,
        cluster: ClusterId,
        pool: &mut Pool,
        instance_id: u32,
        operation: Option<OperationId>,
    ) {
        let change = (Transition::Deallocate, Timing::Deallocate);
        self.transit(cluster, pool, instance_id, change, Removal::Deallocate, operation);
    }

    /// Releases a failed node: deallocates it again if it was kept and the pool's mode is Deallocate,
    /// deletes it otherwise.
    pub fn clear(&mut self, cluster: ClusterId, pool: &mut Pool, instance_id: u32, operation: Option<OperationId>) {
        let is_cached = pool.node(instance_id).is_some_and(|node| node.bring_up.source == NodeSource::Cached);
        match pool.spec.scale_down_mode {
            ScaleDownMode::Deallocate if is_cached => self.deallocate(cluster, pool, instance_id, operation),
            _ => self.delete(cluster, pool, instance_id, operation),
        }
    }

    fn transit(
        &mut self,
        cluster: ClusterId,
        pool: &mut Pool,
        instance_id: u32,
        (step, timing): (Transition, Timing),
        removal: Removal,
        operation: Option<OperationId>,
    ) {
        let place = NodeLocation { cluster, pool: pool.id, scale_set: &pool.scale_set };
        let moved = pool.nodes.change(instance_id, |node| {
            self.take_over(node);
            self.attend(node, operation);
            self.move_on(place, node, step, timing, removal);
        });
        known(moved, "a node that is removed");
    }

    fn move_on(
        &mut self,
        place: NodeLocation<'_>,
        node: &mut Node,
        step: Transition,
        timing: Timing,
        removal: Removal,
    ) {
        let until_ms = self.now_ms + self.timings.draw(timing, &mut self.random);
        node.settle(self.now_ms);
        node.removal = removal;
        node.apply(step, self.now_ms, Some(until_ms));
        self.enter(place, node);
        self.schedule(place, node, until_ms);
    }

    /// Carries out a scale plan: clears failed nodes, starts kept ones, creates new ones and drains the
    /// surplus.
    pub fn carry_out(&mut self, cluster: ClusterId, pool: &mut Pool, plan: &ScalePlan, operation: Option<OperationId>) {
        for instance_id in &plan.clear {
            self.clear(cluster, pool, *instance_id, operation);
        }
        for instance_id in &plan.start {
            self.start(cluster, pool, *instance_id, operation);
        }
        for _ in 0..plan.create {
            self.provision(cluster, pool, operation);
        }
        let removal = match pool.spec.scale_down_mode {
            ScaleDownMode::Delete => Removal::Delete,
            ScaleDownMode::Deallocate => Removal::Deallocate,
        };
        for instance_id in &plan.remove {
            self.drain(cluster, pool, *instance_id, removal, operation);
        }
    }

    /// Handles a due event of a node.
    pub fn on_node(&mut self, place: NodeLocation<'_>, node: &mut Node) -> NodeOutcome {
        match node.state() {
            NodeState::Creating | NodeState::Starting => self.on_milestone(place, node),
            NodeState::Draining if self.must_wait(place, node) => NodeOutcome::Moving,
            NodeState::Draining => {
                let (step, timing) = match node.removal {
                    Removal::Delete => (Transition::Delete, Timing::Delete),
                    Removal::Deallocate | Removal::Stop => (Transition::Deallocate, Timing::Deallocate),
                };
                self.move_on(place, node, step, timing, node.removal);
                NodeOutcome::Moving
            }
            NodeState::Deallocating => {
                let step = match node.removal {
                    Removal::Stop => Transition::Stopped,
                    Removal::Delete | Removal::Deallocate => Transition::Deallocated,
                };
                self.rest(place, node, step, None)
            }
            NodeState::Deleting => {
                self.release(node, None);
                self.log.push(self.now_ms, place.scale_set, Some(node.instance_id), RecordedEvent::Gone);
                self.measures.of(place.pool).deleted += 1;
                if let Some((kubernetes, mut context)) = self.kubernetes(place.cluster) {
                    kubernetes.on_gone(NodeId { pool: place.pool, instance_id: node.instance_id }, &mut context);
                }
                NodeOutcome::Gone
            }
            NodeState::Ready | NodeState::Deallocated | NodeState::Stopped | NodeState::Failed => NodeOutcome::Moving,
        }
    }

    /// Returns `true` if a draining node still has pods to evict; Kubernetes then reports when the last
    /// has left.
    fn must_wait(&mut self, place: NodeLocation<'_>, node: &Node) -> bool {
        let id = NodeId { pool: place.pool, instance_id: node.instance_id };
        self.kubernetes(place.cluster).is_some_and(|(kubernetes, _)| kubernetes.await_drain(id))
    }

    /// Makes a node whose drain failed ready again; its operation fails with `PodDrainFailure`.
    pub fn on_drain_failed(&mut self, place: NodeLocation<'_>, node: &mut Node, pods: &str) -> NodeOutcome {
        if node.state() != NodeState::Draining {
            return NodeOutcome::Moving;
        }
        let name = node_name(place.scale_set, node.instance_id);
        self.rest(place, node, Transition::StayReady, Some(ServiceError::pod_drain_failure(&name, pods)))
    }

    fn on_milestone(&mut self, place: NodeLocation<'_>, node: &mut Node) -> NodeOutcome {
        let Some((milestone, _)) = known(node.next_milestone(), "the next milestone of a bring-up") else {
            return NodeOutcome::Moving;
        };
        if milestone == Milestone::Allocated && self.strike(FaultKind::AllocationFailed, place.pool).is_some() {
            let error = ServiceError::allocation_failed(node.zone);
            return self.rest(place, node, Transition::Fail, Some(error));
        }
        node.reach(milestone, self.now_ms);
        if milestone == Milestone::Ready {
            let asked = node.operation.and_then(|id| known(self.operations.get(&id), "an operation under way"));
            let asked_ms = asked.map_or_else(|| node.bring_up.requested_ms(), |operation| operation.started_ms);
            self.measures.count_ready_node(place.pool, node.bring_up.source, self.now_ms - asked_ms);
            return self.rest(place, node, Transition::BecomeReady, None);
        }
        let event = RecordedEvent::Reached(milestone);
        self.log.push(self.now_ms, place.scale_set, Some(node.instance_id), event);
        if milestone == Milestone::Registered {
            self.register(place, node);
        }
        self.schedule_milestone(place, node);
        NodeOutcome::Moving
    }

    /// Registers a node with Kubernetes, as its kubelet does.
    pub fn register(&mut self, place: NodeLocation<'_>, node: &Node) {
        if let Some((kubernetes, mut context)) = self.kubernetes(place.cluster) {
            let id = NodeId { pool: place.pool, instance_id: node.instance_id };
            kubernetes.register(id, node.zone, &mut context);
        }
    }

    fn rest(
        &mut self,
        place: NodeLocation<'_>,
        node: &mut Node,
        step: Transition,
        error: Option<ServiceError>,
    ) -> NodeOutcome {
        node.apply(step, self.now_ms, None);
        self.enter(place, node);
        self.release(node, error);
        NodeOutcome::Rested
    }

    /// Bumps a cluster's generation for a change that its Kubernetes objects do not show.
    pub fn bump_generation(&mut self, cluster: ClusterId) {
        if let Some(kubernetes) = known(self.kubernetes.get_mut(cluster), "the Kubernetes objects of a cluster") {
            kubernetes.bump_generation();
        }
    }
}
