//! Suites about the drain of a node: drain rules, disruption budgets (PDB) and the pods to evict.

use std::sync::Arc;

use serde_json::json;

use super::answer::Answer;
use super::candidates::{set_flag, set_time};
use super::input::{Input, Read, Stop};
use super::model::{self, NOW_MS, budget, named_pod, own};
use scale_down_engine::Pairs;
use scale_down_engine::autoscaler::drainability::pods_to_evict;
use scale_down_engine::autoscaler::remaining_budgets::RemainingBudgets;
use scale_down_engine::autoscaler::removal::pods_to_move;
use scale_down_engine::autoscaler::{Setting, Settings};
use scale_down_engine::kubernetes::{DisruptionBudget, NodeId, NodeInfo, Pod, PodSpec, Resources};

fn names<'a>(pods: impl Iterator<Item = &'a Pod>) -> Vec<String> {
    pods.map(|pod| pod.spec.name.clone()).collect()
}

/// Adapter of the suite `drain-rules`.
pub fn rules(input: &Input<'_>) -> Read<Answer> {
    let mut settings = Settings::default();
    if let Some(options) = input.find("options") {
        set_flag(&mut settings, Setting::SkipNodesWithSystemPods, &options, "skip_nodes_with_system_pods")?;
        set_flag(&mut settings, Setting::SkipNodesWithLocalStorage, &options, "skip_nodes_with_local_storage")?;
        let custom = Setting::SkipNodesWithCustomControllerPods;
        set_flag(&mut settings, custom, &options, "skip_nodes_with_custom_controller_pods")?;
        set_time(&mut settings, Setting::BlockingSystemPodTimeout, &options, "blocking_system_pod_timeout_s")?;
    }
    let pods = input.get("pods")?.as_list()?;
    let pods = pods.iter().zip(0..).map(|(one, id)| model::pod(one, id)).collect::<Read<Vec<_>>>()?;
    let found = pods_to_move(pods.iter(), &model::budgets(input)?, &settings, NOW_MS);
    let blocked_by = found.as_ref().err().map(|(id, blocker)| {
        let pod = pods.iter().find(|pod| pod.id == *id).map(|pod| pod.spec.name.clone());
        json!({ "pod": pod, "reason": blocker.name() })
    });
    let found = found.unwrap_or_default();
    Ok(Answer::new()
        .with_set("move", names(found.moved.iter()))
        .with_set("daemonset", names(found.daemons.iter()))
        .with("blocked_by", blocked_by))
}

/// Returns the pods of a case that have the first label, the second, or both.
fn labelled(input: &Input<'_>, suffix: &str) -> Read<Vec<Pod>> {
    let mut pods = Vec::new();
    let both = input.small_or(&format!("pods_with_both{suffix}"), 0)?;
    // Pods with both labels are among those that have either.
    for (key, labels) in [("pods_label1", "1"), ("pods_label2", "2")] {
        let count = input.small_or(&format!("{key}{suffix}"), 0)?;
        pods.extend((0..count.saturating_sub(both)).map(|_| labels));
    }
    pods.extend((0..both).map(|_| "12"));
    let pod = |(labels, id): (&str, u32)| {
        let mut spec = PodSpec::new("default", "pod", Resources::default());
        spec.labels = labels.chars().map(|label| (format!("label-{label}"), "true".to_owned())).collect();
        named_pod(id, spec)
    };
    Ok(pods.into_iter().zip(0..).map(pod).collect())
}

/// Adapter of the suite `pdb-tracker`.
pub fn pdb_tracker(input: &Input<'_>) -> Read<Answer> {
    let mut entries: Vec<(Arc<DisruptionBudget>, i64)> = Vec::new();
    for (index, allowed) in input.list("pdb_disruptions_allowed")?.iter().enumerate() {
        let label = (format!("label-{}", index + 1), "true".to_owned());
        let allowed = i64::try_from(allowed.as_count()?).unwrap_or(i64::MAX);
        entries.push(budget("default", Some(&Pairs::from([label])), index, allowed));
    }
    let mut budgets = RemainingBudgets::new(entries);
    let pods = labelled(input, "")?;
    let verdict = budgets.can_remove_pods(&pods.iter());
    budgets.remove_pods(&pods.iter());
    let left = budgets.left();
    Ok(Answer::new()
        .with("can_remove", verdict.can_remove)
        .with("in_parallel", verdict.in_parallel)
        .with("pdb_disruptions_after", left.clone())
        .with("pdb_disruptions_left", left))
}

/// Adapter of the suite `pods-to-evict`.
pub fn to_evict(input: &Input<'_>) -> Read<Answer> {
    let mut settings = Settings::default();
    let is_disabled = input.flag_or("ds_eviction_disabled", false)?;
    settings.set(Setting::DaemonsetEvictionForOccupiedNodes, i64::from(!is_disabled));
    let id = NodeId { pool: model::pool(0), instance_id: 0 };
    let mut node = NodeInfo::new(id, "node", Resources::default());
    for (pod, id) in input.get("pods")?.as_list()?.iter().zip(0..) {
        let [name, kind] =
            pod.as_list()?.try_into().map_err(|_| Stop::Unreadable("a pod is a name and a kind".into()))?;
        let mut spec = PodSpec::new("default", name.as_text()?, Resources::default());
        let decided = |spec: &mut PodSpec, is_evicted: &str| {
            let key = "cluster-autoscaler.kubernetes.io/enable-ds-eviction".to_owned();
            spec.annotations.insert(key, is_evicted.to_owned());
        };
        match kind.as_text()? {
            "regular" => own(&mut spec, "ReplicaSet", "rs"),
            "mirror" => spec.mark_as_mirror(),
            "ds" => own(&mut spec, "DaemonSet", "ds"),
            "ds-evictable" => {
                own(&mut spec, "DaemonSet", "ds");
                decided(&mut spec, "true");
            }
            "ds-non-evictable" | "ds-not-evictable" => {
                own(&mut spec, "DaemonSet", "ds");
                decided(&mut spec, "false");
            }
            "fake" => {
                let reason = "pods that stand for others are the autoscaler's own (provisioning requests)";
                return Err(Stop::Skipped(reason.to_owned()));
            }
            other => return Err(Stop::Unreadable(format!("'{other}' is no kind of pod"))),
        }
        node.add_pod(named_pod(id, spec));
    }
    let found = pods_to_evict(&node, &settings);
    Ok(Answer::new().with_set("ds", names(found.daemons.iter())).with_set("non_ds", names(found.moved.iter())))
}
