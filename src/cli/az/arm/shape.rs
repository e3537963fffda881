//! Resources of the service in the shape in which `az` prints them, and back.

use serde_json::Value;

use super::model;
use scale_down_engine::PoolId;

/// Returns the address of a node, in the default subnet after the four that Azure keeps for itself.
/// Every pool has as many addresses as it may have nodes, so that no two nodes of a cluster have the
/// same.
#[must_use]
pub fn address(pool: PoolId, instance_id: u32) -> String {
    let host = pool.number().saturating_sub(1).wrapping_mul(1024).wrapping_add(instance_id).wrapping_add(4);
    format!("10.224.{}.{}", host / 256 % 256, host % 256)
}

/// Converts a resource group to the shape that `az group show` prints.
#[must_use]
pub fn group_from_arm(group: &Value) -> Value {
    resource("ResourceGroup", group)
}

/// Converts a managed cluster to the shape that `az aks show` prints.
#[must_use]
pub fn cluster_from_arm(cluster: &Value) -> Value {
    resource("ManagedCluster", cluster)
}

/// Converts an agent pool to the shape that `az aks nodepool show` prints.
#[must_use]
pub fn pool_from_arm(pool: &Value) -> Value {
    resource("AgentPool", pool)
}

/// Converts a machine of an agent pool to the shape that `az aks machine show` prints.
#[must_use]
pub fn machine_from_arm(machine: &Value) -> Value {
    resource("Machine", machine)
}

/// Converts a managed cluster that `az aks show` printed back to the shape of the service.
#[must_use]
pub fn cluster_to_arm(printed: &Value) -> Value {
    model::unprint("ManagedCluster", printed)
}

/// Converts an agent pool that `az aks nodepool show` printed back to the shape of the service.
#[must_use]
pub fn pool_to_arm(printed: &Value) -> Value {
    model::unprint("AgentPool", printed)
}

fn resource(model: &str, arm: &Value) -> Value {
    let mut printed = model::print(model, arm);
    add_resource_groups(&mut printed);
    printed
}

/// Adds `resourceGroup` to every object with the identity of a resource; `az` adds that last.
fn add_resource_groups(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(add_resource_groups),
        Value::Object(object) => {
            let group = object.get("id").and_then(Value::as_str).and_then(group_of);
            if let Some(group) = group.map(str::to_owned)
                && !object.keys().any(|key| key.eq_ignore_ascii_case("resourceGroup"))
            {
                object.insert("resourceGroup".to_owned(), Value::String(group));
            }
            object.values_mut().for_each(add_resource_groups);
        }
        _ => {}
    }
}

/// Returns the resource group in an identity; `None` for the identity of a group, or of a resource in none.
fn group_of(id: &str) -> Option<&str> {
    let segments: Vec<&str> = id.split('/').collect();
    match segments.as_slice() {
        [_, _, _, kind, group, _, _, _, _, ..] if kind.eq_ignore_ascii_case("resourceGroups") => Some(group),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "/subscriptions/0/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/c";

    #[test]
    fn a_resource_is_flattened_and_filled() {
        let pool = pool_from_arm(&json!({
            "id": format!("{ID}/agentPools/np"),
            "name": "np",
            "type": "Microsoft.ContainerService/managedClusters/agentPools",
            "properties": {
                "type": "VirtualMachines",
                "osDiskSizeGB": 128,
                "enableFIPS": false,
                "spotMaxPrice": -1,
                "upgradeSettings": { "maxSurge": "10%" },
                "notInTheModel": 1,
            },
        }));
        assert_eq!(pool["type"], "Microsoft.ContainerService/managedClusters/agentPools");
        assert_eq!(pool["typePropertiesType"], "VirtualMachines");
        assert_eq!(pool["osDiskSizeGb"], 128);
        assert_eq!(pool["enableFips"], false);
        assert_eq!(pool["spotMaxPrice"].to_string(), "-1.0");
        assert_eq!(pool["upgradeSettings"]["maxUnavailable"], Value::Null);
        assert_eq!(pool.get("powerState"), Some(&Value::Null));
        assert_eq!(pool["resourceGroup"], "rg");
        assert_eq!(pool.get("properties"), None);
        assert_eq!(pool.get("notInTheModel"), None);
    }

    #[test]
    fn objects_within_are_printed_by_their_models() {
        let cluster = cluster_from_arm(&json!({
            "id": ID,
            "properties": {
                "agentPoolProfiles": [{ "name": "np", "type": "VirtualMachineScaleSets" }],
                "addonProfiles": { "omsagent": { "enabled": true } },
                "networkProfile": {
                    "loadBalancerProfile": { "effectiveOutboundIPs": [{ "id": ID }] },
                },
                "autoScalerProfile": { "scan-interval": "30s" },
            },
        }));
        assert_eq!(cluster["agentPoolProfiles"][0]["type"], "VirtualMachineScaleSets");
        assert_eq!(cluster["agentPoolProfiles"][0].get("id"), None);
        assert_eq!(
            cluster["addonProfiles"],
            json!({ "omsagent": { "enabled": true, "config": null, "identity": null } })
        );
        assert_eq!(
            cluster["networkProfile"]["loadBalancerProfile"]["effectiveOutboundIPs"],
            json!([{ "id": ID, "resourceGroup": "rg" }])
        );
        assert_eq!(cluster["autoScalerProfile"]["scanInterval"], "30s");
        assert_eq!(cluster["autoScalerProfile"].get("expander"), Some(&Value::Null));
    }

    #[test]
    fn a_group_and_a_machine_keep_their_properties() {
        let group = json!({ "id": "/subscriptions/0/resourceGroups/rg", "name": "rg",
            "properties": { "provisioningState": "Succeeded" } });
        let group = group_from_arm(&group);
        assert_eq!(group["properties"]["provisioningState"], "Succeeded");
        assert_eq!(group.get("resourceGroup"), None);
        let id = format!("{ID}/agentPools/np/machines/m");
        let machine = machine_from_arm(&json!({ "id": id, "properties": { "resourceId": ID } }));
        assert_eq!(machine["properties"], json!({ "network": null, "resourceId": ID }));
        assert_eq!(machine["resourceGroup"], "rg");
    }
}
