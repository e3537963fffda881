//! The contents of a cluster: its nodes and pods, the controllers that make them, the scheduler that
//! places them, the kubelets that run them, and everything that evicts them.
//!
//! A pod is in one place: with its set while it waits for a node, on its node after that. Whatever
//! happens is noted as something to do, and [`Kubernetes::settle`] does it: controllers first, then
//! the scheduler, until nothing is left. So a thousand changes at one moment are one piece of work,
//! and where nothing changes nothing is done.

mod agenda;
mod controllers;
pub mod curve;
mod deployment;
mod drain;
mod horizontal;
mod index;
mod kubelet;
mod load;
mod moment;
mod node_list;
mod nodes;
mod objects;
mod pod_set;
mod preemption;
mod requests;
mod scheduler;
mod system;
mod template;

use std::sync::Arc;

pub use crate::ground::id::DeploymentId;
use agenda::Due;
pub use curve::{Curve, CurvePoint};
pub use deployment::{Deployment, DeploymentSpec};
use drain::Drain;
pub use drain::DrainPolicy;
pub use horizontal::{Horizontal, HorizontalSpec};
use index::CapacityIndex;
use kubelet::Disk;
pub use load::Load;
pub use moment::Moment;
pub use objects::kind_name;
pub use pod_set::{PodSet, SetKind};
pub use requests::{ObjectError, Refusal};
pub use scheduler::Scoring;
pub use template::{NodeTemplate, Standing};

use crate::ground::id::{NodeId, PoolId};
use crate::ground::table::Table;
use crate::kubernetes::{DisruptionBudget, Image, NodeInfo, Pod, SetId};

/// The Kubernetes objects of one cluster, and what is under way with them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Kubernetes {
    nodes: Table<NodeId, Arc<NodeInfo>>,
    templates: Table<PoolId, NodeTemplate>,
    sets: Table<SetId, PodSet>,
    deployments: Table<DeploymentId, Deployment>,
    budgets: Vec<DisruptionBudget>,
    index: CapacityIndex,
    scoring: Scoring,
    /// Every image that a pod has asked for; elsewhere they are numbers.
    images: Vec<Image>,
    /// Images on the disks of nodes, whether the nodes run or not.
    disks: Table<NodeId, Disk>,
    drains: Table<NodeId, Drain>,
    autoscaler_drain: DrainPolicy,
    agenda: Table<u64, Due>,
    loads: Table<DeploymentId, Load>,
    horizontals: Table<DeploymentId, Horizontal>,
    /// Number of pods on nodes that keep others away by anti-affinity.
    keeping_away: u32,
    generation: u64,
    latest_pod: u32,
    latest_set: u32,
    latest_deployment: u32,
    todo: Todo,
}

/// Changes that controllers and scheduler have not looked at yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Todo {
    deployments: Vec<DeploymentId>,
    sets: Vec<SetId>,
    /// `true` if there are pods that the scheduler has not tried yet.
    is_untried: bool,
    /// Nodes that have more room than before, or may take other pods.
    roomier: Vec<NodeId>,
}

impl Todo {
    fn is_empty(&self) -> bool {
        self.deployments.is_empty() && self.sets.is_empty() && !self.is_untried && self.roomier.is_empty()
    }
}

/// Appends an entry unless the last one equals it: repetitions come in a row here.
fn note<T: PartialEq>(list: &mut Vec<T>, what: T) {
    if list.last() != Some(&what) {
        list.push(what);
    }
}

impl Kubernetes {
    /// Returns the nodes, by pool and instance id.
    #[must_use]
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = &Arc<NodeInfo>> + Clone {
        self.nodes.values()
    }

    /// Returns the nodes of a pool, by instance id.
    pub fn nodes_of(&self, pool: PoolId) -> impl Iterator<Item = &Arc<NodeInfo>> + Clone {
        let first = NodeId { pool, instance_id: 0 };
        self.nodes.values_from(first).take_while(move |node| node.id.pool == pool)
    }

    /// Returns a node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Arc<NodeInfo>> {
        self.nodes.get(id)
    }

    /// Returns the template of a pool's nodes: what they have in common.
    #[must_use]
    pub fn template(&self, pool: PoolId) -> Option<&NodeTemplate> {
        self.templates.get(pool)
    }

    /// Returns everything that makes pods: replica sets, jobs, daemon sets, and bare pods by
    /// themselves.
    #[must_use]
    pub fn sets(&self) -> impl DoubleEndedIterator<Item = &PodSet> + Clone {
        self.sets.values()
    }

    /// Returns one pod set.
    #[must_use]
    pub fn set(&self, id: SetId) -> Option<&PodSet> {
        self.sets.get(id)
    }

    /// Returns the sets that have pending pods, those without a node.
    pub fn pending(&self) -> impl Iterator<Item = &PodSet> + Clone {
        self.sets.values().filter(|set| !set.waiting.is_empty())
    }

    /// Returns the deployments, oldest first.
    #[must_use]
    pub fn deployments(&self) -> impl DoubleEndedIterator<Item = &Deployment> + Clone {
        self.deployments.values()
    }

    /// Returns the pod disruption budgets, oldest first.
    #[must_use]
    pub fn budgets(&self) -> &[DisruptionBudget] {
        &self.budgets
    }

    /// Returns every pod: those that wait, then those on nodes.
    pub fn pods(&self) -> impl Iterator<Item = &Pod> + '_ {
        let waiting = self.sets.values().flat_map(|set| &set.waiting);
        waiting.chain(self.nodes.values().flat_map(|node| node.pods()))
    }

    /// Returns a number that changes whenever a node, a pod or a budget does; equal numbers mean that
    /// nothing has changed.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Bumps `generation`, so that the autoscaler rescans.
    pub(crate) fn touch(&mut self) {
        self.generation += 1;
    }

    /// Sets the drain policy of the cluster autoscaler.
    pub(crate) fn set_autoscaler_drain(&mut self, policy: DrainPolicy) {
        self.autoscaler_drain = policy;
    }

    /// Returns the drain policy of the cluster autoscaler.
    pub(crate) fn autoscaler_drain(&self) -> DrainPolicy {
        self.autoscaler_drain
    }

    /// Runs the controllers, then the scheduler, until nothing is left to do.
    pub fn settle(&mut self, moment: &mut Moment<'_>) {
        while !self.todo.is_empty() {
            self.generation += 1;
            while let Some(deployment) = self.todo.deployments.pop() {
                self.reconcile_deployment(deployment, moment);
            }
            while let Some(set) = self.todo.sets.pop() {
                self.reconcile_set(set, moment);
            }
            if self.todo.deployments.is_empty() {
                self.schedule(moment);
            }
        }
    }
}
