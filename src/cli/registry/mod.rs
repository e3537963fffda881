//! The one description of every command and argument.
//!
//! Parsing, help, completion, suggestions and the validators all read this registry and nothing
//! else, so that they cannot disagree. It is a text table, read once when first asked for: a
//! table is what people can review, and text compresses far better than code that builds it.

mod argument;
mod command;
mod read;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;

use std::sync::LazyLock;

pub use argument::{Argument, Count, Kind, Notice};
pub use command::{Command, Group};

/// The table; its first lines explain its form.
const TABLE: &str = include_str!("commands.txt");

/// The commands, groups and global arguments that the table describes.
#[derive(Debug)]
pub struct Registry {
    /// Every command.
    pub commands: Vec<Command>,
    /// Every group, `az` itself (with the empty name) first.
    pub groups: Vec<Group>,
    /// The arguments that every command takes.
    pub global_arguments: Vec<Argument>,
}

/// Returns the registry.
#[must_use]
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| read::read(TABLE));
    &REGISTRY
}

impl Registry {
    /// Returns the command of this name.
    #[must_use]
    pub fn command(&self, name: &str) -> Option<&Command> {
        self.commands.iter().find(|command| command.name == name)
    }

    /// Returns the group of this name; the empty name is `az` itself.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.name == name)
    }
}
