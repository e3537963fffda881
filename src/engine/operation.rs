//! Long-running operations, as Azure Resource Manager tracks them.
//!
//! A change to a cluster or pool answers at once and goes on by itself; while it does, another
//! change to the same resource conflicts. An operation ends when every node that it moves has come
//! to rest and its control-plane part is done.

use super::cluster::ClusterId;
use super::error::ServiceError;
use super::pool::PoolId;

/// Identifies an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub(super) u32);

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// A new cluster with its first pool.
    CreateCluster,
    /// A cluster with all it holds goes.
    DeleteCluster,
    /// A stopped cluster starts.
    StartCluster,
    /// All nodes and the control plane stop.
    StopCluster,
    /// A setting of the cluster changes.
    UpdateCluster,
    /// A new node pool.
    CreatePool,
    /// A node pool with its nodes goes.
    DeletePool,
    /// A stopped pool starts.
    StartPool,
    /// All nodes of a pool stop.
    StopPool,
    /// The number of nodes changes.
    ScalePool,
    /// Another setting of the pool changes.
    UpdatePool,
    /// Instances of a pool's scale set are started, past AKS.
    StartInstances,
    /// Instances of a pool's scale set are deallocated, past AKS.
    DeallocateInstances,
}

impl OperationKind {
    /// The `provisioningState` of the resource meanwhile.
    #[must_use]
    pub const fn provisioning_state(self) -> ProvisioningState {
        match self {
            Self::CreateCluster | Self::CreatePool => ProvisioningState::Creating,
            Self::DeleteCluster | Self::DeletePool => ProvisioningState::Deleting,
            Self::StartCluster | Self::StartPool => ProvisioningState::Starting,
            Self::StopCluster | Self::StopPool => ProvisioningState::Stopping,
            Self::UpdateCluster | Self::UpdatePool | Self::StartInstances | Self::DeallocateInstances => {
                ProvisioningState::Updating
            }
            Self::ScalePool => ProvisioningState::Scaling,
        }
    }

    /// The name in the activity log.
    #[must_use]
    pub const fn activity(self) -> &'static str {
        match self {
            Self::CreateCluster | Self::UpdateCluster => "Create or Update Managed Cluster",
            Self::DeleteCluster => "Delete Managed Cluster",
            Self::StartCluster => "Start Managed Cluster",
            Self::StopCluster => "Stop Managed Cluster",
            Self::DeletePool => "Delete Agent Pool",
            Self::StartInstances => "Start Virtual Machine Scale Set",
            Self::DeallocateInstances => "Deallocate Virtual Machine Scale Set",
            Self::CreatePool | Self::StartPool | Self::StopPool | Self::ScalePool | Self::UpdatePool => {
                "Create or Update Agent Pool"
            }
        }
    }
}

/// The `provisioningState` of a cluster or pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProvisioningState {
    /// Nothing is under way and the latest operation worked.
    Succeeded,
    /// Nothing is under way and the latest operation did not work.
    Failed,
    /// It is being created.
    Creating,
    /// A setting is being changed.
    Updating,
    /// Its number of nodes is being changed.
    Scaling,
    /// It is being started.
    Starting,
    /// It is being stopped.
    Stopping,
    /// It is being deleted.
    Deleting,
}

impl ProvisioningState {
    /// The word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Creating => "Creating",
            Self::Updating => "Updating",
            Self::Scaling => "Scaling",
            Self::Starting => "Starting",
            Self::Stopping => "Stopping",
            Self::Deleting => "Deleting",
        }
    }
}

/// The `powerState.code` of a cluster or pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PowerState {
    /// It runs.
    Running,
    /// It was stopped.
    Stopped,
}

impl PowerState {
    /// The word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Stopped => "Stopped",
        }
    }
}

/// How an operation stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OperationState {
    /// It goes on.
    Running,
    /// It is over and worked.
    Succeeded,
    /// It is over and did not work.
    Failed(ServiceError),
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    /// What it does.
    pub kind: OperationKind,
    /// The cluster that it changes.
    pub cluster: ClusterId,
    /// The pool that it changes, where it is about one.
    pub pool: Option<PoolId>,
    /// When it began.
    pub started_ms: u64,
    /// How it stands.
    pub state: OperationState,
    /// Nodes that have not come to rest.
    pub(super) pending_nodes: u32,
    /// Whether the control plane's part is still to do.
    pub(super) control_plane_busy: bool,
    /// The first thing that went wrong with a node.
    pub(super) node_error: Option<ServiceError>,
}

impl Operation {
    /// Whether all its parts are done.
    pub(super) fn is_settled(&self) -> bool {
        self.pending_nodes == 0 && !self.control_plane_busy
    }
}
