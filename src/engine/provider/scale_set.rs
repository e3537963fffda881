//! Requests to a node pool's scale set, past the AKS resource provider.
//!
//! Azure Compute starts and deallocates single instances. AKS is not asked: the pool's settings and its
//! provisioning state stay as they are, nothing is cordoned or drained, and the requested number of
//! nodes is no longer the number that run.

use std::sync::Arc;

use super::check::stopped;
use super::clockwork::Clockwork;
use super::subscription::{Subscription, find_pool};
use crate::azure::lifecycle::NodeState;
use crate::azure::operation::{OperationKind, PowerState};
use crate::azure::pool::Pool;
use crate::azure::timing::Timing;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, OperationId, PoolId};

impl Subscription {
    /// Deallocates instances of a pool's scale set, or all of them; those that do not run stay as they are.
    ///
    /// # Errors
    ///
    /// `InvalidParameter` for an instance that does not exist; `OperationNotAllowed` while AKS changes
    /// the pool, or if the pool or its cluster is stopped.
    pub fn deallocate_instances(&mut self, id: PoolId, instances: Option<&[u32]>) -> Result<OperationId, ServiceError> {
        let kind = OperationKind::DeallocateInstances;
        self.act_on_instances(id, instances, kind, |state| state == NodeState::Ready, Clockwork::deallocate)
    }

    /// Starts deallocated instances of a pool's scale set, or all of those.
    ///
    /// # Errors
    ///
    /// As [`Self::deallocate_instances`].
    pub fn start_instances(&mut self, id: PoolId, instances: Option<&[u32]>) -> Result<OperationId, ServiceError> {
        let kind = OperationKind::StartInstances;
        self.act_on_instances(id, instances, kind, |state| state == NodeState::Deallocated, Clockwork::start)
    }

    /// Deletes instances of a pool's scale set, or all of them. AKS goes on counting them until its
    /// next change of the pool makes up for them.
    ///
    /// # Errors
    ///
    /// As [`Self::deallocate_instances`].
    pub fn delete_instances(&mut self, id: PoolId, instances: Option<&[u32]>) -> Result<OperationId, ServiceError> {
        let kind = OperationKind::DeleteInstances;
        self.act_on_instances(id, instances, kind, |state| state != NodeState::Deleting, Clockwork::delete)
    }

    /// Changes the number of instances of a pool's scale set: new ones are created, or those with the
    /// highest instance ids are deleted.
    ///
    /// # Errors
    ///
    /// As [`Self::deallocate_instances`]; limits and quota.
    pub fn scale_instances(&mut self, id: PoolId, capacity: u32) -> Result<OperationId, ServiceError> {
        let (cluster, pool) = self.find_free_pool(id)?;
        let staying = pool.nodes().filter(|node| node.state() != NodeState::Deleting);
        let mut staying: Vec<u32> = staying.map(|node| node.instance_id).collect();
        let held = u32::try_from(staying.len()).unwrap_or(u32::MAX);
        let created = capacity.saturating_sub(held);
        let vm_size = pool.spec.vm_size.clone();
        let location = self.find_cluster(cluster)?.spec.location.clone();
        self.check_capacity(&location, Some(cluster), Some(id), created, &vm_size)?;
        let surplus = staying.split_off(staying.len().min(capacity as usize));
        let kind = OperationKind::ScaleInstances;
        let operation = self.act_on_instances(id, Some(&surplus), kind, |_| true, Clockwork::delete)?;
        if let Some(pool) = find_pool(&mut self.clusters, cluster, id) {
            for _ in 0..created {
                self.clockwork.provision(cluster, pool, Some(operation));
            }
        }
        Ok(operation)
    }

    fn act_on_instances(
        &mut self,
        id: PoolId,
        instances: Option<&[u32]>,
        kind: OperationKind,
        is_meant: fn(NodeState) -> bool,
        act: fn(&mut Clockwork, ClusterId, &mut Pool, u32, Option<OperationId>),
    ) -> Result<OperationId, ServiceError> {
        let (cluster, pool) = self.find_free_pool(id)?;
        if pool.power_state == PowerState::Stopped {
            return Err(stopped(&pool.spec.name));
        }
        let mut chosen: Vec<u32> = match instances {
            Some(instances) => instances.to_vec(),
            None => pool.nodes().map(|node| node.instance_id).collect(),
        };
        chosen.sort_unstable();
        chosen.dedup();
        if let Some(absent) = chosen.iter().find(|instance_id| pool.node(**instance_id).is_none()) {
            return Err(ServiceError::no_instance(absent));
        }
        chosen.retain(|instance_id| pool.node(*instance_id).is_some_and(|node| is_meant(node.state())));
        let subject = Arc::clone(&pool.scale_set);
        let operation = self.clockwork.begin(kind, cluster, Some(id), &subject, Timing::ControlPlane);
        if let Some(pool) = find_pool(&mut self.clusters, cluster, id) {
            for instance_id in chosen {
                act(&mut self.clockwork, cluster, pool, instance_id, Some(operation));
            }
        }
        Ok(operation)
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::azure::operation::OperationState;
    use crate::{Cloud, ClusterSpec, ExistingPool, PoolSpec, PoolUpdate, ProvisioningState, ScaleDownMode, VmSize};

    fn cloud_with_pool(power_state: PowerState) -> (Cloud, PoolId) {
        let mut cloud = Cloud::new(1);
        let cluster = ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new("c", "rg", "eastus") };
        let cluster = cloud.load_cluster(cluster, PowerState::Running);
        let spec = PoolSpec::new("np", VmSize::find("Standard_DS2_v2").unwrap());
        let provisioning_state = ProvisioningState::Succeeded;
        cloud.load_pool(cluster, ExistingPool { spec, deallocated: 1, power_state, provisioning_state });
        let id = cloud.clusters()[0].pools[0].id;
        (cloud, id)
    }

    fn settle(cloud: &mut Cloud) {
        while let Some(next_ms) = cloud.next_event_ms() {
            cloud.advance_to(next_ms);
        }
    }

    fn states(cloud: &Cloud, id: PoolId) -> String {
        let states = cloud.pool(id).unwrap().nodes().map(|node| node.state().name());
        states.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn instances_are_deallocated_and_started_past_the_pool() {
        let (mut cloud, id) = cloud_with_pool(PowerState::Running);
        cloud.deallocate_instances(id, Some(&[2, 0, 0, 3])).unwrap();
        assert_eq!(states(&cloud, id), "deallocating ready deallocating deallocated");
        let pool = cloud.pool(id).unwrap();
        assert_eq!((pool.spec.count, pool.provisioning_state), (3, ProvisioningState::Succeeded));
        settle(&mut cloud);
        assert_eq!(states(&cloud, id), "deallocated ready deallocated deallocated");
        cloud.start_instances(id, None).unwrap();
        settle(&mut cloud);
        assert_eq!(states(&cloud, id), "ready ready ready ready");
    }

    /// The documentation of Scale-down Mode says so of machines deallocated past AKS.
    #[test]
    fn the_mode_delete_takes_what_was_deallocated_here() {
        let (mut cloud, id) = cloud_with_pool(PowerState::Running);
        cloud.deallocate_instances(id, Some(&[0])).unwrap();
        settle(&mut cloud);
        let update = PoolUpdate { scale_down_mode: Some(ScaleDownMode::Delete), ..PoolUpdate::default() };
        cloud.update_pool(id, update).unwrap();
        settle(&mut cloud);
        assert_eq!(cloud.pool(id).unwrap().count_in(NodeState::Deallocated), 0);
    }

    /// AKS is not told of the operation, so that nothing keeps it from removing the nodes.
    #[test]
    fn an_operation_whose_nodes_are_taken_over_ends() {
        let (mut cloud, id) = cloud_with_pool(PowerState::Running);
        let operation = cloud.start_instances(id, None).unwrap();
        // The control plane's part is over, and the machine is still starting.
        while cloud.operation(operation).unwrap().control_plane_busy {
            cloud.advance_to(cloud.next_event_ms().unwrap());
        }
        assert_eq!(cloud.operation(operation).unwrap().pending_nodes, 1);
        cloud.delete_pool(id).unwrap();
        cloud.advance_to(cloud.now_ms());
        assert_eq!(cloud.operation(operation).unwrap().state, OperationState::Succeeded);
        settle(&mut cloud);
        assert!(cloud.pool(id).is_none());
    }

    #[test]
    fn what_cannot_be_done_is_refused_and_changes_nothing() {
        let (mut cloud, id) = cloud_with_pool(PowerState::Running);
        let error = cloud.deallocate_instances(id, Some(&[0, 9])).unwrap_err();
        assert_eq!(error.code, "InvalidParameter");
        assert_eq!(states(&cloud, id), "ready ready ready deallocated");
        cloud.scale_pool(id, 5).unwrap();
        assert_eq!(cloud.start_instances(id, None).unwrap_err().code, "OperationNotAllowed");
        let (mut cloud, id) = cloud_with_pool(PowerState::Stopped);
        assert_eq!(cloud.start_instances(id, None).unwrap_err().code, "OperationNotAllowed");
    }
}
