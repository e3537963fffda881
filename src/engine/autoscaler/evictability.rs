//! Whether a pod may be moved off its node, and what keeps it there.

use super::super::kubernetes::{NodeInfo, OwnerKind, Pod, PodPhase, PodSpec, RestartPolicy, VolumeKind};
use super::budgets::Budgets;
use super::removal::PodsToMove;
use super::settings::{Setting, Settings};

/// How long after its grace period a pod is no longer waited for, in milliseconds.
const LONG_TERMINATING_MS: u64 = 30_000;
const SYSTEM_NAMESPACE: &str = "kube-system";
const DAEMON_ANNOTATION: &str = "cluster-autoscaler.kubernetes.io/daemonset-pod";
const SAFE_ANNOTATION: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict";
const SAFE_VOLUMES_ANNOTATION: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
const DAEMON_EVICTION_ANNOTATION: &str = "cluster-autoscaler.kubernetes.io/enable-ds-eviction";
/// Where the kubelet found a pod; anything but `api` makes it a static one.
const SOURCE_ANNOTATION: &str = "kubernetes.io/config.source";

/// Why a pod keeps its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blocker {
    /// Nothing would make it anew.
    NotReplicated,
    /// It is one of the cluster's own pods, and no budget says that it may be moved.
    UnmovableKubeSystemPod,
    /// It is annotated so.
    NotSafeToEvictAnnotation,
    /// It has data on the node's disk.
    LocalStorageRequested,
    /// Its disruption budget has nothing left.
    NotEnoughPdb,
}

impl Blocker {
    /// The name that the autoscaler gives it.
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

/// What becomes of a pod when its node goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It has to find another node.
    Move,
    /// It belongs to the node; it may be evicted and need not go anywhere.
    Daemon,
    /// It is left alone.
    Skip,
    /// It keeps the node.
    Block(Blocker),
}

/// Whether a daemon set, or something that behaves as one, owns a pod.
#[must_use]
pub fn is_daemon(spec: &PodSpec) -> bool {
    spec.is_daemon() || spec.annotation(DAEMON_ANNOTATION) == Some("true")
}

/// Whether a pod should have ended by now.
#[must_use]
pub fn is_long_terminating(pod: &Pod, now_ms: u64) -> bool {
    let allowed_ms = u64::from(pod.spec.grace_s) * 1000 + LONG_TERMINATING_MS;
    pod.deleted_ms.is_some_and(|deleted_ms| deleted_ms + allowed_ms < now_ms)
}

/// Whether a pod comes back somewhere when it is evicted, by what owns it.
#[must_use]
pub fn is_recreated(spec: &PodSpec) -> bool {
    let is_static = spec.annotation(SOURCE_ANNOTATION).is_some_and(|source| source != "api");
    !is_static && !spec.is_mirror() && !is_daemon(spec)
}

/// The pods of a node that is drained which are evicted: never mirrors of static pods, and those of
/// daemon sets where the settings or their annotation say so.
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

/// What becomes of a pod when its node goes. The first rule that has something to say decides.
#[must_use]
pub fn outcome(pod: &Pod, budgets: &Budgets, settings: &Settings, now_ms: u64) -> Outcome {
    let spec = &*pod.spec;
    if spec.is_mirror() || is_long_terminating(pod, now_ms) {
        return Outcome::Skip;
    }
    if is_daemon(spec) {
        return Outcome::Daemon;
    }
    if spec.annotation(SAFE_ANNOTATION) == Some("true") || is_over(pod) {
        return Outcome::Move;
    }
    if !is_replicated(spec, settings) {
        return Outcome::Block(Blocker::NotReplicated);
    }
    if settings.is(Setting::SkipNodesWithSystemPods) && spec.namespace == SYSTEM_NAMESPACE && !budgets.protect(spec) {
        let is_old = pod.created_ms + settings.number(Setting::BlockingSystemPodTimeout) < now_ms;
        return if is_old { Outcome::Move } else { Outcome::Block(Blocker::UnmovableKubeSystemPod) };
    }
    if spec.annotation(SAFE_ANNOTATION) == Some("false") {
        return Outcome::Block(Blocker::NotSafeToEvictAnnotation);
    }
    if settings.is(Setting::SkipNodesWithLocalStorage) && has_local_storage(spec) {
        return Outcome::Block(Blocker::LocalStorageRequested);
    }
    if budgets.are_exhausted(spec) {
        return Outcome::Block(Blocker::NotEnoughPdb);
    }
    Outcome::Move
}

fn is_over(pod: &Pod) -> bool {
    match (pod.phase, pod.spec.restart_policy) {
        (PodPhase::Failed, _) => true,
        (PodPhase::Succeeded, policy) => policy != RestartPolicy::Always,
        (PodPhase::Pending | PodPhase::Running, _) => false,
    }
}

/// Whether something makes the pod anew. What the autoscaler does not know is taken at its word only
/// where the settings allow it.
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
