//! Groups of pods that are alike to the scheduler, so that one of them is checked for all.

use std::sync::Arc;

use super::drainability::is_daemon;
use crate::kubernetes::{Pod, PodSpec};

/// The most groups that the pods of one controller are split into.
const GROUPS_PER_CONTROLLER_MAX: usize = 10;

/// Groups pods that are alike, in the order of their first pods. A pod without a controller, or of a daemon
/// set, is a group of its own.
#[must_use]
pub fn equivalence_groups(pods: &[Pod]) -> Vec<Vec<&Pod>> {
    let mut groups: Vec<Vec<&Pod>> = Vec::new();
    // Where the groups of controllers are, with what their pods are.
    let mut known: Vec<(usize, &Arc<PodSpec>)> = Vec::new();
    for pod in pods {
        let spec = &pod.spec;
        let is_alone = spec.owner.is_none() || is_daemon(spec);
        let found = known.iter().find(|(_, other)| Arc::ptr_eq(other, spec) || other == &spec);
        if let Some(group) = found.filter(|_| !is_alone).and_then(|(index, _)| groups.get_mut(*index)) {
            group.push(pod);
            continue;
        }
        let of_controller =
            known.iter().filter(|(_, other)| other.owner == spec.owner && other.namespace == spec.namespace);
        if !is_alone && of_controller.count() < GROUPS_PER_CONTROLLER_MAX {
            known.push((groups.len(), spec));
        }
        groups.push(vec![pod]);
    }
    groups
}
