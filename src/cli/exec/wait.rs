//! What a command waits for in simulated time.

use super::{CliError, operation_failure, refusal};
use crate::engine::{Cloud, Cluster, OperationId, OperationState, ProvisioningState};

/// The end of a wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    /// All these operations are over.
    Operations(Vec<OperationId>),
    /// This operation, which was aborted, is over.
    Aborted(OperationId),
    /// It is this time.
    Time(u64),
    /// Nothing is under way any more.
    Idle,
    /// A resource is as `az … wait` asks, or the time is up.
    Resource {
        /// The resource group.
        group: String,
        /// The cluster.
        cluster: String,
        /// The pool, where it is about one.
        pool: Option<String>,
        /// What it should be.
        condition: Condition,
        /// When the wait is given up.
        deadline_ms: u64,
        /// The number of seconds that the wait was given.
        timeout_s: u64,
    },
}

/// What `az … wait` can wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// `--created` and `--updated`: its provisioning state is `Succeeded`.
    Succeeded,
    /// `--deleted`: it is not there.
    Deleted,
    /// `--exists`: it is there.
    Exists,
}

impl Until {
    /// Whether the wait is over.
    #[must_use]
    pub fn is_over(&self, cloud: &Cloud) -> bool {
        match self {
            Self::Operations(ids) => ids.iter().all(|id| is_done(cloud, *id)),
            Self::Aborted(id) => is_done(cloud, *id),
            Self::Time(at_ms) => cloud.now_ms() >= *at_ms,
            Self::Idle => cloud.is_idle(),
            Self::Resource { deadline_ms, .. } => cloud.now_ms() >= *deadline_ms || self.is_met(cloud),
        }
    }

    /// A time at which the wait has to be looked at even if nothing happens.
    #[must_use]
    pub fn deadline_ms(&self) -> Option<u64> {
        match self {
            Self::Time(at_ms) => Some(*at_ms),
            Self::Resource { deadline_ms, .. } => Some(*deadline_ms),
            Self::Operations(_) | Self::Aborted(_) | Self::Idle => None,
        }
    }

    /// Why a wait that is over did not end well.
    pub(super) fn failure(&self, cloud: &Cloud) -> Option<CliError> {
        match self {
            Self::Operations(ids) => ids.iter().find_map(|id| operation_failure(cloud, *id)),
            Self::Aborted(_) | Self::Time(_) | Self::Idle => None,
            Self::Resource { timeout_s, .. } => {
                (!self.is_met(cloud)).then(|| refusal(format!("Wait operation timed-out after {timeout_s} seconds")))
            }
        }
    }

    fn is_met(&self, cloud: &Cloud) -> bool {
        let Self::Resource { group, cluster, pool, condition, .. } = self else {
            return false;
        };
        let found = cloud.cluster(group, cluster);
        let state = found.and_then(|cluster| state(cluster, pool.as_deref()));
        match condition {
            Condition::Succeeded => state == Some(ProvisioningState::Succeeded),
            Condition::Deleted => state.is_none(),
            Condition::Exists => state.is_some(),
        }
    }
}

fn is_done(cloud: &Cloud, id: OperationId) -> bool {
    cloud.operation(id).is_none_or(|operation| operation.state != OperationState::Running)
}

fn state(cluster: &Cluster, pool: Option<&str>) -> Option<ProvisioningState> {
    match pool {
        Some(name) => cluster.pool(name).map(|pool| pool.provisioning_state),
        None => Some(cluster.provisioning_state),
    }
}
