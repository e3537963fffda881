//! What the playground adds: its own words, lines with a prefix of its own, and completion of any line.

mod complete;
mod execution;
mod prefix;
mod program;
mod sim;
pub mod trace;
mod usage;
mod verb;

pub use complete::{CompletionSource, completion, programs, words_after};
pub use execution::Execution;
pub use prefix::{query_result, show_example};
pub use program::{is_program, run};
pub use usage::VERBS;
