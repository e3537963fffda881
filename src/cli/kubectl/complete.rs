//! Completion of kubectl lines.

use super::kind::{KINDS, Kind};
use super::object::View;
use super::registry::{Command, registry};
use super::target::name;
use crate::az::account::Account;
use crate::ground::candidate::Candidate;
use scale_down_engine::{Cloud, Cluster};

/// Largest number of names offered; a longer list would only be scrolled past.
const NAMES_MAX: usize = 200;

/// Returns the cluster of a line without `--context`: that of the context in use, or the only one there is.
fn cluster<'a>(cloud: &'a Cloud, account: &Account) -> Option<&'a Cluster> {
    let Some(name) = &account.context else {
        return cloud.clusters().first().filter(|_| cloud.clusters().len() == 1);
    };
    let known = account.contexts.iter().find(|known| known.name == *name)?;
    cloud.cluster(&known.group, &known.cluster)
}

/// Returns the candidates for the next word, given the words after `kubectl`.
#[must_use]
pub fn candidates(words: &[&str], cloud: &Cloud, account: &Account) -> Vec<Candidate> {
    let below = |group: &str| -> Vec<Candidate> {
        registry().below(group).map(|(name, command)| Candidate::new(name, command.summary)).collect()
    };
    let Some((command, count)) = registry().find(words) else {
        return if words.is_empty() { below("") } else { Vec::new() };
    };
    if command.is_group() {
        return below(command.name);
    }
    let view = || {
        let cluster = cluster(cloud, account)?;
        Some(View { cloud, cluster, kubernetes: cloud.kubernetes(cluster.id)? })
    };
    let given = words.get(count..).unwrap_or_default();
    if let Some(values) = given.last().and_then(|flag| values(command, flag, view(), account)) {
        return values;
    }
    let plain: Vec<&str> = positional(command, given);
    let mut found = Vec::new();
    match plain.as_slice() {
        _ if takes_nodes(command) => found.extend(names(view(), Kind::Node)),
        ["node" | "nodes"] if command.name == "taint" => found.extend(names(view(), Kind::Node)),
        [] if command.name == "taint" => found.push(Candidate::new("nodes", "")),
        [] if takes_type(command) => {
            let one = |info: &super::kind::KindInfo| {
                Some(Candidate::new(*info.names.first()?, info.names.get(2..)?.join(", ")))
            };
            found.extend(KINDS.iter().filter_map(one));
        }
        [kind, ..] if takes_type(command) => {
            found.extend(Kind::named(kind).into_iter().flat_map(|kind| names(view(), kind)));
        }
        [] if command.name == "config use-context" => {
            found.extend(account.contexts.iter().map(|known| Candidate::new(&known.name, &*known.cluster)));
        }
        [] if command.name == "top node" => found.extend(names(view(), Kind::Node)),
        _ => {}
    }
    let is_given = |long: &str| given.iter().any(|word| word.trim_start_matches("--").split('=').next() == Some(long));
    let flags = command.flags.iter().filter(|flag| !is_given(flag.long));
    found.extend(flags.map(|flag| Candidate::new(format!("--{}", flag.long), flag.help)));
    found
}

fn takes_nodes(command: &Command) -> bool {
    command.usage.starts_with("NODE [")
}

fn takes_type(command: &Command) -> bool {
    command.usage.contains("TYPE") || command.usage.starts_with("RESOURCE")
}

/// Returns the words that are neither flags nor values of flags.
fn positional<'a>(command: &Command, words: &[&'a str]) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut is_value = false;
    for word in words {
        if std::mem::take(&mut is_value) {
            continue;
        }
        if word.starts_with('-') {
            is_value = !word.contains('=') && takes_value(command, word);
        } else {
            found.push(*word);
        }
    }
    found
}

fn takes_value(command: &Command, word: &str) -> bool {
    use super::registry::Kind as FlagKind;
    if matches!(word, "-n" | "--namespace" | "--context") {
        return true;
    }
    let is_it = |flag: &&super::registry::Flag| {
        word.strip_prefix("--") == Some(flag.long) || flag.short.is_some_and(|short| word == format!("-{short}"))
    };
    let flag = command.flags.iter().find(is_it);
    flag.is_some_and(|flag| !matches!(flag.kind, FlagKind::Bool | FlagKind::Optional))
}

/// Returns the candidates for the value of a flag that was just typed; `None` if it takes none.
fn values(command: &Command, flag: &str, view: Option<View<'_>>, account: &Account) -> Option<Vec<Candidate>> {
    if !flag.starts_with('-') || !takes_value(command, flag) {
        return None;
    }
    let plain = |names: &[&str]| names.iter().map(|name| Candidate::new(*name, "")).collect();
    Some(match flag {
        "-n" | "--namespace" => names(view, Kind::Namespace),
        "-o" | "--output" if command.name == "get" => plain(&["wide", "json", "yaml", "name"]),
        "-o" | "--output" => plain(&["json", "yaml", "name"]),
        "--context" => account.contexts.iter().map(|known| Candidate::new(&known.name, &*known.cluster)).collect(),
        "--restart" => plain(&["Always", "OnFailure", "Never"]),
        "-f" | "--filename" => plain(&["-"]),
        _ => Vec::new(),
    })
}

fn names(view: Option<View<'_>>, kind: Kind) -> Vec<Candidate> {
    let objects = view.map(|view| view.objects(kind)).unwrap_or_default();
    objects.iter().take(NAMES_MAX).map(|object| Candidate::new(name(object), "")).collect()
}
