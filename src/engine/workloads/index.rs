//! An index of nodes by free resources, so that a pod finds its node without a look at every node.
//!
//! Nodes that differ in nothing but their names and their pods are of one class; what is asked of
//! labels and taints is asked of a class. Within it, nodes with the same room are in one bucket. With
//! pods of a few sizes there are few buckets, however many nodes there are.

use std::sync::Arc;

use super::node_list::NodeList;
use crate::azure::pool_spec::Pairs;
use crate::ground::id::{NodeId, PoolId};
use crate::ground::invariant::known;
use crate::kubernetes::{NodeInfo, Resources, Taint};

/// Nodes of one class with the same free resources.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// Free resources of each node.
    pub free: Resources,
    /// The nodes.
    pub nodes: NodeList,
}

/// Nodes that the scheduler cannot tell apart by anything but their pods.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Class {
    pool: PoolId,
    labels: Arc<Pairs>,
    taints: Arc<[Taint]>,
    is_unschedulable: bool,
    /// Allocatable resources of each node.
    pub allocatable: Resources,
    /// Buckets by ascending free resources; none is empty.
    pub buckets: Vec<Bucket>,
}

impl Class {
    fn of(node: &NodeInfo) -> Self {
        Self {
            pool: node.id.pool,
            labels: Arc::clone(&node.labels),
            taints: Arc::clone(&node.taints),
            is_unschedulable: node.is_unschedulable,
            allocatable: node.allocatable,
            buckets: Vec::new(),
        }
    }

    /// Returns `true` if a node shares labels and taints in memory with this class: the usual case, and
    /// a quick check.
    fn is_surely_of(&self, node: &NodeInfo) -> bool {
        self.is_unschedulable == node.is_unschedulable
            && Arc::ptr_eq(&self.labels, &node.labels)
            && Arc::ptr_eq(&self.taints, &node.taints)
            && self.allocatable == node.allocatable
    }

    fn is_of(&self, node: &NodeInfo) -> bool {
        self.is_unschedulable == node.is_unschedulable
            && self.allocatable == node.allocatable
            && self.taints == node.taints
            && self.labels == node.labels
    }

    /// Returns any of its nodes; they are alike.
    #[must_use]
    pub fn example(&self) -> Option<NodeId> {
        self.buckets.first()?.nodes.first()
    }

    /// Returns the number of its nodes.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.buckets.iter().map(|bucket| bucket.nodes.len()).sum()
    }

    fn find(&self, free: Resources) -> Result<usize, usize> {
        self.buckets.binary_search_by_key(&free, |bucket| bucket.free)
    }

    fn insert(&mut self, node: NodeId, free: Resources) {
        match self.find(free) {
            Ok(index) => {
                if let Some(bucket) = self.buckets.get_mut(index) {
                    bucket.nodes.insert(node);
                }
            }
            Err(index) => {
                let mut nodes = NodeList::default();
                nodes.insert(node);
                self.buckets.insert(index, Bucket { free, nodes });
            }
        }
    }

    fn remove(&mut self, node: NodeId, free: Resources) {
        let Some(index) = known(self.find(free).ok(), "the bucket of a node") else {
            return;
        };
        if let Some(bucket) = self.buckets.get_mut(index) {
            bucket.nodes.remove(node);
            if bucket.nodes.is_empty() {
                self.buckets.remove(index);
            }
        }
    }
}

/// The index: nodes in classes, and in each class by free resources.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct CapacityIndex {
    /// Classes by ascending pool; none is empty.
    classes: Vec<Class>,
}

impl CapacityIndex {
    /// The classes.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    fn of_pool(&self, pool: PoolId) -> std::ops::Range<usize> {
        let start = self.classes.partition_point(|class| class.pool < pool);
        let length = self.classes.iter().skip(start).take_while(|class| class.pool == pool).count();
        start..start + length
    }

    /// Returns the position of a node's class; as an error, the position at which to insert it.
    fn find(&self, node: &NodeInfo) -> Result<usize, usize> {
        let range = self.of_pool(node.id.pool);
        let end = range.end;
        let classes = self.classes.get(range.clone()).unwrap_or_default();
        let sure = classes.iter().position(|class| class.is_surely_of(node));
        let found = sure.or_else(|| classes.iter().position(|class| class.is_of(node)));
        found.map(|index| range.start + index).ok_or(end)
    }

    /// Returns the number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.classes.iter().map(|class| class.len() as usize).sum()
    }

    /// Adds a node.
    pub fn insert(&mut self, node: &NodeInfo) {
        let index = self.find(node).unwrap_or_else(|index| {
            self.classes.insert(index, Class::of(node));
            index
        });
        if let Some(class) = self.classes.get_mut(index) {
            class.insert(node.id, node.free());
        }
    }

    /// Removes a node, which must be as it was when it was added.
    pub fn remove(&mut self, node: &NodeInfo) {
        let Some(index) = known(self.find(node).ok(), "the class of a node") else {
            return;
        };
        if let Some(class) = self.classes.get_mut(index) {
            class.remove(node.id, node.free());
            if class.buckets.is_empty() {
                self.classes.remove(index);
            }
        }
    }

    /// Moves a node between buckets after a change of its pods: `node` is as it is now, `free_before`
    /// is what was free.
    pub fn follow(&mut self, node: &NodeInfo, free_before: Resources) {
        let free = node.free();
        if free == free_before {
            return;
        }
        if let Some(index) = known(self.find(node).ok(), "the class of a node")
            && let Some(class) = self.classes.get_mut(index)
        {
            class.remove(node.id, free_before);
            class.insert(node.id, free);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{Pod, PodId, PodSpec, TaintEffect};

    fn node(pool: u32, instance_id: u32, taints: &Arc<[Taint]>) -> NodeInfo {
        let id = NodeId { pool: PoolId::new(pool), instance_id };
        let mut node = NodeInfo::new(id, "node", Resources { pods: 10, ..Resources::new(1000, 1000) });
        node.taints = Arc::clone(taints);
        node
    }

    fn drawn(index: &CapacityIndex) -> Vec<Vec<(u64, u32)>> {
        let bucket = |bucket: &Bucket| (bucket.free.cpu_millis, bucket.nodes.len());
        index.classes().iter().map(|class| class.buckets.iter().map(bucket).collect()).collect()
    }

    #[test]
    fn nodes_are_together_that_are_alike() {
        let none: Arc<[Taint]> = Arc::default();
        let spot: Arc<[Taint]> = Arc::new([Taint::new("spot", "", TaintEffect::NoSchedule)]);
        // Equal, and not the same memory.
        let also_spot: Arc<[Taint]> = spot.iter().cloned().collect();
        let mut index = CapacityIndex::default();
        let mut nodes = [node(2, 0, &none), node(1, 0, &none), node(1, 1, &spot), node(1, 2, &also_spot)];
        for node in &nodes {
            index.insert(node);
        }
        assert_eq!(drawn(&index), [vec![(1000, 1)], vec![(1000, 2)], vec![(1000, 1)]]);

        let before = nodes[2].free();
        nodes[2].add_pod(Pod::new(PodId(1), Arc::new(PodSpec::new("default", "pod", Resources::new(300, 0))), 0));
        index.follow(&nodes[2], before);
        assert_eq!(drawn(&index), [vec![(1000, 1)], vec![(700, 1), (1000, 1)], vec![(1000, 1)]]);

        for node in &nodes {
            index.remove(node);
        }
        assert_eq!(index, CapacityIndex::default());
    }
}
