//! The speed of simulated time against real time.
//!
//! The page alone knows real time: it turns a frame's length into simulated milliseconds and
//! hands those to the session, which never sees a clock.

/// The fastest: ten minutes a second.
pub const SPEED_MAX: u32 = 600;

/// The stops of the slider, near enough to a logarithmic scale and all easy to say.
pub const SPEEDS: [u32; 10] = [1, 2, 5, 10, 20, 30, 60, 120, 300, SPEED_MAX];

/// Longest gap between two frames that counts, in milliseconds. A longer one is a tab in the background or a sleeping
/// laptop, not time spent watching.
const GAP_MS_MAX: f64 = 1_000.0;

/// The clock that converts real time to simulated time.
#[derive(Clone, Debug)]
pub struct Pace {
    /// `true` unless the clock is paused.
    pub playing: bool,
    /// Simulated milliseconds per real one.
    pub speed: u32,
    last_ms: Option<f64>,
    rest_ms: f64,
}

impl Pace {
    /// Creates a running clock.
    #[must_use]
    pub const fn new(speed: u32) -> Self {
        Self { playing: true, speed, last_ms: None, rest_ms: 0.0 }
    }

    /// Simulated milliseconds since the last call.
    pub fn elapsed(&mut self, now_ms: f64) -> u64 {
        let last_ms = self.last_ms.replace(now_ms);
        let (true, Some(last_ms)) = (self.playing, last_ms) else {
            return 0;
        };
        let real_ms = (now_ms - last_ms).clamp(0.0, GAP_MS_MAX);
        let exact_ms = real_ms * f64::from(self.speed) + self.rest_ms;
        self.rest_ms = exact_ms.fract();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole_ms = exact_ms.trunc() as u64;
        whole_ms
    }

    /// Forgets the last frame, so that the time until the next does not count.
    pub const fn rest(&mut self) {
        self.last_ms = None;
    }
}

/// Returns the stop nearest to a speed.
#[must_use]
pub fn stop_of(speed: u32) -> usize {
    let below = SPEEDS.iter().filter(|&&stop| stop <= speed).count();
    below.saturating_sub(1)
}

/// Returns the speed at a stop; past the end, the fastest.
#[must_use]
pub fn speed_at(stop: usize) -> u32 {
    SPEEDS.get(stop).copied().unwrap_or(SPEED_MAX)
}

/// Returns a speed in words, for a screen reader.
#[must_use]
pub fn spoken(speed: u32) -> String {
    match (speed, speed % 60) {
        (1, _) => "1×, real time".to_owned(),
        (60, _) => "60×, a minute a second".to_owned(),
        (_, 0) => format!("{speed}×, {} minutes a second", speed / 60),
        _ => format!("{speed}×, {speed} seconds a second"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_watched_time_counts() {
        let mut pace = Pace::new(60);
        assert_eq!(pace.elapsed(1_000.0), 0, "the first frame has no length");
        assert_eq!(pace.elapsed(1_016.5), 990);
        assert_eq!(pace.elapsed(91_016.5), 60_000, "a long gap is cut");
        pace.rest();
        assert_eq!(pace.elapsed(100_000.0), 0);
        pace.playing = false;
        assert_eq!(pace.elapsed(100_100.0), 0);
    }

    #[test]
    fn no_millisecond_is_lost() {
        let mut pace = Pace::new(1);
        pace.elapsed(0.0);
        let total: u64 = (1..=1_000).map(|i| pace.elapsed(f64::from(i) * 16.6)).sum();
        assert!((16_599..=16_600).contains(&total), "{total}");
    }

    #[test]
    fn stops() {
        let check = |speed: u32, stop: usize| assert_eq!(stop_of(speed), stop, "{speed}");
        check(1, 0);
        check(4, 1);
        check(60, 6);
        check(600, 9);
        assert!((0..SPEEDS.len()).all(|stop| stop_of(speed_at(stop)) == stop));
    }

    #[test]
    fn words() {
        let check = |speed: u32, words: &str| assert_eq!(spoken(speed), words);
        check(1, "1×, real time");
        check(30, "30×, 30 seconds a second");
        check(60, "60×, a minute a second");
        check(300, "300×, 5 minutes a second");
    }
}
