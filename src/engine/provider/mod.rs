//! The resource provider: what it keeps, the requests that it takes, and the course of what it began.
//!
//! A request is checked first; a refused one changes nothing. An accepted one starts an operation,
//! which goes on by itself, and returns its id. The autoscaler is a user of it, as people are.

mod abort;
mod check;
mod clockwork;
mod clusters;
mod existing;
mod fault_effect;
mod group_requests;
mod groups;
pub mod limits;
mod machine;
pub mod node_group;
mod pools;
mod progress;
mod scale_set;
mod subscription;
mod upgrade;

pub use existing::ExistingPool;
pub use pools::PoolUpdate;
pub use subscription::Subscription;
