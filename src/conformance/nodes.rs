//! Suites about single facts of nodes: shutdown, names and reserved resources.

use serde_json::{Value, json};

use super::answer::Answer;
use super::input::{Input, Read, Stop};
use super::machines::power;
use scale_down_engine::autoscaler::instance::VmProvisioningState;
use scale_down_engine::azure::node_name::instance_id_of;
use scale_down_engine::kubernetes::reservation::{
    eviction_threshold_mib, reserved_cpu_millis, reserved_memory_by_pods_mib, reserved_memory_by_size_mib,
};

/// Adapter of the suite `node-shutdown`.
pub fn shutdown(input: &Input<'_>) -> Read<Answer> {
    let provisioning = match input.find("provisioning").map(|word| word.as_text()).transpose()? {
        None => None,
        Some("Creating") => Some(VmProvisioningState::Creating),
        Some(_) => Some(VmProvisioningState::Succeeded),
    };
    let power = power(input.text("power_state")?);
    Ok(Answer::new().with("shutdown", power.is_shutdown(provisioning)))
}

/// Adapter of the suite `node-name`.
pub fn name(input: &Input<'_>) -> Read<Answer> {
    let id = instance_id_of(input.text("node_name")?);
    Ok(Answer::new().with("error", id.is_none()).with("instance_id", id.map(|id| id.to_string())))
}

/// Computes a value for one size or for each of a list; a list is answered by a list.
fn each(input: &Input<'_>, key: &str, of: impl Fn(u32) -> u64) -> Read<Option<Value>> {
    let Some(field) = input.find(key) else { return Ok(None) };
    if !field.is_list() {
        return Ok(Some(json!(of(field.as_small()?))));
    }
    let all = field.as_list()?;
    Ok(Some(json!(all.iter().map(|one| Ok(of(one.as_small()?))).collect::<Read<Vec<_>>>()?)))
}

/// Adapter of the suite `kube-reserved`.
pub fn kube_reserved(input: &Input<'_>) -> Read<Answer> {
    let cpu = each(input, "cores", reserved_cpu_millis)?;
    let is_new = match input.find("version").map(|version| version.as_text()).transpose()? {
        None => input.has("max_pods"),
        Some(version) if version.starts_with('<') => false,
        Some(version) => {
            let minor = version.rsplit("1.").next().and_then(|minor| minor.parse::<u32>().ok());
            minor.ok_or_else(|| Stop::Unreadable(format!("'{version}' is no version")))? >= 29
        }
    };
    let answer = Answer::new().with("cpu_m", cpu);
    // The documentation's GB are a thousand MB each, and it makes no difference between MB and MiB.
    let (memory, in_gb) = match (input.find("mem_gib"), input.find("mem_gb")) {
        (Some(gib), _) => (gib.as_number()?, 1024_u64),
        (None, Some(gb)) => (gb.as_number()?, 1000),
        (None, None) => return Ok(answer),
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size of memory")]
    let in_unit = |gigas: f64, unit: f64| (gigas * unit).round().min(1e15) as u64;
    let whole = in_unit(memory, if in_gb == 1000 { 1000.0 } else { 1024.0 });
    let reserved = if is_new {
        reserved_memory_by_pods_mib(whole, input.small("max_pods")?)
    } else {
        // Its steps are GiB.
        (reserved_memory_by_size_mib(in_unit(memory, 1024.0)) * in_gb).div_ceil(1024)
    };
    let eviction = eviction_threshold_mib(if is_new { 29 } else { 28 });
    let left = whole.saturating_sub(reserved + eviction);
    #[expect(clippy::cast_precision_loss, reason = "a size of memory")]
    let of = |amount: u64, unit: u64| amount as f64 / unit as f64;
    // Documents round to hundredths.
    let hundredths = |number: f64| (number * 100.0).round() / 100.0;
    Ok(answer
        .with("mem_mi", reserved)
        .with("kube_reserved_mb", reserved)
        .with("kube_reserved_gb", hundredths(of(reserved, in_gb)))
        .with("eviction_mb", eviction)
        .with("reserved_gb", hundredths(of(whole - left, in_gb)))
        .with("reserved_pct", hundredths(of(whole - left, whole) * 100.0))
        .with("allocatable_gb", hundredths(of(left, in_gb)))
        .with("allocatable_pct", of(left, whole) * 100.0))
}
