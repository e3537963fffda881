//! The pods of one specification, and how many of them there should be.
//!
//! A pod that waits for a node is kept in the set; one that has a node is kept on that node. Of the
//! latter the set only counts how many are on which node, so that it shrinks where it is most crowded.

use std::collections::VecDeque;
use std::sync::Arc;

use super::node_list::NodeList;
use crate::ground::id::{DeploymentId, NodeId};
use crate::ground::invariant::known;
use crate::kubernetes::{NodeInfo, Pod, PodId, PodSpec, SetId};

/// The kind of controller that makes the pods of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetKind {
    /// A replica set, of a deployment or by itself.
    ReplicaSet(Option<DeploymentId>),
    /// One pod on every node that it fits.
    DaemonSet,
    /// A number of pods that must end well, with a limit on how many run at a time.
    Job {
        /// Number of pods that must end well.
        completions: u32,
        /// Number of pods that may run at a time.
        parallelism: u32,
    },
    /// A pod by itself, which nobody makes again.
    Bare,
}

/// The pods of one specification: those that wait, and counts of those on nodes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PodSet {
    /// Its identity.
    pub id: SetId,
    /// The kind of controller that makes its pods.
    pub kind: SetKind,
    /// The specification of its pods.
    pub spec: Arc<PodSpec>,
    /// Number of pods that there should be; those of a job that are over do not count.
    pub desired: u32,
    /// When it was created.
    pub created_ms: u64,
    /// Number of pods that have ended well.
    pub succeeded: u32,
    /// Time at which the latest of them ended, in milliseconds.
    pub ended_ms: Option<u64>,
    /// Number of pods that are ready.
    ready: u32,
    /// Pods that wait for a node, oldest first. Copies of the set share them: they are many where nothing has room.
    waiting: Arc<VecDeque<Pod>>,
    /// Number of waiting pods that the scheduler has not tried yet.
    untried: usize,
    /// Reason why no node took them when they were last tried.
    pub(super) refusal: Option<Arc<str>>,
    /// Nodes on which others are ending to make room for its pods.
    pub(super) nominated: Vec<NodeId>,
    /// Time of the last preemption for its pods, in milliseconds.
    pub(super) preempted_ms: Option<u64>,
    /// Images that its pods need, by their numbers.
    pub(super) images: Vec<u32>,
    /// Number of pods on nodes, except those that are ending or over.
    bound: u32,
    /// Nodes by the number of those pods on them: first those with one, then those with two, and so on.
    crowds: Vec<NodeList>,
}

impl PodSet {
    pub(super) fn new(id: SetId, kind: SetKind, spec: Arc<PodSpec>, desired: u32, created_ms: u64) -> Self {
        Self {
            id,
            kind,
            spec,
            desired,
            created_ms,
            succeeded: 0,
            ended_ms: None,
            ready: 0,
            waiting: Arc::default(),
            untried: 0,
            refusal: None,
            nominated: Vec::new(),
            preempted_ms: None,
            images: Vec::new(),
            bound: 0,
            crowds: Vec::new(),
        }
    }

    /// Counts the pods that are neither ending nor over.
    #[must_use]
    pub fn active(&self) -> u32 {
        self.pending() + self.bound
    }

    /// Counts the pods that wait for a node.
    #[must_use]
    pub fn pending(&self) -> u32 {
        u32::try_from(self.waiting.len()).unwrap_or(u32::MAX)
    }

    /// Returns the number of pods on nodes that are neither ending nor over.
    #[must_use]
    pub fn bound(&self) -> u32 {
        self.bound
    }

    /// Returns the number of ready pods.
    #[must_use]
    pub fn ready(&self) -> u32 {
        self.ready
    }

    /// Returns the pods that wait for a node, oldest first.
    #[must_use]
    pub fn waiting(&self) -> &VecDeque<Pod> {
        &self.waiting
    }

    /// Returns the reason why no node took the waiting pods when they were last tried, in the
    /// scheduler's words.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    /// Returns the nodes on which less important pods are ending to make room for its waiting ones.
    #[must_use]
    pub fn nominated(&self) -> &[NodeId] {
        &self.nominated
    }

    /// Returns the name of the controller, or of the bare pod.
    #[must_use]
    pub fn name(&self) -> &str {
        self.spec.owner.as_ref().map_or(&self.spec.name, |owner| &owner.name)
    }

    /// Returns the number of waiting pods that the scheduler has not tried yet.
    pub(super) fn untried(&self) -> usize {
        self.untried
    }

    /// Adds a pod that waits for a node and has not been tried yet.
    pub(super) fn wait(&mut self, pod: Pod) {
        Arc::make_mut(&mut self.waiting).push_back(pod);
        self.untried += 1;
    }

    /// Takes the oldest waiting pod, which has found a node.
    pub(super) fn take_first(&mut self) -> Option<Pod> {
        let pod = Arc::make_mut(&mut self.waiting).pop_front();
        self.untried = self.untried.min(self.waiting.len());
        if self.waiting.is_empty() {
            self.refusal = None;
        }
        pod
    }

    /// Takes the youngest waiting pod, which is not wanted any more.
    pub(super) fn take_last(&mut self) -> Option<Pod> {
        let pod = Arc::make_mut(&mut self.waiting).pop_back();
        self.untried = self.untried.min(self.waiting.len());
        pod
    }

    /// Takes a pod that waits; returns `false` if it does not wait here.
    pub(super) fn take(&mut self, id: PodId) -> bool {
        let before = self.waiting.len();
        Arc::make_mut(&mut self.waiting).retain(|pod| pod.id != id);
        self.untried = self.untried.min(self.waiting.len());
        self.waiting.len() < before
    }

    /// Records that the scheduler has tried all waiting pods in vain. Returns those that have not heard
    /// of the refusal before, at most `told_max`, the youngest.
    pub(super) fn refuse(&mut self, refusal: &Arc<str>, told_max: usize) -> impl Iterator<Item = &Pod> {
        debug_assert!(self.untried <= self.waiting.len(), "{}: more pods are untried than wait", self.name());
        let is_news = self.refusal.as_ref() != Some(refusal);
        let told = if is_news { self.waiting.len() } else { self.untried };
        (self.untried, self.refusal) = (0, Some(Arc::clone(refusal)));
        let first = self.waiting.len().saturating_sub(told.min(told_max));
        self.waiting.range(first..)
    }

    /// Counts a pod as ready, or as no longer ready.
    pub(super) fn count_ready(&mut self, is_ready: bool) {
        debug_assert!(is_ready || self.ready > 0, "{}: no pod was ready", self.name());
        self.ready = if is_ready { self.ready + 1 } else { self.ready.saturating_sub(1) };
        debug_assert!(self.ready <= self.bound, "{}: more pods are ready than are on nodes", self.name());
    }

    /// Counts in a pod on a node that had `before` pods of this set.
    pub(super) fn count_in(&mut self, node: NodeId, before: usize) {
        self.bound += 1;
        self.move_node(node, before, before + 1);
    }

    /// Counts out a pod on a node that has `after` pods of this set left.
    pub(super) fn count_out(&mut self, node: NodeId, after: usize) {
        self.bound -= 1;
        debug_assert!(self.ready <= self.bound, "{}: more pods are ready than are on nodes", self.name());
        self.move_node(node, after + 1, after);
    }

    fn move_node(&mut self, node: NodeId, from: usize, to: usize) {
        let crowd = from.checked_sub(1).and_then(|index| known(self.crowds.get_mut(index), "the crowd of a node"));
        if let Some(crowd) = crowd {
            crowd.remove(node);
        }
        if let Some(index) = to.checked_sub(1) {
            if self.crowds.len() <= index {
                self.crowds.resize_with(index + 1, NodeList::default);
            }
            if let Some(crowd) = self.crowds.get_mut(index) {
                crowd.insert(node);
            }
        }
        while self.crowds.last().is_some_and(NodeList::is_empty) {
            self.crowds.pop();
        }
        debug_assert_eq!(
            self.bound == 0,
            self.crowds.is_empty(),
            "{}: pods on nodes, and nodes with pods",
            self.name()
        );
    }

    /// Returns the node with the most of its pods; the newest of several.
    pub(super) fn most_crowded(&self) -> Option<NodeId> {
        self.crowds.last()?.last()
    }

    /// Returns every node with some of its pods.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.crowds.iter().flat_map(NodeList::iter)
    }
}

/// Counts the pods of a set on a node that are neither ending nor over.
pub(super) fn active_on(node: &NodeInfo, set: SetId) -> usize {
    let is_active = |pod: &&Pod| pod.set == set && !pod.is_terminating() && pod.takes_room();
    node.pods().iter().filter(is_active).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::id::PoolId;
    use crate::kubernetes::Resources;

    #[test]
    fn it_shrinks_where_it_is_most_crowded() {
        let node = |instance_id| NodeId { pool: PoolId::new(1), instance_id };
        let spec = Arc::new(PodSpec::new("default", "web", Resources::default()));
        let mut set = PodSet::new(SetId(1), SetKind::Bare, spec, 4, 0);
        for (instance_id, before) in [(1, 0), (2, 0), (1, 1), (3, 0), (2, 1), (2, 2)] {
            set.count_in(node(instance_id), before);
        }
        let mut counts = [0, 2, 3, 1];
        let mut order = Vec::new();
        while let Some(crowded) = set.most_crowded() {
            counts[crowded.instance_id as usize] -= 1;
            set.count_out(crowded, counts[crowded.instance_id as usize]);
            order.push(crowded.instance_id);
        }
        assert_eq!(order, [2, 2, 1, 3, 2, 1]);
        assert_eq!((set.bound(), set.nodes().count()), (0, 0));
    }
}
