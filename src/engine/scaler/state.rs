//! One cluster's autoscaler, and when its loops are due.

use std::sync::Arc;

use super::conditions::Conditions;
use crate::autoscaler::expander::Priorities;
use crate::autoscaler::instance_cache::InstanceCache;
use crate::autoscaler::registered_nodes::RegisteredNodes;
use crate::autoscaler::{Autoscaler, AutoscalerEvent, Setting, Settings, profile};
use crate::azure::cluster::Cluster;
use crate::azure::operation::PowerState;
use crate::azure::pool::Pool;
use crate::azure::pool_spec::Pairs;
use crate::ground::id::PoolId;
use crate::ground::memo::Memo;
use crate::ground::table::Table;

/// One cluster's autoscaler, and the state that it keeps from loop to loop.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Scaler {
    /// The autoscaler's own state.
    pub autoscaler: Autoscaler,
    /// The provider's instance cache of each pool.
    pub(super) caches: Table<PoolId, InstanceCache>,
    /// The priorities of the priority expander.
    pub(super) priorities: Priorities,
    /// Refusals that pods got in the last loop, shared with copies of the run.
    pub(super) last_refusals: Arc<Vec<AutoscalerEvent>>,
    /// Flags that users have set, in addition to the profile.
    flags: Pairs,
    pub(super) last: Option<LastLoop>,
    /// Conditions that the last loop found, and since when.
    pub(super) conditions: Vec<Conditions>,
    /// The nodes as the last loop saw them.
    pub(super) nodes: Memo<RegisteredNodes>,
}

/// The latest loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LastLoop {
    pub at_ms: u64,
    /// Generation of the cluster's Kubernetes objects after the loop.
    pub generation: u64,
    /// Time at which the decisions could change without any other change, in milliseconds.
    pub recheck_ms: Option<u64>,
    /// Duration of the loop itself, in milliseconds.
    pub length_ms: u64,
}

/// Returns the scan interval in milliseconds, at least 1000.
pub(super) fn interval_ms(settings: &Settings) -> u64 {
    settings.number(Setting::ScanInterval).max(1000)
}

/// Returns `true` if the autoscaler sizes a pool now: not while AKS changes it, and not while it is stopped.
pub(super) fn is_sized(cluster: &Cluster, pool: &Pool) -> bool {
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

    /// Sets a flag that the profile does not have; `None` removes it.
    pub(crate) fn set_flag(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => drop(self.flags.insert(name.to_owned(), value.to_owned())),
            None => drop(self.flags.remove(name)),
        }
    }

    /// Sets the priorities of the priority expander.
    pub(crate) fn set_priorities(&mut self, priorities: Priorities) {
        self.priorities = priorities;
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
    pub(super) fn last_scan_ms(&self, interval_ms: u64, now_ms: u64) -> Option<u64> {
        let last = self.last?;
        let step_ms = last.length_ms.max(1).div_ceil(interval_ms) * interval_ms;
        Some(last.at_ms + now_ms.saturating_sub(last.at_ms) / step_ms * step_ms)
    }

    /// Returns `true` if no loop has seen this generation of the cluster's Kubernetes objects.
    pub(super) fn has_unscanned_changes(&self, generation: u64) -> bool {
        self.last.is_none_or(|last| last.generation != generation)
    }

    /// Returns `true` if the last loop has seen this generation and time alone changes nothing.
    pub(super) fn is_at_rest(&self, generation: u64) -> bool {
        self.last.is_some_and(|last| last.generation == generation && last.recheck_ms.is_none())
    }

    /// Returns the time of the next loop to run, in milliseconds; `None` if nothing has changed and
    /// time alone changes nothing.
    pub(super) fn next_ms(&self, generation: u64, interval_ms: u64, now_ms: u64) -> Option<u64> {
        let on_grid = |at_ms: u64| at_ms.div_ceil(interval_ms) * interval_ms;
        let Some(last) = self.last else {
            return Some(on_grid(now_ms));
        };
        let earliest_ms = on_grid(now_ms.max(last.at_ms + last.length_ms.max(1)));
        if last.generation != generation {
            return Some(earliest_ms);
        }
        last.recheck_ms.map(|recheck_ms| on_grid(recheck_ms).max(earliest_ms))
    }
}
