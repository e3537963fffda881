//! Progress of a rollout.

use scale_down_engine::workloads::{Deployment, Kubernetes, PodSet};

/// Time without progress after which a rollout has failed (`progressDeadlineSeconds`), in milliseconds.
pub(super) const PROGRESS_DEADLINE_MS: u64 = 600_000;

/// Returns kubectl's progress message for a rollout, and `true` if the rollout is complete.
pub(super) fn progress(deployment: &Deployment, kubernetes: &Kubernetes) -> (String, bool) {
    let (name, wanted) = (&deployment.spec.name, deployment.spec.replicas);
    let sets = || deployment.sets.iter().filter_map(|id| kubernetes.set(*id));
    let all: u32 = sets().map(PodSet::active).sum();
    let (updated, available) = sets().next_back().map_or((0, 0), |set| (set.active(), set.ready()));
    let waiting = |text: String| (format!("Waiting for deployment \"{name}\" rollout to finish: {text}..."), false);
    if updated < wanted {
        return waiting(format!("{updated} out of {wanted} new replicas have been updated"));
    }
    if all > updated {
        return waiting(format!("{} old replicas are pending termination", all - updated));
    }
    if available < updated {
        return waiting(format!("{available} of {updated} updated replicas are available"));
    }
    (format!("deployment \"{name}\" successfully rolled out"), true)
}
