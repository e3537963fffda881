//! The time axis of the chart: the window of the run that is shown, and its ticks.

use crate::format::{duration, elapsed};
use scale_down_session::amount::split;

/// Units of the chart from left to right; it is stretched to the room there is.
pub const WIDTH: u64 = 1_000;
/// Length of the window "Last 10 min", in milliseconds.
const LAST_MS: u64 = 600_000;
/// Most ticks of an axis, but for the one at its beginning.
const TICKS_MAX: u64 = 8;
const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 86_400_000;

/// Distances of ticks that are easy to read, in milliseconds, ascending.
const STEPS_MS: [u64; 20] = [
    SECOND_MS,
    5 * SECOND_MS,
    10 * SECOND_MS,
    30 * SECOND_MS,
    MINUTE_MS,
    2 * MINUTE_MS,
    5 * MINUTE_MS,
    10 * MINUTE_MS,
    15 * MINUTE_MS,
    30 * MINUTE_MS,
    HOUR_MS,
    2 * HOUR_MS,
    3 * HOUR_MS,
    6 * HOUR_MS,
    12 * HOUR_MS,
    DAY_MS,
    2 * DAY_MS,
    7 * DAY_MS,
    28 * DAY_MS,
    56 * DAY_MS,
];

/// The part of the run that the chart shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zoom {
    /// All of it.
    #[default]
    All,
    /// Ten minutes: the last ones, or those around the moment that is shown.
    Last,
}

/// A span of simulated time on the chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Its beginning, in milliseconds.
    pub from_ms: u64,
    /// Its end, in milliseconds.
    pub to_ms: u64,
}

impl Window {
    /// Returns the window in which the moment `now_ms` of a run until `end_ms` is shown. One that holds it stays where
    /// it is, so that nothing moves under a pointer.
    #[must_use]
    pub fn follow(self, zoom: Zoom, now_ms: u64, end_ms: u64) -> Self {
        if zoom == Zoom::All || end_ms <= LAST_MS {
            return Self { from_ms: 0, to_ms: end_ms };
        }
        let holds = self.to_ms - self.from_ms == LAST_MS && self.to_ms <= end_ms && self.share(now_ms).is_some();
        if holds && now_ms < end_ms {
            return self;
        }
        let latest_ms = end_ms - LAST_MS;
        let from_ms = if now_ms >= latest_ms { latest_ms } else { now_ms.saturating_sub(LAST_MS / 2) };
        Self { from_ms, to_ms: from_ms + LAST_MS }
    }

    /// Returns its length in milliseconds, at least 1.
    fn length_ms(self) -> u64 {
        (self.to_ms - self.from_ms).max(1)
    }

    /// Returns the place of a moment, in units of [`WIDTH`]; one outside is at the nearer end.
    #[must_use]
    pub fn x(self, at_ms: u64) -> u64 {
        (at_ms.clamp(self.from_ms, self.to_ms) - self.from_ms) * WIDTH / self.length_ms()
    }

    /// Returns how much of it lies before a moment, from 0 to 1; `None` for one outside.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 ms")]
    pub fn share(self, at_ms: u64) -> Option<f64> {
        let is_inside = (self.from_ms..=self.to_ms).contains(&at_ms);
        is_inside.then(|| (at_ms - self.from_ms) as f64 / self.length_ms() as f64)
    }

    /// Returns the moment at a share of its length, from 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn moment_ms(self, share: f64) -> u64 {
        self.from_ms + ((self.to_ms - self.from_ms) as f64 * share.clamp(0.0, 1.0)).round() as u64
    }
}

/// A tick with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Its place, in units of [`WIDTH`].
    pub x: u64,
    /// The label: time since the beginning, or the time of day.
    pub label: String,
    /// `true` for every second one, whose label is left out where room is short.
    pub is_odd: bool,
}

/// Returns the ticks of a window. With `time_of_day_ms`, the time of day at the beginning of the run, they say the time
/// of day.
#[must_use]
pub fn ticks(window: Window, time_of_day_ms: Option<u64>) -> Vec<Tick> {
    let wanted_ms = window.length_ms().div_ceil(TICKS_MAX);
    let step_ms = STEPS_MS.into_iter().find(|step_ms| *step_ms >= wanted_ms);
    let step_ms = step_ms.unwrap_or_else(|| wanted_ms.next_multiple_of(56 * DAY_MS));
    let shift_ms = time_of_day_ms.unwrap_or(0);
    let first = (window.from_ms + shift_ms).div_ceil(step_ms);
    let last = (window.to_ms + shift_ms) / step_ms;
    (first..=last)
        .map(|number| {
            let shown_ms = number * step_ms;
            let label = if time_of_day_ms.is_some() { hour(shown_ms) } else { since_beginning(shown_ms, step_ms) };
            Tick { x: window.x(shown_ms - shift_ms), label, is_odd: number % 2 == 1 }
        })
        .collect()
}

/// `14:30`, with the seconds if there are any.
#[must_use]
pub fn hour(time_of_day_ms: u64) -> String {
    let (_, hours, minutes, seconds) = split(time_of_day_ms);
    if seconds == 0 { format!("{hours:02}:{minutes:02}") } else { format!("{hours:02}:{minutes:02}:{seconds:02}") }
}

fn since_beginning(at_ms: u64, step_ms: u64) -> String {
    match at_ms {
        0 => "0".to_owned(),
        _ if step_ms < MINUTE_MS => elapsed(at_ms),
        _ => duration(at_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from_ms: u64, to_ms: u64) -> Window {
        Window { from_ms, to_ms }
    }

    #[test]
    fn ticks_are_few_and_easy_to_read() {
        let check = |window: Window, time_of_day_ms: Option<u64>, expected: &[(u64, &str)]| {
            let ticks = ticks(window, time_of_day_ms);
            let shown: Vec<_> = ticks.iter().map(|tick| (tick.x, tick.label.as_str())).collect();
            assert_eq!(shown, expected, "{window:?}");
        };
        check(window(0, 0), None, &[(0, "0")]);
        check(
            window(0, 40_000),
            None,
            &[
                (0, "0"),
                (125, "0:05"),
                (250, "0:10"),
                (375, "0:15"),
                (500, "0:20"),
                (625, "0:25"),
                (750, "0:30"),
                (875, "0:35"),
                (1000, "0:40"),
            ],
        );
        check(
            window(0, 726_000),
            None,
            &[
                (0, "0"),
                (165, "2 min"),
                (330, "4 min"),
                (495, "6 min"),
                (661, "8 min"),
                (826, "10 min"),
                (991, "12 min"),
            ],
        );
        check(
            window(90_000, 690_000),
            None,
            &[(50, "2 min"), (250, "4 min"), (450, "6 min"), (650, "8 min"), (850, "10 min")],
        );
        let hours = [(166, "10:00"), (333, "12:00"), (500, "14:00"), (666, "16:00"), (833, "18:00"), (1000, "20:00")];
        check(window(0, 12 * HOUR_MS), Some(8 * HOUR_MS), &[&[(0, "08:00")], hours.as_slice()].concat());
    }

    #[test]
    fn no_window_has_too_many_ticks() {
        for length_ms in (0..12).map(|power| 7 * 10_u64.pow(power)) {
            let ticks = ticks(window(length_ms / 3, length_ms + length_ms / 3), Some(1_234_567));
            assert!(ticks.len() <= 10, "{} in {length_ms} ms", ticks.len());
        }
    }

    #[test]
    fn ten_minutes_stay_until_the_moment_leaves_them() {
        let check = |before: Window, now_ms: u64, end_ms: u64, after: Window| {
            assert_eq!(before.follow(Zoom::Last, now_ms, end_ms), after, "{now_ms} of {end_ms}");
        };
        let all = window(0, 2 * HOUR_MS);
        assert_eq!(all.follow(Zoom::All, 5, 3 * HOUR_MS), window(0, 3 * HOUR_MS));
        check(all, 60_000, 60_000, window(0, 60_000));
        check(all, 2 * HOUR_MS, 2 * HOUR_MS, window(6_600_000, 7_200_000));
        check(window(6_600_000, 7_200_000), 6_600_000, 2 * HOUR_MS, window(6_600_000, 7_200_000));
        check(window(6_600_000, 7_200_000), HOUR_MS, 2 * HOUR_MS, window(3_300_000, 3_900_000));
        check(window(3_300_000, 3_900_000), 3_300_000, 2 * HOUR_MS, window(3_300_000, 3_900_000));
        check(all, 1_000, 2 * HOUR_MS, window(0, 600_000));
    }

    #[test]
    fn places_and_moments_agree() {
        let window = window(1_000, 5_000);
        for (at_ms, share) in [(1_000, 0.0), (2_000, 0.25), (5_000, 1.0)] {
            assert_eq!(window.share(at_ms), Some(share));
            assert_eq!(window.moment_ms(share), at_ms);
        }
        assert_eq!((window.share(999), window.share(5_001)), (None, None));
        assert_eq!((window.x(0), window.x(3_000), window.x(9_000)), (0, 500, WIDTH));
        assert_eq!((window.moment_ms(-1.0), window.moment_ms(2.0)), (1_000, 5_000));
    }
}
