//! The simulated cloud: a subscription, the autoscalers of its clusters, and the passing of time.

use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};

use crate::autoscaler::expander::Priorities;
use crate::azure::cluster::ClusterSpec;
use crate::azure::operation::PowerState;
use crate::azure::pool_spec::PoolSpec;
use crate::event::Event;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, OperationId};
use crate::provider::Subscription;
use crate::scaler::{self, Scaler, Scalers, StatusMap, TimeFormats};
use crate::snapshot::{PodCounts, Snapshot, StateCounts, Totals};
use crate::workloads::Kubernetes;

/// A subscription in simulated time, with an autoscaler at each cluster.
///
/// Queries and requests are those of [`Subscription`], to which it dereferences: whoever holds the cloud
/// asks and changes the resources in it, and only what needs the autoscalers or the clock is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    subscription: Subscription,
    scalers: Scalers,
}

impl Hash for Cloud {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.subscription.hash_with(&self.scalers, state);
    }
}

impl Deref for Cloud {
    type Target = Subscription;

    fn deref(&self) -> &Subscription {
        &self.subscription
    }
}

impl DerefMut for Cloud {
    fn deref_mut(&mut self) -> &mut Subscription {
        &mut self.subscription
    }
}

impl Cloud {
    /// Creates an empty subscription at time 0. The seed decides every random draw of the simulation.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { subscription: Subscription::new(seed), scalers: Scalers::default() }
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
        let operation = self.subscription.create_cluster(spec, first_pool)?;
        self.scalers.follow(self.subscription.clusters());
        Ok(operation)
    }

    /// Puts a cluster of a loaded world in place, without time passing.
    pub fn load_cluster(&mut self, spec: ClusterSpec, power_state: PowerState) -> ClusterId {
        let id = self.subscription.add_cluster(spec, power_state);
        self.scalers.follow(self.subscription.clusters());
        id
    }

    /// Returns `true` if nothing is under way and no event is due except recurring ones: the next turn
    /// of an endless load, or the next scan of an autoscaler that has nothing to do.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.subscription.is_idle() && !self.scalers.have_unscanned_changes(&self.subscription)
    }

    /// Returns the time of the next event or autoscaler scan, in milliseconds.
    #[must_use]
    pub fn next_event_ms(&self) -> Option<u64> {
        let scan_ms = self.scalers.next_scan(&self.subscription).map(|(at_ms, _)| at_ms);
        self.subscription.next_event_ms().into_iter().chain(scan_ms).min()
    }

    /// Advances time to `at_ms` and handles every event due until then, that very moment included. An
    /// earlier time does nothing.
    pub fn advance_to(&mut self, at_ms: u64) {
        loop {
            // Other events at the moment of a scan come before it.
            let due_ms = self.subscription.next_event_ms();
            let scan = self.scalers.next_scan(&self.subscription).filter(|(scan_ms, _)| *scan_ms <= at_ms);
            let scan = scan.filter(|(scan_ms, _)| due_ms.is_none_or(|due_ms| *scan_ms < due_ms));
            if let Some((scan_ms, cluster)) = scan {
                self.subscription.advance_clock(scan_ms);
                self.scalers.scan(&mut self.subscription, cluster);
            } else if let Some(event) = self.subscription.next_event(at_ms) {
                self.on_event(&event);
            } else {
                break;
            }
        }
        self.subscription.advance_clock(at_ms);
    }

    /// Handles an event that is due now. An autoscaler hears of a drain of its own before the node is
    /// ready again, and after the machine has gone on.
    fn on_event(&mut self, event: &Event) {
        let drain = scaler::drain_of(&self.subscription, event);
        if let (Some(node), Event::DrainFailed { pods, .. }) = (drain, event) {
            self.scalers.on_failed_removal(&mut self.subscription, node, pods);
        }
        self.subscription.on_event(event);
        if let Some(node) = drain {
            scaler::log_removal(&mut self.subscription, node);
        }
        self.scalers.follow(self.subscription.clusters());
    }

    /// Returns the autoscaler of a cluster.
    #[must_use]
    pub fn scaler(&self, cluster: ClusterId) -> Option<&Scaler> {
        self.scalers.get(cluster)
    }

    /// Sets a flag of a cluster's autoscaler that the profile does not have; `None` removes it.
    pub fn set_autoscaler_flag(&mut self, cluster: ClusterId, name: &str, value: Option<&str>) {
        if let Some(scaler) = self.scalers.get_mut(cluster) {
            scaler.set_flag(name, value);
            self.subscription.bump_generation(cluster);
        }
    }

    /// Sets the priorities of the priority expander.
    pub fn set_expander_priorities(&mut self, cluster: ClusterId, priorities: Priorities) {
        if let Some(scaler) = self.scalers.get_mut(cluster) {
            scaler.set_priorities(priorities);
            self.subscription.bump_generation(cluster);
        }
    }

    /// Returns the config map in which the autoscaler of a cluster reports; `None` if no pool of the
    /// cluster is sized by it.
    #[must_use]
    pub fn autoscaler_status(&self, cluster: ClusterId, clock: &TimeFormats<'_>) -> Option<StatusMap> {
        self.scalers.get(cluster)?.status_map(&self.subscription, cluster, clock)
    }

    /// Explains why a node is not removed; `None` if there is no such node.
    #[must_use]
    pub fn why_node(&self, name: &str) -> Option<String> {
        self.scalers.why_node(&self.subscription, name)
    }

    /// Explains why a pod has no node; `None` if there is no such pod.
    #[must_use]
    pub fn why_pod(&self, name: &str) -> Option<String> {
        self.scalers.why_pod(&self.subscription, name)
    }

    /// Explains why a pool does not grow; `None` if there is no such pool.
    #[must_use]
    pub fn why_pool(&self, name: &str) -> Option<String> {
        self.scalers.why_pool(&self.subscription, name)
    }

    /// Counts all nodes by state.
    #[must_use]
    pub fn node_counts(&self) -> StateCounts {
        StateCounts::of_clusters(self.subscription.clusters())
    }

    /// Counts all pods, but for those of daemon sets; it takes a step for each set of pods.
    #[must_use]
    pub fn pod_counts(&self) -> PodCounts {
        PodCounts::of_all(&self.subscription)
    }

    /// Adds up nodes, pods and prices; it takes a step for each node.
    #[must_use]
    pub fn totals(&self) -> Totals {
        Totals::new(&self.subscription)
    }

    /// Returns the time of day at the beginning of the run, in milliseconds after midnight, if a load knows hours.
    #[must_use]
    pub fn time_of_day_ms(&self) -> Option<u64> {
        let clusters = self.clusters().iter().filter_map(|cluster| self.kubernetes(cluster.id));
        clusters.flat_map(Kubernetes::loads).find_map(|(_, load)| load.time_of_day_ms())
    }

    /// Returns a frame of this moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(&self.subscription)
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
