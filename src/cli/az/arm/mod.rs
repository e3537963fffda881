//! The shape in which `az` prints resources.
//!
//! `az` reads what the service sends into the models of its software development kit and prints
//! those: `properties` is folded into the resource, names follow Python's rule for acronyms
//! (`osDiskSizeGB` becomes `osDiskSizeGb`), a field that the service left out is null, and one that
//! the model does not know is gone. The models are a text file; a walker prints any resource by it,
//! so that an imported resource has the same shape as one of the playground's own.

mod model;
mod moment;
mod name;
pub(crate) mod resource;
mod shape;

pub use moment::{simulated as moment, simulated_ms as moment_ms};
pub use shape::{
    address, cluster_from_arm, cluster_to_arm, group_from_arm, machine_from_arm, pool_from_arm, pool_to_arm,
};
