//! Tests of the command table: that it is sound, and that it agrees with the recorded description of
//! the real CLI.

use std::collections::BTreeSet;

use super::*;

#[test]
fn every_line_of_the_table_is_understood() {
    const COMMAND_WORDS: [&str; 7] = ["*", "confirm", "experimental", "no-wait", "table", "policy", "no-subscription"];
    for line in TABLE.lines() {
        let head = line.split(" | ").next().unwrap_or_default();
        let mut words = head.split_whitespace();
        match words.next() {
            None | Some("#" | "@" | "[]" | "order" | ">" | "$" | ":") => {}
            Some("=") => {
                let words = head.split_once(" ; ").map_or("", |(_, words)| words).split_whitespace();
                for word in words {
                    assert!(COMMAND_WORDS.contains(&word) || word.starts_with('^'), "{line}");
                }
            }
            Some(first) if first.starts_with('[') => assert!(head.ends_with(']'), "{line}"),
            Some(first) => {
                assert!(first == "~" || first.starts_with(['-', '<']), "{line}");
                let mut argument = registry().global_arguments.first().unwrap().clone();
                for word in words.filter(|word| *word != "\"") {
                    assert!(read::read_property(&mut argument, word), "{line}");
                }
            }
        }
    }
}

#[test]
fn names_are_unique() {
    let registry = registry();
    let mut names = BTreeSet::new();
    for name in registry.commands.iter().map(|command| command.name) {
        assert!(names.insert(name), "{name}");
    }
    let mut names = BTreeSet::new();
    for name in registry.groups.iter().map(|group| group.name) {
        assert!(names.insert(name), "{name}");
    }
    for command in &registry.commands {
        let (mut spellings, mut dests) = (BTreeSet::new(), BTreeSet::new());
        for argument in &command.arguments {
            assert!(dests.insert(&*argument.dest), "{}: {}", command.name, argument.dest);
            for name in &argument.names {
                assert!(spellings.insert(*name), "{}: {name}", command.name);
            }
        }
        for (name, index, _) in &command.legacy_names {
            assert!(spellings.insert(name), "{}: {name}", command.name);
            assert!(*index < command.arguments.len());
        }
    }
}

#[test]
fn every_command_is_a_member_of_its_group() {
    let registry = registry();
    for command in &registry.commands {
        let (group, verb) = command.name.rsplit_once(' ').unwrap_or(("", command.name));
        assert!(registry.group(group).is_some_and(|group| group.members.contains(&verb)), "{}", command.name);
    }
}

#[test]
fn arguments_are_consistent() {
    for command in &registry().commands {
        assert!(!command.summary.is_empty(), "{}", command.name);
        for argument in &command.arguments {
            let place = format!("{} {}", command.name, argument.display_name());
            assert!(argument.hidden || !argument.help.is_empty(), "{place}");
            assert!(argument.help.is_empty() || argument.help.ends_with('.'), "{place}: {}", argument.help);
            assert_eq!(
                argument.arity == Arity::None,
                matches!(argument.value_type, ValueType::Flag | ValueType::Help),
                "{place}"
            );
            assert!(!(argument.required && argument.default.is_some()), "{place}");
            if let Some(default) = argument.default.filter(|_| !argument.choices().is_empty()) {
                assert!(argument.choices().contains(&default), "{place}: {default}");
            }
            for name in &argument.names {
                assert!(name.starts_with("--") || (name.starts_with('-') && name.len() == 2), "{place}: {name}");
            }
        }
        for example in command.examples.iter().chain(&command.own_examples) {
            assert!(example.command.starts_with("az ") && !example.caption.is_empty(), "{}", command.name);
        }
        assert_eq!(command.no_wait, command.argument("no_wait").is_some(), "{}", command.name);
        assert!(!command.confirm || command.argument("yes").is_some(), "{}", command.name);
    }
}

/// Compares the table with the recorded description of the real CLI.
#[test]
fn agrees_with_the_recorded_description() {
    let recorded: serde_json::Value =
        serde_json::from_str(include_str!("../../../../tests/data/oracle/az-commands.json")).unwrap();
    for (name, entry) in recorded.as_object().unwrap() {
        let command = registry().command(name).unwrap_or_else(|| panic!("{name}"));
        for property in ["confirm", "no_wait", "table"] {
            let here = match property {
                "confirm" => command.confirm,
                "no_wait" => command.no_wait,
                _ => command.table,
            };
            assert_eq!(entry[property].as_bool(), Some(here), "{name}: {property}");
        }
        for recorded in entry["args"].as_array().unwrap() {
            let dest = recorded["dest"].as_str().unwrap();
            let argument = command.argument(dest).unwrap_or_else(|| panic!("{name}: {dest}"));
            let list = |key: &str| {
                let texts = recorded[key].as_array().into_iter().flatten();
                texts.map(|text| text.as_str().unwrap()).collect::<Vec<_>>()
            };
            assert_eq!(list("opts"), argument.names, "{name}: {dest}");
            assert_eq!(recorded["req"].as_bool().unwrap_or(false), argument.required, "{name}: {dest}");
            assert_eq!(recorded["hidden"].as_bool().unwrap_or(false), argument.hidden, "{name}: {dest}");
            assert_eq!(list("choices"), argument.choices(), "{name}: {dest}");
            assert_eq!(recorded["flag"].as_bool().unwrap_or(false), argument.arity == Arity::None, "{name}: {dest}");
            let nargs = match argument.arity {
                Arity::None | Arity::One => None,
                Arity::Optional => Some("?"),
                Arity::Any => Some("*"),
                Arity::AtLeastOne => Some("+"),
            };
            assert_eq!(recorded["nargs"].as_str(), nargs, "{name}: {dest}");
        }
    }
}
