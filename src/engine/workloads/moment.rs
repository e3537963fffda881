//! What a cluster needs of the world when something happens in it: the time, the queue, the log.

use std::sync::Arc;

use super::super::clockwork::Event;
use super::super::cluster::ClusterId;
use super::super::fault::{FaultKind, Faults};
use super::super::kubernetes::{NodeId, Pod};
use super::super::pool::PoolId;
use super::super::queue::EventQueue;
use super::super::random::Random;
use super::super::record::{Happening, PodEvent, RecordLog, Remark};
use super::super::timing::{Timing, Timings};

/// See the module.
pub struct Moment<'a> {
    pub(crate) now_ms: u64,
    pub(crate) cluster: ClusterId,
    pub(crate) queue: &'a mut EventQueue<Event>,
    pub(crate) timings: &'a Timings,
    pub(crate) log: &'a mut RecordLog,
    pub(crate) faults: &'a mut Faults,
    pub(crate) random: &'a mut Random,
    /// Whether everything is over as soon as it begins, as in a world that is loaded as it stands.
    pub(crate) is_instant: bool,
}

impl Moment<'_> {
    /// How long something takes, always the same: tens of thousands of pods start, and a draw for
    /// each would give each a moment of its own.
    pub(super) fn length_ms(&self, timing: Timing) -> u64 {
        self.timings.get(timing).median_ms
    }

    /// Whether a fault strikes something of a kind in a pool now; gives its factor.
    pub(super) fn strike(&mut self, kind: FaultKind, pool: PoolId) -> Option<u32> {
        self.faults.strike(kind, Some(pool), self.now_ms, self.random)
    }

    /// Writes down what happened to a pod. What a loaded world contains has happened before.
    pub(super) fn record(&mut self, pod: &Pod, event: PodEvent) {
        if !self.is_instant {
            let happening = Happening::Pod(Arc::clone(&pod.spec), pod.id, event);
            self.log.push_detail(self.now_ms, happening);
        }
    }

    /// Writes down something about another object than a pod.
    pub(crate) fn remark(&mut self, remark: Remark) {
        if !self.is_instant {
            self.log.push_detail(self.now_ms, Happening::Remark(Arc::new(remark)));
        }
    }

    /// Lets a node's machine go on, now that its pods are gone.
    pub(super) fn release(&mut self, node: NodeId) {
        let event = Event::Drained { cluster: self.cluster, node };
        self.queue.schedule(self.now_ms, event);
    }

    /// Says that a node could not be drained for these pods.
    pub(super) fn fail_drain(&mut self, node: NodeId, pods: String) {
        let event = Event::DrainFailed { cluster: self.cluster, node, pods };
        self.queue.schedule(self.now_ms, event);
    }
}
