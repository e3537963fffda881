//! The kubelets: they pull images, start containers and end them.
//!
//! A node pulls one image after the other, as the kubelet does by default. What it has pulled stays
//! on its disk, also while the machine is deallocated: that is what a start from the cache saves.

use std::sync::Arc;

use super::agenda::Task;
use super::pod_set::SetKind;
use super::{Kubernetes, Moment, note};
use crate::azure::fault::FaultKind;
use crate::azure::timing::Timing;
use crate::ground::id::NodeId;
use crate::kubernetes::{NodeInfo, Pod, PodId, PodPhase, PodSpec, SetId};
use crate::record::PodEvent;

/// Speed at which a node pulls images, in bytes per second: 81 GB took about 12 minutes in the public
/// sample of large images (Maheshk-MSFT/AKS-scale-down-mode-for-large-image-caching).
pub const PULL_BYTES_PER_S: u64 = 110_000_000;

/// The images on the disk of a node, present or on their way.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Disk {
    /// Images that are present, as indices into `Kubernetes::images`.
    images: Vec<u32>,
    /// Images that are being pulled, in order.
    pulling: Vec<Pull>,
}

/// An image that a node pulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Pull {
    image: u32,
    /// Time at which it was asked for, in milliseconds.
    since_ms: u64,
    /// Time at which the pull ends, in milliseconds.
    done_ms: u64,
}

impl Kubernetes {
    /// Returns the numbers of a pod's images, and numbers those that are new; images of 0 bytes are
    /// left out.
    pub(super) fn number_images(&mut self, spec: &PodSpec) -> Vec<u32> {
        let images = spec.init_containers.iter().chain(&spec.containers).map(|container| &container.image);
        let mut numbers = Vec::new();
        for image in images.filter(|image| image.size_bytes > 0) {
            let index = self.images.iter().position(|known| known == image).unwrap_or_else(|| {
                self.images.push(image.clone());
                self.images.len() - 1
            });
            note(&mut numbers, u32::try_from(index).unwrap_or(u32::MAX));
        }
        numbers
    }

    /// Returns the images of a set's pods that a node does not have.
    fn missing(&self, node: NodeId, set: SetId) -> Vec<u32> {
        let needed = self.sets.get(set).map_or(&[][..], |set| &set.images);
        let present = self.disks.get(node).map_or(&[][..], |disk| &disk.images);
        needed.iter().copied().filter(|image| !present.contains(image)).collect()
    }

    /// Begins a pod on a ready node: pulls its missing images, or schedules the start of its
    /// containers.
    pub(super) fn begin(&mut self, node: NodeId, pod: PodId, moment: &mut Moment<'_>) {
        let Some(found) = self.nodes.get(node).filter(|node| node.is_ready).and_then(|node| node.pod(pod)).cloned()
        else {
            return;
        };
        let missing = self.missing(node, found.set);
        if missing.is_empty() {
            for index in 0..found.spec.containers.len() {
                moment.record(&found, PodEvent::Present(index));
            }
            let delay_ms = moment.length_ms(Timing::PodStart);
            return self.plan(delay_ms, Task::Start(node, pod), moment);
        }
        for image in missing {
            self.pull(node, image, &found, moment);
        }
    }

    fn pull(&mut self, node: NodeId, image: u32, pod: &Pod, moment: &mut Moment<'_>) {
        let size_bytes = self.images.get(image as usize).map_or(0, |image| image.size_bytes);
        let disk = self.disks.entry(node);
        if disk.pulling.iter().any(|pull| pull.image == image) {
            return;
        }
        let length_ms = size_bytes.saturating_mul(1000) / PULL_BYTES_PER_S;
        let factor = moment.strike(FaultKind::SlowPull, node.pool).unwrap_or(1);
        let length_ms = length_ms.saturating_mul(factor.into());
        let begin_ms = disk.pulling.last().map_or(moment.now_ms, |last| last.done_ms);
        let done_ms = begin_ms + length_ms;
        disk.pulling.push(Pull { image, since_ms: moment.now_ms, done_ms });
        if let Some(index) = self.container_of(pod, image) {
            moment.record(pod, PodEvent::Pulling(index));
        }
        self.plan(done_ms - moment.now_ms, Task::Pulled(node, image), moment);
    }

    /// Returns the index of the first container of a pod that runs an image.
    fn container_of(&self, pod: &Pod, image: u32) -> Option<usize> {
        let image = self.images.get(image as usize)?;
        pod.spec.containers.iter().position(|container| container.image == *image)
    }

    pub(super) fn on_pulled(&mut self, node: NodeId, image: u32, moment: &mut Moment<'_>) {
        let Some(found) = self.nodes.get(node).map(Arc::clone) else {
            return;
        };
        let disk = self.disks.entry(node);
        let Some(index) = disk.pulling.iter().position(|pull| pull.image == image) else {
            return;
        };
        let since_ms = disk.pulling.remove(index).since_ms;
        disk.images.push(image);
        for pod in found.pods().iter().filter(|pod| pod.phase == PodPhase::Pending && !pod.is_terminating()) {
            let waited = self.sets.get(pod.set).is_some_and(|set| set.images.contains(&image));
            if waited && self.missing(node, pod.set).is_empty() {
                if let Some(index) = self.container_of(pod, image) {
                    moment.record(pod, PodEvent::Pulled(index, moment.now_ms - since_ms));
                }
                let delay_ms = moment.length_ms(Timing::PodStart);
                self.plan(delay_ms, Task::Start(node, pod.id), moment);
            }
        }
    }

    /// Marks a pending pod as running, and schedules its end if its containers run for a fixed time.
    pub(super) fn start(&mut self, node: NodeId, pod: PodId, moment: &mut Moment<'_>) {
        let Some(found) = self.nodes.get_mut(node).filter(|node| node.is_ready) else {
            return;
        };
        let is_due = |pod: &Pod| pod.phase == PodPhase::Pending && !pod.is_terminating();
        if !found.pod(pod).is_some_and(is_due) {
            return;
        }
        let found = Arc::make_mut(found);
        let started = found.change_pod(pod, |pod| {
            pod.phase = PodPhase::Running;
            pod.since_ms = moment.now_ms;
            pod.clone()
        });
        let Some(started) = started else {
            return;
        };
        for index in 0..started.spec.containers.len() {
            moment.record(&started, PodEvent::Started(index));
        }
        if let Some(length_ms) = started.spec.runs_for_ms {
            self.plan(length_ms, Task::Finish(node, pod), moment);
        }
        self.count_ready(started.set, true, moment);
    }

    /// Counts one pod of a set as ready, or as no longer ready; lets its deployment and autoscaler
    /// react.
    pub(super) fn count_ready(&mut self, set: SetId, is_ready: bool, moment: &mut Moment<'_>) {
        self.generation += 1;
        let Some(set) = self.sets.get_mut(set) else {
            return;
        };
        if is_ready {
            set.ready += 1;
        } else {
            set.ready = set.ready.saturating_sub(1);
        }
        if let SetKind::ReplicaSet(Some(deployment)) = set.kind {
            let rolls = self.deployments.get(deployment).is_some_and(|deployment| deployment.sets.len() > 1);
            if rolls {
                note(&mut self.todo.deployments, deployment);
            }
            if self.horizontals.get(deployment).is_some() {
                self.wake_horizontal(deployment, moment);
            }
        }
    }

    /// Marks a running pod as succeeded: its containers have ended by themselves.
    pub(super) fn finish(&mut self, node: NodeId, pod: PodId, moment: &mut Moment<'_>) {
        let Some(found) = self.nodes.get_mut(node) else {
            return;
        };
        let is_due = |pod: &Pod| pod.phase == PodPhase::Running && !pod.is_terminating();
        let Some(set) = found.pod(pod).filter(|pod| is_due(pod)).map(|pod| pod.set) else {
            return;
        };
        let was_ready = found.is_ready;
        let found = Arc::make_mut(found);
        let free = found.free();
        found.change_pod(pod, |pod| {
            pod.phase = PodPhase::Succeeded;
            pod.since_ms = moment.now_ms;
        });
        let left = active_of(found, set);
        self.index.follow(found, free);
        if was_ready {
            self.count_ready(set, false, moment);
        }
        if let Some(found) = self.sets.get_mut(set) {
            found.succeeded += 1;
            found.ended_ms = Some(moment.now_ms);
            found.count_out(node, left);
        }
        note(&mut self.todo.sets, set);
        note(&mut self.todo.roomier, node);
        self.go_on_draining(node, moment);
    }

    /// Tells a pod on a node to end; returns `false` if it has been told already, or is not there.
    pub(super) fn end(&mut self, node: NodeId, pod: PodId, event: PodEvent, moment: &mut Moment<'_>) -> bool {
        let Some(found) = self.nodes.get_mut(node) else {
            return false;
        };
        let Some(ending) = found.pod(pod).filter(|pod| !pod.is_terminating()).cloned() else {
            return false;
        };
        let is_reached = found.is_ready;
        let found = Arc::make_mut(found);
        found.change_pod(pod, |pod| pod.deleted_ms = Some(moment.now_ms));
        let left = active_of(found, ending.set);
        moment.record(&ending, event);
        if let Some(length_ms) = ending.spec.runs_for_ms.filter(|_| ending.phase == PodPhase::Running) {
            self.unplan(ending.since_ms + length_ms, Task::Finish(node, pod), moment);
        }
        if ending.takes_room() {
            if is_reached && ending.phase == PodPhase::Running {
                self.count_ready(ending.set, false, moment);
            }
            if let Some(set) = self.sets.get_mut(ending.set) {
                set.count_out(node, left);
            }
        }
        note(&mut self.todo.sets, ending.set);
        // It takes its room until it is gone; for pods that are to be spread it counts no more.
        note(&mut self.todo.roomier, node);
        if is_reached {
            let delay_ms = match ending.phase {
                PodPhase::Running => moment.length_ms(Timing::PodStop).min(u64::from(ending.spec.grace_s) * 1000),
                _ => 0,
            };
            self.plan(delay_ms, Task::Stopped(node, pod), moment);
        }
        true
    }

    /// Removes a pod that was told to end and has ended.
    pub(super) fn on_stopped(&mut self, node: NodeId, pod: PodId, moment: &mut Moment<'_>) {
        let Some(found) = self.nodes.get_mut(node) else {
            return;
        };
        if !found.is_ready || !found.pod(pod).is_some_and(Pod::is_terminating) {
            return;
        }
        let found = Arc::make_mut(found);
        let free = found.free();
        let Some(gone) = found.remove_pod(pod) else {
            return;
        };
        self.index.follow(found, free);
        self.generation += 1;
        self.forget_keeper(&gone);
        note(&mut self.todo.roomier, node);
        if matches!(self.sets.get(gone.set), Some(set) if set.kind == SetKind::DaemonSet) {
            self.place_daemon(gone.set, node, moment);
        }
        self.go_on_draining(node, moment);
    }

    /// Returns `true` if a node has every image that a pod needs.
    pub(super) fn has_images(&self, node: NodeId, pod: &Pod) -> bool {
        self.missing(node, pod.set).is_empty()
    }

    /// Marks a pod as running without a record: pods of daemon sets come up with the node, whose
    /// bring-up has their images in it.
    pub(super) fn start_silently(&mut self, node: NodeId, pod: &Pod, moment: &mut Moment<'_>) {
        let Some(found) = self.nodes.get_mut(node) else {
            return;
        };
        let started = Arc::make_mut(found).change_pod(pod.id, |pod| {
            pod.phase = PodPhase::Running;
            pod.since_ms = moment.now_ms;
        });
        if started.is_some() {
            self.count_ready(pod.set, true, moment);
        }
    }

    /// Cancels every pull of a node whose machine stops: the images are not there, and are not waited
    /// for.
    pub(super) fn stop_pulling(&mut self, node: NodeId, moment: &mut Moment<'_>) {
        let pulling = self.disks.get_mut(node).map(|disk| std::mem::take(&mut disk.pulling)).unwrap_or_default();
        for pull in pulling {
            self.unplan(pull.done_ms, Task::Pulled(node, pull.image), moment);
        }
    }

    /// Updates the count of pods that keep others away after a pod is gone.
    pub(super) fn forget_keeper(&mut self, pod: &Pod) {
        self.keeping_away -= u32::from(pod.spec.keeps_away());
    }
}

/// Counts the pods of a set on a node that are neither ending nor over.
pub(super) fn active_of(node: &NodeInfo, set: SetId) -> usize {
    let is_active = |pod: &&Pod| pod.set == set && !pod.is_terminating() && pod.takes_room();
    node.pods().iter().filter(is_active).count()
}
