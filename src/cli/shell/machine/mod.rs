//! The machine that runs programs of the shell.

mod absent;
mod dispatch;
mod environment;
mod flow;
mod repeat;
mod run;
mod scope;

pub use environment::Environment;
pub use run::{Machine, Step};
