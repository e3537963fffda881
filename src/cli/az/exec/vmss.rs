//! `az vmss`: the scale sets behind the node pools, in the groups that AKS keeps them in.
//!
//! As in Azure, these commands bypass AKS: nodes are not drained, and the pool keeps the node count that it was
//! asked for.

use serde_json::{Value, json};

use super::context::Context;
use super::execution::{Action, Reply};
use super::refusal::{Result, beyond, missing, refusal, service_refusal};
use crate::az::arguments::{Specified, Spelled, arguments};
use crate::az::arm::resource;
use crate::az::validate::is_resource_id;
use crate::ground::error::CliError;
use crate::output::TableTransformer;
use scale_down_engine::{
    Cloud, Cluster, Milestone, Node, NodeState, OperationId, Pool, PoolId, ServiceError, Subscription,
};

arguments! {
    pub(super) struct List<'a> {
        resource_group: Option<&'a str>,
        pagination_token: Option<&'a str>,
    }
}

pub(super) fn list(arguments: &List<'_>, context: &mut Context<'_>) -> Result<Action> {
    check_token(arguments.pagination_token)?;
    let group = arguments.resource_group;
    let sets = pools(context.cloud).filter(|(cluster, _)| group.is_none_or(|group| is_in(cluster, group)));
    let sets = sets.map(|(cluster, pool)| scale_set(cluster, pool)).collect();
    Ok(Action::columns(Value::Array(sets), TableTransformer::VmssList))
}

arguments! {
    pub(super) struct Show<'a> {
        resource_group_name: &'a str,
        name: &'a str,
        instance_id: Option<&'a str>,
    }
}

pub(super) fn show(arguments: &Show<'_>, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = find(context.cloud, arguments.resource_group_name, arguments.name)?;
    let (value, transformer) = match arguments.instance_id {
        Some(id) => {
            let node = parse_instance(pool, id).and_then(|id| pool.node(id)).ok_or_else(|| no_instance(id))?;
            (instance(cluster, pool, node), TableTransformer::None)
        }
        None => (scale_set(cluster, pool), TableTransformer::VmssShow),
    };
    Ok(Action::columns(value, transformer))
}

arguments! {
    pub(super) struct ListInstances<'a> {
        resource_group_name: &'a str,
        virtual_machine_scale_set_name: &'a str,
        expand: Option<&'a str>,
        pagination_token: Option<&'a str>,
    }
}

pub(super) fn list_instances(arguments: &ListInstances<'_>, context: &mut Context<'_>) -> Result<Action> {
    check_token(arguments.pagination_token)?;
    let (group, name) = (arguments.resource_group_name, arguments.virtual_machine_scale_set_name);
    let (cluster, pool) = find(context.cloud, group, name)?;
    let has_view = arguments.expand.is_some_and(|expand| expand.eq_ignore_ascii_case("instanceView"));
    let instances = pool.nodes().map(|node| {
        let mut value = instance(cluster, pool, node);
        if has_view && let Some(value) = value.as_object_mut() {
            value.insert("instanceView".to_owned(), instance_view(pool, node));
        }
        value
    });
    Ok(Action::value(instances.collect()))
}

/// Refuses a page token that is not base64. There is one page here, so that a good token changes nothing.
fn check_token(token: Option<&str>) -> Result<()> {
    let is_of_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    match token {
        Some(token) if token.bytes().filter(is_of_base64).count() % 4 != 0 => {
            Err(refusal("InvalidArgumentValue: --next-token: Invalid Base64 string."))
        }
        _ => Ok(()),
    }
}

arguments! {
    /// Scale sets, by ID or by name, and the chosen instances of them.
    pub(super) struct Instances<'a> {
        sets: ScaleSets<'a>,
        instance_ids: Option<&'a [String]>,
        hibernate: Specified = "hibernate" | "",
    }
}

/// A request to the engine about a scale set and its chosen instances, or all of them.
type Request = fn(&mut Subscription, PoolId, Option<&[u32]>) -> std::result::Result<OperationId, ServiceError>;

pub(super) fn start(instances: &Instances<'_>, context: &mut Context<'_>) -> Result<Action> {
    request(instances, Subscription::start_instances, context)
}

pub(super) fn deallocate(instances: &Instances<'_>, context: &mut Context<'_>) -> Result<Action> {
    request(instances, Subscription::deallocate_instances, context)
}

pub(super) fn delete_instances(instances: &Instances<'_>, context: &mut Context<'_>) -> Result<Action> {
    request(instances, Subscription::delete_instances, context)
}

fn request(arguments: &Instances<'_>, request: Request, context: &mut Context<'_>) -> Result<Action> {
    if arguments.hibernate.0 {
        let text = "--hibernate is a real option of az that the playground does not simulate.";
        return Err(beyond(text));
    }
    let instances = arguments.instance_ids.filter(|ids| !ids.is_empty() && *ids != ["*"]);
    // Everything is looked up before anything is changed.
    let mut targets: Vec<(PoolId, Option<Vec<u32>>)> = Vec::new();
    for (group, name) in arguments.sets.names()? {
        let (_, pool) = find(context.cloud, group, name)?;
        let chosen = instances.map(|ids| {
            let ids = ids.iter().map(|id| parse_instance(pool, id).ok_or_else(|| no_instance(id)));
            ids.collect::<Result<Vec<u32>>>()
        });
        targets.push((pool.id, chosen.transpose()?));
    }
    context.note("This goes past AKS: nothing is drained, and the node pool is not told.");
    let mut operations = Vec::new();
    for (pool, instances) in targets {
        operations.push(request(context.cloud, pool, instances.as_deref())?);
    }
    Ok(Action::Start(operations, Reply::Nothing))
}

arguments! {
    pub(super) struct Scale<'a> {
        sets: ScaleSets<'a>,
        new_capacity: &'a str,
    }
}

pub(super) fn scale(arguments: &Scale<'_>, context: &mut Context<'_>) -> Result<Action> {
    let capacity = arguments.new_capacity;
    let capacity: u32 = capacity
        .parse()
        .map_err(|_| refusal(format!("--new-capacity is a number of instances, and '{capacity}' is not.")))?;
    let mut pools: Vec<PoolId> = Vec::new();
    for (group, name) in arguments.sets.names()? {
        pools.push(find(context.cloud, group, name)?.1.id);
    }
    context.note("This goes past AKS, which does not support it: the node pool is not told.");
    let operations = pools.into_iter().map(|pool| context.cloud.scale_instances(pool, capacity));
    let operations = operations.collect::<std::result::Result<Vec<_>, _>>();
    Ok(Action::Start(operations?, Reply::Nothing))
}

arguments! {
    /// Scale sets that a line names, by IDs or by group and name. The commands that are generated from the service's
    /// description call these otherwise.
    pub(super) struct ScaleSets<'a> {
        ids: Option<&'a [String]> = "_ids" | "",
        group: Spelled<'a> = "resource_group" | "resource_group_name",
        name: Spelled<'a> = "name" | "vm_scale_set_name",
    }
}

impl<'a> ScaleSets<'a> {
    /// Returns the group and name of each scale set.
    fn names(&self) -> Result<Vec<(&'a str, &'a str)>> {
        if let Some(ids) = self.ids {
            return ids.iter().filter(|id| !id.is_empty()).map(|id| whole_id(id)).collect();
        }
        let field = |field: Spelled<'a>| {
            let missing = || refusal(format!("InvalidArgumentValue: Missing required field: {}", field.option));
            field.text.ok_or_else(missing)
        };
        Ok(vec![(field(self.group)?, field(self.name)?)])
    }
}

/// Parses a scale set ID from a line into group and name; refuses an incomplete one.
fn whole_id(id: &str) -> Result<(&str, &str)> {
    if !is_resource_id(id) || id.ends_with('/') {
        return Err(refusal(format!("invalid resource ID: {id}")));
    }
    parse_id(id).ok_or_else(|| {
        refusal(format!(
            "Argument --name cannot be derived from ID {id}. Please provide a complete resource ID containing all information of 'Resource Id' arguments. "
        ))
    })
}

/// Returns the group and the name in a scale set ID.
fn parse_id(id: &str) -> Option<(&str, &str)> {
    let mut segments = id.split('/');
    segments.find(|segment| segment.eq_ignore_ascii_case("resourceGroups"))?;
    let group = segments.next()?;
    segments.find(|segment| segment.eq_ignore_ascii_case("virtualMachineScaleSets"))?;
    Some((group, segments.next()?))
}

fn pools<'a>(cloud: &'a Cloud) -> impl Iterator<Item = (&'a Cluster, &'a Pool)> {
    // A pool of single machines has no scale set.
    let has_scale_set = |pool: &&Pool| !resource::is_virtual_machines(&pool.spec.imported);
    let pools_of =
        move |cluster: &'a Cluster| cluster.pools.iter().filter(has_scale_set).map(move |pool| (cluster, pool));
    cloud.clusters().iter().flat_map(pools_of)
}

fn is_in(cluster: &Cluster, group: &str) -> bool {
    resource::node_resource_group(cluster).eq_ignore_ascii_case(group)
}

fn find<'a>(cloud: &'a Cloud, group: &str, name: &str) -> Result<(&'a Cluster, &'a Pool)> {
    let is_it =
        |(cluster, pool): &(&Cluster, &Pool)| pool.scale_set.eq_ignore_ascii_case(name) && is_in(cluster, group);
    pools(cloud).find(is_it).ok_or_else(|| {
        missing(
            "ResourceNotFound",
            format!(
                "The Resource 'Microsoft.Compute/virtualMachineScaleSets/{name}' under resource group '{group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
            ),
        )
    })
}

/// Parses an instance ID; `None` if the scale set does not have it.
fn parse_instance(pool: &Pool, id: &str) -> Option<u32> {
    id.parse().ok().filter(|id| pool.node(*id).is_some())
}

fn no_instance(id: &str) -> CliError {
    service_refusal(&ServiceError::no_instance(id))
}

/// Returns a scale set with the fields the simulation knows; `az vmss` omits those that the service omits.
fn scale_set(cluster: &Cluster, pool: &Pool) -> Value {
    let value = json!({
        "id": resource::scale_set_id(cluster, pool),
        "location": cluster.spec.location,
        "name": &*pool.scale_set,
        "orchestrationMode": "Uniform",
        "overprovision": false,
        "provisioningState": "Succeeded",
        "resourceGroup": resource::node_resource_group(cluster),
        "singlePlacementGroup": false,
        "sku": { "capacity": pool.instances(), "name": pool.spec.vm_size.name, "tier": "Standard" },
        "tags": { "aks-managed-poolName": pool.spec.name },
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        "upgradePolicy": { "mode": "Manual" },
    });
    with_zones(value, &pool.spec.zones)
}

/// Adds the `zones` field, unless the resource is in no zone.
fn with_zones(mut value: Value, zones: &[u8]) -> Value {
    let zones: Vec<String> = zones.iter().filter(|zone| **zone > 0).map(u8::to_string).collect();
    if let Some(value) = value.as_object_mut().filter(|_| !zones.is_empty()) {
        value.insert("zones".to_owned(), json!(zones));
    }
    value
}

fn instance(cluster: &Cluster, pool: &Pool, node: &Node) -> Value {
    let id = node.instance_id;
    let value = json!({
        "id": format!("{}/virtualMachines/{id}", resource::scale_set_id(cluster, pool)),
        "instanceId": id.to_string(),
        "latestModelApplied": true,
        "location": cluster.spec.location,
        "name": format!("{}_{id}", pool.scale_set),
        "osProfile": { "computerName": pool.node_name(id) },
        "provisioningState": provisioning(node).0,
        "resourceGroup": resource::node_resource_group(cluster),
        "sku": { "name": pool.spec.vm_size.name, "tier": "Standard" },
        "storageProfile": {
            "osDisk": { "diskSizeGB": pool.spec.os_disk_size_gib, "osType": pool.spec.os_type.name() },
        },
        "tags": { "aks-managed-poolName": pool.spec.name },
        "type": "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
    });
    with_zones(value, &[node.zone])
}

fn instance_view(pool: &Pool, node: &Node) -> Value {
    let (_, provisioning_code, provisioning_display) = provisioning(node);
    let (power_code, power_display) = power(node);
    let status = |code: String, display: &str| json!({ "code": code, "displayStatus": display, "level": "Info" });
    json!({
        "computerName": pool.node_name(node.instance_id),
        "statuses": [
            status(format!("ProvisioningState/{provisioning_code}"), provisioning_display),
            status(format!("PowerState/{power_code}"), power_display),
        ],
    })
}

/// Returns the provisioning state, and its code and display name in an instance view.
fn provisioning(node: &Node) -> (&'static str, &'static str, &'static str) {
    match node.state() {
        NodeState::Creating => ("Creating", "creating", "Creating"),
        NodeState::Starting | NodeState::Deallocating => ("Updating", "updating", "Updating"),
        NodeState::Deleting => ("Deleting", "deleting", "Deleting"),
        NodeState::Failed => ("Failed", "failed", "Provisioning failed"),
        _ => ("Succeeded", "succeeded", "Provisioning succeeded"),
    }
}

/// Returns the power state's code and display name in an instance view.
fn power(node: &Node) -> (&'static str, &'static str) {
    match node.state() {
        NodeState::Deallocated | NodeState::Stopped => ("deallocated", "VM deallocated"),
        NodeState::Deallocating => ("deallocating", "VM deallocating"),
        NodeState::Creating | NodeState::Starting if node.bring_up.reached < Milestone::Booted => {
            ("starting", "VM starting")
        }
        NodeState::Failed => ("unknown", "Unknown"),
        _ => ("running", "VM running"),
    }
}
