//! Limits on the cores and the memory that nodes may have together, in a cluster or in some groups.

use crate::ground::id::PoolId;
use crate::kubernetes::Resources;

const GIB: u64 = 1 << 30;

/// A limit on cores and memory.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Quota {
    /// Its name.
    pub id: String,
    /// The groups whose nodes it counts; all nodes if it is empty.
    pub groups: Vec<PoolId>,
    /// The most cores.
    pub cores_max: Option<u64>,
    /// The most memory, in bytes.
    pub memory_max_bytes: Option<u64>,
}

/// Whole cores, and bytes of memory.
type Amounts = [u64; 2];
const NAMES: [&str; 2] = ["cpu", "memory"];

/// Several limits, each with the cores and bytes that are left.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Quotas {
    entries: Vec<(Quota, [Option<u64>; 2])>,
}

/// Result of checking new nodes against the limits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct QuotaCheck {
    /// Number of nodes that may be added.
    pub allowed: u32,
    /// The limits that adding all of them would exceed, in words.
    pub exceeded: Vec<String>,
}

/// Returns the limit of the whole cluster; memory in GiB.
#[must_use]
pub fn cluster_wide(cores_max: u64, memory_max_gib: u64) -> Quota {
    let memory_max_bytes = Some(memory_max_gib.saturating_mul(GIB));
    Quota { id: "cluster-wide".to_owned(), groups: Vec::new(), cores_max: Some(cores_max), memory_max_bytes }
}

/// Returns a node's part of a limit: cores rounded up to whole ones, as machines have them, and bytes.
fn amounts(node: Resources) -> Amounts {
    [node.cpu_millis.div_ceil(1000), node.memory_bytes]
}

impl Quota {
    fn counts(&self, group: Option<PoolId>) -> bool {
        self.groups.is_empty() || group.is_some_and(|group| self.groups.contains(&group))
    }
}

impl Quotas {
    /// Creates the limits, less the resources of the nodes; each node comes with its group.
    #[must_use]
    pub fn new(quotas: Vec<Quota>, nodes: impl Iterator<Item = (Option<PoolId>, Resources)>) -> Self {
        let limits = |quota: &Quota| [quota.cores_max, quota.memory_max_bytes];
        let mut entries: Vec<_> =
            quotas.into_iter().map(|quota| (limits(&quota), quota)).map(|(left, quota)| (quota, left)).collect();
        for (group, node) in nodes {
            for (_, left) in entries.iter_mut().filter(|(quota, _)| quota.counts(group)) {
                for (left, used) in left.iter_mut().zip(amounts(node)) {
                    *left = left.map(|left| left.saturating_sub(used));
                }
            }
        }
        Self { entries }
    }

    /// Checks how many of `count` nodes of a group may be added.
    #[must_use]
    pub fn check(&self, group: PoolId, node: Resources, count: u32) -> QuotaCheck {
        let mut check = QuotaCheck { allowed: count, exceeded: Vec::new() };
        for (quota, left) in self.entries.iter().filter(|(quota, _)| quota.counts(Some(group))) {
            let mut short = Vec::new();
            for ((left, each), name) in left.iter().zip(amounts(node)).zip(NAMES) {
                let Some(possible) = left.and_then(|left| left.checked_div(each)) else { continue };
                if possible < u64::from(count) {
                    check.allowed = check.allowed.min(u32::try_from(possible).unwrap_or(u32::MAX));
                    short.push(name);
                }
            }
            if !short.is_empty() {
                check.exceeded.push(format!("exceeded quota: \"{}\", resources: {}", quota.id, short.join(", ")));
            }
        }
        check
    }
}
