//! Traces of the autoscaler in a cluster: the taint on nodes that it removes, and its events.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::autoscaler::eligibility::TO_BE_DELETED_KEY;
use crate::autoscaler::{AutoscalerEvent, event};
use crate::azure::lifecycle::NodeState;
use crate::azure::node::Node;
use crate::event::Event;
use crate::ground::id::{ClusterId, NodeId};
use crate::kubernetes::{Pod, PodId, Taint, TaintEffect};
use crate::provider::Subscription;
use crate::record::KubernetesEvent;

/// Returns the node that an event is about, with its cluster, if the autoscaler is draining it.
///
/// A drain without an operation is the autoscaler's.
pub(crate) fn drain_of(subscription: &Subscription, event: &Event) -> Option<(ClusterId, NodeId)> {
    let (cluster, id) = event.node()?;
    let node = subscription.pool(id.pool)?.node(id.instance_id)?;
    (node.state() == NodeState::Draining && node.operation.is_none()).then_some((cluster, id))
}

/// Reports the removal of a node that the autoscaler has drained, if its machine goes now.
pub(crate) fn log_removal(subscription: &mut Subscription, (cluster, id): (ClusterId, NodeId)) {
    let Some(pool) = subscription.pool(id.pool) else {
        return;
    };
    let state = pool.node(id.instance_id).map(Node::state);
    if matches!(state, Some(NodeState::Deallocating | NodeState::Deleting)) {
        let name = pool.node_name(id.instance_id).into();
        log_end_of_drain(subscription, cluster, &name, None);
    }
}

/// Adds the to-be-deleted taint to a node.
pub(super) fn mark(subscription: &mut Subscription, cluster: ClusterId, node: NodeId) {
    let now_s = subscription.now_ms() / 1000;
    if let Some((kubernetes, _)) = subscription.kubernetes_mut(cluster) {
        let taint = Taint::new(TO_BE_DELETED_KEY, &now_s.to_string(), TaintEffect::NoSchedule);
        kubernetes.change_taints(node, |taints| taints.push(taint));
    }
}

/// Removes the to-be-deleted taint from a node.
pub(super) fn unmark(subscription: &mut Subscription, cluster: ClusterId, node: NodeId) {
    if let Some((kubernetes, mut context)) = subscription.kubernetes_mut(cluster) {
        kubernetes.change_taints(node, |taints| taints.retain(|taint| taint.key != TO_BE_DELETED_KEY));
        kubernetes.settle(&mut context);
    }
}

/// Returns the events about a node whose machine was told to be removed.
pub(super) fn removed(node: &Arc<str>, is_empty: bool) -> [AutoscalerEvent; 2] {
    [
        AutoscalerEvent::NodeRemoved { node: Arc::clone(node) },
        AutoscalerEvent::ScaledDown { node: Arc::clone(node), is_empty },
    ]
}

/// Reports the end of a drain: the node is removed, or stays because the pods in `left` are still there.
pub(super) fn log_end_of_drain(
    subscription: &mut Subscription,
    cluster: ClusterId,
    node: &Arc<str>,
    left: Option<&str>,
) {
    let Some((_, mut context)) = subscription.kubernetes_mut(cluster) else {
        return;
    };
    let failed = left.map(|pods| {
        let error = format!("Failed to drain node /{node}: these pods are still there: {pods}");
        vec![AutoscalerEvent::NodeNotRemoved { node: Arc::clone(node), is_empty: false, error }]
    });
    let events = failed.unwrap_or_else(|| removed(node, false).to_vec());
    let no_pods = BTreeMap::new();
    let recorded = events.iter().filter_map(|event| kubernetes_event(event, &no_pods));
    recorded.for_each(|recorded| context.record_event(recorded));
}

/// Returns an event of the autoscaler as a Kubernetes event; `None` if the pod that it is about is not among `pending`.
pub(super) fn kubernetes_event(event: &AutoscalerEvent, pending: &BTreeMap<PodId, &Pod>) -> Option<KubernetesEvent> {
    const NAMESPACE: &str = "kube-system";
    let (namespace, object) = match event.involved_object() {
        event::InvolvedObject::Status => (Some(NAMESPACE.to_owned()), "configmap/cluster-autoscaler-status".to_owned()),
        event::InvolvedObject::Priorities => {
            (Some(NAMESPACE.to_owned()), "configmap/cluster-autoscaler-priority-expander".to_owned())
        }
        event::InvolvedObject::Node(name) => (None, format!("node/{name}")),
        event::InvolvedObject::Pod(id) => {
            let pod = pending.get(&id)?;
            (Some(pod.spec.namespace.clone()), format!("pod/{}", pod.name()))
        }
    };
    let event::EventText { is_warning, reason, message } = event.text();
    Some(KubernetesEvent { namespace, object, is_warning, source: "cluster-autoscaler", reason, message })
}
