//! Suites about the estimator, which counts the nodes that pending pods need.

use std::sync::Arc;

use super::answer::Answer;
use super::input::{Input, Read};
use super::model::{self, named_pod, pod_spec, pool};
use scale_down_engine::autoscaler::cluster_snapshot::ClusterSnapshot;
use scale_down_engine::autoscaler::estimator::{estimate, ordered};
use scale_down_engine::kubernetes::{NodeId, NodeInfo, Pod};

fn node(input: &Input<'_>, group: usize, instance_id: u32) -> Read<NodeInfo> {
    model::node(input, NodeId { pool: pool(group), instance_id })
}

/// Adapter of the suite `binpacking`.
pub fn binpacking(input: &Input<'_>) -> Read<Answer> {
    let template = node(&input.get("template")?, 0, 0)?;
    let mut existing = Vec::new();
    for (index, one) in (0..).zip(input.list("existing_nodes")?) {
        existing.push(Arc::new(node(&one, 1, index)?));
    }
    let mut pods: Vec<Vec<Pod>> = Vec::new();
    let mut next = 0;
    for group in input.get("pod_groups")?.as_list()? {
        let spec = pod_spec(&group)?;
        let count = group.small("count")?;
        pods.push((next..next + count).map(|id| named_pod(id, spec.clone())).collect());
        next += count;
    }
    let max = input.small_or("max_nodes", 0)?;
    let groups = pods.iter().map(|group| group.iter().collect()).collect();
    let mut snapshot = ClusterSnapshot::new(existing.into_iter());
    let estimated = estimate(&mut snapshot, groups, &template, (max > 0).then_some(max));
    Ok(Answer::new().with("nodes", estimated.nodes).with("pods_scheduled", estimated.pods.len()))
}

/// Adapter of the suite `pod-ordering`.
pub fn pod_ordering(input: &Input<'_>) -> Read<Answer> {
    let node = node(&input.get("node")?, 0, 0)?;
    let pods = input.get("pods")?.as_list()?;
    let pods = pods.iter().zip(0..).map(|(one, id)| model::pod(one, id)).collect::<Read<Vec<_>>>()?;
    let groups = ordered(pods.iter().map(|pod| vec![pod]).collect(), node.allocatable);
    let order = groups.iter().flatten().map(|pod| pod.spec.name.clone());
    Ok(Answer::new().with("order", order.collect::<Vec<_>>()))
}
