//! The objects of the API: creation, look-up, change and deletion by name.

use std::sync::Arc;

use super::change_context::ChangeContext;
use super::deployment::{Deployment, DeploymentSpec};
use super::kubernetes::Kubernetes;
use super::object_error::ObjectError;
use super::pod_set::{PodSet, SetKind};
use super::template::NodeTemplate;
use crate::azure::pool_spec::Pairs;
use crate::ground::id::{DeploymentId, NodeId};
use crate::ground::invariant::known;
use crate::kubernetes::{DisruptionBudget, NodeInfo, Owner, OwnerKind, Pod, PodSpec, SetId, Taint};
use crate::record::{KubernetesEvent, PodEvent};

/// The label by which a deployment tells its replica sets apart.
const HASH_LABEL: &str = "pod-template-hash";

type Result<T> = std::result::Result<T, ObjectError>;

/// Returns the API resource of a kind of set.
#[must_use]
pub const fn kind_name(kind: SetKind) -> &'static str {
    match kind {
        SetKind::ReplicaSet(_) => "replicasets.apps",
        SetKind::DaemonSet => "daemonsets.apps",
        SetKind::Job { .. } => "jobs.batch",
        SetKind::Bare => "pods",
    }
}

/// Returns ten letters that identify one revision of a deployment's template.
fn template_hash(name: &str, revision: u32) -> String {
    const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    let seed = u64::from(revision);
    let mut rest = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let letter = |_| {
        let index = usize::try_from(rest % 27).unwrap_or_default();
        rest /= 27;
        LETTERS.get(index).copied().map_or('b', char::from)
    };
    (0..10).map(letter).collect()
}

impl Kubernetes {
    /// Returns a deployment by name.
    #[must_use]
    pub fn deployment(&self, namespace: &str, name: &str) -> Option<&Deployment> {
        self.deployments.values().find(|one| one.spec.namespace == namespace && one.spec.name == name)
    }

    /// Returns a set by API resource, namespace and name.
    #[must_use]
    pub fn set_named(&self, kind: &str, namespace: &str, name: &str) -> Option<&PodSet> {
        let is_it =
            |set: &&PodSet| kind_name(set.kind) == kind && set.spec.namespace == namespace && set.name() == name;
        self.sets.values().find(is_it)
    }

    /// Returns a pod by name, with its node if it has one.
    #[must_use]
    pub fn pod_named(&self, namespace: &str, name: &str) -> Option<(&Pod, Option<&NodeInfo>)> {
        let is_it = |pod: &&Pod| {
            let has_name = name.starts_with(&pod.spec.name) && pod.name() == name;
            has_name && pod.spec.namespace == namespace
        };
        let waiting = self.sets.values().flat_map(PodSet::waiting).find(is_it);
        let bound = || {
            let mut nodes = self.nodes.values();
            nodes.find_map(|node| Some((node.pods().iter().find(is_it)?, Some(node.as_ref()))))
        };
        waiting.map(|pod| (pod, None)).or_else(bound)
    }

    /// Returns a node by name.
    #[must_use]
    pub fn node_named(&self, name: &str) -> Option<&Arc<NodeInfo>> {
        self.nodes.values().find(|node| &*node.name == name)
    }

    /// Creates a deployment.
    ///
    /// # Errors
    ///
    /// If there is one of this name.
    pub fn create_deployment(&mut self, spec: DeploymentSpec, context: &mut ChangeContext<'_>) -> Result<DeploymentId> {
        if self.deployment(&spec.namespace, &spec.name).is_some() {
            return Err(ObjectError::exists("deployments.apps", &spec.name));
        }
        Ok(self.add_deployment(spec, context))
    }

    pub(super) fn add_deployment(&mut self, spec: DeploymentSpec, context: &mut ChangeContext<'_>) -> DeploymentId {
        self.latest_deployment += 1;
        let id = DeploymentId(self.latest_deployment);
        let deployment = Deployment { id, spec, created_ms: context.now_ms, revision: 0, sets: Vec::new() };
        self.deployments.insert(id, deployment);
        self.revise(id, context);
        id
    }

    /// Gives a deployment a new revision: a replica set with its current template.
    fn revise(&mut self, id: DeploymentId, context: &ChangeContext<'_>) {
        let Some(deployment) = known(self.deployments.get_mut(id), "a deployment that changes") else {
            return;
        };
        deployment.revision += 1;
        let wanted = &deployment.spec;
        let hash = template_hash(&wanted.name, deployment.revision);
        let name = format!("{}-{hash}", wanted.name);
        let mut spec = wanted.template.clone();
        spec.namespace.clone_from(&wanted.namespace);
        spec.name.clone_from(&name);
        spec.labels.insert(HASH_LABEL.to_owned(), hash);
        spec.owner = Some(Owner { kind: OwnerKind::ReplicaSet, name });
        let kind = SetKind::ReplicaSet(Some(id));
        let set = self.add_set(|set| PodSet::new(set, kind, Arc::new(spec), 0, context.now_ms));
        if let Some(deployment) = known(self.deployments.get_mut(id), "a deployment that changes") {
            deployment.sets.push(set);
        }
        self.work_queue.note_deployment(id);
    }

    /// Sets the number of pods of a deployment.
    pub fn scale_deployment(&mut self, id: DeploymentId, replicas: u32) {
        let deployment = known(self.deployments.get_mut(id), "a deployment that is scaled");
        if let Some(deployment) = deployment.filter(|one| one.spec.replicas != replicas) {
            deployment.spec.replicas = replicas;
            self.work_queue.note_deployment(id);
        }
    }

    /// Scales a deployment up to at least `replicas` pods; never down.
    pub fn raise_deployment(&mut self, id: DeploymentId, replicas: u32) {
        let deployment = known(self.deployments.get(id), "a deployment that is scaled");
        let before = deployment.map_or(0, |deployment| deployment.spec.replicas);
        self.scale_deployment(id, replicas.max(before));
    }

    /// Changes the pod template of a deployment, and rolls that out.
    pub fn change_template(&mut self, id: DeploymentId, edit: impl FnOnce(&mut PodSpec), context: &ChangeContext<'_>) {
        let Some(deployment) = known(self.deployments.get_mut(id), "a deployment that changes") else {
            return;
        };
        let before = deployment.spec.template.clone();
        edit(&mut deployment.spec.template);
        if deployment.spec.template != before {
            self.revise(id, context);
        }
    }

    /// Deletes a deployment with its pods.
    pub fn delete_deployment(&mut self, id: DeploymentId, context: &mut ChangeContext<'_>) {
        self.remove_load(id, context);
        self.remove_horizontal(id, context);
        let deployment = known(self.deployments.remove(id), "a deployment that is deleted");
        for set in deployment.into_iter().flat_map(|deployment| deployment.sets) {
            self.delete_set(set, context);
        }
    }

    /// Creates a replica set, a job, a daemon set or a bare pod. The name comes from the specification,
    /// the owner is set here.
    ///
    /// # Errors
    ///
    /// If there is one of this name.
    pub fn create_set(
        &mut self,
        kind: SetKind,
        mut spec: PodSpec,
        desired: u32,
        context: &mut ChangeContext<'_>,
    ) -> Result<SetId> {
        let (name, namespace) = (spec.name.clone(), spec.namespace.clone());
        let is_taken = match kind {
            SetKind::Bare => self.pod_named(&namespace, &name).is_some(),
            _ => self.set_named(kind_name(kind), &namespace, &name).is_some(),
        };
        if is_taken {
            return Err(ObjectError::exists(kind_name(kind), &name));
        }
        let owner = match kind {
            SetKind::ReplicaSet(_) => Some(OwnerKind::ReplicaSet),
            SetKind::DaemonSet => Some(OwnerKind::DaemonSet),
            SetKind::Job { .. } => Some(OwnerKind::Job),
            SetKind::Bare => None,
        };
        spec.owner = owner.map(|kind| Owner { kind, name });
        let id = self.add_set(|id| PodSet::new(id, kind, Arc::new(spec), desired, context.now_ms));
        match kind {
            SetKind::Bare => self.create(id, context),
            SetKind::DaemonSet => {
                let nodes: Vec<NodeId> = self.nodes.values().map(|node| node.id).collect();
                for node in nodes {
                    self.place_daemon(id, node, context);
                }
            }
            SetKind::ReplicaSet(_) | SetKind::Job { .. } => {}
        }
        Ok(id)
    }

    /// Sets the number of pods of a replica set.
    pub fn scale_set(&mut self, id: SetId, desired: u32) {
        self.resize(id, desired);
    }

    /// Deletes a set with its pods.
    pub fn delete_set(&mut self, id: SetId, context: &mut ChangeContext<'_>) {
        if !self.drop_set(id) {
            return;
        }
        let of_set = |node: &Arc<NodeInfo>| {
            let pods = node.pods().iter().filter(|pod| pod.set == id);
            pods.map(|pod| (node.id, pod.id)).collect::<Vec<_>>()
        };
        let pods: Vec<_> = self.nodes.values().flat_map(of_set).collect();
        for (node, pod) in pods {
            self.end(node, pod, PodEvent::Killing, context);
        }
    }

    /// Deletes a pod; its controller, if it has one, makes another.
    ///
    /// # Errors
    ///
    /// If there is none of this name.
    pub fn delete_pod(&mut self, namespace: &str, name: &str, context: &mut ChangeContext<'_>) -> Result<()> {
        let Some((pod, node)) = self.pod_named(namespace, name) else {
            return Err(ObjectError::missing("pods", name));
        };
        let (id, set, node) = (pod.id, pod.set, node.map(|node| node.id));
        if let Some(node) = node {
            self.end(node, id, PodEvent::Killing, context);
        } else {
            let was_there = self.sets.get_mut(set).is_some_and(|set| set.take(id));
            debug_assert!(was_there, "{name} is on no node and does not wait");
            self.work_queue.note_set(set);
        }
        Ok(())
    }

    /// Creates a disruption budget.
    ///
    /// # Errors
    ///
    /// If there is one of this name.
    pub fn create_budget(&mut self, budget: DisruptionBudget) -> Result<()> {
        let is_it = |known: &DisruptionBudget| known.namespace == budget.namespace && known.name == budget.name;
        if self.budgets.iter().any(is_it) {
            return Err(ObjectError::exists("poddisruptionbudgets.policy", &budget.name));
        }
        self.budgets.push(budget);
        self.generation += 1;
        Ok(())
    }

    /// Deletes a disruption budget.
    ///
    /// # Errors
    ///
    /// If there is none of this name.
    pub fn delete_budget(&mut self, namespace: &str, name: &str) -> Result<()> {
        let before = self.budgets.len();
        self.budgets.retain(|budget| budget.namespace != namespace || budget.name != name);
        if self.budgets.len() == before {
            return Err(ObjectError::missing("poddisruptionbudgets.policy", name));
        }
        self.generation += 1;
        Ok(())
    }

    /// Cordons a node, or takes the cordon away.
    pub fn set_cordon(&mut self, id: NodeId, is_cordoned: bool) {
        if is_cordoned {
            self.cordon(id);
        } else {
            self.uncordon(id);
        }
    }

    /// Changes the taints of a node.
    pub fn change_taints(&mut self, id: NodeId, edit: impl FnOnce(&mut Vec<Taint>)) {
        let shared = |taints: Vec<Taint>, template: Option<&NodeTemplate>| match template {
            Some(template) => template.shared_taints(taints),
            None => taints.into(),
        };
        let templates = std::mem::take(&mut self.templates);
        self.change_node(id, |node| {
            let mut taints = node.taints.to_vec();
            edit(&mut taints);
            if taints != node.taints.as_ref() {
                node.taints = shared(taints, templates.get(id.pool));
            }
        });
        self.templates = templates;
        self.work_queue.note_more_room(id);
    }

    /// Changes the labels of a node.
    pub fn change_labels(&mut self, id: NodeId, edit: impl FnOnce(&mut Pairs)) {
        self.change_node(id, |node| edit(Arc::make_mut(&mut node.labels)));
        self.work_queue.note_more_room(id);
    }

    /// Changes the annotations of a node.
    pub fn change_annotations(&mut self, id: NodeId, edit: impl FnOnce(&mut Pairs)) {
        self.change_node(id, |node| edit(Arc::make_mut(&mut node.annotations)));
    }

    pub(super) fn record_deployment_event(&self, id: DeploymentId, message: String, context: &mut ChangeContext<'_>) {
        if let Some(deployment) = known(self.deployments.get(id), "a deployment that is settled") {
            context.record_event(KubernetesEvent {
                namespace: Some(deployment.spec.namespace.clone()),
                object: format!("deployment/{}", deployment.spec.name),
                is_warning: false,
                source: "deployment-controller",
                reason: "ScalingReplicaSet",
                message,
            });
        }
    }
}
