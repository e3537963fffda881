//! Settings of clusters.

use super::names::ClusterName;
use super::pool::{AutoscalerChange, NewPool};
use super::read::{Specified, arguments};
use crate::az::parse::Invocation;
use scale_down_engine::Pairs;

arguments! {
    /// A new cluster with its first pool, of `aks create`.
    pub(crate) struct NewCluster<'a> {
        cluster: ClusterName<'a>,
        location: Option<&'a str>,
        tags: Pairs,
        cluster_autoscaler_profile: Option<&'a [String]>,
        enable_addons: Option<&'a str>,
        /// Name of the first pool.
        nodepool_name: &'a str,
        is_pool_named: Specified = "nodepool_name",
        pool: NewPool<'a>,
        invocation: &'a Invocation,
    }
}

arguments! {
    /// A change of a cluster, by `aks update`.
    pub(crate) struct ChangedCluster<'a> {
        cluster: ClusterName<'a>,
        cluster_autoscaler_profile: Option<&'a [String]>,
        autoscaler: AutoscalerChange,
        auto_upgrade_channel: Option<&'a str>,
        tags: Option<Pairs>,
        yes: bool,
        aks_custom_headers: Option<&'a str>,
        invocation: &'a Invocation,
    }
}
