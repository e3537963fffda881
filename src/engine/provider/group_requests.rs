//! Requests of the autoscaler to its Azure provider, with the checks that the provider makes before it
//! calls Azure: those of `IncreaseSize` and `DeleteNodes` of AKS's branch (kubernetes/autoscaler pull
//! request 9932).

use super::check::no_pool;
use super::node_group::{SizeIncrease, target_size};
use super::subscription::Subscription;
use crate::azure::lifecycle::NodeState;
use crate::azure::pool::Pool;
use crate::ground::id::PoolId;

impl Subscription {
    /// Grows a node group by `delta` nodes.
    ///
    /// # Errors
    ///
    /// The provider's message if `delta` is 0 or exceeds the maximum size, or the service's error.
    pub fn increase_size(&mut self, id: PoolId, delta: u32) -> Result<SizeIncrease, String> {
        if delta == 0 {
            return Err("size increase must be positive".to_owned());
        }
        let pool = self.pool(id).ok_or_else(|| no_pool(id).to_string())?;
        let (desired, max) = (target_size(pool) + delta, max_size(pool));
        if desired > max {
            return Err(format!("size increase too large - desired:{desired} max:{max}"));
        }
        self.grow_group(id, delta).map_err(|error| error.to_string())
    }

    /// Deletes or deallocates drained nodes of a group, as its scale-down mode says. Unless forced, it
    /// removes nothing from a group that has its minimum size.
    ///
    /// # Errors
    ///
    /// The provider's message at the minimum size, or the service's error.
    pub fn delete_nodes(&mut self, id: PoolId, instances: &[u32], is_forced: bool) -> Result<(), String> {
        let pool = self.pool(id).ok_or_else(|| no_pool(id).to_string())?;
        if !is_forced && target_size(pool) <= min_size(pool) {
            return Err("min size reached, nodes will not be deleted".to_owned());
        }
        for instance_id in instances {
            self.remove_from_group(id, *instance_id, true).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Releases machines that never became nodes: one that was kept is deallocated again, any other is
    /// deleted.
    ///
    /// # Errors
    ///
    /// The provider's message at the minimum size, or the service's error for an unknown pool.
    pub(crate) fn clear_instances(&mut self, id: PoolId, instances: &[u32]) -> Result<(), String> {
        let cluster = self.clusters.iter_mut().find(|cluster| cluster.pool_by_id(id).is_some());
        let cluster = cluster.ok_or_else(|| no_pool(id).to_string())?;
        let cluster_id = cluster.id;
        let pool = cluster.pools.iter_mut().find(|pool| pool.id == id);
        let pool = pool.ok_or_else(|| no_pool(id).to_string())?;
        if target_size(pool) <= min_size(pool) {
            return Err("min size reached, nodes will not be deleted".to_owned());
        }
        for instance_id in instances {
            let is_there = pool.node(*instance_id).is_some_and(|node| node.state() != NodeState::Deleting);
            if is_there {
                self.clockwork.clear(cluster_id, pool, *instance_id, None);
                pool.spec.count = pool.spec.count.saturating_sub(1);
            }
        }
        Ok(())
    }
}

fn min_size(pool: &Pool) -> u32 {
    pool.spec.autoscaler.map_or(0, |range| range.min)
}

fn max_size(pool: &Pool) -> u32 {
    pool.spec.autoscaler.map_or(u32::MAX, |range| range.max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AutoscalerRange, Cloud, ClusterSpec, ExistingPool, PoolSpec, PowerState, ProvisioningState, VmSize};

    fn cloud(count: u32, min: u32, max: u32) -> (Cloud, PoolId) {
        let mut cloud = Cloud::new(1);
        let cluster = ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new("c", "rg", "eastus") };
        let cluster = cloud.load_cluster(cluster, PowerState::Running);
        let mut spec = PoolSpec::new("np", VmSize::find("Standard_DS2_v2").unwrap());
        (spec.count, spec.autoscaler) = (count, Some(AutoscalerRange { min, max }));
        let (power_state, provisioning_state) = (PowerState::Running, ProvisioningState::Succeeded);
        cloud.load_pool(cluster, ExistingPool { spec, deallocated: 0, power_state, provisioning_state });
        let id = cloud.clusters()[0].pools[0].id;
        (cloud, id)
    }

    #[test]
    fn sizes_stay_within_the_range() {
        let (mut cloud, id) = cloud(2, 1, 4);
        assert_eq!(cloud.increase_size(id, 0).unwrap_err(), "size increase must be positive");
        assert_eq!(cloud.increase_size(id, 3).unwrap_err(), "size increase too large - desired:5 max:4");
        assert_eq!(cloud.increase_size(id, 2).unwrap().created, 2);
    }

    #[test]
    fn the_smallest_size_is_asked_for_once_a_request() {
        let (mut cloud, id) = cloud(3, 1, 4);
        cloud.delete_nodes(id, &[0, 2], false).unwrap();
        assert_eq!(cloud.pool(id).unwrap().count_in(NodeState::Deleting), 2);
        let refusal = cloud.delete_nodes(id, &[1], false).unwrap_err();
        assert_eq!(refusal, "min size reached, nodes will not be deleted");
        cloud.delete_nodes(id, &[1], true).unwrap();
    }
}
