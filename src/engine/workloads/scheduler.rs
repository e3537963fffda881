//! The scheduler: which node a waiting pod gets.
//!
//! Nodes are filtered by the questions of [`fit`](crate::kubernetes::fit) and scored by what
//! would be left on them: the default scheduler spreads pods (least allocated), a profile of AKS packs
//! them (most allocated). Of nodes with the same score the first is taken, where the real one draws.
//! Pods of one set are alike, so that one answer serves them all; and a set that was refused is asked
//! again only when a node that it fits has changed.

use std::cmp::Reverse;
use std::sync::Arc;

use super::change_context::ChangeContext;
use super::index::{Bucket, Class};
use super::kubernetes::Kubernetes;
use super::pod_set::PodSet;
use super::scoring::Scoring;
use crate::ground::id::NodeId;
use crate::ground::invariant::known;
use crate::kubernetes::fit::{Refusals, check_fit, check_node_constraints};
use crate::kubernetes::misfit::{Misfit, Shortage};
use crate::kubernetes::taint::TaintEffect;
use crate::kubernetes::{NodeInfo, PodSpec, Resources, SetId, Taint, TopologyCounts};
use crate::record::PodEvent;

/// Largest number of pods of a set that record a refusal at a time.
const REFUSALS_TOLD_MAX: usize = 10;
/// Number of changed nodes above which a set is simply tried again, without a look at each of them.
const ROOMIER_MAX: usize = 64;
/// Points in a score for a resource that is wholly free on a node.
const SCORE_SCALE: u64 = 1_000_000;

/// A node with room, and its score.
#[derive(Debug, Clone, Copy)]
struct ScoredNode {
    /// Number of the pod's preferences that it meets, less its `PreferNoSchedule` taints that the pod
    /// does not tolerate.
    suits: i32,
    score: u64,
    node: NodeId,
}

impl ScoredNode {
    fn is_better_than(&self, other: &Self) -> bool {
        (self.suits, self.score, Reverse(self.node)) > (other.suits, other.score, Reverse(other.node))
    }
}

impl Kubernetes {
    /// Places the waiting pods as far as there is room, the most important first.
    pub(super) fn schedule(&mut self, context: &mut ChangeContext<'_>) {
        let is_untried = std::mem::take(&mut self.work_queue.is_untried);
        let nodes_with_more_room = std::mem::take(&mut self.work_queue.nodes_with_more_room);
        if !is_untried && nodes_with_more_room.is_empty() {
            return;
        }
        let priority = |set: &PodSet| Reverse(set.spec.priority.unwrap_or(0));
        let mut order: Vec<_> = self
            .pending()
            .map(|set| (priority(set), set.waiting().front().map(|pod| pod.id), set.id, set.untried() > 0))
            .collect();
        order.sort_unstable();
        let mut latest = None;
        for (_, _, set, is_new) in order {
            if is_new || nodes_with_more_room.len() > ROOMIER_MAX || self.may_fit_any(set, &nodes_with_more_room) {
                latest = self.place_waiting(set, context).or(latest);
            }
        }
        self.forget_room_made();
        // Pods that want to be with others may have been asked before those were placed.
        if let Some(node) = latest
            && self.pending().any(|set| set.spec.depends_on_other_pods())
        {
            self.work_queue.nodes_with_more_room.push(node);
        }
    }

    fn may_fit_any(&self, set: SetId, nodes: &[NodeId]) -> bool {
        let Some(set) = known(self.sets.get(set), "a set that waits") else {
            return false;
        };
        // What is around is looked at when it is tried: a change elsewhere can matter to it.
        let fits = |node: &NodeInfo| check_fit(&set.spec, node, &TopologyCounts::default()).is_ok();
        set.spec.depends_on_other_pods() || nodes.iter().filter_map(|id| self.nodes.get(*id)).any(|node| fits(node))
    }

    /// Places the pods of a set as far as there is room; returns the node that got the last of them.
    fn place_waiting(&mut self, id: SetId, context: &mut ChangeContext<'_>) -> Option<NodeId> {
        let set = known(self.sets.get(id), "a set that waits")?;
        let mut latest = None;
        let spec = Arc::clone(&set.spec);
        let requests = spec.requests();
        let mut search = SchedulingCycle::new(self, id, &spec);
        while let Some(node) = search.find(self, &spec, requests) {
            let pod = self.sets.get_mut(id)?.take_first()?;
            let pod_id = pod.id;
            if let Some(found) = known(self.nodes.get(node), "a node of the index") {
                context.record(&pod, PodEvent::Scheduled(Arc::clone(&found.name)));
            }
            if !context.is_instant {
                context.measures.of(node.pool).unmet_pod_ms += context.now_ms - pod.created_ms;
            }
            self.bind(pod, node);
            latest = Some(node);
            search.placed(self, &spec, node);
            if let Some(set) = self.sets.get_mut(id)
                && let Some(index) = set.nominated.iter().position(|nominated| *nominated == node)
            {
                set.nominated.remove(index);
            }
            self.begin(node, pod_id, context);
            if self.sets.get(id)?.waiting().is_empty() {
                return latest;
            }
        }
        let refusals = self.refusals(&spec, requests, &search.around);
        let is_preempting = self.preempt(id, &search.around, context);
        let refusal: Arc<str> = refusals.message(is_preempting).into();
        for pod in self.sets.get_mut(id)?.refuse(&refusal, REFUSALS_TOLD_MAX) {
            context.record(pod, PodEvent::FailedScheduling(Arc::clone(&refusal)));
        }
        latest
    }

    /// Counts the reasons why no node takes a pod now.
    fn refusals(&self, spec: &PodSpec, requests: Resources, around: &TopologyCounts) -> Refusals {
        let mut refusals = Refusals::default();
        let is_single = looks_at_nodes(self, spec);
        for class in self.nodes.classes() {
            let example = class.example().and_then(|node| self.nodes.get(node));
            let misfit = example.and_then(|node| check_node_constraints(spec, node).err());
            match misfit {
                Some(misfit) if !spec.selects_hostname() => refusals.add(misfit, class.len()),
                _ if is_single => {
                    let nodes = class.buckets.iter().flat_map(|bucket| bucket.nodes.iter());
                    for node in nodes.filter_map(|node| self.nodes.get(node)) {
                        if let Err(misfit) = check_fit(spec, node, around) {
                            refusals.add(misfit, 1);
                        }
                    }
                }
                _ => {
                    for bucket in &class.buckets {
                        if let Some(shortage) = Shortage::of(requests, bucket.free) {
                            refusals.add(Misfit::Insufficient(shortage), bucket.nodes.len());
                        }
                    }
                }
            }
        }
        refusals
    }

    fn score(&self, class: &Class, free: Resources, requests: Resources) -> u64 {
        let left = free - requests;
        let share = |part: u64, whole: u64| part.saturating_mul(SCORE_SCALE).checked_div(whole).unwrap_or(0);
        let left = share(left.cpu_millis, class.allocatable.cpu_millis)
            + share(left.memory_bytes, class.allocatable.memory_bytes);
        match self.scoring {
            Scoring::LeastAllocated => left,
            Scoring::MostAllocated => u64::MAX - left,
        }
    }
}

/// Returns `true` if a pod has to be checked against single nodes, not only against classes of nodes.
fn looks_at_nodes(kubernetes: &Kubernetes, spec: &PodSpec) -> bool {
    kubernetes.nodes.has_pods_with_anti_affinity()
        || spec.depends_on_other_pods()
        || spec.selects_hostname()
        || !spec.host_ports.is_empty()
}

/// Counts the preferences of a pod that a node matches, less its `PreferNoSchedule` taints that the pod
/// does not tolerate.
fn suits(spec: &PodSpec, node: &NodeInfo) -> i32 {
    let label = |key: &str| node.label(key);
    let preferred = spec.node_preference.iter().filter(|selector| selector.matches_by(&label)).count();
    let is_bad = |taint: &&Taint| {
        taint.effect == TaintEffect::PreferNoSchedule && !spec.tolerations.iter().any(|one| one.tolerates(taint))
    };
    let disliked = node.taints.iter().filter(is_bad).count();
    i32::try_from(preferred).unwrap_or(i32::MAX) - i32::try_from(disliked).unwrap_or(i32::MAX)
}

/// The search for nodes for pods of one specification.
struct SchedulingCycle {
    is_single: bool,
    around: TopologyCounts,
    /// Resources kept free for other sets, by node.
    reserved: Vec<(NodeId, Resources)>,
}

impl SchedulingCycle {
    fn new(kubernetes: &Kubernetes, id: SetId, spec: &PodSpec) -> Self {
        let reserved = kubernetes.reserved(id, spec);
        let is_single = !reserved.is_empty() || looks_at_nodes(kubernetes, spec);
        let around = if kubernetes.nodes.has_pods_with_anti_affinity() || spec.depends_on_other_pods() {
            TopologyCounts::of(spec, kubernetes.nodes.values().map(AsRef::as_ref))
        } else {
            TopologyCounts::default()
        };
        Self { is_single, around, reserved }
    }

    /// Returns the best node for one pod; `None` if no node takes it.
    fn find(&self, kubernetes: &Kubernetes, spec: &PodSpec, requests: Resources) -> Option<NodeId> {
        let mut best: Option<ScoredNode> = None;
        for class in kubernetes.nodes.classes() {
            let Some(example) = class.example().and_then(|node| kubernetes.nodes.get(node)) else {
                continue;
            };
            if !spec.selects_hostname() && check_node_constraints(spec, example).is_err() {
                continue;
            }
            let suits = suits(spec, example);
            for bucket in class.buckets.iter().filter(|bucket| requests.fits_in(bucket.free)) {
                let score = kubernetes.score(class, bucket.free, requests);
                let is_worse = |best: &ScoredNode| (suits, score) < (best.suits, best.score);
                if best.as_ref().is_some_and(is_worse) {
                    continue;
                }
                let Some(node) = self.first_of(bucket, kubernetes, spec) else {
                    continue;
                };
                let choice = ScoredNode { suits, score, node };
                if best.as_ref().is_none_or(|best| choice.is_better_than(best)) {
                    best = Some(choice);
                }
            }
        }
        best.map(|choice| choice.node)
    }

    fn first_of(&self, bucket: &Bucket, kubernetes: &Kubernetes, spec: &PodSpec) -> Option<NodeId> {
        if !self.is_single {
            return bucket.nodes.first();
        }
        let is_free = |node: &NodeInfo| {
            let kept = self.reserved.iter().filter(|(reserved, _)| *reserved == node.id);
            spec.requests().fits_in(kept.fold(node.free(), |free, (_, kept)| free - *kept))
        };
        let fits = |node: &NodeId| {
            let node = kubernetes.nodes.get(*node);
            node.is_some_and(|node| is_free(node) && check_fit(spec, node, &self.around).is_ok())
        };
        bucket.nodes.iter().find(fits)
    }

    /// Counts in a pod of this specification that has been placed.
    fn placed(&mut self, kubernetes: &Kubernetes, spec: &PodSpec, node: NodeId) {
        if self.is_single
            && let Some(node) = kubernetes.nodes.get(node)
        {
            self.around.add(spec, spec, node);
        }
    }
}
