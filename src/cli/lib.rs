//! The simulated command line: parses lines of `az`, kubectl and the shell, and returns typed outcomes.

pub mod account;
pub mod arm;
pub mod complete;
pub mod duration;
pub mod error;
pub mod exec;
pub mod filter;
pub mod help;
pub mod kubectl;
pub mod outcome;
pub mod output;
pub mod parse;
pub mod quantity;
pub mod registry;
pub mod shell;
pub mod suggest;
pub mod trace;
pub mod validate;
