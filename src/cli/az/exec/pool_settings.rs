//! Settings of a node pool that `aks nodepool` shares with `aks create`, `aks scale` and `aks update`.

use std::ops::ControlFlow;

use serde_json::Value;

use super::context::Context;
use super::execution::{Action, Reply};
use super::refusal::{Result, refusal, service_refusal};
use crate::az::arguments::{AutoscalerChange, NewPool};
use crate::az::arm::resource;
use crate::az::validate::autoscaler::{AutoscalerUpdate, PoolState, autoscaler_update};
use crate::ground::error::CliError;
use crate::ground::outcome::Block;
use scale_down_engine::provider::limits::check_count;
use scale_down_engine::{
    AutoscalerRange, OsDiskType, OsType, Pool, PoolMode, PoolSpec, PoolUpdate, ScaleDownMode, ServiceError, VmSize,
};

/// Returns the specification of a new pool.
pub(super) fn spec(name: &str, new: &NewPool<'_>, location: &str) -> Result<PoolSpec> {
    let is_windows = new.os_type.is_some_and(|os| os.eq_ignore_ascii_case("windows"));
    let default_size = if is_windows { "Standard_D2s_v3" } else { "Standard_DS2_v2" };
    let size_name = new.node_vm_size.filter(|size| !size.is_empty()).unwrap_or(default_size);
    let vm_size = VmSize::find(size_name).ok_or_else(|| unknown_size(size_name, location))?;
    let mut spec = PoolSpec::new(name, vm_size);
    spec.mode = new.mode.unwrap_or(PoolMode::System);
    if is_windows {
        spec.os_type = OsType::Windows;
    }
    let default_sku = if is_windows { "Windows2022" } else { "Ubuntu" };
    new.os_sku.unwrap_or(default_sku).clone_into(&mut spec.os_sku);
    if new.node_osdisk_type.is_some_and(|kind| kind.eq_ignore_ascii_case("ephemeral")) {
        spec.os_disk_type = OsDiskType::Ephemeral;
    }
    if let Some(size_gib) = count(new.node_osdisk_size).filter(|size| *size > 0) {
        spec.os_disk_size_gib = size_gib;
    }
    if let Some(max_pods) = count(new.max_pods).filter(|pods| *pods > 0) {
        spec.max_pods = max_pods;
    }
    if let Some(zones) = new.zones {
        spec.zones = zones.iter().filter_map(|zone| zone.parse().ok()).collect();
    }
    if let Some(version) = new.kubernetes_version.filter(|version| !version.is_empty()) {
        version.clone_into(&mut spec.kubernetes_version);
    }
    spec.labels.clone_from(&new.labels);
    spec.taints.clone_from(&new.taints.0);
    spec.tags.clone_from(&new.tags);
    spec.spot = new.priority == Some("Spot");
    if new.eviction_policy == Some("Deallocate") {
        spec.eviction_policy = ScaleDownMode::Deallocate;
    }
    spec.scale_down_mode = new.scale_down_mode.unwrap_or_default();
    if new.autoscaler.enable_cluster_autoscaler {
        spec.autoscaler = range(new.autoscaler.min_count, new.autoscaler.max_count);
    }
    check_node_count(new.node_count, spec.mode)?;
    if let Some(count) = count(new.node_count) {
        spec.count = count;
    }
    Ok(spec)
}

/// Returns a count, or `u32::MAX` for a number that does not fit: it is out of every range that the engine checks.
pub(super) fn count(number: Option<i128>) -> Option<u32> {
    Some(u32::try_from(number?).unwrap_or(u32::MAX))
}

/// Refuses a number of nodes that [`count`] cannot hold as the service refuses it: as typed.
pub(super) fn check_node_count(number: Option<i128>, mode: PoolMode) -> Result<()> {
    match number {
        Some(number) if u32::try_from(number).is_err() => {
            check_count(mode, number).map_err(|error| service_refusal(&error))
        }
        _ => Ok(()),
    }
}

/// Returns the range of an autoscaler; `None` without both of its ends, which the command has checked before.
fn range(min: Option<i128>, max: Option<i128>) -> Option<AutoscalerRange> {
    Some(AutoscalerRange { min: count(min)?, max: count(max)? })
}

/// Returns the service's refusal of an unknown VM size.
fn unknown_size(size: &str, location: &str) -> CliError {
    service_refusal(&ServiceError {
        code: "BadRequest",
        message: format!("The VM size of {size} is not allowed in your subscription in location '{location}'."),
    })
}

/// Adds a note if the price of a size is unknown, and with it the cost of its compute.
pub(super) fn note_price(size: &VmSize, context: &mut Context<'_>) {
    if !size.is_priced() {
        context.note(format!(
            "The price of {} is not known here: the costs count its disks and not its compute. Its vCPUs and memory are read from its name.",
            size.name
        ));
    }
}

/// Checks a new node count as the client does before it scales, and returns it. Shared with `az aks scale`.
///
/// Refuses a pool with the autoscaler on, a missing or unchanged count, and machines of several sizes.
pub(super) fn check_scale(pool: &Pool, count: Option<u32>) -> Result<u32> {
    if pool.spec.autoscaler.is_some() {
        return Err(refusal("Cannot scale cluster autoscaler enabled node pool."));
    }
    match count {
        Some(count) if count != pool.spec.count => check_sizes(pool).map(|()| count),
        _ => Err(refusal("The new node count is the same as the current node count.")),
    }
}

/// Refuses to scale a pool of single machines as a whole, unless they are of one size.
fn check_sizes(pool: &Pool) -> Result<()> {
    if !resource::is_virtual_machines(&pool.spec.imported) {
        return Ok(());
    }
    let described: Value = serde_json::from_str(&pool.spec.imported).unwrap_or_default();
    match described.pointer("/properties/virtualMachinesProfile/scale/manual").and_then(Value::as_array) {
        Some(sizes) if sizes.len() != 1 => {
            Err(refusal("Cannot scale virtual machines node pool with more than one size."))
        }
        _ => Ok(()),
    }
}

/// Reads a line's change to a pool's autoscaler: none, a range, or off. Shared with `az aks update`.
///
/// If that is already so, the command warns and is done (`ControlFlow::Break`).
pub(super) fn autoscaler_change(
    change: &AutoscalerChange,
    facts: &PoolState,
    context: &mut Context<'_>,
) -> Result<ControlFlow<Action, PoolUpdate>> {
    let autoscaler = match autoscaler_update(change, facts)? {
        AutoscalerUpdate::Unchanged => None,
        AutoscalerUpdate::Disable => Some(None),
        AutoscalerUpdate::Range { min_count, max_count } => Some(range(Some(min_count), Some(max_count))),
        AutoscalerUpdate::Already(warning) => {
            context.blocks.push(Block::Warning(warning.to_owned()));
            return Ok(ControlFlow::Break(Action::Answer(Reply::Nothing)));
        }
    };
    Ok(ControlFlow::Continue(PoolUpdate { autoscaler, ..PoolUpdate::default() }))
}
