//! Events of the autoscaler, as facts.
//!
//! The words are made when an event is shown, and are those of the cluster autoscaler.

use std::fmt::Write as _;
use std::sync::Arc;

use super::duration;
use super::instance::CreationError;
use crate::kubernetes::PodId;

/// A change of one group's target size.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resize {
    /// The group.
    pub group: Arc<str>,
    /// Its target before.
    pub from: u32,
    /// Its target after.
    pub to: u32,
    /// The largest size that it may have.
    pub max: u32,
}

/// Reasons against groups, each with the number of groups that have it.
pub type Reasons = Vec<(String, u32)>;

/// An event of the autoscaler.
#[expect(missing_docs, reason = "the fields are named by what they are")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AutoscalerEvent {
    /// Nodes that a group was asked for have not come.
    ScaleUpTimedOut { group: Arc<str>, after_ms: u64 },
    /// Machines of a group could not be created or started.
    ScaleUpFailed { group: Arc<str>, count: u32, error: CreationError },
    /// A group is about to grow, or was told to (`is_done`).
    ScaledUpGroup { resize: Resize, is_done: bool },
    /// The provider refused to grow a group.
    FailedToScaleUpGroup { group: Arc<str>, error: String },
    /// Too many nodes are not ready: nothing is done.
    ClusterUnhealthy,
    /// The cluster has as many nodes as it may have.
    MaxNodesTotalReached { max: u64 },
    /// A pod made groups grow.
    TriggeredScaleUp { pod: PodId, resizes: Arc<[Resize]> },
    /// A pod could not make any group grow.
    NotTriggerScaleUp { pod: PodId, reasons: Reasons },
    /// A pod waits, and the cluster has as many nodes as it may have.
    MaxNodesForPod { pod: PodId },
    /// A node without pods to move goes.
    ScaleDownEmpty { node: Arc<str> },
    /// A node goes, and its pods are moved.
    ScaleDown { node: Arc<str>, utilization: String, pods: Vec<String> },
    /// A node is tainted before it is removed, so that it takes no new pods.
    NodeMarked { node: Arc<str> },
    /// The removal of a node's machine was requested.
    NodeRemoved { node: Arc<str> },
    /// A node was removed, empty or after a drain.
    ScaledDown { node: Arc<str>, is_empty: bool },
    /// A node could not be removed, and stays.
    NodeNotRemoved { node: Arc<str>, is_empty: bool, error: String },
    /// A machine that never became a node was given up.
    DeleteUnregistered { node: Arc<str> },
    /// A group fits no pattern of the expander's priorities.
    NoPriority { group: Arc<str> },
    /// No group fits any pattern of the expander's priorities.
    NoPriorities,
    /// The config map of the priorities cannot be parsed.
    PrioritiesInvalid { problem: String },
}

/// Object that an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvolvedObject {
    /// The autoscaler as a whole: its status config map.
    Status,
    /// The config map of the expander's priorities.
    Priorities,
    /// A node.
    Node(Arc<str>),
    /// A pod.
    Pod(PodId),
}

/// An event in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventText {
    /// `true` for the event type `Warning`, `false` for `Normal`.
    pub is_warning: bool,
    /// The reason, such as `ScaleDownEmpty`.
    pub reason: &'static str,
    /// The message, a sentence.
    pub message: String,
}

impl AutoscalerEvent {
    /// Returns the object that the event is about.
    #[must_use]
    pub fn involved_object(&self) -> InvolvedObject {
        match self {
            Self::TriggeredScaleUp { pod, .. } | Self::NotTriggerScaleUp { pod, .. } | Self::MaxNodesForPod { pod } => {
                InvolvedObject::Pod(*pod)
            }
            Self::NodeMarked { node } | Self::NodeRemoved { node } | Self::NodeNotRemoved { node, .. } => {
                InvolvedObject::Node(Arc::clone(node))
            }
            Self::NoPriority { .. } | Self::NoPriorities | Self::PrioritiesInvalid { .. } => InvolvedObject::Priorities,
            _ => InvolvedObject::Status,
        }
    }

    /// Returns the event in words.
    #[must_use]
    pub fn text(&self) -> EventText {
        let normal = |reason, message| EventText { is_warning: false, reason, message };
        let warning = |reason, message| EventText { is_warning: true, reason, message };
        match self {
            Self::ScaleUpTimedOut { group, after_ms } => warning(
                "ScaleUpTimedOut",
                format!("Nodes added to group {group} failed to register within {}", duration::text(*after_ms)),
            ),
            Self::ScaleUpFailed { group, count, error } => warning(
                "ScaleUpFailed",
                format!(
                    "Failed adding {count} nodes to group {group} due to {}.{}; source errors: {}",
                    error.class.name(),
                    error.code,
                    error.message
                ),
            ),
            Self::ScaledUpGroup { resize: Resize { group, from, to, max }, is_done } => {
                let what = if *is_done {
                    format!("group {group} size set to {to}")
                } else {
                    format!("setting group {group} size to {to}")
                };
                normal("ScaledUpGroup", format!("Scale-up: {what} instead of {from} (max: {max})"))
            }
            Self::FailedToScaleUpGroup { group, error } => {
                warning("FailedToScaleUpGroup", format!("Scale-up failed for group {group}: {error}"))
            }
            Self::ClusterUnhealthy => warning("ClusterUnhealthy", "Cluster is unhealthy".to_owned()),
            Self::MaxNodesTotalReached { max } => {
                warning("MaxNodesTotalReached", format!("Max total nodes in cluster reached: {max}"))
            }
            Self::TriggeredScaleUp { resizes, .. } => {
                normal("TriggeredScaleUp", format!("pod triggered scale-up: {}", resizes_text(resizes)))
            }
            Self::NotTriggerScaleUp { reasons, .. } => {
                normal("NotTriggerScaleUp", format!("pod didn't trigger scale-up: {}", reasons_text(reasons)))
            }
            Self::MaxNodesForPod { .. } => normal(
                "NotTriggerScaleUp",
                "pod didn't trigger scale-up: max total nodes in cluster reached".to_owned(),
            ),
            Self::ScaleDownEmpty { node } => {
                normal("ScaleDownEmpty", format!("Scale-down: removing empty node \"{node}\""))
            }
            Self::ScaleDown { node, utilization, pods } => normal(
                "ScaleDown",
                format!(
                    "Scale-down: removing node {node}, utilization: {utilization}, pods to reschedule: {}",
                    pods.join(",")
                ),
            ),
            Self::NodeMarked { .. } => normal("ScaleDown", "marked the node as toBeDeleted/unschedulable".to_owned()),
            Self::NodeRemoved { .. } => normal("ScaleDown", "nodes removed by cluster autoscaler".to_owned()),
            Self::ScaledDown { node, is_empty: true } => {
                normal("ScaleDownEmpty", format!("Scale-down: empty node {node} removed"))
            }
            Self::ScaledDown { node, is_empty: false } => {
                normal("ScaleDown", format!("Scale-down: node {node} removed with drain"))
            }
            Self::NodeNotRemoved { is_empty, error, .. } => {
                let what = if *is_empty { "delete empty node" } else { "drain and delete node" };
                warning("ScaleDownFailed", format!("failed to {what}: {error}"))
            }
            Self::DeleteUnregistered { node } => {
                normal("DeleteUnregistered", format!("Removed unregistered node {node}"))
            }
            Self::NoPriority { group } => warning(
                "PriorityConfigMapNotMatchedGroup",
                format!(
                    "Priority expander: node group {group} not found in priority expander configuration. The group won't be used."
                ),
            ),
            Self::NoPriorities => warning(
                "PriorityConfigMapNoGroupMatched",
                "Priority expander: no priorities info found for any of the expansion options. No options filtered."
                    .to_owned(),
            ),
            Self::PrioritiesInvalid { problem } => warning("PriorityConfigMapInvalid", problem.clone()),
        }
    }
}

fn resizes_text(resizes: &[Resize]) -> String {
    let one = |resize: &Resize| format!("{{{} {}->{} (max: {})}}", resize.group, resize.from, resize.to, resize.max);
    let all: Vec<String> = resizes.iter().map(one).collect();
    format!("[{}]", all.join(" "))
}

/// Formats reasons with their numbers, as in the event of a pod.
#[must_use]
pub fn reasons_text(reasons: &Reasons) -> String {
    let mut text = String::new();
    for (reason, count) in reasons {
        let comma = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{comma}{count} {reason}");
    }
    text
}
