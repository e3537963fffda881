//! The settings of a node pool, as a request gives them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::azure::vm_size::VmSize;

/// The scale-down mode of a pool: the treatment of the virtual machines that a scale-down frees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ScaleDownMode {
    /// They are deleted; a scale-up provisions new ones.
    #[default]
    Delete,
    /// They are deallocated and kept; a scale-up starts them first.
    Deallocate,
}

impl ScaleDownMode {
    /// Returns the word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Deallocate => "Deallocate",
        }
    }
}

/// The mode of a pool; system pools carry the system pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PoolMode {
    /// At least one node; cannot be stopped.
    System,
    /// May be empty.
    User,
}

impl PoolMode {
    /// Returns the word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::User => "User",
        }
    }

    /// Returns the smallest number of nodes.
    #[must_use]
    pub const fn min_nodes(self) -> u32 {
        match self {
            Self::System => 1,
            Self::User => 0,
        }
    }
}

/// The operating system of a pool's nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OsType {
    /// Linux.
    Linux,
    /// Windows Server.
    Windows,
}

impl OsType {
    /// Returns the word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Windows => "Windows",
        }
    }
}

/// The placement of a node's OS disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OsDiskType {
    /// In Azure storage; it outlives a deallocation.
    Managed,
    /// On the host; it is lost when the machine leaves the host.
    Ephemeral,
}

impl OsDiskType {
    /// Returns the word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Managed => "Managed",
            Self::Ephemeral => "Ephemeral",
        }
    }
}

/// The range that the cluster autoscaler keeps a pool in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AutoscalerRange {
    /// The fewest nodes.
    pub min: u32,
    /// The most nodes.
    pub max: u32,
}

/// Key and value pairs: labels or tags.
pub type Pairs = BTreeMap<String, String>;

/// Settings of a node pool, as requested.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PoolSpec {
    /// The name: lower-case letters and digits, beginning with a letter.
    pub name: String,
    /// System or user.
    pub mode: PoolMode,
    /// The VM size of every node.
    pub vm_size: VmSize,
    /// The operating system.
    pub os_type: OsType,
    /// The distribution, such as `Ubuntu`.
    pub os_sku: String,
    /// Managed or ephemeral.
    pub os_disk_type: OsDiskType,
    /// The size of the OS disk in GiB.
    pub os_disk_size_gib: u32,
    /// Maximum number of pods on a node.
    pub max_pods: u32,
    /// Availability zones, 1 to 3; empty for none.
    pub zones: Vec<u8>,
    /// Kubernetes labels.
    pub labels: Pairs,
    /// Kubernetes taints, as `key=value:Effect`.
    pub taints: Vec<String>,
    /// Azure tags.
    pub tags: Pairs,
    /// The Kubernetes version.
    pub kubernetes_version: String,
    /// `true` if its machines are spot machines.
    pub spot: bool,
    /// Treatment of an evicted spot machine.
    pub eviction_policy: ScaleDownMode,
    /// Delete or Deallocate.
    pub scale_down_mode: ScaleDownMode,
    /// The autoscaler's range, where it is on.
    pub autoscaler: Option<AutoscalerRange>,
    /// The number of nodes.
    pub count: u32,
    /// The resource as it was imported: properties that the simulation does not know, in the
    /// form in which they came. The engine carries it and never reads it.
    pub imported: Arc<str>,
}

impl PoolSpec {
    /// Creates the settings of a pool with the service's defaults.
    #[must_use]
    pub fn new(name: &str, vm_size: VmSize) -> Self {
        Self {
            name: name.to_owned(),
            mode: PoolMode::User,
            vm_size,
            os_type: OsType::Linux,
            os_sku: "Ubuntu".to_owned(),
            os_disk_type: OsDiskType::Managed,
            os_disk_size_gib: 128,
            max_pods: 250,
            zones: Vec::new(),
            labels: Pairs::new(),
            taints: Vec::new(),
            tags: Pairs::new(),
            kubernetes_version: DEFAULT_KUBERNETES_VERSION.to_owned(),
            spot: false,
            eviction_policy: ScaleDownMode::Delete,
            scale_down_mode: ScaleDownMode::Delete,
            autoscaler: None,
            count: 3,
            imported: Arc::from(""),
        }
    }
}

/// Kubernetes version of a cluster that names none.
pub const DEFAULT_KUBERNETES_VERSION: &str = "1.33.2";
