//! Managed clusters by name.

use crate::az::exec::arguments::needed;
use crate::az::exec::refusal::{Result, missing};
use crate::az::parse::Invocation;
use scale_down_engine::{Cloud, Cluster};

/// Returns the name of a resource group in its original letter case, or the name given if there is no such group.
pub(in crate::az::exec) fn found_name<'a>(cloud: &'a Cloud, name: &'a str) -> &'a str {
    cloud.group(name).map_or(name, |group| &group.name)
}

/// Finds a cluster by the arguments that name it; `below` as in [`find`].
pub(in crate::az::exec) fn named<'a>(invocation: &Invocation, cloud: &'a Cloud, below: &str) -> Result<&'a Cluster> {
    find(cloud, needed(invocation, "resource_group_name")?, name(invocation)?, below)
}

/// Finds a cluster as [`named`] does, for a command that only reads; `None` for an empty name.
///
/// With an empty name the request goes to the list of all clusters. Read as one cluster, that list has none of its
/// fields.
pub(in crate::az::exec) fn named_or_all<'a>(invocation: &Invocation, cloud: &'a Cloud) -> Result<Option<&'a Cluster>> {
    let is_all = name(invocation)?.is_empty();
    if is_all { Ok(None) } else { named(invocation, cloud, "").map(Some) }
}

fn name(invocation: &Invocation) -> Result<&str> {
    // `aks start` is generated from another description of the service and calls it otherwise.
    needed(invocation, if invocation.has("name") { "name" } else { "resource_name" })
}

/// Finds a cluster by group and name; an error of the service if there is none.
///
/// `below` is the path segment after the name in the address of the request. Where the name is empty, the service
/// takes that segment for the name.
pub(in crate::az::exec) fn find<'a>(cloud: &'a Cloud, group: &str, name: &str, below: &str) -> Result<&'a Cluster> {
    let name = if name.is_empty() { below } else { name };
    cloud.cluster(group, name).ok_or_else(|| {
        missing(
            "ResourceNotFound",
            format!(
                "The Resource 'Microsoft.ContainerService/managedClusters/{name}' under resource group '{group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
            ),
        )
    })
}
