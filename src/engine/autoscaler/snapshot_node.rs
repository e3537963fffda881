//! A node in a [`ClusterSnapshot`](super::cluster_snapshot::ClusterSnapshot), and the pods that were put on it there.

use std::sync::Arc;

use super::drainability::is_daemon;
use super::eligibility::{is_kept, is_scale_down_disabled};
use crate::azure::pool_spec::ScaleDownMode;
use crate::kubernetes::taint::untolerated;
use crate::kubernetes::{NodeId, NodeInfo, Pod, PodSpec, Resources};

/// A node, and its state in the snapshot.
#[derive(Debug, Clone)]
pub struct SnapshotNode {
    /// The node; still held after it was taken out.
    node: Arc<NodeInfo>,
    /// The node was taken out; its slot stays empty.
    pub is_removed: bool,
    /// Free resources: allocatable less the requests of all pods, including those in the snapshot only.
    pub free: Resources,
    /// Labels, taints and cordon, which decide if a pod may be on the node.
    pub class: NodeClass,
    /// Index in the journal of the latest pod that was written beside the node; each such entry holds the
    /// index of the one before it.
    pub latest: Option<usize>,
    /// The node takes no more pods in the snapshot.
    pub is_closed: bool,
    /// Cordoned or tainted: takes only pods with matching tolerations.
    is_reserved: bool,
    /// Facts that scale-down asks of every node in every loop, held here so that the node itself need not be visited.
    pub facts: CandidateFacts,
}

/// Facts about a node that decide, in every loop, if it is a candidate for scale-down.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "one for each thing that is asked")]
pub struct CandidateFacts {
    /// Its identity.
    pub id: NodeId,
    /// None of its pods has to be moved: they have ended, are mirrors, or belong to daemon sets.
    pub is_empty: bool,
    /// The node is ready.
    pub is_ready: bool,
    /// Its annotation excludes it from scale-down.
    pub is_scale_down_disabled: bool,
    /// Shut down; counts as deallocated if the pool's mode is Deallocate.
    is_shut_down: bool,
}

impl CandidateFacts {
    fn of(node: &NodeInfo) -> Self {
        let stays_behind = |pod: &Pod| !pod.takes_room() || is_daemon(&pod.spec) || pod.spec.is_mirror();
        let is_empty = node.pods().iter().all(stays_behind);
        Self {
            id: node.id,
            is_empty,
            is_ready: node.is_ready,
            is_scale_down_disabled: is_scale_down_disabled(node),
            is_shut_down: is_kept(node, ScaleDownMode::Deallocate),
        }
    }

    /// Returns `true` if the node lies deallocated in a pool that keeps its machines; see [`is_kept`].
    #[must_use]
    pub fn is_kept(self, policy: ScaleDownMode) -> bool {
        self.is_shut_down && policy == ScaleDownMode::Deallocate
    }
}

impl SnapshotNode {
    /// Creates the entry of a node to which nothing was done.
    #[must_use]
    pub fn new(node: Arc<NodeInfo>) -> Self {
        let (class, facts, is_reserved) = (NodeClass::of(&node), CandidateFacts::of(&node), is_reserved(&node));
        Self { free: node.free(), class, facts, is_reserved, node, is_removed: false, is_closed: false, latest: None }
    }

    /// Returns the node, unless it was taken out.
    #[must_use]
    pub fn node(&self) -> Option<&Arc<NodeInfo>> {
        (!self.is_removed).then_some(&self.node)
    }

    /// Returns the node, even if it was taken out.
    #[must_use]
    pub fn node_or_removed(&self) -> &Arc<NodeInfo> {
        &self.node
    }

    /// Replaces the node; the pods written beside it stay, and `requests` is their sum. Returns the previous node.
    pub fn put(&mut self, node: Arc<NodeInfo>, requests: Resources) -> Arc<NodeInfo> {
        let before =
            std::mem::replace(self, Self { latest: self.latest, is_closed: self.is_closed, ..Self::new(node) });
        self.free -= requests;
        before.node
    }

    /// Writes a pod beside the node; returns the journal index of the pod before it, if any.
    pub fn add(&mut self, requests: Resources, at: usize) -> Option<usize> {
        self.free -= requests;
        self.latest.replace(at)
    }

    /// Removes the latest pod beside the node; `before` is the journal index of the pod before it.
    pub fn take(&mut self, requests: Resources, before: Option<usize>) {
        self.free += requests;
        self.latest = before;
    }

    /// Returns `true` if the node takes further pods and has room for these requests.
    #[must_use]
    pub fn has_room(&self, requests: Resources) -> bool {
        !self.is_removed && !self.is_closed && requests.fits_in(self.free)
    }

    /// Returns the resources that a pod without tolerations can have here; zero if it may not be here.
    #[must_use]
    pub fn offer(&self) -> Resources {
        if self.is_removed || self.is_closed || self.is_reserved { Resources::default() } else { self.free }
    }
}

fn is_reserved(node: &NodeInfo) -> bool {
    node.is_unschedulable || untolerated(&node.taints, &[]).is_some()
}

/// Labels, taints and cordon of a node, equal for nodes that are alike. Labels and taints are compared by
/// address, as alike nodes share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeClass {
    labels: usize,
    taints: usize,
    is_unschedulable: bool,
}

impl NodeClass {
    fn of(node: &NodeInfo) -> Self {
        Self {
            labels: Arc::as_ptr(&node.labels).addr(),
            taints: node.taints.as_ptr().addr(),
            is_unschedulable: node.is_unschedulable,
        }
    }
}

/// A pod that is on a node only in the snapshot. The part that never changes is shared, as the pod is handed on
/// from node to node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SimulatedPod {
    facts: Arc<PodFacts>,
    /// Its origin, for the planner: the slot of its node, and the index among that node's moves.
    pub origin: Option<(usize, usize)>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct PodFacts {
    pod: Pod,
    requests: Resources,
    required_checks: RequiredChecks,
}

impl SimulatedPod {
    /// Wraps a pod, without an origin.
    #[must_use]
    pub fn new(pod: &Pod) -> Self {
        Self::with(pod, pod.spec.requests(), RequiredChecks::of(&pod.spec))
    }

    /// Wraps another pod of the same specification, whose requests are known from this one.
    #[must_use]
    pub fn alike(&self, pod: &Pod) -> Self {
        Self::with(pod, self.requests(), self.required_checks())
    }

    fn with(pod: &Pod, requests: Resources, required_checks: RequiredChecks) -> Self {
        Self { facts: Arc::new(PodFacts { pod: pod.clone(), requests, required_checks }), origin: None }
    }

    /// Returns the pod.
    #[must_use]
    pub fn pod(&self) -> &Pod {
        &self.facts.pod
    }

    /// Returns the requests of the pod.
    #[must_use]
    pub fn requests(&self) -> Resources {
        self.facts.requests
    }

    /// Returns the checks, beside its requests, that placing the pod needs.
    #[must_use]
    pub fn required_checks(&self) -> RequiredChecks {
        self.facts.required_checks
    }
}

/// Checks that decide if a pod fits a node, where no pod keeps others away by anti-affinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequiredChecks {
    /// Free resources, on a node that takes pods without tolerations.
    Resources,
    /// Free resources, labels, taints and cordon.
    NodeConstraints,
    /// Everything that the scheduler checks.
    All,
}

impl RequiredChecks {
    fn of(spec: &PodSpec) -> Self {
        if !is_plain(spec) || spec.depends_on_other_pods() || spec.selects_hostname() {
            Self::All
        } else if spec.tolerations.is_empty() && spec.node_selector.is_empty() && spec.node_affinity.is_empty() {
            Self::Resources
        } else {
            Self::NodeConstraints
        }
    }
}

/// Returns `true` if only the pod's requests matter to the pods placed after it: it has neither
/// host ports nor anti-affinity.
#[must_use]
pub fn is_plain(spec: &PodSpec) -> bool {
    spec.host_ports.is_empty() && !spec.has_anti_affinity()
}
