//! The config map `cluster-autoscaler-status`, in which the autoscaler reports its own status.
//!
//! The form is that of upstream's API types (`clusterstate/api`), filled with the values that the
//! simulation has.

use std::fmt::Write as _;

use super::conditions::{Conditions, conditions, of_group};
use super::loop_input;
use super::state::{Scaler, interval_ms, is_sized};
use crate::autoscaler::readiness::Readiness;
use crate::autoscaler::status::{ScaleUpStatus, health_name, scale_down_name};
use crate::autoscaler::{NodeGroup, Settings};
use crate::azure::cluster::Cluster;
use crate::ground::id::ClusterId;
use crate::provider::Subscription;

/// The formats of times, which are given in milliseconds.
pub struct TimeFormats<'a> {
    /// The time at the top.
    pub time: &'a dyn Fn(u64) -> String,
    /// A time in a condition.
    pub moment: &'a dyn Fn(u64) -> String,
}

/// The config map.
#[derive(Debug)]
pub struct StatusMap {
    /// Its text.
    pub text: String,
    /// Time of writing, in milliseconds.
    pub written_ms: u64,
}

impl Scaler {
    /// Returns the config map; `None` if no pool of the cluster is sized by the autoscaler.
    pub(crate) fn status_map(
        &self,
        subscription: &Subscription,
        id: ClusterId,
        formats: &TimeFormats<'_>,
    ) -> Option<StatusMap> {
        let cluster = subscription.cluster_by_id(id)?;
        let groups = groups(cluster);
        if groups.is_empty() {
            return None;
        }
        let settings = self.settings(cluster);
        let now_ms = subscription.now_ms();
        let written_ms = self.last_scan_ms(interval_ms(&settings), now_ms).unwrap_or(now_ms);
        let mut text = String::new();
        let report = Report { scaler: self, groups: &groups, settings: &settings, now_ms, written_ms, formats };
        // Writing to a string does not fail.
        let _ = report.write(&mut text);
        Some(StatusMap { text, written_ms })
    }
}

/// Returns the groups that the autoscaler sizes now.
fn groups(cluster: &Cluster) -> Vec<NodeGroup> {
    cluster.pools.iter().filter(|pool| is_sized(cluster, pool)).filter_map(loop_input::group).collect()
}

/// The data from which the text is written.
struct Report<'a> {
    scaler: &'a Scaler,
    groups: &'a [NodeGroup],
    settings: &'a Settings,
    now_ms: u64,
    written_ms: u64,
    formats: &'a TimeFormats<'a>,
}

impl Report<'_> {
    fn write(&self, text: &mut String) -> std::fmt::Result {
        let autoscaler = &self.scaler.autoscaler;
        let state = &autoscaler.state;
        let found = conditions(autoscaler, self.groups, self.settings, &self.scaler.conditions, self.now_ms);
        writeln!(text, "time: {}", (self.formats.time)(self.written_ms))?;
        writeln!(text, "autoscalerStatus: {}", if self.scaler.last.is_some() { "Running" } else { "Initializing" })?;
        writeln!(text, "clusterWide:")?;
        let unneeded = autoscaler.planner.unneeded.nodes();
        if let Some(cluster) = found.first() {
            self.write_health(text, cluster, &state.total, "")?;
            self.write_scale_up(text, cluster, "")?;
            self.write_scale_down(text, cluster, unneeded.len())?;
        }
        writeln!(text, "nodeGroups:")?;
        for group in self.groups {
            // The report leaves out a group that the autoscaler has not seen yet.
            let Some(found) = of_group(&found, group.id) else { continue };
            let readiness = state.index_of(group.id).and_then(|index| state.group(index));
            let readiness = readiness.map(|found| found.readiness).unwrap_or_default();
            let NodeGroup { name, min, max, target, .. } = group;
            writeln!(text, "- name: {name}")?;
            let sizes = format!("    cloudProviderTarget: {target}\n    minSize: {min}\n    maxSize: {max}\n");
            self.write_health(text, found, &readiness, &sizes)?;
            let is_in_backoff = found.scale_up.found == ScaleUpStatus::Backoff;
            let backoff = state.backoffs.status(group.id, self.now_ms).filter(|_| is_in_backoff);
            let backoff = backoff.map(|backoff| {
                let (code, message) = (&backoff.error.code, &backoff.error.message);
                format!("    backoffInfo:\n      errorCode: {code}\n      errorMessage: {message}\n")
            });
            self.write_scale_up(text, found, &backoff.unwrap_or_default())?;
            self.write_scale_down(text, found, unneeded.iter().filter(|node| node.id.pool == group.id).count())?;
        }
        Ok(())
    }

    fn write_health(
        &self,
        text: &mut String,
        found: &Conditions,
        readiness: &Readiness,
        sizes: &str,
    ) -> std::fmt::Result {
        let Readiness { registered, ready, unready, not_started, unregistered, long_unregistered, deleted, .. } =
            readiness;
        writeln!(text, "  health:")?;
        writeln!(text, "    status: {}", health_name(found.is_healthy.found))?;
        writeln!(text, "    nodeCounts:")?;
        writeln!(text, "      registered:")?;
        writeln!(text, "        total: {registered}")?;
        writeln!(text, "        ready: {ready}")?;
        writeln!(text, "        notStarted: {not_started}")?;
        if *deleted > 0 {
            writeln!(text, "        beingDeleted: {deleted}")?;
        }
        writeln!(text, "        unready:")?;
        writeln!(text, "          total: {unready}\n          resourceUnready: 0")?;
        writeln!(text, "      longUnregistered: {long_unregistered}")?;
        writeln!(text, "      unregistered: {unregistered}")?;
        text.write_str(sizes)?;
        self.write_times(text, found.is_healthy.since_ms)
    }

    fn write_scale_up(&self, text: &mut String, found: &Conditions, backoff: &str) -> std::fmt::Result {
        writeln!(text, "  scaleUp:\n    status: {}", found.scale_up.found.name())?;
        text.write_str(backoff)?;
        self.write_times(text, found.scale_up.since_ms)
    }

    fn write_scale_down(&self, text: &mut String, found: &Conditions, candidates: usize) -> std::fmt::Result {
        writeln!(text, "  scaleDown:\n    status: {}", scale_down_name(candidates))?;
        // As with other numbers that are left out where they are 0.
        if candidates > 0 {
            writeln!(text, "    candidates: {candidates}")?;
        }
        self.write_times(text, found.has_candidates.since_ms)
    }

    fn write_times(&self, text: &mut String, since_ms: u64) -> std::fmt::Result {
        writeln!(text, "    lastProbeTime: {}", (self.formats.moment)(self.written_ms))?;
        writeln!(text, "    lastTransitionTime: {}", (self.formats.moment)(since_ms))
    }
}
