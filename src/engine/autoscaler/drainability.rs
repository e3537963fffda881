//! Rules for which pods may be evicted from a node in a scale-down, and which ones block it.

use super::remaining_budgets::RemainingBudgets;
use super::settings::{Setting, Settings};
use crate::kubernetes::{NodeInfo, OwnerKind, Pod, PodPhase, PodSpec, RestartPolicy, VolumeKind};

/// Time beyond its grace period after which a terminating pod is no longer waited for, in milliseconds.
const LONG_TERMINATING_MS: u64 = 30_000;
const SYSTEM_NAMESPACE: &str = "kube-system";
const DAEMON_ANNOTATION: &str = "cluster-autoscaler.kubernetes.io/daemonset-pod";
const SAFE_ANNOTATION: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict";
const SAFE_VOLUMES_ANNOTATION: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
const DAEMON_EVICTION_ANNOTATION: &str = "cluster-autoscaler.kubernetes.io/enable-ds-eviction";
/// Annotation with the source from which the kubelet got a pod; any value but `api` makes it a static one.
const SOURCE_ANNOTATION: &str = "kubernetes.io/config.source";

/// Reason for which a pod blocks the removal of its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockingPodReason {
    /// No controller would recreate it.
    NotReplicated,
    /// It is in `kube-system`, and no `PodDisruptionBudget` covers it.
    UnmovableKubeSystemPod,
    /// Its annotation says that it is not safe to evict.
    NotSafeToEvictAnnotation,
    /// It has data on the node's disk.
    LocalStorageRequested,
    /// A `PodDisruptionBudget` that covers it allows no more disruptions.
    NotEnoughPdb,
}

impl BlockingPodReason {
    /// Returns the name that the autoscaler gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotReplicated => "NotReplicated",
            Self::UnmovableKubeSystemPod => "UnmovableKubeSystemPod",
            Self::NotSafeToEvictAnnotation => "NotSafeToEvictAnnotation",
            Self::LocalStorageRequested => "LocalStorageRequested",
            Self::NotEnoughPdb => "NotEnoughPdb",
        }
    }
}

/// Fate of a pod when its node is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Drainability {
    /// It has to find another node.
    Move,
    /// It belongs to the node; it may be evicted and need not go anywhere.
    Daemon,
    /// It is left alone.
    Skip,
    /// It blocks the removal of the node.
    Block(BlockingPodReason),
}

/// The pods of a node, by their fate when it is removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PodsToMove {
    /// Pods that have to find another node.
    pub moved: Vec<Pod>,
    /// Pods of daemon sets, which go with the node.
    pub daemons: Vec<Pod>,
}

/// Returns `true` if a daemon set, or something that behaves as one, owns a pod.
#[must_use]
pub fn is_daemon(spec: &PodSpec) -> bool {
    spec.is_daemon() || spec.annotation(DAEMON_ANNOTATION) == Some("true")
}

/// Returns `true` if a pod has been terminating for longer than its grace period and 30 seconds.
#[must_use]
pub fn is_long_terminating(pod: &Pod, now_ms: u64) -> bool {
    let allowed_ms = u64::from(pod.spec.grace_s) * 1000 + LONG_TERMINATING_MS;
    pod.deleted_ms.is_some_and(|deleted_ms| deleted_ms + allowed_ms < now_ms)
}

/// Returns `true` if a pod is recreated elsewhere when it is evicted: it is neither static, nor a mirror, nor
/// of a daemon set.
#[must_use]
pub fn is_recreated(spec: &PodSpec) -> bool {
    let is_static = spec.annotation(SOURCE_ANNOTATION).is_some_and(|source| source != "api");
    !is_static && !spec.is_mirror() && !is_daemon(spec)
}

/// Returns the pods that are evicted from a node that is drained: never mirrors of static pods, and those of
/// daemon sets only where the settings or their annotation say so.
#[must_use]
pub fn pods_to_evict(node: &NodeInfo, settings: &Settings) -> PodsToMove {
    let by_default = settings.is(Setting::DaemonsetEvictionForOccupiedNodes);
    let mut found = PodsToMove::default();
    for pod in node.pods().iter().filter(|pod| !pod.spec.is_mirror()) {
        let wish = pod.spec.annotation(DAEMON_EVICTION_ANNOTATION).map(|value| value == "true");
        if !is_daemon(&pod.spec) {
            found.moved.push(pod.clone());
        } else if wish.unwrap_or(by_default) {
            found.daemons.push(pod.clone());
        }
    }
    found
}

/// Returns the fate of a pod when its node is removed. The first rule that applies decides.
#[must_use]
pub fn drainability(pod: &Pod, budgets: &RemainingBudgets, settings: &Settings, now_ms: u64) -> Drainability {
    let spec = &*pod.spec;
    if spec.is_mirror() || is_long_terminating(pod, now_ms) {
        return Drainability::Skip;
    }
    if is_daemon(spec) {
        return Drainability::Daemon;
    }
    if spec.annotation(SAFE_ANNOTATION) == Some("true") || is_over(pod) {
        return Drainability::Move;
    }
    if !is_replicated(spec, settings) {
        return Drainability::Block(BlockingPodReason::NotReplicated);
    }
    if settings.is(Setting::SkipNodesWithSystemPods) && spec.namespace == SYSTEM_NAMESPACE && !budgets.cover(spec) {
        let is_old = pod.created_ms + settings.number(Setting::BlockingSystemPodTimeout) < now_ms;
        return if is_old {
            Drainability::Move
        } else {
            Drainability::Block(BlockingPodReason::UnmovableKubeSystemPod)
        };
    }
    if spec.annotation(SAFE_ANNOTATION) == Some("false") {
        return Drainability::Block(BlockingPodReason::NotSafeToEvictAnnotation);
    }
    if settings.is(Setting::SkipNodesWithLocalStorage) && has_local_storage(spec) {
        return Drainability::Block(BlockingPodReason::LocalStorageRequested);
    }
    if budgets.are_exhausted(spec) {
        return Drainability::Block(BlockingPodReason::NotEnoughPdb);
    }
    Drainability::Move
}

fn is_over(pod: &Pod) -> bool {
    match (pod.phase, pod.spec.restart_policy) {
        (PodPhase::Failed, _) => true,
        (PodPhase::Succeeded, policy) => policy != RestartPolicy::Always,
        (PodPhase::Pending | PodPhase::Running, _) => false,
    }
}

/// Returns `true` if a controller recreates the pod. A controller that the autoscaler does not know counts
/// only where the settings allow it.
fn is_replicated(spec: &PodSpec, settings: &Settings) -> bool {
    match spec.owner_kind() {
        None => false,
        Some(OwnerKind::Custom | OwnerKind::DaemonSet) => !settings.is(Setting::SkipNodesWithCustomControllerPods),
        Some(_) => true,
    }
}

fn has_local_storage(spec: &PodSpec) -> bool {
    let safe = spec.annotation(SAFE_VOLUMES_ANNOTATION).unwrap_or_default();
    spec.volumes.iter().any(|volume| {
        matches!(volume.kind, VolumeKind::EmptyDir | VolumeKind::HostPath)
            && !safe.split(',').any(|name| name == volume.name)
    })
}
