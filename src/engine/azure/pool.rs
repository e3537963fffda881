//! A node pool: one scale set and the settings that rule its size.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::azure::lifecycle::NodeState;
use crate::azure::node::{Node, Prices};
use crate::azure::nodes::Nodes;
use crate::azure::operation::{OperationId, PowerState, ProvisioningState};
use crate::azure::vm_size::{VmSize, disk_price_microdollars_per_hour};
use crate::ground::money::Cost;

/// The id of a node pool, valid for as long as the simulation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolId(pub(crate) u32);

impl PoolId {
    /// Creates an id from a number. Those of a [`crate::Cloud`] are its own; this is for models of
    /// nodes outside one.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Returns the number of this id.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

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

/// A version that a pool had before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UsedVersion {
    /// The Kubernetes version.
    pub kubernetes_version: String,
    /// Time at which the pool left it, in milliseconds.
    pub left_ms: u64,
}

/// A node pool.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pool {
    /// Its identity.
    pub id: PoolId,
    /// Its settings. `count` is the number of nodes wanted, running or on their way there.
    pub spec: PoolSpec,
    /// The name of its scale set, `aks-<pool>-<8 digits>-vmss`.
    pub scale_set: Arc<str>,
    /// The operation under way, or the outcome of the latest one.
    pub provisioning_state: ProvisioningState,
    /// Running or stopped.
    pub power_state: PowerState,
    /// Creation time, in milliseconds.
    pub created_ms: u64,
    /// The versions that it had before, the latest last.
    pub used_versions: Vec<UsedVersion>,
    pub(crate) nodes: Nodes,
    pub(crate) next_instance_id: u32,
    pub(crate) operation: Option<OperationId>,
    /// Accumulated cost of deleted nodes.
    pub(crate) departed: Cost,
    pub(crate) compute_microdollars_per_hour: u64,
}

impl Pool {
    /// Returns its nodes, by ascending instance id.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> + Clone {
        self.nodes.values()
    }

    /// Returns a node by its instance id.
    #[must_use]
    pub fn node(&self, instance_id: u32) -> Option<&Node> {
        self.nodes.get(instance_id)
    }

    /// Returns the instance id of the next new instance; no id is used twice.
    #[must_use]
    pub fn next_instance_id(&self) -> u32 {
        self.next_instance_id
    }

    /// Returns the number of instances in the scale set, whatever their state.
    #[must_use]
    pub fn instances(&self) -> u32 {
        self.nodes.len()
    }

    /// Returns the number of nodes in a state.
    #[must_use]
    pub fn count_in(&self, state: NodeState) -> u32 {
        self.nodes.count_in(state)
    }

    /// Returns the nodes in a state, by ascending instance id.
    pub fn nodes_in(&self, state: NodeState) -> impl Iterator<Item = &Node> + Clone {
        self.nodes().filter(move |node| node.state() == state).take(self.count_in(state) as usize)
    }

    /// Returns the number of instances that have not registered with Kubernetes.
    #[must_use]
    pub fn unregistered(&self) -> u32 {
        self.nodes.unregistered()
    }

    /// Returns the prices at which its nodes are billed.
    #[must_use]
    pub fn prices(&self) -> Prices {
        Prices {
            compute_microdollars_per_hour: self.compute_microdollars_per_hour,
            disk_microdollars_per_hour: match self.spec.os_disk_type {
                OsDiskType::Managed => disk_price_microdollars_per_hour(self.spec.os_disk_size_gib),
                OsDiskType::Ephemeral => 0,
            },
        }
    }

    /// Returns its cost up to `now_ms`, deleted nodes included.
    #[must_use]
    pub fn cost(&self, now_ms: u64) -> Cost {
        let prices = self.prices();
        let mut cost = self.departed;
        for node in self.nodes() {
            cost += node.cost(now_ms, prices);
        }
        cost
    }

    /// Returns the vCPUs that its instances hold of the quota. A deallocated machine holds its share.
    #[must_use]
    pub fn quota_vcpus(&self) -> u32 {
        self.instances() * u32::from(self.spec.vm_size.vcpus)
    }

    /// Returns the Kubernetes name of a node: the scale set, and the instance id as six base-36 digits.
    #[must_use]
    pub fn node_name(&self, instance_id: u32) -> String {
        node_name(&self.scale_set, instance_id)
    }
}

/// Returns the Kubernetes name of a scale set instance, such as `aks-nodepool1-12345678-vmss00000a`.
#[must_use]
pub fn node_name(scale_set: &str, instance_id: u32) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut suffix = [b'0'; 6];
    let mut rest = instance_id;
    for slot in suffix.iter_mut().rev() {
        *slot = DIGITS.get((rest % 36) as usize).copied().unwrap_or(b'0');
        rest /= 36;
    }
    format!("{scale_set}{}", String::from_utf8_lossy(&suffix))
}

/// Returns the instance id in the name of a node, which [`node_name`] made; `None` if the name is too
/// short or ends in something else.
#[must_use]
pub fn instance_id_of(node: &str) -> Option<u32> {
    let start = node.len().checked_sub(6)?;
    let digits = node.get(start..).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_alphanumeric()))?;
    u32::from_str_radix(digits, 36).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_names_count_in_base_36() {
        let check = |instance_id, expected| {
            assert_eq!(node_name("aks-p-12345678-vmss", instance_id), expected);
        };
        check(0, "aks-p-12345678-vmss000000");
        check(10, "aks-p-12345678-vmss00000a");
        check(35, "aks-p-12345678-vmss00000z");
        check(207, "aks-p-12345678-vmss00005r");
        assert_eq!(instance_id_of("aks-p-12345678-vmss00005r"), Some(207));
        assert_eq!(instance_id_of("vm00000Z"), Some(35));
        for name in ["vmvm", "node-a", "", "vmss0000ü0"] {
            assert_eq!(instance_id_of(name), None, "{name}");
        }
    }
}
