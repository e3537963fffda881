//! The context of a change in a cluster: the time, the queue, the log, faults and random numbers.

use std::sync::Arc;

use crate::azure::fault::{FaultKind, Faults};
use crate::azure::timing::{Timing, Timings};
use crate::event::Event;
use crate::ground::id::{ClusterId, NodeId, PoolId};
use crate::ground::queue::EventQueue;
use crate::ground::random::Random;
use crate::kubernetes::Pod;
use crate::record::{KubernetesEvent, PodEvent, RecordLog, RecordedEvent};

/// The context in which the Kubernetes objects of one cluster change: the time in milliseconds, the event queue, the
/// log, faults and random numbers.
pub struct ChangeContext<'a> {
    pub(crate) now_ms: u64,
    pub(crate) cluster: ClusterId,
    pub(crate) queue: &'a mut EventQueue<Event>,
    pub(crate) timings: &'a Timings,
    pub(crate) log: &'a mut RecordLog,
    pub(crate) faults: &'a mut Faults,
    pub(crate) random: &'a mut Random,
    /// `true` if everything is over as soon as it begins, as in a world that is loaded as it stands.
    pub(crate) is_instant: bool,
}

impl ChangeContext<'_> {
    /// Returns the length of a step in milliseconds, always its median: tens of thousands of pods
    /// start, and a draw for each would give each a time of its own.
    pub(super) fn length_ms(&self, timing: Timing) -> u64 {
        self.timings.get(timing).median_ms
    }

    /// Returns the factor of a fault of a kind if it strikes in a pool now, else `None`.
    pub(super) fn strike(&mut self, kind: FaultKind, pool: PoolId) -> Option<u32> {
        self.faults.strike(kind, Some(pool), self.now_ms, self.random)
    }

    /// Records an event of a pod, unless the change is instant: what a loaded world contains has
    /// happened before.
    pub(super) fn record(&mut self, pod: &Pod, event: PodEvent) {
        if !self.is_instant {
            let event = RecordedEvent::Pod(Arc::clone(&pod.spec), pod.id, event);
            self.log.push_detail(self.now_ms, event);
        }
    }

    /// Records an event of an object other than a pod, unless the change is instant.
    pub(crate) fn record_event(&mut self, event: KubernetesEvent) {
        if !self.is_instant {
            self.log.push_detail(self.now_ms, RecordedEvent::Kubernetes(Arc::new(event)));
        }
    }

    /// Schedules the event that lets a node's machine go on, now that its pods are gone.
    pub(super) fn release(&mut self, node: NodeId) {
        let event = Event::Drained { cluster: self.cluster, node };
        self.queue.schedule(self.now_ms, event);
    }

    /// Schedules the event that a node could not be drained because of these pods.
    pub(super) fn fail_drain(&mut self, node: NodeId, pods: String) {
        let event = Event::DrainFailed { cluster: self.cluster, node, pods };
        self.queue.schedule(self.now_ms, event);
    }
}
