//! The suite about AKS's branch of the autoscaler: pools whose scale-down mode is Deallocate.

use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::Answer;
use super::health::{ObservedCluster, old_node};
use super::input::{Input, Read, Stop};
use super::model::{NOW_MS, pool};
use super::pools::{PoolFixture, mode, states};
use scale_down_engine::autoscaler::cluster_state::{FailedInstance, Observation};
use scale_down_engine::autoscaler::instance::{
    CreationError, ErrorClass, InstanceState, InstanceStatus, ProviderSettings, VmInstanceView, VmPowerState,
    VmProvisioningState,
};
use scale_down_engine::autoscaler::instance_cache::{EndedOperation, InstanceCache};
use scale_down_engine::autoscaler::{NodeGroup, Settings};
use scale_down_engine::provider::node_group::{capacity, target_size};
use scale_down_engine::{AutoscalerRange, NodeState, ScaleDownMode};

/// Adapter of the suite `deallocate`; the fields of a case decide its subject.
pub fn deallocate(input: &Input<'_>) -> Read<Answer> {
    if input.has("spec") {
        let reason = "specifications of node groups on the command line are for autoscalers that people run themselves";
        return Err(Stop::Skipped(reason.to_owned()));
    }
    if input.find("orchestration").map(|kind| kind.as_text()).transpose()?.is_some_and(|kind| kind != "Uniform") {
        return Err(Stop::Skipped("AKS pools are uniform scale sets".to_owned()));
    }
    if input.has("provisioning") {
        status(input)
    } else if input.has("result") {
        ended(input)
    } else if input.has("scale_up") {
        failed_creation(input)
    } else if input.has("increase") {
        increase(input)
    } else {
        delete(input)
    }
}

fn provisioning(word: &str) -> Read<VmProvisioningState> {
    Ok(match word {
        "Creating" => VmProvisioningState::Creating,
        "Updating" => VmProvisioningState::Updating,
        "Succeeded" => VmProvisioningState::Succeeded,
        "Failed" => VmProvisioningState::Failed,
        "Deleting" => VmProvisioningState::Deleting,
        other => return Err(Stop::Unreadable(format!("'{other}' is no provisioning state"))),
    })
}

/// Returns the power state of a name; [`VmPowerState::Unknown`] if Azure gives an unknown one.
#[must_use]
pub fn power(word: &str) -> VmPowerState {
    let word = word.rsplit('/').next().unwrap_or(word);
    VmPowerState::ALL.into_iter().find(|power| power.name().eq_ignore_ascii_case(word)).unwrap_or(VmPowerState::Unknown)
}

fn state(word: &str) -> Read<InstanceState> {
    let all = [
        InstanceState::Running,
        InstanceState::Creating,
        InstanceState::Deleting,
        InstanceState::Deallocated,
        InstanceState::Deallocating,
    ];
    let found = all.into_iter().find(|state| state.name() == word);
    found.ok_or_else(|| Stop::Unreadable(format!("'{word}' is no state of an instance")))
}

fn policy(input: &Input<'_>) -> Read<ScaleDownMode> {
    input.find("policy").map_or(Ok(ScaleDownMode::Delete), |policy| mode(policy.as_text()?))
}

/// Answers a case about the instance status that is read from a VM's provisioning and power state.
fn status(input: &Input<'_>) -> Read<Answer> {
    let provider_settings = ProviderSettings {
        policy: policy(input)?,
        is_fast_delete: input.flag_or("fast_delete_on_failed_provisioning", true)?,
    };
    let machine = VmInstanceView {
        provisioning: provisioning(input.text("provisioning")?)?,
        power: input.find("power").map_or(Ok(VmPowerState::Unknown), |word| word.as_text().map(power))?,
        has_extension_error: input.flag_or("extension_error", false)?,
    };
    let known =
        input.find_any(&["known", "cached_state", "last_state"]).map(|word| state(word.as_text()?)).transpose()?;
    let found = provider_settings.status(machine, known.map(InstanceStatus::from));
    let error = found.as_ref().and_then(|status| status.error);
    Ok(Answer::new()
        .with("state", found.as_ref().map(|status| status.state.name()))
        .with("has_error", error.is_some())
        .with("error_code", error.map(|error| error.code.to_string()))
        .with("error_class", error.map(|error| error.class.name()))
        .with("message", error.map(|error| error.message.to_string())))
}

/// Answers a case about the instance cache after starts, deallocations and deletions succeed or fail.
fn ended(input: &Input<'_>) -> Read<Answer> {
    let has_succeeded = input.text("result")? == "success";
    let mut cache = InstanceCache::default();
    cache.refresh(
        std::iter::empty(),
        ProviderSettings { policy: ScaleDownMode::Deallocate, is_fast_delete: true },
        NOW_MS,
    );
    let words = input.texts("states")?;
    for (word, id) in words.iter().zip(0..) {
        cache.set(id, state(word)?);
    }
    for (word, id) in words.iter().zip(0..) {
        let ended_operation = match state(word)? {
            InstanceState::Running | InstanceState::Creating => EndedOperation::Start,
            InstanceState::Deallocating | InstanceState::Deallocated => EndedOperation::Deallocation,
            InstanceState::Deleting => EndedOperation::Deletion,
        };
        cache.on_ended(id, ended_operation, has_succeeded);
    }
    let states: Vec<&str> = cache.entries().iter().map(|(_, status)| status.state.name()).collect();
    Ok(Answer::new().with("states", states).with("cache_invalidated", cache.is_stale(NOW_MS + 1)))
}

/// Answers a case about instances that fail to be created during a scale-up.
fn failed_creation(input: &Input<'_>) -> Read<Answer> {
    let settings = Settings::default();
    let delta = input.small("scale_up")?;
    let mut failed: Vec<FailedInstance> = Vec::new();
    for (instance, id) in input.get("instances")?.as_list()?.iter().zip(0..) {
        state(instance.text("state")?)?;
        let class = match instance.find("error_class").map(|class| class.as_text()).transpose()? {
            None => continue,
            Some("OutOfResources") => ErrorClass::OutOfResources,
            Some(_) => ErrorClass::Other,
        };
        let code = instance.text("error_code")?.to_owned().into();
        let message = instance.find("message").map_or(Ok(""), |message| message.as_text())?.to_owned().into();
        failed.push((id, CreationError { class, code, message }));
    }
    let policy = input.find("policy").map_or(Ok(ScaleDownMode::Deallocate), |policy| mode(policy.as_text()?))?;
    let group = NodeGroup { id: pool(0), name: "ng1".into(), min: 1, max: 10, target: 1 + delta, policy };
    let mut cluster =
        ObservedCluster { groups: vec![group], nodes: vec![old_node(Some(0), true)], ..ObservedCluster::default() };
    cluster.state.align(&cluster.groups);
    cluster.state.register_scale_up(0, delta.into(), &settings, NOW_MS);
    let seen =
        Observation { groups: &cluster.groups, nodes: &cluster.nodes, unregistered: &[Vec::new()], failed: &[failed] };
    cluster.state.update(&seen, &settings, NOW_MS, &mut Vec::new());
    let found = cluster.state.scaling_safety(0, policy, &settings, NOW_MS);
    let error = found.backoff.map(|backoff| &backoff.error);
    Ok(Answer::new()
        .with("safe_to_scale", found.is_safe())
        .with("healthy", found.is_healthy)
        .with("backed_off", found.backoff.is_some())
        .with("error_code", error.map(|error| error.code.to_string()))
        .with("error_class", error.map(|error| error.class.name()))
        .with("message", error.map(|error| error.message.to_string())))
}

/// Builds the pool of a case, with its running and deallocated machines given by number or by instance ids.
fn fixture(input: &Input<'_>, max: u32) -> Read<PoolFixture> {
    let count_of = |key: &str| -> Read<Option<u32>> {
        Ok(match input.find(key) {
            Some(list) if list.is_list() => {
                let ids = list.as_list()?.iter().map(Input::as_small).collect::<Read<Vec<_>>>()?;
                Some(u32::try_from(ids.len()).unwrap_or(u32::MAX))
            }
            Some(count) => Some(count.as_small()?),
            None => None,
        })
    };
    let deallocated = count_of("deallocated")?.unwrap_or(0);
    let capacity = count_of("capacity")?;
    let running = match count_of("running")? {
        Some(running) => running,
        None => capacity.unwrap_or(0).saturating_sub(deallocated),
    };
    // What is neither running nor deallocated is not there at all, and a case cannot mean it.
    if capacity.is_some_and(|capacity| capacity != running + deallocated) {
        return Err(Stop::Unreadable("the capacity is not what runs and what lies deallocated".to_owned()));
    }
    let range = AutoscalerRange { min: input.small_or("min", 0)?, max };
    let mut fixture = PoolFixture::with_range(policy(input)?, (running, deallocated), range)?;
    let named = input.find("deallocated").filter(Input::is_list);
    let named = named.map_or_else(|| Ok(Vec::new()), |ids| ids.as_list()?.iter().map(Input::as_small).collect())?;
    if !named.is_empty() {
        // A pool that is loaded has those with the highest ids deallocated: here they are named.
        fixture = PoolFixture::with_range(policy(input)?, (running + deallocated, 0), AutoscalerRange { min: 0, max })?;
        fixture.cloud.delete_nodes(fixture.id, &named, false).map_err(Stop::Unreadable)?;
        fixture.settle();
    }
    Ok(fixture)
}

/// Answers a case that increases the size of a pool.
fn increase(input: &Input<'_>) -> Read<Answer> {
    let mut fixture = fixture(input, input.small_or("max", 1000)?)?;
    let before = fixture.pool()?.next_instance_id();
    let asked = fixture.cloud.increase_size(fixture.id, input.small("increase")?);
    let pool = fixture.pool()?;
    let started = asked.as_ref().map(|growth| growth.started.clone()).unwrap_or_default();
    let created: Vec<u32> = pool.nodes().map(|node| node.instance_id).filter(|id| *id >= before).collect();
    Ok(Answer::new()
        .with("target", target_size(pool))
        .with("target_after", target_size(pool))
        .with("capacity_after", capacity(pool))
        .with("started", started)
        .with("created", created)
        .with("error", asked.err()))
}

/// Answers a case that deletes nodes of a pool.
fn delete(input: &Input<'_>) -> Read<Answer> {
    // How Azure is told to delete changes nothing of what is deleted.
    input.flag_or("force_delete", false)?;
    let mut fixture = fixture(input, 1000)?;
    let forced = input.find("force_delete_nodes");
    let ids = match &forced {
        Some(ids) => ids.as_list()?,
        None => input.get("delete")?.as_list()?,
    };
    let ids = ids.iter().map(Input::as_small).collect::<Read<Vec<_>>>()?;
    let before = target_size(fixture.pool()?);
    let asked = fixture.cloud.delete_nodes(fixture.id, &ids, forced.is_some());
    let pool = fixture.pool()?;
    let call = if pool.count_in(NodeState::Deallocating) > 0 {
        json!("BeginDeallocate")
    } else if pool.count_in(NodeState::Deleting) > 0 {
        json!("BeginDeleteInstances")
    } else {
        Value::Null
    };
    let error: Option<Arc<str>> = asked.err().map(Into::into);
    Ok(Answer::new()
        .with("api_call", call)
        .with("capacity_after", capacity(pool))
        .with("target_before", before)
        .with("target_after", target_size(pool))
        .with_partial("states", states(pool, &ids))
        .with("error", error.as_deref()))
}
