//! The parser: words in, a typed invocation out, exactly as the Azure CLI's parser reads them.
//!
//! Parsing never executes and needs no cloud. The caller does the rest, in the order of the real CLI:
//! it shows the invocation's warnings, confirms a command that asks, then runs
//! [`validate`](crate::az::validate), then the command.

mod classify;
mod convert;
mod engine;
mod examples;
mod grammar;
mod invocation;
mod line;
mod notice;
mod request;
mod scope;
#[cfg(test)]
#[allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
pub(crate) mod tests;
mod value;

pub use invocation::Invocation;
pub use line::parse;
pub use request::{HelpTarget, ParseOptions, Parsed};
pub use value::Value;
