//! The nodes of a pool by instance id, counted by state.
//!
//! All changes of nodes go through this type, so that counting a thousand nodes does not visit each of them.

use std::collections::BTreeMap;

use crate::azure::lifecycle::NodeState;
use crate::azure::node::Node;

/// The nodes of a pool by instance id, with running counts by state.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Nodes {
    by_id: BTreeMap<u32, Node>,
    /// Number of nodes in each state, indexed by the state's discriminant.
    counts: [u32; NodeState::ALL.len()],
    /// Number of nodes that have not registered with Kubernetes.
    unregistered: u32,
}

impl Nodes {
    /// Returns all nodes, by ascending instance id.
    pub fn values(&self) -> impl Iterator<Item = &Node> + Clone {
        self.by_id.values()
    }

    /// Returns the node with this instance id.
    pub fn get(&self, instance_id: u32) -> Option<&Node> {
        self.by_id.get(&instance_id)
    }

    /// Returns the number of nodes.
    pub fn len(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// Returns the number of nodes in a state.
    pub fn count_in(&self, state: NodeState) -> u32 {
        self.counts.get(state as usize).copied().unwrap_or(0)
    }

    /// Returns the number of nodes that have not registered with Kubernetes.
    pub fn unregistered(&self) -> u32 {
        self.unregistered
    }

    /// Adds a node; replaces one with the same instance id.
    pub fn insert(&mut self, node: Node) {
        self.count(&node, true);
        if let Some(before) = self.by_id.insert(node.instance_id, node) {
            self.count(&before, false);
        }
        self.assert_counted();
    }

    /// Applies a change to a node and returns its result, or `None` if there is no such node.
    pub fn change<T>(&mut self, instance_id: u32, change: impl FnOnce(&mut Node) -> T) -> Option<T> {
        let node = self.by_id.get_mut(&instance_id)?;
        let before = (node.state(), node.is_registered());
        let given = change(node);
        let after = (node.state(), node.is_registered());
        self.count_as(before, false);
        self.count_as(after, true);
        Some(given)
    }

    /// Removes a node and returns it.
    pub fn remove(&mut self, instance_id: u32) -> Option<Node> {
        let node = self.by_id.remove(&instance_id)?;
        self.count(&node, false);
        self.assert_counted();
        Some(node)
    }

    /// Asserts that the counts add up to the nodes: one that was changed past this type would be missed.
    fn assert_counted(&self) {
        debug_assert_eq!(self.len() as usize, self.by_id.len(), "counts by state and nodes differ");
        debug_assert!(self.unregistered <= self.len(), "more nodes are unregistered than there are");
    }

    fn count(&mut self, node: &Node, is_added: bool) {
        self.count_as((node.state(), node.is_registered()), is_added);
    }

    fn count_as(&mut self, (state, is_registered): (NodeState, bool), is_added: bool) {
        let in_state = self.counts.get_mut(state as usize);
        debug_assert!(in_state.is_some(), "{state:?} is not counted");
        let unregistered = (!is_registered).then_some(&mut self.unregistered);
        for count in in_state.into_iter().chain(unregistered) {
            *count = if is_added { *count + 1 } else { *count - 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::lifecycle::Transition;

    #[test]
    fn counts_follow_the_nodes() {
        let mut nodes = Nodes::default();
        for (id, state) in [(0, NodeState::Ready), (1, NodeState::Ready), (1, NodeState::Deallocated)] {
            nodes.insert(Node::existing(id, 0, state, 0));
        }
        let counts = |nodes: &Nodes| NodeState::ALL.map(|state| (state, nodes.count_in(state)));
        let check = |nodes: &Nodes| {
            for (state, count) in counts(nodes) {
                assert_eq!(count as usize, nodes.values().filter(|node| node.state() == state).count(), "{state:?}");
            }
            assert_eq!(nodes.len() as usize, nodes.values().count());
        };
        check(&nodes);
        assert_eq!(nodes.change(0, |node| node.apply(Transition::Drain, 5, None)), Some(()));
        check(&nodes);
        assert_eq!(nodes.count_in(NodeState::Draining), 1);
        assert_eq!(nodes.change(7, |_| ()), None);
        assert!(nodes.remove(0).is_some() && nodes.remove(0).is_none());
        check(&nodes);
    }
}
