//! Changes that the controllers and the scheduler have not looked at yet.

use crate::ground::id::{DeploymentId, NodeId};
use crate::kubernetes::SetId;

/// The work queue: changes that controllers and scheduler have not processed yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct WorkQueue {
    /// Deployments whose replica sets may have to be resized.
    pub deployments: Vec<DeploymentId>,
    /// Sets that may have too few pods, or too many.
    pub sets: Vec<SetId>,
    /// `true` if there are pods that the scheduler has not tried yet.
    pub is_untried: bool,
    /// Nodes that have more room than before, or may take other pods.
    pub nodes_with_more_room: Vec<NodeId>,
}

impl WorkQueue {
    /// Returns `true` if nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.deployments.is_empty() && self.sets.is_empty() && !self.is_untried && self.nodes_with_more_room.is_empty()
    }

    /// Notes a deployment that has changed.
    pub fn note_deployment(&mut self, id: DeploymentId) {
        note(&mut self.deployments, id);
    }

    /// Notes a set that has changed.
    pub fn note_set(&mut self, id: SetId) {
        note(&mut self.sets, id);
    }

    /// Notes a node that has more room than before, or may take other pods.
    pub fn note_more_room(&mut self, id: NodeId) {
        note(&mut self.nodes_with_more_room, id);
    }
}

/// Appends an entry unless the last one equals it: repetitions come in a row here.
fn note<T: PartialEq>(list: &mut Vec<T>, what: T) {
    if list.last() != Some(&what) {
        list.push(what);
    }
}
