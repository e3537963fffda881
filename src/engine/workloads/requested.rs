//! What the pods on the nodes of each pool request, and its sum over time: what is left of a node lies idle.

use crate::ground::id::PoolId;
use crate::ground::table::Table;
use crate::kubernetes::Resources;

/// Processor time and memory requested on the nodes of a pool, now and summed over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Requested {
    now: Resources,
    /// Thousandths of a processor times milliseconds.
    pub cpu_millis_ms: u128,
    /// Bytes times milliseconds.
    pub memory_byte_ms: u128,
}

/// Requested resources of every pool of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestedByPool(Table<PoolId, Requested>);

impl RequestedByPool {
    /// Follows a change on a node from `before` to `after`.
    pub fn follow(&mut self, pool: PoolId, before: Resources, after: Resources) {
        if (before.cpu_millis, before.memory_bytes) == (after.cpu_millis, after.memory_bytes) {
            return;
        }
        let now = &mut self.0.entry(pool).now;
        debug_assert!(now.cpu_millis >= before.cpu_millis && now.memory_bytes >= before.memory_bytes);
        now.cpu_millis = now.cpu_millis - before.cpu_millis + after.cpu_millis;
        now.memory_bytes = now.memory_bytes - before.memory_bytes + after.memory_bytes;
    }

    /// Counts the time in which nothing changes.
    pub fn pass(&mut self, time_ms: u64) {
        for requested in self.0.values_mut() {
            requested.cpu_millis_ms += u128::from(requested.now.cpu_millis) * u128::from(time_ms);
            requested.memory_byte_ms += u128::from(requested.now.memory_bytes) * u128::from(time_ms);
        }
    }

    /// Returns the sums of a pool; zeros if it never had a pod.
    pub fn of(&self, pool: PoolId) -> Requested {
        self.0.get(pool).copied().unwrap_or_default()
    }

    /// Returns what is requested now on the nodes of all pools.
    pub fn now(&self) -> Resources {
        self.0.values().fold(Resources::default(), |sum, requested| sum + requested.now)
    }
}
