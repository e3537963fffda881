//! A fake cloud provider around an autoscaler, for cases that run its loop: node groups whose target sizes change
//! as asked, and a record of the calls.

use std::sync::Arc;

use super::model::{NOW_MS, Nodes};
use scale_down_engine::autoscaler::cluster_state::FailedInstance;
use scale_down_engine::autoscaler::expander::ExpansionOption;
use scale_down_engine::autoscaler::registered_nodes::RegisteredNodes;
use scale_down_engine::autoscaler::remaining_budgets::RemainingBudgets;
use scale_down_engine::autoscaler::scale_up::EstimateLimit;
use scale_down_engine::autoscaler::template::Template;
use scale_down_engine::autoscaler::{
    Autoscaler, AutoscalerEvent, AutoscalingContext, CloudProvider, LoopInput, LoopOutcome, NodeGroup, Settings,
};
use scale_down_engine::kubernetes::{NodeId, NodeInfo, Pod, PodSpec};
use scale_down_engine::{PoolId, ScaleDownMode};

/// A call of the autoscaler to the provider; a group is given by its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderCall {
    /// Increase of a group's target size.
    IncreaseSize(usize, u32),
    /// Decrease of a group's target size, without the deletion of a node.
    DecreaseTargetSize(usize, u32),
    /// Deletion of instances, by instance id, that never registered as nodes.
    DeleteMachines(usize, Vec<u32>),
    /// Removal of nodes: the empty ones at once, the others after a drain.
    StartDeletion(Vec<NodeId>, Vec<NodeId>),
}

/// The fake cloud provider with its autoscaler.
#[derive(Debug, Default)]
pub struct FakeProvider {
    /// The node groups.
    pub groups: Vec<NodeGroup>,
    /// Template node of each group.
    pub templates: Vec<Template>,
    /// Instance ids of each group that have not registered as nodes.
    pub unregistered: Vec<Vec<u32>>,
    /// Failed instances of each group.
    pub failed: Vec<Vec<FailedInstance>>,
    /// Pending pods.
    pub pending: Vec<Pod>,
    /// Nodes whose instances have been deleted.
    pub gone: Vec<NodeId>,
    /// The autoscaler.
    pub autoscaler: Autoscaler,
    /// Its calls in the loop under way.
    pub calls: Vec<ProviderCall>,
    /// All events that it has emitted.
    pub events: Vec<AutoscalerEvent>,
}

impl FakeProvider {
    /// Adds a group with a template node, and returns its pool id.
    pub fn add_group(&mut self, name: &str, (min, max, target): (u32, u32, u32), template: NodeInfo) -> PoolId {
        let id = template.id.pool;
        let policy = ScaleDownMode::Delete;
        self.groups.push(NodeGroup { id, name: name.into(), min, max, target, policy });
        self.templates.push(Template { capacity: template.allocatable, node: template });
        self.unregistered.push(Vec::new());
        self.failed.push(Vec::new());
        id
    }

    /// Returns the index of a group.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.groups.iter().position(|group| &*group.name == name)
    }

    /// Runs one loop `after_ms` milliseconds after the moment of the case; returns its outcome and its calls.
    pub fn run(&mut self, nodes: &Nodes, settings: &Settings, after_ms: u64) -> (LoopOutcome, Vec<ProviderCall>) {
        let mut autoscaler = std::mem::take(&mut self.autoscaler);
        let templates = self.templates.clone();
        let mut input = LoopInput {
            groups: self.groups.clone(),
            templates: &templates,
            nodes: RegisteredNodes::new(nodes.sorted()),
            gone: self.gone.clone(),
            unregistered: self.unregistered.clone(),
            failed: self.failed.clone(),
            pending: self.pending.clone(),
            evicted: Vec::new(),
            deleting: Vec::new(),
            draining: Vec::new(),
            budgets: RemainingBudgets::default(),
            quotas: Vec::new(),
            limit: EstimateLimit::None,
            generation: after_ms,
        };
        let mut events = Vec::new();
        let now_ms = NOW_MS + after_ms;
        let mut context =
            AutoscalingContext { input: &mut input, provider: self, settings, now_ms, events: &mut events };
        let outcome = autoscaler.run_once(&mut context);
        self.autoscaler = autoscaler;
        self.events.append(&mut events);
        (outcome, std::mem::take(&mut self.calls))
    }

    fn change(&mut self, group: usize, by: i64) {
        if let Some(group) = self.groups.get_mut(group) {
            group.target = u32::try_from(i64::from(group.target) + by).unwrap_or_default();
        }
    }
}

impl CloudProvider for FakeProvider {
    fn target_size(&self, group: usize) -> u32 {
        self.groups.get(group).map_or(0, |group| group.target)
    }

    fn increase_size(&mut self, group: usize, by: u32) -> Result<(), String> {
        self.change(group, by.into());
        self.calls.push(ProviderCall::IncreaseSize(group, by));
        Ok(())
    }

    fn delete_instances(&mut self, group: usize, instances: &[u32]) -> Result<(), String> {
        self.change(group, -i64::try_from(instances.len()).unwrap_or_default());
        self.calls.push(ProviderCall::DeleteMachines(group, instances.to_vec()));
        Ok(())
    }

    fn decrease_target_size(&mut self, group: usize, by: u32) {
        self.change(group, -i64::from(by));
        self.calls.push(ProviderCall::DecreaseTargetSize(group, by));
    }

    fn start_deletion(&mut self, empty: &[NodeId], drain: &[NodeId]) {
        for id in empty.iter().chain(drain) {
            if let Some(place) = self.groups.iter().position(|group| group.id == id.pool) {
                self.change(place, -1);
            }
        }
        self.calls.push(ProviderCall::StartDeletion(empty.to_vec(), drain.to_vec()));
    }

    fn missing_replicas(&self, _spec: &PodSpec) -> Option<u32> {
        None
    }

    fn best_option(&mut self, options: &[ExpansionOption], _events: &mut Vec<AutoscalerEvent>) -> Option<usize> {
        (!options.is_empty()).then_some(0)
    }
}

/// Returns a template node with the allocatable resources, labels and taints of a node.
#[must_use]
pub fn like(node: &NodeInfo) -> NodeInfo {
    let mut template = NodeInfo::new(node.id, "template", node.allocatable);
    template.labels = Arc::clone(&node.labels);
    template.taints = Arc::clone(&node.taints);
    template
}
