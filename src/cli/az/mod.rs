//! The Azure CLI: what it knows, how it reads a line, what it refuses, what it does, and how it explains itself.

pub mod account;
pub(crate) mod arguments;
pub mod arm;
pub mod complete;
pub mod exec;
pub mod help;
pub mod parse;
pub mod registry;
pub mod validate;
