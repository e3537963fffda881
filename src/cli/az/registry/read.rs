//! Reads the command table.
//!
//! The table is part of the program, so a malformed line is a defect of the program and not an
//! error to report at run time: unknown words are left out here, and the tests of this module
//! refuse a table that has any.

use std::borrow::Cow;

use super::argument::{Argument, Arity, Notice, ValueType};
use super::command::{Command, Group};
use super::index::Registry;
use crate::ground::example::Example;

/// The section that argument lines belong to.
enum Section {
    Block,
    Command,
}

/// Reads the whole table.
pub(super) fn read(table: &'static str) -> Registry {
    let mut reader = Reader::default();
    for line in table.lines() {
        reader.line(line);
    }
    reader.end_command();
    Registry { global_arguments: reader.block("global"), commands: reader.commands, groups: reader.groups }
}

#[derive(Default)]
struct Reader {
    blocks: Vec<(&'static str, Vec<Argument>)>,
    commands: Vec<Command>,
    groups: Vec<Group>,
    section: Option<Section>,
    open: Option<Command>,
    closing_blocks: Vec<&'static str>,
    /// The list that the latest example went to.
    example: Option<fn(&mut Command) -> &mut Vec<Example>>,
    /// The latest definition of every argument, which a ditto mark repeats.
    latest: Vec<Argument>,
}

impl Reader {
    fn line(&mut self, line: &'static str) {
        let (head, text) = line.split_once(" | ").unwrap_or((line, ""));
        let mut words = head.split_whitespace();
        match words.next() {
            None | Some("#") => {}
            Some("=") => self.command(head, text),
            Some("@") => {
                self.end_command();
                self.section = Some(Section::Block);
                self.blocks.push((words.next().unwrap_or_default(), Vec::new()));
            }
            Some("[]") => self.group("", text),
            Some("order") => {
                if let Some(group) = self.groups.last_mut() {
                    group.members.extend(words);
                }
            }
            Some("~") => self.legacy(words, text),
            Some(">" | "$") => self.example(line),
            Some(":") => {
                if let Some(example) =
                    self.example.and_then(|list| self.open.as_mut().and_then(|open| list(open).last_mut()))
                {
                    example.caption = line.get(2..).unwrap_or_default();
                }
            }
            Some(word) if word.starts_with('[') => {
                let name = head.trim_start_matches('[').trim_end_matches(']');
                self.group(name, text);
            }
            Some(word) => self.argument(word, words, text),
        }
    }

    fn example(&mut self, line: &'static str) {
        let list: fn(&mut Command) -> &mut Vec<Example> =
            if line.starts_with('$') { |command| &mut command.own_examples } else { |command| &mut command.examples };
        if let Some(open) = &mut self.open {
            list(open).push(Example { command: line.get(2..).unwrap_or_default(), caption: "" });
        }
        self.example = Some(list);
    }

    fn group(&mut self, name: &'static str, summary: &'static str) {
        self.end_command();
        self.groups.push(Group { name, summary, members: Vec::new() });
    }

    fn block(&self, name: &str) -> Vec<Argument> {
        self.blocks.iter().find(|(block, _)| *block == name).map(|(_, arguments)| arguments.clone()).unwrap_or_default()
    }

    fn command(&mut self, head: &'static str, summary: &'static str) {
        self.end_command();
        let (name, words) = head.split_once(" ; ").unwrap_or((head, ""));
        self.section = Some(Section::Command);
        let mut command = Command {
            number: self.commands.len(),
            name: name.trim_start_matches(['=', ' ']),
            summary,
            arguments: self.block("global"),
            legacy_names: Vec::new(),
            examples: Vec::new(),
            own_examples: Vec::new(),
            confirm: false,
            experimental: false,
            no_wait: false,
            table: false,
            simulated: false,
            validator: None,
        };
        let mut block = "subscription";
        for word in words.split_whitespace() {
            match word {
                "*" => command.simulated = true,
                "confirm" => command.confirm = true,
                "experimental" => command.experimental = true,
                "no-wait" => command.no_wait = true,
                "table" => command.table = true,
                "policy" => self.closing_blocks.push("policy"),
                "no-subscription" => block = "no-subscription",
                _ => command.validator = word.strip_prefix('^').or(command.validator),
            }
        }
        command.arguments.extend(self.block(block));
        self.open = Some(command);
    }

    fn end_command(&mut self) {
        let closing = std::mem::take(&mut self.closing_blocks);
        if let Some(mut command) = self.open.take() {
            for block in closing {
                command.arguments.extend(self.block(block));
            }
            self.commands.push(command);
        }
        self.section = None;
    }

    fn argument(&mut self, first: &'static str, words: std::str::SplitWhitespace<'static>, help: &'static str) {
        let argument = if words.clone().next() == Some("\"") {
            self.latest.iter().find(|argument| argument.names.first() == Some(&first)).cloned()
        } else {
            let argument = read_argument(first, words, help);
            self.latest.retain(|known| known.names.first() != Some(&first));
            self.latest.push(argument.clone());
            Some(argument)
        };
        let arguments = match self.section {
            Some(Section::Block) => self.blocks.last_mut().map(|(_, arguments)| arguments),
            Some(Section::Command) => self.open.as_mut().map(|command| &mut command.arguments),
            None => None,
        };
        if let Some((arguments, argument)) = arguments.zip(argument) {
            arguments.push(argument);
        }
    }

    fn legacy(&mut self, mut words: std::str::SplitWhitespace<'static>, today: &'static str) {
        let Some((command, first)) = self.open.as_mut().zip(words.next()) else { return };
        let dest = words.clone().find_map(|word| word.strip_prefix('.'));
        let known = dest.and_then(|dest| command.arguments.iter().position(|argument| argument.dest == dest));
        if let Some(index) = known {
            command.legacy_names.push((first, index, today));
        } else {
            let mut argument = read_argument(first, words, "");
            argument.hidden = true;
            argument.simulated = true;
            argument.legacy = Some(today);
            command.arguments.push(argument);
        }
    }
}

fn read_argument(first: &'static str, words: std::str::SplitWhitespace<'static>, help: &'static str) -> Argument {
    let mut argument = Argument {
        names: Vec::new(),
        dest: Cow::Borrowed(""),
        value_type: ValueType::Text,
        arity: Arity::One,
        required: false,
        default: None,
        unset: false,
        help,
        hidden: false,
        simulated: false,
        group: None,
        validator: None,
        notices: Vec::new(),
        legacy: None,
    };
    if let Some(dest) = first.strip_prefix('<') {
        argument.dest = Cow::Borrowed(dest.trim_end_matches('>'));
    } else {
        argument.names.push(first);
    }
    for word in words {
        read_property(&mut argument, word);
    }
    if argument.dest.is_empty() {
        let long = argument.names.iter().find(|name| name.starts_with("--")).unwrap_or(&first);
        argument.dest = Cow::Owned(long.trim_start_matches('-').replace('-', "_"));
    }
    argument
}

/// Applies one word of an argument line; returns `true` if the word is known.
pub(super) fn read_property(argument: &mut Argument, word: &'static str) -> bool {
    let choices = |list: &'static str| list.trim_matches(['{', '}']).split(',').collect();
    match word {
        "!" => argument.required = true,
        "*" => argument.simulated = true,
        "hidden" => argument.hidden = true,
        "int" => argument.value_type = ValueType::Integer,
        "float" => argument.value_type = ValueType::Float,
        "file" => argument.value_type = ValueType::File,
        "location" => argument.value_type = ValueType::Location,
        "tag" => argument.value_type = ValueType::Tag,
        "refused" => argument.value_type = ValueType::Refused,
        "query" => argument.value_type = ValueType::JmesPath,
        "lower" => {
            if let ValueType::Choice(choices) = &argument.value_type {
                argument.value_type = ValueType::LowerCase(choices.clone());
            }
        }
        "flag" | "help" => {
            argument.value_type = if word == "flag" { ValueType::Flag } else { ValueType::Help };
            argument.arity = Arity::None;
        }
        "unset" => argument.unset = true,
        "bool" | "yesno" => {
            argument.value_type = if word == "bool" { ValueType::ThreeState } else { ValueType::YesNo };
            argument.arity = Arity::Optional;
        }
        "0..1" => argument.arity = Arity::Optional,
        "0.." => argument.arity = Arity::Any,
        "1.." => argument.arity = Arity::AtLeastOne,
        "preview" => argument.notices.push(Notice::Preview),
        _ => {
            let mut characters = word.chars();
            let sigil = characters.next();
            let rest = characters.as_str();
            match sigil {
                Some('-') => argument.names.push(word),
                Some('.') => argument.dest = Cow::Borrowed(rest),
                Some('=') => argument.default = Some(rest),
                Some('^') => argument.validator = Some(rest),
                Some('{') => argument.value_type = ValueType::Choice(choices(word)),
                Some('/') => {
                    argument.group =
                        Some(if rest.contains('_') { Cow::Owned(rest.replace('_', " ")) } else { Cow::Borrowed(rest) });
                }
                Some('%') => {
                    let (spelling, instead) = match rest.split_once('>') {
                        Some((spelling, instead)) => (spelling, Some(instead)),
                        None => (rest, None),
                    };
                    let spelling = (!spelling.is_empty()).then_some(spelling);
                    argument.notices.push(Notice::Deprecated { spelling, instead });
                }
                _ => return false,
            }
        }
    }
    true
}
