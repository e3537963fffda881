//! The contents of a cluster: its nodes and pods, the controllers that make them, the scheduler that
//! places them, the kubelets that run them, and everything that evicts them.
//!
//! A pod is in one place: with its set while it waits for a node, on its node after that. Whatever
//! happens is noted as something to do, and `Kubernetes::settle` does it: controllers first, then
//! the scheduler, until nothing is left. So a thousand changes at one moment are one piece of work,
//! and where nothing changes nothing is done.
//!
//! [`Kubernetes`] is the store: tables that keep themselves in order. Around it each controller has a
//! file of its own.

mod agenda;
mod change_context;
mod controllers;
mod curve;
mod deployment;
mod disks;
mod drains;
mod eviction;
mod horizontals;
mod index;
mod kubelet;
mod kubernetes;
mod loads;
mod node_lifecycle;
mod node_list;
mod nodes;
mod object_error;
mod objects;
mod pod_set;
mod preemption;
mod requested;
mod scaling;
mod scheduler;
mod scoring;
mod settle;
mod system;
mod template;
mod work_queue;

pub use crate::ground::id::DeploymentId;
pub use change_context::ChangeContext;
pub use controllers::CLUSTER_PODS_MAX;
pub use curve::{Curve, CurvePoint};
pub use deployment::{Deployment, DeploymentSpec};
pub use drains::DrainPolicy;
pub use horizontals::{Horizontal, HorizontalSpec};
pub use kubernetes::Kubernetes;
pub use loads::Load;
pub use object_error::{ObjectError, Refusal};
pub use objects::kind_name;
pub use pod_set::{PodSet, SetKind};
pub use scoring::Scoring;
pub use template::{NodeCondition, NodeTemplate};
