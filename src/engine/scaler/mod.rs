//! The cluster autoscaler of each cluster, at work on its pools.
//!
//! The rules are in [`autoscaler`](crate::autoscaler); here are the cluster that they see and the
//! provider through which they act. A loop is due every scan interval, but one in which nothing can
//! have changed is not run: the next one is the first on the grid after a change, or after a moment at
//! which time alone changes the decision. So an idle cluster costs nothing, however long it stays so. A
//! loop takes simulated time, too: the more nodes there are, the longer until the next one.

mod conditions;
mod live;
mod machines;
mod scene;
mod status_map;
#[cfg(test)]
mod tests;
mod timers;
mod why;

use crate::autoscaler::expander::Priorities;
use crate::autoscaler::instance_cache::InstanceCache;
use crate::autoscaler::view::View;
use crate::autoscaler::{Autoscaler, Notice, Setting, Settings, profile};
use crate::azure::cluster::Cluster;
use crate::azure::operation::PowerState;
use crate::azure::pool::Pool;
use crate::azure::pool_spec::Pairs;
use crate::clockwork::Clockwork;
use crate::cloud::Cloud;
use crate::ground::id::{ClusterId, NodeId, PoolId};
use crate::ground::memo::Memo;
use crate::ground::table::Table;
pub(super) use live::tell_of_drain;
pub use status_map::Clock;

/// One cluster's autoscaler, and the state that it keeps from loop to loop.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Scaler {
    /// The autoscaler's own state.
    pub autoscaler: Autoscaler,
    /// The provider's instance cache of each pool.
    caches: Table<PoolId, InstanceCache>,
    /// The priorities of the priority expander.
    priorities: Priorities,
    /// Refusals that pods got in the last loop.
    told: Vec<Notice>,
    /// Flags that users have set, in addition to the profile.
    flags: Pairs,
    last: Option<LastLoop>,
    /// Conditions that the last loop found, and since when.
    conditions: Vec<conditions::Conditions>,
    /// The nodes as the last loop saw them.
    view: Memo<View>,
}

/// The latest loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct LastLoop {
    at_ms: u64,
    /// Generation of the cluster's Kubernetes objects after the loop.
    generation: u64,
    /// Time at which the decisions could change without any other change, in milliseconds.
    again_ms: Option<u64>,
    /// Duration of the loop itself, in milliseconds.
    length_ms: u64,
}

/// Duration of a loop for each node, in milliseconds. The autoscaler's FAQ gives the time to react as
/// 30 s up to 100 nodes and 60 s up to 1,000; linear growth is an assumption.
const LOOP_MS_PER_NODE: u64 = 60;

/// Returns the scan interval in milliseconds, at least 1000.
fn interval_ms(settings: &Settings) -> u64 {
    settings.number(Setting::ScanInterval).max(1000)
}

/// Returns `true` if the autoscaler sizes a pool now: not while AKS changes it, and not while it is stopped.
fn is_sized(cluster: &Cluster, pool: &Pool) -> bool {
    pool.spec.autoscaler.is_some()
        && cluster.power_state == PowerState::Running
        && pool.power_state == PowerState::Running
        && cluster.operation.is_none()
        && pool.operation.is_none()
}

impl Scaler {
    /// Returns the settings in force: the profile, then the flags.
    #[must_use]
    pub fn settings(&self, cluster: &Cluster) -> Settings {
        profile::settings(cluster.spec.autoscaler_profile.iter().chain(&self.flags))
    }

    /// Returns the flags that users have set.
    #[must_use]
    pub fn flags(&self) -> &Pairs {
        &self.flags
    }

    /// Returns the priorities of the priority expander.
    #[must_use]
    pub fn priorities(&self) -> &Priorities {
        &self.priorities
    }

    /// Returns the time of the last loop that was run, in milliseconds.
    #[must_use]
    pub fn last_loop_ms(&self) -> Option<u64> {
        self.last.map(|last| last.at_ms)
    }

    /// Returns the time of the last loop, counting those that were not run because nothing had changed.
    fn looked_ms(&self, interval_ms: u64, now_ms: u64) -> Option<u64> {
        let last = self.last?;
        let step_ms = last.length_ms.max(1).div_ceil(interval_ms) * interval_ms;
        Some(last.at_ms + now_ms.saturating_sub(last.at_ms) / step_ms * step_ms)
    }

    /// Returns the time of the next loop to run, in milliseconds; `None` if nothing has changed and
    /// time alone changes nothing.
    fn next_ms(&self, generation: u64, interval_ms: u64, now_ms: u64) -> Option<u64> {
        let on_grid = |at_ms: u64| at_ms.div_ceil(interval_ms) * interval_ms;
        let Some(last) = self.last else {
            return Some(on_grid(now_ms));
        };
        let earliest_ms = on_grid(now_ms.max(last.at_ms + last.length_ms.max(1)));
        if last.generation != generation {
            return Some(earliest_ms);
        }
        last.again_ms.map(|again_ms| on_grid(again_ms).max(earliest_ms))
    }
}

impl Cloud {
    /// Returns the autoscaler of a cluster.
    #[must_use]
    pub fn scaler(&self, cluster: ClusterId) -> Option<&Scaler> {
        self.scalers.get(cluster)
    }

    /// Sets a flag of a cluster's autoscaler that the profile does not have; `None` removes it.
    pub fn set_autoscaler_flag(&mut self, cluster: ClusterId, name: &str, value: Option<&str>) {
        let Some(scaler) = self.scalers.get_mut(cluster) else {
            return;
        };
        match value {
            Some(value) => drop(scaler.flags.insert(name.to_owned(), value.to_owned())),
            None => drop(scaler.flags.remove(name)),
        }
        self.clockwork.touch(cluster);
    }

    /// Sets the priorities of the priority expander.
    pub fn set_expander_priorities(&mut self, cluster: ClusterId, priorities: Priorities) {
        if let Some(scaler) = self.scalers.get_mut(cluster) {
            scaler.priorities = priorities;
            self.clockwork.touch(cluster);
        }
    }

    /// Returns the clusters whose autoscaler has a pool to size, with the generation of their
    /// Kubernetes objects.
    fn watched(&self) -> impl Iterator<Item = (&Cluster, &Scaler, u64)> {
        let sized = self.clusters.iter().filter(|cluster| cluster.pools.iter().any(|pool| is_sized(cluster, pool)));
        sized.filter_map(|cluster| {
            let generation = self.clockwork.kubernetes.get(cluster.id)?.generation();
            Some((cluster, self.scalers.get(cluster.id)?, generation))
        })
    }

    /// Returns the time of the next loop of any autoscaler, in milliseconds, and its cluster.
    pub(super) fn next_scan(&self) -> Option<(u64, ClusterId)> {
        let next = |(cluster, scaler, generation): (&Cluster, &Scaler, u64)| {
            if scaler.last.is_some_and(|last| last.generation == generation && last.again_ms.is_none()) {
                return None;
            }
            let interval_ms = interval_ms(&scaler.settings(cluster));
            let at_ms = scaler.next_ms(generation, interval_ms, self.now_ms())?;
            Some((at_ms, cluster.id))
        };
        self.watched().filter_map(next).min_by_key(|(at_ms, _)| *at_ms)
    }

    /// Returns `true` if an autoscaler has not looked at the latest changes yet. A running unneeded
    /// time (ten minutes by default) does not count as under way: it may come to nothing.
    pub(super) fn has_news_for_autoscaler(&self) -> bool {
        self.watched().any(|(_, scaler, generation)| scaler.last.is_none_or(|last| last.generation != generation))
    }

    /// Runs a loop of a cluster's autoscaler and carries out its decisions.
    pub(super) fn scan(&mut self, id: ClusterId) {
        let Some(cluster) = self.clusters.iter().find(|cluster| cluster.id == id) else {
            return;
        };
        let Some(scaler) = self.scalers.get_mut(id) else {
            return;
        };
        let settings = scaler.settings(cluster);
        let pools: Vec<PoolId> =
            cluster.pools.iter().filter(|pool| is_sized(cluster, pool)).map(|pool| pool.id).collect();
        let mut scaler = std::mem::take(scaler);
        let again_ms = self.run_loop(id, &mut scaler, &pools, &settings);
        let kubernetes = self.clockwork.kubernetes.get(id);
        let (generation, nodes) = kubernetes.map_or((0, 0), |found| (found.generation(), found.nodes().count()));
        let length_ms = LOOP_MS_PER_NODE * u64::try_from(nodes).unwrap_or(u64::MAX);
        scaler.last = Some(LastLoop { at_ms: self.now_ms(), generation, again_ms, length_ms });
        self.scalers.insert(id, scaler);
    }

    /// Handles the failure of a drain by the autoscaler: the node stays, counts again and loses its taint.
    pub(super) fn on_failed_removal(&mut self, cluster: ClusterId, node: NodeId, pods: &str) {
        let now_ms = self.now_ms();
        if let Some(scaler) = self.scalers.get_mut(cluster) {
            scaler.autoscaler.on_failed_removal(node, now_ms);
        }
        if let Some(pool) = crate::cloud::find_pool(&mut self.clusters, cluster, node.pool) {
            pool.spec.count += 1;
            let name = pool.node_name(node.instance_id).into();
            tell_of_drain(&mut self.clockwork, cluster, &name, Some(pods));
        }
        live::unmark(&mut self.clockwork, cluster, node);
    }
}

impl Clockwork {
    /// Bumps a cluster's generation for a change that its Kubernetes objects do not show.
    pub fn touch(&mut self, cluster: ClusterId) {
        if let Some(kubernetes) = self.kubernetes.get_mut(cluster) {
            kubernetes.touch();
        }
    }
}
