//! The cluster autoscaler: when a cluster grows, which pool grows, and which nodes are removed.
//!
//! The rules are those of kubernetes/autoscaler 1.35 and, for pools that keep their machines, of AKS's branch
//! of it (pull request 9932). They know neither the clock nor the cloud: a loop is given the cluster as it is
//! and returns what is to be done.

#[expect(clippy::module_inception, reason = "the autoscaler itself, beside its rules")]
mod autoscaler;
pub mod backoff;
pub mod balance;
pub mod cluster_snapshot;
pub mod cluster_state;
pub mod drainability;
pub mod duration;
pub mod eligibility;
pub mod estimator;
pub mod event;
pub mod expander;
pub mod findings;
pub mod instance;
pub mod instance_cache;
pub mod node_group;
pub mod pending;
pub mod planner;
pub mod pod_groups;
pub mod profile;
pub mod quota;
pub mod readiness;
pub mod registered_nodes;
pub mod remaining_budgets;
pub mod removal;
pub mod scale_down_budget;
pub mod scale_up;
pub mod scale_up_request;
pub mod settings;
pub mod snapshot_node;
pub mod status;
pub mod template;
pub mod unneeded;
pub mod unremovable;
pub mod utilization;

pub use autoscaler::{Autoscaler, AutoscalingContext, CloudProvider, LastTimes, LoopInput, LoopOutcome};
pub use event::AutoscalerEvent;
pub use node_group::{AcceptableRange, NodeGroup};
pub use settings::{Setting, Settings};
