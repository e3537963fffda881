//! Kubernetes on the simulated machines: the requests of pods, the resources of nodes, and what fits
//! where.
//!
//! The model here knows no clock and no cloud, so that the scheduler, the cluster autoscaler and a
//! neutral test case can all use it: a node is a name with resources, labels and pods, wherever it
//! came from.

pub mod affinity;
pub mod budget;
pub(crate) mod fit;
pub(crate) mod misfit;
pub(crate) mod node_info;
pub(crate) mod pod;
pub mod pod_spec;
pub mod reservation;
pub(crate) mod resources;
pub(crate) mod selector;
pub mod taint;
pub(crate) mod topology_counts;

pub use crate::ground::id::NodeId;
pub use affinity::{PodAffinity, TopologySpread};
pub use budget::{BudgetLimit, DisruptionBudget};
pub use fit::check_fit;
pub use misfit::Misfit;
pub use node_info::NodeInfo;
pub use pod::{Pod, PodId, PodPhase, SetId};
pub use pod_spec::{Container, Image, Owner, OwnerKind, PodSpec, RestartPolicy, Volume, VolumeKind};
pub use reservation::allocatable;
pub use resources::{Fraction, Resources};
pub use selector::{Operator, Requirement, Selector};
pub use taint::{Taint, TaintEffect, Toleration};
pub use topology_counts::TopologyCounts;
