//! The autoscalers of all clusters, and whose loop is next.

use super::state::{Scaler, interval_ms, is_sized};
use super::tell::{log_end_of_drain, unmark};
use crate::azure::cluster::Cluster;
use crate::ground::id::{ClusterId, NodeId};
use crate::ground::invariant::known;
use crate::ground::table::Table;
use crate::provider::Subscription;

/// The autoscaler of each cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Scalers {
    by_cluster: Table<ClusterId, Scaler>,
}

impl Scalers {
    /// Returns the autoscaler of a cluster.
    pub fn get(&self, cluster: ClusterId) -> Option<&Scaler> {
        self.by_cluster.get(cluster)
    }

    /// Returns the autoscaler of a cluster, to be changed.
    pub fn get_mut(&mut self, cluster: ClusterId) -> Option<&mut Scaler> {
        self.by_cluster.get_mut(cluster)
    }

    /// Adds an autoscaler for each new cluster, and removes those of clusters that are gone.
    pub fn follow(&mut self, clusters: &[Cluster]) {
        if self.by_cluster.len() != clusters.len() {
            let is_gone = |id: &ClusterId| clusters.iter().all(|cluster| cluster.id != *id);
            let gone: Vec<ClusterId> = self.by_cluster.iter().map(|(id, _)| id).filter(is_gone).collect();
            for id in gone {
                self.by_cluster.remove(id);
            }
            for cluster in clusters {
                self.by_cluster.entry(cluster.id);
            }
        }
        let is_known = |cluster: &Cluster| self.by_cluster.get(cluster.id).is_some();
        debug_assert!(clusters.iter().all(is_known), "a cluster has no autoscaler");
    }

    /// Returns the clusters whose autoscaler has a pool to size, with the generation of their
    /// Kubernetes objects.
    fn watched<'a>(&'a self, subscription: &'a Subscription) -> impl Iterator<Item = (&'a Cluster, &'a Scaler, u64)> {
        let clusters = subscription.clusters().iter();
        let sized = clusters.filter(|cluster| cluster.pools.iter().any(|pool| is_sized(cluster, pool)));
        sized.filter_map(|cluster| {
            let kubernetes = known(subscription.kubernetes(cluster.id), "the Kubernetes objects of a cluster")?;
            let scaler = known(self.by_cluster.get(cluster.id), "the autoscaler of a cluster")?;
            Some((cluster, scaler, kubernetes.generation()))
        })
    }

    /// Returns the time of the next loop of any autoscaler, in milliseconds, and its cluster.
    pub fn next_scan(&self, subscription: &Subscription) -> Option<(u64, ClusterId)> {
        let next = |(cluster, scaler, generation): (&Cluster, &Scaler, u64)| {
            if scaler.is_at_rest(generation) {
                return None;
            }
            let interval_ms = interval_ms(&scaler.settings(cluster));
            let at_ms = scaler.next_ms(generation, interval_ms, subscription.now_ms())?;
            Some((at_ms, cluster.id))
        };
        self.watched(subscription).filter_map(next).min_by_key(|(at_ms, _)| *at_ms)
    }

    /// Returns `true` if an autoscaler has not looked at the latest changes yet. A running unneeded
    /// time (ten minutes by default) does not count as under way: it may come to nothing.
    pub fn have_unscanned_changes(&self, subscription: &Subscription) -> bool {
        self.watched(subscription).any(|(_, scaler, generation)| scaler.has_unscanned_changes(generation))
    }

    /// Runs a loop of a cluster's autoscaler and carries out its decisions.
    pub fn scan(&mut self, subscription: &mut Subscription, cluster: ClusterId) {
        if let Some(scaler) = known(self.by_cluster.get_mut(cluster), "the autoscaler of a cluster") {
            scaler.scan(subscription, cluster);
        }
    }

    /// Handles the failure of a drain by the autoscaler: the node stays, counts again and loses its
    /// taint. `pods` are those that did not leave it.
    pub fn on_failed_removal(
        &mut self,
        subscription: &mut Subscription,
        (cluster, node): (ClusterId, NodeId),
        pods: &str,
    ) {
        if let Some(scaler) = known(self.by_cluster.get_mut(cluster), "the autoscaler of a cluster") {
            scaler.autoscaler.on_failed_removal(node, subscription.now_ms());
        }
        if let Some(name) = subscription.keep_in_group(cluster, node) {
            log_end_of_drain(subscription, cluster, &name, Some(pods));
        }
        unmark(subscription, cluster, node);
    }
}
