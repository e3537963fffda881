//! A counterfactual: a variant that follows a run as it goes on, a little work at a time.

use std::collections::BTreeMap;

use super::vary::{Editor, Key};
use super::{ALWAYS_ON, Vary};
use crate::budget::Budget;
use crate::command_log::LogAction;
use crate::metrics::Metrics;
use crate::script::{ScriptItem, ScriptTime};
use crate::{Session, fresh_run};

/// A variant of a run, as far as it has been played.
#[derive(Debug, Clone)]
pub struct Counterfactual {
    vary: Vec<Vary>,
    session: Session,
    /// The items of the variant that have been done.
    done: Vec<ScriptItem>,
    /// The items of the variant, and what they were made from: the number of log items, and the peaks.
    items: Vec<ScriptItem>,
    made_of: Option<(usize, BTreeMap<String, u32>)>,
    is_known: bool,
}

impl Counterfactual {
    /// Begins a variant with other settings.
    #[must_use]
    pub fn new(run: &Session, vary: Vec<Vary>) -> Self {
        let session = Session::new(run.options.clone());
        Self { vary, session, done: Vec::new(), items: Vec::new(), made_of: None, is_known: false }
    }

    /// Returns the variant that keeps every node.
    #[must_use]
    pub fn always_on(run: &Session) -> Self {
        Self::new(run, vec![Vary { pool: None, key: Key::ScaleDownMode, value: ALWAYS_ON.to_owned() }])
    }

    /// Returns the variant in which every pool has the mode Delete or Deallocate.
    #[must_use]
    pub fn with_mode(run: &Session, mode: &str) -> Self {
        Self::new(run, vec![Vary { pool: None, key: Key::ScaleDownMode, value: mode.to_owned() }])
    }

    /// Returns the metrics at the time of the run, if it has been played so far.
    #[must_use]
    pub fn metrics(&self) -> Option<Metrics> {
        self.is_known.then(|| Metrics::of(self.session.cloud()))
    }

    /// Plays on until the time of the run, with about `work_max` units of work. Begins anew where the run has gone back or
    /// on another branch. Returns `true` once it is there.
    pub fn follow(&mut self, run: &Session, work_max: u64) -> bool {
        self.is_known = false;
        self.make_items(run);
        let is_other =
            self.items.len() < self.done.len() || self.items.iter().zip(&self.done).any(|(one, other)| one != other);
        if is_other || self.session.now_ms() > run.now_ms() {
            self.done.clear();
            self.session = Session::new(run.options.clone());
            debug_assert_eq!(self.session.run, fresh_run(&run.options));
        }
        let budget = Budget::of(&self.session.run, work_max);
        let end_ms = run.now_ms();
        while let Some(item) = self.items.get(self.done.len()).cloned() {
            // A line waits for those before it, which may take longer here, and may not be reached yet.
            let at_ms = match item.when {
                ScriptTime::At(at_ms) => at_ms,
                ScriptTime::AfterAnswers(rest_ms) => {
                    while self.session.busy().is_some() && self.session.now_ms() < end_ms {
                        let next_ms = self.session.next_ms().unwrap_or(end_ms).min(end_ms);
                        if self.session.advance_within(next_ms, &budget).is_err() {
                            return false;
                        }
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
            if self.session.advance_within(at_ms, &budget).is_err() {
                return false;
            }
            self.session.do_item(item.action.clone());
            self.done.push(item);
        }
        self.is_known = self.session.advance_within(end_ms, &budget).is_ok();
        self.is_known
    }

    /// Makes the items of the variant from those that the run has done, unless they are made.
    fn make_items(&mut self, run: &Session) {
        let is_always_on = self.vary.iter().any(|vary| vary.value == ALWAYS_ON);
        let peaks = if is_always_on { run.peaks() } else { BTreeMap::new() };
        let made_of = Some((run.applied, peaks));
        if self.made_of == made_of && run.revision() != 0 {
            return;
        }
        let peaks = made_of.as_ref().map(|(_, peaks)| peaks.clone()).unwrap_or_default();
        let items = run.log.iter().take(run.applied);
        let mut items: Vec<ScriptItem> = items
            .map(|item| ScriptItem { when: ScriptTime::new(item.at_ms, item.rest_ms), action: item.action.clone() })
            .collect();
        for vary in &self.vary {
            let mut editor = Editor::new(vary, &peaks);
            for item in &mut items {
                if let LogAction::Lines(lines) = &mut item.action {
                    *lines = editor.text(lines).into();
                }
            }
        }
        (self.items, self.made_of) = (items, made_of);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionOptions;

    const POOL: &str = "-g g --cluster-name c -n p -o none";

    /// A counterfactual that followed a run step by step is the variant that is made at once.
    #[test]
    fn following_is_varying() {
        for mode in ["Delete", ALWAYS_ON] {
            let mut run = Session::new(SessionOptions::default());
            let mut other = Counterfactual::with_mode(&run, mode);
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
        let mut other = Counterfactual::with_mode(&run, "Delete");
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
}
