//! Template nodes of groups, and the comparison that finds groups with the same kind of node.

use crate::kubernetes::{NodeInfo, Resources};

/// Template node of a group: a node that does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The node, with the pods that every node has.
    pub node: NodeInfo,
    /// Capacity of its machine, including what is reserved for the system.
    pub capacity: Resources,
}

/// Labels that say where a node is, or which pool and image it is of, and not what it can do: the
/// autoscaler's own list, and that of its Azure provider. Ignored when groups are compared.
const IGNORED_LABELS: [&str; 15] = [
    "kubernetes.io/hostname",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "beta.kubernetes.io/fluentd-ds-ready",
    "topology.disk.csi.azure.com/zone",
    "agentpool",
    "kubernetes.azure.com/agentpool",
    "aksEngineVersion",
    "creationSource",
    "poolName",
    "resourceNameSuffix",
    "kubernetes.azure.com/consolidated-additional-properties",
    "kubernetes.azure.com/node-image-version",
];

/// Largest difference between two memory capacities, in thousandths of the larger one.
const MEMORY_PERMILLE: u64 = 15;
/// Largest difference between allocatable or free resources, in thousandths of the larger one.
const OTHER_PERMILLE: u64 = 50;

fn is_near(one: u64, other: u64, permille: u64) -> bool {
    let larger = u128::from(one.max(other));
    u128::from(one.abs_diff(other)) * 1000 <= larger * u128::from(permille)
}

fn are_near(one: Resources, other: Resources, permille: u64) -> bool {
    is_near(one.cpu_millis, other.cpu_millis, permille)
        && is_near(one.memory_bytes, other.memory_bytes, permille)
        && is_near(one.gpus.into(), other.gpus.into(), permille)
        && is_near(one.pods.into(), other.pods.into(), permille)
}

/// Returns `true` if nodes of two groups are interchangeable, so that scale-ups may be balanced between them.
#[must_use]
pub fn are_similar(one: &Template, other: &Template) -> bool {
    let (a, b) = (one.capacity, other.capacity);
    let labels = |template: &Template| {
        let labels = template.node.labels.iter().filter(|(key, _)| !IGNORED_LABELS.contains(&key.as_str()));
        labels.map(|(key, value)| (key.clone(), value.clone())).collect::<Vec<_>>()
    };
    (a.cpu_millis, a.gpus, a.pods) == (b.cpu_millis, b.gpus, b.pods)
        && is_near(a.memory_bytes, b.memory_bytes, MEMORY_PERMILLE)
        && are_near(one.node.allocatable, other.node.allocatable, OTHER_PERMILLE)
        && are_near(one.node.free(), other.node.free(), OTHER_PERMILLE)
        && labels(one) == labels(other)
}
