//! Checks of a parsed command that need nothing but its arguments.
//!
//! They come in two rounds, as in the Azure CLI:
//!
//! 1. [`validate`], after the confirmation and before the command sends anything: the validators of
//!    the arguments, in the order in which the arguments are declared (stage `validator`, exit 1).
//! 2. those of `decorator`, inside the command, each at its own moment, mostly after the first GET (stage
//!    `decorator`, exit 1).

mod address;
pub(crate) mod autoscaler;
mod check;
mod cluster;
pub(crate) mod decorator;
mod nodepool;
mod resource_id;
mod rules;
mod run;
mod ssh_key;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
mod validator;

pub use autoscaler::autoscaler_profile;
pub use decorator::changes_nothing;
pub use resource_id::is_resource_id;
pub use run::validate;
