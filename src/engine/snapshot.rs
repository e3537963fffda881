//! Frames: the state that the picture and the tables show at a moment.
//!
//! A snapshot is small per node, because one is taken for every frame that changed, with up to 5,000
//! nodes. Names and histories are queried for one node at a time.

use crate::azure::cluster::Cluster;
use crate::azure::lifecycle::NodeState;
use crate::azure::node::{Node, NodeSource};
use crate::azure::operation::{PowerState, ProvisioningState};
use crate::azure::pool::Pool;
use crate::azure::pool_spec::{AutoscalerRange, PoolMode, ScaleDownMode};
use crate::ground::id::PoolId;
use crate::ground::money::Cost;
use crate::kubernetes::NodeInfo;
use crate::provider::Subscription;
use crate::workloads::Kubernetes;

/// Number of nodes in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateCounts([u32; 9]);

impl StateCounts {
    /// Returns the number in one state.
    #[must_use]
    pub fn of(&self, state: NodeState) -> u32 {
        self.0.get(state as usize).copied().unwrap_or(0)
    }

    /// Returns the number in all states.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    /// Iterates over states and their numbers, in the order in which states are shown.
    pub fn iter(&self) -> impl Iterator<Item = (NodeState, u32)> + '_ {
        NodeState::ALL.iter().map(|state| (*state, self.of(*state)))
    }

    pub(crate) fn of_clusters(clusters: &[Cluster]) -> Self {
        let mut counts = Self::default();
        for node in clusters.iter().flat_map(|cluster| &cluster.pools).flat_map(Pool::nodes) {
            counts.count(node.state());
        }
        counts
    }

    fn count(&mut self, state: NodeState) {
        if let Some(slot) = self.0.get_mut(state as usize) {
            *slot += 1;
        }
    }

    fn add(&mut self, other: &Self) {
        for (slot, more) in self.0.iter_mut().zip(other.0) {
            *slot += more;
        }
    }
}

/// Money at a moment, in micro-dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CostView {
    /// Current total price, in micro-dollars an hour.
    pub per_hour_microdollars: u64,
    /// Spent on virtual machines.
    pub compute_microdollars: u64,
    /// Spent on OS disks.
    pub disk_microdollars: u64,
    /// Compute not billed because nodes lay deallocated instead of running idle.
    pub avoided_compute_microdollars: u64,
    /// Disks paid for while deallocated: what Deallocate costs over Delete.
    pub kept_disk_microdollars: u64,
}

impl CostView {
    fn new(cost: Cost, per_hour_microdollars: u64) -> Self {
        Self {
            per_hour_microdollars,
            compute_microdollars: cost.compute.microdollars(),
            disk_microdollars: cost.disk.microdollars(),
            avoided_compute_microdollars: cost.avoided_compute.microdollars(),
            kept_disk_microdollars: cost.kept_disk.microdollars(),
        }
    }

    /// Returns the total spent.
    #[must_use]
    pub fn spent_microdollars(&self) -> u64 {
        self.compute_microdollars + self.disk_microdollars
    }
}

/// Numbers of pods at a moment, without those of daemon sets, which come and go with their nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PodCounts {
    /// Their containers run, on nodes that are ready.
    pub ready: u32,
    /// They have a node and are not ready: images are pulled, containers start, or the node is lost.
    pub starting: u32,
    /// They wait for a node.
    pub pending: u32,
}

impl PodCounts {
    /// Counts the pods of a cluster.
    #[must_use]
    pub fn of(kubernetes: &Kubernetes) -> Self {
        let mut counts = Self::default();
        for set in kubernetes.sets().filter(|set| !set.spec.is_daemon()) {
            counts.ready += set.ready();
            counts.starting += set.bound().saturating_sub(set.ready());
            counts.pending += set.pending();
        }
        counts
    }

    /// Counts the pods of all clusters.
    pub(crate) fn of_all(subscription: &Subscription) -> Self {
        let mut counts = Self::default();
        for cluster in subscription.clusters() {
            counts.add(subscription.kubernetes(cluster.id).map(Self::of).unwrap_or_default());
        }
        counts
    }

    fn add(&mut self, other: Self) {
        self.ready += other.ready;
        self.starting += other.starting;
        self.pending += other.pending;
    }
}

/// Totals of a moment, for charts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// All nodes by state.
    pub counts: StateCounts,
    /// All pods.
    pub pods: PodCounts,
    /// Price of everything at this moment, in micro-dollars an hour.
    pub per_hour_microdollars: u64,
}

impl Totals {
    /// Adds up a subscription, in one pass over its nodes.
    pub(crate) fn new(subscription: &Subscription) -> Self {
        let mut totals = Self { pods: PodCounts::of_all(subscription), ..Self::default() };
        for pool in subscription.clusters().iter().flat_map(|cluster| &cluster.pools) {
            let prices = pool.prices();
            for node in pool.nodes() {
                totals.counts.count(node.state());
                totals.per_hour_microdollars += node.price_microdollars_per_hour(prices);
            }
        }
        totals
    }
}

/// One node in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeView {
    /// The scale set instance id.
    pub instance_id: u32,
    /// Its state in the life cycle.
    pub state: NodeState,
    /// Source of its latest bring-up: new or cached.
    pub source: NodeSource,
    /// Progress of the transition under way, in thousandths; 1000 at rest.
    pub progress_permille: u16,
    /// Time at which it entered its state, in milliseconds.
    pub since_ms: u64,
    /// Creation time of the instance, in milliseconds.
    pub created_ms: u64,
    /// Number of pods on it, those of daemon sets included.
    pub pods: u16,
    /// Requested share of its allocatable CPU or memory, whichever is more, in thousandths.
    pub fill_permille: u16,
    /// `true` if Kubernetes lists it as ready.
    pub is_ready: bool,
}

impl NodeView {
    fn new(node: &Node, info: Option<&NodeInfo>, now_ms: u64) -> Self {
        let count = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        let fill_permille = info.map_or(0, |info| info.requested().fill(info.allocatable).permille());
        Self {
            pods: count(info.map_or(0, |info| info.pods().len())),
            fill_permille: u16::try_from(fill_permille).unwrap_or(u16::MAX),
            is_ready: info.is_some_and(|info| info.is_ready),
            instance_id: node.instance_id,
            state: node.state(),
            source: node.bring_up.source,
            progress_permille: node.progress_permille(now_ms),
            since_ms: node.since_ms(),
            created_ms: node.created_ms,
        }
    }
}

/// One pool in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolView {
    /// Its identity.
    pub id: PoolId,
    /// Its name.
    pub name: String,
    /// System or user.
    pub mode: PoolMode,
    /// The VM size of its nodes.
    pub vm_size: String,
    /// `true` if the price of its VM size is known; if not, its compute is billed at 0.
    pub is_priced: bool,
    /// Delete or Deallocate.
    pub scale_down_mode: ScaleDownMode,
    /// The autoscaler's range, where it is on.
    pub autoscaler: Option<AutoscalerRange>,
    /// The operation under way, or the outcome of the latest one.
    pub provisioning_state: ProvisioningState,
    /// Running or stopped.
    pub power_state: PowerState,
    /// The number of nodes wanted.
    pub count: u32,
    /// Its nodes by state.
    pub counts: StateCounts,
    /// Its money.
    pub cost: CostView,
    /// Its nodes, by ascending instance id.
    pub nodes: Vec<NodeView>,
}

impl PoolView {
    /// Builds the view of a pool and adds the pool's cost to `total`: summing over all nodes twice
    /// would double the work of a frame.
    fn new(pool: &Pool, kubernetes: Option<&Kubernetes>, now_ms: u64, total: &mut Cost) -> Self {
        let cost = pool.cost(now_ms);
        *total += cost;
        let prices = pool.prices();
        let mut counts = StateCounts::default();
        let mut per_hour_microdollars = 0;
        let mut nodes = Vec::with_capacity(pool.instances() as usize);
        // Both are in the same order.
        let mut infos = kubernetes.into_iter().flat_map(|kubernetes| kubernetes.nodes_of(pool.id)).peekable();
        for node in pool.nodes() {
            while infos.next_if(|info| info.id.instance_id < node.instance_id).is_some() {}
            let info = infos.next_if(|info| info.id.instance_id == node.instance_id);
            counts.count(node.state());
            per_hour_microdollars += node.price_microdollars_per_hour(prices);
            nodes.push(NodeView::new(node, info.map(AsRef::as_ref), now_ms));
        }
        Self {
            id: pool.id,
            name: pool.spec.name.clone(),
            mode: pool.spec.mode,
            vm_size: pool.spec.vm_size.name.to_string(),
            is_priced: pool.spec.vm_size.is_priced(),
            scale_down_mode: pool.spec.scale_down_mode,
            autoscaler: pool.spec.autoscaler,
            provisioning_state: pool.provisioning_state,
            power_state: pool.power_state,
            count: pool.spec.count,
            counts,
            cost: CostView::new(cost, per_hour_microdollars),
            nodes,
        }
    }
}

/// One cluster in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterView {
    /// Its name.
    pub name: String,
    /// The resource group that it lies in.
    pub resource_group: String,
    /// Its region.
    pub location: String,
    /// The operation under way, or the outcome of the latest one.
    pub provisioning_state: ProvisioningState,
    /// Running or stopped.
    pub power_state: PowerState,
    /// `true` if AKS hosts its system pool, so that none is shown.
    pub system_pool_hosted: bool,
    /// Its pods.
    pub pods: PodCounts,
    /// Its pools, in the order in which they were added.
    pub pools: Vec<PoolView>,
}

impl ClusterView {
    fn new(cluster: &Cluster, kubernetes: Option<&Kubernetes>, now_ms: u64, total: &mut Cost) -> Self {
        *total += cluster.departed;
        Self {
            name: cluster.spec.name.clone(),
            resource_group: cluster.spec.resource_group.clone(),
            location: cluster.spec.location.clone(),
            provisioning_state: cluster.provisioning_state,
            power_state: cluster.power_state,
            system_pool_hosted: cluster.spec.hosts_system_pool,
            pods: kubernetes.map(PodCounts::of).unwrap_or_default(),
            pools: cluster.pools.iter().map(|pool| PoolView::new(pool, kubernetes, now_ms, total)).collect(),
        }
    }
}

/// A frame: everything that is shown of one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The simulated time, in milliseconds.
    pub at_ms: u64,
    /// All clusters, in the order in which they were created.
    pub clusters: Vec<ClusterView>,
    /// All nodes by state.
    pub counts: StateCounts,
    /// All pods.
    pub pods: PodCounts,
    /// All money, resources that are gone included.
    pub cost: CostView,
}

impl Snapshot {
    /// Builds a frame of a subscription at this moment.
    pub(crate) fn new(subscription: &Subscription) -> Self {
        let at_ms = subscription.now_ms();
        let mut total = subscription.departed();
        let clusters = subscription.clusters().iter();
        let clusters: Vec<_> = clusters
            .map(|cluster| ClusterView::new(cluster, subscription.kubernetes(cluster.id), at_ms, &mut total))
            .collect();
        let mut pods = PodCounts::default();
        for cluster in &clusters {
            pods.add(cluster.pods);
        }
        let mut counts = StateCounts::default();
        let mut per_hour_microdollars = 0;
        for pool in clusters.iter().flat_map(|cluster| &cluster.pools) {
            counts.add(&pool.counts);
            per_hour_microdollars += pool.cost.per_hour_microdollars;
        }
        Self { at_ms, clusters, counts, pods, cost: CostView::new(total, per_hour_microdollars) }
    }
}
