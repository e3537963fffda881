//! Deployments: one replica set for each revision of the pod template.
//!
//! A change of the template is rolled out as Kubernetes does by default: a quarter more pods than
//! wanted may exist meanwhile, and a quarter fewer may be ready.

use crate::azure::pool_spec::Pairs;
use crate::ground::id::DeploymentId;
use crate::kubernetes::budget::Amount;
use crate::kubernetes::{PodSpec, SetId};

/// The specification of a deployment, as a user gives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeploymentSpec {
    /// The name.
    pub name: String,
    /// The namespace.
    pub namespace: String,
    /// Labels of the deployment itself.
    pub labels: Pairs,
    /// Number of pods wanted.
    pub replicas: u32,
    /// Template of its pods. Name, owner and the label with the hash are set by the deployment.
    pub template: PodSpec,
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deployment {
    /// Its identity.
    pub id: DeploymentId,
    /// Its specification.
    pub spec: DeploymentSpec,
    /// When it was created.
    pub created_ms: u64,
    /// Number of the current revision of its template, from 1.
    pub revision: u32,
    /// Its replica sets, oldest first; the last one has the current template.
    pub sets: Vec<SetId>,
}

/// Number of pods beyond the wanted ones that may exist during a roll-out (`maxSurge`): a quarter,
/// rounded up.
pub const MAX_SURGE: Amount = Amount::Percent(25);

/// Returns the number of wanted pods that may be unavailable (`maxUnavailable`): a quarter, rounded
/// down.
#[must_use]
pub fn max_unavailable(replicas: u32) -> u32 {
    replicas / 4
}

/// Status of a replica set in a roll-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaSetStatus {
    /// Number of pods that it should have.
    pub desired: u32,
    /// Number of its pods that are ready.
    pub ready: u32,
}

/// Returns the number of pods that each replica set of a deployment should have next; `sets` are oldest
/// first, and the last has the current template.
#[must_use]
pub fn roll_out(replicas: u32, sets: &[ReplicaSetStatus]) -> Vec<u32> {
    let mut desired: Vec<u32> = sets.iter().map(|set| set.desired).collect();
    let total = |desired: &[u32]| desired.iter().copied().fold(0, u32::saturating_add);
    let Some((new, old)) = sets.split_last() else {
        return desired;
    };
    if old.is_empty() {
        return vec![replicas];
    }
    let limit = replicas.saturating_add(MAX_SURGE.of(replicas));
    let room = limit.saturating_sub(total(&desired));
    let mut new_desired = new.desired.min(replicas);
    new_desired += room.min(replicas - new_desired);
    if let Some(slot) = desired.last_mut() {
        *slot = new_desired;
    }
    let available_min = replicas.saturating_sub(max_unavailable(replicas));
    // What is not ready in the old sets helps nobody and goes first.
    let missing_in_new = new_desired.saturating_sub(new.ready);
    let mut may_go = total(&desired).saturating_sub(available_min.saturating_add(missing_in_new));
    for (slot, set) in desired.iter_mut().zip(old) {
        let unready = set.desired.saturating_sub(set.ready).min(may_go);
        *slot -= unready;
        may_go -= unready;
    }
    let ready: u32 = sets.iter().map(|set| set.ready).sum();
    let mut may_go = ready.saturating_sub(available_min);
    for slot in desired.iter_mut().take(old.len()) {
        let going = may_go.min(*slot);
        *slot -= going;
        may_go -= going;
    }
    desired
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(replicas: u32, sets: &[(u32, u32)], expected: &[u32]) {
        let sets: Vec<ReplicaSetStatus> =
            sets.iter().map(|(desired, ready)| ReplicaSetStatus { desired: *desired, ready: *ready }).collect();
        assert_eq!(roll_out(replicas, &sets), expected, "{replicas} of {sets:?}");
    }

    #[test]
    fn a_roll_out_goes_step_by_step() {
        check(4, &[(0, 0)], &[4]);
        // One more may exist, one fewer may be ready.
        check(4, &[(4, 4), (0, 0)], &[3, 1]);
        check(4, &[(3, 3), (1, 0)], &[3, 2]);
        check(4, &[(3, 3), (2, 2)], &[1, 2]);
        check(4, &[(1, 1), (4, 4)], &[0, 4]);
        // Old pods that are not ready make room at once.
        check(4, &[(4, 0), (1, 0)], &[3, 1]);
    }

    #[test]
    fn a_roll_out_ends_whatever_it_began_with() {
        for replicas in 0..9 {
            let mut sets = vec![
                ReplicaSetStatus { desired: replicas, ready: replicas },
                ReplicaSetStatus { desired: 0, ready: 0 },
            ];
            for _ in 0..20 {
                let next = roll_out(replicas, &sets);
                sets = next.iter().map(|desired| ReplicaSetStatus { desired: *desired, ready: *desired }).collect();
                let total: u32 = next.iter().sum();
                assert!(total <= replicas + MAX_SURGE.of(replicas), "{next:?} of {replicas}");
            }
            check(replicas, &[(sets[0].desired, sets[0].ready), (sets[1].desired, sets[1].ready)], &[0, replicas]);
        }
    }
}
