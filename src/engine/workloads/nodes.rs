//! The nodes of a cluster, with an index of them by what is free on them.
//!
//! All changes of nodes and of the pods on them go through this type, so that the index follows.

use std::sync::Arc;

use super::index::{CapacityIndex, Class};
use super::requested::{Requested, RequestedByPool};
use crate::ground::id::{NodeId, PoolId};
use crate::ground::invariant::known;
use crate::ground::table::Table;
use crate::kubernetes::{NodeInfo, Pod, PodId, Resources};

/// The nodes of a cluster by pool and instance id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Nodes {
    by_id: Table<NodeId, Arc<NodeInfo>>,
    index: CapacityIndex,
    /// Number of pods on nodes with anti-affinity.
    pods_with_anti_affinity: u32,
    requested: RequestedByPool,
}

impl Nodes {
    /// Returns the table of nodes, the index and the number of pods that keep others away: all its state but for sums
    /// over time.
    pub fn parts(&self) -> (&Table<NodeId, Arc<NodeInfo>>, &CapacityIndex, &u32) {
        let Self { by_id, index, pods_with_anti_affinity, requested: _ } = self;
        (by_id, index, pods_with_anti_affinity)
    }

    /// Returns a node.
    pub fn get(&self, id: NodeId) -> Option<&Arc<NodeInfo>> {
        self.by_id.get(id)
    }

    /// Returns all nodes.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Arc<NodeInfo>> + Clone {
        self.by_id.values()
    }

    /// Returns the nodes of a pool, by instance id.
    pub fn of_pool(&self, pool: PoolId) -> impl Iterator<Item = &Arc<NodeInfo>> + Clone {
        let first = NodeId { pool, instance_id: 0 };
        self.by_id.values_from(first).take_while(move |node| node.id.pool == pool)
    }

    /// Returns the classes of nodes that are alike.
    pub fn classes(&self) -> &[Class] {
        self.index.classes()
    }

    /// Returns `true` if any pod on a node keeps others away by anti-affinity.
    pub fn has_pods_with_anti_affinity(&self) -> bool {
        self.pods_with_anti_affinity > 0
    }

    /// Adds a node, which is not there yet.
    pub fn insert(&mut self, node: NodeInfo) {
        debug_assert!(self.by_id.get(node.id).is_none(), "{} is there already", node.name);
        self.index.insert(&node);
        self.requested.follow(node.id.pool, Resources::default(), in_use(&node));
        self.by_id.insert(node.id, Arc::new(node));
    }

    /// Removes a node with its pods and returns it; `None` if it is not there.
    pub fn remove(&mut self, id: NodeId) -> Option<Arc<NodeInfo>> {
        let node = self.by_id.remove(id)?;
        self.index.remove(&node);
        self.pods_with_anti_affinity -= pods_with_anti_affinity(&node);
        self.requested.follow(id.pool, in_use(&node), Resources::default());
        Some(node)
    }

    /// Changes the properties of a node by which the scheduler tells nodes apart; returns `false` if it
    /// is not there.
    pub fn change(&mut self, id: NodeId, change: impl FnOnce(&mut NodeInfo)) -> bool {
        let Some(node) = known(self.by_id.get_mut(id), "a node that changes") else {
            return false;
        };
        self.index.remove(node);
        let node = Arc::make_mut(node);
        let requested = in_use(node);
        change(node);
        self.index.insert(node);
        self.requested.follow(id.pool, requested, in_use(node));
        true
    }

    /// Puts a pod on a node.
    pub fn add_pod(&mut self, id: NodeId, pod: Pod) {
        let Some(node) = known(self.by_id.get_mut(id), "the node that a pod is put on") else {
            return;
        };
        self.pods_with_anti_affinity += u32::from(pod.spec.has_anti_affinity());
        let node = Arc::make_mut(node);
        let (free, requested) = (node.free(), in_use(node));
        node.add_pod(pod);
        self.index.follow(node, free);
        self.requested.follow(id.pool, requested, in_use(node));
    }

    /// Changes pods on a node, of which none is added or removed; returns the result of `change`.
    pub fn change_pods<T>(&mut self, id: NodeId, change: impl FnOnce(&mut NodeInfo) -> T) -> Option<T> {
        let node = Arc::make_mut(known(self.by_id.get_mut(id), "the node of a pod")?);
        let (free, requested) = (node.free(), in_use(node));
        let given = change(node);
        self.index.follow(node, free);
        self.requested.follow(id.pool, requested, in_use(node));
        Some(given)
    }

    /// Takes a pod from a node and returns it; `None` if it is not there.
    pub fn remove_pod(&mut self, id: NodeId, pod: PodId) -> Option<Pod> {
        let node = Arc::make_mut(known(self.by_id.get_mut(id), "the node of a pod")?);
        let (free, requested) = (node.free(), in_use(node));
        let gone = node.remove_pod(pod)?;
        self.pods_with_anti_affinity -= u32::from(gone.spec.has_anti_affinity());
        self.index.follow(node, free);
        self.requested.follow(id.pool, requested, in_use(node));
        Some(gone)
    }

    /// Counts the time in which no node and no pod changes.
    pub fn pass_time(&mut self, time_ms: u64) {
        self.requested.pass(time_ms);
    }

    /// Returns what pods have requested on the nodes of a pool so far, summed over time.
    pub fn requested(&self, pool: PoolId) -> Requested {
        self.requested.of(pool)
    }

    /// Asserts that the index holds every node, and that pods that keep others away are counted right.
    pub fn assert_counted(&self) {
        debug_assert_eq!(self.index.len(), self.by_id.len(), "nodes in the index, and nodes");
        debug_assert_eq!(
            self.pods_with_anti_affinity,
            self.by_id.values().map(|node| pods_with_anti_affinity(node)).sum::<u32>()
        );
        debug_assert_eq!(
            self.requested.now().cpu_millis,
            self.by_id.values().map(|node| in_use(node).cpu_millis).sum::<u64>(),
            "processors requested on all nodes"
        );
    }
}

/// Returns what the pods on a node request of it, while it runs: those that stay on a stopped machine use nothing.
fn in_use(node: &NodeInfo) -> Resources {
    if node.is_ready { node.requested() } else { Resources::default() }
}

/// Counts the pods on a node with anti-affinity.
fn pods_with_anti_affinity(node: &NodeInfo) -> u32 {
    node.pods().iter().map(|pod| u32::from(pod.spec.has_anti_affinity())).sum()
}
