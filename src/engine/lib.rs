//! The simulated cloud: node pools, nodes, time, cost and what the service refuses.
//!
//! It knows nothing of command lines, pages or browsers, so that the same rules answer in all of
//! them and can be tested without any.
//!
//! # Determinism
//!
//! The only source of chance is the [`random::Random`] inside [`Cloud`]; the only clock is the
//! simulated one, which moves when [`Cloud::advance_to`] is called. Nothing unordered is iterated,
//! money and time are integers. The same seed and the same requests at the same simulated times
//! give the same state, bit for bit, natively and in wasm: [`Cloud::fingerprint`] tells.

mod abort;
pub mod autoscaler;
mod change;
mod check;
mod clockwork;
mod cloud;
pub mod cluster;
pub mod error;
mod existing;
pub mod fault;
mod fault_effect;
mod group_requests;
pub mod kubernetes;
pub mod lifecycle;
pub mod limits;
mod machine;
mod memo;
pub mod money;
pub mod node;
pub mod node_group;
mod nodes;
pub mod operation;
pub mod pattern;
pub mod pool;
mod queue;
pub mod random;
pub mod record;
pub mod scale;
mod scale_set;
pub mod scaler;
pub mod snapshot;
mod sorted;
pub mod table;
pub mod timing;
mod upgrade;
mod vm_family;
pub mod vm_size;
pub mod workloads;

pub use change::PoolUpdate;
pub use cloud::Cloud;
pub use cluster::{Cluster, ClusterId, ClusterSpec, ResourceGroup};
pub use error::ServiceError;
pub use existing::ExistingPool;
pub use fault::{Fault, FaultKind, FaultSpec};
pub use lifecycle::NodeState;
pub use node::{Milestone, Node, NodeSource};
pub use operation::{OperationId, OperationKind, OperationState, PowerState, ProvisioningState};
pub use pool::{AutoscalerRange, OsDiskType, OsType, Pairs, Pool, PoolId, PoolMode, PoolSpec, ScaleDownMode};
pub use snapshot::{ClusterView, CostView, NodeView, PodCounts, PoolView, Snapshot, StateCounts};
pub use upgrade::UsedVersion;
pub use vm_size::VmSize;
