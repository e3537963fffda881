//! Formatting and parsing of durations, as in the autoscaler's messages and settings.

use std::fmt::Write as _;

/// Formats a duration as Go does: `1h0m5s`, `3m0s`, `1.5s`, `0s`.
#[must_use]
pub fn text(duration_ms: u64) -> String {
    let (minutes, ms) = (duration_ms / 60_000, duration_ms % 60_000);
    let mut text = String::new();
    if minutes >= 60 {
        let _ = write!(text, "{}h", minutes / 60);
    }
    if minutes > 0 {
        let _ = write!(text, "{}m", minutes % 60);
    }
    let _ = write!(text, "{}", ms / 1000);
    let decimals = format!("{:03}", ms % 1000);
    let decimals = decimals.trim_end_matches('0');
    if !decimals.is_empty() {
        let _ = write!(text, ".{decimals}");
    }
    text.push('s');
    text
}

/// Formats a duration without parts that are zero (`10m`, `1h30m`, `0s`).
#[must_use]
pub fn short(duration_ms: u64) -> String {
    let text = text(duration_ms);
    let text = text.strip_suffix("m0s").map_or(text.clone(), |rest| format!("{rest}m"));
    text.strip_suffix("h0m").map_or(text.clone(), |rest| format!("{rest}h"))
}

/// Parses a duration as Go does: numbers, each with a unit (`5m`, `1h30m`, `1.5s`); in milliseconds.
#[must_use]
pub fn parsed_ms(text: &str) -> Option<u64> {
    if text == "0" { Some(0) } else { parsed_with(text, unit_ms) }
}

/// Returns a unit of Go's durations in milliseconds. Units shorter than a millisecond are not supported.
#[must_use]
pub fn unit_ms(unit: &str) -> Option<u64> {
    Some(match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    })
}

/// Parses a duration of numbers, each with a unit that `unit_ms` knows; in milliseconds.
#[must_use]
pub fn parsed_with(text: &str, unit_ms: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    let mut total_ms = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let number = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').filter(|end| *end > 0)?;
        let (number, tail) = rest.split_at(number);
        let unit = tail.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let unit_ms = unit_ms(unit)?;
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        let whole_ms = whole.parse::<u64>().ok()?.checked_mul(unit_ms)?;
        let decimals: String = decimals.chars().take(6).collect();
        let part = format!("{decimals:0<6}").parse::<u64>().ok()?;
        total_ms = total_ms.checked_add(whole_ms)?.checked_add(part * unit_ms / 1_000_000)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(total_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_printed_as_go_does() {
        let check = |duration_ms, expected: &str| assert_eq!(text(duration_ms), expected);
        check(0, "0s");
        check(1500, "1.5s");
        check(180_000, "3m0s");
        check(121_000, "2m1s");
        check(3_605_000, "1h0m5s");
    }

    #[test]
    fn short_durations_leave_out_what_is_nothing() {
        for (duration_ms, expected) in
            [(0, "0s"), (600_000, "10m"), (3_600_000, "1h"), (5_400_000, "1h30m"), (61_000, "1m1s")]
        {
            assert_eq!(short(duration_ms), expected);
        }
    }

    #[test]
    fn durations_are_read_as_go_does() {
        let check = |text: &str, expected| assert_eq!(parsed_ms(text), expected, "{text}");
        check("5m", Some(300_000));
        check("1h30m", Some(5_400_000));
        check("1.5s", Some(1500));
        check("0", Some(0));
        check("0s", Some(0));
        for text in ["", "5", "m", "5x", "error", "-5m", "1..5s", "99999999999999999999h"] {
            check(text, None);
        }
    }
}
