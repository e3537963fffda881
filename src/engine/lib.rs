//! The simulated cloud: node pools, nodes, time, cost and what the service refuses.
//!
//! It knows nothing of command lines, pages or browsers, so that the same rules answer in all of
//! them and can be tested without any.
//!
//! # Determinism
//!
//! The only source of chance is the [`Random`](ground::random::Random) inside [`Cloud`]; the only clock is the
//! simulated one, which moves when [`Cloud::advance_to`] is called. Nothing unordered is iterated,
//! money and time are integers. The same seed and the same requests at the same simulated times
//! give the same state, bit for bit, natively and in wasm: [`Cloud::fingerprint`] tells.

pub mod autoscaler;
pub mod azure;
mod cloud;
mod event;
pub mod ground;
pub mod kubernetes;
pub mod measures;
pub mod provider;
pub mod record;
pub mod scaler;
mod snapshot;
pub mod workloads;

pub use azure::cluster::{Cluster, ClusterSpec, ResourceGroup};
pub use azure::fault::{Fault, FaultKind, FaultSpec};
pub use azure::lifecycle::NodeState;
pub use azure::node::{Milestone, Node, NodeSource};
pub use azure::operation::{OperationKind, OperationState, PowerState, ProvisioningState};
pub use azure::pool::{Pool, UsedVersion};
pub use azure::pool_spec::{AutoscalerRange, OsDiskType, OsType, Pairs, PoolMode, PoolSpec, ScaleDownMode};
pub use azure::vm_size::VmSize;
pub use cloud::Cloud;
pub use ground::error::ServiceError;
pub use ground::id::{ClusterId, OperationId, PoolId};
pub use provider::{ExistingPool, PoolUpdate, Subscription};
pub use snapshot::{ClusterView, CostView, NodeView, PodCounts, PoolView, Snapshot, StateCounts, Totals};
