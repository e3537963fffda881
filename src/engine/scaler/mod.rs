//! The cluster autoscaler of each cluster, at work on its pools.
//!
//! The rules are in [`autoscaler`](crate::autoscaler); here are the cluster that they see and the
//! provider through which they act. A loop is due every scan interval, but one in which nothing can
//! have changed is not run: the next one is the first on the grid after a change, or after a moment at
//! which time alone changes the decision. So an idle cluster costs nothing, however long it stays so. A
//! loop takes simulated time, too: the more nodes there are, the longer until the next one.

mod cloud_provider;
mod conditions;
mod loop_input;
mod machines;
mod run;
mod scalers;
mod state;
mod status_map;
mod tell;
#[cfg(test)]
mod tests;
mod timers;
mod why;

pub(crate) use scalers::Scalers;
pub use state::Scaler;
pub use status_map::{StatusMap, TimeFormats};
pub(crate) use tell::{drain_of, log_removal};
