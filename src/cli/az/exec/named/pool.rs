//! Node pools by name.

use super::cluster;
use crate::az::exec::arguments::needed;
use crate::az::exec::refusal::{Result, missing, refusal};
use crate::az::parse::Invocation;
use scale_down_engine::{Cloud, Cluster, Pool};

/// Path segment after the cluster in the address of a pool.
pub(in crate::az::exec) const AGENT_POOLS: &str = "agentPools";

/// Finds a pool for a command that looks for it before it asks the service; refuses in the client's words.
pub(in crate::az::exec) fn existing<'a>(invocation: &Invocation, cloud: &'a Cloud) -> Result<(&'a Cluster, &'a Pool)> {
    let cluster = named_cluster(invocation, cloud)?;
    let name = needed(invocation, "nodepool_name")?;
    let pool = cluster.pool(name).ok_or_else(|| {
        refusal(format!("Node pool {name} doesnt exist, use 'aks nodepool list' to get current node pool list"))
    })?;
    Ok((cluster, pool))
}

/// Finds the cluster of a pool by the arguments that name it.
pub(in crate::az::exec) fn named_cluster<'a>(invocation: &Invocation, cloud: &'a Cloud) -> Result<&'a Cluster> {
    let group = needed(invocation, "resource_group_name")?;
    cluster::find(cloud, group, needed(invocation, "cluster_name")?, AGENT_POOLS)
}

/// Finds a pool and its cluster by the arguments that name them.
pub(in crate::az::exec) fn named_pool<'a>(
    invocation: &Invocation,
    cloud: &'a Cloud,
) -> Result<(&'a Cluster, &'a Pool)> {
    let cluster = named_cluster(invocation, cloud)?;
    Ok((cluster, find(cluster, needed(invocation, "nodepool_name")?)?))
}

/// Finds a pool of a cluster by name; the service's `NotFound` if there is none.
pub(in crate::az::exec) fn find<'a>(cluster: &'a Cluster, name: &str) -> Result<&'a Pool> {
    cluster.pool(name).ok_or_else(|| missing("NotFound", format!("Could not find the agentpool resource: {name}")))
}
