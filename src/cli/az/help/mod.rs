//! Help in the layout of the Azure CLI, in the playground's own words.
//!
//! The layout is az's because people know where to look in it: arguments with the required ones first,
//! their tags, values and defaults, then groups, then examples. Arguments that the simulation accepts
//! without acting on them stand under a heading of their own, so that nobody waits for an effect.

mod layout;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
mod text;

pub use text::{VERSION, examples, text, version};
