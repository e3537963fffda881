//! The cloud provider of a loop: what the autoscaler decides is done on the pools of a cluster.

use std::sync::Arc;

use super::tell::{mark, removed, unmark};
use crate::autoscaler::expander::{Expander, ExpansionOption, Priorities, best_options};
use crate::autoscaler::instance::InstanceState;
use crate::autoscaler::instance_cache::InstanceCache;
use crate::autoscaler::utilization::Utilization;
use crate::autoscaler::{AutoscalerEvent, CloudProvider, Settings};
use crate::azure::lifecycle::NodeState;
use crate::azure::node::Node;
use crate::azure::pool::Pool;
use crate::azure::pool_spec::ScaleDownMode;
use crate::ground::id::{ClusterId, NodeId, PoolId};
use crate::ground::invariant::known;
use crate::ground::table::Table;
use crate::kubernetes::PodSpec;
use crate::provider::Subscription;
use crate::provider::node_group::target_size;
use crate::workloads::Kubernetes;

/// The cloud provider of one loop, which acts on the simulated cloud.
pub(super) struct SimulatedProvider<'a> {
    pub subscription: &'a mut Subscription,
    pub cluster: ClusterId,
    pub pools: &'a [PoolId],
    /// The provider's instance cache of each pool.
    pub caches: &'a mut Table<PoolId, InstanceCache>,
    pub priorities: &'a Priorities,
    pub settings: &'a Settings,
    /// Events about what was done.
    pub events: Vec<AutoscalerEvent>,
}

impl SimulatedProvider<'_> {
    fn pool(&self, group: usize) -> Option<PoolId> {
        known(self.pools.get(group).copied(), "the pool of a group")
    }

    fn kubernetes(&self) -> Option<&Kubernetes> {
        self.subscription.kubernetes(self.cluster)
    }

    fn believe(&mut self, id: NodeId, state: InstanceState) {
        self.caches.entry(id.pool).set(id.instance_id, state);
    }

    /// Adds the events about a node whose removal begins.
    fn tell_of(&mut self, id: NodeId, is_empty: bool) {
        let now_ms = self.subscription.now_ms();
        let node = self.kubernetes().and_then(|kubernetes| kubernetes.node(id));
        let Some(node) = known(node, "a node that is removed").cloned() else {
            return;
        };
        let name = Arc::clone(&node.name);
        self.events.push(AutoscalerEvent::NodeMarked { node: Arc::clone(&name) });
        if is_empty {
            self.events.push(AutoscalerEvent::ScaleDownEmpty { node: name });
            return;
        }
        let utilization = Utilization::of(&node, self.settings, now_ms).map(|found| found.to_string());
        let moved = node.pods().iter().filter(|pod| pod.takes_room() && !pod.spec.is_daemon() && !pod.spec.is_mirror());
        let pods = moved.map(|pod| format!("{}/{}", pod.spec.namespace, pod.name())).collect();
        let utilization = utilization.unwrap_or_default();
        self.events.push(AutoscalerEvent::ScaleDown { node: name, utilization, pods });
    }

    fn remove(&mut self, id: NodeId, is_empty: bool) {
        self.tell_of(id, is_empty);
        mark(self.subscription, self.cluster, id);
        let Some(pool) = known(self.subscription.pool(id.pool), "the pool of a node that is removed") else {
            return;
        };
        let (name, policy) = (pool.node_name(id.instance_id), pool.spec.scale_down_mode);
        if let Err(error) = self.subscription.remove_from_group(id.pool, id.instance_id, is_empty) {
            unmark(self.subscription, self.cluster, id);
            let error = error.to_string();
            self.events.push(AutoscalerEvent::NodeNotRemoved { node: name.into(), is_empty, error });
            return;
        }
        if is_empty {
            self.believe(id, going(policy));
            self.events.extend(removed(&name.into(), is_empty));
        }
    }
}

/// Returns the state of a machine that is being removed under a scale-down mode.
fn going(policy: ScaleDownMode) -> InstanceState {
    match policy {
        ScaleDownMode::Delete => InstanceState::Deleting,
        ScaleDownMode::Deallocate => InstanceState::Deallocating,
    }
}

impl CloudProvider for SimulatedProvider<'_> {
    fn target_size(&self, group: usize) -> u32 {
        let pool = self.pool(group).and_then(|id| self.subscription.pool(id));
        pool.map_or(0, target_size)
    }

    fn increase_size(&mut self, group: usize, by: u32) -> Result<(), String> {
        let pool = self.pool(group).ok_or_else(String::new)?;
        let next = self.subscription.pool(pool).map_or(0, Pool::next_instance_id);
        let growth = self.subscription.increase_size(pool, by)?;
        for instance_id in growth.started {
            self.believe(NodeId { pool, instance_id }, InstanceState::Running);
        }
        for instance_id in next..next + growth.created {
            self.believe(NodeId { pool, instance_id }, InstanceState::Creating);
        }
        Ok(())
    }

    fn delete_instances(&mut self, group: usize, instances: &[u32]) -> Result<(), String> {
        let id = self.pool(group).ok_or_else(String::new)?;
        self.subscription.clear_instances(id, instances)?;
        for instance_id in instances {
            let state = self.subscription.pool(id).and_then(|pool| pool.node(*instance_id)).map(Node::state);
            let believed = match state {
                Some(NodeState::Deallocating) => InstanceState::Deallocating,
                _ => InstanceState::Deleting,
            };
            self.believe(NodeId { pool: id, instance_id: *instance_id }, believed);
        }
        Ok(())
    }

    /// Does nothing, as in the Azure provider: the size of a scale set follows its machines.
    fn decrease_target_size(&mut self, _group: usize, _by: u32) {}

    fn start_deletion(&mut self, empty: &[NodeId], drain: &[NodeId]) {
        for id in empty {
            self.remove(*id, true);
        }
        for id in drain {
            self.remove(*id, false);
        }
    }

    fn missing_replicas(&self, _spec: &PodSpec) -> Option<u32> {
        None
    }

    fn best_option(&mut self, options: &[ExpansionOption], events: &mut Vec<AutoscalerEvent>) -> Option<usize> {
        let expander: Expander = self.settings.expander();
        let left = best_options(expander, options, self.priorities, events);
        match left.as_slice() {
            [] => None,
            [one] => Some(*one),
            several => {
                let count = u32::try_from(several.len()).unwrap_or(u32::MAX);
                let drawn = self.subscription.draw_below(count);
                several.get(drawn as usize).copied()
            }
        }
    }
}
