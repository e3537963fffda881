//! Carries out a parsed command on the simulated cloud.
//!
//! Commands arrive parsed. A command either answers at once or starts an operation and waits for it in simulated
//! time, as `az` does; [`resume`] makes the answer when the wait is over.

mod abort;
mod answer;
mod await_resource;
mod cluster;
mod commands;
mod configure;
mod context;
mod credentials;
mod execution;
mod extension;
mod group;
mod machine;
mod named;
mod nodepool;
mod pool_settings;
mod presume;
mod profile;
mod question;
mod refusal;
mod registration;
mod run;
mod upgrade;
mod vmss;
mod wait;

pub(crate) use answer::print_value;
pub use answer::{interrupt, resume};
pub use context::Context;
pub(crate) use execution::OutputOptions;
pub use execution::{Execution, Resumption, Waiting};
pub(crate) use presume::place;
pub use question::{Question, Terminal};
pub(crate) use refusal::refusal;
pub use run::run_az;
pub use wait::Until;
