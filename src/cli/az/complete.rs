//! Completion of `az` lines: the commands, options and values that can stand at the cursor.
//!
//! The words before the cursor are read by the same registry as when the line runs, so completion
//! never offers what the parser would refuse. Names that only the simulated cloud knows come from
//! the caller.

use super::registry::{Argument, Arity, Command, Group, ValueType, registry};
use super::validate::autoscaler::AUTOSCALER_PROFILE_KEYS;
use crate::ground::candidate::Candidate;

/// A name that only the simulated cloud knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A resource group.
    ResourceGroup,
    /// A cluster.
    Cluster,
    /// A node pool.
    NodePool,
    /// A machine of a pool.
    Machine,
    /// A VM size.
    VmSize,
    /// A region.
    Location,
    /// A Kubernetes version.
    KubernetesVersion,
    /// An availability zone.
    Zone,
    /// A subscription.
    Subscription,
    /// An extension.
    Extension,
    /// A resource provider.
    Provider,
    /// A preview feature.
    Feature,
    /// A scale set.
    ScaleSet,
}

/// A request for names, with the enclosing resources that the line already names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameQuery {
    /// Kind of the wanted names.
    pub kind: NameKind,
    /// `--resource-group`.
    pub resource_group: Option<String>,
    /// `--cluster-name`, or `--name` of an `aks` command.
    pub cluster: Option<String>,
    /// `--nodepool-name`.
    pub nodepool: Option<String>,
}

/// Source of the names that only the simulated cloud knows, unquoted.
pub type Names<'a> = &'a dyn Fn(&NameQuery) -> Vec<Candidate>;

/// Returns the candidates after these words after `az`, and how many leading bytes of the word `part` they do not
/// replace.
pub(crate) fn candidates(words: &[String], part: &str, names: Names<'_>) -> (Vec<Candidate>, usize) {
    Line { words, names }.candidates(part)
}

/// The words after `az`.
struct Line<'a> {
    words: &'a [String],
    names: Names<'a>,
}

impl Line<'_> {
    fn candidates(&self, part: &str) -> (Vec<Candidate>, usize) {
        let mut path = String::new();
        for (index, word) in self.words.iter().enumerate() {
            let word = word.to_lowercase();
            let next = if path.is_empty() { word } else { format!("{path} {word}") };
            if let Some(command) = registry().command(&next) {
                let words = self.words.get(index + 1..).unwrap_or_default();
                return self.of_command(command, words, part);
            }
            if registry().group(&next).is_none() {
                return (Vec::new(), 0);
            }
            path = next;
        }
        let found = registry().group(&path).map(|group| of_group(group, part)).unwrap_or_default();
        (found, 0)
    }

    fn of_command(&self, command: &'static Command, words: &[String], part: &str) -> (Vec<Candidate>, usize) {
        if let Some((option, value)) = part.split_once('=')
            && option.starts_with("--")
            && let Some(argument) = find(command, option)
        {
            let skipped = part.len() - value.len();
            return (self.of_argument(command, argument, words), skipped);
        }
        let open = open_argument(command, words);
        if let Some((argument, is_owed)) = open
            && !part.starts_with('-')
        {
            let mut found = self.of_argument(command, argument, words);
            if !is_owed && part.is_empty() {
                found.extend(options(command, words));
            }
            return (found, 0);
        }
        (options(command, words), 0)
    }

    fn of_argument(&self, command: &'static Command, argument: &Argument, words: &[String]) -> Vec<Candidate> {
        let choices = argument.choices();
        if !choices.is_empty() {
            let is_default = |choice: &str| argument.default == Some(choice);
            let describe = |choice: &&str| if is_default(choice) { "default" } else { "" };
            return choices.iter().map(|choice| Candidate::new(*choice, describe(choice))).collect();
        }
        if argument.dest == "cluster_autoscaler_profile" {
            return AUTOSCALER_PROFILE_KEYS.iter().map(|key| Candidate::new(format!("{key}="), "")).collect();
        }
        let Some(kind) = name_kind(command, argument) else { return Vec::new() };
        let value = |dests: &[&str]| {
            let argument = command.arguments.iter().find(|argument| dests.contains(&&*argument.dest))?;
            given(command, argument, words)
        };
        let is_cluster_command = command.name.split(' ').count() == 2 && command.name.starts_with("aks ");
        let cluster = if is_cluster_command { &["name"][..] } else { &["cluster_name"] };
        let wanted = NameQuery {
            kind,
            resource_group: value(&["resource_group_name", "resource_group"]),
            cluster: value(cluster),
            nodepool: value(&["nodepool_name", "agent_pool_name"]),
        };
        (self.names)(&wanted)
    }
}

fn of_group(group: &Group, part: &str) -> Vec<Candidate> {
    if part.starts_with('-') {
        return vec![Candidate::new("--help", "Show this help and stop.")];
    }
    let mut found: Vec<Candidate> = group
        .members
        .iter()
        .filter_map(|member| {
            let name = if group.name.is_empty() { (*member).to_owned() } else { format!("{} {member}", group.name) };
            let command = registry().command(&name).map(|command| command.summary);
            let summary = command.or_else(|| registry().group(&name).map(|group| group.summary))?;
            Some(Candidate::new(*member, summary))
        })
        .collect();
    found.sort_by(|a, b| a.text.cmp(&b.text));
    found
}

/// Returns the argument of a spelling, which may be an unambiguous prefix.
fn find(command: &'static Command, spelling: &str) -> Option<&'static Argument> {
    let spelled = |test: &dyn Fn(&str) -> bool| {
        let found = command.arguments.iter().filter(|argument| argument.names.iter().any(|name| test(name)));
        found.collect::<Vec<_>>()
    };
    let exact = spelled(&|name| name == spelling);
    let begun = spelled(&|name| spelling.len() > 2 && spelling.starts_with("--") && name.starts_with(spelling));
    exact.first().or_else(|| begun.first().filter(|_| begun.len() == 1)).copied()
}

/// Returns the argument that the next word would belong to, and `true` if it still needs a value.
fn open_argument(command: &'static Command, words: &[String]) -> Option<(&'static Argument, bool)> {
    let (index, option) = words.iter().enumerate().rev().find(|(_, word)| word.starts_with('-'))?;
    let argument = find(command, option)?;
    let values = words.len() - index - 1;
    match argument.arity {
        Arity::None => None,
        Arity::One | Arity::Optional if values > 0 => None,
        Arity::Optional | Arity::Any => Some((argument, false)),
        Arity::One | Arity::AtLeastOne => Some((argument, values == 0)),
    }
}

/// Returns the value that the words give to an argument.
fn given(command: &'static Command, argument: &Argument, words: &[String]) -> Option<String> {
    let mut value = None;
    for (index, word) in words.iter().enumerate() {
        let (option, glued) =
            word.split_once('=').map_or((word.as_str(), None), |(option, glued)| (option, Some(glued)));
        if option.starts_with('-') && find(command, option).is_some_and(|found| found.dest == argument.dest) {
            let next = words.get(index + 1).map(String::as_str).filter(|next| !next.starts_with('-'));
            value = glued.or(next).map(str::to_owned).or(value);
        }
    }
    value
}

/// Returns the options that the line does not have yet: required ones first, then those that the
/// simulation acts on.
fn options(command: &'static Command, words: &[String]) -> Vec<Candidate> {
    let is_given = |argument: &Argument| {
        words.iter().any(|word| {
            let option = word.split('=').next().unwrap_or_default();
            option.starts_with('-') && find(command, option).is_some_and(|found| found.dest == argument.dest)
        })
    };
    let mut open: Vec<&Argument> = command
        .arguments
        .iter()
        .filter(|argument| !argument.hidden && !argument.is_positional() && !is_given(argument))
        .collect();
    let rank = |argument: &Argument| {
        let is_global = registry().global_arguments.iter().any(|global| global.dest == argument.dest);
        match () {
            () if argument.required => 0,
            () if is_global || argument.dest == "_subscription" => 2,
            () if argument.simulated || !command.simulated => 1,
            () => 3,
        }
    };
    open.sort_by_key(|argument| rank(argument));
    let candidate = |argument: &Argument| {
        let name = argument.names.iter().find(|name| name.starts_with("--"))?;
        let has_effect = argument.simulated || argument.required || !command.simulated || rank(argument) == 2;
        let description =
            if has_effect { argument.help.to_owned() } else { format!("(not simulated) {}", argument.help) };
        Some(Candidate::new(*name, description))
    };
    open.into_iter().filter_map(candidate).collect()
}

/// Returns the kind of names that an argument takes, if only the cloud knows them.
fn name_kind(command: &Command, argument: &Argument) -> Option<NameKind> {
    let group = command.name.split(' ').next().unwrap_or_default();
    let creates = command.verb() == "create";
    Some(match (&*argument.dest, group) {
        ("resource_group_name" | "resource_group", _) => NameKind::ResourceGroup,
        ("name" | "rg_name", "group") if !creates => NameKind::ResourceGroup,
        ("cluster_name", _) => NameKind::Cluster,
        ("name", "aks") if !creates => NameKind::Cluster,
        ("nodepool_name" | "agent_pool_name", _) if !creates && command.verb() != "add" => NameKind::NodePool,
        ("nodepool_name", _) if command.name.contains("-scale ") => NameKind::NodePool,
        ("machine_name" | "machine_names", _) => NameKind::Machine,
        ("node_vm_size" | "vm_sizes" | "current_vm_sizes" | "current_node_vm_size", _) => NameKind::VmSize,
        ("location", _) => NameKind::Location,
        ("kubernetes_version", _) => NameKind::KubernetesVersion,
        ("zones", _) => NameKind::Zone,
        ("_subscription" | "subscription", _) => NameKind::Subscription,
        ("extension_name", _) => NameKind::Extension,
        ("resource_provider_namespace", _) => NameKind::Provider,
        ("feature_name", _) => NameKind::Feature,
        ("vm_scale_set_name" | "virtual_machine_scale_set_name" | "name", "vmss") => NameKind::ScaleSet,
        _ if argument.value_type == ValueType::Location => NameKind::Location,
        _ => return None,
    })
}
