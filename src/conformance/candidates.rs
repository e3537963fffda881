//! Suites about scale-down candidates: utilization, eligibility, unneeded nodes and the deletion budget.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::input::{Input, Read};
use super::model::{NOW_MS, Nodes, at_ms, pool};
use scale_down_engine::ScaleDownMode;
use scale_down_engine::autoscaler::eligibility;
use scale_down_engine::autoscaler::scale_down_budget::{DeletionCounts, ScaleDownBudget};
use scale_down_engine::autoscaler::unneeded::{CandidateState, NodesToDelete, Unneeded, UnneededNodes, threshold_ms};
use scale_down_engine::autoscaler::utilization::Utilization;
use scale_down_engine::autoscaler::{NodeGroup, Setting, Settings};
use scale_down_engine::kubernetes::{Fraction, NodeId};

/// Sets a setting from a flag of the case, if the field exists.
pub fn set_flag(settings: &mut Settings, setting: Setting, input: &Input<'_>, key: &str) -> Read<()> {
    if let Some(flag) = input.find(key) {
        settings.set(setting, i64::from(flag.as_flag()?));
    }
    Ok(())
}

/// Sets a setting from a count of the case, if the field exists.
pub fn set_count(settings: &mut Settings, setting: Setting, input: &Input<'_>, key: &str) -> Read<()> {
    if let Some(count) = input.find(key) {
        settings.set(setting, i64::try_from(count.as_count()?).unwrap_or(i64::MAX));
    }
    Ok(())
}

/// Sets a setting from a number of seconds in the case, if the field exists. The setting is in milliseconds.
pub fn set_time(settings: &mut Settings, setting: Setting, input: &Input<'_>, key: &str) -> Read<()> {
    if let Some(ms) = input.ms(key)? {
        settings.set(setting, ms);
    }
    Ok(())
}

/// Sets a setting from a fraction in the case, if the field exists. The setting is in billionths.
pub fn set_fraction(settings: &mut Settings, setting: Setting, input: &Input<'_>, key: &str) -> Read<()> {
    if let Some(fraction) = input.find(key) {
        #[expect(clippy::cast_possible_truncation, reason = "a fraction, in thousand-millionths")]
        settings.set(setting, (fraction.as_number()? * 1e9).round() as i64);
    }
    Ok(())
}

/// Adapter of the suite `utilization`.
pub fn utilization(input: &Input<'_>) -> Read<Answer> {
    let mut nodes = Nodes::default();
    nodes.add(&input.get("node")?, pool(0))?;
    for pod in input.get("pods")?.as_list()? {
        let pod = nodes.pod(&pod)?;
        nodes.find("node")?.add_pod(pod);
    }
    let mut settings = Settings::default();
    set_flag(&mut settings, Setting::IgnoreDaemonsetsUtilization, input, "skip_daemonsets")?;
    set_flag(&mut settings, Setting::IgnoreMirrorPodsUtilization, input, "skip_mirror_pods")?;
    let Some(found) = Utilization::of(nodes.find("node")?, &settings, NOW_MS) else {
        return Ok(Answer::new().with("error", true).with("utilization", Value::Null));
    };
    Ok(Answer::new()
        .with("error", false)
        .with("utilization", found.highest().0.as_f64())
        .with("resource", found.highest().1)
        .with("cpu_util", found.cpu.as_f64())
        .with("mem_util", found.memory.as_f64())
        .with("gpu_util", found.gpu.map(Fraction::as_f64)))
}

/// Adapter of the suite `eligibility`.
pub fn eligibility(input: &Input<'_>) -> Read<Answer> {
    let options = input.get("options")?;
    let mut settings = Settings::default();
    let threshold = Setting::ScaleDownUtilizationThreshold;
    set_fraction(&mut settings, threshold, &options, "scale_down_utilization_threshold")?;
    let ignores = Setting::IgnoreDaemonsetsUtilization;
    set_flag(&mut settings, ignores, &options, "ignore_daemonsets_utilization")?;
    set_flag(&mut settings, Setting::ScaleDownUnreadyEnabled, &options, "scale_down_unready_enabled")?;
    let policy = match input.find("policy").map(|policy| policy.as_text()).transpose()? {
        Some("Deallocate") => ScaleDownMode::Deallocate,
        _ => ScaleDownMode::Delete,
    };
    let mut nodes = Nodes::default();
    for node in input.get("nodes")?.as_list()? {
        nodes.add(&node, pool(0))?;
    }
    for pod in input.list("pods")? {
        nodes.place(&pod)?;
    }
    let mut eligible = Vec::new();
    let mut unremovable = Map::new();
    let known = nodes.all.iter().filter(|node| !eligibility::is_kept(node, policy));
    for node in known {
        match eligibility::check(node, &settings, NOW_MS) {
            Ok(_) => eligible.push(node.name.to_string()),
            Err(reason) => {
                unremovable.insert(node.name.to_string(), json!(reason.name()));
            }
        }
    }
    Ok(Answer::new().with_set("eligible", eligible).with("unremovable", unremovable))
}

/// Returns a group with a minimum and a target size.
fn group(min: u32, target: u32) -> NodeGroup {
    NodeGroup { id: pool(0), name: "ng".into(), min, max: 1000, target, policy: ScaleDownMode::Delete }
}

fn unneeded(instance_id: u32, is_empty: bool, since_ms: u64) -> Unneeded {
    Unneeded { id: NodeId { pool: pool(0), instance_id }, since_ms, is_empty, is_risky: false }
}

/// Adapter of the suite `removable-count`.
pub fn removable_count(input: &Input<'_>) -> Read<Answer> {
    let (empty, drain) = (input.small("empty")?, input.small("drain")?);
    let settings = Settings::default();
    let since_ms = NOW_MS - threshold_ms(true, &settings) - 1;
    let mut nodes = UnneededNodes::default();
    nodes.update((0..empty + drain).map(|index| unneeded(index, index < empty, since_ms)));
    let groups = [group(input.small("min_size")?, input.small("target_size")?)];
    let deletions = [input.small_or("ongoing_deletions", 0)?];
    let state = CandidateState { is_ready: true, is_scale_down_disabled: false, group: Some(0) };
    let found = nodes.removable_at(NOW_MS, &groups, &deletions, &settings, |_| state);
    Ok(Answer::new().with("empty_to_remove", found.empty.len()).with("drain_to_remove", found.drain.len()))
}

/// Adapter of the suite `unremovable-reason`.
pub fn unremovable_reason(input: &Input<'_>) -> Read<Answer> {
    input.skip_if_named(&["error", "fails"], "a pool's settings are never out of reach here")?;
    let mut settings = Settings::default();
    set_time(&mut settings, Setting::ScaleDownUnneededTime, input, "unneeded_time_s")?;
    set_time(&mut settings, Setting::ScaleDownUnreadyTime, input, "unready_time_s")?;
    let mut nodes = UnneededNodes::default();
    let since_ms = input.ms("unneeded_for_s")?.map_or(NOW_MS, |for_ms| at_ms(-for_ms));
    nodes.update(std::iter::once(unneeded(0, true, since_ms)));
    let state = CandidateState {
        is_ready: input.flag_or("ready", true)?,
        is_scale_down_disabled: input.flag_or("annotation_scale_down_disabled", false)?,
        group: input.flag_or("in_node_group", true)?.then_some(0),
    };
    let groups = [group(input.small("min_size")?, input.small("target_size")?)];
    let deletions = [input.small_or("ongoing_deletions", 0)?];
    let NodesToDelete { empty, unremovable, .. } =
        nodes.removable_at(NOW_MS, &groups, &deletions, &settings, |_| state);
    let reason = unremovable.first().map(|(_, reason)| reason.name());
    Ok(Answer::new().with("removable", !empty.is_empty()).with("reason", reason))
}

/// Adapter of the suite `unneeded-tracking`.
pub fn unneeded_tracking(input: &Input<'_>) -> Read<Answer> {
    let mut settings = Settings::default();
    set_time(&mut settings, Setting::ScaleDownUnneededTime, input, "unneeded_time_s")?;
    set_time(&mut settings, Setting::ScaleDownUnreadyTime, input, "unready_time_s")?;
    let mut names: Vec<&str> = Vec::new();
    let mut tracked = UnneededNodes::default();
    let mut readiness = Vec::new();
    let later_ms = at_ms(input.ms("t1_after_t0_s")?.unwrap_or_default());
    for (key, now_ms) in [("t0_unneeded", NOW_MS), ("t1_unneeded", later_ms)] {
        readiness.clear();
        let mut nodes = Vec::new();
        for node in input.list(key)? {
            let name = node.text("name")?;
            let index = names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            readiness.push((index, node.flag_or("ready", true)?));
            nodes.push(unneeded(u32::try_from(index).unwrap_or(u32::MAX), true, now_ms));
        }
        tracked.update(nodes.into_iter());
    }
    let mut since = Map::new();
    let mut thresholds = Map::new();
    for node in tracked.nodes() {
        let index = node.id.instance_id as usize;
        let name = (*names.get(index).unwrap_or(&"")).to_owned();
        since.insert(name.clone(), json!(if node.since_ms == NOW_MS { "t0" } else { "t1" }));
        let is_ready = readiness.iter().any(|(known, is_ready)| *known == index && *is_ready);
        thresholds.insert(name, json!(threshold_ms(is_ready, &settings) / 1000));
    }
    Ok(Answer::new().with("since", since).with("threshold_s", thresholds))
}

/// Adapter of the suite `deletion-budget`.
pub fn deletion_budget(input: &Input<'_>) -> Read<Answer> {
    input.skip_if_atomic()?;
    let deletions = |input: &Input<'_>| {
        Ok(DeletionCounts { empty: input.small("empty")? as usize, drain: input.small("drain")? as usize })
    };
    let limits = ScaleDownBudget {
        all: input.small("max_parallelism")? as usize,
        drain: input.small("max_drain_parallelism")? as usize,
    };
    let allowed = limits.crop(deletions(&input.get("in_progress")?)?, deletions(input)?);
    Ok(Answer::new().with("empty", allowed.empty).with("drain", allowed.drain))
}
