//! Budgets: how much a program or a text from outside may make a run do, which could be work without an end.

use super::run::Run;

/// Longest simulated time of a run from outside, in milliseconds: 366 days.
pub const TIME_MAX_MS: u64 = 366 * 24 * 3_600_000;

/// A limit of work and of simulated time.
///
/// Work is counted in units: one for each command, for each 256 bytes of output, for each event of the cloud, and for
/// each moment at which something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The work of the run, from its beginning, at which the budget is spent.
    work_end: u64,
    /// Latest simulated time, in milliseconds.
    end_ms: u64,
}

/// Reports that a run has stopped because a budget is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped at {at_ms} ms of simulated time: this takes more than the playground accepts ({what})")]
pub struct OutOfBudget {
    /// Simulated time at which the run has stopped, in milliseconds.
    pub at_ms: u64,
    /// The limit, for people.
    pub what: &'static str,
}

impl Budget {
    /// The budget of a run that somebody watches and can stop.
    pub const UNLIMITED: Self = Self { work_end: u64::MAX, end_ms: u64::MAX };

    /// Returns the budget of `work_max` further units for a run, and of 366 days in all.
    #[must_use]
    pub(super) fn of(run: &Run, work_max: u64) -> Self {
        Self { work_end: run.work().saturating_add(work_max), end_ms: TIME_MAX_MS }
    }

    /// Checks that a run may go on until `at_ms`.
    ///
    /// # Errors
    ///
    /// The run has done all the work that it may do, or the time is after the latest one.
    pub(super) fn check(&self, run: &Run, at_ms: u64) -> Result<(), OutOfBudget> {
        let out = |what| Err(OutOfBudget { at_ms: run.cloud.now_ms(), what });
        if at_ms > self.end_ms {
            return out("366 days");
        }
        if run.work() > self.work_end {
            return out("too many events, commands or lines of output");
        }
        Ok(())
    }
}
