//! The drains of a cluster's nodes: how patient they are, and until when.

use super::agenda::{Agenda, Task};
use super::change_context::ChangeContext;
use crate::ground::id::NodeId;
use crate::ground::invariant::known;
use crate::ground::table::Table;
use crate::kubernetes::{NodeInfo, Pod};

/// Time that pods may take beyond their grace period, in milliseconds (cluster autoscaler,
/// `PodEvictionHeadroom`).
const HEADROOM_MS: u64 = 30_000;

/// The rules of a drain: how patient it is, and what it respects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DrainPolicy {
    /// Time for which refused evictions are tried again, in milliseconds.
    pub patience_ms: u64,
    /// Longest wait for a pod to end, in milliseconds; longer grace periods are cut to this.
    pub grace_ms_max: u64,
    /// `true` if pod disruption budgets are ignored.
    pub is_forced: bool,
    /// `true` if the node is cordoned meanwhile. The cluster autoscaler taints it instead.
    pub cordons: bool,
}

impl Default for DrainPolicy {
    fn default() -> Self {
        Self::AUTOSCALER
    }
}

impl DrainPolicy {
    /// The drain before AKS removes a node: it gives up after 10 minutes, as users quote it (Azure/AKS
    /// issue 2090).
    pub const SERVICE: Self = Self { patience_ms: 600_000, grace_ms_max: 600_000, is_forced: false, cordons: true };
    /// The drain before AKS stops a pool: budgets are ignored, as nothing is left to move the pods to.
    pub const STOP: Self = Self { is_forced: true, ..Self::SERVICE };
    /// The drain of the cluster autoscaler (`max-pod-eviction-time` and
    /// `max-graceful-termination-sec`).
    pub const AUTOSCALER: Self = Self { patience_ms: 120_000, is_forced: false, cordons: false, ..Self::SERVICE };

    /// Returns `true` if this is the cluster autoscaler's drain, the one that does not cordon.
    pub(super) const fn is_autoscaled(self) -> bool {
        !self.cordons
    }
}

/// A drain in progress.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Drain {
    pub policy: DrainPolicy,
    /// Time at which refused evictions are given up, in milliseconds.
    pub patient_until_ms: u64,
    /// Time at which the drain fails if any pod is left, in milliseconds.
    pub until_ms: u64,
    /// Time of its next `Evict` task, in milliseconds.
    next_ms: u64,
    /// `true` if the node's machine waits for the end of the drain.
    pub is_awaited: bool,
}

/// Returns `true` if a pod has to leave a node that is drained: it is of no daemon set, no mirror, and
/// not over.
pub fn has_to_leave(pod: &Pod) -> bool {
    !pod.spec.is_daemon() && !pod.spec.is_mirror() && pod.takes_room()
}

/// The drains under way, and the autoscaler's policy for its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Drains {
    by_node: Table<NodeId, Drain>,
    /// The drain policy of the cluster autoscaler.
    pub autoscaler: DrainPolicy,
}

impl Drains {
    /// Returns `true` if no node is being drained.
    pub fn is_empty(&self) -> bool {
        self.by_node.is_empty()
    }

    /// Returns the drain of a node, if there is one.
    pub fn get(&self, node: NodeId) -> Option<&Drain> {
        self.by_node.get(node)
    }

    /// Begins a drain and plans its first evictions for this same moment; does nothing if no pod has to
    /// leave the node.
    pub fn begin(
        &mut self,
        node: &NodeInfo,
        policy: DrainPolicy,
        agenda: &mut Agenda,
        context: &mut ChangeContext<'_>,
    ) {
        let leaving = node.pods().iter().filter(|pod| has_to_leave(pod));
        let Some(grace_s) = leaving.map(|pod| pod.spec.grace_s).max() else {
            return;
        };
        let patient_until_ms = context.now_ms + policy.patience_ms;
        let until_ms = patient_until_ms + (u64::from(grace_s) * 1000).min(policy.grace_ms_max) + HEADROOM_MS;
        let drain = Drain { policy, patient_until_ms, until_ms, next_ms: context.now_ms, is_awaited: false };
        self.by_node.insert(node.id, drain);
        agenda.plan(0, Task::Evict(node.id), context);
    }

    /// Plans the next evictions of a drain for `next_ms`.
    pub fn go_on(&mut self, node: NodeId, next_ms: u64, agenda: &mut Agenda, context: &mut ChangeContext<'_>) {
        if let Some(drain) = known(self.by_node.get_mut(node), "a drain that goes on") {
            drain.next_ms = next_ms;
            agenda.plan(next_ms - context.now_ms, Task::Evict(node), context);
        }
    }

    /// Removes a drain and its planned task; returns the drain, if there was one.
    pub fn forget(&mut self, node: NodeId, agenda: &mut Agenda, context: &mut ChangeContext<'_>) -> Option<Drain> {
        let drain = self.by_node.remove(node)?;
        agenda.unplan(drain.next_ms, Task::Evict(node), context);
        Some(drain)
    }

    /// Makes a node's machine wait for the end of its drain; returns `false` if there is no drain to
    /// wait for.
    pub fn await_end(&mut self, node: NodeId) -> bool {
        let drain = self.by_node.get_mut(node);
        drain.map(|drain| drain.is_awaited = true).is_some()
    }
}
