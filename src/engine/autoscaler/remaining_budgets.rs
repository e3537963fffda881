//! Remaining disruptions of the pod disruption budgets while a scale-down is simulated.

use std::sync::Arc;

use crate::kubernetes::{DisruptionBudget, Pod, PodSpec};

/// The budgets of a cluster, each with the number of disruptions that it still allows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct RemainingBudgets {
    entries: Vec<(Arc<DisruptionBudget>, i64)>,
}

/// Verdict of the budgets on several pods together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RemovalVerdict {
    /// Each of the pods may be evicted, one after the other.
    pub can_remove: bool,
    /// All of the pods may be evicted at once.
    pub in_parallel: bool,
}

impl RemainingBudgets {
    /// Creates the budgets, each with the number of disruptions that it allows.
    #[must_use]
    pub fn new(entries: Vec<(Arc<DisruptionBudget>, i64)>) -> Self {
        Self { entries }
    }

    /// Returns `true` if any budget covers a pod.
    #[must_use]
    pub fn cover(&self, spec: &PodSpec) -> bool {
        self.entries.iter().any(|(budget, _)| budget.protects(spec))
    }

    /// Returns `true` if a budget that covers a pod allows no more disruptions.
    #[must_use]
    pub fn are_exhausted(&self, spec: &PodSpec) -> bool {
        self.entries.iter().any(|(budget, left)| *left < 1 && budget.protects(spec))
    }

    /// Checks if these pods may be evicted, given the disruptions that are left.
    #[must_use]
    pub fn can_remove_pods<'a>(&self, pods: &(impl Iterator<Item = &'a Pod> + Clone)) -> RemovalVerdict {
        let mut verdict = RemovalVerdict { can_remove: true, in_parallel: true };
        for (budget, left) in &self.entries {
            let covered = pods.clone().filter(|pod| budget.protects(&pod.spec)).count();
            let covered = i64::try_from(covered).unwrap_or(i64::MAX);
            if covered > 0 && *left < 1 {
                return RemovalVerdict { can_remove: false, in_parallel: false };
            }
            verdict.in_parallel &= covered <= *left;
        }
        verdict
    }

    /// Returns the budgets.
    pub fn all(&self) -> impl Iterator<Item = &Arc<DisruptionBudget>> {
        self.entries.iter().map(|(budget, _)| budget)
    }

    /// Returns the number of disruptions that each budget still allows.
    #[must_use]
    pub fn left(&self) -> Vec<i64> {
        self.entries.iter().map(|(_, left)| *left).collect()
    }

    /// Subtracts the eviction of these pods from the budgets that cover them.
    pub fn remove_pods<'a>(&mut self, pods: &(impl Iterator<Item = &'a Pod> + Clone)) {
        for (budget, left) in &mut self.entries {
            let covered = pods.clone().filter(|pod| budget.protects(&pod.spec)).count();
            *left -= i64::try_from(covered).unwrap_or(i64::MAX);
        }
    }
}
