//! Choosing between the node groups that could take the pending pods.
//!
//! An expander keeps the options that it likes best; where several are left, chance decides.

use std::sync::Arc;

use super::super::kubernetes::Resources;
use super::super::pattern::Pattern;
use super::notice::Notice;

/// A way to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expander {
    /// By chance.
    Random,
    /// The option that helps most pods.
    MostPods,
    /// The option that leaves the smallest fraction of processor and memory idle.
    LeastWaste,
    /// The option with the fewest nodes. Upstream has it, AKS does not offer it.
    LeastNodes,
    /// The groups that a person has given the highest number.
    Priority,
}

impl Expander {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Random, Self::MostPods, Self::LeastWaste, Self::LeastNodes, Self::Priority];

    /// The word in the profile.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::MostPods => "most-pods",
            Self::LeastWaste => "least-waste",
            Self::LeastNodes => "least-nodes",
            Self::Priority => "priority",
        }
    }
}

/// What an expander knows of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The group.
    pub group: Arc<str>,
    /// How many nodes it would get.
    pub nodes: u32,
    /// How many pods they would take.
    pub pods: usize,
    /// What those pods ask for.
    pub requested: Resources,
    /// What one node has.
    pub node: Resources,
}

/// The numbers of the expander `priority`, with patterns of the names that have them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Priorities {
    /// A number and a pattern; several may have the same number.
    pub rules: Vec<(i64, Pattern)>,
    /// The text of the config map that a person wrote them in, where there is one.
    pub text: Option<String>,
    /// What is wrong with that text, so that there are no rules.
    pub problem: Option<String>,
}

/// The places of the options that are left; empty where no option is worth anything.
#[must_use]
pub fn best(
    expander: Expander,
    options: &[Candidate],
    priorities: &Priorities,
    notices: &mut Vec<Notice>,
) -> Vec<usize> {
    match expander {
        Expander::Random => (0..options.len()).collect(),
        Expander::MostPods => lowest(options, |option| Some(std::cmp::Reverse(option.pods))),
        Expander::LeastNodes => lowest(options, |option| (option.nodes > 0).then_some(option.nodes)),
        Expander::LeastWaste => lowest(options, |option| Some(waste(option))),
        Expander::Priority => highest_priority(options, priorities, notices),
    }
}

fn lowest<K: Ord>(options: &[Candidate], key: impl Fn(&Candidate) -> Option<K>) -> Vec<usize> {
    let least = options.iter().filter_map(&key).min();
    let is_best = |option: &Candidate| least.is_some() && key(option) == least;
    options.iter().enumerate().filter(|(_, option)| is_best(option)).map(|(index, _)| index).collect()
}

/// The idle part of the processor time and the idle part of the memory together, in
/// thousand-millionths.
fn waste(option: &Candidate) -> u128 {
    let idle = |requested: u64, of_node: u64| {
        let available = u128::from(of_node) * u128::from(option.nodes);
        let idle = available.saturating_sub(requested.into()) * 1_000_000_000;
        idle.checked_div(available).unwrap_or_default()
    };
    let cpu = idle(option.requested.cpu_millis, option.node.cpu_millis);
    cpu + idle(option.requested.memory_bytes, option.node.memory_bytes)
}

/// A group takes the highest number of the patterns that its name fits; one that fits none is
/// left out, and said so. Without a fit, or without numbers, all options stay.
fn highest_priority(options: &[Candidate], priorities: &Priorities, notices: &mut Vec<Notice>) -> Vec<usize> {
    let all = || (0..options.len()).collect();
    notices.extend(priorities.problem.iter().map(|problem| Notice::PrioritiesInvalid { problem: problem.clone() }));
    if priorities.rules.is_empty() {
        return all();
    }
    let priority = |option: &Candidate| {
        let fitting = priorities.rules.iter().filter(|(_, pattern)| pattern.is_in(&option.group));
        fitting.map(|(number, _)| *number).max()
    };
    let without = options.iter().filter(|option| priority(option).is_none());
    notices.extend(without.map(|option| Notice::NoPriority { group: Arc::clone(&option.group) }));
    let best = lowest(options, |option| priority(option).map(std::cmp::Reverse));
    if best.is_empty() {
        notices.push(Notice::NoPriorities);
        return all();
    }
    best
}
