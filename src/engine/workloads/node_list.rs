//! Nodes in order, for an index in which they move often.
//!
//! Pods are placed on the first node of a list, which then joins the end of another, and taken from
//! the last: both ends are quick.

use std::collections::VecDeque;

use crate::ground::id::NodeId;
use crate::ground::invariant::known;

/// Nodes by ascending identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct NodeList(VecDeque<NodeId>);

impl NodeList {
    /// Adds a node unless it is in the list.
    pub fn insert(&mut self, node: NodeId) {
        if self.0.back().is_none_or(|last| *last < node) {
            self.0.push_back(node);
        } else if let Err(index) = self.0.binary_search(&node) {
            self.0.insert(index, node);
        }
    }

    /// Removes a node, which must be in the list.
    pub fn remove(&mut self, node: NodeId) {
        if self.0.front() == Some(&node) {
            self.0.pop_front();
        } else if let Some(index) = known(self.0.binary_search(&node).ok(), "a node of a list") {
            self.0.remove(index);
        }
    }

    /// Returns the first node.
    #[must_use]
    pub fn first(&self) -> Option<NodeId> {
        self.0.front().copied()
    }

    /// Returns the last node.
    #[must_use]
    pub fn last(&self) -> Option<NodeId> {
        self.0.back().copied()
    }

    /// Returns all nodes, in order.
    pub fn iter(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.0.iter().copied()
    }

    /// Returns the number of nodes.
    #[must_use]
    pub fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Returns `true` if there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
