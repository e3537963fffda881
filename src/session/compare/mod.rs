//! Comparison of runs: the same lines with other settings, side by side in money and in waiting.
//!
//! A variant is a run like any other, made from a run by a change that can be seen. Lines follow each other after the
//! same pauses, under the same loads and faults. Durations are drawn from the same seed in the order in which they are
//! needed, so that those of one variant are not those of another: over several seeds that evens out.

mod counterfactual;
mod figures;
mod peaks;
mod table;
mod vary;

use super::metrics::Metrics;
use super::script::{Script, ScriptTime};
use super::{OutOfBudget, Session, budget::Budget};
use peaks::Peaks;

pub use counterfactual::Counterfactual;
pub use figures::{FIGURES, Figure, REFERENCES, Reference, Unit, interval95, mean};
pub use table::{Cell, Row, Table};
pub use vary::{ALWAYS_ON, Change, Vary, VaryError};

/// The reason why a run cannot be forked with other settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForkError {
    /// A setting cannot be varied.
    #[error(transparent)]
    Setting(#[from] VaryError),
    /// The variant takes too much work.
    #[error(transparent)]
    Work(#[from] OutOfBudget),
}

/// A run as it went, with what it was made by.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its name, such as `scale-down-mode=Delete`.
    pub name: String,
    /// The lines that differ from the run that it was made from.
    pub changes: Vec<Change>,
    /// The run itself, at its end.
    pub session: Session,
}

impl Variant {
    /// Returns its metrics.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        Metrics::of(self.session.cloud())
    }

    /// Returns the exit code of its first line that failed; 0 if none did.
    #[must_use]
    pub fn exit_code(&self) -> i32 {
        self.session.transcript().iter().filter_map(|entry| entry.exit_code).find(|code| *code != 0).unwrap_or(0)
    }
}

impl Session {
    /// Makes a variant of this run: plays its lines once more with other settings, with at most `work_max` units of work.
    /// It ends as much later or earlier than this run as its lines took.
    ///
    /// # Errors
    ///
    /// The variant takes more work, or more than 366 days of simulated time.
    pub fn vary(&self, settings: &[Vary], work_max: u64) -> Result<Variant, OutOfBudget> {
        let mut script = super::script::read(&self.script());
        let mut peaks = Peaks::default();
        peaks.follow(self);
        let changes = vary::vary_items(settings, &peaks.by_pool(), &mut script.items);
        let mut session = Self::new(vary::vary_options(settings, &self.options));
        session.replay(script, work_max)?;
        let names: Vec<String> = settings.iter().map(Vary::name).collect();
        Ok(Variant { name: names.join(" "), changes, session })
    }

    /// Plays the items of a script in a run that has just begun.
    fn replay(&mut self, script: Script, work_max: u64) -> Result<(), OutOfBudget> {
        let budget = Budget::of(&self.run, work_max);
        for item in script.items {
            self.pass_within(item.when, &budget)?;
            self.do_item(item.action);
        }
        self.pass_within(script.end.unwrap_or(ScriptTime::AfterAnswers(0)), &budget)
    }
}
