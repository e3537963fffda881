//! A counterfactual: a variant that follows a run as it goes on, a little work at a time.

use std::collections::BTreeMap;

use super::vary::{Change, vary_items, vary_options};
use super::{ALWAYS_ON, Peaks, Vary};
use crate::Session;
use crate::budget::{Budget, OutOfBudget};
use crate::metrics::Metrics;
use crate::script::{ScriptItem, ScriptTime};
use crate::timeline::OtherPrices;
use scale_down_engine::Snapshot;

/// A variant of a run, as far as it has been played.
#[derive(Debug, Clone)]
pub struct Counterfactual {
    vary: Vec<Vary>,
    session: Session,
    /// The items of the variant.
    items: Vec<ScriptItem>,
    /// Number of items that have been done.
    done: usize,
    /// The lines that differ from those of the run.
    changes: Vec<Change>,
    peaks: Peaks,
    /// What the items were made from: the version of the run's log, and the peaks that matter.
    made_of: Option<(u64, BTreeMap<String, u32>)>,
    is_known: bool,
}

impl Counterfactual {
    /// Begins a variant with other settings.
    #[must_use]
    pub fn new(run: &Session, vary: Vec<Vary>) -> Self {
        Self {
            session: Session::new(vary_options(&vary, &run.options)),
            vary,
            items: Vec::new(),
            done: 0,
            changes: Vec::new(),
            peaks: Peaks::default(),
            made_of: None,
            is_known: false,
        }
    }

    /// Returns its settings.
    #[must_use]
    pub fn settings(&self) -> &[Vary] {
        &self.vary
    }

    /// Returns the lines that differ from those of the run.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Returns the metrics at the time of the run, if it has been played so far.
    #[must_use]
    pub fn metrics(&self) -> Option<Metrics> {
        self.is_known.then(|| Metrics::of(self.session.cloud()))
    }

    /// Returns a frame at the time of the run, if it has been played so far.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.is_known.then(|| self.session.snapshot())
    }

    /// Returns the prices as far as it was played, under a name.
    #[must_use]
    pub fn prices(&self, name: String) -> OtherPrices {
        let prices = self.session.samples();
        let prices = prices.iter().map(|sample| (sample.at_ms, sample.totals.per_hour_microdollars)).collect();
        OtherPrices { name, prices, known_ms: self.session.timeline().reached_ms() }
    }

    /// Plays on, or goes back, to the time of the run, with about `work_max` units of work. Begins anew where the run has
    /// gone another way. Returns `true` once it is there.
    pub fn follow(&mut self, run: &Session, work_max: u64) -> bool {
        self.make_items(run);
        let budget = Budget::of(&self.session.run, work_max);
        self.is_known = self.play_to(run.now_ms(), &budget).is_ok();
        debug_assert!(!self.is_known || self.session.now_ms() == run.now_ms(), "it is at another time");
        self.is_known
    }

    /// Notes that the run has gone on, and that nothing is played for it now.
    pub fn wait(&mut self) {
        self.is_known = false;
    }

    fn play_to(&mut self, end_ms: u64, budget: &Budget) -> Result<(), OutOfBudget> {
        if end_ms < self.session.now_ms() {
            self.session.rewind_to(end_ms);
        }
        // Items that were done before it went back happen again by themselves.
        self.session.replay_within(end_ms, budget)?;
        while self.session.has_applied_all()
            && let Some(item) = self.items.get(self.done)
        {
            let (when, action) = (item.when, item.action.clone());
            // A line waits for those before it, which may take longer here, and may not be reached yet.
            let at_ms = match when {
                ScriptTime::At(at_ms) => at_ms,
                ScriptTime::AfterAnswers(rest_ms) => {
                    while self.session.busy().is_some() && self.session.now_ms() < end_ms {
                        let next_ms = self.session.next_ms().unwrap_or(end_ms).min(end_ms);
                        self.session.advance_within(next_ms, budget)?;
                    }
                    if self.session.busy().is_some() {
                        break;
                    }
                    self.session.run.answered_ms().saturating_add(rest_ms)
                }
            };
            if at_ms > end_ms {
                break;
            }
            // A line that took less time here is followed sooner, and the time since has passed already.
            if at_ms < self.session.now_ms() {
                self.session.seek(at_ms);
            }
            self.session.advance_within(at_ms, budget)?;
            self.session.do_item(action);
            self.done += 1;
        }
        self.session.advance_within(end_ms, budget)
    }

    /// Makes the items of the variant from those of the run, unless they are made. Begins anew if those that were done are
    /// others now.
    fn make_items(&mut self, run: &Session) {
        let is_always_on = self.vary.iter().any(|vary| vary.value == ALWAYS_ON);
        if is_always_on {
            self.peaks.follow(run);
        }
        let made_of = Some((run.log_version, self.peaks.by_pool()));
        if self.made_of == made_of {
            return;
        }
        let mut items: Vec<ScriptItem> = run.log.iter().map(ScriptItem::of).collect();
        self.changes = vary_items(&self.vary, &self.peaks.by_pool(), &mut items);
        let is_other = items.get(..self.done) != self.items.get(..self.done);
        (self.items, self.made_of) = (items, made_of);
        if is_other {
            self.done = 0;
            self.session = Session::new(vary_options(&self.vary, &run.options));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionOptions;

    fn with_mode(run: &Session, mode: &str) -> Counterfactual {
        Counterfactual::new(run, vec![Vary::parse("scale-down-mode", mode).unwrap()])
    }

    const POOL: &str = "-g g --cluster-name c -n p -o none";

    /// A counterfactual that followed a run step by step is the variant that is made at once.
    #[test]
    fn following_is_varying() {
        for mode in ["Delete", ALWAYS_ON] {
            let mut run = Session::new(SessionOptions::default());
            let mut other = with_mode(&run, mode);
            let lines = [
                "sim cluster g/c".to_owned(),
                format!("az aks nodepool add {POOL} -c 12 --scale-down-mode Deallocate"),
                format!("az aks nodepool scale {POOL} -c 2"),
                "wait 2h".to_owned(),
                format!("az aks nodepool scale {POOL} -c 12"),
                "wait 1h".to_owned(),
            ];
            for line in &lines {
                run.submit(line);
                for _ in 0..40 {
                    run.advance(60_000);
                    while !other.follow(&run, 20) {}
                }
                run.advance_until_answered();
            }
            while !other.follow(&run, 20) {}
            let metrics = other.metrics().unwrap();
            let mut varied = run.vary(&[Vary::parse("scale-down-mode", mode).unwrap()], u64::MAX).unwrap().session;
            let until_ms = run.now_ms();
            if varied.now_ms() <= until_ms {
                varied.advance_to(until_ms);
            } else {
                varied.seek(until_ms);
            }
            assert_eq!(metrics, Metrics::of(varied.cloud()), "{mode}");
            assert_ne!(metrics.spent_microdollars, Metrics::of(run.cloud()).spent_microdollars);
        }
    }

    #[test]
    fn another_branch_begins_anew() {
        let mut run = Session::new(SessionOptions::default());
        let mut other = with_mode(&run, "Delete");
        run.submit(&format!("sim cluster g/c\naz aks nodepool add {POOL} -c 5 --scale-down-mode Deallocate"));
        run.advance(600_000);
        while !other.follow(&run, 50) {}
        assert_eq!(other.metrics().map(|metrics| metrics.created), Some(5));
        run.seek(0);
        while !other.follow(&run, 50) {}
        assert_eq!(other.metrics().map(|metrics| metrics.spent_microdollars), Some(0));
        run.submit(&format!("az aks nodepool add {} -c 2", POOL.replace("-n p", "-n q")));
        run.advance(900_000);
        while !other.follow(&run, 50) {}
        assert_eq!(other.session.now_ms(), run.now_ms());
    }

    /// Going back and forth is the same as playing, and what was played need not begin anew.
    #[test]
    fn going_back_is_followed() {
        let mut run = Session::new(SessionOptions::default());
        let mut others = [with_mode(&run, "Delete"), with_mode(&run, ALWAYS_ON)];
        run.submit(&format!("sim cluster g/c\naz aks nodepool add {POOL} -c 12 --scale-down-mode Deallocate"));
        run.advance(900_000);
        run.submit(&format!("az aks nodepool scale {POOL} -c 2\nwait 1h\naz aks nodepool scale {POOL} -c 9"));
        run.advance(2 * 3_600_000);
        let mut seen = Vec::new();
        for at_ms in [7_900_000, 1_000_000, 4_700_000, 0, 100_000, 7_900_000, 4_700_000, 1_000_000] {
            run.seek(at_ms);
            for (place, other) in others.iter_mut().enumerate() {
                while !other.follow(&run, 50) {}
                let fresh = &mut Counterfactual::new(&run, other.settings().to_vec());
                while !fresh.follow(&run, u64::MAX / 2) {}
                assert_eq!(other.snapshot(), fresh.snapshot(), "{at_ms} {place}");
                seen.push((place, at_ms, other.metrics()));
            }
        }
        let first = |place, at_ms| seen.iter().find(|(own, at, _)| (*own, *at) == (place, at_ms)).map(|seen| seen.2);
        assert!(seen.iter().all(|(place, at_ms, metrics)| first(*place, *at_ms) == Some(*metrics)));
    }
}
