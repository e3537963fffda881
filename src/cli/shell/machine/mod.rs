//! The machine that runs programs of the shell.

mod absent;
mod dispatch;
mod flow;
mod repeat;
mod run;
mod scope;

pub use run::{Environment, Machine, Step};
