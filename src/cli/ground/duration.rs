//! Durations and times of the day as people write them.

use scale_down_engine::autoscaler::duration::{parsed_with, unit_ms};

/// The longest wait: a year of simulated time.
const WAIT_MAX_MS: u64 = 365 * 24 * 3_600_000;

/// Parses a duration such as `90s`, `10m`, `1h30m`, `1.5h`, `500ms` or `2d` into milliseconds; `None`
/// beyond a year.
#[must_use]
pub fn parse_duration_ms(text: &str) -> Option<u64> {
    let units = |unit: &str| match unit {
        "min" => unit_ms("m"),
        "d" => Some(86_400_000),
        other => unit_ms(other),
    };
    parsed_with(text, units).filter(|total_ms| *total_ms <= WAIT_MAX_MS)
}

/// Parses a number of seconds, or a duration as [`parse_duration_ms`] does, into milliseconds.
#[must_use]
pub fn parse_seconds_ms(text: &str) -> Option<u64> {
    parse_duration_ms(text).or_else(|| parse_duration_ms(&format!("{text}s")))
}

/// Formats simulated time as `h:mm:ss`.
#[must_use]
pub fn clock(at_ms: u64) -> String {
    let seconds = at_ms / 1000;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Parses a time of the day such as `8:30` into milliseconds since midnight.
#[must_use]
pub fn parse_time_of_day_ms(text: &str) -> Option<u64> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str, below: u64| {
        let is_number = !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u64>().ok().filter(|number| is_number && *number < below)
    };
    Some((number(hour, 24)? * 60 + number(minute, 60)?) * 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_written() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(parse_duration_ms(text), expected, "{text:?}");
        };
        check("90s", Some(90_000));
        check("10m", Some(600_000));
        check("1h30m", Some(5_400_000));
        check("500ms", Some(500));
        check("1.5h", Some(5_400_000));
        check("2d", Some(172_800_000));
        check("", None);
        check("10", None);
        check("m", None);
        check("10 m", None);
        check("99999999999999999999d", None);
        check("366d", None);
        check("५m", None);
    }

    #[test]
    fn seconds_need_no_unit() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(parse_seconds_ms(text), expected, "{text:?}");
        check("90", Some(90_000));
        check("1.5", Some(1500));
        check("2m", Some(120_000));
        check("", None);
        check("soon", None);
    }

    #[test]
    fn times_of_the_day_are_read_as_written() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(parse_time_of_day_ms(text), expected, "{text:?}");
        check("8:30", Some(30_600_000));
        check("08:05", Some(29_100_000));
        check("24:00", None);
        check("8", None);
        check("+8:30", None);
        check("8:60", None);
    }
}
