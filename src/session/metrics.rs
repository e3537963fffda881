//! Metrics of a run: what it cost, how long it made pods and nodes wait, and what came and went.
//!
//! `docs/metrics.md` defines each. The engine counts them ([`scale_down_engine::measures`]); here they are put together
//! with the money, for a whole run and for each pool.

use serde_json::{Value, json};

use scale_down_engine::ground::distribution::Percentiles;
use scale_down_engine::ground::money::Cost;
use scale_down_engine::measures::PoolMeasures;
use scale_down_engine::workloads::{Kubernetes, PodSet};
use scale_down_engine::{Cloud, Pool};

/// Metrics of a run, or of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Metrics {
    /// All that was spent, in micro-dollars.
    pub spent_microdollars: u64,
    /// Spent on virtual machines, in micro-dollars.
    pub compute_microdollars: u64,
    /// Spent on OS disks, in micro-dollars.
    pub disk_microdollars: u64,
    /// The part of `disk_microdollars` for the disks of deallocated machines.
    pub kept_disk_microdollars: u64,
    /// The part of `compute_microdollars` that no pod requested.
    pub idle_compute_microdollars: u64,
    /// Pods but for those of daemon sets, from their creation until their containers run.
    pub pod_wait: Percentiles,
    /// Pods of daemon sets, likewise; not counted by pool.
    pub daemon_pod_wait: Percentiles,
    /// Nodes, from the request that asked for them until they are ready.
    pub node_ready: Percentiles,
    /// New nodes, likewise.
    pub node_ready_new: Percentiles,
    /// Nodes started from their kept disks, likewise.
    pub node_ready_cached: Percentiles,
    /// Operations, from the request to the end that the service reports.
    pub operation: Percentiles,
    /// Seconds that pods spent without a node, summed over pods.
    pub unmet_pod_seconds: u64,
    /// Number of machines created.
    pub created: u64,
    /// Number of kept machines started.
    pub started: u64,
    /// Number of times that a machine was deallocated.
    pub deallocated: u64,
    /// Number of machines deleted.
    pub deleted: u64,
    /// Number of pods that had to leave a node.
    pub evicted_pods: u64,
}

impl Metrics {
    /// Returns the metrics of a run so far, deleted pools and clusters included.
    #[must_use]
    pub fn of(cloud: &Cloud) -> Self {
        let measures = cloud.measures();
        let total = measures.total();
        let mut metrics = Self::new(cloud.cost(), cloud.requested_microdollars(None), &total);
        metrics.daemon_pod_wait = measures.daemon_pod_wait.percentiles();
        let waiting = cloud.clusters().iter().filter_map(|cluster| cloud.kubernetes(cluster.id));
        let waiting = waiting.flat_map(Kubernetes::sets).flat_map(PodSet::waiting);
        let waiting_ms: u64 = waiting.map(|pod| cloud.now_ms() - pod.created_ms).sum();
        metrics.unmet_pod_seconds = (total.unmet_pod_ms + waiting_ms) / 1000;
        metrics
    }

    /// Returns the metrics of one pool so far. Pods that have no node yet belong to none.
    #[must_use]
    pub fn of_pool(cloud: &Cloud, pool: &Pool) -> Self {
        let requested = cloud.requested_microdollars(Some(pool.id));
        let measures = cloud.measures().pool(pool.id).cloned().unwrap_or_default();
        Self::new(pool.cost(cloud.now_ms()), requested, &measures)
    }

    fn new(cost: Cost, requested_microdollars: u64, measures: &PoolMeasures) -> Self {
        let (compute_microdollars, disk_microdollars) = (cost.compute.microdollars(), cost.disk.microdollars());
        Self {
            spent_microdollars: compute_microdollars + disk_microdollars,
            compute_microdollars,
            disk_microdollars,
            kept_disk_microdollars: cost.kept_disk.microdollars(),
            // Pods outlive the bill of a machine by the moment in which it is stopped.
            idle_compute_microdollars: compute_microdollars.saturating_sub(requested_microdollars),
            pod_wait: measures.pod_wait.percentiles(),
            daemon_pod_wait: Percentiles::default(),
            node_ready: measures.node_ready(),
            node_ready_new: measures.node_ready_new.percentiles(),
            node_ready_cached: measures.node_ready_cached.percentiles(),
            operation: measures.operation.percentiles(),
            unmet_pod_seconds: measures.unmet_pod_ms / 1000,
            created: measures.created,
            started: measures.started,
            deallocated: measures.deallocated,
            deleted: measures.deleted,
            evicted_pods: measures.evicted_pods,
        }
    }

    /// Returns the metrics as JSON; times are in milliseconds, and null where nothing was counted.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "spent_microdollars": self.spent_microdollars,
            "compute_microdollars": self.compute_microdollars,
            "disk_microdollars": self.disk_microdollars,
            "kept_disk_microdollars": self.kept_disk_microdollars,
            "idle_compute_microdollars": self.idle_compute_microdollars,
            "pod_wait": percentiles(&self.pod_wait),
            "daemon_pod_wait": percentiles(&self.daemon_pod_wait),
            "node_ready": {
                "all": percentiles(&self.node_ready),
                "new": percentiles(&self.node_ready_new),
                "cached": percentiles(&self.node_ready_cached),
            },
            "operation": percentiles(&self.operation),
            "unmet_pod_seconds": self.unmet_pod_seconds,
            "created": self.created,
            "started": self.started,
            "deallocated": self.deallocated,
            "deleted": self.deleted,
            "evicted_pods": self.evicted_pods,
        })
    }
}

fn percentiles(figures: &Percentiles) -> Value {
    json!({
        "count": figures.count,
        "p50_ms": figures.p50_ms,
        "p90_ms": figures.p90_ms,
        "p95_ms": figures.p95_ms,
        "p99_ms": figures.p99_ms,
        "max_ms": figures.max_ms,
    })
}
