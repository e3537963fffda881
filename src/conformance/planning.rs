//! Suites about the scale-down planner, which simulates the removal of nodes.

use std::sync::Arc;

use super::answer::Answer;
use super::candidates::{set_count, set_fraction, set_time};
use super::input::{Input, Read};
use super::model::{self, NOW_MS, Nodes, named_pod, own, pool, sorted};
use scale_down_engine::autoscaler::cluster_snapshot::ClusterSnapshot;
use scale_down_engine::autoscaler::eligibility::SCALE_DOWN_DISABLED;
use scale_down_engine::autoscaler::planner::{Planner, PlannerInput};
use scale_down_engine::autoscaler::remaining_budgets::RemainingBudgets;
use scale_down_engine::autoscaler::removal::{NodeToBeRemoved, simulate};
use scale_down_engine::autoscaler::unneeded::Unneeded;
use scale_down_engine::autoscaler::{NodeGroup, Setting, Settings};
use scale_down_engine::kubernetes::{NodeId, NodeInfo, Pod, PodSpec, Resources};
use scale_down_engine::{Pairs, ScaleDownMode};

/// Returns the settings of upstream's tests of the planner and of node removal: local storage, system pods and
/// custom controllers block no removal.
fn lenient() -> Settings {
    let mut settings = Settings::default();
    let flags = [
        Setting::SkipNodesWithLocalStorage,
        Setting::SkipNodesWithSystemPods,
        Setting::SkipNodesWithCustomControllerPods,
    ];
    for flag in flags {
        settings.set(flag, 0);
    }
    settings
}

/// Adapter of the suite `node-removal`.
pub fn node_removal(input: &Input<'_>) -> Read<Answer> {
    let mut nodes = Nodes::default();
    for node in input.list("nodes")? {
        nodes.add(&node, pool(0))?;
    }
    for pod in input.list("pods")? {
        nodes.place(&pod)?;
    }
    let mut settings = lenient();
    settings.set(Setting::SkipNodesWithCustomControllerPods, 1);
    let budgets = model::budgets(input)?;
    let candidate = input.text("candidate")?;
    let id = nodes.all.iter().find(|node| &*node.name == candidate).map(|node| node.id);
    let mut snapshot = ClusterSnapshot::new(nodes.sorted().into_iter());
    let slot = id.and_then(|id| snapshot.slot_of(id));
    let answer = Answer::new();
    Ok(match simulate(&mut snapshot, slot, &budgets, &settings, NOW_MS) {
        Ok(NodeToBeRemoved { moves, .. }) => {
            let names = moves.iter().map(|step| step.simulated.pod().spec.name.clone());
            answer.with("removable", true).with_set("reschedule", sorted(names)).with("reason", ())
        }
        Err(reason) => {
            answer.with("removable", false).with("reason", reason.name()).with_set("reschedule", Vec::<String>::new())
        }
    })
}

/// Reads an evicted pod, whose kind decides its owner.
fn evicted(input: &Input<'_>, nodes: &mut Nodes) -> Read<Pod> {
    let mut pod = nodes.pod(input)?;
    let mut spec = PodSpec::clone(&pod.spec);
    let kind = input.find("kind").map_or(Ok("none"), |kind| kind.as_text())?;
    match kind {
        "static" => {
            spec.owner = None;
            spec.annotations.insert("kubernetes.io/config.source".to_owned(), "file".to_owned());
        }
        "mirror" | "ReplicaSet" | "DaemonSet" | "daemonset" | "Job" | "StatefulSet" | "ReplicationController" => {}
        "bare" | "none" => spec.owner = None,
        "ds" | "DS" => own(&mut spec, "DaemonSet", "ds"),
        // A replica set, by its name.
        name => own(&mut spec, "ReplicaSet", name),
    }
    pod.spec = Arc::new(spec);
    Ok(pod)
}

/// Adapter of the suite `planner`.
pub fn planner(input: &Input<'_>) -> Read<Answer> {
    let mut nodes = Nodes::default();
    let mut in_progress = Vec::new();
    for node in input.get("nodes")?.as_list()? {
        let id = nodes.add(&node, pool(0))?;
        if node.flag_or("being_deleted", false)? {
            in_progress.push(id);
        }
    }
    for pod in input.list("pods")? {
        nodes.place(&pod)?;
    }
    let eligible = input.texts("eligible")?;
    for node in &mut nodes.all {
        if !eligible.contains(&&*node.name) {
            let mark = (SCALE_DOWN_DISABLED.to_owned(), "true".to_owned());
            node.annotations = Arc::new(Pairs::from([mark]));
        }
    }
    let mut gone = Vec::new();
    for pod in input.list("recently_evicted")? {
        // A pod that nobody knows the node of is gone all the same.
        if let Some(from) = pod.find("from").map(|from| from.as_text()).transpose()?.filter(|from| !from.is_empty()) {
            nodes.find(from)?;
        }
        gone.push(evicted(&pod, &mut nodes)?);
    }
    let mut sets = Vec::new();
    for (name, set) in input.fields("replica_sets")? {
        let missing = set.small("desired")?.saturating_sub(set.small_or("current", 0)?);
        sets.push((name, missing));
    }
    let missing = |spec: &PodSpec| {
        let owner = spec.owner.as_ref()?;
        sets.iter().find(|(name, _)| *name == owner.name).map(|(_, missing)| *missing)
    };
    let mut settings = lenient();
    // Whether a node is eligible is said by the case, and not by what its pods ask for.
    settings.set(Setting::ScaleDownUtilizationThreshold, 10 * 1_000_000_000);
    let mut planner = Planner::default();
    let found = plan(&mut planner, &nodes.sorted(), &in_progress, &gone, missing, &settings, 10_000);
    let unneeded = found.unneeded.nodes().iter().map(|node| nodes.name(node.id));
    let unremovable = found.unremovable().iter().map(|(id, _)| *id).chain(in_progress.iter().copied());
    Ok(Answer::new()
        .with_set("unneeded", sorted(unneeded))
        .with_set("unremovable", sorted(unremovable.map(|id| nodes.name(id)))))
}

fn plan<'p>(
    planner: &'p mut Planner,
    nodes: &[Arc<NodeInfo>],
    in_progress: &[NodeId],
    evicted: &[Pod],
    missing: impl Fn(&PodSpec) -> Option<u32>,
    settings: &Settings,
    interval_ms: u64,
) -> &'p Planner {
    let target = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
    let policy = ScaleDownMode::Delete;
    let groups = [NodeGroup { id: pool(0), name: "ng".into(), min: 0, max: target, target, policy }];
    let candidates: Vec<usize> = (0..nodes.len()).collect();
    let planner_input = PlannerInput {
        generation: 0,
        groups: &groups,
        candidates: &candidates,
        in_progress,
        evicted,
        settings,
        now_ms: NOW_MS,
        interval_ms,
    };
    let mut snapshot = ClusterSnapshot::new(nodes.iter().cloned());
    planner.update(&mut snapshot, &mut RemainingBudgets::default(), &planner_input, missing);
    planner
}

/// Adapter of the suite `unneeded-limit`: nodes, each with a pod that fits elsewhere.
pub fn unneeded_limit(input: &Input<'_>) -> Read<Answer> {
    input.skip_if_atomic()?;
    let mut settings = lenient();
    set_count(&mut settings, Setting::MaxEmptyBulkDelete, input, "max_parallelism")?;
    set_time(&mut settings, Setting::ScaleDownUnneededTime, input, "unneeded_time_s")?;
    set_fraction(&mut settings, Setting::ScaleDownUtilizationThreshold, input, "threshold")?;
    let interval_ms = input.ms("loop_interval_s")?.and_then(|ms| u64::try_from(ms).ok()).unwrap_or_default();
    let mut nodes = Vec::new();
    for instance_id in 0..input.small("nodes")? {
        let id = NodeId { pool: pool(0), instance_id };
        let whole = Resources { pods: 100, ..Resources::new(1000, 1_000_000) };
        let mut node = NodeInfo::new(id, &format!("n{instance_id}"), whole);
        let mut spec = PodSpec::new("default", "pod", Resources::new(10, 10));
        own(&mut spec, "ReplicaSet", "rs");
        node.add_pod(named_pod(instance_id, spec));
        nodes.push(Arc::new(node));
    }
    let before = input.small("previously_unneeded")? as usize;
    let mut planner = Planner::default();
    let since_ms = NOW_MS.saturating_sub(interval_ms);
    let known =
        nodes.iter().take(before).map(|node| Unneeded { id: node.id, since_ms, is_empty: true, is_risky: false });
    planner.unneeded.update(known);
    let found = plan(&mut planner, &nodes, &[], &[], |_| None, &settings, interval_ms);
    Ok(Answer::new().with("unneeded", found.unneeded.nodes().len()))
}
