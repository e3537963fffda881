//! Explanations of the autoscaler's decisions, each one sentence, from the autoscaler's own findings.

use super::scalers::Scalers;
use super::state::{Scaler, is_sized};
use crate::autoscaler::drainability::BlockingPodReason;
use crate::autoscaler::instance::CreationError;
use crate::autoscaler::unneeded::threshold_ms;
use crate::autoscaler::unremovable::UnremovableReason;
use crate::autoscaler::utilization::Utilization;
use crate::autoscaler::{AutoscalerEvent, Setting, Settings, duration, event};
use crate::azure::cluster::Cluster;
use crate::azure::lifecycle::NodeState;
use crate::azure::node_name::instance_id_of;
use crate::azure::pool::Pool;
use crate::ground::id::NodeId;
use crate::ground::invariant::known;
use crate::kubernetes::{NodeInfo, Pod, PodId};
use crate::provider::Subscription;
use crate::provider::node_group::target_size;
use crate::workloads::Kubernetes;

/// A cluster's autoscaler, with the cluster state that it looks at.
struct Explainer<'a> {
    cluster: &'a Cluster,
    kubernetes: &'a Kubernetes,
    scaler: &'a Scaler,
    settings: Settings,
    now_ms: u64,
}

impl Scalers {
    /// Explains why a node is not removed; `None` if there is no such node.
    pub fn why_node(&self, subscription: &Subscription, name: &str) -> Option<String> {
        let instance_id = instance_id_of(name)?;
        self.explainers(subscription).find_map(|explainer| {
            let mut pools = explainer.cluster.pools.iter();
            let pool = pools.find(|pool| pool.node(instance_id).is_some() && pool.node_name(instance_id) == name)?;
            Some(explainer.node(pool, instance_id))
        })
    }

    /// Explains why a pod has no node; `None` if there is no such pod.
    pub fn why_pod(&self, subscription: &Subscription, name: &str) -> Option<String> {
        self.explainers(subscription).find_map(|explainer| explainer.pod(name))
    }

    /// Explains why a pool does not grow; `None` if there is no such pool.
    pub fn why_pool(&self, subscription: &Subscription, name: &str) -> Option<String> {
        self.explainers(subscription).find_map(|explainer| Some(explainer.pool(explainer.cluster.pool(name)?)))
    }

    fn explainers<'a>(&'a self, subscription: &'a Subscription) -> impl Iterator<Item = Explainer<'a>> {
        let now_ms = subscription.now_ms();
        subscription.clusters().iter().filter_map(move |cluster| {
            let kubernetes = known(subscription.kubernetes(cluster.id), "the Kubernetes objects of a cluster")?;
            let scaler = known(self.get(cluster.id), "the autoscaler of a cluster")?;
            Some(Explainer { cluster, kubernetes, scaler, settings: scaler.settings(cluster), now_ms })
        })
    }
}

fn percent(permille: u32) -> String {
    format!("{} %", permille.div_ceil(10))
}

impl Explainer<'_> {
    /// Returns the time left until `until_ms` in words, rounded up to seconds.
    fn left(&self, until_ms: u64) -> String {
        duration::short(until_ms.saturating_sub(self.now_ms).div_ceil(1000) * 1000)
    }

    fn node(&self, pool: &Pool, instance_id: u32) -> String {
        let name = pool.node_name(instance_id);
        let state = pool.node(instance_id).map(crate::azure::node::Node::state);
        let stands = match state {
            Some(NodeState::Creating | NodeState::Starting) => Some("is on its way up"),
            Some(NodeState::Draining) => Some("is being drained and goes when its pods have left"),
            Some(NodeState::Deallocating) => Some("is being deallocated"),
            Some(NodeState::Deleting) => Some("is being deleted"),
            Some(NodeState::Deallocated) => Some("lies deallocated: it is started before a new node is made"),
            Some(NodeState::Stopped) => Some("is stopped with its pool"),
            Some(NodeState::Failed) => Some("could not be brought up"),
            Some(NodeState::Ready) | None => None,
        };
        if let Some(stands) = stands {
            return format!("{name} {stands}.");
        }
        let pool_name = &pool.spec.name;
        let Some(range) = pool.spec.autoscaler else {
            return format!("{name} stays: the autoscaler is off for its pool {pool_name}.");
        };
        if !is_sized(self.cluster, pool) {
            return format!("{name} stays: the autoscaler leaves pool {pool_name} alone while AKS changes it.");
        }
        let id = NodeId { pool: pool.id, instance_id };
        let why = match self.scaler.autoscaler.planner.unneeded.find(id) {
            _ if target_size(pool) <= range.min => {
                format!("pool {pool_name} is as small as it may be (min-count {})", range.min)
            }
            Some(unneeded) => return self.unneeded(&name, id, unneeded.since_ms),
            None => match self.scaler.autoscaler.planner.reason(id) {
                Some(reason) => self.reason(id, reason),
                None => "the autoscaler has not looked at it yet".to_owned(),
            },
        };
        format!("{name} stays: {why}.")
    }

    /// Explains an unneeded node: when it will be removed, or what keeps it.
    fn unneeded(&self, name: &str, id: NodeId, since_ms: u64) -> String {
        let is_ready = self.kubernetes.node(id).is_none_or(|node| node.is_ready);
        let long_ms = threshold_ms(is_ready, &self.settings);
        let since = duration::short(self.now_ms.saturating_sub(since_ms) / 1000 * 1000);
        let due_ms = since_ms + long_ms;
        let cooled_ms = self.scaler.autoscaler.last.cooldown_until_ms(&self.settings).unwrap_or(0);
        if cooled_ms > due_ms.max(self.now_ms) {
            return format!(
                "{name} has been unneeded for {since} and stays while the cluster cools down, for {} more.",
                self.left(cooled_ms)
            );
        }
        if due_ms >= self.now_ms {
            let kind = if is_ready { "scale-down-unneeded-time" } else { "scale-down-unready-time" };
            return format!(
                "{name} has been unneeded for {since} and goes in {}: {kind} is {}.",
                self.left(due_ms),
                duration::short(long_ms)
            );
        }
        match self.scaler.autoscaler.planner.reason(id) {
            Some(reason) => format!("{name} has been unneeded for {since} and stays: {}.", self.reason(id, reason)),
            None => format!("{name} has been unneeded for {since} and is among the next to go."),
        }
    }

    fn reason(&self, id: NodeId, reason: UnremovableReason) -> String {
        match reason {
            UnremovableReason::ScaleDownDisabledAnnotation => "its annotation scale-down-disabled keeps it".to_owned(),
            UnremovableReason::ScaleDownUnreadyDisabled => "it is not ready, and such nodes are kept".to_owned(),
            UnremovableReason::NotAutoscaled => "the autoscaler does not size its pool".to_owned(),
            UnremovableReason::NotUnneededLongEnough => "it has not been unneeded for long enough".to_owned(),
            UnremovableReason::NotUnreadyLongEnough => "it has not been unready for long enough".to_owned(),
            UnremovableReason::NodeGroupMinSizeReached => "its pool is as small as it may be".to_owned(),
            UnremovableReason::CurrentlyBeingDeleted => "it is on its way out already".to_owned(),
            UnremovableReason::NotUnderutilized => self.utilization(id),
            UnremovableReason::RecentlyUnremovable => self.recheck(id),
            UnremovableReason::NoPlaceToMovePods => "its pods fit on no other node".to_owned(),
            UnremovableReason::BlockedByPod(pod, blocker) => self.blocked(id, pod, blocker),
            UnremovableReason::UnexpectedError | UnremovableReason::NoNodeInfo => {
                "the autoscaler cannot tell how full it is".to_owned()
            }
        }
    }

    fn utilization(&self, id: NodeId) -> String {
        let node = self.kubernetes.node(id);
        let found = node.and_then(|node: &std::sync::Arc<NodeInfo>| Utilization::of(node, &self.settings, self.now_ms));
        let Some(found) = found else {
            return "the autoscaler cannot tell how full it is".to_owned();
        };
        let (share, resource) = found.highest();
        let threshold = self.settings.fraction(Setting::ScaleDownUtilizationThreshold);
        format!(
            "its pods ask for {} of its {resource}, and only a node below {} is a candidate",
            percent(share.permille()),
            percent(threshold.permille())
        )
    }

    /// Explains a node that was found unremovable recently, and gives the time until it is rechecked.
    fn recheck(&self, id: NodeId) -> String {
        let found = self.scaler.autoscaler.planner.recheck_timeouts().find(|(node, _)| *node == id);
        match found {
            Some((_, timeout)) if timeout.reason != UnremovableReason::RecentlyUnremovable => {
                format!("{}; it is looked at again in {}", self.reason(id, timeout.reason), self.left(timeout.until_ms))
            }
            _ => "it was found unremovable a moment ago".to_owned(),
        }
    }

    fn blocked(&self, id: NodeId, pod: PodId, blocker: BlockingPodReason) -> String {
        let name = self.kubernetes.node(id).and_then(|node| node.pod(pod)).map(Pod::name).unwrap_or_default();
        let why = match blocker {
            BlockingPodReason::NotReplicated => "nothing would make it anew",
            BlockingPodReason::UnmovableKubeSystemPod => {
                "it is one of kube-system's and no disruption budget covers it"
            }
            BlockingPodReason::NotSafeToEvictAnnotation => "its annotation safe-to-evict says so",
            BlockingPodReason::LocalStorageRequested => "it has data on the node's disk",
            BlockingPodReason::NotEnoughPdb => "its disruption budget has nothing left",
        };
        format!("pod {name} keeps it, for {why} ({})", blocker.name())
    }

    fn pod(&self, name: &str) -> Option<String> {
        let placed = self.kubernetes.nodes().find(|node| node.pods().iter().any(|pod| pod.name() == name));
        if let Some(node) = placed {
            return Some(format!("{name} is on {}.", node.name));
        }
        let waits = |set: &crate::workloads::PodSet| {
            set.waiting().iter().find(|pod| pod.name() == name).map(|pod| (pod.id, set.refusal().map(str::to_owned)))
        };
        let (id, refusal) = self.kubernetes.pending().find_map(waits)?;
        let scheduler = refusal.unwrap_or_else(|| "no node has been tried yet".to_owned());
        let refusal =
            self.scaler.last_refusals.iter().find(|event| event.involved_object() == event::InvolvedObject::Pod(id));
        let growing = self.growing();
        let autoscaler = match refusal.map(AutoscalerEvent::text) {
            Some(text) => text.message,
            None if !growing.is_empty() => format!("nodes are on their way ({growing})"),
            None if self.cluster.pools.iter().any(|pool| is_sized(self.cluster, pool)) => {
                "the autoscaler has not looked at it yet".to_owned()
            }
            None => "no pool is sized by the autoscaler".to_owned(),
        };
        Some(format!("{name} waits: {}; {autoscaler}.", scheduler.trim_end_matches('.')))
    }

    /// Returns the names of the pools with nodes on their way up, separated by commas.
    fn growing(&self) -> String {
        let on_the_way = |pool: &&Pool| pool.count_in(NodeState::Creating) + pool.count_in(NodeState::Starting) > 0;
        let names: Vec<&str> =
            self.cluster.pools.iter().filter(on_the_way).map(|pool| pool.spec.name.as_str()).collect();
        names.join(", ")
    }

    fn pool(&self, pool: &Pool) -> String {
        let name = &pool.spec.name;
        let Some(range) = pool.spec.autoscaler else {
            return format!("{name} does not grow by itself: its autoscaler is off.");
        };
        if !is_sized(self.cluster, pool) {
            return format!(
                "{name} does not grow: the autoscaler leaves it alone while AKS changes it or it is stopped."
            );
        }
        let state = &self.scaler.autoscaler.state;
        if self.scaler.last.is_some() && !state.is_cluster_healthy(&self.settings) {
            let unready = state.total.unready;
            let kept = if self.settings.is(Setting::DeallocatedCountAsUnready) {
                "deallocated ones included"
            } else {
                "deallocated ones aside"
            };
            return format!(
                "{name} does not grow: {unready} of {} nodes are not ready ({kept}), more than ok-total-unready-count and max-total-unready-percentage allow.",
                state.total.registered
            );
        }
        if let Some(backoff) = state.backoffs.status(pool.id, self.now_ms) {
            let CreationError { code, .. } = &backoff.error;
            return format!("{name} does not grow: it is kept out for {} after {code}.", self.left(backoff.until_ms));
        }
        let target = target_size(pool);
        if target >= range.max {
            return format!("{name} does not grow: it has {target} nodes, and max-count is {}.", range.max);
        }
        let moving = pool.count_in(NodeState::Creating) + pool.count_in(NodeState::Starting);
        if moving > 0 {
            return format!("{name} grows: {moving} of its {target} nodes are on their way.");
        }
        match self.scaler.last_refusals.iter().find(|event| matches!(event, AutoscalerEvent::NotTriggerScaleUp { .. }))
        {
            Some(event) => {
                let text = event.text().message;
                let reasons = text.split_once(": ").map_or(text.as_str(), |(_, reasons)| reasons);
                format!("{name} does not grow: no pool helps the pods that wait ({reasons}).")
            }
            None => format!("{name} does not grow: no pod waits for a node."),
        }
    }
}
