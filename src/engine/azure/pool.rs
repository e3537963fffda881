//! A node pool: one scale set and the settings that rule its size.

use std::sync::Arc;

use crate::azure::lifecycle::NodeState;
use crate::azure::node::{Node, Prices};
use crate::azure::node_name::node_name;
use crate::azure::nodes::Nodes;
use crate::azure::operation::{PowerState, ProvisioningState};
use crate::azure::pool_spec::{OsDiskType, PoolSpec};
use crate::azure::vm_size::disk_price_microdollars_per_hour;
use crate::ground::id::{OperationId, PoolId};
use crate::ground::money::Cost;

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
