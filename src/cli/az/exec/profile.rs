//! `az aks nodepool manual-scale` and `auto-scale`: the VM sizes of a pool of single machines.
//!
//! Such a pool comes from an imported world. Its profiles stay in the description that it was imported with; the
//! simulation acts only on their number of machines.

use std::sync::Arc;

use serde_json::{Value, json};

use super::arguments::needed;
use super::context::Context;
use super::execution::{Action, Reply};
use super::named::pool::named_pool;
use super::refusal::{Result, not_simulated, refusal};
use crate::az::arm::resource;
use crate::az::parse::Invocation;
use scale_down_engine::PoolUpdate;
use scale_down_engine::provider::limits;

/// Arguments, fields and message words of one kind of profile.
struct Words {
    /// Name of the list in the pool's description.
    list: &'static str,
    /// Arguments for the size of an existing profile (`current`) and of a new one (`size`).
    current: &'static str,
    size: &'static str,
    /// Numbers of a profile, as pairs of argument and field.
    numbers: &'static [(&'static str, &'static str)],
    /// Name of the kind in the middle of a message (`noun`) and at its beginning (`missing`).
    noun: &'static str,
    missing: &'static str,
    /// Refusal of an update that changes nothing.
    usage: &'static str,
}

const MANUAL: Words = Words {
    list: "manual",
    current: "current_vm_sizes",
    size: "vm_sizes",
    numbers: &[("node_count", "count")],
    noun: "manual",
    missing: "Manual",
    usage: "specify --vm-sizes or --node-count or both.",
};

const AUTO: Words = Words {
    list: "autoscale",
    current: "current_node_vm_size",
    size: "node_vm_size",
    numbers: &[("min_count", "minCount"), ("max_count", "maxCount")],
    noun: "autoscale profile",
    missing: "Autoscale profile",
    usage: "specify --node-vm-size, --min-count, or --max-count (or a combination).",
};

pub(super) fn run(verb: &str, invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let (words, verb) = match verb.split_once(' ') {
        Some(("manual-scale", verb)) => (&MANUAL, verb),
        Some(("auto-scale", verb)) => (&AUTO, verb),
        _ => return Err(not_simulated(invocation.command.name)),
    };
    let is_given = |dest: &str| invocation.value(dest).is_some();
    if verb == "update" && !is_given(words.size) && !words.numbers.iter().any(|(dest, _)| is_given(dest)) {
        return Err(refusal(words.usage));
    }
    let (cluster, pool) = named_pool(invocation, context.cloud)?;
    let (id, mode, reply) = (pool.id, pool.spec.mode, Reply::pool(cluster, pool));
    if !resource::is_virtual_machines(&pool.spec.imported) {
        let preposition = match verb {
            "add" => "to",
            "update" => "in",
            _ if words.list == MANUAL.list => "in",
            _ => "from",
        };
        return Err(refusal(format!("Cannot {verb} {} {preposition} a non-virtualmachines node pool.", words.noun)));
    }
    let mut description: Value = serde_json::from_str(&pool.spec.imported).unwrap_or_default();
    let pointer = "/properties/virtualMachinesProfile/scale";
    let scale = description.pointer_mut(pointer).and_then(Value::as_object_mut);
    let scale = scale.ok_or_else(|| refusal("The node pool has no scale profile."))?;
    let profiles = scale.entry(words.list).or_insert_with(|| json!([]));
    if profiles.is_null() {
        *profiles = json!([]);
    }
    if let Some(profiles) = profiles.as_array_mut() {
        change(verb, words, invocation, profiles)?;
    }
    let update = PoolUpdate {
        count: manual_count(words, profiles).map(|count| checked(count, mode)).transpose()?,
        imported: Some(Arc::from(description.to_string())),
        ..PoolUpdate::default()
    };
    let operation = context.cloud.update_pool(id, update)?;
    Ok(Action::Start(vec![operation], reply))
}

fn change(verb: &str, words: &Words, invocation: &Invocation, profiles: &mut Vec<Value>) -> Result<()> {
    let is_manual = words.list == MANUAL.list;
    if verb == "add" {
        let sizes: Vec<&str> = needed(invocation, words.size)?.split(',').map(str::trim).collect();
        let size = match sizes.as_slice() {
            _ if !is_manual => needed(invocation, words.size)?,
            [size] => size,
            _ => return Err(refusal("We only accept single sku size for manual profile.")),
        };
        let mut profile = json!({ "size": size });
        set_numbers(words, invocation, &mut profile);
        profiles.push(profile);
        return Ok(());
    }
    let name = needed(invocation, "nodepool_name")?;
    let current = needed(invocation, words.current)?;
    // A manual profile is found in any letter case, and its new size becomes lower case.
    let current = if is_manual { single_size(Some(current))? } else { current.to_owned() };
    let new = match invocation.text(words.size) {
        size if is_manual && verb == "update" => Some(single_size(size)?),
        size => size.map(str::to_owned),
    };
    let is_it = |profile: &Value| {
        let size = profile.get("size").and_then(Value::as_str).unwrap_or_default();
        if is_manual { size.to_lowercase() == current } else { size == current }
    };
    let Some(index) = profiles.iter().position(is_it) else {
        return Err(refusal(format!("{} with size {current} doesn't exist in node pool {name}.", words.missing)));
    };
    if verb == "delete" {
        profiles.remove(index);
        if is_manual && profiles.is_empty() {
            return Err(refusal(format!("Cannot delete the last manual profile in node pool {name}. ")));
        }
    } else if let Some(profile) = profiles.get_mut(index) {
        if let (Some(fields), Some(new)) = (profile.as_object_mut(), new) {
            fields.insert("size".to_owned(), json!(new));
        }
        set_numbers(words, invocation, profile);
    }
    Ok(())
}

fn single_size(sizes: Option<&str>) -> Result<String> {
    match sizes {
        Some(size) if !size.contains(',') && !size.is_empty() => Ok(size.trim().to_lowercase()),
        sizes => {
            let text =
                format!("We only accept single sku size for manual profile. {} is invalid.", sizes.unwrap_or("None"));
            Err(refusal(text))
        }
    }
}

fn set_numbers(words: &Words, invocation: &Invocation, profile: &mut Value) {
    let Some(fields) = profile.as_object_mut() else { return };
    for (dest, field) in words.numbers {
        if let Some(number) = invocation.integer(dest) {
            fields.insert((*field).to_owned(), json!(i64::try_from(number).unwrap_or(i64::MAX)));
        }
    }
}

/// Returns the number of machines in all manual profiles together; `None` for autoscale profiles.
fn manual_count(words: &Words, profiles: &Value) -> Option<i128> {
    let profiles = profiles.as_array().filter(|_| words.list == MANUAL.list)?;
    let counts = profiles.iter().filter_map(|profile| profile.get("count")?.as_i64());
    Some(counts.map(i128::from).sum())
}

fn checked(count: i128, mode: scale_down_engine::PoolMode) -> Result<u32> {
    limits::check_count(mode, count)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
