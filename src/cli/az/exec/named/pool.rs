//! Node pools by name.

use super::cluster;
use crate::az::arguments::{ClusterName, PoolName};
use crate::az::exec::refusal::{Result, missing, refusal};
use scale_down_engine::{Cloud, Cluster, Pool};

/// Path segment after the cluster in the address of a pool.
const AGENT_POOLS: &str = "agentPools";

/// Finds a pool for a command that looks for it before it asks the service; refuses in the client's words.
pub(in crate::az::exec) fn existing<'a>(cloud: &'a Cloud, pool: &PoolName<'_>) -> Result<(&'a Cluster, &'a Pool)> {
    let cluster = cluster_of(cloud, &pool.cluster)?;
    let name = pool.name;
    let pool = cluster.pool(name).ok_or_else(|| {
        refusal(format!("Node pool {name} doesnt exist, use 'aks nodepool list' to get current node pool list"))
    })?;
    Ok((cluster, pool))
}

/// Finds the cluster of a pool.
pub(in crate::az::exec) fn cluster_of<'a>(cloud: &'a Cloud, cluster: &ClusterName<'_>) -> Result<&'a Cluster> {
    cluster::find(cloud, cluster, AGENT_POOLS)
}

/// Finds a pool and its cluster; the service's `NotFound` if there is none.
pub(in crate::az::exec) fn find<'a>(cloud: &'a Cloud, pool: &PoolName<'_>) -> Result<(&'a Cluster, &'a Pool)> {
    let cluster = cluster_of(cloud, &pool.cluster)?;
    let name = pool.name;
    let pool = cluster.pool(name);
    let pool = pool.ok_or_else(|| missing("NotFound", format!("Could not find the agentpool resource: {name}")))?;
    Ok((cluster, pool))
}
