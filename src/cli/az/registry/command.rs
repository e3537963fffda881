//! One command, and one group of commands.

use super::argument::Argument;
use crate::ground::example::Example;

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties read from the table")]
pub struct Command {
    /// Its place among all commands.
    pub number: usize,
    /// The name without `az`, such as `aks nodepool add`.
    pub name: &'static str,
    /// One sentence about it.
    pub summary: &'static str,
    /// Its arguments in the order in which `az` declares them, the global ones included.
    pub arguments: Vec<Argument>,
    /// Spellings of the 2021 document for arguments that exist today: (spelling, index of the
    /// argument, today's spelling).
    pub legacy_names: Vec<(&'static str, usize, &'static str)>,
    /// The examples that the Azure CLI shows below an error, in the order of its help.
    pub examples: Vec<Example>,
    /// The examples that help shows here; each runs in the default world.
    pub own_examples: Vec<Example>,
    /// Asks for confirmation before it acts.
    pub confirm: bool,
    /// `true` if the Azure CLI calls its group experimental.
    pub experimental: bool,
    /// Takes `--no-wait`.
    pub no_wait: bool,
    /// `true` if its `table` output has columns of its own.
    pub table: bool,
    /// `true` if the simulation carries it out; otherwise only its arguments are checked.
    pub simulated: bool,
    /// The validator of the whole command, by name; it replaces those of the arguments.
    pub validator: Option<&'static str>,
}

impl Command {
    /// Returns the argument with the destination `dest`.
    #[must_use]
    pub fn argument(&self, dest: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.dest == dest)
    }

    /// Returns the last word of the name.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        self.name.rsplit(' ').next().unwrap_or(self.name)
    }
}

/// One group of commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The name without `az`; empty for `az` itself.
    pub name: &'static str,
    /// One sentence about it.
    pub summary: &'static str,
    /// Next word of every command and group below it in the real CLI, in its order of loading; this
    /// includes ones that the registry does not describe.
    pub members: Vec<&'static str>,
}
