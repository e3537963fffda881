//! Choosing between the node groups that could take the pending pods.
//!
//! An expander keeps the options that it prefers; if several are left, chance decides.

use std::sync::Arc;

use super::event::AutoscalerEvent;
use crate::ground::pattern::Pattern;
use crate::kubernetes::Resources;

/// A strategy for choosing an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expander {
    /// Any option, by chance.
    Random,
    /// The option that helps most pods.
    MostPods,
    /// The option that leaves the smallest fraction of processor and memory idle.
    LeastWaste,
    /// The option with the fewest nodes. Upstream has it, AKS does not offer it.
    LeastNodes,
    /// The option whose group has the highest number in a list that the user wrote.
    Priority,
}

impl Expander {
    /// All expanders; the order is that of the setting's values.
    pub const ALL: [Self; 5] = [Self::Random, Self::MostPods, Self::LeastWaste, Self::LeastNodes, Self::Priority];

    /// Returns the name in the profile.
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

/// A scale-up option as an expander sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpansionOption {
    /// Name of the group.
    pub group: Arc<str>,
    /// Number of nodes that the group would get.
    pub nodes: u32,
    /// Number of pods that those nodes would take.
    pub pods: usize,
    /// Requests of those pods together.
    pub requested: Resources,
    /// Capacity of one node.
    pub node: Resources,
}

/// The numbers of the expander `priority`, with patterns of the group names that have them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Priorities {
    /// A number and a pattern; several may have the same number.
    pub rules: Vec<(i64, Pattern)>,
    /// Text of the config map that holds them, if there is one.
    pub text: Option<String>,
    /// Error in that text, because of which there are no rules.
    pub problem: Option<String>,
}

/// Returns the indices of the preferred options; empty if no option is worth anything.
#[must_use]
pub fn best_options(
    expander: Expander,
    options: &[ExpansionOption],
    priorities: &Priorities,
    events: &mut Vec<AutoscalerEvent>,
) -> Vec<usize> {
    match expander {
        Expander::Random => (0..options.len()).collect(),
        Expander::MostPods => lowest(options, |option| Some(std::cmp::Reverse(option.pods))),
        Expander::LeastNodes => lowest(options, |option| (option.nodes > 0).then_some(option.nodes)),
        Expander::LeastWaste => lowest(options, |option| Some(waste(option))),
        Expander::Priority => highest_priority(options, priorities, events),
    }
}

fn lowest<K: Ord>(options: &[ExpansionOption], key: impl Fn(&ExpansionOption) -> Option<K>) -> Vec<usize> {
    let least = options.iter().filter_map(&key).min();
    let is_best = |option: &ExpansionOption| least.is_some() && key(option) == least;
    options.iter().enumerate().filter(|(_, option)| is_best(option)).map(|(index, _)| index).collect()
}

/// Returns the sum of the idle shares of processor time and of memory, in thousand-millionths.
fn waste(option: &ExpansionOption) -> u128 {
    let idle = |requested: u64, of_node: u64| {
        let available = u128::from(of_node) * u128::from(option.nodes);
        let idle = available.saturating_sub(requested.into()) * 1_000_000_000;
        idle.checked_div(available).unwrap_or_default()
    };
    let cpu = idle(option.requested.cpu_millis, option.node.cpu_millis);
    cpu + idle(option.requested.memory_bytes, option.node.memory_bytes)
}

/// Returns the options with the highest priority. A group has the highest number of the patterns that its name
/// fits; one that fits none is left out, and reported. If no group fits, or there are no numbers, all options stay.
fn highest_priority(
    options: &[ExpansionOption],
    priorities: &Priorities,
    events: &mut Vec<AutoscalerEvent>,
) -> Vec<usize> {
    let all = || (0..options.len()).collect();
    events.extend(
        priorities.problem.iter().map(|problem| AutoscalerEvent::PrioritiesInvalid { problem: problem.clone() }),
    );
    if priorities.rules.is_empty() {
        return all();
    }
    let priority = |option: &ExpansionOption| {
        let fitting = priorities.rules.iter().filter(|(_, pattern)| pattern.is_in(&option.group));
        fitting.map(|(number, _)| *number).max()
    };
    let without = options.iter().filter(|option| priority(option).is_none());
    events.extend(without.map(|option| AutoscalerEvent::NoPriority { group: Arc::clone(&option.group) }));
    let best = lowest(options, |option| priority(option).map(std::cmp::Reverse));
    if best.is_empty() {
        events.push(AutoscalerEvent::NoPriorities);
        return all();
    }
    best
}
