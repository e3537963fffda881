//! The curve of a load: an amount of work over time, counted in pods.
//!
//! Every kind of load is one table of points, so that the engine has one rule for all of them, traces
//! of real clusters included. Between points the number of pods stays, or runs straight to the next.

use std::sync::Arc;

use crate::kubernetes::Resources;

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CurvePoint {
    /// Time since the beginning of the curve, in milliseconds.
    pub at_ms: u64,
    /// Amount of work at this point, counted in pods.
    pub pods: u32,
    /// Requests of each pod from this point on, if they change here.
    pub requests: Option<Resources>,
}

impl CurvePoint {
    /// A point at which only the number of pods changes.
    #[must_use]
    pub const fn new(at_ms: u64, pods: u32) -> Self {
        Self { at_ms, pods, requests: None }
    }
}

/// The curve of a load: points in time, with or without a period after which they repeat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Curve {
    /// Points by ascending time.
    points: Arc<[CurvePoint]>,
    /// Period after which it begins anew, in milliseconds; `None` if it never does.
    period_ms: Option<u64>,
    /// `true` if the number of pods moves in a line from point to point instead of leaping.
    is_sloped: bool,
    /// Position on the curve at which the load begins, in milliseconds.
    offset_ms: u64,
}

const MINUTE_MS: u64 = 60_000;
pub(super) const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

/// The shape of a day in an office, in minutes and thousandths of the way from low to high: the
/// playground's own, as there is no public one.
const OFFICE_DAY: [(u64, u64); 10] = [
    (0, 0),
    (7 * 60, 0),
    (10 * 60, 1000),
    (12 * 60, 1000),
    (12 * 60 + 30, 850),
    (13 * 60 + 30, 850),
    (14 * 60, 1000),
    (16 * 60, 1000),
    (19 * 60, 150),
    (22 * 60, 0),
];
const OFFICE_DAYS: u64 = 5;

/// A wave, in thousandths of its period and of its height: a cosine, a twelfth at a time.
const WAVE: [(u64, u64); 13] = [
    (0, 0),
    (83, 67),
    (167, 250),
    (250, 500),
    (333, 750),
    (417, 933),
    (500, 1000),
    (583, 933),
    (667, 750),
    (750, 500),
    (833, 250),
    (917, 67),
    (1000, 0),
];

/// Interpolates between two numbers, in thousandths of the way from `low` to `high`, rounded.
fn between(low: u32, high: u32, permille: u64) -> u32 {
    let part = |pods: u32, permille: u64| u64::from(pods) * permille;
    u32::try_from((part(low, 1000 - permille.min(1000)) + part(high, permille.min(1000)) + 500) / 1000)
        .unwrap_or(u32::MAX)
}

impl Curve {
    /// A curve that leaps from point to point and stays at the last. The points are sorted; without
    /// any there is no work.
    #[must_use]
    pub fn of_points(mut points: Vec<CurvePoint>) -> Self {
        points.sort_by_key(|point| point.at_ms);
        Self { points: points.into(), period_ms: None, is_sloped: false, offset_ms: 0 }
    }

    /// A curve that is always the same.
    #[must_use]
    pub fn steady(pods: u32) -> Self {
        Self::of_points(vec![CurvePoint::new(0, pods)])
    }

    /// A curve that leaps from one number to another after `after_ms` milliseconds.
    #[must_use]
    pub fn step(from: u32, to: u32, after_ms: u64) -> Self {
        Self::of_points(vec![CurvePoint::new(0, from), CurvePoint::new(after_ms, to)])
    }

    /// A curve that leaps from one number to another after `after_ms`, and back `length_ms`
    /// milliseconds later.
    #[must_use]
    pub fn spike(from: u32, to: u32, after_ms: u64, length_ms: u64) -> Self {
        let back_ms = after_ms.saturating_add(length_ms);
        Self::of_points(vec![CurvePoint::new(0, from), CurvePoint::new(after_ms, to), CurvePoint::new(back_ms, from)])
    }

    /// A wave between `low` and `high` for ever; its period is at least a minute.
    #[must_use]
    pub fn wave(low: u32, high: u32, period_ms: u64) -> Self {
        let period_ms = period_ms.max(MINUTE_MS);
        let point = |(time, height): (u64, u64)| CurvePoint::new(period_ms * time / 1000, between(low, high, height));
        Self { points: WAVE.map(point).into(), period_ms: Some(period_ms), is_sloped: true, offset_ms: 0 }
    }

    /// A working week for ever, between `low` at night and `high` in the office; the load begins on a
    /// Monday, `begins_ms` milliseconds after midnight.
    #[must_use]
    pub fn office_hours(low: u32, high: u32, begins_ms: u64) -> Self {
        let day = |day: u64| {
            OFFICE_DAY
                .map(|(minute, height)| CurvePoint::new(day * DAY_MS + minute * MINUTE_MS, between(low, high, height)))
        };
        let period_ms = 7 * DAY_MS;
        let weekend = CurvePoint::new(period_ms, low);
        let points = (0..OFFICE_DAYS).flat_map(day).chain([weekend]).collect();
        Self { points, period_ms: Some(period_ms), is_sloped: true, offset_ms: begins_ms % DAY_MS }
    }

    /// Returns the time of day at which it begins, in milliseconds after midnight; `None` for a curve that knows no
    /// hours.
    pub(super) fn begins_ms(&self) -> Option<u64> {
        // Told by its points: a field of its own would change recorded fingerprints.
        let is_week = self.period_ms == Some(7 * DAY_MS) && self.points.len() > WAVE.len();
        is_week.then_some(self.offset_ms)
    }

    /// Returns `true` if it repeats for ever.
    pub(super) fn is_endless(&self) -> bool {
        self.period_ms.is_some()
    }

    /// Returns the position on the curve, in milliseconds, `elapsed_ms` after the beginning of the
    /// load.
    fn place(&self, elapsed_ms: u64) -> u64 {
        let at_ms = elapsed_ms.saturating_add(self.offset_ms);
        self.period_ms.map_or(at_ms, |period_ms| at_ms % period_ms)
    }

    /// Returns the last point at or before a position, and the first after it.
    fn around(&self, at_ms: u64) -> (Option<CurvePoint>, Option<CurvePoint>) {
        let after = self.points.partition_point(|point| point.at_ms <= at_ms);
        let before = after.checked_sub(1).and_then(|index| self.points.get(index)).copied();
        (before, self.points.get(after).copied())
    }

    /// Returns the amount of work, counted in pods, `elapsed_ms` milliseconds after the beginning; 0
    /// before the first point.
    pub(super) fn pods_at(&self, elapsed_ms: u64) -> u32 {
        let at_ms = self.place(elapsed_ms);
        match self.around(at_ms) {
            (Some(before), Some(after)) if self.is_sloped => {
                let permille = (at_ms - before.at_ms) * 1000 / (after.at_ms - before.at_ms);
                between(before.pods, after.pods, permille)
            }
            (Some(before), _) => before.pods,
            (None, _) => 0,
        }
    }

    /// Returns the requests of each pod `elapsed_ms` milliseconds after the beginning; `None` if no
    /// point so far sets them.
    pub(super) fn requests_at(&self, elapsed_ms: u64) -> Option<Resources> {
        let at_ms = self.place(elapsed_ms);
        let passed = self.points.partition_point(|point| point.at_ms <= at_ms);
        self.points.get(..passed)?.iter().rev().find_map(|point| point.requests)
    }

    /// Returns the time of the next change after `elapsed_ms`, in milliseconds from the beginning. On a
    /// slope it is at least a minute later, unless the next point comes sooner. `None` if nothing
    /// changes any more.
    #[must_use]
    pub fn next_change_ms(&self, elapsed_ms: u64) -> Option<u64> {
        let at_ms = self.place(elapsed_ms);
        let (before, after) = self.around(at_ms);
        let Some(after) = after else {
            let left_ms = self.period_ms?.saturating_sub(at_ms);
            return Some(elapsed_ms + left_ms.max(1));
        };
        let slope = before.filter(|_| self.is_sloped).map_or(0, |before| before.pods.abs_diff(after.pods));
        if slope == 0 {
            return Some(elapsed_ms + (after.at_ms - at_ms));
        }
        let length_ms = after.at_ms - before.map_or(0, |before| before.at_ms);
        let step_ms = (length_ms / u64::from(slope)).max(MINUTE_MS);
        Some(elapsed_ms + step_ms.min(after.at_ms - at_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: u64 = 60 * MINUTE_MS;

    #[test]
    fn only_office_hours_have_a_time_of_day() {
        let check = |curve: Curve, begins_ms: Option<u64>| assert_eq!(curve.begins_ms(), begins_ms, "{curve:?}");
        check(Curve::office_hours(1, 9, 8 * HOUR_MS), Some(8 * HOUR_MS));
        check(Curve::office_hours(1, 9, 0), Some(0));
        check(Curve::wave(1, 9, 7 * DAY_MS), None);
        check(Curve::steady(1), None);
    }

    #[test]
    fn leaps_happen_at_their_time() {
        let check = |curve: &Curve, expected: &[(u64, u32)]| {
            for (at_ms, pods) in expected {
                assert_eq!(curve.pods_at(*at_ms), *pods, "{at_ms} of {curve:?}");
            }
        };
        check(&Curve::steady(7), &[(0, 7), (HOUR_MS, 7)]);
        check(&Curve::step(1, 9, 100), &[(0, 1), (99, 1), (100, 9), (HOUR_MS, 9)]);
        check(&Curve::spike(1, 9, 100, 50), &[(99, 1), (100, 9), (149, 9), (150, 1)]);
        check(&Curve::of_points(vec![CurvePoint::new(50, 3), CurvePoint::new(10, 2)]), &[(0, 0), (10, 2), (50, 3)]);
        assert_eq!(Curve::step(1, 9, 100).next_change_ms(0), Some(100));
        assert_eq!(Curve::step(1, 9, 100).next_change_ms(100), None);
    }

    #[test]
    fn a_day_in_the_office_has_its_ramps_and_a_week_its_weekend() {
        let curve = Curve::office_hours(10, 110, 0);
        let check = |day: u64, hour: u64, minute: u64, expected: u32| {
            let at_ms = day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS;
            assert_eq!(curve.pods_at(at_ms), expected, "day {day}, {hour}:{minute}");
        };
        check(0, 6, 0, 10);
        check(0, 8, 30, 60);
        check(0, 11, 0, 110);
        check(0, 13, 0, 95);
        check(4, 15, 0, 110);
        check(0, 23, 0, 10);
        check(5, 11, 0, 10);
        check(7, 11, 0, 110);
        let late = Curve::office_hours(10, 110, 11 * HOUR_MS);
        assert_eq!(late.pods_at(0), 110);
    }

    /// A reader that looks only at the moments of change misses nothing but the slope within a minute.
    #[test]
    fn nothing_changes_between_two_changes() {
        for curve in [Curve::office_hours(0, 700, 0), Curve::wave(3, 40, HOUR_MS), Curve::spike(1, 5, 70, 9)] {
            let (mut at_ms, mut seen) = (0, 0);
            while let Some(next_ms) = curve.next_change_ms(at_ms).filter(|next_ms| *next_ms < 3 * DAY_MS) {
                assert!(next_ms > at_ms);
                let (one, other) = (curve.pods_at(at_ms), curve.pods_at(next_ms - 1));
                let within_a_minute = 700 / 180 + 2;
                assert!(one.abs_diff(other) <= within_a_minute, "{one} {other} from {at_ms} to {next_ms}");
                (at_ms, seen) = (next_ms, seen + 1);
            }
            assert!(seen >= 2);
        }
    }
}
