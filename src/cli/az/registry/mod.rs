//! The one description of every command and argument.
//!
//! Parsing, help, completion, suggestions and the validators all read this registry and nothing
//! else, so that they cannot disagree. It is a text table, read once when first asked for: a
//! table is what people can review, and text compresses far better than code that builds it.

mod argument;
mod command;
mod index;
mod read;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;

use std::sync::LazyLock;

pub use argument::{Argument, Arity, Notice, ValueType};
pub use command::{Command, Group};
pub use index::Registry;

/// The table; its first lines explain its form.
const TABLE: &str = include_str!("commands.txt");

/// Returns the registry.
#[must_use]
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| read::read(TABLE));
    &REGISTRY
}
