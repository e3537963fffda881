//! Eligibility of nodes for scale-down, checked before any removal is simulated.

use super::cluster_state::DELETION_TIME_MS;
use super::settings::{Setting, Settings};
use super::unremovable::UnremovableReason;
use super::utilization::Utilization;
use crate::azure::pool_spec::ScaleDownMode;
use crate::kubernetes::taint::SHUTDOWN_KEY;
use crate::kubernetes::{NodeInfo, Taint};

/// Taint key of a node that the autoscaler is removing; the value is the time, in seconds.
pub const TO_BE_DELETED_KEY: &str = "ToBeDeletedByClusterAutoscaler";
/// Annotation that excludes a node from scale-down.
pub const SCALE_DOWN_DISABLED: &str = "cluster-autoscaler.kubernetes.io/scale-down-disabled";

/// Returns `true` if a node has a taint with this key.
#[must_use]
pub fn has_taint(node: &NodeInfo, key: &str) -> bool {
    node.taints.iter().any(|taint| taint.key == key)
}

/// Returns `true` if a node's annotation excludes it from scale-down.
#[must_use]
pub fn is_scale_down_disabled(node: &NodeInfo) -> bool {
    node.annotations.get(SCALE_DOWN_DISABLED).is_some_and(|value| value == "true")
}

/// Returns `true` if a node is being removed. The taint is valid for five minutes only: a node that has had
/// it for longer is considered anew.
#[must_use]
pub fn is_being_deleted(node: &NodeInfo, now_ms: u64) -> bool {
    mark_ends_ms(node).is_some_and(|ends_ms| now_ms < ends_ms)
}

/// Returns the time until which the taint of a node that is being removed is valid, in milliseconds.
#[must_use]
pub fn mark_ends_ms(node: &NodeInfo) -> Option<u64> {
    let mark: &Taint = node.taints.iter().find(|taint| taint.key == TO_BE_DELETED_KEY)?;
    Some(mark.value.parse::<u64>().unwrap_or_default() * 1000 + DELETION_TIME_MS)
}

/// Returns `true` if a node of a pool that keeps its machines lies deallocated. It is no candidate: there is
/// nothing to give up.
#[must_use]
pub fn is_kept(node: &NodeInfo, policy: ScaleDownMode) -> bool {
    policy == ScaleDownMode::Deallocate && !node.is_ready && has_taint(node, SHUTDOWN_KEY)
}

/// Checks that a node of a group is a candidate for removal; returns its utilization.
///
/// # Errors
///
/// The reason for which it is not.
pub fn check(node: &NodeInfo, settings: &Settings, now_ms: u64) -> Result<Utilization, UnremovableReason> {
    if is_being_deleted(node, now_ms) {
        return Err(UnremovableReason::CurrentlyBeingDeleted);
    }
    if is_scale_down_disabled(node) {
        return Err(UnremovableReason::ScaleDownDisabledAnnotation);
    }
    let utilization = Utilization::of(node, settings, now_ms).ok_or(UnremovableReason::UnexpectedError)?;
    if !node.is_ready && !settings.is(Setting::ScaleDownUnreadyEnabled) {
        return Err(UnremovableReason::ScaleDownUnreadyDisabled);
    }
    if utilization.is_low(settings) { Ok(utilization) } else { Err(UnremovableReason::NotUnderutilized) }
}
