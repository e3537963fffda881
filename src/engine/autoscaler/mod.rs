//! The cluster autoscaler: when a cluster grows, which pool grows, and which nodes are removed.
//!
//! The rules are those of kubernetes/autoscaler 1.35 and, for pools that keep their machines, of AKS's branch
//! of it (pull request 9932). They know neither the clock nor the cloud: a loop is given the cluster as it is
//! and returns what is to be done.

#[expect(clippy::module_inception, reason = "the autoscaler itself, beside its rules")]
mod autoscaler;
pub mod backoff;
pub mod balance;
pub mod budget;
pub mod budgets;
pub mod cluster_state;
pub mod duration;
pub mod eligibility;
pub mod estimator;
pub mod evictability;
pub mod expander;
pub mod group;
pub mod instance;
pub mod instance_cache;
pub mod knowledge;
pub mod notice;
pub mod pending;
pub mod place;
pub mod planner;
pub mod pod_groups;
pub mod profile;
pub mod quota;
pub mod readiness;
pub mod removal;
pub mod scale_up;
pub mod scale_up_request;
pub mod scratch;
pub mod settings;
pub mod status;
pub mod template;
pub mod unneeded;
pub mod unremovable;
pub mod utilization;
pub mod view;

pub use autoscaler::{Autoscaler, LastTimes, Loop, LoopOutcome, Provider, Scene};
pub use group::{AcceptableRange, Group};
pub use notice::Notice;
pub use settings::{Setting, Settings};
