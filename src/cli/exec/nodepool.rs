//! `az aks nodepool`: node pools.

use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::arguments::{
    check_node_count, count, given_pairs, needed, pairs, pool_mode, range, scale_down_mode, taints,
};
use super::{
    Action, Context, Reply, Result, abort, cluster, missing, profile, refusal, resource, service_refusal, upgrade,
};
use crate::arm;
use crate::error::CliError;
use crate::outcome::Block;
use crate::output::TableTransformer;
use crate::parse::Invocation;
use crate::validate::decorator::{self, AutoscalerUpdate, PoolFacts};
use scale_down_engine::{
    Cloud, Cluster, OsDiskType, OsType, Pool, PoolMode, PoolSpec, PoolUpdate, ScaleDownMode, ServiceError, VmSize,
};

/// Path segment after the cluster in the address of a pool.
pub(super) const AGENT_POOLS: &str = "agentPools";

pub(super) fn run(verb: &str, invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    match verb {
        "add" => add(invocation, context),
        "list" => list(invocation, context.cloud),
        "show" => show(invocation, context.cloud),
        "scale" => scale(invocation, context),
        "update" => update(invocation, context),
        "delete" | "start" | "stop" => switch(verb, invocation, context),
        "delete-machines" => delete_machines(invocation, context),
        "operation-abort" => abort::run(invocation, context),
        "get-upgrades" => upgrade::of_pool(invocation, context.cloud),
        "upgrade" => upgrade::upgrade_pool(invocation, context),
        "get-rollback-versions" => upgrade::rollback_versions(invocation, context.cloud),
        "rollback" => upgrade::rollback(invocation, context),
        "wait" => cluster::wait(invocation, context.cloud, Some("agent_pool_name")),
        _ => profile::run(verb, invocation, context),
    }
}

fn add(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let group = needed(invocation, "resource_group_name")?;
    let cluster_name = needed(invocation, "cluster_name")?;
    let name = needed(invocation, "nodepool_name")?;
    cluster::presume(group, cluster_name, context)?;
    let cluster = cluster::find(context.cloud, group, cluster_name, AGENT_POOLS)?;
    // As the command does, which leaves names in other letter case to the service.
    if cluster.pools.iter().any(|pool| pool.spec.name == name) {
        context.hint(format!(
            "Delete it first (az aks nodepool delete --name {name} …), take another --name, or pick a fresh starting point under Examples."
        ));
        return Err(refusal(format!(
            "Node pool {name} already exists, please try a different name, use 'aks nodepool list' to get current list of node pool"
        )));
    }
    decorator::pool_to_add(invocation)?;
    let id = cluster.id;
    let spec = spec(name, invocation, &cluster.spec.location)?;
    let vm_size = spec.vm_size.clone();
    let operation = context.cloud.add_pool(id, spec)?;
    note_price(&vm_size, context);
    Ok(Action::Start(
        vec![operation],
        Reply::Pool { group: group.to_owned(), cluster: cluster_name.to_owned(), pool: name.to_owned() },
    ))
}

/// Reads the settings of a new pool, for `nodepool add` or for the first pool of `aks create`.
pub(super) fn spec(name: &str, invocation: &Invocation, location: &str) -> Result<PoolSpec> {
    let is_windows = invocation.text("os_type").is_some_and(|os| os.eq_ignore_ascii_case("windows"));
    let default_size = if is_windows { "Standard_D2s_v3" } else { "Standard_DS2_v2" };
    let size_name = invocation.text("node_vm_size").filter(|size| !size.is_empty()).unwrap_or(default_size);
    let vm_size = VmSize::find(size_name).ok_or_else(|| unknown_size(size_name, location))?;
    let mut spec = PoolSpec::new(name, vm_size);
    spec.mode = pool_mode(invocation).unwrap_or(PoolMode::System);
    if is_windows {
        spec.os_type = OsType::Windows;
    }
    let default_sku = if is_windows { "Windows2022" } else { "Ubuntu" };
    invocation.text("os_sku").unwrap_or(default_sku).clone_into(&mut spec.os_sku);
    if invocation.text("node_osdisk_type").is_some_and(|kind| kind.eq_ignore_ascii_case("ephemeral")) {
        spec.os_disk_type = OsDiskType::Ephemeral;
    }
    if let Some(size_gib) = count(invocation, "node_osdisk_size").filter(|size| *size > 0) {
        spec.os_disk_size_gib = size_gib;
    }
    if let Some(max_pods) = count(invocation, "max_pods").filter(|pods| *pods > 0) {
        spec.max_pods = max_pods;
    }
    if let Some(zones) = invocation.list("zones") {
        spec.zones = zones.iter().filter_map(|zone| zone.parse().ok()).collect();
    }
    if let Some(version) = invocation.text("kubernetes_version").filter(|version| !version.is_empty()) {
        version.clone_into(&mut spec.kubernetes_version);
    }
    let (labels, taint) =
        if invocation.has("labels") { ("labels", "node_taints") } else { ("nodepool_labels", "nodepool_taints") };
    spec.labels = pairs(invocation, labels);
    spec.taints = taints(invocation, taint);
    spec.tags = pairs(invocation, "tags");
    spec.spot = invocation.text("priority") == Some("Spot");
    if invocation.text("eviction_policy") == Some("Deallocate") {
        spec.eviction_policy = ScaleDownMode::Deallocate;
    }
    spec.scale_down_mode = scale_down_mode(invocation).unwrap_or_default();
    if invocation.flag("enable_cluster_autoscaler") {
        spec.autoscaler = range(invocation);
    }
    check_node_count(invocation, spec.mode)?;
    if let Some(count) = count(invocation, "node_count") {
        spec.count = count;
    }
    Ok(spec)
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

fn list(invocation: &Invocation, cloud: &Cloud) -> Result<Action> {
    let cluster = named_cluster(invocation, cloud)?;
    let pools = cluster.pools.iter();
    let pools = pools.map(|pool| resource::pool(cluster, pool)).collect();
    Ok(Action::Answer(Reply::Value(Value::Array(pools), TableTransformer::NodepoolList)))
}

fn show(invocation: &Invocation, cloud: &Cloud) -> Result<Action> {
    let value = if needed(invocation, "nodepool_name")?.is_empty() {
        // The address of all pools; their list, read as one pool, has nothing that one has.
        named_cluster(invocation, cloud)?;
        arm::pool_from_arm(&json!({}))
    } else {
        let (cluster, pool) = named_pool(invocation, cloud)?;
        resource::pool(cluster, pool)
    };
    Ok(Action::Answer(Reply::Value(value, TableTransformer::NodepoolShow)))
}

fn scale(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = named_pool(invocation, context.cloud)?;
    let reply = reply(cluster, pool);
    let count = check_scale(pool, count(invocation, "node_count"))?;
    check_node_count(invocation, pool.spec.mode)?;
    let id = pool.id;
    let operation = context.cloud.scale_pool(id, count)?;
    Ok(Action::Start(vec![operation], reply))
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

fn update(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = named_pool(invocation, context.cloud)?;
    let facts = PoolFacts {
        is_autoscaled: pool.spec.autoscaler.is_some(),
        is_virtual_machines: resource::is_virtual_machines(&pool.spec.imported),
        pools_of_cluster: 1,
    };
    let (id, mode, reply) = (pool.id, pool.spec.mode, reply(cluster, pool));
    let change = match autoscaler_change(invocation, &facts, context)? {
        ControlFlow::Continue(change) => change,
        ControlFlow::Break(action) => return Ok(action),
    };
    decorator::pool_to_update(invocation)?;
    check_node_count(invocation, mode)?;
    let update = PoolUpdate {
        // The 2021 document's spelling of a scale; the argument does not exist in strict mode.
        count: count(invocation, "node_count"),
        scale_down_mode: scale_down_mode(invocation),
        mode: pool_mode(invocation),
        labels: given_pairs(invocation, "labels"),
        taints: invocation.is_specified("node_taints").then(|| taints(invocation, "node_taints")),
        tags: given_pairs(invocation, "tags"),
        ..change
    };
    let operation = context.cloud.update_pool(id, update)?;
    Ok(Action::Start(vec![operation], reply))
}

/// Reads a line's change to a pool's autoscaler: none, a range, or off. Shared with `az aks update`.
///
/// If that is already so, the command warns and is done (`ControlFlow::Break`).
pub(super) fn autoscaler_change(
    invocation: &Invocation,
    facts: &PoolFacts,
    context: &mut Context<'_>,
) -> Result<ControlFlow<Action, PoolUpdate>> {
    let autoscaler = match decorator::autoscaler_update(invocation, facts)? {
        AutoscalerUpdate::Unchanged => None,
        AutoscalerUpdate::Disable => Some(None),
        AutoscalerUpdate::Range { .. } => Some(range(invocation)),
        AutoscalerUpdate::Already(warning) => {
            context.blocks.push(Block::Warning(warning.to_owned()));
            return Ok(ControlFlow::Break(Action::Answer(Reply::Nothing)));
        }
    };
    Ok(ControlFlow::Continue(PoolUpdate { autoscaler, ..PoolUpdate::default() }))
}

/// Deletes, starts or stops a pool that exists; the service checks the rest.
fn switch(verb: &str, invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = existing(invocation, context.cloud)?;
    let reply = reply(cluster, pool);
    let id = pool.id;
    let operation = match verb {
        "delete" => context.cloud.delete_pool(id),
        "start" => context.cloud.start_pool(id),
        _ => context.cloud.stop_pool(id),
    }?;
    let reply = if verb == "delete" { Reply::Nothing } else { reply };
    Ok(Action::Start(vec![operation], reply))
}

pub(super) fn reply(cluster: &Cluster, pool: &Pool) -> Reply {
    Reply::Pool {
        group: cluster.spec.resource_group.clone(),
        cluster: cluster.spec.name.clone(),
        pool: pool.spec.name.clone(),
    }
}

/// Deletes machines by name, without a drain.
fn delete_machines(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let cluster = named_cluster(invocation, context.cloud)?;
    let name = needed(invocation, "nodepool_name")?;
    let pool = cluster.pool(name).ok_or_else(|| {
        refusal(format!("Node pool {name} doesn't exist, use 'az aks nodepool list' to get current node pool list"))
            .with_exit_code(3)
    })?;
    let machines = invocation.list("machine_names").unwrap_or_default().iter().map(|machine| {
        let node = pool.nodes().find(|node| pool.node_name(node.instance_id) == *machine);
        node.map(|node| node.instance_id)
            .ok_or_else(|| missing("NotFound", format!("Could not find the machine resource: {machine}")))
    });
    let (id, machines) = (pool.id, machines.collect::<Result<Vec<u32>>>()?);
    let operation = context.cloud.delete_machines(id, &machines)?;
    Ok(Action::Start(vec![operation], Reply::Nothing))
}

/// Finds a pool for a command that looks for it before it asks the service; refuses in the client's words.
pub(super) fn existing<'a>(invocation: &Invocation, cloud: &'a Cloud) -> Result<(&'a Cluster, &'a Pool)> {
    let cluster = named_cluster(invocation, cloud)?;
    let name = needed(invocation, "nodepool_name")?;
    let pool = cluster.pool(name).ok_or_else(|| {
        refusal(format!("Node pool {name} doesnt exist, use 'aks nodepool list' to get current node pool list"))
    })?;
    Ok((cluster, pool))
}

fn named_cluster<'a>(invocation: &Invocation, cloud: &'a Cloud) -> Result<&'a Cluster> {
    let group = needed(invocation, "resource_group_name")?;
    cluster::find(cloud, group, needed(invocation, "cluster_name")?, AGENT_POOLS)
}

/// Finds a pool and its cluster by the arguments that name them.
pub(super) fn named_pool<'a>(invocation: &Invocation, cloud: &'a Cloud) -> Result<(&'a Cluster, &'a Pool)> {
    let cluster = named_cluster(invocation, cloud)?;
    Ok((cluster, find(cluster, needed(invocation, "nodepool_name")?)?))
}

/// Finds a pool of a cluster by name; the service's `NotFound` if there is none.
pub(super) fn find<'a>(cluster: &'a Cluster, name: &str) -> Result<&'a Pool> {
    cluster.pool(name).ok_or_else(|| missing("NotFound", format!("Could not find the agentpool resource: {name}")))
}
