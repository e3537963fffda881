//! Names of resources.

use super::read::arguments;

arguments! {
    /// A cluster in a resource group.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct ClusterName<'a> {
        group: &'a str = "resource_group_name",
        /// Its name, which each description of the service calls otherwise.
        name: &'a str = "cluster_name" | "resource_name" | "name",
    }
}

arguments! {
    /// A node pool of a cluster.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct PoolName<'a> {
        cluster: ClusterName<'a>,
        name: &'a str = "nodepool_name" | "agent_pool_name",
    }
}

arguments! {
    /// A resource group.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct GroupName<'a> {
        name: &'a str = "resource_group_name" | "rg_name",
    }
}
