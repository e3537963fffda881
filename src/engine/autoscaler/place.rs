//! A place for a node in a copy of the cluster, and what was put on it there.

use std::sync::Arc;

use super::super::kubernetes::taint::untolerated;
use super::super::kubernetes::{NodeId, NodeInfo, Pod, PodSpec, Resources};
use super::super::pool::ScaleDownMode;
use super::eligibility::{is_kept, is_scale_down_disabled};
use super::evictability::is_daemon;

/// A place for a node, and what was put on it.
#[derive(Debug, Clone)]
pub struct Place {
    /// The node.
    node: Arc<NodeInfo>,
    /// Whether it was taken out, which leaves its place empty.
    pub is_absent: bool,
    /// What is left of it.
    pub free: Resources,
    /// What decides whether a pod may stand on it.
    pub kind: Kind,
    /// Where in the journal the latest of the pods is that are written beside the node, each of which
    /// says where the one before it is.
    pub latest: Option<usize>,
    /// Whether it takes none.
    pub is_closed: bool,
    /// Whether it takes only pods that tolerate something.
    is_reserved: bool,
    /// What is asked of every node in every loop, here so that nobody need go to the nodes for it.
    pub glance: Glance,
}

/// What can be told of a node at a glance.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "one for each thing that is asked")]
pub struct Glance {
    /// Its identity.
    pub id: NodeId,
    /// Whether nothing on it has to be moved.
    pub is_empty: bool,
    /// Whether it is ready.
    pub is_ready: bool,
    /// Whether its annotation keeps it.
    pub is_scale_down_disabled: bool,
    /// Whether it would be kept, were it of a pool that keeps its machines.
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

    /// See [`is_kept`].
    #[must_use]
    pub fn is_kept(self, policy: ScaleDownMode) -> bool {
        self.is_shut_down && policy == ScaleDownMode::Deallocate
    }
}

impl Place {
    /// A place with a node.
    #[must_use]
    pub fn new(node: Arc<NodeInfo>) -> Self {
        let (kind, glance, is_reserved) = (Kind::of(&node), Glance::of(&node), is_reserved(&node));
        Self { free: node.free(), kind, glance, is_reserved, node, is_absent: false, is_closed: false, latest: None }
    }

    /// The node, unless it was taken out.
    #[must_use]
    pub fn node(&self) -> Option<&Arc<NodeInfo>> {
        (!self.is_absent).then_some(&self.node)
    }

    /// The node, even if it was taken out.
    #[must_use]
    pub fn resident(&self) -> &Arc<NodeInfo> {
        &self.node
    }

    /// Another node stands here; the pods that are written beside it, which ask for so much together,
    /// stay. Gives the node of before.
    pub fn put(&mut self, node: Arc<NodeInfo>, requests: Resources) -> Arc<NodeInfo> {
        let before =
            std::mem::replace(self, Self { latest: self.latest, is_closed: self.is_closed, ..Self::new(node) });
        self.free -= requests;
        before.node
    }

    /// Writes a pod beside the node; gives where the one before it is.
    pub fn add(&mut self, requests: Resources, at: usize) -> Option<usize> {
        self.free -= requests;
        self.latest.replace(at)
    }

    /// Takes the latest of these pods off, behind which another one is.
    pub fn take(&mut self, requests: Resources, before: Option<usize>) {
        self.free += requests;
        self.latest = before;
    }

    /// Whether it is open and has room for this.
    #[must_use]
    pub fn has_room(&self, requests: Resources) -> bool {
        !self.is_absent && !self.is_closed && requests.fits_in(self.free)
    }

    /// What a pod that tolerates nothing can have of it.
    #[must_use]
    pub fn offer(&self) -> Resources {
        if self.is_absent || self.is_closed || self.is_reserved { Resources::default() } else { self.free }
    }
}

fn is_reserved(node: &NodeInfo) -> bool {
    node.is_unschedulable || untolerated(&node.taints, &[]).is_some()
}

/// What nodes that are alike have in common: labels, taints and cordon. Addresses, as alike nodes share them.
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

/// A pod that is on a node only in the copy. What never changes of it is shared, as it is handed on from
/// node to node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Guest {
    about: Arc<About>,
    /// Where it came from, for who moves it: a place, and a number there.
    pub home: Option<(usize, usize)>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct About {
    pod: Pod,
    requests: Resources,
    demand: Demand,
}

impl Guest {
    /// A pod that comes from nowhere.
    #[must_use]
    pub fn new(pod: &Pod) -> Self {
        Self::with(pod, pod.spec.requests(), Demand::of(&pod.spec))
    }

    /// Another pod of the same specification.
    #[must_use]
    pub fn alike(&self, pod: &Pod) -> Self {
        Self::with(pod, self.requests(), self.demand())
    }

    fn with(pod: &Pod, requests: Resources, demand: Demand) -> Self {
        Self { about: Arc::new(About { pod: pod.clone(), requests, demand }), home: None }
    }

    /// The pod.
    #[must_use]
    pub fn pod(&self) -> &Pod {
        &self.about.pod
    }

    /// What it asks for.
    #[must_use]
    pub fn requests(&self) -> Resources {
        self.about.requests
    }

    /// What else it asks for.
    #[must_use]
    pub fn demand(&self) -> Demand {
        self.about.demand
    }
}

/// What decides whether a pod fits a node, where no pod keeps others away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Demand {
    /// Room, on a node that takes pods which tolerate nothing.
    Room,
    /// Room, labels, taints and cordon.
    Standing,
    /// Everything that the scheduler knows of.
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

/// Whether nothing but what it asks for matters to the pods that come after it.
#[must_use]
pub fn is_plain(spec: &PodSpec) -> bool {
    spec.host_ports.is_empty() && !spec.keeps_away()
}
