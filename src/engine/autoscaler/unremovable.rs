//! Reasons for which a node is not removed.

use super::drainability::BlockingPodReason;
use crate::kubernetes::PodId;

/// A reason, with the name that the autoscaler gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnremovableReason {
    /// Its annotation excludes it from scale-down.
    ScaleDownDisabledAnnotation,
    /// It is not ready, and the settings exclude such nodes.
    ScaleDownUnreadyDisabled,
    /// No autoscaled group has it.
    NotAutoscaled,
    /// It has not been unneeded for long enough.
    NotUnneededLongEnough,
    /// It has not been unready for long enough.
    NotUnreadyLongEnough,
    /// Its group is as small as it may be.
    NodeGroupMinSizeReached,
    /// It is being removed already.
    CurrentlyBeingDeleted,
    /// Its utilization is too high.
    NotUnderutilized,
    /// It was found unremovable a short time ago and is skipped until the recheck timeout ends.
    RecentlyUnremovable,
    /// There is no room for its pods elsewhere.
    NoPlaceToMovePods,
    /// A pod blocks its removal.
    BlockedByPod(PodId, BlockingPodReason),
    /// Its utilization cannot be calculated.
    UnexpectedError,
    /// It is not in the cluster.
    NoNodeInfo,
}

impl UnremovableReason {
    /// Returns the name that the autoscaler gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ScaleDownDisabledAnnotation => "ScaleDownDisabledAnnotation",
            Self::ScaleDownUnreadyDisabled => "ScaleDownUnreadyDisabled",
            Self::NotAutoscaled => "NotAutoscaled",
            Self::NotUnneededLongEnough => "NotUnneededLongEnough",
            Self::NotUnreadyLongEnough => "NotUnreadyLongEnough",
            Self::NodeGroupMinSizeReached => "NodeGroupMinSizeReached",
            Self::CurrentlyBeingDeleted => "CurrentlyBeingDeleted",
            Self::NotUnderutilized => "NotUnderutilized",
            Self::RecentlyUnremovable => "RecentlyUnremovable",
            Self::NoPlaceToMovePods => "NoPlaceToMovePods",
            Self::BlockedByPod(..) => "BlockedByPod",
            Self::UnexpectedError => "UnexpectedError",
            Self::NoNodeInfo => "NoNodeInfo",
        }
    }
}
