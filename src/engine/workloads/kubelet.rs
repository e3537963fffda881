//! The kubelets: they pull images, start containers and end them.

use std::sync::Arc;

use super::agenda::Task;
use super::change_context::ChangeContext;
use super::kubernetes::Kubernetes;
use super::pod_set::{SetKind, active_on};
use crate::azure::timing::Timing;
use crate::ground::id::NodeId;
use crate::ground::invariant::known;
use crate::kubernetes::{Pod, PodId, PodPhase, SetId};
use crate::record::PodEvent;

impl Kubernetes {
    /// Returns the images of a set's pods that a node does not have.
    fn missing(&self, node: NodeId, set: SetId) -> Vec<u32> {
        let set = known(self.sets.get(set), "the set of a pod that begins");
        self.disks.missing(node, set.map_or(&[][..], |set| &set.images))
    }

    /// Begins a pod on a ready node: pulls its missing images, or schedules the start of its
    /// containers.
    pub(super) fn begin(&mut self, node: NodeId, pod: PodId, context: &mut ChangeContext<'_>) {
        let found = known(self.nodes.get(node), "the node of a pod");
        let Some(found) = found.filter(|node| node.is_ready) else {
            return;
        };
        let Some(found) = known(found.pod(pod), "a pod that begins").cloned() else {
            return;
        };
        let missing = self.missing(node, found.set);
        if missing.is_empty() {
            for index in 0..found.spec.containers.len() {
                context.record(&found, PodEvent::Present(index));
            }
            let delay_ms = context.length_ms(Timing::PodStart);
            return self.agenda.plan(delay_ms, Task::Start(node, pod), context);
        }
        for image in missing {
            self.pull(node, image, &found, context);
        }
    }

    fn pull(&mut self, node: NodeId, image: u32, pod: &Pod, context: &mut ChangeContext<'_>) {
        if self.disks.pull(node, image, &mut self.agenda, context)
            && let Some(index) = self.disks.container_of(pod, image)
        {
            context.record(pod, PodEvent::Pulling(index));
        }
    }

    /// Handles the end of a pull: pods that waited for it alone start their containers.
    pub(super) fn on_pulled(&mut self, node: NodeId, image: u32, context: &mut ChangeContext<'_>) {
        let Some(found) = known(self.nodes.get(node), "a node that pulls").map(Arc::clone) else {
            return;
        };
        let Some(since_ms) = self.disks.on_pulled(node, image) else {
            return;
        };
        for pod in found.pods().iter().filter(|pod| pod.phase == PodPhase::Pending && !pod.is_terminating()) {
            let set = known(self.sets.get(pod.set), "the set of a pod that begins");
            let has_waited = set.is_some_and(|set| set.images.contains(&image));
            if has_waited && self.missing(node, pod.set).is_empty() {
                if let Some(index) = self.disks.container_of(pod, image) {
                    context.record(pod, PodEvent::Pulled(index, context.now_ms - since_ms));
                }
                let delay_ms = context.length_ms(Timing::PodStart);
                self.agenda.plan(delay_ms, Task::Start(node, pod.id), context);
            }
        }
    }

    /// Marks a pending pod as running, and schedules its end if its containers run for a fixed time.
    pub(super) fn start(&mut self, node: NodeId, pod: PodId, context: &mut ChangeContext<'_>) {
        // Meanwhile the pod may have been told to end, and its node may have been lost or be gone.
        let is_due = |pod: &Pod| pod.phase == PodPhase::Pending && !pod.is_terminating();
        let found = self.nodes.get(node).filter(|node| node.is_ready);
        if !found.and_then(|node| node.pod(pod)).is_some_and(is_due) {
            return;
        }
        let run = |pod: &mut Pod| {
            (pod.phase, pod.since_ms) = (PodPhase::Running, context.now_ms);
            pod.clone()
        };
        let started = self.nodes.change_pods(node, |node| node.change_pod(pod, run)).flatten();
        let Some(started) = known(started, "a pod that starts") else {
            return;
        };
        for index in 0..started.spec.containers.len() {
            context.record(&started, PodEvent::Started(index));
        }
        if !context.is_instant {
            let length_ms = context.now_ms - started.created_ms;
            context.measures.count_started_pod(node.pool, started.spec.is_daemon(), length_ms);
        }
        if let Some(length_ms) = started.spec.runs_for_ms {
            self.agenda.plan(length_ms, Task::Finish(node, pod), context);
        }
        self.count_ready(started.set, true, context);
    }

    /// Counts one pod of a set as ready, or as no longer ready; lets its deployment and autoscaler
    /// react.
    pub(super) fn count_ready(&mut self, set: SetId, is_ready: bool, context: &mut ChangeContext<'_>) {
        self.generation += 1;
        // The pods of a deleted set are told to end after it is gone.
        let Some(set) = self.sets.get_mut(set) else {
            return;
        };
        set.count_ready(is_ready);
        if let SetKind::ReplicaSet(Some(deployment)) = set.kind {
            let rolls = self.deployments.get(deployment).is_some_and(|deployment| deployment.sets.len() > 1);
            if rolls {
                self.work_queue.note_deployment(deployment);
            }
            self.horizontals.wake(deployment, context);
        }
    }

    /// Marks a running pod as succeeded: its containers have ended by themselves.
    pub(super) fn finish(&mut self, node: NodeId, pod: PodId, context: &mut ChangeContext<'_>) {
        // The node may be gone, and the pod with it.
        let is_due = |pod: &&Pod| pod.phase == PodPhase::Running && !pod.is_terminating();
        let Some(found) = self.nodes.get(node) else {
            return;
        };
        let Some(set) = found.pod(pod).filter(is_due).map(|pod| pod.set) else {
            return;
        };
        if found.is_ready {
            self.count_ready(set, false, context);
        }
        let left = self.nodes.change_pods(node, |node| {
            node.change_pod(pod, |pod| (pod.phase, pod.since_ms) = (PodPhase::Succeeded, context.now_ms));
            active_on(node, set)
        });
        if let Some((found, left)) = known(self.sets.get_mut(set), "the set of a pod that has run").zip(left) {
            found.succeeded += 1;
            found.ended_ms = Some(context.now_ms);
            found.count_out(node, left);
        }
        self.work_queue.note_set(set);
        self.work_queue.note_more_room(node);
        self.go_on_draining(node, context);
    }

    /// Tells a pod on a node to end, unless it has been told already.
    pub(super) fn end(&mut self, node: NodeId, pod: PodId, event: PodEvent, context: &mut ChangeContext<'_>) {
        let Some(found) = known(self.nodes.get(node), "the node of a pod that is to end") else {
            return;
        };
        let ending = known(found.pod(pod), "a pod that is to end");
        let Some(ending) = ending.filter(|pod| !pod.is_terminating()).cloned() else {
            return;
        };
        let is_reached = found.is_ready;
        let left = self.nodes.change_pods(node, |node| {
            node.change_pod(pod, |pod| pod.deleted_ms = Some(context.now_ms));
            active_on(node, ending.set)
        });
        context.record(&ending, event);
        if let Some(length_ms) = ending.spec.runs_for_ms.filter(|_| ending.phase == PodPhase::Running) {
            self.agenda.unplan(ending.since_ms + length_ms, Task::Finish(node, pod), context);
        }
        if ending.takes_room() {
            if is_reached && ending.phase == PodPhase::Running {
                self.count_ready(ending.set, false, context);
            }
            // The pods of a deleted set are told to end after it is gone.
            if let Some((set, left)) = self.sets.get_mut(ending.set).zip(left) {
                set.count_out(node, left);
            }
        }
        self.work_queue.note_set(ending.set);
        // It takes its room until it is gone; for pods that are to be spread it counts no more.
        self.work_queue.note_more_room(node);
        if is_reached {
            let delay_ms = match ending.phase {
                PodPhase::Running => context.length_ms(Timing::PodStop).min(u64::from(ending.spec.grace_s) * 1000),
                _ => 0,
            };
            self.agenda.plan(delay_ms, Task::Stopped(node, pod), context);
        }
    }

    /// Removes a pod that was told to end and has ended.
    pub(super) fn on_stopped(&mut self, node: NodeId, pod: PodId, context: &mut ChangeContext<'_>) {
        // The node may have been lost meanwhile, or be gone with its pods.
        let found = self.nodes.get(node).filter(|node| node.is_ready);
        if !found.and_then(|node| node.pod(pod)).is_some_and(Pod::is_terminating) {
            return;
        }
        let Some(gone) = known(self.nodes.remove_pod(node, pod), "a pod that has ended") else {
            return;
        };
        self.generation += 1;
        self.work_queue.note_more_room(node);
        if self.sets.get(gone.set).is_some_and(|set| set.kind == SetKind::DaemonSet) {
            self.place_daemon(gone.set, node, context);
        }
        self.go_on_draining(node, context);
    }

    /// Returns `true` if a node has every image that a pod needs.
    pub(super) fn has_images(&self, node: NodeId, pod: &Pod) -> bool {
        self.missing(node, pod.set).is_empty()
    }

    /// Marks a pod as running without a record: pods of daemon sets come up with the node, whose
    /// bring-up has their images in it.
    pub(super) fn start_silently(&mut self, node: NodeId, pod: &Pod, context: &mut ChangeContext<'_>) {
        let run = |pod: &mut Pod| (pod.phase, pod.since_ms) = (PodPhase::Running, context.now_ms);
        let started = self.nodes.change_pods(node, |node| node.change_pod(pod.id, run)).flatten();
        if known(started, "a pod that starts").is_some() {
            self.count_ready(pod.set, true, context);
        }
    }
}
