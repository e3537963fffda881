//! `az aks nodepool`: node pools.

use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::arguments::{check_node_count, count, given_pairs, needed, pool_mode, scale_down_mode, taints};
use super::context::Context;
use super::execution::{Action, Reply};
use super::named::cluster;
use super::named::pool::{AGENT_POOLS, existing, named_cluster, named_pool};
use super::pool_settings::{autoscaler_change, check_scale, note_price, spec};
use super::presume::presume;
use super::refusal::{Result, missing, refusal};
use super::{abort, await_resource, profile, upgrade};
use crate::az::arm::{self, resource};
use crate::az::parse::Invocation;
use crate::az::validate::decorator::{self, PoolFacts};
use crate::output::TableTransformer;
use scale_down_engine::{Cloud, PoolUpdate};

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
        "wait" => await_resource::wait(invocation, context.cloud, Some("agent_pool_name")),
        _ => profile::run(verb, invocation, context),
    }
}

fn add(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let group = needed(invocation, "resource_group_name")?;
    let cluster_name = needed(invocation, "cluster_name")?;
    let name = needed(invocation, "nodepool_name")?;
    presume(group, cluster_name, context)?;
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

fn list(invocation: &Invocation, cloud: &Cloud) -> Result<Action> {
    let cluster = named_cluster(invocation, cloud)?;
    let pools = cluster.pools.iter();
    let pools = pools.map(|pool| resource::pool(cluster, pool)).collect();
    Ok(Action::columns(Value::Array(pools), TableTransformer::NodepoolList))
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
    Ok(Action::columns(value, TableTransformer::NodepoolShow))
}

fn scale(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = named_pool(invocation, context.cloud)?;
    let reply = Reply::pool(cluster, pool);
    let count = check_scale(pool, count(invocation, "node_count"))?;
    check_node_count(invocation, pool.spec.mode)?;
    let id = pool.id;
    let operation = context.cloud.scale_pool(id, count)?;
    Ok(Action::Start(vec![operation], reply))
}

fn update(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = named_pool(invocation, context.cloud)?;
    let facts = PoolFacts {
        is_autoscaled: pool.spec.autoscaler.is_some(),
        is_virtual_machines: resource::is_virtual_machines(&pool.spec.imported),
        pools_of_cluster: 1,
    };
    let (id, mode, reply) = (pool.id, pool.spec.mode, Reply::pool(cluster, pool));
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

/// Deletes, starts or stops a pool that exists; the service checks the rest.
fn switch(verb: &str, invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = existing(invocation, context.cloud)?;
    let reply = Reply::pool(cluster, pool);
    let id = pool.id;
    let operation = match verb {
        "delete" => context.cloud.delete_pool(id),
        "start" => context.cloud.start_pool(id),
        _ => context.cloud.stop_pool(id),
    }?;
    let reply = if verb == "delete" { Reply::Nothing } else { reply };
    Ok(Action::Start(vec![operation], reply))
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
