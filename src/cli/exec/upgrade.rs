//! Kubernetes versions: `get-versions`, `get-upgrades` and `upgrade`.
//!
//! An upgrade replaces node after node and is not simulated; one to the version that is there
//! already changes nothing and is carried out.

use serde_json::{Value, json};

use super::arguments::needed;
use super::nodepool::{named_pool, reply};
use super::{Action, Context, Reply, Result, cluster, prompt_refusal, refusal, resource};
use crate::cli::error::{CliError, ErrorClass, Stage};
use crate::cli::outcome::Block;
use crate::cli::output::TableTransformer;
use crate::cli::parse::Invocation;
use crate::engine::{Cloud, OsType, PoolUpdate, ProvisioningState};

/// How to go on where the command would ask.
const ASKS: &str = "az asks here whether to go on, and there is no terminal to ask at: add --yes.";

/// One patch of each minor version; AKS supports three and offers the next in preview or as new.
const VERSIONS: [&str; 4] = ["1.34.0", "1.33.2", "1.32.6", "1.31.10"];

const LINUX_IMAGE: &str = "AKSUbuntu-2204gen2containerd-202510.03.0";
const WINDOWS_IMAGE: &str = "AKSWindows-2022-containerd-20348.4171.251003";

/// The minor and the patch of a version; Kubernetes has had one major version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').skip(1).map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

/// The versions that one can be upgraded to: newer ones, no minor version left out.
fn upgrades(version: &str) -> Vec<&'static str> {
    let Some(current) = numbers(version) else { return Vec::new() };
    let is_next = |newer: &(u32, u32)| *newer > current && newer.0 <= current.0 + 1;
    let mut list: Vec<&str> =
        VERSIONS.into_iter().filter(|version| numbers(version).as_ref().is_some_and(is_next)).collect();
    list.reverse();
    list
}

/// Upgrades as the service lists them; null where there are none.
fn list(version: &str) -> Value {
    let list = upgrades(version);
    if list.is_empty() {
        return Value::Null;
    }
    list.into_iter().map(|version| json!({ "isPreview": null, "kubernetesVersion": version })).collect()
}

fn answer(value: Value, transformer: TableTransformer) -> Action {
    Action::Answer(Reply::Value(value, transformer))
}

pub(super) fn versions() -> Action {
    let supported = VERSIONS.iter().map(|version| {
        let minor = version.rsplit_once('.').map_or(*version, |(minor, _)| minor);
        json!({
            "capabilities": { "supportPlan": ["KubernetesOfficial", "AKSLongTermSupport"] },
            "isDefault": (*version == crate::engine::pool::DEFAULT_KUBERNETES_VERSION).then_some(true),
            "isPreview": null,
            "patchVersions": { *version: { "upgrades": upgrades(version) } },
            "version": minor,
        })
    });
    let values: Vec<Value> = supported.collect();
    answer(json!({ "values": values }), TableTransformer::Versions)
}

pub(super) fn of_cluster(invocation: &Invocation, cloud: &Cloud) -> Result<Action> {
    let cluster = cluster::named(invocation, cloud)?;
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
    Ok(answer(value, TableTransformer::Upgrades))
}

pub(super) fn of_pool(invocation: &Invocation, cloud: &Cloud) -> Result<Action> {
    let (cluster, pool) = named_pool(invocation, cloud)?;
    let (spec, id) = (&pool.spec, resource::cluster_id(cluster));
    let value = json!({
        "id": format!("{id}/agentPools/{}/upgradeProfiles/default", spec.name),
        "kubernetesVersion": spec.kubernetes_version,
        "latestNodeImageVersion": if spec.os_type == OsType::Windows { WINDOWS_IMAGE } else { LINUX_IMAGE },
        "name": "default",
        "osType": spec.os_type.name(),
        "resourceGroup": cluster.spec.resource_group,
        "type": "Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles",
        "upgrades": list(&spec.kubernetes_version),
    });
    Ok(answer(value, TableTransformer::None))
}

pub(super) fn upgrade_pool(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let wanted = invocation.text("kubernetes_version").unwrap_or_default();
    if invocation.flag("node_image_only") {
        let settings =
            ["max_surge", "drain_timeout", "node_soak_duration", "undrainable_node_behavior", "max_unavailable"];
        if !wanted.is_empty() {
            return Err(refusal(
                "Conflicting flags. Upgrading the Kubernetes version will also upgrade node image version. If you only want to upgrade the node version please use the \"--node-image-only\" option only.",
            ));
        }
        if settings.iter().any(|dest| invocation.is_specified(dest)) {
            return Err(refusal(
                "Conflicting flags. Unable to specify max-surge/drain-timeout/node-soak-duration/max-unavailable with node-image-only.If you want to use max-surge/drain-timeout/node-soak-duration with a node image upgrade, please first update max-surge/drain-timeout/node-soak-duration/max-unavailable using \"az aks nodepool update --max-surge/--drain-timeout/--node-soak-duration/--max-unavailable\".",
            ));
        }
        return Err(unsupported("an upgrade of the node image"));
    }
    let (cluster, pool) = named_pool(invocation, context.cloud)?;
    let (id, reply) = (pool.id, reply(cluster, pool));
    let is_same = wanted.is_empty() || wanted == pool.spec.kubernetes_version;
    if is_same && !invocation.flag("yes") {
        return Err(prompt_refusal(context, ASKS));
    }
    if !is_same {
        return Err(unsupported("an upgrade to another version"));
    }
    let operation = context.cloud.update_pool(id, PoolUpdate::default());
    Ok(Action::Start(vec![operation?], reply))
}

pub(super) fn upgrade_cluster(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    if !invocation.flag("yes") {
        return Err(prompt_refusal(context, ASKS));
    }
    let cluster = cluster::named(invocation, context.cloud)?;
    let (id, reply, version) = (cluster.id, cluster::reply(cluster), cluster.spec.kubernetes_version.clone());
    let wanted = invocation.text("kubernetes_version").unwrap_or_default();
    if invocation.flag("node_image_only") {
        if !wanted.is_empty() {
            return Err(refusal(
                "Conflicting flags. Upgrading the Kubernetes version will also upgrade node image version. If you only want to upgrade the node version please use the \"--node-image-only\" option only.",
            ));
        }
        return Err(unsupported("an upgrade of the node image"));
    }
    if !wanted.is_empty() && wanted != version {
        return Err(unsupported("an upgrade to another version"));
    }
    let warning = match cluster.provisioning_state {
        ProvisioningState::Succeeded => Some(format!(
            "The cluster is already on version {version} and is not in a failed state. No operations will occur when upgrading to the same version if the cluster is not in a failed state."
        )),
        ProvisioningState::Failed => Some(format!(
            "Cluster currently in failed state. Proceeding with upgrade to existing version {version} to attempt resolution of failed cluster state."
        )),
        _ => None,
    };
    context.blocks.extend(warning.map(Block::Warning));
    let operation = context.cloud.update_cluster(id, None, None);
    Ok(Action::Start(vec![operation?], reply))
}

/// The line is a good one; what it asks for is not simulated.
fn unsupported(what: &str) -> CliError {
    let text = format!("The playground does not simulate {what}, which would replace node after node.");
    CliError::new(ErrorClass::NotSimulated, Stage::Service, text)
}

/// `az aks get-credentials`: the words without the file.
pub(super) fn credentials(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let is_admin = invocation.flag("admin");
    if is_admin && invocation.text("credential_format").is_some_and(|format| !format.is_empty()) {
        return Err(refusal("--format can only be specified when requesting clusterUser credential."));
    }
    let cluster = cluster::named(invocation, context.cloud)?;
    let suffix = if is_admin { "-admin" } else { "" };
    let own = format!("{}{suffix}", cluster.spec.name);
    let name = invocation.text("context_name").unwrap_or(&own);
    let path = needed(invocation, "path")?;
    if path == "-" {
        let text = "The playground has no credentials to show: its clusters have no API server.";
        return Err(CliError::new(ErrorClass::NotSimulated, Stage::Service, text));
    }
    let path = match path.strip_prefix("~/") {
        Some(path) => format!("{}/{path}", super::configure::HOME),
        None => path.to_owned(),
    };
    context.blocks.push(Block::Warning(format!("Merged \"{name}\" as current context in {path}")));
    context.note("No file is written, and kubectl is not simulated.");
    Ok(Action::Answer(Reply::Nothing))
}
