//! The simulated cloud: everything that exists, and the passing of time.
//!
//! Changes are in [`crate::change`]; this module holds the state, answers queries and advances time.

use std::hash::{Hash, Hasher};

use crate::azure::cluster::{Cluster, ResourceGroup};
use crate::azure::lifecycle::NodeState;
use crate::azure::node::Node;
use crate::azure::node_name::node_name;
use crate::azure::operation::{Operation, OperationKind, OperationState, PowerState, ProvisioningState};
use crate::azure::pool::Pool;
use crate::azure::timing::Timings;
use crate::clockwork::{Clockwork, NodeOutcome, Place};
use crate::event::Event;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, NodeId, OperationId, PoolId};
use crate::ground::money::Cost;
use crate::ground::table::Table;
use crate::limits::DEFAULT_QUOTA_VCPUS;
use crate::record::{Happening, OperationStatus, RecordLog};
use crate::scaler::{Scaler, tell_of_drain};
use crate::snapshot::{Snapshot, StateCounts};

/// The effect of an event on a node; returns `None` if the event is stale.
type Act<'a> = dyn Fn(&mut Clockwork, Place<'_>, &mut Node) -> Option<NodeOutcome> + 'a;

/// A subscription with its resource groups, clusters, pools and nodes, at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cloud {
    pub(super) groups: Vec<ResourceGroup>,
    pub(super) clusters: Vec<Cluster>,
    pub(super) clockwork: Clockwork,
    /// The autoscaler of each cluster.
    pub(super) scalers: Table<ClusterId, Scaler>,
    pub(super) quota_vcpus: u32,
    pub(super) next_cluster: u32,
    pub(super) next_pool: u32,
    /// Accumulated cost of deleted clusters.
    departed: Cost,
}

impl Cloud {
    /// Creates an empty subscription at time 0. The seed decides every random draw of the simulation.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            groups: Vec::new(),
            clusters: Vec::new(),
            clockwork: Clockwork::new(seed),
            scalers: Table::default(),
            quota_vcpus: DEFAULT_QUOTA_VCPUS,
            next_cluster: 1,
            next_pool: 1,
            departed: Cost::default(),
        }
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

    /// Returns `true` if nothing is under way and no event is due except recurring ones: the next turn
    /// of an endless load, or the next scan of an autoscaler that has nothing to do.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.clockwork.queue.is_idle() && !self.has_news_for_autoscaler()
    }

    /// Returns the time of the next event or autoscaler scan, in milliseconds.
    #[must_use]
    pub fn next_event_ms(&self) -> Option<u64> {
        let scan_ms = self.next_scan().map(|(at_ms, _)| at_ms);
        self.clockwork.queue.next_ms().into_iter().chain(scan_ms).min()
    }

    /// Advances time to `at_ms` and handles every event due until then, that very moment included. An
    /// earlier time does nothing.
    pub fn advance_to(&mut self, at_ms: u64) {
        loop {
            // Other events at the moment of a scan come before it.
            let scan = self.next_scan().filter(|(scan_ms, _)| *scan_ms <= at_ms);
            let scan =
                scan.filter(|(scan_ms, _)| self.clockwork.queue.next_ms().is_none_or(|due_ms| *scan_ms < due_ms));
            if let Some((scan_ms, cluster)) = scan {
                self.clockwork.now_ms = scan_ms;
                self.scan(cluster);
            } else if let Some((due_ms, event)) = self.clockwork.queue.pop_until(at_ms) {
                self.clockwork.now_ms = due_ms;
                self.on_event(&event);
            } else {
                break;
            }
        }
        self.clockwork.now_ms = self.clockwork.now_ms.max(at_ms);
    }

    fn on_event(&mut self, event: &Event) {
        let settled = match *event {
            Event::ControlPlane(id) => {
                if let Some(operation) = self.clockwork.operations.get_mut(&id) {
                    operation.control_plane_busy = false;
                }
                Some(id)
            }
            Event::Node { cluster, pool, instance_id, timer } => {
                let id = NodeId { pool, instance_id };
                let act = |clockwork: &mut Clockwork, place: Place<'_>, node: &mut Node| {
                    (node.timer == timer).then(|| clockwork.on_node(place, node))
                };
                self.on_node(cluster, id, &act)
            }
            Event::Kubernetes(cluster) => {
                if let Some((kubernetes, mut moment)) = self.clockwork.kubernetes(cluster) {
                    kubernetes.on_due(&mut moment);
                }
                None
            }
            Event::Load { cluster, deployment } => {
                if let Some((kubernetes, mut moment)) = self.clockwork.kubernetes(cluster) {
                    kubernetes.on_load(deployment, &mut moment);
                    kubernetes.settle(&mut moment);
                }
                None
            }
            Event::Horizontal { cluster, deployment } => {
                if let Some((kubernetes, mut moment)) = self.clockwork.kubernetes(cluster) {
                    kubernetes.on_horizontal(deployment, &mut moment);
                    kubernetes.settle(&mut moment);
                }
                None
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
                let act = |clockwork: &mut Clockwork, place: Place<'_>, node: &mut Node| {
                    (node.state() == NodeState::Draining).then(|| clockwork.on_node(place, node))
                };
                self.on_node(cluster, node, &act)
            }
            Event::DrainFailed { cluster, node, ref pods } => {
                let known = self.pool(node.pool).and_then(|pool| pool.node(node.instance_id));
                if known.is_some_and(|node| node.state() == NodeState::Draining && node.operation.is_none()) {
                    self.on_failed_removal(cluster, node, pods);
                }
                let act = |clockwork: &mut Clockwork, place: Place<'_>, node: &mut Node| {
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

    /// Handles a node's event unless it is stale. Returns the operation that waited for the node if the
    /// node has come to rest or is gone.
    fn on_node(&mut self, cluster: ClusterId, id: NodeId, act: &Act<'_>) -> Option<OperationId> {
        let pool = find_pool(&mut self.clusters, cluster, id.pool)?;
        let prices = pool.prices();
        let place = Place { cluster, pool: pool.id, scale_set: &pool.scale_set };
        let clockwork = &mut self.clockwork;
        let (operation, outcome) = pool.nodes.change(id.instance_id, |node| {
            let operation = node.operation;
            // A removal without an operation is the autoscaler's.
            let was_drained = node.state() == NodeState::Draining && operation.is_none();
            let outcome = act(clockwork, place, node);
            if was_drained && matches!(node.state(), NodeState::Deallocating | NodeState::Deleting) {
                let name = node_name(place.scale_set, id.instance_id).into();
                tell_of_drain(clockwork, cluster, &name, None);
            }
            (operation, outcome)
        })?;
        match outcome? {
            NodeOutcome::Moving => None,
            NodeOutcome::Rested => operation,
            NodeOutcome::Gone => {
                let node = pool.nodes.remove(id.instance_id)?;
                pool.departed += node.cost(self.clockwork.now_ms, prices);
                operation
            }
        }
    }

    /// Completes an operation whose parts are all done.
    fn finish(&mut self, id: OperationId) {
        let Some(operation) = self.clockwork.operations.get_mut(&id) else {
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
            let happening = Happening::Operation(kind, status);
            let now_ms = self.clockwork.now_ms;
            self.clockwork.log.push(now_ms, &subject, None, happening);
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

    fn subject(&self, cluster: ClusterId, pool: Option<PoolId>) -> Option<std::sync::Arc<str>> {
        let cluster = self.clusters.iter().find(|found| found.id == cluster)?;
        let name = match pool {
            Some(pool) => &cluster.pool_by_id(pool)?.spec.name,
            None => &cluster.spec.name,
        };
        Some(name.as_str().into())
    }

    fn settle(&mut self, id: OperationId, kind: OperationKind, state: ProvisioningState) {
        let power_state = match kind {
            OperationKind::StopCluster | OperationKind::StopPool => Some(PowerState::Stopped),
            OperationKind::StartCluster | OperationKind::StartPool => Some(PowerState::Running),
            _ => None,
        };
        if let Some(operation) = self.operation(id) {
            let cluster = operation.cluster;
            self.clockwork.touch(cluster);
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
        let Some(index) = self.clusters.iter().position(|cluster| cluster.id == id) else {
            return;
        };
        let cluster = self.clusters.remove(index);
        self.clockwork.forget_kubernetes(id);
        self.scalers.remove(id);
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
        let found = self.clusters.iter_mut().find(|found| found.id == cluster);
        let Some(cluster) = found else {
            return;
        };
        let is_gone = |found: &Pool| Some(found.id) == pool;
        if let Some(index) = cluster.pools.iter().position(is_gone) {
            let pool = cluster.pools.remove(index);
            cluster.departed += pool.cost(now_ms);
            if let Some((kubernetes, mut moment)) = self.clockwork.kubernetes(cluster.id) {
                kubernetes.forget_pool(pool.id, &mut moment);
            }
        }
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

    /// Counts all nodes by state.
    #[must_use]
    pub fn node_counts(&self) -> StateCounts {
        StateCounts::of_clusters(&self.clusters)
    }

    /// Returns a frame of this moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.now_ms(), &self.clusters, &self.clockwork.kubernetes, self.departed)
    }

    /// Returns a hash of the whole state that is the same on every machine, natively and in wasm.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// FNV-1a over a fixed byte order. The standard hasher is seeded and not stable between versions.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    // Lengths and discriminants have the width of a pointer, which differs in wasm.
    fn write_usize(&mut self, value: usize) {
        self.write(&(value as u64).to_le_bytes());
    }

    fn write_isize(&mut self, value: isize) {
        self.write(&(value as i64).to_le_bytes());
    }
}

pub(super) fn find_pool(clusters: &mut [Cluster], cluster: ClusterId, pool: PoolId) -> Option<&mut Pool> {
    let cluster = clusters.iter_mut().find(|found| found.id == cluster)?;
    cluster.pools.iter_mut().find(|found| found.id == pool)
}
