//! A place for a node in a copy of the cluster, and the pods that were put on it there.

use std::sync::Arc;

use super::eligibility::{is_kept, is_scale_down_disabled};
use super::evictability::is_daemon;
use crate::azure::pool_spec::ScaleDownMode;
use crate::kubernetes::taint::untolerated;
use crate::kubernetes::{NodeId, NodeInfo, Pod, PodSpec, Resources};

/// A place for a node, and its state in the copy.
#[derive(Debug, Clone)]
pub struct Place {
    /// The node; still held after it was taken out.
    node: Arc<NodeInfo>,
    /// The node was taken out, which leaves its place empty.
    pub is_absent: bool,
    /// Free resources: allocatable less the requests of all pods, including those in the copy only.
    pub free: Resources,
    /// Labels, taints and cordon, which decide if a pod may stand on the node.
    pub kind: Kind,
    /// Index in the journal of the latest pod that was written beside the node; each such entry holds the
    /// index of the one before it.
    pub latest: Option<usize>,
    /// The node takes no more pods in this copy.
    pub is_closed: bool,
    /// Cordoned or tainted: takes only pods with matching tolerations.
    is_reserved: bool,
    /// Facts that every loop asks of every node, held here so that the node itself need not be visited.
    pub glance: Glance,
}

/// Facts about a node that every loop asks for.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "one for each thing that is asked")]
pub struct Glance {
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

impl Glance {
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

impl Place {
    /// Creates a place with a node.
    #[must_use]
    pub fn new(node: Arc<NodeInfo>) -> Self {
        let (kind, glance, is_reserved) = (Kind::of(&node), Glance::of(&node), is_reserved(&node));
        Self { free: node.free(), kind, glance, is_reserved, node, is_absent: false, is_closed: false, latest: None }
    }

    /// Returns the node, unless it was taken out.
    #[must_use]
    pub fn node(&self) -> Option<&Arc<NodeInfo>> {
        (!self.is_absent).then_some(&self.node)
    }

    /// Returns the node, even if it was taken out.
    #[must_use]
    pub fn resident(&self) -> &Arc<NodeInfo> {
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

    /// Returns `true` if the place is open and has room for these requests.
    #[must_use]
    pub fn has_room(&self, requests: Resources) -> bool {
        !self.is_absent && !self.is_closed && requests.fits_in(self.free)
    }

    /// Returns the resources that a pod without tolerations can have here; zero if it may not stand here.
    #[must_use]
    pub fn offer(&self) -> Resources {
        if self.is_absent || self.is_closed || self.is_reserved { Resources::default() } else { self.free }
    }
}

fn is_reserved(node: &NodeInfo) -> bool {
    node.is_unschedulable || untolerated(&node.taints, &[]).is_some()
}

/// Labels, taints and cordon of a node, equal for nodes that are alike. Labels and taints are compared by
/// address, as alike nodes share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    labels: usize,
    taints: usize,
    is_unschedulable: bool,
}

impl Kind {
    fn of(node: &NodeInfo) -> Self {
        Self {
            labels: Arc::as_ptr(&node.labels).addr(),
            taints: node.taints.as_ptr().addr(),
            is_unschedulable: node.is_unschedulable,
        }
    }
}

/// A pod that is on a node only in the copy. The part that never changes is shared, as the pod is handed on
/// from node to node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Guest {
    about: Arc<About>,
    /// Its origin, for the planner: the place of the node, and the index among that node's moves.
    pub home: Option<(usize, usize)>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct About {
    pod: Pod,
    requests: Resources,
    demand: Demand,
}

impl Guest {
    /// Creates a guest from a pod, without an origin.
    #[must_use]
    pub fn new(pod: &Pod) -> Self {
        Self::with(pod, pod.spec.requests(), Demand::of(&pod.spec))
    }

    /// Creates a guest from another pod of the same specification.
    #[must_use]
    pub fn alike(&self, pod: &Pod) -> Self {
        Self::with(pod, self.requests(), self.demand())
    }

    fn with(pod: &Pod, requests: Resources, demand: Demand) -> Self {
        Self { about: Arc::new(About { pod: pod.clone(), requests, demand }), home: None }
    }

    /// Returns the pod.
    #[must_use]
    pub fn pod(&self) -> &Pod {
        &self.about.pod
    }

    /// Returns the requests of the pod.
    #[must_use]
    pub fn requests(&self) -> Resources {
        self.about.requests
    }

    /// Returns the checks, beside its requests, that placing the pod needs.
    #[must_use]
    pub fn demand(&self) -> Demand {
        self.about.demand
    }
}

/// Checks that decide if a pod fits a node, where no pod keeps others away by anti-affinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Demand {
    /// Room, on a node that takes pods without tolerations.
    Room,
    /// Room, labels, taints and cordon.
    Standing,
    /// Everything that the scheduler checks.
    All,
}

impl Demand {
    fn of(spec: &PodSpec) -> Self {
        if !is_plain(spec) || spec.looks_around() || spec.asks_for_host() {
            Self::All
        } else if spec.tolerations.is_empty() && spec.node_selector.is_empty() && spec.node_affinity.is_empty() {
            Self::Room
        } else {
            Self::Standing
        }
    }
}

/// Returns `true` if only the pod's requests matter to the pods placed after it: it has neither
/// host ports nor anti-affinity.
#[must_use]
pub fn is_plain(spec: &PodSpec) -> bool {
    spec.host_ports.is_empty() && !spec.keeps_away()
}
