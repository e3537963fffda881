//! The life of nodes in Kubernetes: registration, readiness and removal, and what they mean for the
//! pods there.

use super::agenda::Task;
use super::change_context::ChangeContext;
use super::kubernetes::Kubernetes;
use super::pod_set::active_on;
use super::template::{NodeCondition, NodeTemplate};
use crate::azure::lifecycle::NodeState;
use crate::azure::node_name::node_name;
use crate::ground::id::{NodeId, PoolId};
use crate::ground::invariant::known;
use crate::kubernetes::{NodeInfo, Pod, PodPhase};
use crate::record::PodEvent;

/// Time for which pods stay bound to a node that cannot be reached, in milliseconds: the toleration
/// that Kubernetes gives every pod for the taint (`tolerationSeconds: 300`).
const UNREACHABLE_TOLERATED_MS: u64 = 300_000;

impl Kubernetes {
    /// Sets the template of a pool's nodes, and changes labels and taints of those that are there.
    pub(crate) fn set_template(&mut self, pool: PoolId, template: NodeTemplate, zones: impl Fn(u32) -> u8) {
        if let Some(before) = self.templates.get(pool).filter(|before| **before != template) {
            let nodes: Vec<NodeId> = self.nodes.of_pool(pool).map(|node| node.id).collect();
            for id in nodes {
                self.nodes.change(id, |node| {
                    node.labels = template.labels_renewed(&node.labels, zones(id.instance_id), before);
                    node.taints = template.taints_renewed(&node.taints, before);
                });
                self.work_queue.nodes_with_more_room.push(id);
            }
            self.generation += 1;
        }
        self.templates.insert(pool, template);
    }

    /// Removes a pool with its nodes.
    pub(crate) fn forget_pool(&mut self, pool: PoolId, context: &mut ChangeContext<'_>) {
        let nodes: Vec<NodeId> = self.nodes_of(pool).map(|node| node.id).collect();
        for node in nodes {
            self.on_gone(node, context);
        }
        self.templates.remove(pool);
    }

    /// Registers the node of a kubelet, which is not ready yet.
    pub(crate) fn register(&mut self, id: NodeId, zone: u8, context: &mut ChangeContext<'_>) {
        let template = known(self.templates.get(id.pool), "the template of a pool");
        // A machine that was kept has its node still.
        let Some(template) = template.filter(|_| self.nodes.get(id).is_none()) else {
            return;
        };
        let mut node = NodeInfo::new(id, &node_name(&template.scale_set, id.instance_id), template.allocatable);
        node.labels = template.labels(zone);
        node.taints = template.taints(NodeCondition::NotReady);
        node.is_ready = false;
        (node.created_ms, node.ready_since_ms) = (context.now_ms, context.now_ms);
        self.nodes.insert(node);
        self.generation += 1;
        self.place_daemons(id, context);
        self.work_queue.note_more_room(id);
        self.plan_to_settle(context);
    }

    /// Changes a node's scheduling properties; returns `false` if it is not there.
    pub(super) fn change_node(&mut self, id: NodeId, change: impl FnOnce(&mut NodeInfo)) -> bool {
        let is_there = self.nodes.change(id, change);
        self.generation += u64::from(is_there);
        is_there
    }

    fn stand(&mut self, id: NodeId, condition: NodeCondition, now_ms: u64) {
        let templates = std::mem::take(&mut self.templates);
        self.change_node(id, |node| {
            let is_ready = condition == NodeCondition::Ready;
            if node.is_ready != is_ready {
                (node.is_ready, node.ready_since_ms) = (is_ready, now_ms);
            }
            if let Some(template) = known(templates.get(id.pool), "the template of a pool") {
                node.taints = template.taints_after(&node.taints, condition);
            }
        });
        self.templates = templates;
    }

    /// Makes a node ready whose machine is up, and takes away the cordon of the drain that it went down
    /// after. A node that was not down keeps what somebody has set.
    pub(crate) fn on_machine_up(&mut self, id: NodeId, context: &mut ChangeContext<'_>) {
        if known(self.nodes.get(id), "a node whose machine is up").is_some_and(|node| !node.is_ready) {
            self.uncordon(id);
            self.on_ready(id, context);
        }
    }

    /// Makes a node ready: its pods begin, those that were told to end meanwhile are gone, and it takes
    /// others.
    pub(crate) fn on_ready(&mut self, id: NodeId, context: &mut ChangeContext<'_>) {
        let node = known(self.nodes.get(id), "a node that is ready");
        let Some(node) = node.filter(|node| !node.is_ready) else {
            return;
        };
        let lost_ms = node.ready_since_ms;
        let pods = node.pods().to_vec();
        self.agenda.unplan(lost_ms + UNREACHABLE_TOLERATED_MS, Task::GiveUp(id), context);
        self.stand(id, NodeCondition::Ready, context.now_ms);
        for pod in pods {
            match pod.phase {
                _ if pod.is_terminating() => self.agenda.plan(0, Task::Stopped(id, pod.id), context),
                // Its containers were started with the node.
                PodPhase::Running => self.count_ready(pod.set, true, context),
                PodPhase::Pending if pod.spec.is_daemon() && self.has_images(id, &pod) => {
                    self.start_silently(id, &pod, context);
                }
                PodPhase::Pending => self.begin(id, pod.id, context),
                PodPhase::Succeeded | PodPhase::Failed => {}
            }
        }
        self.work_queue.note_more_room(id);
        self.plan_to_settle(context);
    }

    /// Makes a node not ready. Unless its object goes with its machine, pods that are left on it are
    /// given up after 300 seconds.
    pub(crate) fn on_unready(
        &mut self,
        id: NodeId,
        condition: NodeCondition,
        is_leaving: bool,
        context: &mut ChangeContext<'_>,
    ) {
        // A machine that never registered has no node.
        let Some(node) = self.nodes.get(id).cloned() else {
            return;
        };
        self.stand(id, condition, context.now_ms);
        if !node.is_ready {
            return;
        }
        self.disks.stop_pulling(id, &mut self.agenda, context);
        for pod in node.pods().iter().filter(|pod| pod.phase == PodPhase::Running && !pod.is_terminating()) {
            self.count_ready(pod.set, false, context);
            if !pod.spec.is_daemon() {
                context.record(pod, PodEvent::NodeNotReady);
            }
        }
        let is_left = |pod: &Pod| !pod.spec.is_daemon() && pod.takes_room() && !pod.is_terminating();
        if !is_leaving && node.pods().iter().any(is_left) {
            self.agenda.plan(UNREACHABLE_TOLERATED_MS, Task::GiveUp(id), context);
        }
        self.plan_to_settle(context);
    }

    /// Tells the pods on a node that was lost 300 seconds ago to end, so that their controllers make
    /// others. They are not gone before the node is back, or gone itself.
    pub(super) fn give_up(&mut self, id: NodeId, context: &mut ChangeContext<'_>) {
        let node = known(self.nodes.get(id), "a node that was lost");
        let Some(node) = node.filter(|node| !node.is_ready).cloned() else {
            return;
        };
        for pod in node.pods().iter().filter(|pod| !pod.spec.is_daemon() && pod.takes_room()) {
            self.end(id, pod.id, PodEvent::TaintEviction, context);
        }
    }

    /// Removes a node's object, and with it the pods on it.
    pub(crate) fn on_gone(&mut self, id: NodeId, context: &mut ChangeContext<'_>) {
        self.disks.stop_pulling(id, &mut self.agenda, context);
        self.disks.forget(id);
        self.drains.forget(id, &mut self.agenda, context);
        // A machine that never registered has no node.
        let Some(node) = self.nodes.remove(id) else {
            return;
        };
        self.agenda.unplan(node.ready_since_ms + UNREACHABLE_TOLERATED_MS, Task::GiveUp(id), context);
        self.generation += 1;
        let mut left: Vec<Pod> = node.pods().to_vec();
        while let Some(pod) = left.pop() {
            if pod.is_terminating() || !pod.takes_room() {
                continue;
            }
            if node.is_ready && pod.phase == PodPhase::Running {
                self.count_ready(pod.set, false, context);
            }
            let others =
                left.iter().filter(|other| other.set == pod.set && !other.is_terminating() && other.takes_room());
            let others = others.count();
            if let Some(set) = known(self.sets.get_mut(pod.set), "the set of a pod that was not told to end") {
                set.count_out(id, others);
            }
            self.work_queue.note_set(pod.set);
        }
        // What looks around sees something else now.
        self.work_queue.note_more_room(id);
        self.plan_to_settle(context);
    }

    /// Handles the stop of a node's machine: where its disk was on the host, it comes back without its
    /// images.
    pub(crate) fn on_stopped_machine(&mut self, id: NodeId) {
        if self.templates.get(id.pool).is_some_and(|template| !template.keeps_disk) {
            self.disks.forget(id);
        }
    }

    /// Brings up the nodes of a loaded world as they are: everything on them has begun before and takes
    /// no time.
    pub(crate) fn load(&mut self, nodes: impl Iterator<Item = (NodeId, NodeState)>, context: &mut ChangeContext<'_>) {
        context.is_instant = true;
        for (id, state) in nodes {
            match state {
                NodeState::Ready => self.on_ready(id, context),
                _ => self.stand(id, NodeCondition::Shutdown, context.now_ms),
            }
        }
        self.settle(context);
        self.on_due(context);
    }

    pub(super) fn cordon(&mut self, id: NodeId) {
        if self.nodes.get(id).is_some_and(|node| !node.is_unschedulable) {
            self.change_node(id, |node| node.is_unschedulable = true);
        }
    }

    pub(super) fn uncordon(&mut self, id: NodeId) {
        if self.nodes.get(id).is_some_and(|node| node.is_unschedulable) {
            self.change_node(id, |node| node.is_unschedulable = false);
            self.work_queue.note_more_room(id);
        }
    }

    /// Puts a pod on a node.
    pub(super) fn bind(&mut self, pod: Pod, id: NodeId) {
        let Some(node) = known(self.nodes.get(id), "the node that a pod is put on") else {
            return;
        };
        let before = active_on(node, pod.set);
        if let Some(set) = known(self.sets.get_mut(pod.set), "the set of a pod that is placed") {
            set.count_in(id, before);
        }
        self.nodes.add_pod(id, pod);
        self.generation += 1;
    }
}
