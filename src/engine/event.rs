//! The events that the cloud's queue holds.

use crate::ground::id::{ClusterId, DeploymentId, NodeId, OperationId, PoolId};

/// A scheduled event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// The end of a node's transition, or a milestone of its bring-up.
    Node { cluster: ClusterId, pool: PoolId, instance_id: u32, timer: u32 },
    /// The control plane's part of an operation is done.
    ControlPlane(OperationId),
    /// The next tasks of a cluster's Kubernetes, such as a pod start, are due.
    Kubernetes(ClusterId),
    /// The load of a deployment changes.
    Load { cluster: ClusterId, deployment: DeploymentId },
    /// The horizontal pod autoscaler of a deployment evaluates it.
    Horizontal { cluster: ClusterId, deployment: DeploymentId },
    /// A fault that chooses nodes is due.
    Fault(u32),
    /// An unreachable node reports again.
    Recover { cluster: ClusterId, node: NodeId },
    /// The drain of a node is complete.
    Drained { cluster: ClusterId, node: NodeId },
    /// The drain of a node failed: `pods` did not leave it in time.
    DrainFailed { cluster: ClusterId, node: NodeId, pods: String },
}

impl Event {
    /// Returns the node whose machine the event is about, with its cluster; `None` if it is about none.
    #[must_use]
    pub fn node(&self) -> Option<(ClusterId, NodeId)> {
        match *self {
            Self::Node { cluster, pool, instance_id, .. } => Some((cluster, NodeId { pool, instance_id })),
            Self::Drained { cluster, node } | Self::DrainFailed { cluster, node, .. } => Some((cluster, node)),
            _ => None,
        }
    }
}
