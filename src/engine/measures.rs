//! Measures of a run: how long pods, nodes and operations took, what came and went, and what lay idle.
//!
//! They are counted as things happen, in integers, and are the same natively and in wasm. They follow from the state
//! and its history and are no part of either: a fingerprint leaves them out.

use std::hash::{Hash, Hasher};

use crate::azure::node::NodeSource;
use crate::ground::distribution::{Distribution, Percentiles};
use crate::ground::id::PoolId;
use crate::ground::table::Table;

/// Measures of one pool, or of all pools together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PoolMeasures {
    /// Pods but for those of daemon sets, from their creation until their containers run.
    pub pod_wait: Distribution,
    /// New nodes, from the request that asked for them until they are ready.
    pub node_ready_new: Distribution,
    /// Nodes started from their kept disks, likewise.
    pub node_ready_cached: Distribution,
    /// Operations, from the request to the end that the service reports.
    pub operation: Distribution,
    /// Time that pods spent without a node before they got one of this pool, summed over pods, in milliseconds.
    pub unmet_pod_ms: u64,
    /// Number of machines created.
    pub created: u64,
    /// Number of kept machines started.
    pub started: u64,
    /// Number of times that a machine was deallocated.
    pub deallocated: u64,
    /// Number of machines deleted.
    pub deleted: u64,
    /// Number of pods told to leave a node: drained, preempted, or lost with it. Those of daemon sets do not count.
    pub evicted_pods: u64,
}

impl PoolMeasures {
    /// Adds the measures of another pool.
    pub fn merge(&mut self, other: &Self) {
        self.pod_wait.merge(&other.pod_wait);
        self.node_ready_new.merge(&other.node_ready_new);
        self.node_ready_cached.merge(&other.node_ready_cached);
        self.operation.merge(&other.operation);
        self.unmet_pod_ms += other.unmet_pod_ms;
        self.created += other.created;
        self.started += other.started;
        self.deallocated += other.deallocated;
        self.deleted += other.deleted;
        self.evicted_pods += other.evicted_pods;
    }

    /// Returns the figures of nodes from either source.
    #[must_use]
    pub fn node_ready(&self) -> Percentiles {
        let mut all = self.node_ready_new.clone();
        all.merge(&self.node_ready_cached);
        all.percentiles()
    }
}

/// Measures of a cloud.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measures {
    /// By pool; those of deleted pools stay.
    pools: Table<PoolId, PoolMeasures>,
    /// Pods of daemon sets, from their creation until their containers run.
    pub daemon_pod_wait: Distribution,
    /// Operations on clusters, which belong to no pool.
    cluster_operation: Distribution,
    /// Share of the compute of deleted pools that pods had requested, in micro-dollars.
    pub(crate) departed_requested_microdollars: u64,
}

/// Measures add nothing to a fingerprint.
impl Hash for Measures {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Measures {
    /// Returns the measures of a pool, deleted or not; `None` if nothing has happened in it.
    #[must_use]
    pub fn pool(&self, pool: PoolId) -> Option<&PoolMeasures> {
        self.pools.get(pool)
    }

    /// Returns the measures of all pools together, deleted ones and operations on clusters included.
    #[must_use]
    pub fn total(&self) -> PoolMeasures {
        let mut total = PoolMeasures { operation: self.cluster_operation.clone(), ..PoolMeasures::default() };
        self.pools.values().for_each(|pool| total.merge(pool));
        total
    }

    /// Returns the measures of a pool, to be added to.
    pub(crate) fn of(&mut self, pool: PoolId) -> &mut PoolMeasures {
        self.pools.entry(pool)
    }

    /// Counts a node that became ready, `length_ms` after it was asked for.
    pub(crate) fn count_ready_node(&mut self, pool: PoolId, source: NodeSource, length_ms: u64) {
        let measures = self.of(pool);
        match source {
            NodeSource::New => measures.node_ready_new.add(length_ms),
            NodeSource::Cached => measures.node_ready_cached.add(length_ms),
        }
    }

    /// Counts an operation that has ended, on a pool or on a whole cluster.
    pub(crate) fn count_operation(&mut self, pool: Option<PoolId>, length_ms: u64) {
        match pool {
            Some(pool) => self.of(pool).operation.add(length_ms),
            None => self.cluster_operation.add(length_ms),
        }
    }

    /// Counts a pod whose containers have begun to run on a node of a pool, `length_ms` after its creation.
    pub(crate) fn count_started_pod(&mut self, pool: PoolId, is_daemon: bool, length_ms: u64) {
        if is_daemon {
            self.daemon_pod_wait.add(length_ms);
        } else {
            self.of(pool).pod_wait.add(length_ms);
        }
    }
}
