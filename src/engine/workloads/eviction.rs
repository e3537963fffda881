//! Evictions: in a drain every pod of a node is evicted, as far as budgets allow, again and again for
//! a while.
//!
//! Pods of daemon sets and mirrors of static pods stay. The machine goes on when all others are gone.

use super::change_context::ChangeContext;
use super::drains::{DrainPolicy, has_to_leave};
use super::kubernetes::Kubernetes;
use super::object_error::ObjectError;
use crate::azure::fault::FaultKind;
use crate::ground::id::NodeId;
use crate::ground::invariant::known;
use crate::kubernetes::{DisruptionBudget, Pod, PodPhase};
use crate::record::PodEvent;

/// Delay before a refused eviction is tried again, in milliseconds (cluster autoscaler,
/// `EvictionRetryTime`).
const RETRY_MS: u64 = 10_000;

impl Kubernetes {
    /// Sets the drain policy of the cluster autoscaler.
    pub(crate) fn set_autoscaler_drain(&mut self, policy: DrainPolicy) {
        self.drains.autoscaler = policy;
    }

    /// Returns the drain policy of the cluster autoscaler.
    pub(crate) fn autoscaler_drain(&self) -> DrainPolicy {
        self.drains.autoscaler
    }

    /// Cordons a node and begins to evict its pods. Evictions follow at this same moment, when every
    /// node that is to go has been cordoned.
    pub(crate) fn begin_drain(&mut self, id: NodeId, policy: DrainPolicy, context: &mut ChangeContext<'_>) {
        if policy.cordons {
            self.cordon(id);
        }
        if let Some(node) = known(self.nodes.get(id), "a node under drain") {
            self.drains.begin(node, policy, &mut self.agenda, context);
        }
    }

    /// Gives up a drain and takes its cordon away, if it set one; pods evicted so far stay evicted.
    fn cancel_drain(&mut self, id: NodeId, context: &mut ChangeContext<'_>) {
        if self.drains.forget(id, &mut self.agenda, context).is_some_and(|drain| drain.policy.cordons) {
            self.uncordon(id);
        }
        self.plan_to_settle(context);
    }

    /// Makes a node's machine wait for the end of its drain; returns `false` if there is no drain to
    /// wait for.
    pub(crate) fn await_drain(&mut self, id: NodeId) -> bool {
        self.drains.await_end(id)
    }

    /// Evicts the pods that may be evicted now and plans the next try. The drain fails if evictions are
    /// still refused at the end of its patience, or if pods are left at the end of its time.
    pub(super) fn evict(&mut self, id: NodeId, context: &mut ChangeContext<'_>) {
        // The last pod may have left at this very moment, before this task.
        let Some(drain) = self.drains.get(id).cloned() else {
            return;
        };
        let Some(node) = known(self.nodes.get(id), "a node under drain").cloned() else {
            return;
        };
        let mut refused = Vec::new();
        let is_first = context.now_ms + drain.policy.patience_ms == drain.patient_until_ms;
        for pod in node.pods().iter().filter(|pod| has_to_leave(pod) && !pod.is_terminating()) {
            if is_first && drain.policy.is_autoscaled() {
                context.record(pod, PodEvent::ScaleDown);
            }
            let is_allowed = drain.policy.is_forced
                || (self.may_evict(pod) && context.strike(FaultKind::DrainBlocked, id.pool).is_none());
            if is_allowed {
                self.end(id, pod.id, PodEvent::Killing, context);
            } else {
                refused.push(pod);
            }
        }
        if !refused.is_empty() && context.now_ms >= drain.patient_until_ms {
            for pod in refused.iter().filter(|_| drain.policy.is_autoscaled()) {
                context.record(pod, PodEvent::ScaleDownFailed);
            }
            let refused: Vec<String> = refused.iter().map(|pod| pod.name()).collect();
            return self.fail_drain(id, &refused, context);
        }
        let left: Vec<String> = node.pods().iter().filter(|pod| has_to_leave(pod)).map(Pod::name).collect();
        if context.now_ms >= drain.until_ms && !left.is_empty() {
            return self.fail_drain(id, &left, context);
        }
        let next_ms = if refused.is_empty() { drain.until_ms } else { context.now_ms + RETRY_MS };
        self.drains.go_on(id, next_ms, &mut self.agenda, context);
    }

    fn fail_drain(&mut self, id: NodeId, pods: &[String], context: &mut ChangeContext<'_>) {
        self.cancel_drain(id, context);
        context.fail_drain(id, pods.join(" "));
    }

    /// Ends a drain when no pod is left on the node that has to leave it; a machine that waits for this
    /// goes on.
    pub(super) fn go_on_draining(&mut self, id: NodeId, context: &mut ChangeContext<'_>) {
        if self.drains.is_empty() || self.nodes.get(id).is_some_and(|node| node.pods().iter().any(has_to_leave)) {
            return;
        }
        if self.drains.forget(id, &mut self.agenda, context).is_some_and(|drain| drain.is_awaited) {
            context.release(id);
        }
    }

    /// Evicts a pod on request of a user; returns `false` if a budget, or a fault, does not allow it
    /// now.
    ///
    /// # Errors
    ///
    /// If there is no such pod.
    pub fn evict_pod(
        &mut self,
        namespace: &str,
        name: &str,
        context: &mut ChangeContext<'_>,
    ) -> Result<bool, ObjectError> {
        let (pod, node) = self.pod_named(namespace, name).ok_or_else(|| ObjectError::missing("pods", name))?;
        let is_blocked = node.is_some_and(|node| context.strike(FaultKind::DrainBlocked, node.id.pool).is_some());
        if is_blocked || !self.may_evict(pod) {
            return Ok(false);
        }
        self.delete_pod(namespace, name, context).map(|()| true)
    }

    /// Returns `true` if budgets allow the eviction of a pod now. A pod that does not run disrupts
    /// nothing; one with several budgets is never evicted, as the API has it.
    pub(super) fn may_evict(&self, pod: &Pod) -> bool {
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

    /// Counts the pods that a budget covers: those expected, and those of them that are healthy.
    #[must_use]
    pub fn covered(&self, budget: &DisruptionBudget) -> (u32, u32) {
        let sets = self.sets.values().filter(|set| budget.protects(&set.spec));
        sets.fold((0, 0), |(expected, healthy), set| (expected + set.desired, healthy + set.ready()))
    }

    /// Returns the number of further disruptions that a budget allows among its pods now.
    #[must_use]
    pub fn disruptions_allowed(&self, budget: &DisruptionBudget) -> u32 {
        let (expected, healthy) = self.covered(budget);
        budget.limit.disruptions_allowed(expected, healthy)
    }
}
