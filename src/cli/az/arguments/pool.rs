//! Settings of node pools.

use super::names::PoolName;
use super::read::{Taints, arguments};
use scale_down_engine::{Pairs, PoolMode, ScaleDownMode};

arguments! {
    /// Settings of a new pool: of `aks nodepool add`, or of the first pool of `aks create`.
    pub(crate) struct NewPool<'a> {
        node_vm_size: Option<&'a str>,
        vm_sizes: Option<&'a str>,
        vm_set_type: Option<&'a str>,
        os_type: Option<&'a str> = "os_type" | "",
        os_sku: Option<&'a str>,
        node_osdisk_type: Option<&'a str>,
        node_osdisk_size: Option<i128>,
        max_pods: Option<i128>,
        zones: Option<&'a [String]>,
        kubernetes_version: Option<&'a str>,
        snapshot_id: Option<&'a str>,
        labels: Pairs = "labels" | "nodepool_labels",
        taints: Taints = "node_taints" | "nodepool_taints",
        tags: Pairs = "nodepool_tags" | "tags",
        priority: Option<&'a str> = "priority" | "",
        eviction_policy: Option<&'a str> = "eviction_policy" | "",
        mode: Option<PoolMode> = "mode" | "",
        scale_down_mode: Option<ScaleDownMode> = "scale_down_mode" | "",
        node_count: Option<i128>,
        autoscaler: AutoscalerOptions,
        kubelet_config: Option<&'a str>,
        linux_os_config: Option<&'a str>,
        message_of_the_day: Option<&'a str>,
        localdns_config: Option<&'a str> = "localdns_config" | "",
        aks_custom_headers: Option<&'a str>,
    }
}

arguments! {
    /// The autoscaler of a new pool.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct AutoscalerOptions {
        enable_cluster_autoscaler: bool,
        min_count: Option<i128>,
        max_count: Option<i128>,
    }
}

arguments! {
    /// A change of an existing pool's autoscaler, by `aks nodepool update` or `aks update`.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct AutoscalerChange {
        enable_cluster_autoscaler: bool,
        update_cluster_autoscaler: bool,
        disable_cluster_autoscaler: bool,
        min_count: Option<i128>,
        max_count: Option<i128>,
        /// Mode that the pool is to have; `aks update` does not set it.
        mode: Option<PoolMode> = "mode" | "",
    }
}

arguments! {
    /// A change of an existing pool, by `aks nodepool update`.
    pub(crate) struct ChangedPool<'a> {
        pool: PoolName<'a>,
        autoscaler: AutoscalerChange,
        /// The 2021 document's spelling of a scale; the argument does not exist in strict mode.
        node_count: Option<i128>,
        scale_down_mode: Option<ScaleDownMode>,
        labels: Option<Pairs>,
        node_taints: Option<Taints>,
        tags: Option<Pairs>,
        enable_fips_image: bool,
        disable_fips_image: bool,
        enable_vtpm: bool,
        disable_vtpm: bool,
        enable_secure_boot: bool,
        disable_secure_boot: bool,
        localdns_config: Option<&'a str>,
        aks_custom_headers: Option<&'a str>,
    }
}

arguments! {
    /// An upgrade of a pool, by `aks nodepool upgrade`.
    pub(crate) struct PoolUpgrade<'a> {
        pool: PoolName<'a>,
        kubernetes_version: Option<&'a str>,
        node_image_only: bool,
        yes: bool,
        snapshot_id: Option<&'a str>,
        max_surge: Option<&'a str>,
        drain_timeout: Option<i128>,
        node_soak_duration: Option<i128>,
        undrainable_node_behavior: Option<&'a str>,
        max_unavailable: Option<&'a str>,
        aks_custom_headers: Option<&'a str>,
    }
}
