//! The Kubernetes objects of one cluster: the state that its controllers, its scheduler and its
//! kubelets share, as they share the API server's store.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::agenda::Agenda;
use super::deployment::Deployment;
use super::disks::Disks;
use super::drains::Drains;
use super::horizontals::Horizontals;
use super::loads::Loads;
use super::nodes::Nodes;
use super::pod_set::PodSet;
use super::scoring::Scoring;
use super::template::NodeTemplate;
use super::work_queue::WorkQueue;
use crate::azure::pool::Pool;
use crate::ground::id::{DeploymentId, NodeId, PoolId};
use crate::ground::queue::Ticket;
use crate::ground::table::Table;
use crate::kubernetes::{DisruptionBudget, NodeInfo, Pod, SetId};

/// The Kubernetes objects of one cluster, and what is under way with them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kubernetes {
    pub(super) nodes: Nodes,
    pub(super) templates: Table<PoolId, NodeTemplate>,
    pub(super) sets: Table<SetId, PodSet>,
    pub(super) deployments: Table<DeploymentId, Deployment>,
    pub(super) budgets: Vec<DisruptionBudget>,
    pub(super) scoring: Scoring,
    pub(super) disks: Disks,
    pub(super) drains: Drains,
    pub(super) agenda: Agenda,
    pub(super) loads: Loads,
    pub(super) horizontals: Horizontals,
    pub(super) generation: u64,
    pub(super) latest_pod: u32,
    pub(super) latest_set: u32,
    pub(super) latest_deployment: u32,
    pub(super) work_queue: WorkQueue,
}

impl Hash for Kubernetes {
    /// Hashes every field. Their order is that of recorded fingerprints.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            nodes,
            templates,
            sets,
            deployments,
            budgets,
            scoring,
            disks,
            drains,
            agenda,
            loads,
            horizontals,
            generation,
            latest_pod,
            latest_set,
            latest_deployment,
            work_queue,
        } = self;
        let (nodes, index, pods_with_anti_affinity) = nodes.parts();
        (nodes, templates, sets, deployments, budgets, index).hash(state);
        (scoring, disks, drains, agenda, loads, horizontals, pods_with_anti_affinity).hash(state);
        (generation, latest_pod, latest_set, latest_deployment, work_queue).hash(state);
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
        self.nodes.of_pool(pool)
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

    /// Returns the number of pods that are not over and not ending.
    #[must_use]
    pub fn active_pods(&self) -> u32 {
        self.sets.values().map(PodSet::active).fold(0, u32::saturating_add)
    }

    /// Returns the sets that have pending pods, those without a node.
    pub fn pending(&self) -> impl Iterator<Item = &PodSet> + Clone {
        self.sets.values().filter(|set| !set.waiting().is_empty())
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
        let waiting = self.sets.values().flat_map(PodSet::waiting);
        waiting.chain(self.nodes.values().flat_map(|node| node.pods()))
    }

    /// Counts the time in which nothing changes.
    pub(crate) fn pass_time(&mut self, time_ms: u64) {
        self.nodes.pass_time(time_ms);
    }

    /// Returns the share of a pool's compute that pods have requested so far, in micro-dollars. Half of a machine's price
    /// is for its processors and half for its memory, each shared out by what is allocatable: an assumption, as of
    /// `OpenCost`, which weighs the two by their prices.
    #[must_use]
    pub(crate) fn requested_microdollars(&self, pool: &Pool) -> u64 {
        let Some(template) = self.templates.get(pool.id) else {
            return 0;
        };
        let requested = self.nodes.requested(pool.id);
        let price = u128::from(pool.prices().compute_microdollars_per_hour);
        let share = |sum: u128, allocatable: u64| sum * price / u128::from(allocatable.max(1));
        let both = share(requested.cpu_millis_ms, template.allocatable.cpu_millis)
            + share(requested.memory_byte_ms, template.allocatable.memory_bytes);
        u64::try_from(both / 2 / 3_600_000).unwrap_or(u64::MAX)
    }

    /// Returns the scoring strategy.
    #[must_use]
    pub fn scoring(&self) -> Scoring {
        self.scoring
    }

    /// Sets the scoring strategy for pods that are placed from now on.
    pub fn set_scoring(&mut self, scoring: Scoring) {
        self.scoring = scoring;
    }

    /// Returns a number that changes whenever a node, a pod or a budget does; equal numbers mean that
    /// nothing has changed.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Bumps `generation`, so that the autoscaler rescans.
    pub(crate) fn bump_generation(&mut self) {
        self.generation += 1;
    }

    /// Returns every entry that this cluster has in the cloud's queue: of the agenda, loads and
    /// horizontal autoscalers.
    pub(crate) fn tickets(&self) -> impl Iterator<Item = Ticket> + '_ {
        self.agenda.tickets().chain(self.loads.tickets()).chain(self.horizontals.tickets())
    }
}
