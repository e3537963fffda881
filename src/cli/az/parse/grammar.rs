//! One level of a command line: `az`, a group, or a command, and the options that it knows.

use crate::az::registry::{Argument, Command, Group, registry};

use super::scope::Scope;

/// One spelling of an option.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    pub(super) text: &'static str,
    /// The index of its argument in the level.
    pub(super) argument: usize,
    /// Today's spelling, if this one is of the 2021 document. Such a spelling counts only when it
    /// is written in full, so that it never changes what a prefix of a real option means.
    pub(super) today: Option<&'static str>,
}

/// The group or command that is parsed at a level.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject {
    Group(&'static Group),
    Command(&'static Command),
}

/// One level of a command line.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) subject: Subject,
    pub(super) arguments: Vec<&'static Argument>,
    pub(super) names: Vec<Name>,
    /// The words that can follow; empty for a command.
    pub(super) children: Vec<String>,
}

impl Level {
    /// Creates the level of a group. Only `az` itself knows the global options; a group knows help.
    pub(super) fn group(group: &'static Group, scope: &Scope) -> Self {
        let path: Vec<&str> = group.name.split(' ').filter(|word| !word.is_empty()).collect();
        let globals = &registry().global_arguments;
        let count = if group.name.is_empty() { globals.len() } else { 1 };
        let arguments: Vec<&'static Argument> = globals.iter().take(count).collect();
        let children = scope.children(&path).into_iter().map(str::to_owned).collect();
        Self { subject: Subject::Group(group), names: names(&arguments), arguments, children }
    }

    /// Creates the level of a command. The arguments of a command are loaded only if the line begins
    /// with its whole name; otherwise it knows the global ones alone.
    pub(super) fn command(command: &'static Command, scope: &Scope, strict: bool) -> Self {
        let count = if scope.is_command { command.arguments.len() } else { registry().global_arguments.len() };
        let arguments: Vec<&'static Argument> = command.arguments.iter().take(count).collect();
        let mut names = names(&arguments);
        for (text, argument, today) in command.legacy_names.iter().filter(|_| scope.is_command) {
            names.push(Name { text, argument: *argument, today: Some(today) });
        }
        if strict {
            names.retain(|name| name.today.is_none());
        }
        Self { subject: Subject::Command(command), arguments, names, children: Vec::new() }
    }

    /// Returns the words that lead to this level, `az` included.
    pub(super) fn program(&self) -> String {
        let name = match self.subject {
            Subject::Group(group) => group.name,
            Subject::Command(command) => command.name,
        };
        if name.is_empty() { "az".to_owned() } else { format!("az {name}") }
    }

    /// Returns the option of exactly this spelling.
    pub(super) fn name(&self, text: &str) -> Option<Name> {
        self.names.iter().find(|name| name.text == text).copied()
    }

    /// Returns the index of the positional argument of a command, if it has one.
    pub(super) fn positional(&self) -> Option<usize> {
        self.arguments.iter().position(|argument| argument.is_positional())
    }
}

fn names(arguments: &[&'static Argument]) -> Vec<Name> {
    let mut names = Vec::new();
    for (index, argument) in arguments.iter().enumerate() {
        for text in &argument.names {
            names.push(Name { text, argument: index, today: argument.legacy });
        }
    }
    names
}
