//! Scheduling verdicts: a pod fits a node, or it does not for a reason in the scheduler's own words.
//!
//! The order of the checks is that of the scheduler's default filters, because a node is counted under
//! the first one that it fails.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::misfit::{Misfit, Shortage};
use super::node_info::NodeInfo;
use super::pod::Pod;
use super::pod_spec::PodSpec;
use super::taint::{Taint, TaintEffect, Toleration, untolerated};
use super::topology_counts::TopologyCounts;

/// The taint of a cordoned node.
pub const UNSCHEDULABLE_KEY: &str = "node.kubernetes.io/unschedulable";

/// Checks that a pod fits a node as it is, given the pods around it.
///
/// # Errors
///
/// The first reason why it does not.
pub fn check_fit<'a>(spec: &PodSpec, node: &'a NodeInfo, topology: &TopologyCounts) -> Result<(), Misfit<'a>> {
    check_node_constraints(spec, node)?;
    if !has_ports(spec, node) {
        return Err(Misfit::HostPorts);
    }
    match Shortage::of(spec.requests(), node.free()) {
        Some(shortage) => Err(Misfit::Insufficient(shortage)),
        None => topology.misfit(spec, node).map_or(Ok(()), Err),
    }
}

/// Checks that a pod fits a node by what does not change with the pods there: cordon, taints and
/// labels.
///
/// # Errors
///
/// The first reason why it does not.
pub fn check_node_constraints<'a>(spec: &PodSpec, node: &'a NodeInfo) -> Result<(), Misfit<'a>> {
    if node.is_unschedulable && !tolerates_cordon(&spec.tolerations) {
        return Err(Misfit::Unschedulable);
    }
    if let Some(taint) = untolerated(&node.taints, &spec.tolerations) {
        return Err(Misfit::UntoleratedTaint(taint));
    }
    if !node.has_labels_for(spec) {
        return Err(Misfit::Labels);
    }
    Ok(())
}

fn tolerates_cordon(tolerations: &[Toleration]) -> bool {
    let cordon = Taint::new(UNSCHEDULABLE_KEY, "", TaintEffect::NoSchedule);
    tolerations.iter().any(|toleration| toleration.tolerates(&cordon))
}

/// Returns `true` if no pod on a node holds a host port that this pod wants.
#[must_use]
pub fn has_ports(spec: &PodSpec, node: &NodeInfo) -> bool {
    let is_taken =
        |pod: &Pod| pod.takes_room() && pod.spec.host_ports.iter().any(|port| spec.host_ports.contains(port));
    spec.host_ports.is_empty() || !node.pods().iter().any(is_taken)
}

/// Counts of the reasons why nodes did not take a pod, for the scheduler's message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusals {
    nodes: u32,
    preemptible: u32,
    reasons: BTreeMap<String, u32>,
}

impl Refusals {
    /// Counts in nodes that do not take the pod for the same reason.
    pub fn add(&mut self, misfit: Misfit<'_>, nodes: u32) {
        self.nodes += nodes;
        self.preemptible += if misfit.is_preemptible() { nodes } else { 0 };
        for reason in misfit.reasons() {
            *self.reasons.entry(reason).or_default() += nodes;
        }
    }

    /// Returns the sentence of a `FailedScheduling` event. Where others are ending to make room it says
    /// nothing about preemption.
    #[must_use]
    pub fn message(&self, is_preempting: bool) -> String {
        let total = self.nodes;
        if total == 0 {
            return "no nodes available to schedule pods".to_owned();
        }
        let hopeless = total - self.preemptible;
        let preemption = [
            (hopeless, "Preemption is not helpful for scheduling"),
            (self.preemptible, "No preemption victims found for incoming pod"),
        ];
        let reasons = listed(self.reasons.iter().map(|(reason, nodes)| (*nodes, reason.as_str())));
        if is_preempting {
            return format!("0/{total} nodes are available: {reasons}.");
        }
        let preemption = listed(preemption.into_iter());
        format!("0/{total} nodes are available: {reasons}. preemption: 0/{total} nodes are available: {preemption}.")
    }
}

/// Lists the reasons with their numbers of nodes, sorted as text, as the scheduler does.
fn listed<'a>(reasons: impl Iterator<Item = (u32, &'a str)>) -> String {
    let mut texts: Vec<String> =
        reasons.filter(|(nodes, _)| *nodes > 0).map(|(nodes, reason)| format!("{nodes} {reason}")).collect();
    texts.sort();
    let mut list = String::new();
    for (index, text) in texts.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(list, "{comma}{text}");
    }
    list
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::selector::Selector;
    use super::*;
    use crate::azure::pool_spec::Pairs;
    use crate::ground::id::{NodeId, PoolId};
    use crate::kubernetes::Resources;

    fn node(edit: impl FnOnce(&mut NodeInfo)) -> NodeInfo {
        let id = NodeId { pool: PoolId::new(1), instance_id: 0 };
        let mut node = NodeInfo::new(id, "node", Resources { pods: 1, ..Resources::new(1000, 1000) });
        edit(&mut node);
        node
    }

    fn check(node: &NodeInfo, edit: impl FnOnce(&mut PodSpec), expected: &[&str]) {
        let mut spec = PodSpec::new("default", "pod", Resources::new(500, 500));
        edit(&mut spec);
        let topology = TopologyCounts::of(&spec, std::iter::once(node));
        let reasons = check_fit(&spec, node, &topology).map_or_else(Misfit::reasons, |()| Vec::new());
        assert_eq!(reasons, expected);
    }

    #[test]
    fn a_node_refuses_in_the_words_of_the_scheduler() {
        let cpu = |spec: &mut PodSpec| spec.containers[0].requests.cpu_millis = 1001;
        let both = |spec: &mut PodSpec| spec.containers[0].requests = Resources::new(1001, 1001);
        let gpu = |spec: &mut PodSpec| spec.containers[0].requests.gpus = 1;
        check(&node(|_| ()), |_| (), &[]);
        check(&node(|_| ()), cpu, &["Insufficient cpu"]);
        check(&node(|_| ()), both, &["Insufficient cpu", "Insufficient memory"]);
        check(&node(|_| ()), gpu, &["Insufficient nvidia.com/gpu"]);
        check(&node(|node| node.allocatable.pods = 0), |_| (), &["Too many pods"]);

        let cordoned = node(|node| node.is_unschedulable = true);
        check(&cordoned, |_| (), &["node(s) were unschedulable"]);
        check(&cordoned, |spec| spec.tolerations.push(Toleration::of_key(UNSCHEDULABLE_KEY)), &[]);

        let tainted = node(|node| node.taints = Arc::new([Taint::new("sku", "gpu", TaintEffect::NoSchedule)]));
        check(&tainted, cpu, &["node(s) had untolerated taint {sku: gpu}"]);
        check(&tainted, |spec| spec.tolerations.push(Toleration::of_key("sku")), &[]);

        let pair = || Pairs::from([("disk".to_owned(), "ssd".to_owned())]);
        let labelled = node(|node| node.labels = Arc::new(pair()));
        let elsewhere = &["node(s) didn't match Pod's node affinity/selector"];
        check(&labelled, |spec| spec.node_selector = pair(), &[]);
        check(&node(|_| ()), |spec| spec.node_selector = pair(), elsewhere);
        check(&labelled, |spec| spec.node_affinity.push(Selector::of_labels(&pair())), &[]);
        check(&node(|_| ()), |spec| spec.node_affinity.push(Selector::of_labels(&pair())), elsewhere);
        let port = |spec: &mut PodSpec| spec.host_ports.push(5555);
        let mut taken = node(|node| node.allocatable.pods = 2);
        check(&taken, port, &[]);
        let mut spec = PodSpec::new("default", "other", Resources::default());
        port(&mut spec);
        taken.add_pod(Pod::new(super::super::pod::PodId(1), Arc::new(spec), 0));
        check(&taken, port, &["node(s) didn't have free ports for the requested pod ports"]);
        check(&taken, |_| (), &[]);

        let hostname = Pairs::from([("kubernetes.io/hostname".to_owned(), "node".to_owned())]);
        check(&node(|_| ()), |spec| spec.node_selector = hostname, &[]);
    }

    #[test]
    fn refusals_add_up_to_the_schedulers_sentence() {
        let taint = Taint::new("CriticalAddonsOnly", "true", TaintEffect::NoSchedule);
        let short = Shortage { pods: false, cpu: true, memory: true, gpus: false };
        let mut refusals = Refusals::default();
        assert_eq!(refusals.message(false), "no nodes available to schedule pods");
        refusals.add(Misfit::UntoleratedTaint(&taint), 1);
        refusals.add(Misfit::Insufficient(short), 3);
        assert_eq!(
            refusals.message(false),
            "0/4 nodes are available: 1 node(s) had untolerated taint {CriticalAddonsOnly: true}, 3 Insufficient cpu, 3 Insufficient memory. preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod."
        );
    }
}
