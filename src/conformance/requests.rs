//! Suites about scale requests that are not fulfilled: backoff, wrong target sizes and unregistered instances.

use serde_json::{Value, json};

use super::answer::Answer;
use super::candidates::set_time;
use super::fake::{FakeProvider, ProviderCall};
use super::health::{ObservedCluster, old_node, settings};
use super::input::{Input, Read, Stop};
use super::model::{NOW_MS, Nodes, at_ms, pool};
use scale_down_engine::ScaleDownMode;
use scale_down_engine::autoscaler::Setting;
use scale_down_engine::autoscaler::Settings;
use scale_down_engine::autoscaler::backoff::{BackoffTimes, Backoffs};
use scale_down_engine::autoscaler::cluster_state::ClusterState;
use scale_down_engine::autoscaler::instance::{CreationError, ErrorClass};
use scale_down_engine::kubernetes::{NodeId, NodeInfo, Resources};

fn positive(ms: Option<i64>) -> u64 {
    ms.and_then(|ms| u64::try_from(ms).ok()).unwrap_or_default()
}

/// Adapter of the suite `backoff`.
pub fn backoff(input: &Input<'_>) -> Read<Answer> {
    let times = BackoffTimes {
        initial_ms: positive(input.ms("initial_s")?),
        max_ms: positive(input.ms("max_s")?),
        reset_ms: positive(input.ms("reset_timeout_s")?),
    };
    let mut names: Vec<&str> = Vec::new();
    let mut backoffs = Backoffs::default();
    let mut all_hold = true;
    for step in input.get("steps")?.as_list()? {
        let now_ms = at_ms(step.ms("t")?.unwrap_or_default());
        let group = match step.find("group").map(|group| group.as_text()).transpose()? {
            Some(name) => {
                let known = names.iter().position(|known| *known == name);
                pool(known.unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                }))
            }
            None => pool(0),
        };
        let error = step.find("error").map(|error| error.as_text()).transpose()?;
        match step.find("op").map(|op| op.as_text()).transpose()? {
            Some("fail") => {
                let code = error.unwrap_or_default().to_owned().into();
                let error = CreationError { class: ErrorClass::OutOfResources, code, message: "".into() };
                backoffs.fail(group, error, now_ms, times);
            }
            Some("remove") => backoffs.remove(group),
            Some(op) if op.contains("stale") => backoffs.remove_stale(now_ms, times),
            Some(op) => return Err(Stop::Unreadable(format!("'{op}' is no step"))),
            None => {
                let status = backoffs.status(group, now_ms);
                if let Some(expected) = step.find("backed_off") {
                    all_hold &= status.is_some() == expected.as_flag()?;
                }
                all_hold &= error.is_none_or(|error| status.is_some_and(|status| status.error.code == error));
            }
        }
        for key in ["entries", "remaining", "known"] {
            if let Some(entries) = step.find(key) {
                all_hold &= backoffs.entries().len() as u64 == entries.as_count()?;
            }
        }
    }
    Ok(Answer::new().with("all_steps_hold", all_hold))
}

/// Reports the scale-up safety of the only group: its health, and the backoff that keeps it from growing.
fn safety(cluster: &ObservedCluster, settings: &Settings, now_ms: u64) -> Value {
    let found = cluster.state.scaling_safety(0, ScaleDownMode::Delete, settings, now_ms);
    let error = found.backoff.map(|backoff| &backoff.error);
    json!({
        "safe_to_scale": found.is_safe(),
        "healthy": found.is_healthy,
        "cluster_healthy": cluster.state.is_cluster_healthy(settings),
        "backed_off": found.backoff.is_some(),
        "error_code": error.map(|error| &error.code),
        "error_class": error.map(|error| error.class.name()),
        "message": error.map(|error| &error.message),
    })
}

/// Adapter of the suite `scale-up-backoff`.
pub fn scale_up_backoff(input: &Input<'_>) -> Read<Answer> {
    let mut settings = settings(input)?;
    let times = input.get("backoff")?;
    set_time(&mut settings, Setting::InitialBackoff, &times, "initial_s")?;
    set_time(&mut settings, Setting::MaxBackoff, &times, "max_s")?;
    set_time(&mut settings, Setting::BackoffReset, &times, "reset_s")?;
    let mut cluster = ObservedCluster::default();
    cluster.group("ng1", &input.get("group")?)?;
    cluster.state.align(&cluster.groups);
    let mut steps = Vec::new();
    for step in input.get("steps")?.as_list()? {
        let now_ms = at_ms(step.ms("t")?.unwrap_or_default());
        if let Some(after_ms) = step.ms("scale_up_requested_at")? {
            cluster.state.register_scale_up(0, 1, &settings, at_ms(after_ms));
            cluster.observe(&settings, now_ms);
        }
        if step.flag_or("scale_up_succeeds", false)? {
            cluster.state.register_scale_up(0, 1, &settings, now_ms);
            cluster.nodes.push(old_node(Some(0), true));
            cluster.observe(&settings, now_ms);
        }
        steps.push(safety(&cluster, &settings, now_ms));
    }
    Ok(Answer::new().with_partial("per_step", steps))
}

/// Returns a cluster with one empty group.
fn lone_group() -> ObservedCluster {
    let mut cluster = ObservedCluster::default();
    let (min, max, target, policy) = (0, 1000, 0, ScaleDownMode::Delete);
    let group = scale_down_engine::autoscaler::NodeGroup { id: pool(0), name: "ng1".into(), min, max, target, policy };
    cluster.groups.push(group);
    cluster.unregistered.push(Vec::new());
    cluster.state.align(&cluster.groups);
    cluster
}

/// Adapter of the suite `scale-up-request`.
pub fn scale_up_request(input: &Input<'_>) -> Read<Answer> {
    let settings = settings(input)?;
    let mut state: ClusterState = lone_group().state;
    let mut steps = Vec::new();
    for step in input.get("steps")?.as_list()? {
        let delta = step.get("delta")?.as_ms()? / 1000;
        state.register_scale_up(0, delta, &settings, at_ms(step.ms("t")?.unwrap_or_default()));
        let request = state.group(0).and_then(|group| group.scale_up);
        steps.push(request.map_or(Value::Null, |request| {
            json!({
                "increase": request.increase,
                "time": (request.at_ms - NOW_MS) / 1000,
                "expected_add": (request.expected_ms - NOW_MS) / 1000,
            })
        }));
    }
    Ok(Answer::new().with_partial("per_step", steps))
}

/// Adapter of the suite `scale-down-request`.
pub fn scale_down_request(input: &Input<'_>) -> Read<Answer> {
    let settings = settings(input)?;
    let mut cluster = lone_group();
    cluster.state.register_scale_down(0, at_ms(input.ms("expected_delete_in_s")?.unwrap_or_default()));
    let mut open = Vec::new();
    for check in input.get("check_at_s")?.as_list()? {
        cluster.observe(&settings, at_ms(check.as_ms()?));
        open.push(cluster.state.group(0).map_or(0, |group| group.scale_downs.len()));
    }
    Ok(Answer::new().with("open_requests", open))
}

/// Returns a group with a number of ready nodes and a target size.
fn group_of(ready: u32, target: u32) -> (FakeProvider, Nodes) {
    let mut nodes = Nodes::default();
    for instance_id in 0..ready {
        let id = NodeId { pool: pool(0), instance_id };
        nodes.all.push(NodeInfo::new(id, &format!("ng1-{}", instance_id + 1), Resources::new(1000, 1000)));
    }
    let mut fake = FakeProvider::default();
    let id = NodeId { pool: pool(0), instance_id: u32::MAX };
    fake.add_group("ng1", (1, 10, target), NodeInfo::new(id, "template", Resources::new(1000, 1000)));
    (fake, nodes)
}

/// Reads the settings of a case about the loop's clean-up: no node is removed as unneeded within a week.
fn clearing_up(input: &Input<'_>) -> Read<Settings> {
    let mut settings = settings(input)?;
    let week_ms = 7 * 24 * 3_600_000;
    settings.set(Setting::ScaleDownUnneededTime, week_ms);
    Ok(settings)
}

/// Adapter of the suite `fix-target-size`.
pub fn fix_target_size(input: &Input<'_>) -> Read<Answer> {
    input.skip_if_atomic()?;
    let settings = clearing_up(input)?;
    let (mut fake, nodes) = group_of(input.small("registered")?, input.small("target")?);
    let now_ms = positive(input.ms("wrong_since_s")?);
    fake.run(&nodes, &settings, 0);
    let mut fixed = Vec::new();
    let mut delta = 0;
    for check in input.get("check_after_s")?.as_list()? {
        let after_ms = positive(Some(check.as_ms()?)).min(now_ms);
        let (_, calls) = fake.run(&nodes, &settings, after_ms);
        let shrunk: i64 = calls
            .iter()
            .map(|act| if let ProviderCall::DecreaseTargetSize(_, by) = act { i64::from(*by) } else { 0 })
            .sum();
        fixed.push(shrunk > 0);
        delta -= shrunk;
    }
    Ok(Answer::new().with("fixed", fixed).with("delta", delta))
}

/// Adapter of the suite `remove-unregistered`.
pub fn remove_unregistered(input: &Input<'_>) -> Read<Answer> {
    input.skip_if_atomic()?;
    let settings = clearing_up(input)?;
    let registered = input.texts("registered")?;
    let instances = input.texts("instances")?;
    let ready = u32::try_from(registered.len()).unwrap_or(u32::MAX);
    let (mut fake, nodes) = group_of(ready, input.small("target")?);
    if let (Some(group), Some(min)) = (fake.groups.first_mut(), input.find("min")) {
        group.min = min.as_small()?;
    }
    let missing: Vec<&str> = instances.into_iter().filter(|name| !registered.contains(name)).collect();
    let count = u32::try_from(missing.len()).unwrap_or(u32::MAX);
    if let Some(unregistered) = fake.unregistered.first_mut() {
        *unregistered = (ready..ready + count).collect();
    }
    let now_ms = positive(input.ms("unregistered_since_s")?);
    fake.run(&nodes, &settings, 0);
    let mut removed = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for check in input.get("check_after_s")?.as_list()? {
        let after_ms = positive(Some(check.as_ms()?)).min(now_ms);
        let (_, calls) = fake.run(&nodes, &settings, after_ms);
        let gone = calls.iter().flat_map(|act| match act {
            ProviderCall::DeleteMachines(_, machines) => machines.clone(),
            _ => Vec::new(),
        });
        let gone: Vec<u32> = gone.collect();
        removed.push(!gone.is_empty());
        names.extend(gone.iter().filter_map(|id| missing.get((id - ready) as usize)));
    }
    Ok(Answer::new().with("removed", removed).with("node", names.first().copied()).with("nodes", names))
}
