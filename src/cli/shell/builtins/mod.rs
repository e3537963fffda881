//! The commands that the shell carries out by itself, without the machine's help.

mod declare;
mod input;
mod invocation;
mod names;
mod options;
mod print;
mod small;
mod table;

pub(super) use input::Reading;
pub(super) use invocation::{CONTROLS, Invocation, RUNNERS, Reply};
pub(super) use table::find;
pub use table::is_command;
