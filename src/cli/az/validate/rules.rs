//! Refusals by `az aks create` and `az aks update` of options that the simulation does not act on.
//!
//! They are a table of conditions, so that the many switches of a cluster cost few bytes. Rules that need more than
//! conditions are functions in [`super::decorator`].

use crate::az::parse::{Invocation, Value};
use crate::ground::error::{CliError, ErrorClass};

use super::check::Check;

/// The table of rules; its first lines explain the format.
const TABLE: &str = include_str!("rules.txt");

/// Returns the first refusal of the table that applies to a line of `aks create`.
pub(super) fn of_create(invocation: &Invocation) -> Check {
    check("c ", invocation, &|_| false)
}

/// Returns the first refusal of the table that applies to a line of `aks update`.
///
/// `has` returns `true` if the cluster has a value at a path below its properties.
pub(super) fn of_update(invocation: &Invocation, has: &dyn Fn(&str) -> bool) -> Check {
    check("u ", invocation, has)
}

fn check(own: &str, invocation: &Invocation, has: &dyn Fn(&str) -> bool) -> Check {
    for rule in TABLE.lines().filter_map(|line| line.strip_prefix(own)) {
        let Some((conditions, message)) = rule.split_once(" | ") else { continue };
        let (conditions, names) = conditions.split_once(" ; ").unwrap_or((conditions, ""));
        // A rule without names stands for itself.
        let names = names.split(' ');
        for name in names {
            let holds = |condition: &str| holds(invocation, &condition.replace('*', name), has);
            if conditions.split(' ').all(holds) {
                let message = message.replace('*', &name.replace('_', "-"));
                // A real cluster may have what a simulated one never does.
                let is_of_cluster = conditions.contains('@');
                let class = if is_of_cluster { ErrorClass::NotSimulated } else { ErrorClass::InvalidArgumentValue };
                return Err(CliError::decorator(class, filled(invocation, &message)));
            }
        }
    }
    Ok(())
}

fn holds(invocation: &Invocation, condition: &str, has: &dyn Fn(&str) -> bool) -> bool {
    if let Some(negated) = condition.strip_prefix('!') {
        return !holds(invocation, negated, has);
    }
    if let Some(path) = condition.strip_prefix('@') {
        return has(path);
    }
    if let Some((dest, value)) = condition.split_once('=') {
        return invocation.text(dest) == Some(value);
    }
    match invocation.value(condition) {
        None => false,
        Some(Value::Flag(flag)) => *flag,
        Some(Value::Text(text)) => !text.is_empty(),
        Some(Value::Integer(number)) => *number != 0,
        Some(Value::Float(number)) => *number != 0.0,
        Some(Value::List(list)) => !list.is_empty(),
    }
}

/// Returns the message with its leading `{option}` replaced by that option's value.
fn filled(invocation: &Invocation, message: &str) -> String {
    let Some((dest, rest)) = message.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
        return message.to_owned();
    };
    format!("{}{rest}", invocation.text(dest).unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::az::registry::registry;

    /// The table names only options of the commands.
    #[test]
    fn the_table_names_what_there_is() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let command = if line.starts_with("c ") { "aks create" } else { "aks update" };
            let command = registry().command(command).unwrap();
            let (conditions, message) = line[2..].split_once(" | ").unwrap();
            let (conditions, names) = conditions.split_once(" ; ").unwrap_or((conditions, ""));
            assert_eq!(names.is_empty(), !conditions.contains('*'), "{line}");
            assert!(!message.is_empty(), "{line}");
            for name in names.split(' ') {
                for condition in conditions.split(' ').filter(|condition| !condition.contains('@')) {
                    let condition = condition.replace('*', name);
                    let dest = condition.trim_start_matches('!').split('=').next().unwrap();
                    assert!(command.argument(dest).is_some(), "{dest}: {line}");
                }
            }
        }
    }
}
