//! One autoscaler loop on the pools of a cluster: the cloud provider's actions there, and the events
//! about them.

use std::sync::Arc;

use super::conditions::conditions;
use super::{Scaler, machines, scene, timers};
use crate::autoscaler::eligibility::TO_BE_DELETED_KEY;
use crate::autoscaler::expander::{Candidate, Expander, Priorities, best};
use crate::autoscaler::instance::InstanceState;
use crate::autoscaler::utilization::Utilization;
use crate::autoscaler::view::View;
use crate::autoscaler::{Loop, Notice, Provider, Setting, Settings, notice};
use crate::azure::pool_spec::ScaleDownMode;
use crate::clockwork::Clockwork;
use crate::cloud::Cloud;
use crate::ground::id::{ClusterId, NodeId, PoolId};
use crate::kubernetes::{Pod, PodSpec, Taint, TaintEffect};
use crate::node_group::target_size;
use crate::record::Remark;
use crate::workloads::{DrainPolicy, Kubernetes};

/// The cloud provider of one loop, which acts on the simulated cloud.
struct Live<'a> {
    cloud: &'a mut Cloud,
    cluster: ClusterId,
    pools: &'a [PoolId],
    scaler: &'a mut Scaler,
    settings: &'a Settings,
    notices: Vec<Notice>,
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
        let mut view = std::mem::take(&mut scaler.view.0);
        view.renew(self.clockwork.kubernetes.get(id)?.nodes());
        if self.unmark_kept(id, pools, &view) {
            view.renew(self.clockwork.kubernetes.get(id)?.nodes());
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
            templates.push(scene::template(pool, kubernetes)?);
        }
        let mut scene = scene::scene(cluster, kubernetes, pools, &templates, failed, view);
        let mut autoscaler = std::mem::take(&mut scaler.autoscaler);
        let before = autoscaler.planner.unneeded.clone();
        let mut notices = Vec::new();
        let mut live = Live { cloud: self, cluster: id, pools, scaler, settings, notices: Vec::new() };
        let mut at = Loop { scene: &mut scene, provider: &mut live, settings, now_ms, notices: &mut notices };
        let outcome = autoscaler.run_once(&mut at);
        notices.append(&mut live.notices);
        let is_same = !outcome.has_acted && !outcome.waits_for_burst && before == autoscaler.planner.unneeded;
        let again_ms = if is_same { timers::again_ms(&autoscaler, &scene, settings, now_ms) } else { Some(now_ms + 1) };
        scaler.conditions = conditions(&autoscaler, &scene.groups, settings, &scaler.conditions, now_ms);
        scaler.autoscaler = autoscaler;
        scaler.view.0 = scene.view;
        self.tell(id, scaler, notices, &scene.pending);
        again_ms
    }

    /// Removes the to-be-deleted taint from deallocated nodes of pools in mode Deallocate, so that they
    /// can be used when they are started again. Returns `true` if there were any.
    fn unmark_kept(&mut self, id: ClusterId, pools: &[PoolId], view: &View) -> bool {
        let mut has_unmarked = false;
        for node in view.seen().iter().filter(|node| node.is_marked && node.is_kept) {
            let pool = pools.iter().find(|pool| **pool == node.id.pool).and_then(|pool| self.pool(*pool));
            if pool.is_some_and(|pool| pool.spec.scale_down_mode == ScaleDownMode::Deallocate) {
                unmark(&mut self.clockwork, id, node.id);
                has_unmarked = true;
            }
        }
        has_unmarked
    }

    /// Records the autoscaler's notices as events. Refusals that pods got in the last loop are not repeated.
    fn tell(&mut self, id: ClusterId, scaler: &mut Scaler, notices: Vec<Notice>, pending: &[Pod]) {
        let Some((_, mut moment)) = self.clockwork.kubernetes(id) else {
            return;
        };
        let mut told = Vec::new();
        for notice in notices {
            let is_refusal = matches!(notice, Notice::NotTriggerScaleUp { .. } | Notice::MaxNodesForPod { .. });
            let is_known = is_refusal && scaler.told.contains(&notice);
            if !is_known && let Some(remark) = remark(&notice, pending) {
                moment.remark(remark);
            }
            if is_refusal {
                told.push(notice);
            }
        }
        scaler.told = told;
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
    if let Some((kubernetes, mut moment)) = clockwork.kubernetes(cluster) {
        kubernetes.change_taints(node, |taints| taints.retain(|taint| taint.key != TO_BE_DELETED_KEY));
        kubernetes.settle(&mut moment);
    }
}

/// Returns the notices about a node whose machine was told to be removed.
fn removed(node: &Arc<str>, is_empty: bool) -> [Notice; 2] {
    [Notice::NodeRemoved { node: Arc::clone(node) }, Notice::ScaledDown { node: Arc::clone(node), is_empty }]
}

/// Reports the end of a drain: the node is removed, or stays because the pods in `left` are still there.
pub(crate) fn tell_of_drain(clockwork: &mut Clockwork, cluster: ClusterId, node: &Arc<str>, left: Option<&str>) {
    let Some((_, mut moment)) = clockwork.kubernetes(cluster) else {
        return;
    };
    let failed = left.map(|pods| {
        let error = format!("Failed to drain node /{node}: these pods are still there: {pods}");
        vec![Notice::NodeNotRemoved { node: Arc::clone(node), is_empty: false, error }]
    });
    let notices = failed.unwrap_or_else(|| removed(node, false).to_vec());
    notices.iter().filter_map(|notice| remark(notice, &[])).for_each(|remark| moment.remark(remark));
}

fn remark(notice: &Notice, pending: &[Pod]) -> Option<Remark> {
    const NAMESPACE: &str = "kube-system";
    let (namespace, object) = match notice.subject() {
        notice::Subject::Status => (Some(NAMESPACE.to_owned()), "configmap/cluster-autoscaler-status".to_owned()),
        notice::Subject::Priorities => {
            (Some(NAMESPACE.to_owned()), "configmap/cluster-autoscaler-priority-expander".to_owned())
        }
        notice::Subject::Node(name) => (None, format!("node/{name}")),
        notice::Subject::Pod(id) => {
            let pod = pending.iter().find(|pod| pod.id == id)?;
            (Some(pod.spec.namespace.clone()), format!("pod/{}", pod.name()))
        }
    };
    let notice::NoticeText { is_warning, reason, message } = notice.text();
    Some(Remark { namespace, object, is_warning, source: "cluster-autoscaler", reason, message })
}

impl Live<'_> {
    fn pool(&self, group: usize) -> Option<PoolId> {
        self.pools.get(group).copied()
    }

    fn kubernetes(&self) -> Option<&Kubernetes> {
        self.cloud.clockwork.kubernetes.get(self.cluster)
    }

    fn believe(&mut self, id: NodeId, state: InstanceState) {
        self.scaler.caches.entry(id.pool).set(id.instance_id, state);
    }

    /// Adds the notices about a node whose removal begins.
    fn tell_of(&mut self, id: NodeId, is_empty: bool) {
        let now_ms = self.cloud.now_ms();
        let Some(node) = self.kubernetes().and_then(|kubernetes| kubernetes.node(id)).cloned() else {
            return;
        };
        let name = Arc::clone(&node.name);
        self.notices.push(Notice::NodeMarked { node: Arc::clone(&name) });
        if is_empty {
            self.notices.push(Notice::ScaleDownEmpty { node: name });
            return;
        }
        let utilization = Utilization::of(&node, self.settings, now_ms).map(|found| found.to_string());
        let moved = node.pods().iter().filter(|pod| pod.takes_room() && !pod.spec.is_daemon() && !pod.spec.is_mirror());
        let pods = moved.map(|pod| format!("{}/{}", pod.spec.namespace, pod.name())).collect();
        let utilization = utilization.unwrap_or_default();
        self.notices.push(Notice::ScaleDown { node: name, utilization, pods });
    }

    fn remove(&mut self, id: NodeId, is_empty: bool) {
        self.tell_of(id, is_empty);
        mark(&mut self.cloud.clockwork, self.cluster, id);
        let name = self.cloud.pool(id.pool).map(|pool| pool.node_name(id.instance_id)).unwrap_or_default();
        if let Err(error) = self.cloud.remove_from_group(id.pool, id.instance_id, is_empty) {
            unmark(&mut self.cloud.clockwork, self.cluster, id);
            let error = error.to_string();
            self.notices.push(Notice::NodeNotRemoved { node: name.into(), is_empty, error });
            return;
        }
        let policy = self.cloud.pool(id.pool).map_or(ScaleDownMode::Delete, |pool| pool.spec.scale_down_mode);
        if is_empty {
            self.believe(id, going(policy));
            self.notices.extend(removed(&name.into(), is_empty));
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

impl Provider for Live<'_> {
    fn target(&self, group: usize) -> u32 {
        let pool = self.pool(group).and_then(|id| self.cloud.pool(id));
        pool.map_or(0, target_size)
    }

    fn grow(&mut self, group: usize, by: u32) -> Result<(), String> {
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
    fn shrink_target(&mut self, _group: usize, _by: u32) {}

    fn remove_nodes(&mut self, empty: &[NodeId], drain: &[NodeId]) {
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

    fn choose(&mut self, options: &[Candidate], notices: &mut Vec<Notice>) -> Option<usize> {
        let expander: Expander = self.settings.expander();
        let priorities: &Priorities = &self.scaler.priorities;
        let left = best(expander, options, priorities, notices);
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
