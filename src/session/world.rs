//! Worlds from outside: resources as Azure Resource Manager describes them.
//!
//! Three forms are read: a file of groups, clusters and pools; the output of `az aks show -o json`
//! or `az aks list -o json`; and that of `az aks nodepool list -o json`. The output may be pasted from a
//! terminal, of several commands one after the other, with prompts and warnings around it. Properties that
//! the simulation does not know are kept, so that a resource prints as it came.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use scale_down_cli::az::arm;
use scale_down_engine::azure::pool_spec::DEFAULT_KUBERNETES_VERSION;
use scale_down_engine::{
    AutoscalerRange, Cloud, ClusterSpec, ExistingPool, OsDiskType, OsType, Pairs, PoolMode, PoolSpec, PowerState,
    ProvisioningState, ResourceGroup, ScaleDownMode, VmSize,
};

/// The VM size that stands in for a missing one, or for one whose name cannot be interpreted.
const STAND_IN_SIZE: &str = "Standard_DS2_v2";
/// Greatest number of nodes of a world, over all its clusters.
const NODES_MAX: u32 = 50_000;
/// Greatest number of clusters and pools of a world.
const RESOURCES_MAX: usize = 2_000;
/// Length of the longest text, in bytes.
const TEXT_MAX: usize = 8 * 1024 * 1024;

/// The reason why a text is no world.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// There is no JSON in it.
    #[error(
        "there is no JSON here: run 'az aks show -o json' or 'az aks nodepool list -o json' and paste what it prints"
    )]
    NoJson,
    /// It ends too early.
    #[error("the JSON ends in the middle: some of it was not copied")]
    CutShort,
    /// It begins as JSON and is not valid.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// It is JSON of another form.
    #[error(
        "expected {{\"groups\", \"clusters\", \"agentPools\"}} or the output of 'az aks show' or 'az aks nodepool list' in JSON"
    )]
    Form,
    /// A resource lacks a field that it needs.
    #[error("{resource} has no usable '{field}'")]
    Field {
        /// The kind of resource, and its name if it has one.
        resource: String,
        /// The field.
        field: &'static str,
    },
    /// More nodes, resources or bytes than the limits.
    #[error("more than {NODES_MAX} nodes, or {RESOURCES_MAX} clusters and pools")]
    TooLarge,
}

/// The resources that a run begins with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct World {
    groups: Vec<ResourceGroup>,
    clusters: Vec<(ClusterSpec, PowerState, Vec<ExistingPool>)>,
    /// The JSON that it was read from, on one line, without the text around it.
    source: Arc<str>,
}

impl World {
    /// Parses a world.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, WorldError> {
        if text.len() > TEXT_MAX {
            return Err(WorldError::TooLarge);
        }
        let mut values = values(text)?;
        let source = match values.as_mut_slice() {
            [] => return Err(WorldError::NoJson),
            [one] => one.take(),
            many => many.iter_mut().flat_map(resources).collect(),
        };
        let mut world = match &source {
            Value::Object(object) if object.contains_key("clusters") => Self::from_file(object)?,
            Value::Object(_) | Value::Array(_) => Self::from_resources(&resources(&mut source.clone()))?,
            _ => return Err(WorldError::Form),
        };
        let pools = || world.clusters.iter().flat_map(|(_, _, pools)| pools);
        let nodes = pools().map(|pool| u64::from(pool.spec.count)).sum::<u64>();
        if nodes > u64::from(NODES_MAX) || world.clusters.len() + pools().count() > RESOURCES_MAX {
            return Err(WorldError::TooLarge);
        }
        world.source = Arc::from(source.to_string());
        Ok(world)
    }

    /// Returns JSON on one line that parses as the same world.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    fn from_file(file: &Map<String, Value>) -> Result<Self, WorldError> {
        let is_list = |value: &Value| value.is_array() || value.is_null();
        let are_lists = |value: &Value| match value.as_object() {
            Some(pools) => pools.values().all(is_list),
            None => value.is_null(),
        };
        let is_well_formed = file.get("clusters").is_some_and(Value::is_array)
            && file.get("groups").is_none_or(is_list)
            && file.get("agentPools").is_none_or(are_lists);
        if !is_well_formed {
            return Err(WorldError::Form);
        }
        let mut world = Self::default();
        for group in array(file.get("groups")) {
            world.groups.push(read_group(group)?);
        }
        for cluster in array(file.get("clusters")) {
            let (spec, power_state) = read_cluster(cluster)?;
            let key = format!("{}/{}", spec.resource_group, spec.name).to_lowercase();
            let pools = file.get("agentPools").and_then(|pools| pools.get(&key));
            let pools = array(pools).iter().map(read_pool);
            let pools = pools.collect::<Result<_, _>>()?;
            world.clusters.push((spec, power_state, pools));
        }
        Ok(world)
    }

    /// Reads clusters with their pools, or pools by themselves, in the form of the command line's output or of
    /// Azure Resource Manager.
    fn from_resources(resources: &[Value]) -> Result<Self, WorldError> {
        let mut world = Self::default();
        for resource in resources {
            let id = text(resource, "id").ok_or(WorldError::Form)?;
            let name = id_segment(id, "managedClusters").ok_or(WorldError::Form)?;
            if id_segment(id, "agentPools").is_some() {
                let pool = read_pool(&in_arms_form(resource, arm::pool_to_arm))?;
                let pools = world.cluster_of(id, name);
                // What the cluster says of its pools is less than what they say themselves.
                pools.retain(|known| known.spec.name != pool.spec.name);
                pools.push(pool);
            } else {
                let cluster = in_arms_form(resource, arm::cluster_to_arm);
                let (spec, power_state) = read_cluster(&cluster)?;
                let profiles = array(field(&cluster, "agentPoolProfiles"));
                let pools = profiles.iter().map(|profile| read_pool(&pool_of_profile(profile)));
                let pools = pools.collect::<Result<_, _>>()?;
                // Shown twice, the later one counts.
                let is_it =
                    |known: &ClusterSpec| known.name == spec.name && known.resource_group == spec.resource_group;
                world.clusters.retain(|(known, _, _)| !is_it(known));
                world.clusters.push((spec, power_state, pools));
            }
        }
        for (spec, _, _) in &world.clusters {
            let name = &spec.resource_group;
            if world.groups.iter().all(|group| group.name != *name) {
                world.groups.push(ResourceGroup::new(name, &spec.location));
            }
        }
        Ok(world)
    }

    /// Returns the pools of the cluster that a pool's resource ID names; adds the cluster if it was not pasted.
    fn cluster_of(&mut self, id: &str, name: &str) -> &mut Vec<ExistingPool> {
        let group = id_segment(id, "resourceGroups").unwrap_or("myResourceGroup");
        let is_it = |spec: &ClusterSpec| spec.name == name && spec.resource_group == group;
        let index = self.clusters.iter().position(|(spec, _, _)| is_it(spec));
        let index = index.unwrap_or_else(|| {
            let spec = ClusterSpec::new(name, group, "eastus");
            self.clusters.push((spec, PowerState::Running, Vec::new()));
            self.clusters.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "found or pushed just above")]
        &mut self.clusters[index].2
    }

    /// Creates the resources in a cloud.
    pub(super) fn put_in(&self, cloud: &mut Cloud) {
        for group in &self.groups {
            // A name that stands twice in a file cannot be two groups; the first one stays.
            let _ = cloud.put_group(group.clone());
        }
        for (spec, power_state, pools) in &self.clusters {
            let id = cloud.load_cluster(spec.clone(), *power_state);
            for pool in pools {
                cloud.load_pool(id, pool.clone());
            }
        }
    }
}

/// Returns the JSON values in a text that may have been pasted from a terminal; each begins at the start of a line.
fn values(text: &str) -> Result<Vec<Value>, WorldError> {
    let mut values = Vec::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut begins_line = true;
    while !rest.is_empty() {
        let trimmed = rest.trim_start();
        if !(begins_line && trimmed.starts_with(['{', '['])) {
            // A prompt, a warning, whatever stands behind the JSON.
            let (_, below) = rest.split_once('\n').unwrap_or_default();
            (rest, begins_line) = (below, true);
            continue;
        }
        let mut stream = serde_json::Deserializer::from_str(trimmed).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) => values.push(value),
            Some(Err(error)) if error.is_eof() => return Err(WorldError::CutShort),
            Some(Err(error)) => return Err(WorldError::Syntax(error.to_string())),
            None => break,
        }
        rest = trimmed.get(stream.byte_offset()..).unwrap_or_default();
        begins_line = rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    }
    Ok(values)
}

/// Takes the resources of one output: one, a list, or a page of a list in Azure Resource Manager's form.
fn resources(value: &mut Value) -> Vec<Value> {
    match value {
        Value::Array(resources) => std::mem::take(resources),
        Value::Object(page) if !page.contains_key("id") => match page.get_mut("value") {
            Some(Value::Array(resources)) => std::mem::take(resources),
            _ => vec![value.take()],
        },
        _ => vec![value.take()],
    }
}

/// Returns a field of a resource, below `properties` or beside them; `None` if it is null.
fn field<'a>(resource: &'a Value, name: &str) -> Option<&'a Value> {
    let inner = resource.get("properties").and_then(|inner| inner.get(name));
    inner.or_else(|| resource.get(name)).filter(|value| !value.is_null())
}

fn text<'a>(resource: &'a Value, name: &str) -> Option<&'a str> {
    field(resource, name).and_then(Value::as_str)
}

/// Returns a field that holds a number; `None` if it is missing.
///
/// # Errors
///
/// A value that is no whole number from 0 to 2^32 - 1.
fn number(resource: &Value, kind: &str, name: &'static str) -> Result<Option<u32>, WorldError> {
    let Some(value) = field(resource, name) else {
        return Ok(None);
    };
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    number.map(Some).ok_or_else(|| unusable(resource, kind, name))
}

fn array(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn pairs(value: Option<&Value>) -> Pairs {
    let object = value.and_then(Value::as_object);
    let entries = object.into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn needed<'a>(resource: &'a Value, kind: &str, name: &'static str) -> Result<&'a str, WorldError> {
    text(resource, name).ok_or_else(|| unusable(resource, kind, name))
}

fn unusable(resource: &Value, kind: &str, field: &'static str) -> WorldError {
    let resource = match text(resource, "name") {
        Some(own) => format!("{kind} '{own}'"),
        None => kind.to_owned(),
    };
    WorldError::Field { resource, field }
}

/// Returns the segment of a resource ID after the segment `kind`, which may be in any letter case.
fn id_segment<'a>(id: &'a str, kind: &str) -> Option<&'a str> {
    let mut segments = id.split('/');
    segments.find(|segment| segment.eq_ignore_ascii_case(kind))?;
    segments.next()
}

fn power_state(resource: &Value) -> PowerState {
    let code = field(resource, "powerState").and_then(|state| state.get("code"));
    match code.and_then(Value::as_str) {
        Some("Stopped") => PowerState::Stopped,
        _ => PowerState::Running,
    }
}

/// Converts a resource that the command line printed, with its properties beside its name, into ARM's form.
fn in_arms_form(resource: &Value, to_arm: fn(&Value) -> Value) -> Cow<'_, Value> {
    match resource.get("properties") {
        Some(_) => Cow::Borrowed(resource),
        None => Cow::Owned(to_arm(resource)),
    }
}

/// Converts an entry of a cluster's `agentPoolProfiles` into a pool in ARM's form.
fn pool_of_profile(profile: &Value) -> Value {
    let mut properties = profile.clone();
    let name = properties.as_object_mut().and_then(|properties| properties.remove("name"));
    json!({ "name": name, "properties": properties })
}

/// Returns the resource as it came; empty if it is not in ARM's form, which printing it again needs.
fn imported(resource: &Value) -> Arc<str> {
    match resource.get("properties") {
        Some(_) => Arc::from(resource.to_string()),
        None => Arc::from(""),
    }
}

fn read_group(group: &Value) -> Result<ResourceGroup, WorldError> {
    let own = ResourceGroup::new(needed(group, "group", "name")?, needed(group, "group", "location")?);
    Ok(ResourceGroup { tags: pairs(group.get("tags")), imported: imported(group), ..own })
}

fn read_cluster(cluster: &Value) -> Result<(ClusterSpec, PowerState), WorldError> {
    let id = needed(cluster, "cluster", "id")?;
    let group =
        id_segment(id, "resourceGroups").ok_or(WorldError::Field { resource: "cluster".to_owned(), field: "id" })?;
    let version = text(cluster, "currentKubernetesVersion")
        .or_else(|| text(cluster, "kubernetesVersion"))
        .unwrap_or(DEFAULT_KUBERNETES_VERSION);
    let name = needed(cluster, "cluster", "name")?;
    let spec = ClusterSpec {
        kubernetes_version: version.to_owned(),
        tags: pairs(cluster.get("tags")),
        hosts_system_pool: field(cluster, "hostedSystemProfile").is_some(),
        autoscaler_profile: pairs(field(cluster, "autoScalerProfile")),
        imported: imported(cluster),
        ..ClusterSpec::new(name, group, needed(cluster, "cluster", "location")?)
    };
    Ok((spec, power_state(cluster)))
}

/// Returns the number of nodes of a pool, which may be one of single machines.
fn read_count(pool: &Value, machines: Option<&[Value]>) -> Result<u32, WorldError> {
    if let Some(count) = number(pool, "pool", "count")? {
        return Ok(count);
    }
    let mut sum = 0_u32;
    for machine in machines.ok_or_else(|| unusable(pool, "pool", "count"))? {
        sum = sum.saturating_add(number(machine, "machines", "count")?.unwrap_or(0));
    }
    Ok(sum)
}

fn read_pool(pool: &Value) -> Result<ExistingPool, WorldError> {
    let name = needed(pool, "pool", "name")?;
    // A pool of single machines has its sizes and counts in a profile of its own.
    let manual = field(pool, "virtualMachinesProfile").and_then(|profile| profile.pointer("/scale/manual"));
    let machines = array(manual);
    let size = text(pool, "vmSize").or_else(|| machines.iter().find_map(|one| text(one, "size")));
    let size = size.and_then(VmSize::find).or(VmSize::find(STAND_IN_SIZE));
    let size = size.ok_or_else(|| unusable(pool, "pool", "vmSize"))?;
    let mut spec = PoolSpec::new(name, size);
    spec.count = read_count(pool, manual.is_some().then_some(machines))?;
    if text(pool, "mode") == Some("System") {
        spec.mode = PoolMode::System;
    }
    if text(pool, "osType") == Some("Windows") {
        spec.os_type = OsType::Windows;
    }
    if text(pool, "osDiskType") == Some("Ephemeral") {
        spec.os_disk_type = OsDiskType::Ephemeral;
    }
    if text(pool, "scaleDownMode") == Some("Deallocate") {
        spec.scale_down_mode = ScaleDownMode::Deallocate;
    }
    if let Some(sku) = text(pool, "osSKU") {
        sku.clone_into(&mut spec.os_sku);
    }
    spec.os_disk_size_gib = number(pool, "pool", "osDiskSizeGB")?.unwrap_or(spec.os_disk_size_gib);
    spec.max_pods = number(pool, "pool", "maxPods")?.unwrap_or(spec.max_pods);
    let is_autoscaled = field(pool, "enableAutoScaling").and_then(Value::as_bool);
    if is_autoscaled == Some(true)
        && let (Some(min), Some(max)) = (number(pool, "pool", "minCount")?, number(pool, "pool", "maxCount")?)
    {
        spec.autoscaler = Some(AutoscalerRange { min, max });
    }
    spec.spot = text(pool, "scaleSetPriority") == Some("Spot");
    if text(pool, "scaleSetEvictionPolicy") == Some("Deallocate") {
        spec.eviction_policy = ScaleDownMode::Deallocate;
    }
    spec.labels = pairs(field(pool, "nodeLabels"));
    let taints = array(field(pool, "nodeTaints")).iter();
    spec.taints = taints.filter_map(|taint| Some(taint.as_str()?.to_owned())).collect();
    spec.tags = pairs(field(pool, "tags"));
    let zones = array(field(pool, "availabilityZones")).iter();
    spec.zones = zones.filter_map(|zone| zone.as_str()?.parse().ok()).collect();
    if let Some(version) = text(pool, "currentOrchestratorVersion") {
        version.clone_into(&mut spec.kubernetes_version);
    }
    spec.imported = imported(pool);
    Ok(ExistingPool {
        spec,
        deallocated: 0,
        power_state: power_state(pool),
        provisioning_state: match text(pool, "provisioningState") {
            Some("Failed") => ProvisioningState::Failed,
            _ => ProvisioningState::Succeeded,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/c";

    fn cluster(name: &str) -> String {
        let id = ID.replace("/c", &format!("/{name}"));
        format!(
            r#"{{"id": "{id}", "name": "{name}", "location": "eastus", "agentPoolProfiles": [{{"name": "p", "count": 2}}]}}"#
        )
    }

    fn pool(name: &str, count: u32) -> String {
        format!(
            r#"{{"id": "{ID}/agentPools/{name}", "name": "{name}", "count": {count}, "vmSize": "Standard_D4s_v5"}}"#
        )
    }

    #[test]
    fn what_was_pasted_is_found() {
        // Each cluster with its pools and their counts.
        let check = |text: &str, expected: &str| {
            let world = World::parse(text).unwrap();
            assert_eq!(World::parse(world.source()).as_ref(), Ok(&world), "{text}");
            let pool = |pool: &ExistingPool| format!(" {}={}", pool.spec.name, pool.spec.count);
            let clusters = world.clusters.iter();
            let found = clusters
                .map(|(spec, _, pools)| format!("{}:{}", spec.name, pools.iter().map(pool).collect::<String>()));
            assert_eq!(found.collect::<Vec<_>>().join(", "), expected, "{text}");
        };
        let (c, d, p, q) = (cluster("c"), cluster("d"), pool("p", 5), pool("q", 7));
        check(&c, "c: p=2");
        check(&format!("\u{feff}\r\n  {c}\r\n"), "c: p=2");
        check(&format!("[{c},\n{d}]"), "c: p=2, d: p=2");
        check(&format!("[{p}, {q}]"), "c: p=5 q=7");
        check(&p, "c: p=5");
        check(&format!(r#"{{"value": [{c}], "nextLink": null}}"#), "c: p=2");
        check(&format!("user@host:~$ az aks show -o json\nWARNING: [x] {{y}}\n{c}\nuser@host:~$ "), "c: p=2");
        check(&format!("$ az aks show\n{c}\n$ az aks nodepool list\n[{p}, {q}]\n"), "c: p=5 q=7");
        check(&format!("[{d}, {c}, {d}]"), "c: p=2, d: p=2");
        check("[]", "");
        check(r#"{"groups": [], "clusters": [], "agentPools": {}}"#, "");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |text: &str, expected: &str| {
            let error = World::parse(text).map(drop).unwrap_err();
            assert!(error.to_string().starts_with(expected), "{text}: {error}");
        };
        let none = "there is no JSON here: run 'az aks show -o json'";
        check("", none);
        check("Name    Location\n------  ----------\nc       eastus\n", none);
        check("name: c\nlocation: eastus\n", none);
        check("42", none);
        let whole = cluster("c");
        check(&whole[..whole.len() - 20], "the JSON ends in the middle");
        check("{'id': 1}", "not JSON: key must be a string");
        check(r#"[{"name": "x"}]"#, "expected {\"groups\"");
        check(r#"{"id": "/subscriptions/s"}"#, "expected {\"groups\"");
        check(r#"{"clusters": 5}"#, "expected {\"groups\"");
        check(r#"{"clusters": [], "groups": 1000.0}"#, "expected {\"groups\"");
        check(r#"{"clusters": [], "agentPools": 7}"#, "expected {\"groups\"");
        check(r#"{"clusters": [], "agentPools": {"g/c": {}}}"#, "expected {\"groups\"");
        check(&pool("p", 1).replace("\"name\": \"p\",", ""), "pool has no usable 'name'");
        for count in ["\"5\"", "-1", "1.5", "null", "4294967296", "1e3", "[]"] {
            let pool = pool("p", 7).replace(": 7,", &format!(": {count},"));
            check(&pool, "pool 'p' has no usable 'count'");
        }
        check(
            &pool("p", 7).replace("\"count\": 7", "\"count\": 7, \"maxPods\": \"30\""),
            "pool 'p' has no usable 'maxPods'",
        );
        check(&pool("p", 50_001), "more than 50000 nodes");
        check(&"[".repeat(100_000), "not JSON: recursion limit");
        let many: Vec<String> = (0..=RESOURCES_MAX).map(|number| pool(&format!("p{number}"), 0)).collect();
        check(&format!("[{}]", many.join(",")), "more than 50000 nodes, or 2000 clusters and pools");
        check(&" ".repeat(TEXT_MAX + 1), "more than 50000 nodes");
    }
}
