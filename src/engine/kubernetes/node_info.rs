//! A node as the scheduler sees it: its resources, the requests of its pods, and the pods themselves.
//!
//! Nodes are shared by reference counts wherever many are held, so that a copy of a cluster to try
//! something out costs a pointer a node.

use std::sync::Arc;

use super::affinity::HOSTNAME_KEY;
use super::pod::{Pod, PodId};
use super::pod_spec::PodSpec;
use super::resources::Resources;
use super::taint::Taint;
use crate::azure::pool_spec::Pairs;
use crate::ground::id::NodeId;

/// One node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NodeInfo {
    /// Its identity.
    pub id: NodeId,
    /// Its name.
    pub name: Arc<str>,
    /// Its labels, but for the host name, which is its name; shared by nodes that have the same.
    pub labels: Arc<Pairs>,
    /// Its annotations.
    pub annotations: Arc<Pairs>,
    /// Its taints.
    pub taints: Arc<[Taint]>,
    /// Allocatable resources: what pods can have of it.
    pub allocatable: Resources,
    /// `true` if its condition `Ready` is true.
    pub is_ready: bool,
    /// Time since which `is_ready` has its value, in milliseconds.
    pub ready_since_ms: u64,
    /// `true` if it is cordoned.
    pub is_unschedulable: bool,
    /// Time at which its object was created, in milliseconds.
    pub created_ms: u64,
    requested: Resources,
    pods: Vec<Pod>,
    /// Number of its pods, except those that are over, with anti-affinity.
    pods_with_anti_affinity: u32,
    /// Number of its pods with a priority below zero, whether they take room or not.
    negative_priority: u32,
}

impl NodeInfo {
    /// Creates a ready node without labels, taints or pods.
    #[must_use]
    pub fn new(id: NodeId, name: &str, allocatable: Resources) -> Self {
        Self {
            id,
            name: name.into(),
            labels: Arc::default(),
            annotations: Arc::default(),
            taints: Arc::default(),
            allocatable,
            is_ready: true,
            ready_since_ms: 0,
            is_unschedulable: false,
            created_ms: 0,
            requested: Resources::default(),
            pods: Vec::new(),
            pods_with_anti_affinity: 0,
            negative_priority: 0,
        }
    }

    /// Returns the value of a label; that of the host name is the node's name unless another is set.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        let own = self.labels.get(key).map(String::as_str);
        own.or_else(|| (key == HOSTNAME_KEY).then_some(&*self.name))
    }

    /// Returns `true` if it has the labels that a pod asks for.
    #[must_use]
    pub(super) fn has_labels_for(&self, spec: &PodSpec) -> bool {
        let label = |key: &str| self.label(key);
        let selected = spec.node_selector.iter().all(|(key, value)| label(key) == Some(value));
        selected && (spec.node_affinity.is_empty() || spec.node_affinity.iter().any(|term| term.matches_by(&label)))
    }

    /// Returns the sum of the requests of its pods, except those that are over.
    #[must_use]
    pub fn requested(&self) -> Resources {
        self.requested
    }

    /// Returns the allocatable resources that are left.
    #[must_use]
    pub fn free(&self) -> Resources {
        self.allocatable - self.requested
    }

    /// Returns the pods on it, oldest first.
    #[must_use]
    pub fn pods(&self) -> &[Pod] {
        &self.pods
    }

    /// Returns one of its pods.
    #[must_use]
    pub fn pod(&self, id: PodId) -> Option<&Pod> {
        let index = self.index_of(id).ok()?;
        self.pods.get(index)
    }

    /// Returns `true` if any of its pods keeps others away by anti-affinity.
    #[must_use]
    pub fn has_pods_with_anti_affinity(&self) -> bool {
        self.pods_with_anti_affinity > 0
    }

    /// Returns `true` if any of its pods has a priority below zero.
    #[must_use]
    pub fn has_negative_priority_pods(&self) -> bool {
        self.negative_priority > 0
    }

    fn index_of(&self, id: PodId) -> Result<usize, usize> {
        self.pods.binary_search_by_key(&id, |pod| pod.id)
    }

    /// Adds a pod. The caller has to know that it fits.
    pub fn add_pod(&mut self, pod: Pod) {
        self.account(&pod, true);
        let (Ok(index) | Err(index)) = self.index_of(pod.id);
        self.pods.insert(index, pod);
    }

    /// Removes a pod and returns it; `None` if it is not there.
    pub fn remove_pod(&mut self, id: PodId) -> Option<Pod> {
        let index = self.index_of(id).ok()?;
        let pod = self.pods.remove(index);
        self.account(&pod, false);
        Some(pod)
    }

    /// Changes one of its pods; returns the result of `change`, or `None` if there is no such pod.
    pub fn change_pod<T>(&mut self, id: PodId, change: impl FnOnce(&mut Pod) -> T) -> Option<T> {
        let index = self.index_of(id).ok()?;
        let before = self.pods.get(index)?.takes_room();
        let pod = self.pods.get_mut(index)?;
        let given = change(pod);
        let after = pod.takes_room();
        if before != after {
            let pod = pod.clone();
            self.account_room(&pod, after);
        }
        Some(given)
    }

    fn account(&mut self, pod: &Pod, is_added: bool) {
        let negative_priority = u32::from(pod.spec.priority.is_some_and(|priority| priority < 0));
        if is_added {
            self.negative_priority += negative_priority;
        } else {
            self.negative_priority -= negative_priority;
        }
        if pod.takes_room() {
            self.account_room(pod, is_added);
        }
    }

    fn account_room(&mut self, pod: &Pod, is_added: bool) {
        let requests = pod.spec.requests();
        let has_anti_affinity = u32::from(pod.spec.has_anti_affinity());
        if is_added {
            self.requested += requests;
            self.pods_with_anti_affinity += has_anti_affinity;
        } else {
            self.requested -= requests;
            self.pods_with_anti_affinity -= has_anti_affinity;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pod::PodPhase;
    use super::super::pod_spec::PodSpec;
    use super::*;
    use crate::ground::id::PoolId;

    fn node() -> NodeInfo {
        let id = NodeId { pool: PoolId::new(1), instance_id: 0 };
        NodeInfo::new(id, "node", Resources { pods: 10, ..Resources::new(1000, 1000) })
    }

    fn pod(id: u32) -> Pod {
        Pod::new(PodId(id), Arc::new(PodSpec::new("default", "pod", Resources::new(300, 100))), 0)
    }

    #[test]
    fn what_is_set_aside_follows_the_pods() {
        let mut node = node();
        for id in [2, 1, 3] {
            node.add_pod(pod(id));
        }
        assert_eq!(node.free(), Resources { pods: 7, ..Resources::new(100, 700) });
        let ids: Vec<u32> = node.pods().iter().map(|pod| pod.id.0).collect();
        assert_eq!(ids, [1, 2, 3]);
        assert!(node.remove_pod(PodId(2)).is_some());
        assert!(node.remove_pod(PodId(2)).is_none());
        // A pod that is over stays listed and takes no room.
        node.change_pod(PodId(3), |pod| pod.phase = PodPhase::Succeeded);
        assert_eq!((node.free().cpu_millis, node.pods().len()), (700, 2));
        node.remove_pod(PodId(3));
        node.remove_pod(PodId(1));
        assert_eq!(node.requested(), Resources::default());
    }

    #[test]
    fn the_host_name_is_a_label_unless_there_is_another() {
        let mut node = node();
        assert_eq!(node.label(HOSTNAME_KEY), Some("node"));
        node.labels = Arc::new(Pairs::from([(HOSTNAME_KEY.to_owned(), "other".to_owned())]));
        assert_eq!(node.label(HOSTNAME_KEY), Some("other"));
    }
}
