//! Suites about expanders, which choose between node groups, and about balancing new nodes over similar groups.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::input::{Input, Read, Stop};
use super::model::{resources, sorted};
use scale_down_cli::kubectl;
use scale_down_engine::autoscaler::balance::{self, GroupSize};
use scale_down_engine::autoscaler::event::EventText;
use scale_down_engine::autoscaler::expander::{Expander, ExpansionOption, Priorities, best_options};
use scale_down_engine::ground::pattern::Pattern;
use scale_down_engine::kubernetes::Resources;

/// Reads an expansion option: a group's name, or an object with the fields of the cases.
fn candidate(input: &Input<'_>) -> Read<ExpansionOption> {
    if input.is_text() {
        let group = input.as_text()?.into();
        let nothing = Resources::default();
        return Ok(ExpansionOption { group, nodes: 1, pods: 1, requested: nothing, node: nothing });
    }
    let name = if input.has("id") { input.text("id")? } else { input.text("group")? };
    let (pods, requested) = match input.find("pods") {
        Some(pods) if pods.is_list() => {
            let requests = pods.as_list()?.iter().map(resources).collect::<Read<Vec<_>>>()?;
            (requests.len(), requests.into_iter().fold(Resources::default(), |sum, one| sum + one))
        }
        Some(count) => (count.as_small()? as usize, Resources::default()),
        None => (1, Resources::default()),
    };
    let node = input.find("node").map_or(Ok(Resources::default()), |node| resources(&node))?;
    Ok(ExpansionOption { group: name.into(), nodes: input.small_or("node_count", 1)?, pods, requested, node })
}

/// Reads the priorities of the priority expander: patterns by number, or the text of the config map.
fn priorities(input: &Input<'_>) -> Read<Priorities> {
    let mut found = Priorities::default();
    let Some(config) = input.find("config") else { return Ok(found) };
    if config.is_text() {
        return Ok(kubectl::priorities::read(Some(config.as_text()?)));
    }
    for (number, patterns) in config.as_fields()? {
        let number = number.parse().map_err(|_| Stop::Unreadable(format!("'{number}' is no priority")))?;
        for pattern in patterns.as_list()? {
            let text = pattern.as_text()?;
            let pattern =
                Pattern::new(text, true, false).map_err(|_| Stop::Unreadable(format!("'{text}' is no pattern")))?;
            found.rules.push((number, pattern));
        }
    }
    Ok(found)
}

fn chosen(expander: Expander, input: &Input<'_>) -> Read<Answer> {
    let options = input.get("options")?.as_list()?.iter().map(candidate).collect::<Read<Vec<_>>>()?;
    let priorities = priorities(input)?;
    let mut events = Vec::new();
    let left = best_options(expander, &options, &priorities, &mut events);
    let names = left.iter().filter_map(|index| options.get(*index)).map(|option| option.group.to_string());
    let events = events.iter().map(|event| {
        let EventText { is_warning, reason, message } = event.text();
        format!("{} {reason} {message}", if is_warning { "Warning" } else { "Normal" })
    });
    Ok(Answer::new().with("best", names.collect::<Vec<_>>()).with("events", events.collect::<Vec<_>>()))
}

/// Adapter of the suite `expander-least-waste`.
pub fn least_waste(input: &Input<'_>) -> Read<Answer> {
    chosen(Expander::LeastWaste, input)
}

/// Adapter of the suite `expander-most-pods`.
pub fn most_pods(input: &Input<'_>) -> Read<Answer> {
    chosen(Expander::MostPods, input)
}

/// Adapter of the suite `expander-least-nodes`.
pub fn least_nodes(input: &Input<'_>) -> Read<Answer> {
    chosen(Expander::LeastNodes, input)
}

/// Adapter of the suite `expander-priority`.
pub fn priority(input: &Input<'_>) -> Read<Answer> {
    chosen(Expander::Priority, input)
}

/// Adapter of the suite `balance-similar-groups`.
pub fn balance(input: &Input<'_>) -> Read<Answer> {
    let mut names = Vec::new();
    let mut rooms = Vec::new();
    for (name, group) in input.get("groups")?.as_fields()? {
        names.push(name);
        rooms.push(GroupSize { size: group.small("size")?, max: group.small("max")? });
    }
    let sizes = balance::balance(&rooms, input.small("add")?);
    let changed: Map<String, Value> = names
        .iter()
        .zip(rooms.iter().zip(sizes))
        .filter(|(_, (room, size))| room.size != *size)
        .map(|(name, (_, size))| ((*name).to_owned(), json!(size)))
        .collect();
    let sum: u64 = changed.values().filter_map(Value::as_u64).sum();
    Ok(Answer::new()
        .with("changed", sorted(changed.keys().cloned()))
        .with("sum_of_changed", sum)
        .with("each_of_changed", changed.values().cloned().collect::<Vec<_>>())
        .with("new_sizes", changed))
}
