//! The score of a lesson: the cost and time of a run, against the limits of a good one.

use super::fact::{CheckContext, FactInfo, FactKind, Value};
use crate::amount::dollars;
use scale_down_cli::ground::duration::clock;

/// A measure and its limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Par {
    /// The measured fact: money or time, of which less is better.
    pub fact: &'static FactInfo,
    /// The limit, in micro-dollars or milliseconds; more than 0.
    pub limit: u64,
}

/// A measure and its value in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The measure and its limit.
    pub par: Par,
    /// The run's value, in micro-dollars or milliseconds.
    pub value: u64,
}

/// The score of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// Each measure, in the order of the file.
    pub measures: Vec<Measure>,
    /// The mean of value over limit, in percent, rounded down: 100 is par, less is better.
    pub percent: u64,
}

impl Score {
    pub(super) fn of(par: &[Par], context: &CheckContext<'_>) -> Option<Self> {
        let measures: Vec<Measure> = par
            .iter()
            .map(|par| {
                let value = match par.fact.value(None, context) {
                    Some(Value::Number(value)) => value,
                    _ => 0,
                };
                Measure { par: par.clone(), value }
            })
            .collect();
        let percents = measures.iter().map(|one| one.value.saturating_mul(100) / one.par.limit.max(1));
        let percent = percents.sum::<u64>().checked_div(measures.len() as u64)?;
        Some(Self { measures, percent })
    }
}

impl Measure {
    /// Formats the run's value for people: `$1.50` or `0:10:00`.
    #[must_use]
    pub fn value_text(&self) -> String {
        amount(self.par.fact.kind, self.value)
    }

    /// Formats the limit for people.
    #[must_use]
    pub fn limit_text(&self) -> String {
        amount(self.par.fact.kind, self.par.limit)
    }
}

fn amount(kind: FactKind, number: u64) -> String {
    match kind {
        FactKind::Money => dollars(number),
        _ => clock(number),
    }
}
