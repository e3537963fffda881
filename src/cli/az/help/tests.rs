//! Tests of help: every page, and the layout that it shares with `az`.

use super::*;
use crate::az::parse::{HelpTarget, ParseOptions, Parsed, parse};
use crate::az::registry::registry;
use crate::ground::example::example_list;

fn help(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    match parse(&words, &ParseOptions { strict: true, is_query: |_| true, defaults: &[] }) {
        Ok(Parsed::Help(target)) => text(&target) + &example_list(examples(&target)),
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn every_help_fits_and_says_something() {
    let registry = registry();
    let commands = registry.commands.iter().map(HelpTarget::Command);
    let groups = registry.groups.iter().map(HelpTarget::Group);
    for target in commands.chain(groups).chain([HelpTarget::Welcome]) {
        let text = text(&target);
        // The second line under the kind of thing names it and says what it does.
        let says = text.lines().find_map(|line| line.trim_start().strip_prefix("az")?.split_once(" : "));
        let is_welcome = matches!(target, HelpTarget::Welcome);
        assert!(is_welcome || says.is_some_and(|(_, summary)| summary.len() > 4), "it says nothing:\n{text}");
        assert!(text.lines().count() > 3, "it is empty:\n{text}");
        for line in text.lines().filter(|line| !line.contains("  az ")) {
            assert!(line.chars().count() <= 100, "{line}");
            assert_eq!(line, line.trim_end(), "{target:?}");
        }
        assert!(!text.contains(" | "), "{text}");
    }
}

#[test]
fn a_command_in_the_layout_of_az() {
    let text = help("aks nodepool scale -h");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1], "Command");
    assert!(lines[2].starts_with("    az aks nodepool scale : "), "{text}");
    assert!(text.contains("\nArguments\n    --cluster-name            [Required] : "), "{text}");
    assert!(text.contains("\nGlobal Arguments\n    --debug "), "{text}");
    assert!(text.contains("  Default: 3."), "{text}");
    assert!(text.contains("\nExamples\n"), "{text}");
}

#[test]
fn examples_parse() {
    for command in &registry().commands {
        for example in &command.own_examples {
            let parsed = crate::shell::lex(example.command, &std::collections::BTreeMap::new(), 0).unwrap();
            let words: Vec<&str> = parsed[0].words.iter().skip(1).map(|word| word.text.as_str()).collect();
            match parse(&words, &ParseOptions { strict: true, is_query: |_| true, defaults: &[] }) {
                Ok(Parsed::Invocation(mut invocation)) => {
                    assert_eq!(invocation.command.name, command.name);
                    assert_eq!(crate::az::validate::validate(&mut invocation), Ok(()), "{}", example.command);
                }
                other => panic!("{}: {other:?}", example.command),
            }
        }
    }
}

#[test]
fn simulated_commands_have_examples() {
    for command in registry().commands.iter().filter(|command| command.simulated) {
        assert!(!command.own_examples.is_empty(), "{}", command.name);
    }
}
