//! `kubectl` on the simulated clusters.
//!
//! One table describes its commands (`commands.txt`). The words of a line become a [`parse::Request`], which reads
//! or changes the Kubernetes objects of the cluster that `az aks get-credentials` chose. All output is made from
//! objects in the shape of the API server.

mod answer;
mod cluster;
mod columns;
mod commands;
mod complete;
mod config;
mod cordon;
mod delete;
mod describe;
mod drain;
mod draining;
mod dry_run;
mod failure;
mod flags;
mod follow;
mod get;
mod help;
mod kind;
mod make;
mod manifest;
mod node_changes;
mod object;
mod output;
pub mod parse;
pub mod path;
mod pod_manifest;
mod print;
pub mod priorities;
mod registry;
mod rollout;
mod rollout_status;
mod run;
mod scale;
mod select;
mod target;
mod template;
mod top;
mod watch;
pub mod yaml;

pub use answer::Execution;
pub use complete::candidates;
pub use follow::Follow;
pub use run::run;
