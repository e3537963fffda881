//! The controllers: they make pods where there are too few, and end those that are too many.

use std::sync::Arc;

use super::change_context::ChangeContext;
use super::deployment::{ReplicaSetStatus, roll_out};
use super::kubernetes::Kubernetes;
use super::pod_set::{PodSet, SetKind};
use crate::ground::id::{DeploymentId, NodeId};
use crate::ground::invariant::known;
use crate::kubernetes::fit::check_node_constraints;
use crate::kubernetes::{Pod, PodId, PodPhase, SetId};
use crate::record::{KubernetesEvent, PodEvent};

/// Largest number of pods in a cluster that Kubernetes is built for ("considerations for large clusters").
pub const CLUSTER_PODS_MAX: u32 = 150_000;

impl Kubernetes {
    fn next_pod(&mut self, set: SetId, context: &ChangeContext<'_>) -> Option<Pod> {
        let spec = Arc::clone(&known(self.sets.get(set), "the set of a pod that is made")?.spec);
        self.latest_pod += 1;
        Some(Pod { set, ..Pod::new(PodId(self.latest_pod), spec, context.now_ms) })
    }

    /// Adds a set; its controller makes the pods.
    pub(super) fn add_set(&mut self, make: impl FnOnce(SetId) -> PodSet) -> SetId {
        self.latest_set += 1;
        let id = SetId(self.latest_set);
        let mut set = make(id);
        set.images = self.disks.number(&set.spec);
        self.sets.insert(id, set);
        self.work_queue.note_set(id);
        id
    }

    /// Removes a set; returns `false` if it is not there. Nodes with room that was being made for it
    /// are reported to the scheduler, as that room is free for others.
    pub(super) fn drop_set(&mut self, id: SetId) -> bool {
        self.retry_if_full();
        let set = self.sets.remove(id);
        self.generation += 1;
        self.work_queue.nodes_with_more_room.extend(set.iter().flat_map(|set| &set.nominated));
        set.is_some()
    }

    /// Sets how many pods a set should have.
    pub(super) fn resize(&mut self, id: SetId, desired: u32) {
        let set = known(self.sets.get_mut(id), "a set that is resized");
        if let Some(set) = set.filter(|set| set.desired != desired) {
            set.desired = desired;
            self.work_queue.note_set(id);
        }
    }

    /// Creates or ends pods until a set has the number that it should have.
    pub(super) fn reconcile_set(&mut self, id: SetId, context: &mut ChangeContext<'_>) {
        // It may have been deleted since it was noted.
        let Some(set) = self.sets.get(id) else {
            return;
        };
        let active = set.active();
        let wanted = match set.kind {
            SetKind::ReplicaSet(_) => set.desired,
            SetKind::Job { completions, parallelism } if set.desired > 0 => {
                completions.saturating_sub(set.succeeded).min(parallelism)
            }
            SetKind::Job { .. } => 0,
            // A daemon set looks after each node by itself.
            SetKind::DaemonSet => active,
            SetKind::Bare => return self.reconcile_bare(id),
        };
        self.grow(id, wanted.saturating_sub(active), context);
        self.shrink(id, active.saturating_sub(wanted), context);
        self.forget_if_over(id);
    }

    /// Creates the missing pods of a set, as far as the cluster holds that many.
    fn grow(&mut self, id: SetId, missing: u32, context: &mut ChangeContext<'_>) {
        if missing == 0 {
            return;
        }
        let created = missing.min(self.room_for_pods());
        for _ in 0..created {
            self.create(id, context);
        }
        if created < missing {
            self.record_failed_create(id, context);
        }
    }

    /// Returns the number of pods that may still be created.
    fn room_for_pods(&self) -> u32 {
        CLUSTER_PODS_MAX.saturating_sub(self.active_pods())
    }

    fn record_failed_create(&self, id: SetId, context: &mut ChangeContext<'_>) {
        let Some(set) = self.sets.get(id) else { return };
        let (kind, source) = match set.kind {
            SetKind::Job { .. } => ("job", "job-controller"),
            _ => ("replicaset", "replicaset-controller"),
        };
        context.record_event(KubernetesEvent {
            namespace: Some(set.spec.namespace.clone()),
            object: format!("{kind}/{}", set.name()),
            is_warning: true,
            source,
            reason: "FailedCreate",
            message: format!("Error creating: a cluster of the playground holds at most {CLUSTER_PODS_MAX} pods"),
        });
    }

    /// Queues the sets that lack pods, if a full cluster is about to hold fewer.
    fn retry_if_full(&mut self) {
        if self.room_for_pods() == 0 {
            let short = self.sets.values().filter(|set| set.active() < set.desired);
            self.work_queue.sets.extend(short.map(|set| set.id));
        }
    }

    /// Removes the set of a bare pod that is gone: nothing makes the pod again.
    fn reconcile_bare(&mut self, id: SetId) {
        if self.sets.get(id).is_some_and(|set| set.active() == 0) {
            self.drop_set(id);
        }
    }

    pub(super) fn create(&mut self, id: SetId, context: &ChangeContext<'_>) {
        let Some(pod) = self.next_pod(id, context) else {
            return;
        };
        if let Some(set) = self.sets.get_mut(id) {
            set.wait(pod);
            self.work_queue.is_untried = true;
        }
    }

    /// Removes a replica set without pods if it is an old one of its deployment, or if its deployment
    /// is gone.
    fn forget_if_over(&mut self, id: SetId) {
        let set = known(self.sets.get(id), "a set that has been settled");
        let Some(set) = set.filter(|set| set.desired == 0 && set.active() == 0) else {
            return;
        };
        let SetKind::ReplicaSet(Some(deployment)) = set.kind else {
            return;
        };
        let Some(deployment) = self.deployments.get_mut(deployment) else {
            self.drop_set(id);
            return;
        };
        if deployment.sets.last() != Some(&id) {
            deployment.sets.retain(|set| *set != id);
            self.drop_set(id);
        }
    }

    /// Ends pods of a set: those that wait first, then those that are not ready, then those on the
    /// nodes with the most of them. The order is that of the replica set's controller; where it
    /// prefers the youngest pod, the newest node stands for that here.
    fn shrink(&mut self, id: SetId, mut surplus: u32, context: &mut ChangeContext<'_>) {
        if surplus > 0 {
            self.retry_if_full();
        }
        let Some(set) = known(self.sets.get_mut(id), "a set that shrinks") else {
            return;
        };
        while surplus > 0 && set.take_last().is_some() {
            self.generation += 1;
            surplus -= 1;
        }
        if set.waiting().is_empty() {
            self.work_queue.nodes_with_more_room.extend(&set.nominated);
        }
        let unready = set.ready() < set.bound();
        let mut victims = if surplus > 0 && unready { self.unready(id) } else { Vec::new() };
        while surplus > 0 {
            let victim = victims.pop().or_else(|| self.crowded(id));
            let Some((node, pod)) = known(victim, "a pod of a set that has too many") else {
                break;
            };
            self.end(node, pod, PodEvent::Killing, context);
            surplus -= 1;
        }
    }

    /// Returns the pods of a set that are on nodes and not ready.
    fn unready(&self, id: SetId) -> Vec<(NodeId, PodId)> {
        let Some(set) = known(self.sets.get(id), "a set that shrinks") else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for node in set.nodes().filter_map(|node| known(self.nodes.get(node), "the node of a pod")) {
            let is_unready = |pod: &&Pod| {
                pod.set == id
                    && !pod.is_terminating()
                    && (pod.phase == PodPhase::Pending || (pod.phase == PodPhase::Running && !node.is_ready))
            };
            found.extend(node.pods().iter().filter(is_unready).map(|pod| (node.id, pod.id)));
        }
        found
    }

    /// Returns the youngest pod of a set on the node that has most of them.
    fn crowded(&self, id: SetId) -> Option<(NodeId, PodId)> {
        let set = known(self.sets.get(id), "a set that shrinks")?;
        let node = known(self.nodes.get(set.most_crowded()?), "the node of a pod")?;
        let is_active = |pod: &&Pod| pod.set == id && !pod.is_terminating() && pod.takes_room();
        let pod = node.pods().iter().rev().find(is_active)?;
        Some((node.id, pod.id))
    }

    /// Resizes a deployment's replica sets by one step of its roll-out.
    pub(super) fn reconcile_deployment(&mut self, id: DeploymentId, context: &mut ChangeContext<'_>) {
        let Some(deployment) = known(self.deployments.get(id), "a deployment to be settled") else {
            return;
        };
        let sets = deployment.sets.iter();
        let found: Vec<_> = sets.filter_map(|set| known(self.sets.get(*set), "a set of a deployment")).collect();
        let rolled: Vec<ReplicaSetStatus> =
            found.iter().map(|set| ReplicaSetStatus { desired: set.desired, ready: set.ready() }).collect();
        let changes: Vec<_> = found
            .iter()
            .zip(roll_out(deployment.spec.replicas, &rolled))
            .filter(|(set, desired)| set.desired != *desired)
            .map(|(set, desired)| (set.id, set.name().to_owned(), set.desired, desired))
            .collect();
        for (set, name, before, after) in changes {
            let verb = if after > before { "up" } else { "down" };
            let message = format!("Scaled {verb} replica set {name} from {before} to {after}");
            self.record_deployment_event(id, message, context);
            self.resize(set, after);
        }
    }

    /// Puts the pods of daemon sets on a node that has registered.
    pub(super) fn place_daemons(&mut self, node: NodeId, context: &mut ChangeContext<'_>) {
        let daemons = self.sets.values().filter(|set| set.kind == SetKind::DaemonSet);
        let daemons: Vec<SetId> = daemons.map(|set| set.id).collect();
        for set in daemons {
            self.place_daemon(set, node, context);
        }
    }

    /// Puts a pod of a daemon set on a node, where it fits.
    pub(super) fn place_daemon(&mut self, id: SetId, node: NodeId, context: &mut ChangeContext<'_>) {
        let set = known(self.sets.get(id), "a daemon set");
        let Some((set, found)) = set.zip(known(self.nodes.get(node), "the node of a daemon set's pod")) else {
            return;
        };
        if check_node_constraints(&set.spec, found).is_err() || !set.spec.requests().fits_in(found.free()) {
            return;
        }
        let Some(pod) = self.next_pod(id, context) else {
            return;
        };
        let pod_id = pod.id;
        self.bind(pod, node);
        self.begin(node, pod_id, context);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{PodSpec, Resources};
    use crate::workloads::DeploymentSpec;
    use crate::{Cloud, ClusterSpec, PowerState};

    /// Pods of a cluster after deployments `a` and `b` were made, with these numbers of replicas.
    fn full(replicas: [u32; 2]) -> (Cloud, crate::ClusterId) {
        let mut cloud = Cloud::new(1);
        let cluster = cloud.load_cluster(ClusterSpec::new("c", "g", "eastus"), PowerState::Running);
        for (name, replicas) in ["a", "b"].into_iter().zip(replicas) {
            let template = PodSpec::new("default", name, Resources::new(1, 1));
            let (name, namespace) = (name.to_owned(), "default".to_owned());
            let spec = DeploymentSpec { name, namespace, labels: template.labels.clone(), replicas, template };
            let made = cloud.on_kubernetes(cluster, |kubernetes, context| kubernetes.create_deployment(spec, context));
            made.expect("a deployment");
        }
        cloud.advance_to(1000);
        (cloud, cluster)
    }

    fn pods(cloud: &Cloud, cluster: crate::ClusterId) -> Vec<u32> {
        let kubernetes = cloud.kubernetes(cluster).expect("the cluster");
        let sets = kubernetes.sets().filter(|set| set.spec.namespace == "default");
        sets.map(PodSet::active).collect()
    }

    #[test]
    fn a_cluster_holds_so_many_pods_and_no_more() {
        let (mut cloud, cluster) = full([u32::MAX, 7]);
        let there = cloud.kubernetes(cluster).expect("the cluster").pods().count();
        assert_eq!(there, CLUSTER_PODS_MAX as usize);
        assert_eq!(pods(&cloud, cluster)[1], 0);
        assert!(cloud.log().since(0).any(|record| record.text().reason == "FailedCreate"));
        let scaled = cloud.on_kubernetes(cluster, |kubernetes, _| {
            let own = |deployment: &&crate::workloads::Deployment| deployment.spec.name == "a";
            let first = kubernetes.deployments().find(own).map(|deployment| deployment.id);
            kubernetes.scale_deployment(first.expect("a deployment"), 5);
            Ok(())
        });
        scaled.expect("the cluster");
        cloud.advance_to(2000);
        assert_eq!(pods(&cloud, cluster), [5, 7]);
    }
}
