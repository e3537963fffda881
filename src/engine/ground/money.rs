//! Exact amounts of what has been billed.
//!
//! A price is micro-dollars an hour and time is milliseconds; their product is kept undivided, so that
//! sums do not depend on how often they were read. Division happens once, when an amount is shown.

use std::ops::{Add, AddAssign};

const MS_PER_HOUR: u128 = 3_600_000;

/// An amount of money as price × time, in micro-dollar-milliseconds an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Charge(u128);

impl Charge {
    /// Returns the charge for a price held for a time.
    #[must_use]
    pub fn new(price_microdollars_per_hour: u64, time_ms: u64) -> Self {
        Self(u128::from(price_microdollars_per_hour) * u128::from(time_ms))
    }

    /// Returns whole micro-dollars, rounded down.
    #[must_use]
    pub fn microdollars(self) -> u64 {
        u64::try_from(self.0 / MS_PER_HOUR).unwrap_or(u64::MAX)
    }
}

impl Add for Charge {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Charge {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Accumulated cost, split by what was paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Cost {
    /// Virtual machines, while Azure bills them.
    pub compute: Charge,
    /// OS disks, while they exist.
    pub disk: Charge,
    /// Compute that was not billed because a node lay deallocated instead of running idle.
    pub avoided_compute: Charge,
    /// The part of `disk` that accrued while deallocated: what Deallocate costs over Delete.
    pub kept_disk: Charge,
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.compute += other.compute;
        self.disk += other.disk;
        self.avoided_compute += other.avoided_compute;
        self.kept_disk += other.kept_disk;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_often_does_not_change_a_sum() {
        let mut in_parts = Charge::default();
        for _ in 0..1000 {
            in_parts += Charge::new(146_000, 7);
            assert!(in_parts.microdollars() <= 284);
        }
        assert_eq!(in_parts, Charge::new(146_000, 7000));
        assert_eq!(Charge::new(146_000, 3_600_000).microdollars(), 146_000);
    }
}
