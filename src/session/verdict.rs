//! The verdict on a run: what it costs and makes wait, against the ways that it could have gone.

use super::Session;
use super::compare::Counterfactual;
use super::metrics::Metrics;
use scale_down_engine::ScaleDownMode;

/// A run against its counterfactuals, at its present moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The metrics of the run.
    pub own: Metrics,
    /// What it is held against: the other scale-down mode, and nodes that never go. Empty without pools.
    pub against: Vec<Against>,
}

/// A counterfactual of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Against {
    /// `Delete`, `Deallocate` or `always on`.
    pub name: &'static str,
    /// Its metrics at the same time; `None` while they are not known yet.
    pub metrics: Option<Metrics>,
}

impl Verdict {
    /// Returns `true` if every counterfactual is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.against.iter().all(|against| against.metrics.is_some())
    }
}

/// The counterfactuals of a run.
#[derive(Debug, Clone)]
pub(super) struct Counterfactuals {
    mode: &'static str,
    other_mode: Counterfactual,
    always_on: Counterfactual,
}

impl Session {
    /// Returns the verdict on the run so far. Counterfactuals are played with about `work_max` units of work, so that it
    /// takes several calls until they are known.
    pub fn verdict(&mut self, work_max: u64) -> Verdict {
        let own = Metrics::of(self.cloud());
        let mut pools = self.cloud().clusters().iter().flat_map(|cluster| &cluster.pools).peekable();
        if pools.peek().is_none() {
            return Verdict { own, against: Vec::new() };
        }
        let keeps = pools.any(|pool| pool.spec.scale_down_mode == ScaleDownMode::Deallocate);
        let mode = if keeps { "Delete" } else { "Deallocate" };
        let kept = self.counterfactuals.take().filter(|kept| kept.mode == mode);
        let mut kept = kept.unwrap_or_else(|| {
            Box::new(Counterfactuals {
                mode,
                other_mode: Counterfactual::with_mode(self, mode),
                always_on: Counterfactual::always_on(self),
            })
        });
        let is_known = kept.other_mode.follow(self, work_max);
        // One after the other: what is at hand is shown first.
        if is_known {
            kept.always_on.follow(self, work_max);
        }
        let against = [(mode, &kept.other_mode), ("always on", &kept.always_on)]
            .map(|(name, counterfactual)| Against { name, metrics: counterfactual.metrics() });
        self.counterfactuals = Some(kept);
        Verdict { own, against: against.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionOptions;

    /// The figures of a day that the documents quote: Delete is cheaper, and its scale-ups take longer.
    #[test]
    fn both_signs_are_told() {
        let mut session = Session::new(SessionOptions::default());
        assert_eq!(session.verdict(1_000).against, []);
        let pool = "-g g --cluster-name c -n p -o none";
        session.submit(&format!(
            "sim cluster g/c\naz aks nodepool add {pool} -c 20 --scale-down-mode Deallocate\naz aks nodepool scale {pool} -c 2\nwait 12h\naz aks nodepool scale {pool} -c 20"
        ));
        session.advance_until_answered();
        let mut verdict = session.verdict(200);
        assert!(!verdict.is_known(), "so little work does not get there");
        for _ in 0..100 {
            verdict = session.verdict(200);
        }
        let [delete, always_on] = verdict.against.as_slice() else { panic!("{verdict:?}") };
        assert_eq!((delete.name, always_on.name), ("Delete", "always on"));
        let (delete, always_on) = (delete.metrics.unwrap(), always_on.metrics.unwrap());
        assert!(delete.spent_microdollars < verdict.own.spent_microdollars);
        assert!(verdict.own.spent_microdollars < always_on.spent_microdollars);
        assert!(verdict.own.node_ready_cached.p50_ms < delete.node_ready_new.p50_ms);
        assert_eq!((delete.created, always_on.created), (38, 20), "Delete makes anew what it deleted");
    }
}
