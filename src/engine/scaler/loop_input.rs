//! The cluster as its autoscaler sees it.

use std::sync::Arc;

use crate::autoscaler::cluster_state::FailedInstance;
use crate::autoscaler::registered_nodes::RegisteredNodes;
use crate::autoscaler::remaining_budgets::RemainingBudgets;
use crate::autoscaler::scale_up::EstimateLimit;
use crate::autoscaler::template::Template;
use crate::autoscaler::{LoopInput, NodeGroup};
use crate::azure::cluster::Cluster;
use crate::azure::lifecycle::NodeState;
use crate::azure::node_name::node_name;
use crate::azure::pool::Pool;
use crate::azure::scale::zone_for_new;
use crate::ground::id::{NodeId, PoolId};
use crate::ground::invariant::known;
use crate::kubernetes::fit::check_node_constraints;
use crate::kubernetes::reservation::capacity_memory_bytes;
use crate::kubernetes::{NodeInfo, Pod, PodId, Resources};
use crate::provider::node_group::target_size;
use crate::workloads::{Kubernetes, NodeCondition, PodSet, SetKind};

/// Instance id of a template node, which has no machine.
const NOBODY: u32 = u32::MAX;

/// Returns a pool as a node group; `None` if its autoscaler is off.
pub(super) fn group(pool: &Pool) -> Option<NodeGroup> {
    let range = pool.spec.autoscaler?;
    Some(NodeGroup {
        id: pool.id,
        name: Arc::clone(&pool.scale_set),
        min: range.min,
        max: range.max,
        target: target_size(pool),
        policy: pool.spec.scale_down_mode,
    })
}

/// Returns the template node of a pool: a new node, with the pods of its daemon sets.
pub(super) fn template(pool: &Pool, kubernetes: &Kubernetes) -> Option<Template> {
    let known = known(kubernetes.template(pool.id), "the template of a pool")?;
    let id = NodeId { pool: pool.id, instance_id: NOBODY };
    let mut node = NodeInfo::new(id, &node_name(&pool.scale_set, pool.next_instance_id()), known.allocatable);
    node.labels = known.labels(zone_for_new(pool));
    node.taints = known.taints(NodeCondition::Ready);
    for set in kubernetes.sets().filter(|set| set.kind == SetKind::DaemonSet) {
        if check_node_constraints(&set.spec, &node).is_ok() {
            node.add_pod(Pod::new(PodId(set.id.0), Arc::clone(&set.spec), 0));
        }
    }
    let size = &pool.spec.vm_size;
    let capacity = Resources {
        cpu_millis: u64::from(size.vcpus) * 1000,
        memory_bytes: capacity_memory_bytes(size),
        ..known.allocatable
    };
    Some(Template { node, capacity })
}

/// Returns the machines of a pool that have not registered as nodes, without failed ones and those that
/// are being deleted.
fn unregistered(pool: &Pool, failed: &[FailedInstance]) -> Vec<u32> {
    let waits = |node: &&crate::azure::node::Node| {
        node.state() != NodeState::Deleting && failed.iter().all(|(id, _)| *id != node.instance_id)
    };
    let unregistered = pool.nodes().filter(|node| !node.is_registered()).take(pool.unregistered() as usize);
    unregistered.filter(waits).map(|node| node.instance_id).collect()
}

/// Returns the input of a loop. `failed` holds the failed machines of each pool, as the provider
/// reports them.
pub(super) fn loop_input<'a>(
    cluster: &Cluster,
    kubernetes: &Kubernetes,
    pools: &[PoolId],
    templates: &'a [Template],
    failed: Vec<Vec<FailedInstance>>,
    nodes: RegisteredNodes,
) -> LoopInput<'a> {
    let pools: Vec<&Pool> = pools.iter().filter_map(|id| cluster.pool_by_id(*id)).collect();
    let draining = |pool: &&Pool| {
        let id = pool.id;
        let drained = pool.nodes_in(NodeState::Draining);
        drained.map(move |node| NodeId { pool: id, instance_id: node.instance_id }).collect::<Vec<_>>()
    };
    let budgets = kubernetes.budgets().iter();
    let budgets = budgets.map(|one| (Arc::new(one.clone()), i64::from(kubernetes.disruptions_allowed(one))));
    let waiting = kubernetes.pending().filter(|set| set.kind != SetKind::DaemonSet);
    LoopInput {
        groups: pools.iter().filter_map(|pool| group(pool)).collect(),
        templates,
        nodes,
        gone: Vec::new(),
        unregistered: pools.iter().zip(&failed).map(|(pool, failed)| unregistered(pool, failed)).collect(),
        failed,
        pending: waiting.flat_map(PodSet::waiting).cloned().collect(),
        // Controllers recreate pods at the very moment at which they are evicted.
        evicted: Vec::new(),
        deleting: Vec::new(),
        draining: pools.iter().flat_map(draining).collect(),
        budgets: RemainingBudgets::new(budgets.collect()),
        quotas: Vec::new(),
        limit: EstimateLimit::Capacity,
        generation: kubernetes.generation(),
    }
}
