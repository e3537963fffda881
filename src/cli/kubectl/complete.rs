//! Completion of kubectl lines.

use super::kind::{KINDS, Kind};
use super::object::View;
use super::registry::{Command, Flag, FlagType, Words, registry};
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
    match (command.words, plain.as_slice()) {
        (Words::Nodes, _) | (Words::Node, []) | (Words::NodesAfterType, ["node" | "nodes"]) => {
            found.extend(names(view(), Kind::Node));
        }
        (Words::NodesAfterType, []) => found.push(Candidate::new("nodes", "")),
        (Words::Types, []) => {
            let one = |info: &super::kind::KindInfo| {
                Some(Candidate::new(*info.names.first()?, info.names.get(2..)?.join(", ")))
            };
            found.extend(KINDS.iter().filter_map(one));
        }
        (Words::Types, [kind, ..]) => {
            found.extend(Kind::named(kind).into_iter().flat_map(|kind| names(view(), kind)));
        }
        (Words::Contexts, []) => found.extend(contexts(account)),
        _ => {}
    }
    let is_given = |long: &str| given.iter().any(|word| word.trim_start_matches("--").split('=').next() == Some(long));
    let flags = command.flags.iter().filter(|flag| !is_given(flag.long));
    found.extend(flags.map(|flag| Candidate::new(format!("--{}", flag.long), flag.help)));
    found
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

/// Finds the flag that a word spells, among the command's own.
fn find<'a>(command: &'a Command, word: &str) -> Option<&'a Flag> {
    let is_it = |flag: &&Flag| {
        word.strip_prefix("--") == Some(flag.long) || flag.short.is_some_and(|short| word == format!("-{short}"))
    };
    command.flags.iter().find(is_it)
}

fn takes_value(command: &Command, word: &str) -> bool {
    let is_global = matches!(word, "-n" | "--namespace" | "--context");
    is_global || find(command, word).is_some_and(|flag| !matches!(flag.value_type, FlagType::Bool | FlagType::Optional))
}

/// Returns the candidates for the value of a flag that was just typed; `None` if it takes none.
fn values(command: &Command, flag: &str, view: Option<View<'_>>, account: &Account) -> Option<Vec<Candidate>> {
    if !flag.starts_with('-') || !takes_value(command, flag) {
        return None;
    }
    Some(match flag {
        "-n" | "--namespace" => names(view, Kind::Namespace),
        "--context" => contexts(account).collect(),
        _ => {
            let choices = find(command, flag).map(|flag| flag.choices.iter());
            choices.into_iter().flatten().map(|choice| Candidate::new(*choice, "")).collect()
        }
    })
}

fn contexts(account: &Account) -> impl Iterator<Item = Candidate> {
    account.contexts.iter().map(|known| Candidate::new(&known.name, &*known.cluster))
}

fn names(view: Option<View<'_>>, kind: Kind) -> Vec<Candidate> {
    let objects = view.map(|view| view.objects(kind)).unwrap_or_default();
    objects.iter().take(NAMES_MAX).map(|object| Candidate::new(name(object), "")).collect()
}
