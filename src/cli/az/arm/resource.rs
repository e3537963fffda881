//! Resources as Azure Resource Manager describes them, in the shape that `az` prints.
//!
//! The engine's values overlay the imported description, so that a loaded resource keeps the properties that the
//! simulation does not know.

use serde_json::{Map, Value, json};

use super::shape;
use crate::az::account::SUBSCRIPTIONS;
use scale_down_engine::{Cluster, Node, Pairs, Pool, PoolId, PowerState, ResourceGroup};

/// The ID of the simulated subscription.
pub(crate) const SUBSCRIPTION: &str = SUBSCRIPTIONS[0].0;

/// Returns a resource group in the shape of `az group show`.
pub(crate) fn group(group: &ResourceGroup) -> Value {
    let mut value = imported(&group.imported);
    let fields = json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{}", group.name),
        "location": group.location,
        "managedBy": null,
        "name": group.name,
        "properties": {
            "provisioningState": if group.is_deleting { "Deleting" } else { "Succeeded" },
        },
        "tags": pairs(&group.tags),
        "type": "Microsoft.Resources/resourceGroups",
    });
    overlay(&mut value, fields, &["id"]);
    shape::group_from_arm(&value)
}

/// Returns a node pool in the shape of `az aks nodepool show`.
pub(crate) fn pool(cluster: &Cluster, pool: &Pool) -> Value {
    let mut value = imported(&pool.spec.imported);
    let fields = json!({
        "id": format!("{}/agentPools/{}", cluster_id(cluster), pool.spec.name),
        "name": pool.spec.name,
        "type": "Microsoft.ContainerService/managedClusters/agentPools",
        "properties": properties(cluster, pool),
    });
    overlay(&mut value, fields, &["id"]);
    shape::pool_from_arm(&value)
}

/// Returns a managed cluster in the shape of `az aks show`.
pub(crate) fn cluster(cluster: &Cluster) -> Value {
    let spec = &cluster.spec;
    let mut value = imported(&spec.imported);
    let is_imported = !spec.imported.is_empty();
    let kept = if is_imported { IMPORTED_WINS } else { &[] };
    overlay(&mut value, cluster_fields(cluster), kept);
    let profiles: Vec<Value> = cluster.pools.iter().map(|pool| profile(cluster, pool)).collect();
    if let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("agentPoolProfiles".to_owned(), Value::Array(profiles));
    }
    shape::cluster_from_arm(&value)
}

/// Returns a machine of a node pool in the shape of `az aks machine show`.
pub(crate) fn machine(cluster: &Cluster, pool: &Pool, node: &Node) -> Value {
    let name = pool.node_name(node.instance_id);
    let scale_set = scale_set_id(cluster, pool);
    // The recorded service numbers the machines of every pool from the beginning.
    let address = shape::address(PoolId::new(0), node.instance_id);
    shape::machine_from_arm(&json!({
        "id": format!("{}/agentPools/{}/machines/{name}", cluster_id(cluster), pool.spec.name),
        "name": name,
        "type": "Microsoft.ContainerService/managedClusters/agentPools/machines",
        // The recorded service names zone 1 for the machines of a pool without zones.
        "zones": [node.zone.max(1).to_string()],
        "properties": {
            "network": { "ipAddresses": [{ "family": "IPv4", "ip": address }] },
            "resourceId": format!("{scale_set}/virtualMachines/{}", node.instance_id),
        },
    }))
}

/// Returns the resource ID of a pool's scale set.
pub(crate) fn scale_set_id(cluster: &Cluster, pool: &Pool) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/{}/providers/Microsoft.Compute/virtualMachineScaleSets/{}",
        node_resource_group(cluster),
        pool.scale_set
    )
}

/// Returns the name of the resource group in which AKS keeps a cluster's machines (`MC_…`).
pub(crate) fn node_resource_group(cluster: &Cluster) -> String {
    let spec = &cluster.spec;
    let imported = imported(&spec.imported);
    match imported.pointer("/properties/nodeResourceGroup").and_then(Value::as_str) {
        Some(name) => name.to_owned(),
        None => format!("MC_{}_{}_{}", spec.resource_group, spec.name, spec.location),
    }
}

/// Fields of an imported cluster that keep their imported value: the simulation never changes them.
const IMPORTED_WINS: &[&str] = &["id", "sku", "identity", "kind"];

fn cluster_fields(cluster: &Cluster) -> Value {
    let spec = &cluster.spec;
    let (name, group, location) = (&spec.name, &spec.resource_group, &spec.location);
    let dns_prefix = format!("{name}-{group}-000000");
    let host = format!("{}-ab12cd34", dns_prefix.to_lowercase());
    let mut properties = json!({
        "provisioningState": cluster.provisioning_state.name(),
        "powerState": { "code": cluster.power_state.name() },
        "autoScalerProfile": pairs(&spec.autoscaler_profile),
    });
    if spec.imported.is_empty() {
        let fixed = json!({
            "kubernetesVersion": spec.kubernetes_version,
            "currentKubernetesVersion": spec.kubernetes_version,
            "dnsPrefix": dns_prefix,
            "fqdn": format!("{host}.hcp.{location}.azmk8s.io"),
            "azurePortalFQDN": format!("{host}.portal.hcp.{location}.azmk8s.io"),
            "nodeResourceGroup": node_resource_group(cluster),
            "enableRBAC": true,
            "maxAgentPools": 100,
            "disableLocalAccounts": false,
            "supportPlan": "KubernetesOfficial",
            "networkProfile": {
                "networkPlugin": "azure",
                "networkPluginMode": "overlay",
                "loadBalancerSku": "standard",
                "outboundType": "loadBalancer",
            },
            "hostedSystemProfile": spec.hosts_system_pool.then(|| json!({ "enabled": true })),
        });
        overlay(&mut properties, fixed, &[]);
    }
    json!({
        "id": cluster_id(cluster),
        "location": location,
        "name": name,
        "tags": pairs(&spec.tags),
        "type": "Microsoft.ContainerService/ManagedClusters",
        "kind": "Base",
        "sku": { "name": "Base", "tier": "Free" },
        "identity": {
            "type": "SystemAssigned",
            "principalId": "11111111-1111-1111-1111-111111111111",
            "tenantId": "22222222-2222-2222-2222-222222222222",
        },
        "properties": properties,
    })
}

pub(crate) fn cluster_id(cluster: &Cluster) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourcegroups/{}/providers/Microsoft.ContainerService/managedClusters/{}",
        cluster.spec.resource_group, cluster.spec.name
    )
}

/// Returns a pool as an item of its cluster's `agentPoolProfiles`: named, and without `properties`.
fn profile(cluster: &Cluster, pool: &Pool) -> Value {
    let imported = imported(&pool.spec.imported);
    let mut value = imported.get("properties").cloned().unwrap_or(json!({}));
    let mut fields = properties(cluster, pool);
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("name".to_owned(), json!(pool.spec.name));
    }
    overlay(&mut value, fields, &[]);
    value
}

fn properties(cluster: &Cluster, pool: &Pool) -> Value {
    let spec = &pool.spec;
    let is_stopped = pool.power_state == PowerState::Stopped || cluster.power_state == PowerState::Stopped;
    let power_state = if is_stopped { PowerState::Stopped } else { PowerState::Running };
    let mut properties = json!({
        "count": spec.count,
        "enableAutoScaling": spec.autoscaler.is_some(),
        "minCount": spec.autoscaler.map(|range| range.min),
        "maxCount": spec.autoscaler.map(|range| range.max),
        "scaleDownMode": spec.scale_down_mode.name(),
        "mode": spec.mode.name(),
        "provisioningState": pool.provisioning_state.name(),
        "powerState": { "code": power_state.name() },
        "nodeLabels": pairs(&spec.labels),
        "nodeTaints": list(&spec.taints),
        "tags": pairs(&spec.tags),
    });
    if spec.imported.is_empty() {
        overlay(&mut properties, fixed_properties(pool), &[]);
    } else if is_virtual_machines(&spec.imported) {
        // A pool of single machines has its sizes and counts in its profile.
        if let Some(properties) = properties.as_object_mut() {
            properties.remove("count");
        }
    }
    properties
}

/// Returns `true` if an imported pool consists of single virtual machines instead of a scale set.
pub(crate) fn is_virtual_machines(imported: &str) -> bool {
    imported.contains("\"virtualMachinesProfile\"")
}

/// Returns the properties that a pool created here gets from its spec and keeps.
fn fixed_properties(pool: &Pool) -> Value {
    let spec = &pool.spec;
    json!({
        "vmSize": spec.vm_size.name,
        "osDiskSizeGB": spec.os_disk_size_gib,
        "osDiskType": spec.os_disk_type.name(),
        "kubeletDiskType": "OS",
        "maxPods": spec.max_pods,
        "type": "VirtualMachineScaleSets",
        "availabilityZones": list(&spec.zones.iter().map(u8::to_string).collect::<Vec<_>>()),
        "orchestratorVersion": spec.kubernetes_version,
        "currentOrchestratorVersion": spec.kubernetes_version,
        "enableNodePublicIP": false,
        "enableEncryptionAtHost": false,
        "enableUltraSSD": false,
        "enableFIPS": false,
        "osType": spec.os_type.name(),
        "osSKU": spec.os_sku,
        "nodeImageVersion": "AKSUbuntu-2204gen2containerd-202509.11.0",
        "upgradeSettings": { "maxSurge": "10%", "maxUnavailable": "0" },
        "securityProfile": { "enableVTPM": false, "enableSecureBoot": false },
        "scaleSetPriority": spec.spot.then_some("Spot"),
        "scaleSetEvictionPolicy": spec.spot.then(|| spec.eviction_policy.name()),
        "spotMaxPrice": spec.spot.then_some(-1.0),
    })
}

/// Returns pairs as a JSON object, or null where there are none, as the service does.
fn pairs(pairs: &Pairs) -> Value {
    if pairs.is_empty() {
        return Value::Null;
    }
    let pairs = pairs.iter().map(|(key, value)| (key.clone(), json!(value)));
    Value::Object(pairs.collect())
}

fn list(items: &[String]) -> Value {
    if items.is_empty() {
        return Value::Null;
    }
    json!(items)
}

/// Parses the imported description of a resource; an empty object if there is none.
fn imported(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::Object(Map::new()))
}

/// Lays fields over a value, objects field by field; `kept` names top-level fields that stay.
///
/// A null neither adds a missing field nor overwrites an empty list or object.
fn overlay(value: &mut Value, fields: Value, kept: &[&str]) {
    let (Some(object), Value::Object(fields)) = (value.as_object_mut(), fields) else {
        return;
    };
    for (name, field) in fields {
        let is_kept = kept.contains(&name.as_str()) && object.contains_key(&name);
        if is_kept || (field.is_null() && object.get(&name).is_none_or(is_empty)) {
            continue;
        }
        match object.get_mut(&name) {
            Some(inner) if inner.is_object() && field.is_object() => overlay(inner, field, &[]),
            _ => {
                object.insert(name, field);
            }
        }
    }
}

/// Returns `true` for an empty list or object.
fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}
