//! The provider's instance cache of a pool, kept up with the outcomes of its requests.

use crate::autoscaler::cluster_state::FailedInstance;
use crate::autoscaler::instance::{InstanceState, Reading, VmPower, VmProvisioning, VmView};
use crate::autoscaler::instance_cache::{Ending, InstanceCache};
use crate::autoscaler::{Setting, Settings};
use crate::azure::lifecycle::NodeState;
use crate::azure::node::{Node, NodeSource};
use crate::azure::pool::Pool;

/// Returns a machine's provisioning and power state as Azure Compute describes them.
fn view(node: &Node) -> VmView {
    let (provisioning, power) = match node.state() {
        NodeState::Creating => (VmProvisioning::Creating, VmPower::Unknown),
        NodeState::Ready | NodeState::Draining => (VmProvisioning::Succeeded, VmPower::Running),
        NodeState::Starting => (VmProvisioning::Updating, VmPower::Starting),
        NodeState::Deallocating => (VmProvisioning::Updating, VmPower::Deallocating),
        NodeState::Deallocated | NodeState::Stopped => (VmProvisioning::Succeeded, VmPower::Deallocated),
        NodeState::Deleting => (VmProvisioning::Deleting, VmPower::Unknown),
        NodeState::Failed => match node.bring_up.source {
            NodeSource::Cached => (VmProvisioning::Failed, VmPower::Deallocated),
            NodeSource::New => (VmProvisioning::Failed, VmPower::Unknown),
        },
    };
    VmView { provisioning, power, has_extension_error: false }
}

/// Returns which request of the provider has ended for a machine and whether it worked; `None` if none has.
fn ending(believed: InstanceState, node: Option<&Node>) -> Option<(Ending, bool)> {
    match (believed, node.map(Node::state)) {
        (InstanceState::Deleting, None) => Some((Ending::Deletion, true)),
        (InstanceState::Deallocating, Some(NodeState::Deallocated)) => Some((Ending::Deallocation, true)),
        (InstanceState::Running | InstanceState::Creating, Some(NodeState::Failed)) => Some((Ending::Start, false)),
        (InstanceState::Creating, Some(NodeState::Ready)) => Some((Ending::Start, true)),
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
        cache.moving().chain(failed).map(|(id, status)| (id, status.state)).collect();
    for (instance_id, state) in believed {
        if let Some((ending, has_worked)) = ending(state, pool.node(instance_id)) {
            cache.on_ended(instance_id, ending, has_worked);
        }
    }
    if cache.is_stale(now_ms) {
        let reading = Reading {
            policy: pool.spec.scale_down_mode,
            is_fast_delete: settings.is(Setting::FastDeleteOnFailedProvisioning),
        };
        cache.refresh(pool.nodes().map(|node| (node.instance_id, view(node))), reading, now_ms);
    }
    cache.failed()
}
