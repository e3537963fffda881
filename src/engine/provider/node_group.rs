//! Scale set operations of the cluster autoscaler's Azure provider.
//!
//! The provider calls Azure Compute and not AKS: there is no operation, nothing conflicts, and the pool
//! stays `Succeeded`. Sizes are counted as the provider counts them (branch of kubernetes/autoscaler
//! pull request 9932): instances that are deallocated or being deallocated are in the scale set's
//! capacity and not in the target size of the group.

use std::sync::Arc;

use super::check::no_pool;
use super::subscription::{Subscription, find_pool};
use crate::azure::lifecycle::NodeState;
use crate::azure::node::Removal;
use crate::azure::pool::Pool;
use crate::azure::pool_spec::ScaleDownMode;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, NodeId, PoolId};

/// The result of a request for more nodes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SizeIncrease {
    /// The deallocated instances that are being started.
    pub started: Vec<u32>,
    /// Number of new instances that are being created.
    pub created: u32,
}

/// Returns the target size of a group: the scale set's capacity without the instances that are
/// deallocated or being deallocated.
#[must_use]
pub fn target_size(pool: &Pool) -> u32 {
    let kept = pool.count_in(NodeState::Deallocated) + pool.count_in(NodeState::Deallocating);
    capacity(pool) - kept
}

/// Returns the node count of a pool without its draining nodes. It also corrects a count that no longer
/// fits because machines were deallocated or started past AKS.
fn wanted(pool: &Pool) -> u32 {
    target_size(pool).saturating_sub(pool.count_in(NodeState::Draining))
}

/// Returns the capacity of a pool's scale set: instances that are being deleted have left it.
#[must_use]
pub fn capacity(pool: &Pool) -> u32 {
    pool.instances() - pool.count_in(NodeState::Deleting)
}

impl Subscription {
    /// Adds `delta` nodes to a group: starts deallocated instances first, by ascending instance id, and
    /// sets the scale set's capacity for the rest.
    ///
    /// The capacity becomes the old target size plus `delta`. Instances that are still being
    /// deallocated are in the capacity and cannot be started, so that fewer nodes than requested may
    /// come.
    ///
    /// # Errors
    ///
    /// Limits and quota, which only new instances need; instances that were started before the error
    /// stay started.
    pub fn grow_group(&mut self, id: PoolId, delta: u32) -> Result<SizeIncrease, ServiceError> {
        let no_pool = || no_pool(id);
        let cluster = self.clusters.iter().find(|cluster| cluster.pool_by_id(id).is_some()).ok_or_else(no_pool)?;
        let (cluster, location) = (cluster.id, cluster.spec.location.clone());
        let pool = find_pool(&mut self.clusters, cluster, id).ok_or_else(no_pool)?;
        let size = target_size(pool) + delta;
        let deallocated = pool.nodes_in(NodeState::Deallocated);
        let started: Vec<u32> = deallocated.map(|node| node.instance_id).take(delta as usize).collect();
        for instance_id in &started {
            self.clockwork.start(cluster, pool, *instance_id, None);
        }
        pool.spec.count = wanted(pool);
        if started.len() == delta as usize {
            return Ok(SizeIncrease { started, created: 0 });
        }
        let created = size.saturating_sub(capacity(pool));
        let vm_size = pool.spec.vm_size.clone();
        self.check_capacity(&location, Some(cluster), Some(id), created, &vm_size)?;
        if let Some(pool) = find_pool(&mut self.clusters, cluster, id) {
            for _ in 0..created {
                self.clockwork.provision(cluster, pool, None);
            }
            pool.spec.count = wanted(pool);
        }
        Ok(SizeIncrease { started, created })
    }

    /// Removes a node from its group by deletion or deallocation, as its scale-down mode says. Drains
    /// it first unless it `is_drained`.
    ///
    /// # Errors
    ///
    /// `InvalidParameter` for an instance that does not exist, or that is neither running nor to be deleted.
    pub fn remove_from_group(&mut self, id: PoolId, instance_id: u32, is_drained: bool) -> Result<(), ServiceError> {
        let found = self.clusters.iter_mut().find_map(|cluster| {
            let id_of = cluster.id;
            cluster.pools.iter_mut().find(|pool| pool.id == id).map(|pool| (id_of, pool))
        });
        let (cluster, pool) = found.ok_or_else(|| no_pool(id))?;
        let state = pool.node(instance_id).map(crate::azure::node::Node::state);
        let removal = match pool.spec.scale_down_mode {
            ScaleDownMode::Delete => Removal::Delete,
            ScaleDownMode::Deallocate => Removal::Deallocate,
        };
        let clockwork = &mut self.clockwork;
        match (state, removal) {
            (Some(NodeState::Ready), _) if !is_drained => {
                clockwork.drain(cluster, pool, instance_id, removal, None);
            }
            (Some(NodeState::Ready), Removal::Deallocate) => clockwork.deallocate(cluster, pool, instance_id, None),
            (Some(NodeState::Ready | NodeState::Creating | NodeState::Starting | NodeState::Failed), _) => {
                clockwork.delete(cluster, pool, instance_id, None);
            }
            // Deallocated past the resource provider; its node is there still, and not ready.
            (Some(NodeState::Deallocated), Removal::Delete) => clockwork.delete(cluster, pool, instance_id, None),
            _ => return Err(ServiceError::no_instance(instance_id)),
        }
        pool.spec.count = pool.spec.count.saturating_sub(1);
        Ok(())
    }

    /// Counts a node of a group again whose removal has failed; returns its name.
    pub(crate) fn keep_in_group(&mut self, cluster: ClusterId, node: NodeId) -> Option<Arc<str>> {
        let pool = find_pool(&mut self.clusters, cluster, node.pool)?;
        pool.spec.count += 1;
        Some(pool.node_name(node.instance_id).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cloud, ClusterSpec, ExistingPool, PoolSpec, PoolUpdate, PowerState, ProvisioningState, VmSize};

    fn cloud(ready: u32, deallocated: u32) -> (Cloud, PoolId) {
        let mut cloud = Cloud::new(1);
        let cluster = ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new("c", "rg", "eastus") };
        let cluster = cloud.load_cluster(cluster, PowerState::Running);
        let mut spec = PoolSpec::new("np", VmSize::find("Standard_DS2_v2").unwrap());
        (spec.count, spec.scale_down_mode) = (ready, ScaleDownMode::Deallocate);
        let (power_state, provisioning_state) = (PowerState::Running, ProvisioningState::Succeeded);
        cloud.load_pool(cluster, ExistingPool { spec, deallocated, power_state, provisioning_state });
        let id = cloud.clusters()[0].pools[0].id;
        (cloud, id)
    }

    fn settle(cloud: &mut Cloud) {
        while let Some(at_ms) = cloud.next_event_ms() {
            cloud.advance_to(at_ms);
        }
    }

    #[test]
    fn deallocated_nodes_come_before_new_ones_and_are_not_in_the_size() {
        let (mut cloud, id) = cloud(2, 3);
        let sizes = |cloud: &Cloud| cloud.pool(id).map(|pool| (target_size(pool), capacity(pool), pool.spec.count));
        assert_eq!(sizes(&cloud), Some((2, 5, 2)));
        let growth = cloud.grow_group(id, 2).unwrap();
        assert_eq!(growth, SizeIncrease { started: vec![2, 3], created: 0 });
        let growth = cloud.grow_group(id, 3).unwrap();
        assert_eq!(growth, SizeIncrease { started: vec![4], created: 2 });
        settle(&mut cloud);
        assert_eq!(sizes(&cloud), Some((7, 7, 7)));
        let pool = cloud.pool(id).unwrap();
        assert_eq!((pool.count_in(NodeState::Ready), pool.operation), (7, None));
        cloud.remove_from_group(id, 0, true).unwrap();
        cloud.remove_from_group(id, 4, false).unwrap();
        assert!(cloud.remove_from_group(id, 0, true).is_err(), "it is going already");
        settle(&mut cloud);
        assert_eq!(sizes(&cloud), Some((5, 7, 5)));
    }

    /// The hazard in the provider's arithmetic.
    #[test]
    fn what_is_still_being_deallocated_takes_the_place_of_a_new_node() {
        let (mut cloud, id) = cloud(3, 0);
        cloud.remove_from_group(id, 0, true).unwrap();
        cloud.remove_from_group(id, 1, true).unwrap();
        let growth = cloud.grow_group(id, 3).unwrap();
        assert_eq!(growth, SizeIncrease { started: vec![], created: 1 }, "the capacity becomes 1 + 3, and it is 3");
    }

    #[test]
    fn nothing_stays_deallocated_in_a_pool_that_deletes() {
        for (is_drained, state) in [(true, NodeState::Deallocating), (false, NodeState::Draining)] {
            let (mut cloud, id) = cloud(3, 0);
            cloud.remove_from_group(id, 2, is_drained).unwrap();
            assert_eq!(cloud.pool(id).unwrap().node(2).unwrap().state(), state);
            let update = PoolUpdate { scale_down_mode: Some(ScaleDownMode::Delete), ..PoolUpdate::default() };
            cloud.update_pool(id, update).unwrap();
            settle(&mut cloud);
            let pool = cloud.pool(id).unwrap();
            assert_eq!((pool.nodes().count(), pool.count_in(NodeState::Ready)), (2, 2), "{state:?}");
        }
    }

    #[test]
    fn the_autoscaler_deletes_what_compute_has_deallocated() {
        let (mut cloud, id) = cloud(2, 0);
        let update = PoolUpdate { scale_down_mode: Some(ScaleDownMode::Delete), ..PoolUpdate::default() };
        cloud.update_pool(id, update).unwrap();
        settle(&mut cloud);
        cloud.deallocate_instances(id, Some(&[1])).unwrap();
        settle(&mut cloud);
        cloud.remove_from_group(id, 1, true).unwrap();
        settle(&mut cloud);
        assert_eq!(cloud.pool(id).unwrap().nodes().count(), 1);
    }

    #[test]
    fn quota_stops_new_nodes_only() {
        let (mut cloud, id) = cloud(1, 2);
        cloud.set_quota_vcpus(6);
        let error = cloud.grow_group(id, 3).unwrap_err();
        assert_eq!(error.code, "QuotaExceeded");
        assert_eq!(cloud.pool(id).unwrap().count_in(NodeState::Starting), 2);
    }
}
