//! `kubectl` on the simulated clusters.

pub mod parse;
pub mod print;
pub mod registry;
pub mod yaml;
