//! `az aks nodepool`: node pools.

use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::context::Context;
use super::execution::{Action, Reply};
use super::named::pool::{cluster_of, existing, find};
use super::pool_settings::{autoscaler_change, check_node_count, check_scale, count, note_price, spec};
use super::presume::presume;
use super::refusal::{Result, missing, refusal};
use crate::az::arguments::{ChangedPool, ClusterName, NewPool, PoolName, arguments};
use crate::az::arm::{self, resource};
use crate::az::validate::autoscaler::PoolState;
use crate::az::validate::decorator;
use crate::output::TableTransformer;
use scale_down_engine::PoolUpdate;

arguments! {
    pub(super) struct Add<'a> {
        pool: PoolName<'a>,
        new: NewPool<'a>,
    }
}

pub(super) fn add(arguments: &Add<'_>, context: &mut Context<'_>) -> Result<Action> {
    let Add { pool: PoolName { cluster: cluster_name, name }, new } = arguments;
    presume(cluster_name, context)?;
    let cluster = cluster_of(context.cloud, cluster_name)?;
    // As the command does, which leaves names in other letter case to the service.
    if cluster.pools.iter().any(|pool| pool.spec.name == *name) {
        context.hint(format!(
            "Delete it first (az aks nodepool delete --name {name} …), take another --name, or pick a fresh starting point under Examples."
        ));
        return Err(refusal(format!(
            "Node pool {name} already exists, please try a different name, use 'aks nodepool list' to get current list of node pool"
        )));
    }
    decorator::pool_to_add(new)?;
    let id = cluster.id;
    let spec = spec(name, new, &cluster.spec.location)?;
    let vm_size = spec.vm_size.clone();
    let operation = context.cloud.add_pool(id, spec)?;
    note_price(&vm_size, context);
    Ok(Action::Start(
        vec![operation],
        Reply::Pool {
            group: cluster_name.group.to_owned(),
            cluster: cluster_name.name.to_owned(),
            pool: (*name).to_owned(),
        },
    ))
}

pub(super) fn list(cluster: &ClusterName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let cluster = cluster_of(context.cloud, cluster)?;
    let pools = cluster.pools.iter();
    let pools = pools.map(|pool| resource::pool(cluster, pool)).collect();
    Ok(Action::columns(Value::Array(pools), TableTransformer::NodepoolList))
}

pub(super) fn show(pool: &PoolName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let value = if pool.name.is_empty() {
        // The address of all pools; their list, read as one pool, has nothing that one has.
        cluster_of(context.cloud, &pool.cluster)?;
        arm::pool_from_arm(&json!({}))
    } else {
        let (cluster, pool) = find(context.cloud, pool)?;
        resource::pool(cluster, pool)
    };
    Ok(Action::columns(value, TableTransformer::NodepoolShow))
}

arguments! {
    pub(super) struct Scale<'a> {
        pool: PoolName<'a>,
        node_count: Option<i128>,
    }
}

pub(super) fn scale(arguments: &Scale<'_>, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = find(context.cloud, &arguments.pool)?;
    let reply = Reply::pool(cluster, pool);
    let count = check_scale(pool, count(arguments.node_count))?;
    check_node_count(arguments.node_count, pool.spec.mode)?;
    let id = pool.id;
    let operation = context.cloud.scale_pool(id, count)?;
    Ok(Action::Start(vec![operation], reply))
}

pub(super) fn update(change: &ChangedPool<'_>, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = find(context.cloud, &change.pool)?;
    let facts = PoolState {
        is_autoscaled: pool.spec.autoscaler.is_some(),
        is_virtual_machines: resource::is_virtual_machines(&pool.spec.imported),
        pools_of_cluster: 1,
    };
    let (id, mode, reply) = (pool.id, pool.spec.mode, Reply::pool(cluster, pool));
    let autoscaler = match autoscaler_change(&change.autoscaler, &facts, context)? {
        ControlFlow::Continue(autoscaler) => autoscaler,
        ControlFlow::Break(action) => return Ok(action),
    };
    decorator::pool_to_update(change)?;
    check_node_count(change.node_count, mode)?;
    let update = PoolUpdate {
        count: count(change.node_count),
        scale_down_mode: change.scale_down_mode,
        mode: change.autoscaler.mode,
        labels: change.labels.clone(),
        taints: change.node_taints.as_ref().map(|taints| taints.0.clone()),
        tags: change.tags.clone(),
        ..autoscaler
    };
    let operation = context.cloud.update_pool(id, update)?;
    Ok(Action::Start(vec![operation], reply))
}

/// Deletes a pool that exists; the service checks the rest.
pub(super) fn delete(pool: &PoolName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let id = existing(context.cloud, pool)?.1.id;
    Ok(Action::Start(vec![context.cloud.delete_pool(id)?], Reply::Nothing))
}

/// Starts a pool that exists; the service checks the rest.
pub(super) fn start(pool: &PoolName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = existing(context.cloud, pool)?;
    let (id, reply) = (pool.id, Reply::pool(cluster, pool));
    Ok(Action::Start(vec![context.cloud.start_pool(id)?], reply))
}

/// Stops a pool that exists; the service checks the rest.
pub(super) fn stop(pool: &PoolName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = existing(context.cloud, pool)?;
    let (id, reply) = (pool.id, Reply::pool(cluster, pool));
    Ok(Action::Start(vec![context.cloud.stop_pool(id)?], reply))
}

arguments! {
    pub(super) struct DeleteMachines<'a> {
        pool: PoolName<'a>,
        machine_names: Option<&'a [String]>,
    }
}

/// Deletes machines by name, without a drain.
pub(super) fn delete_machines(arguments: &DeleteMachines<'_>, context: &mut Context<'_>) -> Result<Action> {
    let cluster = cluster_of(context.cloud, &arguments.pool.cluster)?;
    let name = arguments.pool.name;
    let pool = cluster.pool(name).ok_or_else(|| {
        refusal(format!("Node pool {name} doesn't exist, use 'az aks nodepool list' to get current node pool list"))
            .with_exit_code(3)
    })?;
    let machines = arguments.machine_names.unwrap_or_default().iter().map(|machine| {
        let node = pool.nodes().find(|node| pool.node_name(node.instance_id) == *machine);
        node.map(|node| node.instance_id)
            .ok_or_else(|| missing("NotFound", format!("Could not find the machine resource: {machine}")))
    });
    let (id, machines) = (pool.id, machines.collect::<Result<Vec<u32>>>()?);
    let operation = context.cloud.delete_machines(id, &machines)?;
    Ok(Action::Start(vec![operation], Reply::Nothing))
}
