//! Help in kubectl's layout.

use std::fmt::Write as _;

use super::registry::{Command, FlagType, registry};
use crate::ground::error::Stage;
use crate::ground::outcome::{Block, Outcome};
use crate::ground::rendered::Rendered;

/// Answers with the help of a command, or of kubectl itself.
pub fn show(command: Option<&'static Command>) -> Outcome {
    let mut blocks = vec![Block::Output(Rendered::plain(text(command)))];
    if let Some(command) = command.filter(|command| !command.examples.is_empty()) {
        blocks.push(Block::Examples(&command.examples));
    }
    Outcome { stage: Stage::Help, exit_code: 0, blocks }
}

fn text(command: Option<&Command>) -> String {
    let mut text = String::new();
    let Some(command) = command else {
        text.push_str("kubectl controls the simulated Kubernetes clusters.\n\nCommands:\n");
        list(&mut text, "");
        text.push_str("\nUsage:\n  kubectl [flags] [options]\n\nUse \"kubectl <command> --help\" for more information about a given command.\n");
        return text;
    };
    let _ = writeln!(text, "{}\n", command.summary);
    if command.is_group() {
        text.push_str("Available Commands:\n");
        list(&mut text, command.name);
        let _ = writeln!(text, "\nUsage:\n  kubectl {} [flags] [options]\n", command.name);
        let _ = writeln!(
            text,
            "Use \"kubectl {} <command> --help\" for more information about a given command.",
            command.name
        );
        return text;
    }
    if !command.aliases.is_empty() {
        let own = command.name.rsplit(' ').next().unwrap_or_default();
        let names: Vec<&str> = std::iter::once(own).chain(command.aliases.iter().copied()).collect();
        let _ = writeln!(text, "Aliases:\n{}\n", names.join(", "));
    }
    if !command.flags.is_empty() {
        text.push_str("Options:\n");
        for flag in &command.flags {
            let short = flag.short.map_or_else(|| "    ".to_owned(), |short| format!("-{short}, "));
            let default = match (flag.value_type, flag.default) {
                (FlagType::Text, default) => format!("'{default}'"),
                (FlagType::Optional, default) => format!("\"{default}\""),
                (FlagType::List, _) => "[]".to_owned(),
                (FlagType::Bool | FlagType::Integer, default) => default.to_owned(),
            };
            let _ = writeln!(text, "    {short}--{}={default}:\n\t{}\n", flag.long, flag.help);
        }
    }
    let _ = writeln!(text, "Usage:\n  kubectl {} {}", command.name, command.usage);
    text
}

fn list(text: &mut String, group: &str) {
    for (name, command) in registry().below(group) {
        let _ = writeln!(text, "  {name:<16}{}", command.summary);
    }
}
