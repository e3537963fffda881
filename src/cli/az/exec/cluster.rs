//! `az aks`: managed clusters.

use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::arguments::{check_node_count, count, given_pairs, needed, pairs};
use super::context::{Context, ask, say_without_effect};
use super::execution::{Action, Reply};
use super::named::cluster::{found_name, named, named_or_all};
use super::named::group;
use super::pool_settings::{autoscaler_change, check_scale, note_price, spec};
use super::presume::presume_group;
use super::question::Question;
use super::refusal::{Result, not_simulated, refusal};
use super::{abort, await_resource, upgrade};
use crate::az::arm::{self, resource};
use crate::az::parse::Invocation;
use crate::az::validate::decorator::{self, PoolFacts};
use crate::output::TableTransformer;
use scale_down_engine::autoscaler::profile as settings;
use scale_down_engine::{Cloud, ClusterSpec, Pairs};

/// The first pool's name where the 2021 document's spelling of `aks create` is used. The
/// document's next lines add a pool named `nodepool1`, which is what `az` would call this one.
const DOCUMENT_POOL: &str = "systempool";

/// The question of `az aks update` for a line that names no setting.
const RECONCILE: &str = "No argument specified to update. Would you like to reconcile to current settings?";

/// The question of `az aks update --auto-upgrade-channel none`, which pins the versions at their current values.
const NO_UPGRADES: &str = "Since auto-upgrade-channel is set to none, cluster kubernetesVersion will be set to the value of currentKubernetesVersion, all agent pools orchestratorVersion will be set to the value of currentOrchestratorVersion respectively. Continue?";

pub(super) fn run(verb: &str, invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    match verb {
        "create" => create(invocation, context),
        "list" => Ok(list(invocation, context.cloud)),
        "show" => {
            let found = named_or_all(invocation, context.cloud)?;
            let value = found.map_or_else(|| arm::cluster_from_arm(&json!({})), resource::cluster);
            Ok(Action::columns(value, TableTransformer::ClusterShow))
        }
        "scale" => scale(invocation, context),
        "update" => update(invocation, context),
        "delete" | "start" | "stop" => switch(verb, invocation, context),
        "wait" => await_resource::wait(invocation, context.cloud, None),
        "operation-abort" => abort::run(invocation, context),
        "get-versions" => Ok(upgrade::versions()),
        "get-upgrades" => upgrade::of_cluster(invocation, context.cloud),
        "upgrade" => upgrade::upgrade_cluster(invocation, context),
        "get-credentials" => upgrade::credentials(invocation, context),
        _ => Err(not_simulated(invocation.command.name)),
    }
}

fn create(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let group = needed(invocation, "resource_group_name")?.to_owned();
    let name = needed(invocation, "name")?.to_owned();
    if context.cloud.cluster(&group, &name).is_some() {
        context.hint("Pick a fresh starting point under Examples, or delete it first (az aks delete … --yes).");
        return Err(refusal(format!(
            "The cluster '{name}' under resource group '{group}' already exists. Please use command 'az aks update' to update the existing cluster, or select a different cluster name to create a new cluster."
        )));
    }
    decorator::cluster_to_create(invocation)?;
    presume_group(&group, context);
    let found = group::find(context.cloud, &group)?;
    let location = invocation.text("location").unwrap_or(&found.location);
    let location = location.to_owned();
    let is_named = invocation.is_specified("nodepool_name");
    let pool_name =
        if invocation.is_document_spelling && !is_named { DOCUMENT_POOL } else { needed(invocation, "nodepool_name")? };
    let mut pool = spec(pool_name, invocation, &location)?;
    pool.tags = pairs(invocation, "nodepool_tags");
    if pool_name == DOCUMENT_POOL {
        context.note(format!(
            "Its first pool is named {DOCUMENT_POOL} (az would say nodepool1), so that the document's next lines can add their nodepool1."
        ));
    }
    let spec = ClusterSpec {
        kubernetes_version: pool.kubernetes_version.clone(),
        tags: pairs(invocation, "tags"),
        autoscaler_profile: profile(invocation, context)?.unwrap_or_default(),
        ..ClusterSpec::new(&name, found_name(context.cloud, &group), &location)
    };
    let vm_size = pool.vm_size.clone();
    let operation = context.cloud.create_cluster(spec, Some(pool))?;
    note_price(&vm_size, context);
    Ok(Action::Start(vec![operation], Reply::Cluster { group, cluster: name }))
}

fn list(invocation: &Invocation, cloud: &Cloud) -> Action {
    let group = invocation.text("resource_group_name").filter(|group| !group.is_empty());
    let clusters = cloud
        .clusters()
        .iter()
        .filter(|cluster| group.is_none_or(|group| cluster.spec.resource_group.eq_ignore_ascii_case(group)));
    Action::columns(Value::Array(clusters.map(resource::cluster).collect()), TableTransformer::ClusterList)
}

fn scale(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let found = named_or_all(invocation, context.cloud)?;
    let Some(cluster) = found.filter(|cluster| !cluster.pools.is_empty()) else {
        return Err(refusal(
            "The cluster has no scalable node pools (this may be a Managed System Pool for Automatic cluster). Use az aks nodepool add/scale against a user node pool instead.",
        ));
    };
    let wanted = invocation.text("nodepool_name").unwrap_or_default();
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
    let count = match count(invocation, "node_count") {
        Some(count) if count == pool.spec.count && pool.spec.autoscaler.is_none() => count,
        count => check_scale(pool, count)?,
    };
    check_node_count(invocation, pool.spec.mode)?;
    let id = pool.id;
    let operation = context.cloud.scale_pool(id, count)?;
    Ok(Action::Start(vec![operation], reply))
}

fn update(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    if decorator::changes_nothing(invocation) && !ask(context, Question::or_no(RECONCILE))? {
        return Err(decorator::nothing_to_change(invocation));
    }
    let profile = profile(invocation, context)?;
    let cluster = named(invocation, context.cloud, "")?;
    let reply = Reply::cluster(cluster);
    let first = cluster.pools.first();
    let facts = PoolFacts {
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
    let change = match autoscaler_change(invocation, &facts, context)? {
        ControlFlow::Continue(change) => change,
        ControlFlow::Break(action) => return Ok(action),
    };
    decorator::cluster_to_update(invocation, &has)?;
    if invocation.text("auto_upgrade_channel") == Some("none")
        && !invocation.flag("yes")
        && !ask(context, Question::or_no(NO_UPGRADES))?
    {
        return Ok(Action::Answer(Reply::Nothing));
    }
    let cloud = &mut *context.cloud;
    let operation = match pool.filter(|_| change.autoscaler.is_some()) {
        Some(pool) => cloud.update_pool(pool, change),
        None => cloud.update_cluster(id, given_pairs(invocation, "tags"), profile),
    }?;
    Ok(Action::Start(vec![operation], reply))
}

/// Reads the settings of `--cluster-autoscaler-profile`; an empty list goes back to the defaults.
fn profile(invocation: &Invocation, context: &mut Context<'_>) -> Result<Option<Pairs>> {
    let given = decorator::autoscaler_profile(invocation)?;
    let has_no_effect = |name: &&str| settings::find(name).is_some_and(|info| !settings::is_simulated(info.setting));
    let names = given.iter().flatten().map(|(name, _)| name.as_str());
    let names: Vec<&str> = names.filter(has_no_effect).collect();
    say_without_effect(&names, context);
    Ok(given.map(|pairs| pairs.into_iter().collect()))
}

fn switch(verb: &str, invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let below = if verb == "delete" { "" } else { verb };
    let id = named(invocation, context.cloud, below)?.id;
    let operation = match verb {
        "delete" => context.cloud.delete_cluster(id),
        "start" => context.cloud.start_cluster(id),
        _ => context.cloud.stop_cluster(id),
    }?;
    Ok(Action::Start(vec![operation], Reply::Nothing))
}
