//! The distribution of durations: how long things took, in a few kilobytes however many there are.
//!
//! The first durations are kept as they are, and percentiles of them are exact. Beyond [`EXACT_MAX`] they are counted in
//! buckets that grow with the duration, 128 for each power of two, so that a percentile is at most 1/128 (0.8 %) above the
//! exact one. Everything is whole milliseconds: the same natively and in wasm.

use std::collections::BTreeMap;

/// Number of durations up to which percentiles are exact.
pub const EXACT_MAX: usize = 1_024;
/// Bits of a duration that decide its bucket, after the first one.
const PRECISION_BITS: u32 = 7;

/// Durations in milliseconds, counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Distribution {
    /// The durations, as long as there are few.
    exact: Vec<u64>,
    /// Number of durations in each bucket, by its greatest duration in milliseconds; empty while `exact` holds all.
    buckets: BTreeMap<u64, u64>,
    count: u64,
    max_ms: u64,
}

/// The figures of a distribution that are shown. Times are in milliseconds, and `None` where nothing was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Percentiles {
    /// Number of durations.
    pub count: u64,
    /// The median.
    pub p50_ms: Option<u64>,
    /// The 90th percentile.
    pub p90_ms: Option<u64>,
    /// The 95th percentile.
    pub p95_ms: Option<u64>,
    /// The 99th percentile.
    pub p99_ms: Option<u64>,
    /// The longest.
    pub max_ms: Option<u64>,
}

impl Distribution {
    /// Counts a duration.
    pub fn add(&mut self, duration_ms: u64) {
        self.count += 1;
        self.max_ms = self.max_ms.max(duration_ms);
        if !self.buckets.is_empty() {
            *self.buckets.entry(bucket_end(duration_ms)).or_default() += 1;
            return;
        }
        self.exact.push(duration_ms);
        if self.exact.len() > EXACT_MAX {
            for duration_ms in std::mem::take(&mut self.exact) {
                *self.buckets.entry(bucket_end(duration_ms)).or_default() += 1;
            }
        }
    }

    /// Counts all durations of another distribution.
    pub fn merge(&mut self, other: &Self) {
        if other.buckets.is_empty() {
            other.exact.iter().for_each(|duration_ms| self.add(*duration_ms));
            return;
        }
        for duration_ms in std::mem::take(&mut self.exact) {
            *self.buckets.entry(bucket_end(duration_ms)).or_default() += 1;
        }
        for (end_ms, count) in &other.buckets {
            *self.buckets.entry(*end_ms).or_default() += count;
        }
        self.count += other.count;
        self.max_ms = self.max_ms.max(other.max_ms);
    }

    /// Returns the number of durations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the figures that are shown; percentiles by nearest rank.
    #[must_use]
    pub fn percentiles(&self) -> Percentiles {
        let mut sorted = self.exact.clone();
        sorted.sort_unstable();
        let at = |percent: u64| {
            let rank = (self.count * percent).div_ceil(100).max(1);
            self.at_rank(&sorted, rank)
        };
        Percentiles {
            count: self.count,
            p50_ms: at(50),
            p90_ms: at(90),
            p95_ms: at(95),
            p99_ms: at(99),
            max_ms: (self.count > 0).then_some(self.max_ms),
        }
    }

    /// Returns the duration of a rank, counted from 1 for the shortest.
    fn at_rank(&self, sorted: &[u64], rank: u64) -> Option<u64> {
        if self.buckets.is_empty() {
            return sorted.get(usize::try_from(rank).ok()?.checked_sub(1)?).copied();
        }
        let mut before = 0;
        for (end_ms, count) in &self.buckets {
            before += count;
            if before >= rank {
                return Some((*end_ms).min(self.max_ms));
            }
        }
        debug_assert!(rank > self.count, "the buckets hold every duration");
        None
    }
}

/// Returns the greatest duration of the bucket that a duration is in.
fn bucket_end(duration_ms: u64) -> u64 {
    let unused_bits = duration_ms.checked_ilog2().unwrap_or(0).saturating_sub(PRECISION_BITS);
    duration_ms | ((1 << unused_bits) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(durations: impl IntoIterator<Item = u64>) -> Distribution {
        let mut distribution = Distribution::default();
        durations.into_iter().for_each(|duration_ms| distribution.add(duration_ms));
        distribution
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let check = |durations: &[u64], expected: [u64; 5]| {
            let found = of(durations.iter().copied()).percentiles();
            let [p50, p90, p95, p99, max] = expected.map(Some);
            let expected = Percentiles {
                count: durations.len() as u64,
                p50_ms: p50,
                p90_ms: p90,
                p95_ms: p95,
                p99_ms: p99,
                max_ms: max,
            };
            assert_eq!(found, expected, "{durations:?}");
        };
        check(&[7], [7; 5]);
        check(&[20, 10], [10, 20, 20, 20, 20]);
        check(&[5, 1, 4, 2, 3], [3, 5, 5, 5, 5]);
        let hundred: Vec<u64> = (1..=100).rev().collect();
        check(&hundred, [50, 90, 95, 99, 100]);
        assert_eq!(Distribution::default().percentiles(), Percentiles::default());
    }

    #[test]
    fn many_durations_are_within_the_stated_error() {
        let durations: Vec<u64> = (0..50_000_u64).map(|number| number * number % 900_001).collect();
        let mut sorted = durations.clone();
        sorted.sort_unstable();
        let found = of(durations).percentiles();
        for (percent, found) in [(50, found.p50_ms), (90, found.p90_ms), (95, found.p95_ms), (99, found.p99_ms)] {
            let exact = sorted[50_000 * percent / 100 - 1];
            let found = found.unwrap();
            assert!(found >= exact && found - exact <= exact / 128, "p{percent}: {found}, exactly {exact}");
        }
        assert_eq!(found.max_ms, sorted.last().copied());
    }

    #[test]
    fn merged_distributions_count_all() {
        for sizes in [(3, 5), (3, 3_000), (3_000, 5), (900, 900), (2_000, 2_000)] {
            let (one, other) = (0..sizes.0, 10_000..10_000 + sizes.1);
            let mut merged = of(one.clone());
            merged.merge(&of(other.clone()));
            assert_eq!(merged.percentiles(), of(one.chain(other)).percentiles(), "{sizes:?}");
        }
    }

    #[test]
    fn buckets_cover_every_duration() {
        for duration_ms in [0, 1, 127, 128, 255, 256, 257, 100_000, u64::from(u32::MAX), u64::MAX] {
            let end_ms = bucket_end(duration_ms);
            assert!(end_ms >= duration_ms && end_ms - duration_ms <= duration_ms / 128, "{duration_ms}: {end_ms}");
            assert_eq!(bucket_end(end_ms), end_ms);
        }
    }
}
