//! The nodes of a pool by instance id, counted by state.
//!
//! Nodes are changed through here, so that a count of a thousand nodes needs no look at each of them.

use std::collections::BTreeMap;

use super::lifecycle::NodeState;
use super::node::Node;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Nodes {
    by_id: BTreeMap<u32, Node>,
    /// How many are in each state, by its place among all.
    counts: [u32; NodeState::ALL.len()],
    /// How many have not registered with Kubernetes.
    unregistered: u32,
}

impl Nodes {
    /// All of them, by ascending instance id.
    pub fn values(&self) -> impl Iterator<Item = &Node> + Clone {
        self.by_id.values()
    }

    /// One of them.
    pub fn get(&self, instance_id: u32) -> Option<&Node> {
        self.by_id.get(&instance_id)
    }

    /// How many there are.
    pub fn len(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// How many are in a state.
    pub fn count_in(&self, state: NodeState) -> u32 {
        self.counts.get(state as usize).copied().unwrap_or(0)
    }

    /// How many have not registered with Kubernetes.
    pub fn unregistered(&self) -> u32 {
        self.unregistered
    }

    /// Adds one.
    pub fn insert(&mut self, node: Node) {
        self.count(&node, true);
        if let Some(before) = self.by_id.insert(node.instance_id, node) {
            self.count(&before, false);
        }
    }

    /// Changes one; gives what the change gives, or nothing where it is not there.
    pub fn change<T>(&mut self, instance_id: u32, change: impl FnOnce(&mut Node) -> T) -> Option<T> {
        let node = self.by_id.get_mut(&instance_id)?;
        let before = (node.state(), node.is_registered());
        let given = change(node);
        let after = (node.state(), node.is_registered());
        self.count_as(before, false);
        self.count_as(after, true);
        Some(given)
    }

    /// Takes one out.
    pub fn remove(&mut self, instance_id: u32) -> Option<Node> {
        let node = self.by_id.remove(&instance_id)?;
        self.count(&node, false);
        Some(node)
    }

    fn count(&mut self, node: &Node, is_added: bool) {
        self.count_as((node.state(), node.is_registered()), is_added);
    }

    fn count_as(&mut self, (state, is_registered): (NodeState, bool), is_added: bool) {
        let in_state = self.counts.get_mut(state as usize);
        let unregistered = (!is_registered).then_some(&mut self.unregistered);
        for count in in_state.into_iter().chain(unregistered) {
            *count = if is_added { *count + 1 } else { *count - 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lifecycle::Step;
    use super::*;

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
        assert_eq!(nodes.change(0, |node| node.take(Step::Drain, 5, None)), Some(()));
        check(&nodes);
        assert_eq!(nodes.count_in(NodeState::Draining), 1);
        assert_eq!(nodes.change(7, |_| ()), None);
        assert!(nodes.remove(0).is_some() && nodes.remove(0).is_none());
        check(&nodes);
    }
}
