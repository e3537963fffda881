//! What the autoscaler publishes of itself: the text of the config map `cluster-autoscaler-status`.
//!
//! The form is that of upstream's API types (`clusterstate/api`), with what the simulation knows.

use std::fmt::Write as _;

use super::super::autoscaler::readiness::Readiness;
use super::super::autoscaler::status::{ScaleUpStatus, health_name, scale_down_name, scale_up, scale_up_of_group};
use super::super::autoscaler::{Group, Settings};
use super::super::cloud::Cloud;
use super::super::cluster::{Cluster, ClusterId};
use super::{Scaler, is_sized, scene};

impl Cloud {
    /// The text of the config map; nothing where no pool of the cluster is sized by the autoscaler.
    /// `time` writes a moment.
    #[must_use]
    pub fn autoscaler_status(&self, id: ClusterId, time: &dyn Fn(u64) -> String) -> Option<String> {
        let cluster = self.clusters.iter().find(|cluster| cluster.id == id)?;
        let scaler = self.scalers.get(id)?;
        let groups = groups(cluster);
        if groups.is_empty() {
            return None;
        }
        let settings = scaler.settings(cluster);
        let now_ms = self.now_ms();
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = write(&mut text, scaler, &groups, &settings, now_ms, time);
        Some(text)
    }
}

fn groups(cluster: &Cluster) -> Vec<Group> {
    cluster.pools.iter().filter(|pool| is_sized(cluster, pool)).filter_map(scene::group).collect()
}

fn write(
    text: &mut String,
    scaler: &Scaler,
    groups: &[Group],
    settings: &Settings,
    now_ms: u64,
    time: &dyn Fn(u64) -> String,
) -> std::fmt::Result {
    let state = &scaler.autoscaler.state;
    let looked = time(scaler.last_loop_ms().unwrap_or(now_ms));
    // A group that it has not seen yet is not in its report.
    let seen: Vec<(usize, &Group)> = groups.iter().filter_map(|group| Some((state.place(group.id)?, group))).collect();
    let growing: Vec<ScaleUpStatus> =
        seen.iter().map(|(index, group)| scale_up_of_group(state, *index, group.policy, settings, now_ms)).collect();
    writeln!(text, "time: {looked}")?;
    writeln!(text, "autoscalerStatus: {}", if scaler.last.is_some() { "Running" } else { "Initializing" })?;
    writeln!(text, "clusterWide:")?;
    let all = scaler.autoscaler.planner.unneeded.nodes().len();
    write_health(text, "  ", state.is_cluster_healthy(settings), &state.total, "")?;
    writeln!(text, "  scaleUp:\n    status: {}", scale_up(&growing).name())?;
    write_scale_down(text, all)?;
    writeln!(text, "nodeGroups:")?;
    for ((index, group), grows) in seen.into_iter().zip(growing) {
        let nodes = scaler.autoscaler.planner.unneeded.nodes().iter();
        let candidates = nodes.filter(|node| node.id.pool == group.id).count();
        let readiness = state.group(index).map(|found| found.readiness).unwrap_or_default();
        let sizes = format!(
            "    cloudProviderTarget: {}\n    minSize: {}\n    maxSize: {}\n",
            group.target, group.min, group.max
        );
        writeln!(text, "- name: {}", group.name)?;
        write_health(text, "  ", state.is_group_healthy(index, group.policy, settings), &readiness, &sizes)?;
        writeln!(text, "  scaleUp:\n    status: {}", grows.name())?;
        if let Some(backoff) = state.backoffs.status(group.id, now_ms).filter(|_| grows == ScaleUpStatus::Backoff) {
            writeln!(text, "    backoffInfo:")?;
            writeln!(text, "      errorCode: {}", backoff.error.code)?;
            writeln!(text, "      errorMessage: {}", backoff.error.message)?;
        }
        write_scale_down(text, candidates)?;
    }
    Ok(())
}

fn write_scale_down(text: &mut String, candidates: usize) -> std::fmt::Result {
    writeln!(text, "  scaleDown:\n    status: {}", scale_down_name(candidates))?;
    // As with other numbers that are left out where they are 0.
    if candidates > 0 { writeln!(text, "    candidates: {candidates}") } else { Ok(()) }
}

fn write_health(
    text: &mut String,
    indent: &str,
    is_healthy: bool,
    readiness: &Readiness,
    sizes: &str,
) -> std::fmt::Result {
    let Readiness { registered, ready, unready, not_started, unregistered, long_unregistered, deleted, .. } = readiness;
    writeln!(text, "{indent}health:")?;
    writeln!(text, "{indent}  status: {}", health_name(is_healthy))?;
    writeln!(text, "{indent}  nodeCounts:")?;
    writeln!(text, "{indent}    registered:")?;
    writeln!(text, "{indent}      total: {registered}")?;
    writeln!(text, "{indent}      ready: {ready}")?;
    writeln!(text, "{indent}      notStarted: {not_started}")?;
    if *deleted > 0 {
        writeln!(text, "{indent}      beingDeleted: {deleted}")?;
    }
    writeln!(text, "{indent}      unready:")?;
    writeln!(text, "{indent}        total: {unready}\n{indent}        resourceUnready: 0")?;
    writeln!(text, "{indent}    longUnregistered: {long_unregistered}")?;
    writeln!(text, "{indent}    unregistered: {unregistered}")?;
    text.write_str(sizes)
}
