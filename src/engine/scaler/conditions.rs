//! Conditions of the cluster and of each node group in the autoscaler's status, and since when they hold.

use crate::autoscaler::status::{ScaleUpStatus, scale_up, scale_up_of_group};
use crate::autoscaler::{Autoscaler, NodeGroup, Settings};
use crate::ground::id::PoolId;

/// A finding, and the time since when it has held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Condition<T> {
    pub found: T,
    pub since_ms: u64,
}

impl<T: PartialEq> Condition<T> {
    fn new(found: T, before: Option<Self>, now_ms: u64) -> Self {
        match before {
            Some(before) if before.found == found => before,
            _ => Self { found, since_ms: now_ms },
        }
    }
}

/// Conditions of a node group, or of the cluster if `group` is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Conditions {
    group: Option<PoolId>,
    pub is_healthy: Condition<bool>,
    pub scale_up: Condition<ScaleUpStatus>,
    pub has_candidates: Condition<bool>,
}

/// Returns the conditions of the cluster, then those of the groups that the autoscaler has seen.
/// `before` holds the previous conditions.
pub(super) fn conditions(
    autoscaler: &Autoscaler,
    groups: &[NodeGroup],
    settings: &Settings,
    before: &[Conditions],
    now_ms: u64,
) -> Vec<Conditions> {
    let state = &autoscaler.state;
    let unneeded = autoscaler.planner.unneeded.nodes();
    let find = |group, is_healthy, scale_up, has_candidates| {
        let before = before.iter().find(|before| before.group == group);
        Conditions {
            group,
            is_healthy: Condition::new(is_healthy, before.map(|before| before.is_healthy), now_ms),
            scale_up: Condition::new(scale_up, before.map(|before| before.scale_up), now_ms),
            has_candidates: Condition::new(has_candidates, before.map(|before| before.has_candidates), now_ms),
        }
    };
    let of_group = |group: &NodeGroup| {
        let index = state.index_of(group.id)?;
        Some(find(
            Some(group.id),
            state.is_group_healthy(index, group.policy, settings),
            scale_up_of_group(state, index, group.policy, settings, now_ms),
            unneeded.iter().any(|node| node.id.pool == group.id),
        ))
    };
    let of_groups: Vec<Conditions> = groups.iter().filter_map(of_group).collect();
    let growing: Vec<ScaleUpStatus> = of_groups.iter().map(|group| group.scale_up.found).collect();
    let of_cluster = find(None, state.is_cluster_healthy(settings), scale_up(&growing), !unneeded.is_empty());
    std::iter::once(of_cluster).chain(of_groups).collect()
}

/// Returns the conditions of a group.
pub(super) fn of_group(conditions: &[Conditions], group: PoolId) -> Option<&Conditions> {
    conditions.iter().find(|found| found.group == Some(group))
}
