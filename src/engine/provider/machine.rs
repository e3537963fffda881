//! Requests to single machines of a node pool, through AKS.

use super::check::no_pool;
use super::limits;
use super::subscription::{Subscription, find_pool};
use crate::azure::operation::OperationKind;
use crate::ground::error::ServiceError;
use crate::ground::id::{OperationId, PoolId};

impl Subscription {
    /// Deletes chosen nodes of a pool, whatever its scale-down mode. They are not drained, as the
    /// documentation of "delete specific VMs" says; the pool's count falls by those that ran.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while the pool or its cluster changes; `InvalidParameter` for a machine
    /// that is not there, or where a system pool would be left without a node.
    pub fn delete_machines(&mut self, id: PoolId, instances: &[u32]) -> Result<OperationId, ServiceError> {
        let (cluster, pool) = self.find_free_pool(id)?;
        let mut chosen = instances.to_vec();
        chosen.sort_unstable();
        chosen.dedup();
        let mut running = 0;
        for instance_id in &chosen {
            let node = pool.node(*instance_id).ok_or_else(|| ServiceError::no_instance(instance_id))?;
            running += u32::from(node.state().is_wanted());
        }
        let count = pool.spec.count.saturating_sub(running);
        limits::check_count(pool.spec.mode, count.into())?;
        let operation = self.begin_on_pool(cluster, id, OperationKind::DeleteMachines);
        let pool = find_pool(&mut self.clusters, cluster, id).ok_or_else(|| no_pool(id))?;
        pool.spec.count = count;
        for instance_id in chosen {
            if pool.node(instance_id).is_some_and(|node| node.state() != crate::azure::lifecycle::NodeState::Deleting) {
                self.clockwork.delete(cluster, pool, instance_id, Some(operation));
            }
        }
        Ok(operation)
    }
}
