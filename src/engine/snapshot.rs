//! A frame: what the picture and the tables show of a moment.
//!
//! A snapshot is small per node, because one is taken for every frame that changed, with up to
//! 5,000 nodes. Names and stories are asked for one at a time.

use super::cluster::Cluster;
use super::lifecycle::NodeState;
use super::money::Cost;
use super::node::{Node, NodeSource};
use super::operation::{PowerState, ProvisioningState};
use super::pool::{AutoscalerRange, Pool, PoolId, PoolMode, ScaleDownMode};

/// How many nodes are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateCounts([u32; 9]);

impl StateCounts {
    /// The number in one state.
    #[must_use]
    pub fn of(&self, state: NodeState) -> u32 {
        self.0.get(state as usize).copied().unwrap_or(0)
    }

    /// The number in all states.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    /// State and number, in the order in which states are shown.
    pub fn iter(&self) -> impl Iterator<Item = (NodeState, u32)> + '_ {
        NodeState::ALL.iter().map(|state| (*state, self.of(*state)))
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
    /// What everything costs an hour now.
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
    pub(super) fn new(cost: Cost, per_hour_microdollars: u64) -> Self {
        Self {
            per_hour_microdollars,
            compute_microdollars: cost.compute.microdollars(),
            disk_microdollars: cost.disk.microdollars(),
            avoided_compute_microdollars: cost.avoided_compute.microdollars(),
            kept_disk_microdollars: cost.kept_disk.microdollars(),
        }
    }

    /// Spent in all.
    #[must_use]
    pub fn spent_microdollars(&self) -> u64 {
        self.compute_microdollars + self.disk_microdollars
    }
}

/// One node in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeView {
    /// The scale set instance id.
    pub instance_id: u32,
    /// Where it is in its life.
    pub state: NodeState,
    /// How it came up the last time.
    pub source: NodeSource,
    /// How much of the transition under way is done; 1000 at rest.
    pub progress_permille: u16,
    /// When it entered its state.
    pub since_ms: u64,
    /// When the instance was created.
    pub created_ms: u64,
}

impl NodeView {
    fn new(node: &Node, now_ms: u64) -> Self {
        Self {
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
    pub vm_size: &'static str,
    /// Delete or Deallocate.
    pub scale_down_mode: ScaleDownMode,
    /// The autoscaler's range, where it is on.
    pub autoscaler: Option<AutoscalerRange>,
    /// Whether something is under way.
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
    /// Also adds what the pool has cost to a total: to sum over all nodes twice would double the work of a frame.
    fn new(pool: &Pool, now_ms: u64, total: &mut Cost) -> Self {
        let cost = pool.cost(now_ms);
        *total += cost;
        let prices = pool.prices();
        let mut counts = StateCounts::default();
        let mut per_hour_microdollars = 0;
        let mut nodes = Vec::with_capacity(pool.instances() as usize);
        for node in pool.nodes() {
            counts.count(node.state());
            per_hour_microdollars += node.price_microdollars_per_hour(prices);
            nodes.push(NodeView::new(node, now_ms));
        }
        Self {
            id: pool.id,
            name: pool.spec.name.clone(),
            mode: pool.spec.mode,
            vm_size: pool.spec.vm_size.name,
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
    /// Whether something is under way.
    pub provisioning_state: ProvisioningState,
    /// Running or stopped.
    pub power_state: PowerState,
    /// Whether AKS hosts its system pool, so that none is shown.
    pub system_pool_hosted: bool,
    /// Its pools, in the order in which they were added.
    pub pools: Vec<PoolView>,
}

impl ClusterView {
    fn new(cluster: &Cluster, now_ms: u64, total: &mut Cost) -> Self {
        *total += cluster.departed;
        Self {
            name: cluster.spec.name.clone(),
            resource_group: cluster.spec.resource_group.clone(),
            location: cluster.spec.location.clone(),
            provisioning_state: cluster.provisioning_state,
            power_state: cluster.power_state,
            system_pool_hosted: cluster.spec.hosts_system_pool,
            pools: cluster.pools.iter().map(|pool| PoolView::new(pool, now_ms, total)).collect(),
        }
    }
}

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The simulated time.
    pub at_ms: u64,
    /// All clusters, in the order in which they were created.
    pub clusters: Vec<ClusterView>,
    /// All nodes by state.
    pub counts: StateCounts,
    /// All money, resources that are gone included.
    pub cost: CostView,
}

impl Snapshot {
    /// `departed` is what clusters that are gone have cost.
    pub(super) fn new(at_ms: u64, clusters: &[Cluster], departed: Cost) -> Self {
        let mut total = departed;
        let clusters: Vec<_> = clusters.iter().map(|cluster| ClusterView::new(cluster, at_ms, &mut total)).collect();
        let mut counts = StateCounts::default();
        let mut per_hour_microdollars = 0;
        for pool in clusters.iter().flat_map(|cluster| &cluster.pools) {
            counts.add(&pool.counts);
            per_hour_microdollars += pool.cost.per_hour_microdollars;
        }
        Self { at_ms, clusters, counts, cost: CostView::new(total, per_hour_microdollars) }
    }
}
