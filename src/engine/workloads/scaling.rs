//! The number of pods of deployments: loads drive it, or horizontal autoscalers decide it.

use super::change_context::ChangeContext;
use super::curve::Curve;
use super::horizontals::{Horizontal, HorizontalSpec, Observed, Rescale};
use super::kubernetes::Kubernetes;
use super::loads::Load;
use super::pod_set::PodSet;
use crate::ground::id::DeploymentId;
use crate::ground::invariant::known;
use crate::record::KubernetesEvent;

/// CPU usage of a pod while nothing drives its deployment, in thousandths of its request: an
/// assumption.
const IDLE_PERMILLE: u32 = 100;
/// CPU usage of a pod where a load sets the number of pods, in thousandths of its request: an
/// assumption.
const DRIVEN_PERMILLE: u32 = 700;

impl Kubernetes {
    /// Returns the loads, with the deployments that they drive.
    #[must_use]
    pub fn loads(&self) -> impl DoubleEndedIterator<Item = (DeploymentId, &Load)> + Clone {
        self.loads.iter()
    }

    /// Drives a deployment by a curve from now on; replaces an earlier curve.
    pub fn set_load(&mut self, id: DeploymentId, curve: Curve, context: &mut ChangeContext<'_>) {
        self.loads.set(id, curve, context);
        self.on_load(id, context);
    }

    /// Removes the load of a deployment, which stays as it is; returns `false` if nothing drives it.
    pub fn remove_load(&mut self, id: DeploymentId, context: &mut ChangeContext<'_>) -> bool {
        self.loads.remove(id, context)
    }

    /// Applies a load as of now: sets the requests and the number of pods. With a horizontal autoscaler
    /// it wakes that instead of setting the number.
    pub(crate) fn on_load(&mut self, id: DeploymentId, context: &mut ChangeContext<'_>) {
        let Some(demand) = self.loads.follow(id, context) else {
            return;
        };
        if let Some(requests) = demand.requests {
            self.change_template(id, |template| template.set_requests(requests), context);
        }
        if self.horizontals.has(id) {
            self.horizontals.wake(id, context);
        } else {
            self.scale_deployment(id, demand.pods);
        }
    }

    /// Returns the horizontal pod autoscalers, with the deployments that they scale.
    #[must_use]
    pub fn horizontals(&self) -> impl DoubleEndedIterator<Item = (DeploymentId, &Horizontal)> + Clone {
        self.horizontals.iter()
    }

    /// Scales a deployment by its CPU utilisation from now on; replaces an earlier autoscaler.
    pub fn set_horizontal(&mut self, id: DeploymentId, spec: HorizontalSpec, context: &mut ChangeContext<'_>) {
        let deployment = known(self.deployments.get(id), "a deployment that is scaled");
        let replicas = deployment.map_or(0, |deployment| deployment.spec.replicas);
        self.horizontals.set(id, spec, replicas, context);
    }

    /// Removes the autoscaler of a deployment, which keeps its pods; returns `false` if it had none.
    pub fn remove_horizontal(&mut self, id: DeploymentId, context: &mut ChangeContext<'_>) -> bool {
        self.horizontals.remove(id, context)
    }

    /// Returns the CPU usage of each ready pod of a deployment, in thousandths of its request.
    #[must_use]
    pub fn usage_permille(&self, id: DeploymentId, now_ms: u64) -> u32 {
        let Some(load) = self.loads.get(id) else {
            return IDLE_PERMILLE;
        };
        if !self.horizontals.has(id) {
            return DRIVEN_PERMILLE;
        }
        let ready = u64::from(self.ready_of(id).max(1));
        u32::try_from(u64::from(load.pods(now_ms)) * 1000 / ready).unwrap_or(u32::MAX)
    }

    fn ready_of(&self, id: DeploymentId) -> u32 {
        let deployment = known(self.deployments.get(id), "a deployment that is scaled");
        let sets = deployment.map_or(&[][..], |deployment| &deployment.sets);
        sets.iter().filter_map(|set| known(self.sets.get(*set), "a set of a deployment")).map(PodSet::ready).sum()
    }

    /// Lets the horizontal autoscaler of a deployment look, and scales the deployment as it says.
    pub(crate) fn on_horizontal(&mut self, id: DeploymentId, context: &mut ChangeContext<'_>) {
        let Some(deployment) = known(self.deployments.get(id), "a deployment that is scaled") else {
            return;
        };
        let observed = Observed {
            replicas: deployment.spec.replicas,
            ready: self.ready_of(id),
            usage_permille: self.usage_permille(id, context.now_ms),
        };
        if let Some(rescale) = self.horizontals.look(id, observed, context) {
            self.rescale(id, rescale, context);
        }
    }

    fn rescale(&mut self, id: DeploymentId, rescale: Rescale, context: &mut ChangeContext<'_>) {
        let Rescale { pods, is_above } = rescale;
        if let Some(deployment) = known(self.deployments.get(id), "a deployment that is scaled") {
            let reason = if is_above {
                "cpu resource utilization (percentage of request) above target"
            } else {
                "All metrics below target"
            };
            context.record_event(KubernetesEvent {
                namespace: Some(deployment.spec.namespace.clone()),
                object: format!("horizontalpodautoscaler/{}", deployment.spec.name),
                is_warning: false,
                source: "horizontal-pod-autoscaler",
                reason: "SuccessfulRescale",
                message: format!("New size: {pods}; reason: {reason}"),
            });
        }
        self.scale_deployment(id, pods);
    }
}
