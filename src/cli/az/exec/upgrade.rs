//! Kubernetes versions: `get-versions`, `get-upgrades` and `upgrade`.
//!
//! An upgrade changes the version at once: the replacement of nodes one after the other is not simulated, and a
//! note says so.

use std::sync::Arc;

use serde_json::{Value, json};

use super::context::{Context, ask};
use super::execution::{Action, Reply};
use super::named::{cluster, pool};
use super::question::Question;
use super::refusal::{Result, refusal};
use crate::az::arguments::{ClusterName, PoolName, PoolUpgrade, arguments};
use crate::az::arm::{self, resource};
use crate::az::validate::decorator;
use crate::ground::error::CliError;
use crate::ground::outcome::Block;
use crate::output::TableTransformer;
use scale_down_engine::{Cluster, OsType, Pool, ProvisioningState};

/// First question of `az aks upgrade`.
const UNAVAILABLE: &str =
    "Kubernetes may be unavailable during cluster upgrades.\n Are you sure you want to perform this operation?";

/// Question of `az aks upgrade --node-image-only`.
const EVERY_IMAGE: &str = "This node image upgrade operation will run across every node pool in the clusterand might take a while, do you wish to continue?";

/// Offered versions, one patch of each minor; AKS supports three minors and offers the next in preview or as new.
const VERSIONS: [&str; 4] = ["1.34.0", "1.33.2", "1.32.6", "1.31.10"];

const LINUX_IMAGE: &str = "AKSUbuntu-2204gen2containerd-202510.03.0";
const WINDOWS_IMAGE: &str = "AKSWindows-2022-containerd-20348.4171.251003";

/// Returns the minor and the patch number of a version; Kubernetes has had one major version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').skip(1).map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

/// Returns the newer versions an upgrade can go to: at most one minor version further.
fn upgrades(version: &str) -> Vec<&'static str> {
    let Some(current) = numbers(version) else { return Vec::new() };
    let is_next = |newer: &(u32, u32)| *newer > current && newer.0 <= current.0 + 1;
    let mut list: Vec<&str> =
        VERSIONS.into_iter().filter(|version| numbers(version).as_ref().is_some_and(is_next)).collect();
    list.reverse();
    list
}

/// Returns the possible upgrades in the service's shape; null where there are none.
fn list(version: &str) -> Value {
    let list = upgrades(version);
    if list.is_empty() {
        return Value::Null;
    }
    list.into_iter().map(|version| json!({ "isPreview": null, "kubernetesVersion": version })).collect()
}

pub(super) fn versions(_: &mut Context<'_>) -> Action {
    let supported = VERSIONS.iter().map(|version| {
        let minor = version.rsplit_once('.').map_or(*version, |(minor, _)| minor);
        json!({
            "capabilities": { "supportPlan": ["KubernetesOfficial", "AKSLongTermSupport"] },
            "isDefault": (*version == scale_down_engine::azure::pool_spec::DEFAULT_KUBERNETES_VERSION).then_some(true),
            "isPreview": null,
            "patchVersions": { *version: { "upgrades": upgrades(version) } },
            "version": minor,
        })
    });
    let values: Vec<Value> = supported.collect();
    Action::columns(json!({ "values": values }), TableTransformer::Versions)
}

pub(super) fn of_cluster(cluster: &ClusterName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let cluster = cluster::find(context.cloud, cluster, "upgradeProfiles")?;
    let spec = &cluster.spec;
    let profile = |version: &str, os_type: &str| json!({ "kubernetesVersion": version, "name": null, "osType": os_type, "upgrades": list(version) });
    let pools = cluster.pools.iter().map(|pool| profile(&pool.spec.kubernetes_version, pool.spec.os_type.name()));
    let value = json!({
        "agentPoolProfiles": pools.collect::<Value>(),
        "controlPlaneProfile": profile(&spec.kubernetes_version, "Linux"),
        "id": format!("{}/upgradeprofiles/default", resource::cluster_id(cluster)),
        "name": "default",
        "resourceGroup": spec.resource_group,
        "type": "Microsoft.ContainerService/managedClusters/upgradeprofiles",
    });
    Ok(Action::columns(value, TableTransformer::Upgrades))
}

pub(super) fn of_pool(pool: &PoolName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = pool::find(context.cloud, pool)?;
    let (spec, id) = (&pool.spec, resource::cluster_id(cluster));
    let value = json!({
        "id": format!("{id}/agentPools/{}/upgradeProfiles/default", spec.name),
        "kubernetesVersion": spec.kubernetes_version,
        "latestNodeImageVersion": image(pool),
        "name": "default",
        "osType": spec.os_type.name(),
        "resourceGroup": cluster.spec.resource_group,
        "type": "Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles",
        "upgrades": list(&spec.kubernetes_version),
    });
    Ok(Action::value(value))
}

const fn image(pool: &Pool) -> &'static str {
    match pool.spec.os_type {
        OsType::Windows => WINDOWS_IMAGE,
        OsType::Linux => LINUX_IMAGE,
    }
}

pub(super) fn upgrade_pool(upgrade: &PoolUpgrade<'_>, context: &mut Context<'_>) -> Result<Action> {
    decorator::pool_to_upgrade(upgrade)?;
    let (cluster, pool) = pool::find(context.cloud, &upgrade.pool)?;
    let (id, reply, spec) = (pool.id, Reply::pool(cluster, pool), &pool.spec);
    let (version, state) = (spec.kubernetes_version.clone(), pool.provisioning_state);
    let wanted = upgrade.kubernetes_version.unwrap_or_default();
    if upgrade.node_image_only {
        let operation = context.cloud.upgrade_pool(id, None, describe)?;
        note_upgrade(context);
        return Ok(Action::Start(vec![operation], Reply::Nothing));
    }
    let is_same = wanted.is_empty() || wanted == version;
    if is_same && !upgrade.yes {
        let question = standing(&version, state)
            .unwrap_or_else(|| "The new kubernetes version is the same as the current kubernetes version.".to_owned());
        if !ask(context, Question::new(question))? {
            return Ok(Action::Answer(Reply::Nothing));
        }
    }
    decorator::custom_headers(upgrade.aks_custom_headers)?;
    let operation = context.cloud.upgrade_pool(id, (!wanted.is_empty()).then_some(wanted), describe)?;
    if !is_same {
        note_upgrade(context);
    }
    Ok(Action::Start(vec![operation], reply))
}

/// Returns the commands' message about an upgrade to the version a resource already has.
///
/// `None` while its provisioning state is neither Succeeded nor Failed.
fn standing(version: &str, state: ProvisioningState) -> Option<String> {
    match state {
        ProvisioningState::Succeeded => Some(format!(
            "The cluster is already on version {version} and is not in a failed state. No operations will occur when upgrading to the same version if the cluster is not in a failed state."
        )),
        ProvisioningState::Failed => Some(format!(
            "Cluster currently in failed state. Proceeding with upgrade to existing version {version} to attempt resolution of failed cluster state."
        )),
        _ => None,
    }
}

fn note_upgrade(context: &mut Context<'_>) {
    context
        .note("The version changes at once: nodes are not replaced one after the other here, and keep their images.");
}

arguments! {
    pub(super) struct ClusterUpgrade<'a> {
        cluster: ClusterName<'a>,
        kubernetes_version: Option<&'a str>,
        control_plane_only: bool,
        node_image_only: bool,
        yes: bool,
    }
}

pub(super) fn upgrade_cluster(upgrade: &ClusterUpgrade<'_>, context: &mut Context<'_>) -> Result<Action> {
    let is_sure = upgrade.yes;
    let goes_on =
        |context: &mut Context<'_>, text: &str| Ok::<_, CliError>(is_sure || ask(context, Question::or_no(text))?);
    if !goes_on(context, UNAVAILABLE)? {
        return Ok(Action::Answer(Reply::Nothing));
    }
    let cluster = cluster::find(context.cloud, &upgrade.cluster, "")?;
    let (id, reply, state) = (cluster.id, Reply::cluster(cluster), cluster.provisioning_state);
    // The version as it was asked for, which may leave out the patch.
    let described: Value = serde_json::from_str(&cluster.spec.imported).unwrap_or_default();
    let asked = described.pointer("/properties/kubernetesVersion").and_then(Value::as_str);
    let version = asked.unwrap_or(&cluster.spec.kubernetes_version).to_owned();
    let wanted = upgrade.kubernetes_version.unwrap_or_default();
    if upgrade.node_image_only {
        if !wanted.is_empty() {
            return Err(refusal(
                "Conflicting flags. Upgrading the Kubernetes version will also upgrade node image version. If you only want to upgrade the node version please use the \"--node-image-only\" option only.",
            ));
        }
        if !goes_on(context, EVERY_IMAGE)? {
            return Ok(Action::Answer(Reply::Nothing));
        }
        let operation = context.cloud.upgrade_cluster(id, None, true, describe)?;
        note_upgrade(context);
        return Ok(Action::Start(vec![operation], reply));
    }
    let is_same = wanted.is_empty() || wanted == version;
    if is_same {
        context.blocks.extend(standing(&version, state).map(Block::Warning));
    }
    let is_alone = upgrade.control_plane_only;
    let question = if is_alone {
        format!(
            "Since --control-plane-only parameter is specified, this will upgrade only the kubernetes version of the control plane to {wanted}. Kubernetes versions of the node pools will remain unchanged, but node image version may be upgraded if there has been cluster config change that requires VM reimage. Continue?"
        )
    } else {
        format!(
            "Since --control-plane-only parameter is not specified, this will upgrade the control plane AND all nodepools to version {wanted}. Continue?"
        )
    };
    if !goes_on(context, &question)? {
        return Ok(Action::Answer(Reply::Nothing));
    }
    let operation = context.cloud.upgrade_cluster(id, (!wanted.is_empty()).then_some(wanted), !is_alone, describe)?;
    if !is_same {
        note_upgrade(context);
    }
    Ok(Action::Start(vec![operation], reply))
}

/// Writes a version into the description of an imported cluster or pool.
fn describe(imported: &str, version: &str) -> Arc<str> {
    let Ok(mut description) = serde_json::from_str::<Value>(imported) else {
        return Arc::from(imported);
    };
    if let Some(properties) = description.get_mut("properties").and_then(Value::as_object_mut) {
        for field in
            ["kubernetesVersion", "currentKubernetesVersion", "orchestratorVersion", "currentOrchestratorVersion"]
        {
            if let Some(field) = properties.get_mut(field) {
                *field = json!(version);
            }
        }
    }
    Arc::from(description.to_string())
}

/// Returns the versions a pool had before, the latest first, in the service's shape.
fn used_versions(pool: &Pool) -> Vec<Value> {
    let image = image(pool);
    let used = pool.used_versions.iter().rev();
    used.map(|used| {
        json!({
            "nodeImageVersion": image,
            "orchestratorVersion": used.kubernetes_version,
            "timestamp": arm::moment(used.left_ms),
        })
    })
    .collect()
}

pub(super) fn rollback_versions(pool: &PoolName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let (_, pool) = pool::find(context.cloud, pool)?;
    Ok(Action::columns(Value::Array(used_versions(pool)), TableTransformer::RollbackVersions))
}

/// Returns the warning about an auto-upgrade channel that would undo a rollback, if one is on.
fn channel_warning(cluster: &Cluster) -> Option<String> {
    let name = &cluster.spec.name;
    let described: Value = serde_json::from_str(&cluster.spec.imported).ok()?;
    let channel = |field: &str, off: &[&str]| {
        let channel = described.pointer(&format!("/properties/autoUpgradeProfile/{field}"))?.as_str()?;
        (!off.contains(&channel.to_lowercase().as_str())).then(|| channel.to_owned())
    };
    let upgrade = channel("upgradeChannel", &["none", ""]).map(|channel| {
        format!("Auto-upgrade is enabled on cluster '{name}' (upgradeChannel={channel}). Rollback will not succeed until auto-upgrade is disabled. Please disable auto-upgrade to roll back the node pool.")
    });
    upgrade.or_else(|| channel("nodeOSUpgradeChannel", &["none", "unmanaged", ""]).map(|channel| {
        format!("nodeOSUpgradeChannel is enabled on cluster '{name}' (nodeOSUpgradeChannel={channel}). The orchestrator version rollback will proceed, but the node image rollback will not succeed. Please disable nodeOSUpgradeChannel if you want to roll back the node image.")
    }))
}

/// Answers `az aks nodepool rollback`: returns a pool to the version before its latest upgrade.
pub(super) fn rollback(pool: &PoolName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = pool::find(context.cloud, pool)?;
    let (id, reply) = (pool.id, Reply::pool(cluster, pool));
    context.blocks.extend(channel_warning(cluster).map(Block::Warning));
    let Some(latest) = pool.used_versions.last() else {
        return Err(refusal(
            "No rollback versions available. The nodepool must have been upgraded at least once to have rollback history available.",
        ));
    };
    let version = latest.kubernetes_version.clone();
    let operation = context.cloud.upgrade_pool(id, Some(&version), describe)?;
    note_upgrade(context);
    Ok(Action::Start(vec![operation], reply))
}
