//! Status of the autoscaler: health, scale-up activity and scale-down candidates.

use super::cluster_state::ClusterState;
use super::settings::Settings;
use crate::azure::pool_spec::ScaleDownMode;

/// Scale-up activity of a group, or of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScaleUpStatus {
    /// It does not grow.
    NoActivity,
    /// Nodes are on their way.
    InProgress,
    /// It may not grow, while nodes are missing.
    Unhealthy,
    /// It may not grow, in the backoff after a failure.
    Backoff,
}

impl ScaleUpStatus {
    /// Returns the word in the status.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoActivity => "NoActivity",
            Self::InProgress => "InProgress",
            Self::Unhealthy => "Unhealthy",
            Self::Backoff => "Backoff",
        }
    }
}

/// Returns the status word for health.
#[must_use]
pub const fn health_name(is_healthy: bool) -> &'static str {
    if is_healthy { "Healthy" } else { "Unhealthy" }
}

/// Returns the status word for the presence of unneeded nodes.
#[must_use]
pub const fn scale_down_name(candidates: usize) -> &'static str {
    if candidates > 0 { "CandidatesPresent" } else { "NoCandidates" }
}

/// Returns the scale-up activity of a group.
#[must_use]
pub fn scale_up_of_group(
    state: &ClusterState,
    group: usize,
    policy: ScaleDownMode,
    settings: &Settings,
    now_ms: u64,
) -> ScaleUpStatus {
    if state.group(group).is_some_and(super::cluster_state::GroupState::is_scaling_up) {
        ScaleUpStatus::InProgress
    } else {
        let safety = state.scaling_safety(group, policy, settings, now_ms);
        match (safety.is_healthy, safety.is_safe()) {
            (false, _) => ScaleUpStatus::Unhealthy,
            (true, false) => ScaleUpStatus::Backoff,
            (true, true) => ScaleUpStatus::NoActivity,
        }
    }
}

/// Returns the scale-up activity of the cluster, which grows while any of its groups does.
#[must_use]
pub fn scale_up(groups: &[ScaleUpStatus]) -> ScaleUpStatus {
    if groups.contains(&ScaleUpStatus::InProgress) { ScaleUpStatus::InProgress } else { ScaleUpStatus::NoActivity }
}
