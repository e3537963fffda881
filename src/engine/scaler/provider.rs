//! One autoscaler loop on the pools of a cluster: the cloud provider's actions there, and the events
//! about them.

use std::sync::Arc;

use super::conditions::conditions;
use super::{Scaler, loop_input, machines, timers};
use crate::autoscaler::eligibility::TO_BE_DELETED_KEY;
use crate::autoscaler::expander::{Expander, ExpansionOption, Priorities, best_options};
use crate::autoscaler::instance::InstanceState;
use crate::autoscaler::registered_nodes::RegisteredNodes;
use crate::autoscaler::utilization::Utilization;
use crate::autoscaler::{AutoscalerEvent, AutoscalingContext, CloudProvider, Setting, Settings, event};
use crate::azure::cluster::ClusterId;
use crate::azure::pool::{PoolId, ScaleDownMode};
use crate::clockwork::Clockwork;
use crate::cloud::Cloud;
use crate::kubernetes::{NodeId, Pod, PodSpec, Taint, TaintEffect};
use crate::node_group::target_size;
use crate::record::KubernetesEvent;
use crate::workloads::{DrainPolicy, Kubernetes};

/// The cloud provider of one loop, which acts on the simulated cloud.
struct SimulatedProvider<'a> {
    cloud: &'a mut Cloud,
    cluster: ClusterId,
    pools: &'a [PoolId],
    scaler: &'a mut Scaler,
    settings: &'a Settings,
    events: Vec<AutoscalerEvent>,
}

impl Cloud {
    /// Runs a loop. Returns the time in milliseconds at which its decisions could change without any
    /// other change.
    pub(super) fn run_loop(
        &mut self,
        id: ClusterId,
        scaler: &mut Scaler,
        pools: &[PoolId],
        settings: &Settings,
    ) -> Option<u64> {
        let now_ms = self.now_ms();
        let mut nodes = std::mem::take(&mut scaler.nodes.0);
        nodes.renew(self.clockwork.kubernetes.get(id)?.nodes());
        if self.unmark_kept(id, pools, &nodes) {
            nodes.renew(self.clockwork.kubernetes.get(id)?.nodes());
        }
        if let Some(kubernetes) = self.clockwork.kubernetes.get_mut(id) {
            kubernetes.set_autoscaler_drain(DrainPolicy {
                patience_ms: settings.number(Setting::MaxPodEvictionTime),
                grace_ms_max: settings.number(Setting::MaxGracefulTermination),
                ..DrainPolicy::AUTOSCALER
            });
        }
        let cluster = self.clusters.iter().find(|cluster| cluster.id == id)?;
        let kubernetes = self.clockwork.kubernetes.get(id)?;
        let mut failed = Vec::new();
        let mut templates = Vec::new();
        for pool in pools.iter().filter_map(|pool| cluster.pool_by_id(*pool)) {
            failed.push(machines::failed(scaler.caches.entry(pool.id), pool, settings, now_ms));
            templates.push(loop_input::template(pool, kubernetes)?);
        }
        let mut input = loop_input::loop_input(cluster, kubernetes, pools, &templates, failed, nodes);
        let mut autoscaler = std::mem::take(&mut scaler.autoscaler);
        let before = autoscaler.planner.unneeded.clone();
        let mut events = Vec::new();
        let mut provider = SimulatedProvider { cloud: self, cluster: id, pools, scaler, settings, events: Vec::new() };
        let mut context =
            AutoscalingContext { input: &mut input, provider: &mut provider, settings, now_ms, events: &mut events };
        let outcome = autoscaler.run_once(&mut context);
        events.append(&mut provider.events);
        let is_same = !outcome.has_acted && !outcome.waits_for_burst && before == autoscaler.planner.unneeded;
        let recheck_ms =
            if is_same { timers::recheck_ms(&autoscaler, &input, settings, now_ms) } else { Some(now_ms + 1) };
        scaler.conditions = conditions(&autoscaler, &input.groups, settings, &scaler.conditions, now_ms);
        scaler.autoscaler = autoscaler;
        scaler.nodes.0 = input.nodes;
        self.log_events(id, scaler, events, &input.pending);
        recheck_ms
    }

    /// Removes the to-be-deleted taint from deallocated nodes of pools in mode Deallocate, so that they
    /// can be used when they are started again. Returns `true` if there were any.
    fn unmark_kept(&mut self, id: ClusterId, pools: &[PoolId], nodes: &RegisteredNodes) -> bool {
        let mut has_unmarked = false;
        for node in nodes.summaries().iter().filter(|node| node.is_to_be_deleted && node.is_kept) {
            let pool = pools.iter().find(|pool| **pool == node.id.pool).and_then(|pool| self.pool(*pool));
            if pool.is_some_and(|pool| pool.spec.scale_down_mode == ScaleDownMode::Deallocate) {
                unmark(&mut self.clockwork, id, node.id);
                has_unmarked = true;
            }
        }
        has_unmarked
    }

    /// Writes the events of the autoscaler into the log. Refusals that pods got in the last loop are not repeated.
    fn log_events(&mut self, id: ClusterId, scaler: &mut Scaler, events: Vec<AutoscalerEvent>, pending: &[Pod]) {
        let Some((_, mut context)) = self.clockwork.kubernetes(id) else {
            return;
        };
        let mut last_refusals = Vec::new();
        for event in events {
            let is_refusal =
                matches!(event, AutoscalerEvent::NotTriggerScaleUp { .. } | AutoscalerEvent::MaxNodesForPod { .. });
            let is_known = is_refusal && scaler.last_refusals.contains(&event);
            if !is_known && let Some(recorded) = kubernetes_event(&event, pending) {
                context.record_event(recorded);
            }
            if is_refusal {
                last_refusals.push(event);
            }
        }
        scaler.last_refusals = last_refusals;
    }
}

/// Adds the to-be-deleted taint to a node.
fn mark(clockwork: &mut Clockwork, cluster: ClusterId, node: NodeId) {
    let now_s = clockwork.now_ms / 1000;
    if let Some(kubernetes) = clockwork.kubernetes.get_mut(cluster) {
        let taint = Taint::new(TO_BE_DELETED_KEY, &now_s.to_string(), TaintEffect::NoSchedule);
        kubernetes.change_taints(node, |taints| taints.push(taint));
    }
}

/// Removes the to-be-deleted taint from a node.
pub(super) fn unmark(clockwork: &mut Clockwork, cluster: ClusterId, node: NodeId) {
    if let Some((kubernetes, mut context)) = clockwork.kubernetes(cluster) {
        kubernetes.change_taints(node, |taints| taints.retain(|taint| taint.key != TO_BE_DELETED_KEY));
        kubernetes.settle(&mut context);
    }
}

/// Returns the events about a node whose machine was told to be removed.
fn removed(node: &Arc<str>, is_empty: bool) -> [AutoscalerEvent; 2] {
    [
        AutoscalerEvent::NodeRemoved { node: Arc::clone(node) },
        AutoscalerEvent::ScaledDown { node: Arc::clone(node), is_empty },
    ]
}

/// Reports the end of a drain: the node is removed, or stays because the pods in `left` are still there.
pub(crate) fn log_end_of_drain(clockwork: &mut Clockwork, cluster: ClusterId, node: &Arc<str>, left: Option<&str>) {
    let Some((_, mut context)) = clockwork.kubernetes(cluster) else {
        return;
    };
    let failed = left.map(|pods| {
        let error = format!("Failed to drain node /{node}: these pods are still there: {pods}");
        vec![AutoscalerEvent::NodeNotRemoved { node: Arc::clone(node), is_empty: false, error }]
    });
    let events = failed.unwrap_or_else(|| removed(node, false).to_vec());
    events.iter().filter_map(|event| kubernetes_event(event, &[])).for_each(|recorded| context.record_event(recorded));
}

fn kubernetes_event(event: &AutoscalerEvent, pending: &[Pod]) -> Option<KubernetesEvent> {
    const NAMESPACE: &str = "kube-system";
    let (namespace, object) = match event.involved_object() {
        event::InvolvedObject::Status => (Some(NAMESPACE.to_owned()), "configmap/cluster-autoscaler-status".to_owned()),
        event::InvolvedObject::Priorities => {
            (Some(NAMESPACE.to_owned()), "configmap/cluster-autoscaler-priority-expander".to_owned())
        }
        event::InvolvedObject::Node(name) => (None, format!("node/{name}")),
        event::InvolvedObject::Pod(id) => {
            let pod = pending.iter().find(|pod| pod.id == id)?;
            (Some(pod.spec.namespace.clone()), format!("pod/{}", pod.name()))
        }
    };
    let event::EventText { is_warning, reason, message } = event.text();
    Some(KubernetesEvent { namespace, object, is_warning, source: "cluster-autoscaler", reason, message })
}

impl SimulatedProvider<'_> {
    fn pool(&self, group: usize) -> Option<PoolId> {
        self.pools.get(group).copied()
    }

    fn kubernetes(&self) -> Option<&Kubernetes> {
        self.cloud.clockwork.kubernetes.get(self.cluster)
    }

    fn believe(&mut self, id: NodeId, state: InstanceState) {
        self.scaler.caches.entry(id.pool).set(id.instance_id, state);
    }

    /// Adds the events about a node whose removal begins.
    fn tell_of(&mut self, id: NodeId, is_empty: bool) {
        let now_ms = self.cloud.now_ms();
        let Some(node) = self.kubernetes().and_then(|kubernetes| kubernetes.node(id)).cloned() else {
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
        mark(&mut self.cloud.clockwork, self.cluster, id);
        let name = self.cloud.pool(id.pool).map(|pool| pool.node_name(id.instance_id)).unwrap_or_default();
        if let Err(error) = self.cloud.remove_from_group(id.pool, id.instance_id, is_empty) {
            unmark(&mut self.cloud.clockwork, self.cluster, id);
            let error = error.to_string();
            self.events.push(AutoscalerEvent::NodeNotRemoved { node: name.into(), is_empty, error });
            return;
        }
        let policy = self.cloud.pool(id.pool).map_or(ScaleDownMode::Delete, |pool| pool.spec.scale_down_mode);
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
        let pool = self.pool(group).and_then(|id| self.cloud.pool(id));
        pool.map_or(0, target_size)
    }

    fn increase_size(&mut self, group: usize, by: u32) -> Result<(), String> {
        let pool = self.pool(group).ok_or_else(String::new)?;
        let next = self.cloud.pool(pool).map_or(0, crate::azure::pool::Pool::next_instance_id);
        let growth = self.cloud.increase_size(pool, by)?;
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
        self.cloud.clear_instances(id, instances)?;
        for instance_id in instances {
            let state =
                self.cloud.pool(id).and_then(|pool| pool.node(*instance_id)).map(crate::azure::node::Node::state);
            let believed = match state {
                Some(crate::azure::lifecycle::NodeState::Deallocating) => InstanceState::Deallocating,
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
        let priorities: &Priorities = &self.scaler.priorities;
        let left = best_options(expander, options, priorities, events);
        match left.as_slice() {
            [] => None,
            [one] => Some(*one),
            several => {
                let count = u32::try_from(several.len()).unwrap_or(u32::MAX);
                let drawn = self.cloud.clockwork.random.below(count);
                several.get(drawn as usize).copied()
            }
        }
    }
}
