//! The warnings that using a deprecated or preview argument raises.

use crate::az::registry::{Argument, Command, Notice};

/// The sentence with the link where the Azure CLI explains its support levels, such as "preview".
const SUPPORT_LEVELS: &str = "Reference and support levels: https://aka.ms/CLI_refstatus";

/// Returns the warning about every command of an experimental group.
pub(super) fn experimental(command: &Command) -> String {
    let group = command.name.rsplit_once(' ').map_or("", |(group, _)| group);
    format!("Command group '{group}' is experimental and under development. {SUPPORT_LEVELS}")
}

/// Returns the warning, without `WARNING: `, for an argument used with this spelling.
pub(super) fn text(argument: &Argument, notice: Notice, spelling: &str) -> Option<String> {
    let name = argument.names.first().copied().unwrap_or(&argument.dest);
    match notice {
        Notice::Preview => Some(format!("Argument '{name}' is in preview and under development. {SUPPORT_LEVELS}")),
        Notice::Deprecated { spelling: Some(old), .. } if old != spelling => None,
        Notice::Deprecated { spelling: old, instead } => {
            let subject = match old {
                Some(old) => format!("Option '{old}'"),
                None if argument.dest.starts_with("properties_to") || argument.dest == "accept_terms" => {
                    format!("Argument '{}'", argument.dest)
                }
                None => format!("Option '{name}'"),
            };
            let instead = instead.map(|instead| format!(" Use '{instead}' instead.")).unwrap_or_default();
            Some(format!("{subject} has been deprecated and will be removed in a future release.{instead}"))
        }
    }
}

/// Returns one sentence about the spellings of the 2021 document that a line used; `None` if it used none.
pub(super) fn legacy(used: &[(&'static str, &'static str)]) -> Option<String> {
    let pairs: Vec<String> = used.iter().map(|(old, today)| format!("'{old}' is '{today}'")).collect();
    (!pairs.is_empty())
        .then(|| format!("This line is spelled as the 2021 document spells it; today {}.", pairs.join(", ")))
}
