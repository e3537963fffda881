//! Long-running operations, as Azure Resource Manager tracks them.
//!
//! A change to a cluster or pool answers at once and goes on by itself; while it does, another
//! change to the same resource conflicts. An operation ends when every node that it moves has come
//! to rest and its control-plane part is done.

use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, PoolId};

/// The kind of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// A new cluster with its first pool.
    CreateCluster,
    /// A cluster is deleted with everything in it.
    DeleteCluster,
    /// A stopped cluster starts.
    StartCluster,
    /// All nodes and the control plane stop.
    StopCluster,
    /// A setting of the cluster changes.
    UpdateCluster,
    /// A new node pool.
    CreatePool,
    /// A node pool is deleted with its nodes.
    DeletePool,
    /// A stopped pool starts.
    StartPool,
    /// All nodes of a pool stop.
    StopPool,
    /// The number of nodes changes.
    ScalePool,
    /// Another setting of the pool changes.
    UpdatePool,
    /// A cluster goes to another Kubernetes version.
    UpgradeCluster,
    /// A pool goes to another Kubernetes version or node image.
    UpgradePool,
    /// Instances of a pool's scale set are started, past AKS.
    StartInstances,
    /// Instances of a pool's scale set are deallocated, past AKS.
    DeallocateInstances,
    /// Instances of a pool's scale set are deleted, past AKS.
    DeleteInstances,
    /// The number of instances of a pool's scale set changes, past AKS.
    ScaleInstances,
    /// Chosen nodes of a pool are deleted.
    DeleteMachines,
}

impl OperationKind {
    /// Returns the `provisioningState` of the resource while the operation runs.
    #[must_use]
    pub const fn provisioning_state(self) -> ProvisioningState {
        match self {
            Self::CreateCluster | Self::CreatePool => ProvisioningState::Creating,
            Self::DeleteCluster | Self::DeletePool | Self::DeleteMachines => ProvisioningState::Deleting,
            Self::StartCluster | Self::StartPool => ProvisioningState::Starting,
            Self::StopCluster | Self::StopPool => ProvisioningState::Stopping,
            Self::UpdateCluster
            | Self::UpdatePool
            | Self::StartInstances
            | Self::DeallocateInstances
            | Self::DeleteInstances
            | Self::ScaleInstances => ProvisioningState::Updating,
            Self::ScalePool => ProvisioningState::Scaling,
            Self::UpgradeCluster | Self::UpgradePool => ProvisioningState::Upgrading,
        }
    }

    /// Returns the name in the activity log.
    #[must_use]
    pub const fn activity(self) -> &'static str {
        match self {
            Self::CreateCluster | Self::UpdateCluster | Self::UpgradeCluster => "Create or Update Managed Cluster",
            Self::DeleteCluster => "Delete Managed Cluster",
            Self::StartCluster => "Start Managed Cluster",
            Self::StopCluster => "Stop Managed Cluster",
            Self::DeletePool => "Delete Agent Pool",
            Self::StartInstances => "Start Virtual Machine Scale Set",
            Self::DeallocateInstances => "Deallocate Virtual Machine Scale Set",
            Self::DeleteInstances => "Delete Virtual Machines in a Virtual Machine Scale Set",
            Self::ScaleInstances => "Create or Update Virtual Machine Scale Set",
            Self::DeleteMachines => "Delete Agent Pool Machines",
            Self::CreatePool
            | Self::StartPool
            | Self::StopPool
            | Self::ScalePool
            | Self::UpdatePool
            | Self::UpgradePool => "Create or Update Agent Pool",
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
    /// It goes to another version.
    Upgrading,
    /// It is being started.
    Starting,
    /// It is being stopped.
    Stopping,
    /// It is being deleted.
    Deleting,
    /// The operation under way is being aborted.
    Canceling,
    /// Nothing is under way and the latest operation was aborted.
    Canceled,
}

impl ProvisioningState {
    /// Returns the word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Creating => "Creating",
            Self::Updating => "Updating",
            Self::Scaling => "Scaling",
            Self::Upgrading => "Upgrading",
            Self::Starting => "Starting",
            Self::Stopping => "Stopping",
            Self::Deleting => "Deleting",
            Self::Canceling => "Canceling",
            Self::Canceled => "Canceled",
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
    /// Returns the word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Stopped => "Stopped",
        }
    }
}

/// The state of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OperationState {
    /// It is running.
    Running,
    /// It is over and worked.
    Succeeded,
    /// It is over and did not work.
    Failed(ServiceError),
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    /// Its kind.
    pub kind: OperationKind,
    /// The cluster that it changes.
    pub cluster: ClusterId,
    /// The pool that it changes; `None` for an operation on a cluster.
    pub pool: Option<PoolId>,
    /// Start time, in milliseconds.
    pub started_ms: u64,
    /// Its state.
    pub state: OperationState,
    /// Number of its nodes that have not come to rest.
    pub(crate) pending_nodes: u32,
    /// `true` while the control plane's part is not done.
    pub(crate) control_plane_busy: bool,
    /// Aborted: it only waits for the steps that cannot be stopped.
    pub(crate) is_aborted: bool,
    /// The first error of one of its nodes.
    pub(crate) node_error: Option<ServiceError>,
}

impl Operation {
    /// Returns `true` if all its parts are done.
    pub(crate) fn is_settled(&self) -> bool {
        self.pending_nodes == 0 && !self.control_plane_busy
    }
}
