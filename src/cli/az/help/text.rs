//! The text of a help.

use std::fmt::Write as _;

use super::layout::{self, Item};
use crate::az::parse::HelpTarget;
use crate::az::registry::{Argument, Arity, Command, Group, Notice, ValueType, registry};
use crate::ground::example::Example;
use crate::ground::wrap::wrap;

/// Heading of the arguments that have no effect here.
const WITHOUT_EFFECT: &str = "Accepted, Not Simulated";

/// The version that the command set follows.
pub const VERSION: &str = "2.91.0";

/// Returns the help text; the examples of a command come after it, see [`examples`].
#[must_use]
pub fn text(target: &HelpTarget) -> String {
    match target {
        HelpTarget::Welcome => welcome(),
        HelpTarget::Group(group) => group_help(group),
        HelpTarget::Command(command) => command_help(command),
    }
}

/// Returns the examples that the help shows; each runs as it stands in the default world.
#[must_use]
pub fn examples(target: &HelpTarget) -> &'static [Example] {
    match target {
        HelpTarget::Command(command) => &command.own_examples,
        HelpTarget::Welcome | HelpTarget::Group(_) => &[],
    }
}

/// Returns the output of `az --version`.
#[must_use]
pub fn version() -> String {
    format!(
        "azure-cli                         {VERSION}\n\n\
         core                              {VERSION}\n\n\
         This is the Scale-Down Playground: it reads az {VERSION} command lines and simulates the cloud behind them.\n"
    )
}

fn welcome() -> String {
    let mut text = String::from(
        "\nThe Scale-Down Playground reads Azure CLI commands and plays them out in simulated time.\n\
         Nothing leaves this page and nothing costs money.\n\n\
         Use `az --help` for the commands, and `-h` after any of them for its arguments.\n",
    );
    if let Some(root) = registry().group("") {
        text.push_str(&members(root));
    }
    text
}

fn group_help(group: &Group) -> String {
    let name = if group.name.is_empty() { "az".to_owned() } else { format!("az {}", group.name) };
    let mut text = format!("\nGroup\n{}\n", header(&name, group.summary));
    text.push_str(&members(group));
    text
}

/// Lists the subgroups and commands right below a group.
fn members(group: &Group) -> String {
    let (mut groups, mut commands) = (Vec::new(), Vec::new());
    for member in &group.members {
        let name = if group.name.is_empty() { (*member).to_owned() } else { format!("{} {member}", group.name) };
        if let Some(command) = registry().command(&name) {
            let tag = if command.simulated { "" } else { "[Not simulated]" };
            commands.push(Item::new(member, tag, command.summary));
        } else if let Some(group) = registry().group(&name) {
            groups.push(Item::new(member, "", group.summary));
        }
    }
    let mut text = String::new();
    for (heading, mut items) in [("Subgroups:", groups), ("Commands:", commands)] {
        if items.is_empty() {
            continue;
        }
        items.sort_by(|a, b| a.name.cmp(&b.name));
        let width = layout::name_width(&items);
        text.push('\n');
        text.push_str(heading);
        text.push('\n');
        for item in &items {
            text.push_str(&item.text(width));
        }
    }
    text.push('\n');
    text
}

/// Returns the sorting key and the heading of an argument's section.
fn section(argument: &Argument) -> (u8, String) {
    match argument.group.as_deref() {
        Some("Generic Update") => (6, "Generic Update Arguments".to_owned()),
        Some("Global Policy") if !argument.simulated => (9, WITHOUT_EFFECT.to_owned()),
        _ if is_global(argument) => (8, "Global Arguments".to_owned()),
        _ if !argument.simulated && !argument.required => (9, WITHOUT_EFFECT.to_owned()),
        _ if argument.is_positional() => (7, "Positional".to_owned()),
        None => (0, "Arguments".to_owned()),
        Some(group) => (2, format!("{group} Arguments")),
    }
}

fn is_global(argument: &Argument) -> bool {
    let dest = &argument.dest;
    argument.value_type == ValueType::Help
        || dest == "_subscription"
        || registry().global_arguments.iter().any(|global| global.dest == *dest)
}

fn command_help(command: &Command) -> String {
    let mut text = format!("\nCommand\n{}\n", header(&format!("az {}", command.name), command.summary));
    if !command.simulated {
        text.push_str(&wrap("The playground checks the arguments of this command and does not carry it out.", 8, 8));
        text.push('\n');
    }
    let mut items: Vec<((u8, String), bool, Item)> = command
        .arguments
        .iter()
        .filter(|argument| !argument.hidden)
        .map(|argument| {
            let mut key = section(argument);
            // Where nothing is simulated, the heading would say it of every single argument.
            if !command.simulated && key.1 == WITHOUT_EFFECT {
                key = (0, "Arguments".to_owned());
            }
            (key, !argument.required, argument_item(argument))
        })
        .collect();
    items.sort_by(|a, b| (&a.0, a.1, &a.2.name).cmp(&(&b.0, b.1, &b.2.name)));
    // Two columns, so that long names of what has no effect do not narrow what has one.
    let width_of = |without_effect: bool| {
        let is_part = |title: &str| (title == WITHOUT_EFFECT) == without_effect;
        let part = items.iter().filter(|((_, title), ..)| is_part(title));
        layout::name_width(part.map(|(.., item)| item))
    };
    let widths = (width_of(false), width_of(true));
    let mut heading = "";
    for ((_, title), _, item) in &items {
        let width = if title == WITHOUT_EFFECT { widths.1 } else { widths.0 };
        if title != heading {
            text.push('\n');
            text.push_str(title);
            text.push('\n');
            heading = title;
        }
        text.push_str(&item.text(width));
    }
    text
}

fn header(name: &str, summary: &str) -> String {
    let line = if summary.is_empty() { name.to_owned() } else { format!("{name} : {summary}") };
    wrap(&line, 4, 4)
}

fn argument_item(argument: &Argument) -> Item {
    let name = if argument.is_positional() {
        argument.display_name()
    } else {
        let mut names = argument.names.clone();
        names.sort_unstable();
        names.join(" ")
    };
    let is_deprecated =
        argument.notices.iter().any(|notice| matches!(notice, Notice::Deprecated { spelling: None, .. }));
    let mut tags = Vec::new();
    if is_deprecated {
        tags.push("[Deprecated]");
    }
    if argument.notices.contains(&Notice::Preview) {
        tags.push("[Preview]");
    }
    if argument.required {
        tags.push("[Required]");
    }
    let mut help = argument.help.to_owned();
    let mut choices = argument.choices().to_vec();
    if !choices.is_empty() {
        choices.sort_unstable();
        let _ = write!(help, "  Allowed values: {}.", choices.join(", "));
    }
    if argument.arity == Arity::AtLeastOne && argument.choices().is_empty() {
        help.push_str("  Takes one or more values.");
    }
    match argument.default {
        Some(default) if !default.is_empty() && default != "nan" && default != "[]" => {
            let _ = write!(help, "  Default: {default}.");
        }
        _ => {}
    }
    Item::new(&name, &tags.join(" "), &help)
}
