//! What the autoscaler says of itself: is it healthy, does it grow, could it shrink.

use super::super::pool::ScaleDownMode;
use super::cluster_state::ClusterState;
use super::settings::Settings;

/// Whether a group, or the cluster, grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScaleUpStatus {
    /// It does not.
    NoActivity,
    /// Nodes are on their way.
    InProgress,
    /// It may not, while nodes are missing.
    Unhealthy,
    /// It may not, after a failure.
    Backoff,
}

impl ScaleUpStatus {
    /// The word in the status.
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

/// The word for whether something is healthy.
#[must_use]
pub const fn health_name(is_healthy: bool) -> &'static str {
    if is_healthy { "Healthy" } else { "Unhealthy" }
}

/// The word for whether nodes are unneeded.
#[must_use]
pub const fn scale_down_name(candidates: usize) -> &'static str {
    if candidates > 0 { "CandidatesPresent" } else { "NoCandidates" }
}

/// Whether a group grows.
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
        let safety = state.safety(group, policy, settings, now_ms);
        match (safety.is_healthy, safety.is_safe()) {
            (false, _) => ScaleUpStatus::Unhealthy,
            (true, false) => ScaleUpStatus::Backoff,
            (true, true) => ScaleUpStatus::NoActivity,
        }
    }
}

/// Whether the cluster grows: it does while any of its groups does.
#[must_use]
pub fn scale_up(groups: &[ScaleUpStatus]) -> ScaleUpStatus {
    if groups.contains(&ScaleUpStatus::InProgress) { ScaleUpStatus::InProgress } else { ScaleUpStatus::NoActivity }
}
