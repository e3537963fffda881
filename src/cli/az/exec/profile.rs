//! `az aks nodepool manual-scale` and `auto-scale`: the VM sizes of a pool of single machines.
//!
//! Such a pool comes from an imported world. Its profiles stay in the description that it was imported with; the
//! simulation acts only on their number of machines.

use std::sync::Arc;

use serde_json::{Value, json};

use super::context::Context;
use super::execution::{Action, Reply};
use super::named::pool;
use super::refusal::{Result, refusal};
use crate::az::arguments::{PoolName, arguments};
use crate::az::arm::resource;
use scale_down_engine::provider::limits;
use scale_down_engine::{PoolMode, PoolUpdate};

/// A kind of profile.
struct ProfileKind {
    /// Name of the list in the pool's description.
    list: &'static str,
    /// Name of the kind at the beginning of a message.
    title: &'static str,
    /// Compares sizes in any letter case.
    ignores_case: bool,
}

const MANUAL: ProfileKind = ProfileKind { list: "manual", title: "Manual", ignores_case: true };

const AUTO: ProfileKind = ProfileKind { list: "autoscale", title: "Autoscale profile", ignores_case: false };

arguments! {
    pub(super) struct ManualAdd<'a> {
        pool: PoolName<'a>,
        vm_sizes: &'a str,
        node_count: Option<i128>,
    }
}

pub(super) fn manual_add(arguments: &ManualAdd<'_>, context: &mut Context<'_>) -> Result<Action> {
    edit(&arguments.pool, &MANUAL, "add manual to", context, &|profiles| {
        let sizes: Vec<&str> = arguments.vm_sizes.split(',').map(str::trim).collect();
        let [size] = sizes.as_slice() else {
            return Err(refusal("We only accept single sku size for manual profile."));
        };
        profiles.push(json!({ "size": size }));
        set_number(profiles.last_mut(), "count", arguments.node_count);
        Ok(())
    })
}

arguments! {
    pub(super) struct ManualUpdate<'a> {
        pool: PoolName<'a>,
        current_vm_sizes: &'a str,
        vm_sizes: Option<&'a str>,
        node_count: Option<i128>,
    }
}

pub(super) fn manual_update(arguments: &ManualUpdate<'_>, context: &mut Context<'_>) -> Result<Action> {
    if arguments.vm_sizes.is_none() && arguments.node_count.is_none() {
        return Err(refusal("specify --vm-sizes or --node-count or both."));
    }
    edit(&arguments.pool, &MANUAL, "update manual in", context, &|profiles| {
        let current = single_size(Some(arguments.current_vm_sizes))?;
        let new = single_size(arguments.vm_sizes)?;
        let index = position(profiles, &MANUAL, &current, arguments.pool.name)?;
        set_size(profiles.get_mut(index), &new);
        set_number(profiles.get_mut(index), "count", arguments.node_count);
        Ok(())
    })
}

arguments! {
    pub(super) struct ManualDelete<'a> {
        pool: PoolName<'a>,
        current_vm_sizes: &'a str,
    }
}

pub(super) fn manual_delete(arguments: &ManualDelete<'_>, context: &mut Context<'_>) -> Result<Action> {
    let name = arguments.pool.name;
    edit(&arguments.pool, &MANUAL, "delete manual in", context, &|profiles| {
        let current = single_size(Some(arguments.current_vm_sizes))?;
        profiles.remove(position(profiles, &MANUAL, &current, name)?);
        if profiles.is_empty() {
            return Err(refusal(format!("Cannot delete the last manual profile in node pool {name}. ")));
        }
        Ok(())
    })
}

arguments! {
    pub(super) struct AutoAdd<'a> {
        pool: PoolName<'a>,
        node_vm_size: &'a str,
        min_count: Option<i128>,
        max_count: Option<i128>,
    }
}

pub(super) fn auto_add(arguments: &AutoAdd<'_>, context: &mut Context<'_>) -> Result<Action> {
    edit(&arguments.pool, &AUTO, "add autoscale profile to", context, &|profiles| {
        profiles.push(json!({ "size": arguments.node_vm_size }));
        set_number(profiles.last_mut(), "minCount", arguments.min_count);
        set_number(profiles.last_mut(), "maxCount", arguments.max_count);
        Ok(())
    })
}

arguments! {
    pub(super) struct AutoUpdate<'a> {
        pool: PoolName<'a>,
        current_node_vm_size: &'a str,
        node_vm_size: Option<&'a str>,
        min_count: Option<i128>,
        max_count: Option<i128>,
    }
}

pub(super) fn auto_update(arguments: &AutoUpdate<'_>, context: &mut Context<'_>) -> Result<Action> {
    if arguments.node_vm_size.is_none() && arguments.min_count.is_none() && arguments.max_count.is_none() {
        return Err(refusal("specify --node-vm-size, --min-count, or --max-count (or a combination)."));
    }
    edit(&arguments.pool, &AUTO, "update autoscale profile in", context, &|profiles| {
        let index = position(profiles, &AUTO, arguments.current_node_vm_size, arguments.pool.name)?;
        if let Some(size) = arguments.node_vm_size {
            set_size(profiles.get_mut(index), size);
        }
        set_number(profiles.get_mut(index), "minCount", arguments.min_count);
        set_number(profiles.get_mut(index), "maxCount", arguments.max_count);
        Ok(())
    })
}

arguments! {
    pub(super) struct AutoDelete<'a> {
        pool: PoolName<'a>,
        current_node_vm_size: &'a str,
    }
}

pub(super) fn auto_delete(arguments: &AutoDelete<'_>, context: &mut Context<'_>) -> Result<Action> {
    edit(&arguments.pool, &AUTO, "delete autoscale profile from", context, &|profiles| {
        profiles.remove(position(profiles, &AUTO, arguments.current_node_vm_size, arguments.pool.name)?);
        Ok(())
    })
}

/// Edits the profiles of one kind and updates the pool; `action` completes the refusal of a pool without profiles.
fn edit(
    pool: &PoolName<'_>,
    kind: &ProfileKind,
    action: &str,
    context: &mut Context<'_>,
    edit: &dyn Fn(&mut Vec<Value>) -> Result<()>,
) -> Result<Action> {
    let (cluster, pool) = pool::find(context.cloud, pool)?;
    let (id, mode, reply) = (pool.id, pool.spec.mode, Reply::pool(cluster, pool));
    if !resource::is_virtual_machines(&pool.spec.imported) {
        return Err(refusal(format!("Cannot {action} a non-virtualmachines node pool.")));
    }
    let mut description: Value = serde_json::from_str(&pool.spec.imported).unwrap_or_default();
    let pointer = "/properties/virtualMachinesProfile/scale";
    let scale = description.pointer_mut(pointer).and_then(Value::as_object_mut);
    let scale = scale.ok_or_else(|| refusal("The node pool has no scale profile."))?;
    let profiles = scale.entry(kind.list).or_insert_with(|| json!([]));
    if profiles.is_null() {
        *profiles = json!([]);
    }
    if let Some(profiles) = profiles.as_array_mut() {
        edit(profiles)?;
    }
    let update = PoolUpdate {
        count: manual_count(kind, profiles).map(|count| checked(count, mode)).transpose()?,
        imported: Some(Arc::from(description.to_string())),
        ..PoolUpdate::default()
    };
    let operation = context.cloud.update_pool(id, update)?;
    Ok(Action::Start(vec![operation], reply))
}

/// Finds the profile of a size.
fn position(profiles: &[Value], kind: &ProfileKind, size: &str, pool: &str) -> Result<usize> {
    let is_it = |profile: &Value| {
        let own = profile.get("size").and_then(Value::as_str).unwrap_or_default();
        if kind.ignores_case { own.to_lowercase() == size } else { own == size }
    };
    let found = profiles.iter().position(is_it);
    found.ok_or_else(|| refusal(format!("{} with size {size} doesn't exist in node pool {pool}.", kind.title)))
}

/// Returns the one size of a manual profile, in lower case as the command writes it.
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

fn set_size(profile: Option<&mut Value>, size: &str) {
    if let Some(fields) = profile.and_then(Value::as_object_mut) {
        fields.insert("size".to_owned(), json!(size));
    }
}

/// Sets a number of a profile, if there is one to set.
fn set_number(profile: Option<&mut Value>, field: &str, number: Option<i128>) {
    if let (Some(fields), Some(number)) = (profile.and_then(Value::as_object_mut), number) {
        fields.insert(field.to_owned(), json!(i64::try_from(number).unwrap_or(i64::MAX)));
    }
}

/// Returns the number of machines in all manual profiles together; `None` for autoscale profiles.
fn manual_count(kind: &ProfileKind, profiles: &Value) -> Option<i128> {
    let profiles = profiles.as_array().filter(|_| kind.list == MANUAL.list)?;
    let counts = profiles.iter().filter_map(|profile| profile.get("count")?.as_i64());
    Some(counts.map(i128::from).sum())
}

fn checked(count: i128, mode: PoolMode) -> Result<u32> {
    limits::check_count(mode, count)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
