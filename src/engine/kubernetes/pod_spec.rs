//! The specification of a pod: everything that does not change while it lives.
//!
//! It is shared by all pods of a controller. Two pods with one specification are interchangeable to
//! the scheduler and the autoscaler, which is what lets both look at a thousand of them at once.

use super::affinity::{HOSTNAME_KEY, PodAffinity, TopologySpread};
use super::resources::Resources;
use super::selector::Selector;
use super::taint::Toleration;
use crate::azure::pool_spec::Pairs;

/// The namespace of a pod that names none.
pub const DEFAULT_NAMESPACE: &str = "default";
/// The namespace of the cluster's own pods.
pub const SYSTEM_NAMESPACE: &str = "kube-system";
/// The annotation that the kubelet puts on the mirror of a static pod.
const MIRROR_ANNOTATION: &str = "kubernetes.io/config.mirror";
/// The grace period of a pod that names none.
pub const DEFAULT_GRACE_S: u32 = 30;

/// The kind of object that owns a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OwnerKind {
    /// A replica set, of a deployment or by itself.
    ReplicaSet,
    /// A replication controller.
    ReplicationController,
    /// A stateful set.
    StatefulSet,
    /// A job.
    Job,
    /// A daemon set.
    DaemonSet,
    /// Something that Kubernetes itself does not have.
    Custom,
}

impl OwnerKind {
    /// Returns the word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReplicaSet => "ReplicaSet",
            Self::ReplicationController => "ReplicationController",
            Self::StatefulSet => "StatefulSet",
            Self::Job => "Job",
            Self::DaemonSet => "DaemonSet",
            Self::Custom => "Custom",
        }
    }
}

/// The owner of a pod, which makes another one when it is gone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The kind of object.
    pub kind: OwnerKind,
    /// Its name.
    pub name: String,
}

/// A container image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Image {
    /// Its name, with its tag.
    pub name: String,
    /// Bytes that a node pulls if it has none of it.
    pub size_bytes: u64,
}

/// A container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// The image that it runs.
    pub image: Image,
    /// Resources set aside for it.
    pub requests: Resources,
    /// For an init container: `true` if it goes on beside the others (`restartPolicy: Always`).
    pub is_restartable: bool,
}

/// The place of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VolumeKind {
    /// An empty folder on the node's disk.
    EmptyDir,
    /// An empty folder in the node's memory.
    EmptyDirInMemory,
    /// A folder of the node.
    HostPath,
    /// Anything that is not on the node.
    Other,
}

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// Its place.
    pub kind: VolumeKind,
}

/// The rule by which containers that end are started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RestartPolicy {
    /// Always.
    #[default]
    Always,
    /// After a failure only.
    OnFailure,
    /// Never.
    Never,
}

/// Everything about a pod that does not change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct PodSpec {
    /// The namespace.
    pub namespace: String,
    /// The name; of a controller's pods, what their names begin with.
    pub name: String,
    /// Labels.
    pub labels: Pairs,
    /// Annotations.
    pub annotations: Pairs,
    /// Its owner; a bare pod has none.
    pub owner: Option<Owner>,
    /// Its containers.
    pub containers: Vec<Container>,
    /// Init containers, which run before them.
    pub init_containers: Vec<Container>,
    /// Labels that its node must have.
    pub node_selector: Pairs,
    /// Alternatives, one of which its node must match; any node where there are none.
    pub node_affinity: Vec<Selector>,
    /// Preferences for its node; the more of these match the better.
    pub node_preference: Vec<Selector>,
    /// Required affinities and anti-affinities to other pods.
    pub pod_affinity: Vec<PodAffinity>,
    /// Topology spread constraints that it must meet.
    pub topology_spread: Vec<TopologySpread>,
    /// Ports of its node that it alone must have.
    pub host_ports: Vec<u16>,
    /// Its tolerations.
    pub tolerations: Vec<Toleration>,
    /// Its priority, where it has one.
    pub priority: Option<i32>,
    /// Grace period: the time that it may take to end, in seconds.
    pub grace_s: u32,
    /// Its volumes.
    pub volumes: Vec<Volume>,
    /// The rule by which its containers are started again.
    pub restart_policy: RestartPolicy,
    /// Time that its containers run before they end well, in milliseconds; if `None`, they run until
    /// they are told to end.
    pub runs_for_ms: Option<u64>,
}

impl PodSpec {
    /// Creates the specification of a pod with one container and the API's defaults.
    #[must_use]
    pub fn new(namespace: &str, name: &str, requests: Resources) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            containers: vec![Container { name: name.to_owned(), requests, ..Container::default() }],
            grace_s: DEFAULT_GRACE_S,
            ..Self::default()
        }
    }

    /// Returns the resources that the scheduler sets aside for it, its place included.
    ///
    /// Containers run side by side with the init containers that go on; an ordinary init container
    /// runs alone beside those that were started before it. The most of these is what it takes.
    #[must_use]
    pub fn requests(&self) -> Resources {
        let mut lasting = Resources::default();
        let mut most = Resources::default();
        for container in &self.init_containers {
            if container.is_restartable {
                lasting += container.requests;
                most = most.max(lasting);
            } else {
                most = most.max(lasting + container.requests);
            }
        }
        for container in &self.containers {
            lasting += container.requests;
        }
        Resources { pods: 1, ..most.max(lasting) }
    }

    /// Sets the requests of its first container, which is all that most pods have.
    pub fn set_requests(&mut self, requests: Resources) {
        if let Some(container) = self.containers.first_mut() {
            container.requests = requests;
        }
    }

    /// Returns the value of an annotation.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }

    /// Returns the kind of its owner; `None` for a bare pod.
    #[must_use]
    pub fn owner_kind(&self) -> Option<OwnerKind> {
        self.owner.as_ref().map(|owner| owner.kind)
    }

    /// Returns `true` if it mirrors a static pod of its node.
    #[must_use]
    pub fn is_mirror(&self) -> bool {
        self.annotations.contains_key(MIRROR_ANNOTATION)
    }

    /// Returns `true` if a daemon set owns it.
    #[must_use]
    pub fn is_daemon(&self) -> bool {
        self.owner_kind() == Some(OwnerKind::DaemonSet)
    }

    /// Returns `true` if its fit depends on the places of other pods.
    #[must_use]
    pub fn depends_on_other_pods(&self) -> bool {
        !self.pod_affinity.is_empty() || !self.topology_spread.is_empty()
    }

    /// Returns `true` if it asks for a certain node by its name.
    #[must_use]
    pub fn selects_hostname(&self) -> bool {
        let mut terms = self.node_affinity.iter().flat_map(|term| &term.requirements);
        self.node_selector.contains_key(HOSTNAME_KEY) || terms.any(|requirement| requirement.key == HOSTNAME_KEY)
    }

    /// Returns `true` if `affinity`, which this pod has, selects `other`.
    #[must_use]
    pub fn affinity_selects(&self, affinity: &PodAffinity, other: &Self) -> bool {
        let is_here = match affinity.namespaces.as_slice() {
            [] => other.namespace == self.namespace,
            namespaces => namespaces.contains(&other.namespace),
        };
        is_here && affinity.selector.matches(&other.labels)
    }

    /// Returns `true` if it keeps others away by anti-affinity.
    #[must_use]
    pub fn has_anti_affinity(&self) -> bool {
        self.pod_affinity.iter().any(|affinity| affinity.is_anti)
    }

    /// Marks it as the mirror of a static pod.
    pub fn mark_as_mirror(&mut self) {
        self.annotations.insert(MIRROR_ANNOTATION.to_owned(), String::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(cpu_millis: u64, memory_bytes: u64, is_restartable: bool) -> Container {
        Container { requests: Resources::new(cpu_millis, memory_bytes), is_restartable, ..Container::default() }
    }

    #[test]
    fn init_containers_add_where_they_go_on_and_count_alone_where_they_end() {
        let check = |init: Vec<Container>, cpu_millis: u64, memory_bytes: u64| {
            let mut spec = PodSpec::new("default", "pod", Resources::new(100, 200_000));
            spec.init_containers = init;
            let expected = Resources { pods: 1, ..Resources::new(cpu_millis, memory_bytes) };
            assert_eq!(spec.requests(), expected);
        };
        check(vec![], 100, 200_000);
        check(vec![container(50, 100_000, true), container(5, 100, false)], 150, 300_000);
        check(vec![container(50_000, 100_000_000, false)], 50_000, 100_000_000);
        // An ordinary one runs beside those that were started before it only.
        check(vec![container(90, 0, false), container(50, 0, true), container(80, 0, false)], 150, 200_000);
    }
}
