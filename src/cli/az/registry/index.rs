//! The commands, groups and global arguments by name.

use super::argument::Argument;
use super::command::{Command, Group};

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
