//! A loaded world: clusters and pools put in place as they stand, without time passing.

use super::clockwork::NodeLocation;
use super::subscription::{Subscription, find_pool};
use crate::azure::lifecycle::NodeState;
use crate::azure::node::Node;
use crate::azure::operation::{PowerState, ProvisioningState};
use crate::azure::pool_spec::PoolSpec;
use crate::azure::scale::zone_for_new;
use crate::ground::id::{ClusterId, NodeId};
use crate::ground::invariant::known;

/// A pool of a loaded world, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistingPool {
    /// Its settings; `count` nodes are ready.
    pub spec: PoolSpec,
    /// Number of deallocated nodes, in addition to `count`.
    pub deallocated: u32,
    /// Running or stopped.
    pub power_state: PowerState,
    /// The provisioning state that the service reported last.
    pub provisioning_state: ProvisioningState,
}

impl Subscription {
    /// Puts a pool of a loaded world in place, without time passing.
    pub fn load_pool(&mut self, cluster: ClusterId, existing: ExistingPool) {
        let ExistingPool { spec, deallocated, power_state, provisioning_state } = existing;
        let resting = match power_state {
            PowerState::Running => NodeState::Ready,
            PowerState::Stopped => NodeState::Stopped,
        };
        let count = spec.count;
        let now_ms = self.clockwork.now_ms;
        let Some(id) = known(self.add_pool_to(cluster, spec, power_state), "a cluster that is loaded") else {
            return;
        };
        if let Some(pool) = find_pool(&mut self.clusters, cluster, id) {
            pool.provisioning_state = provisioning_state;
            let states = std::iter::repeat_n(resting, count as usize)
                .chain(std::iter::repeat_n(NodeState::Deallocated, deallocated as usize));
            for state in states {
                let instance_id = pool.next_instance_id;
                pool.next_instance_id += 1;
                let zone = zone_for_new(pool);
                let node = Node::existing(instance_id, zone, state, now_ms);
                let place = NodeLocation { cluster, pool: pool.id, scale_set: &pool.scale_set };
                self.clockwork.register(place, &node);
                pool.nodes.insert(node);
            }
            let nodes =
                pool.nodes().map(|node| (NodeId { pool: pool.id, instance_id: node.instance_id }, node.state()));
            if let Some((kubernetes, mut context)) = self.clockwork.kubernetes(cluster) {
                kubernetes.load(nodes, &mut context);
            }
        }
    }
}
