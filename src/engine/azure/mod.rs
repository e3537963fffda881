//! Azure's resources and what is known of them: clusters, node pools, machines, operations, durations, prices.
//!
//! Plain data and the rules that concern one resource alone; what the resource provider does with them is above.

pub(crate) mod cluster;
pub(crate) mod fault;
pub mod lifecycle;
pub mod node;
pub mod node_name;
pub(crate) mod nodes;
pub(crate) mod operation;
pub(crate) mod pool;
pub mod pool_spec;
pub mod scale;
pub mod timing;
mod vm_family;
pub mod vm_size;
