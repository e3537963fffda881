//! The one description of kubectl's commands and flags, which parsing, help and completion read.

use std::sync::LazyLock;

use crate::ground::example::Example;

const TABLE: &str = include_str!("commands.txt");

/// Type of the value that a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagType {
    /// A text.
    Text,
    /// Nothing, or `true` or `false` after `=`.
    Bool,
    /// A whole number.
    Integer,
    /// Texts, repeated or separated by commas.
    List,
    /// Nothing, or a text after `=`.
    Optional,
}

/// A flag of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// Name, without dashes.
    pub long: &'static str,
    /// Letter of the short form.
    pub short: Option<char>,
    /// Type of its value.
    pub value_type: FlagType,
    /// Value if the line does not give one.
    pub default: &'static str,
    /// Values to offer.
    pub choices: Vec<&'static str>,
    /// One sentence of help.
    pub help: &'static str,
}

/// Meaning of the words of a line, for completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Words {
    /// They name nothing that exists.
    #[default]
    New,
    /// One node.
    Node,
    /// Nodes.
    Nodes,
    /// The word `nodes`, then nodes.
    NodesAfterType,
    /// A kind, then objects of it.
    Types,
    /// A context.
    Contexts,
}

impl Words {
    fn named(name: &str) -> Self {
        match name {
            "node" => Self::Node,
            "nodes" => Self::Nodes,
            "nodes-after-type" => Self::NodesAfterType,
            "types" => Self::Types,
            "contexts" => Self::Contexts,
            _ => Self::New,
        }
    }
}

/// A command, or a group of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its place among all commands.
    pub number: usize,
    /// Name, such as `get` or `create deployment`.
    pub name: &'static str,
    /// Other names for its last word.
    pub aliases: Vec<&'static str>,
    /// Text after the name in a usage line.
    pub usage: &'static str,
    /// One sentence of help.
    pub summary: &'static str,
    /// What its words name.
    pub words: Words,
    /// Flags, sorted by name.
    pub flags: Vec<Flag>,
    /// Example lines.
    pub examples: Vec<Example>,
}

/// All commands of the table.
#[derive(Debug, Default)]
pub struct Registry {
    /// Every command, groups included.
    pub commands: Vec<Command>,
    /// Real commands that are not simulated.
    pub unknown: Vec<&'static str>,
}

/// Returns the registry, read from the table at the first call.
#[must_use]
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(read);
    &REGISTRY
}

impl Registry {
    /// Finds the command that the first words name; returns it with their number, 1 or 2.
    #[must_use]
    pub fn find(&self, words: &[&str]) -> Option<(&Command, usize)> {
        let first = words.first()?;
        let second = words.get(1).copied().unwrap_or_default();
        let is_below = |command: &&Command| {
            let last = command.name.split_once(' ').filter(|(group, _)| group == first).map(|(_, last)| last);
            last.is_some_and(|last| last == second || command.aliases.contains(&second))
        };
        let below = self.commands.iter().find(is_below).map(|command| (command, 2));
        below.or_else(|| Some((self.commands.iter().find(|command| command.name == *first)?, 1)))
    }

    /// Returns the commands directly below a group; an empty name stands for kubectl itself.
    pub fn below<'a>(&'a self, group: &'a str) -> impl Iterator<Item = (&'a str, &'a Command)> {
        self.commands.iter().filter_map(move |command| {
            let (above, last) = command.name.rsplit_once(' ').unwrap_or(("", command.name));
            (above == group).then_some((last, command))
        })
    }
}

impl Command {
    /// Returns `true` if it is only a group of commands.
    #[must_use]
    pub fn is_group(&self) -> bool {
        self.usage == "SUBCOMMAND"
    }

    /// Finds a flag by its long name.
    #[must_use]
    pub fn flag(&self, long: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.long == long)
    }
}

fn read() -> Registry {
    let mut registry = Registry::default();
    let mut blocks: Vec<(&str, Vec<Flag>)> = Vec::new();
    let mut is_block = false;
    for line in TABLE.lines() {
        let (head, text) = line.rsplit_once(" | ").unwrap_or((line, ""));
        let (sign, rest) = head.split_once(' ').unwrap_or((head, ""));
        match sign {
            "" | "#" => is_block = false,
            "unknown" => registry.unknown.extend(rest.split(' ')),
            "=" => {
                is_block = false;
                let mut parts = rest.split(" ; ");
                let mut part = || parts.next().unwrap_or_default().trim();
                // A part between semicolons may be empty.
                let (name, aliases, usage) = match rest.split_once(" ; ; ") {
                    Some((name, usage)) => (name, "", usage),
                    None => (part(), part(), part()),
                };
                let number = registry.commands.len();
                registry.commands.push(Command {
                    number,
                    name,
                    aliases: aliases.split_whitespace().collect(),
                    usage,
                    summary: text,
                    words: Words::default(),
                    flags: Vec::new(),
                    examples: Vec::new(),
                });
            }
            "%" => {
                if let Some(command) = registry.commands.last_mut() {
                    command.words = Words::named(rest);
                }
            }
            // Before the first command a block is described, after it one is used.
            "@" if registry.commands.is_empty() => {
                is_block = true;
                blocks.push((rest, Vec::new()));
            }
            "@" => {
                let block = blocks.iter().find(|(name, _)| *name == rest);
                if let (Some(command), Some((_, flags))) = (registry.commands.last_mut(), block) {
                    command.flags.extend(flags.iter().cloned());
                }
            }
            "$" | ":" => {
                let Some(command) = registry.commands.last_mut() else { continue };
                match (sign, command.examples.last_mut()) {
                    ("$", _) => command.examples.push(Example { command: rest, caption: "" }),
                    (_, Some(example)) => example.caption = line.get(2..).unwrap_or_default(),
                    _ => {}
                }
            }
            _ => {
                let flag = read_flag(head, text);
                let block = if is_block { blocks.last_mut().map(|(_, flags)| flags) } else { None };
                let flags = block.or_else(|| registry.commands.last_mut().map(|command| &mut command.flags));
                if let Some(flags) = flags {
                    flags.push(flag);
                }
            }
        }
    }
    for command in &mut registry.commands {
        command.flags.sort_by_key(|flag| flag.long);
    }
    registry
}

fn read_flag(head: &'static str, help: &'static str) -> Flag {
    let mut flag = Flag { long: "", short: None, value_type: FlagType::Text, default: "", choices: Vec::new(), help };
    for word in head.split_whitespace() {
        match word {
            "text" => flag.value_type = FlagType::Text,
            "bool" => flag.value_type = FlagType::Bool,
            "int" => flag.value_type = FlagType::Integer,
            "list" => flag.value_type = FlagType::List,
            "opt" => flag.value_type = FlagType::Optional,
            _ => {
                if let Some(long) = word.strip_prefix("--") {
                    flag.long = long;
                } else if let Some(default) = word.strip_prefix('=') {
                    flag.default = default;
                } else if let Some(choices) = word.strip_prefix('{') {
                    flag.choices = choices.trim_end_matches('}').split(',').collect();
                } else {
                    flag.short = word.chars().nth(1);
                }
            }
        }
    }
    if flag.value_type == FlagType::Bool && flag.default.is_empty() {
        flag.default = "false";
    }
    flag
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_whole() {
        let registry = registry();
        for command in &registry.commands {
            assert!(!command.summary.is_empty() && !command.usage.is_empty(), "{command:?}");
            for flag in &command.flags {
                assert!(!flag.long.is_empty() && !flag.help.is_empty(), "{}: {flag:?}", command.name);
                let same = command
                    .flags
                    .iter()
                    .filter(|other| other.long == flag.long || (other.short.is_some() && other.short == flag.short));
                assert_eq!(same.count(), 1, "{}: {flag:?}", command.name);
            }
            for example in &command.examples {
                assert!(!example.caption.is_empty(), "{}", example.command);
            }
        }
        assert_eq!(registry.find(&["create", "deploy", "x"]).unwrap().0.name, "create deployment");
        assert_eq!(registry.find(&["create", "-f"]).map(|(command, words)| (command.name, words)), Some(("create", 1)));
        assert_eq!(registry.find(&["top", "nodes"]).unwrap().0.name, "top node");
        assert!(registry.find(&["nosuch"]).is_none());
    }
}
