//! Managed clusters by name.

use crate::az::arguments::ClusterName;
use crate::az::exec::refusal::{Result, missing};
use scale_down_engine::{Cloud, Cluster};

/// Returns the name of a resource group in its original letter case, or the name given if there is no such group.
pub(in crate::az::exec) fn found_name<'a>(cloud: &'a Cloud, name: &'a str) -> &'a str {
    cloud.group(name).map_or(name, |group| &group.name)
}

/// Finds a cluster as [`find`] does, for a command that only reads; `None` for an empty name.
///
/// With an empty name the request goes to the list of all clusters. Read as one cluster, that list has none of its
/// fields.
pub(in crate::az::exec) fn find_or_all<'a>(cloud: &'a Cloud, cluster: &ClusterName<'_>) -> Result<Option<&'a Cluster>> {
    if cluster.name.is_empty() { Ok(None) } else { find(cloud, cluster, "").map(Some) }
}

/// Finds a cluster by group and name; an error of the service if there is none.
///
/// `below` is the path segment after the name in the address of the request. Where the name is empty, the service
/// takes that segment for the name.
pub(in crate::az::exec) fn find<'a>(cloud: &'a Cloud, cluster: &ClusterName<'_>, below: &str) -> Result<&'a Cluster> {
    let ClusterName { group, name } = *cluster;
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
