//! Suites about single facts of nodes: shut down or not, names, what is kept of their resources.

use serde_json::{Value, json};

use super::answer::Answer;
use super::input::{Input, Read, Stop};
use super::machines::power;
use crate::engine::autoscaler::instance::VmProvisioning;
use crate::engine::kubernetes::reservation::{
    eviction_threshold_mib, reserved_cpu_millis, reserved_memory_by_pods_mib, reserved_memory_by_size_mib,
};
use crate::engine::pool::instance_id_of;

/// `node-shutdown`.
pub fn shutdown(input: &Input<'_>) -> Read<Answer> {
    let provisioning = match input.find("provisioning").map(|word| word.as_text()).transpose()? {
        None => None,
        Some("Creating") => Some(VmProvisioning::Creating),
        Some(_) => Some(VmProvisioning::Succeeded),
    };
    let power = power(input.text("power_state")?);
    Ok(Answer::new().with("shutdown", power.is_shutdown(provisioning)))
}

/// `node-name`.
pub fn name(input: &Input<'_>) -> Read<Answer> {
    let id = instance_id_of(input.text("node_name")?);
    Ok(Answer::new().with("error", id.is_none()).with("instance_id", id.map(|id| id.to_string())))
}

/// Several sizes, or one: a list is answered by a list.
fn each(input: &Input<'_>, key: &str, of: impl Fn(u32) -> u64) -> Read<Option<Value>> {
    let Some(field) = input.find(key) else { return Ok(None) };
    if !field.is_list() {
        return Ok(Some(json!(of(field.as_small()?))));
    }
    let all = field.as_list()?;
    Ok(Some(json!(all.iter().map(|one| Ok(of(one.as_small()?))).collect::<Read<Vec<_>>>()?)))
}

/// `kube-reserved`.
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
    // The documentation's GB are a thousand MB each in the new formula.
    let (memory, in_gb) = match (input.find("mem_gib"), input.find("mem_gb")) {
        (Some(gib), _) => (gib.as_number()? * 1024.0, 1024.0),
        (None, Some(gb)) if is_new => (gb.as_number()? * 1000.0, 1000.0),
        (None, Some(gb)) => (gb.as_number()? * 1024.0, 1024.0),
        (None, None) => return Ok(answer),
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size of memory")]
    let memory = memory.round() as u64;
    let reserved = if is_new {
        reserved_memory_by_pods_mib(memory, input.small("max_pods")?)
    } else {
        reserved_memory_by_size_mib(memory)
    };
    let eviction = eviction_threshold_mib(if is_new { 29 } else { 28 });
    let left = memory.saturating_sub(reserved + eviction);
    #[expect(clippy::cast_precision_loss, reason = "a size of memory")]
    let as_gb = |amount: u64| amount as f64 / in_gb;
    Ok(answer
        .with("mem_mi", reserved)
        .with("kube_reserved_mb", reserved)
        .with("kube_reserved_gb", as_gb(reserved))
        .with("eviction_mb", eviction)
        .with("allocatable_gb", as_gb(left))
        .with("allocatable_pct", as_gb(left) / as_gb(memory) * 100.0))
}
