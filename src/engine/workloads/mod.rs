//! What lives in a cluster: its nodes and pods, the controllers that make them, the scheduler that
//! places them, the kubelets that run them, and what evicts them.
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
pub use pod_set::{DeploymentId, PodSet, SetKind};
pub use requests::{ObjectError, Refusal};
pub use scheduler::Scoring;
pub use template::{NodeTemplate, Standing};

use super::kubernetes::{DisruptionBudget, Image, NodeId, NodeInfo, Pod, SetId};
use super::pool::PoolId;
use super::table::Table;

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
    /// What lies on the disks of nodes, whether they run or not.
    disks: Table<NodeId, Disk>,
    drains: Table<NodeId, Drain>,
    autoscaler_drain: DrainPolicy,
    agenda: Table<u64, Due>,
    loads: Table<DeploymentId, Load>,
    horizontals: Table<DeploymentId, Horizontal>,
    /// How many pods on nodes keep others away.
    keeping_away: u32,
    generation: u64,
    latest_pod: u32,
    latest_set: u32,
    latest_deployment: u32,
    todo: Todo,
}

/// What has changed and has not been looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Todo {
    deployments: Vec<DeploymentId>,
    sets: Vec<SetId>,
    /// Whether there are pods that the scheduler has not tried yet.
    is_untried: bool,
    /// Nodes that have more room than before, or may take other pods.
    roomier: Vec<NodeId>,
}

impl Todo {
    fn is_empty(&self) -> bool {
        self.deployments.is_empty() && self.sets.is_empty() && !self.is_untried && self.roomier.is_empty()
    }
}

/// Adds what is not the latest entry already, which is what repetition looks like here.
fn note<T: PartialEq>(list: &mut Vec<T>, what: T) {
    if list.last() != Some(&what) {
        list.push(what);
    }
}

impl Kubernetes {
    /// Its nodes, by pool and instance id.
    #[must_use]
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = &Arc<NodeInfo>> + Clone {
        self.nodes.values()
    }

    /// The nodes of a pool, by instance id.
    pub fn nodes_of(&self, pool: PoolId) -> impl Iterator<Item = &Arc<NodeInfo>> + Clone {
        let first = NodeId { pool, instance_id: 0 };
        self.nodes.values_from(first).take_while(move |node| node.id.pool == pool)
    }

    /// A node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Arc<NodeInfo>> {
        self.nodes.get(id)
    }

    /// What the nodes of a pool have in common.
    #[must_use]
    pub fn template(&self, pool: PoolId) -> Option<&NodeTemplate> {
        self.templates.get(pool)
    }

    /// Whatever makes pods: replica sets, jobs, daemon sets, and bare pods by themselves.
    #[must_use]
    pub fn sets(&self) -> impl DoubleEndedIterator<Item = &PodSet> + Clone {
        self.sets.values()
    }

    /// One of them.
    #[must_use]
    pub fn set(&self, id: SetId) -> Option<&PodSet> {
        self.sets.get(id)
    }

    /// The sets that have pods without a node.
    pub fn pending(&self) -> impl Iterator<Item = &PodSet> + Clone {
        self.sets.values().filter(|set| !set.waiting.is_empty())
    }

    /// Its deployments, oldest first.
    #[must_use]
    pub fn deployments(&self) -> impl DoubleEndedIterator<Item = &Deployment> + Clone {
        self.deployments.values()
    }

    /// Its disruption budgets, oldest first.
    #[must_use]
    pub fn budgets(&self) -> &[DisruptionBudget] {
        &self.budgets
    }

    /// Every pod: those that wait, then those on nodes.
    pub fn pods(&self) -> impl Iterator<Item = &Pod> + '_ {
        let waiting = self.sets.values().flat_map(|set| &set.waiting);
        waiting.chain(self.nodes.values().flat_map(|node| node.pods()))
    }

    /// Changes whenever a node, a pod or a budget does: who has seen this number has seen everything.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Lets whoever watches this number look again.
    pub(crate) fn touch(&mut self) {
        self.generation += 1;
    }

    /// How the cluster autoscaler drains.
    pub(crate) fn set_autoscaler_drain(&mut self, policy: DrainPolicy) {
        self.autoscaler_drain = policy;
    }

    /// How the cluster autoscaler drains.
    pub(crate) fn autoscaler_drain(&self) -> DrainPolicy {
        self.autoscaler_drain
    }

    /// Whether a drain of a node goes on.
    #[must_use]
    pub fn is_draining(&self, node: NodeId) -> bool {
        self.drains.get(node).is_some()
    }

    /// Does all that is to do, now.
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
