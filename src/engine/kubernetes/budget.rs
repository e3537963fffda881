//! Pod disruption budgets: limits on the pods that may be missing because somebody evicts them.

use super::pod_spec::PodSpec;
use super::selector::Selector;

/// A number of pods, or a share of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Amount {
    /// This many.
    Pods(u32),
    /// This many of a hundred, rounded up.
    Percent(u32),
}

impl Amount {
    /// Returns the amount as a number of pods, given that `expected` pods are the whole.
    #[must_use]
    pub fn of(self, expected: u32) -> u32 {
        match self {
            Self::Pods(pods) => pods,
            Self::Percent(percent) => {
                let pods = (u64::from(expected) * u64::from(percent)).div_ceil(100);
                u32::try_from(pods).unwrap_or(u32::MAX)
            }
        }
    }
}

/// The limit of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BudgetLimit {
    /// So many pods must stay healthy.
    MinAvailable(Amount),
    /// So many pods may be missing.
    MaxUnavailable(Amount),
}

impl BudgetLimit {
    /// Returns the number of the `expected` pods that must be healthy.
    #[must_use]
    pub fn desired_healthy(self, expected: u32) -> u32 {
        match self {
            Self::MinAvailable(amount) => amount.of(expected),
            Self::MaxUnavailable(amount) => expected.saturating_sub(amount.of(expected)),
        }
    }

    /// Returns the number of further disruptions allowed while `healthy` of `expected` pods are
    /// healthy.
    #[must_use]
    pub fn disruptions_allowed(self, expected: u32, healthy: u32) -> u32 {
        healthy.saturating_sub(self.desired_healthy(expected))
    }
}

/// A pod disruption budget.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DisruptionBudget {
    /// The namespace, whose pods alone it protects.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// Selector of the pods that it protects; without a selector it protects none.
    pub selector: Option<Selector>,
    /// The limit on disruptions of those pods.
    pub limit: BudgetLimit,
    /// Creation time, in milliseconds.
    pub created_ms: u64,
}

impl DisruptionBudget {
    /// Returns `true` if it protects a pod.
    #[must_use]
    pub fn protects(&self, pod: &PodSpec) -> bool {
        let selects = |selector: &Selector| selector.matches(&pod.labels);
        self.namespace == pod.namespace && self.selector.as_ref().is_some_and(selects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_missing_is_what_is_healthy_beyond_the_limit() {
        let check = |limit: BudgetLimit, expected, healthy, allowed| {
            assert_eq!(limit.disruptions_allowed(expected, healthy), allowed, "{limit:?} {expected} {healthy}");
        };
        check(BudgetLimit::MinAvailable(Amount::Pods(2)), 3, 3, 1);
        check(BudgetLimit::MinAvailable(Amount::Pods(2)), 3, 1, 0);
        check(BudgetLimit::MinAvailable(Amount::Percent(50)), 3, 3, 1);
        check(BudgetLimit::MinAvailable(Amount::Percent(100)), 3, 3, 0);
        check(BudgetLimit::MaxUnavailable(Amount::Pods(1)), 3, 3, 1);
        check(BudgetLimit::MaxUnavailable(Amount::Pods(1)), 3, 2, 0);
        // A share is rounded up on either side.
        check(BudgetLimit::MaxUnavailable(Amount::Percent(30)), 7, 7, 3);
        check(BudgetLimit::MaxUnavailable(Amount::Pods(9)), 3, 3, 3);
    }

    #[test]
    fn it_protects_pods_of_its_own_namespace() {
        let mut pod = PodSpec::new("shop", "web", super::super::Resources::default());
        pod.labels.insert("app".to_owned(), "web".to_owned());
        let check = |namespace: &str, selector: Option<Selector>, expected: bool| {
            let limit = BudgetLimit::MinAvailable(Amount::Pods(1));
            let name = "budget".to_owned();
            let budget = DisruptionBudget { namespace: namespace.to_owned(), name, selector, limit, created_ms: 0 };
            assert_eq!(budget.protects(&pod), expected, "{budget:?}");
        };
        check("shop", Some(Selector::of_labels(&pod.labels)), true);
        check("shop", Some(Selector::default()), true);
        check("shop", None, false);
        check("default", Some(Selector::of_labels(&pod.labels)), false);
    }
}
