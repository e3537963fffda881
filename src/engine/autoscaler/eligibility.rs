//! Which nodes are worth trying to do without, before anything is tried.

use super::super::kubernetes::taint::SHUTDOWN_KEY;
use super::super::kubernetes::{NodeInfo, Taint};
use super::super::pool::ScaleDownMode;
use super::cluster_state::DELETION_TIME_MS;
use super::settings::{Setting, Settings};
use super::unremovable::Reason;
use super::utilization::Utilization;

/// The taint of a node that the autoscaler is removing; its value is the time, in seconds.
pub const TO_BE_DELETED_KEY: &str = "ToBeDeletedByClusterAutoscaler";
/// The annotation that keeps a node.
pub const SCALE_DOWN_DISABLED: &str = "cluster-autoscaler.kubernetes.io/scale-down-disabled";

/// Whether a node has a taint of this key.
#[must_use]
pub fn has_taint(node: &NodeInfo, key: &str) -> bool {
    node.taints.iter().any(|taint| taint.key == key)
}

/// Whether a node's annotation keeps it.
#[must_use]
pub fn is_scale_down_disabled(node: &NodeInfo) -> bool {
    node.annotations.get(SCALE_DOWN_DISABLED).is_some_and(|value| value == "true")
}

/// Whether a node is on its way out. The mark is believed for a while only: a node that has it for
/// longer is looked at anew.
#[must_use]
pub fn is_being_deleted(node: &NodeInfo, now_ms: u64) -> bool {
    mark_ends_ms(node).is_some_and(|ends_ms| now_ms < ends_ms)
}

/// Until when the mark of a node on its way out is believed.
#[must_use]
pub fn mark_ends_ms(node: &NodeInfo) -> Option<u64> {
    let mark: &Taint = node.taints.iter().find(|taint| taint.key == TO_BE_DELETED_KEY)?;
    Some(mark.value.parse::<u64>().unwrap_or_default() * 1000 + DELETION_TIME_MS)
}

/// Whether a node of a pool that keeps its machines lies deallocated. It is no candidate: there is
/// nothing to give up.
#[must_use]
pub fn is_kept(node: &NodeInfo, policy: ScaleDownMode) -> bool {
    policy == ScaleDownMode::Deallocate && !node.is_ready && has_taint(node, SHUTDOWN_KEY)
}

/// Whether a node of a group is worth trying to do without.
///
/// # Errors
///
/// Why it is not.
pub fn check(node: &NodeInfo, settings: &Settings, now_ms: u64) -> Result<Utilization, Reason> {
    if is_being_deleted(node, now_ms) {
        return Err(Reason::CurrentlyBeingDeleted);
    }
    if is_scale_down_disabled(node) {
        return Err(Reason::ScaleDownDisabledAnnotation);
    }
    let utilization = Utilization::of(node, settings, now_ms).ok_or(Reason::UnexpectedError)?;
    if !node.is_ready && !settings.is(Setting::ScaleDownUnreadyEnabled) {
        return Err(Reason::ScaleDownUnreadyDisabled);
    }
    if utilization.is_low(settings) { Ok(utilization) } else { Err(Reason::NotUnderutilized) }
}
