//! The provider's instance cache of a pool, kept up with the outcomes of its requests.

use crate::autoscaler::cluster_state::FailedInstance;
use crate::autoscaler::instance::{InstanceState, ProviderSettings, VmInstanceView, VmPowerState, VmProvisioningState};
use crate::autoscaler::instance_cache::{EndedOperation, InstanceCache};
use crate::autoscaler::{Setting, Settings};
use crate::azure::lifecycle::NodeState;
use crate::azure::node::{Node, NodeSource};
use crate::azure::pool::Pool;

/// Returns a machine's provisioning and power state as Azure Compute describes them.
fn view(node: &Node) -> VmInstanceView {
    let (provisioning, power) = match node.state() {
        NodeState::Creating => (VmProvisioningState::Creating, VmPowerState::Unknown),
        NodeState::Ready | NodeState::Draining => (VmProvisioningState::Succeeded, VmPowerState::Running),
        NodeState::Starting => (VmProvisioningState::Updating, VmPowerState::Starting),
        NodeState::Deallocating => (VmProvisioningState::Updating, VmPowerState::Deallocating),
        NodeState::Deallocated | NodeState::Stopped => (VmProvisioningState::Succeeded, VmPowerState::Deallocated),
        NodeState::Deleting => (VmProvisioningState::Deleting, VmPowerState::Unknown),
        NodeState::Failed => match node.bring_up.source {
            NodeSource::Cached => (VmProvisioningState::Failed, VmPowerState::Deallocated),
            NodeSource::New => (VmProvisioningState::Failed, VmPowerState::Unknown),
        },
    };
    VmInstanceView { provisioning, power, has_extension_error: false }
}

/// Returns which request of the provider has ended for a machine and whether it worked; `None` if none has.
fn ended_operation(believed: InstanceState, node: Option<&Node>) -> Option<(EndedOperation, bool)> {
    match (believed, node.map(Node::state)) {
        (InstanceState::Deleting, None) => Some((EndedOperation::Deletion, true)),
        (InstanceState::Deallocating, Some(NodeState::Deallocated)) => Some((EndedOperation::Deallocation, true)),
        (InstanceState::Running | InstanceState::Creating, Some(NodeState::Failed)) => {
            Some((EndedOperation::Start, false))
        }
        (InstanceState::Creating, Some(NodeState::Ready)) => Some((EndedOperation::Start, true)),
        _ => None,
    }
}

/// Brings the instance cache up to date and returns the machines that did not come up.
pub(super) fn failed(cache: &mut InstanceCache, pool: &Pool, settings: &Settings, now_ms: u64) -> Vec<FailedInstance> {
    // Only machines that the cache has as moving can end something; so can failed ones that it has as
    // running.
    let failed =
        pool.nodes_in(NodeState::Failed).filter_map(|node| Some((node.instance_id, cache.status(node.instance_id)?)));
    let believed: Vec<(u32, InstanceState)> =
        cache.transitional().chain(failed).map(|(id, status)| (id, status.state)).collect();
    for (instance_id, state) in believed {
        if let Some((ended_operation, has_succeeded)) = ended_operation(state, pool.node(instance_id)) {
            cache.on_ended(instance_id, ended_operation, has_succeeded);
        }
    }
    if cache.is_stale(now_ms) {
        let provider_settings = ProviderSettings {
            policy: pool.spec.scale_down_mode,
            is_fast_delete: settings.is(Setting::FastDeleteOnFailedProvisioning),
        };
        cache.refresh(pool.nodes().map(|node| (node.instance_id, view(node))), provider_settings, now_ms);
    }
    cache.failed()
}
