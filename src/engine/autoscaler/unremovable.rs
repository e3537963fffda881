//! Why a node is not given up.

use super::super::kubernetes::PodId;
use super::evictability::Blocker;

/// A reason, by the name that the autoscaler gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is annotated so.
    ScaleDownDisabledAnnotation,
    /// It is not ready, and such nodes are not given up.
    ScaleDownUnreadyDisabled,
    /// No autoscaled group has it.
    NotAutoscaled,
    /// It has not been unneeded for long enough.
    NotUnneededLongEnough,
    /// It has not been unready for long enough.
    NotUnreadyLongEnough,
    /// Its group is as small as it may be.
    NodeGroupMinSizeReached,
    /// It is on its way out already.
    CurrentlyBeingDeleted,
    /// Its pods ask for too much of it.
    NotUnderutilized,
    /// It was found unremovable a moment ago and is not looked at again yet.
    RecentlyUnremovable,
    /// There is no room for its pods elsewhere.
    NoPlaceToMovePods,
    /// A pod keeps it.
    BlockedByPod(PodId, Blocker),
    /// Its utilization cannot be told.
    UnexpectedError,
    /// It is not there.
    NoNodeInfo,
}

impl Reason {
    /// The name that the autoscaler gives it.
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
