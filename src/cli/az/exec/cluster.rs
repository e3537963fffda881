//! `az aks`: managed clusters.

use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::context::{Context, ask, say_without_effect};
use super::execution::{Action, Reply};
use super::named::cluster::{find, find_or_all, found_name};
use super::named::group;
use super::pool_settings::{autoscaler_change, check_node_count, check_scale, count, note_price, spec};
use super::presume::presume_group;
use super::question::Question;
use super::refusal::{Result, refusal};
use crate::az::arguments::{ChangedCluster, ClusterName, NewCluster, arguments};
use crate::az::arm::{self, resource};
use crate::az::validate::autoscaler::{PoolState, autoscaler_profile};
use crate::az::validate::decorator;
use crate::output::TableTransformer;
use scale_down_engine::autoscaler::profile as settings;
use scale_down_engine::{ClusterSpec, Pairs};

/// The first pool's name where the 2021 document's spelling of `aks create` is used. The
/// document's next lines add a pool named `nodepool1`, which is what `az` would call this one.
const DOCUMENT_POOL: &str = "systempool";

/// The question of `az aks update` for a line that names no setting.
const RECONCILE: &str = "No argument specified to update. Would you like to reconcile to current settings?";

/// The question of `az aks update --auto-upgrade-channel none`, which pins the versions at their current values.
const NO_UPGRADES: &str = "Since auto-upgrade-channel is set to none, cluster kubernetesVersion will be set to the value of currentKubernetesVersion, all agent pools orchestratorVersion will be set to the value of currentOrchestratorVersion respectively. Continue?";

pub(super) fn create(new: &NewCluster<'_>, context: &mut Context<'_>) -> Result<Action> {
    let ClusterName { group, name } = new.cluster;
    if context.cloud.cluster(group, name).is_some() {
        context.hint("Pick a fresh starting point under Examples, or delete it first (az aks delete … --yes).");
        return Err(refusal(format!(
            "The cluster '{name}' under resource group '{group}' already exists. Please use command 'az aks update' to update the existing cluster, or select a different cluster name to create a new cluster."
        )));
    }
    decorator::cluster_to_create(new)?;
    presume_group(group, context);
    let found = group::find(context.cloud, group)?;
    let location = new.location.unwrap_or(&found.location).to_owned();
    let is_unnamed = new.invocation.is_document_spelling && !new.is_pool_named.0;
    let pool_name = if is_unnamed { DOCUMENT_POOL } else { new.nodepool_name };
    let pool = spec(pool_name, &new.pool, &location)?;
    if pool_name == DOCUMENT_POOL {
        context.note(format!(
            "Its first pool is named {DOCUMENT_POOL} (az would say nodepool1), so that the document's next lines can add their nodepool1."
        ));
    }
    let spec = ClusterSpec {
        kubernetes_version: pool.kubernetes_version.clone(),
        tags: new.tags.clone(),
        autoscaler_profile: profile(new.cluster_autoscaler_profile, context)?.unwrap_or_default(),
        ..ClusterSpec::new(name, found_name(context.cloud, group), &location)
    };
    let vm_size = pool.vm_size.clone();
    let operation = context.cloud.create_cluster(spec, Some(pool))?;
    note_price(&vm_size, context);
    Ok(Action::Start(vec![operation], Reply::Cluster { group: group.to_owned(), cluster: name.to_owned() }))
}

arguments! {
    pub(super) struct List<'a> {
        resource_group_name: Option<&'a str>,
    }
}

pub(super) fn list(arguments: &List<'_>, context: &mut Context<'_>) -> Action {
    let group = arguments.resource_group_name.filter(|group| !group.is_empty());
    let clusters = context
        .cloud
        .clusters()
        .iter()
        .filter(|cluster| group.is_none_or(|group| cluster.spec.resource_group.eq_ignore_ascii_case(group)));
    Action::columns(Value::Array(clusters.map(resource::cluster).collect()), TableTransformer::ClusterList)
}

pub(super) fn show(cluster: &ClusterName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let found = find_or_all(context.cloud, cluster)?;
    let value = found.map_or_else(|| arm::cluster_from_arm(&json!({})), resource::cluster);
    Ok(Action::columns(value, TableTransformer::ClusterShow))
}

arguments! {
    pub(super) struct Scale<'a> {
        cluster: ClusterName<'a>,
        nodepool_name: Option<&'a str>,
        node_count: Option<i128>,
    }
}

pub(super) fn scale(arguments: &Scale<'_>, context: &mut Context<'_>) -> Result<Action> {
    let found = find_or_all(context.cloud, &arguments.cluster)?;
    let Some(cluster) = found.filter(|cluster| !cluster.pools.is_empty()) else {
        return Err(refusal(
            "The cluster has no scalable node pools (this may be a Managed System Pool for Automatic cluster). Use az aks nodepool add/scale against a user node pool instead.",
        ));
    };
    let wanted = arguments.nodepool_name.unwrap_or_default();
    if wanted.is_empty() && cluster.pools.len() > 1 {
        return Err(refusal(
            "There are more than one node pool in the cluster. Please specify nodepool name or use az aks nodepool command to scale node pool",
        ));
    }
    let mut pools = cluster.pools.iter();
    let pool = pools
        .find(|pool| wanted.is_empty() || pool.spec.name == wanted)
        .ok_or_else(|| refusal(format!("The nodepool \"{wanted}\" was not found.")))?;
    let reply = Reply::cluster(cluster);
    // Unlike `nodepool scale`, this command sends the same count again without complaint.
    let count = match count(arguments.node_count) {
        Some(count) if count == pool.spec.count && pool.spec.autoscaler.is_none() => count,
        count => check_scale(pool, count)?,
    };
    check_node_count(arguments.node_count, pool.spec.mode)?;
    let id = pool.id;
    let operation = context.cloud.scale_pool(id, count)?;
    Ok(Action::Start(vec![operation], reply))
}

pub(super) fn update(change: &ChangedCluster<'_>, context: &mut Context<'_>) -> Result<Action> {
    if decorator::changes_nothing(change.invocation) && !ask(context, Question::or_no(RECONCILE))? {
        return Err(decorator::nothing_to_change(change.invocation));
    }
    let profile = profile(change.cluster_autoscaler_profile, context)?;
    let cluster = find(context.cloud, &change.cluster, "")?;
    let reply = Reply::cluster(cluster);
    let first = cluster.pools.first();
    let facts = PoolState {
        is_autoscaled: first.is_some_and(|pool| pool.spec.autoscaler.is_some()),
        is_virtual_machines: first.is_some_and(|pool| resource::is_virtual_machines(&pool.spec.imported)),
        pools_of_cluster: cluster.pools.len(),
    };
    let (id, pool) = (cluster.id, first.map(|pool| pool.id));
    let described: Value = serde_json::from_str(&cluster.spec.imported).unwrap_or_default();
    let has = |path: &str| {
        let found = described.pointer(&format!("/properties/{path}"));
        found.is_some_and(|found| !found.is_null() && *found != Value::Bool(false))
    };
    let of_pool = match autoscaler_change(&change.autoscaler, &facts, context)? {
        ControlFlow::Continue(of_pool) => of_pool,
        ControlFlow::Break(action) => return Ok(action),
    };
    decorator::cluster_to_update(change, &has)?;
    if change.auto_upgrade_channel == Some("none") && !change.yes && !ask(context, Question::or_no(NO_UPGRADES))? {
        return Ok(Action::Answer(Reply::Nothing));
    }
    let cloud = &mut *context.cloud;
    let operation = match pool.filter(|_| of_pool.autoscaler.is_some()) {
        Some(pool) => cloud.update_pool(pool, of_pool),
        None => cloud.update_cluster(id, change.tags.clone(), profile),
    }?;
    Ok(Action::Start(vec![operation], reply))
}

/// Reads the settings of `--cluster-autoscaler-profile`; an empty list goes back to the defaults.
fn profile(items: Option<&[String]>, context: &mut Context<'_>) -> Result<Option<Pairs>> {
    let given = autoscaler_profile(items)?;
    let has_no_effect = |name: &&str| settings::find(name).is_some_and(|info| !settings::is_simulated(info.setting));
    let names = given.iter().flatten().map(|(name, _)| name.as_str());
    let names: Vec<&str> = names.filter(has_no_effect).collect();
    say_without_effect(&names, context);
    Ok(given.map(|pairs| pairs.into_iter().collect()))
}

pub(super) fn delete(cluster: &ClusterName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let id = find(context.cloud, cluster, "")?.id;
    Ok(Action::Start(vec![context.cloud.delete_cluster(id)?], Reply::Nothing))
}

pub(super) fn start(cluster: &ClusterName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let id = find(context.cloud, cluster, "start")?.id;
    Ok(Action::Start(vec![context.cloud.start_cluster(id)?], Reply::Nothing))
}

pub(super) fn stop(cluster: &ClusterName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let id = find(context.cloud, cluster, "stop")?.id;
    Ok(Action::Start(vec![context.cloud.stop_cluster(id)?], Reply::Nothing))
}
