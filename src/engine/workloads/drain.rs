//! Drains: every pod of a node is evicted, as far as budgets allow, again and again for a while.
//!
//! Pods of daemon sets and mirrors of static pods stay. The machine goes on when all others are gone.

use super::super::fault::FaultKind;
use super::super::kubernetes::{DisruptionBudget, NodeId, Pod, PodPhase};
use super::super::record::PodEvent;
use super::agenda::Task;
use super::requests::ObjectError;
use super::{Kubernetes, Moment};

/// How long after a refused eviction it is tried again (cluster autoscaler, `EvictionRetryTime`).
const RETRY_MS: u64 = 10_000;
/// What pods may take beyond their grace period (cluster autoscaler, `PodEvictionHeadroom`).
const HEADROOM_MS: u64 = 30_000;

/// How a node is drained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DrainPolicy {
    /// For how long refused evictions are tried again.
    pub patience_ms: u64,
    /// The longest that the end of a pod is waited for.
    pub grace_ms_max: u64,
    /// Whether budgets are ignored.
    pub is_forced: bool,
    /// Whether the node is cordoned meanwhile. The cluster autoscaler taints it instead.
    pub cordons: bool,
}

impl Default for DrainPolicy {
    fn default() -> Self {
        Self::AUTOSCALER
    }
}

impl DrainPolicy {
    /// What AKS does before it removes a node: it gives up after 10 minutes, as users quote it
    /// (Azure/AKS issue 2090).
    pub const SERVICE: Self = Self { patience_ms: 600_000, grace_ms_max: 600_000, is_forced: false, cordons: true };
    /// What AKS does before it stops a pool: nothing is left to move the pods to.
    pub const STOP: Self = Self { is_forced: true, ..Self::SERVICE };
    /// What the cluster autoscaler does (`max-pod-eviction-time` and `max-graceful-termination-sec`).
    pub const AUTOSCALER: Self = Self { patience_ms: 120_000, is_forced: false, cordons: false, ..Self::SERVICE };

    /// Whether it is the cluster autoscaler that drains.
    const fn is_autoscaled(self) -> bool {
        !self.cordons
    }
}

/// A drain that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Drain {
    policy: DrainPolicy,
    /// When refused evictions are given up.
    patient_until_ms: u64,
    /// When it is given up whatever goes on.
    until_ms: u64,
    /// When it is looked at next.
    next_ms: u64,
    /// Whether the machine waits for its end.
    is_awaited: bool,
}

/// Whether a pod has to leave a node that is drained.
fn has_to_leave(pod: &Pod) -> bool {
    !pod.spec.is_daemon() && !pod.spec.is_mirror() && pod.takes_room()
}

impl Kubernetes {
    /// Cordons a node and begins to evict its pods. Evictions follow at this same moment, when every
    /// node that is to go has been cordoned.
    pub fn begin_drain(&mut self, id: NodeId, policy: DrainPolicy, moment: &mut Moment<'_>) {
        if policy.cordons {
            self.cordon(id);
        }
        let Some(node) = self.nodes.get(id) else {
            return;
        };
        let leaving = node.pods().iter().filter(|pod| has_to_leave(pod));
        let Some(grace_s) = leaving.map(|pod| pod.spec.grace_s).max() else {
            return;
        };
        let patient_until_ms = moment.now_ms + policy.patience_ms;
        let until_ms = patient_until_ms + (u64::from(grace_s) * 1000).min(policy.grace_ms_max) + HEADROOM_MS;
        self.drains.insert(id, Drain { policy, patient_until_ms, until_ms, next_ms: moment.now_ms, is_awaited: false });
        self.plan(0, Task::Evict(id), moment);
    }

    /// Gives a drain up; what has been evicted stays so.
    pub fn cancel_drain(&mut self, id: NodeId, moment: &mut Moment<'_>) {
        if self.forget_drain(id, moment).is_some_and(|drain| drain.policy.cordons) {
            self.uncordon(id);
        }
        self.plan_to_settle(moment);
    }

    /// Ends a drain, and what was still planned for it.
    pub(super) fn forget_drain(&mut self, id: NodeId, moment: &mut Moment<'_>) -> Option<Drain> {
        let drain = self.drains.remove(id)?;
        self.unplan(drain.next_ms, Task::Evict(id), moment);
        Some(drain)
    }

    /// The machine of a node waits for the end of its drain; false where there is nothing to wait for.
    pub fn await_drain(&mut self, id: NodeId) -> bool {
        let drain = self.drains.get_mut(id);
        drain.map(|drain| drain.is_awaited = true).is_some()
    }

    /// Evicts what may be evicted now.
    pub(super) fn evict(&mut self, id: NodeId, moment: &mut Moment<'_>) {
        let (Some(drain), Some(node)) = (self.drains.get(id).cloned(), self.nodes.get(id).cloned()) else {
            return;
        };
        let mut refused = Vec::new();
        let is_first = moment.now_ms + drain.policy.patience_ms == drain.patient_until_ms;
        for pod in node.pods().iter().filter(|pod| has_to_leave(pod) && !pod.is_terminating()) {
            if is_first && drain.policy.is_autoscaled() {
                moment.record(pod, PodEvent::ScaleDown);
            }
            let is_allowed = drain.policy.is_forced
                || (self.may_evict(pod) && moment.strike(FaultKind::DrainBlocked, id.pool).is_none());
            if is_allowed {
                self.end(id, pod.id, PodEvent::Killing, moment);
            } else {
                refused.push(pod);
            }
        }
        if !refused.is_empty() && moment.now_ms >= drain.patient_until_ms {
            for pod in refused.iter().filter(|_| drain.policy.is_autoscaled()) {
                moment.record(pod, PodEvent::ScaleDownFailed);
            }
            let refused: Vec<String> = refused.iter().map(|pod| pod.name()).collect();
            return self.fail_drain(id, &refused, moment);
        }
        let left: Vec<String> = node.pods().iter().filter(|pod| has_to_leave(pod)).map(Pod::name).collect();
        if moment.now_ms >= drain.until_ms && !left.is_empty() {
            return self.fail_drain(id, &left, moment);
        }
        let next_ms = if refused.is_empty() { drain.until_ms } else { moment.now_ms + RETRY_MS };
        if let Some(drain) = self.drains.get_mut(id) {
            drain.next_ms = next_ms;
            self.plan(next_ms - moment.now_ms, Task::Evict(id), moment);
        }
    }

    fn fail_drain(&mut self, id: NodeId, pods: &[String], moment: &mut Moment<'_>) {
        self.cancel_drain(id, moment);
        moment.fail_drain(id, pods.join(" "));
    }

    /// Ends a drain when nothing is left on the node that has to leave it.
    pub(super) fn go_on_draining(&mut self, id: NodeId, moment: &mut Moment<'_>) {
        if self.drains.is_empty() || self.nodes.get(id).is_some_and(|node| node.pods().iter().any(has_to_leave)) {
            return;
        }
        if self.forget_drain(id, moment).is_some_and(|drain| drain.is_awaited) {
            moment.release(id);
        }
    }

    /// Evicts a pod as a person asks for it; false where a budget does not allow it now.
    ///
    /// # Errors
    ///
    /// Where there is no such pod.
    pub fn evict_pod(&mut self, namespace: &str, name: &str, moment: &mut Moment<'_>) -> Result<bool, ObjectError> {
        let (pod, node) = self.pod_named(namespace, name).ok_or_else(|| ObjectError::missing("pods", name))?;
        let is_blocked = node.is_some_and(|node| moment.strike(FaultKind::DrainBlocked, node.id.pool).is_some());
        if is_blocked || !self.may_evict(pod) {
            return Ok(false);
        }
        self.delete_pod(namespace, name, moment).map(|()| true)
    }

    /// Whether budgets allow that a pod is evicted now. A pod that does not run disrupts nothing; one
    /// with several budgets is never evicted, as the API has it.
    #[must_use]
    pub fn may_evict(&self, pod: &Pod) -> bool {
        if pod.phase != PodPhase::Running || pod.is_terminating() {
            return true;
        }
        let mut protecting = self.budgets.iter().filter(|budget| budget.protects(&pod.spec));
        match (protecting.next(), protecting.next()) {
            (None, _) => true,
            (Some(budget), None) => self.disruptions_allowed(budget) > 0,
            (Some(_), Some(_)) => false,
        }
    }

    /// How many pods a budget covers, and how many of them are healthy.
    #[must_use]
    pub fn covered(&self, budget: &DisruptionBudget) -> (u32, u32) {
        let sets = self.sets.values().filter(|set| budget.protects(&set.spec));
        sets.fold((0, 0), |(expected, healthy), set| (expected + set.desired, healthy + set.ready))
    }

    /// How many more pods that a budget covers may be disrupted now.
    #[must_use]
    pub fn disruptions_allowed(&self, budget: &DisruptionBudget) -> u32 {
        let (expected, healthy) = self.covered(budget);
        budget.limit.disruptions_allowed(expected, healthy)
    }
}
