//! Points in time as `az` prints them.
//!
//! Python reads the service's ISO 8601 text and writes its own: an offset for `Z`, and six digits
//! of fraction or none.

use crate::ground::calendar::{FIRST_DAY, date};

/// Formats a simulated moment in universal time, as ISO 8601 writes it.
#[must_use]
pub fn simulated(at_ms: u64) -> String {
    let seconds = at_ms / 1000;
    let (year, month, day) = date(FIRST_DAY + seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Parses a moment that [`simulated`] wrote into milliseconds of simulated time.
#[must_use]
pub fn simulated_ms(text: &str) -> Option<u64> {
    let numbers: Vec<u64> =
        text.split(|character: char| !character.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
    let &[year, month, day, hour, minute, second] = numbers.as_slice() else { return None };
    // The same calendar the other way round.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    let days = days.checked_sub(719_469 + FIRST_DAY)?;
    Some((days * 86_400 + hour * 3600 + minute * 60 + second) * 1000)
}

/// Converts a moment from the service to the form that `az` prints.
pub(super) fn printed(text: &str) -> String {
    let (moment, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(moment) => (moment, "+00:00"),
        None => text.split_at(offset_start(text)),
    };
    let Some((seconds, fraction)) = moment.split_once('.') else {
        return format!("{moment}{offset}");
    };
    if fraction.bytes().all(|digit| digit == b'0') {
        return format!("{seconds}{offset}");
    }
    format!("{seconds}.{fraction:0<6.6}{offset}")
}

/// Returns the byte at which the offset from universal time begins: its sign follows the clock, not the date.
fn offset_start(text: &str) -> usize {
    let clock = text.find('T').unwrap_or(text.len());
    text.get(clock..).and_then(|rest| rest.find(['+', '-'])).map_or(text.len(), |sign| clock + sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simulated_moments_count_from_the_first_day() {
        let day_ms = 86_400_000;
        for (at_ms, expected) in [
            (0, "2026-01-01T00:00:00Z"),
            (61_999, "2026-01-01T00:01:01Z"),
            (58 * day_ms, "2026-02-28T00:00:00Z"),
            (59 * day_ms, "2026-03-01T00:00:00Z"),
            (365 * day_ms + 3_600_000, "2027-01-01T01:00:00Z"),
            ((365 + 365 + 59) * day_ms, "2028-02-29T00:00:00Z"),
        ] {
            assert_eq!(simulated(at_ms), expected);
            assert_eq!(simulated_ms(expected), Some(at_ms / 1000 * 1000));
        }
    }

    #[test]
    fn moments_are_printed_as_python_does() {
        for (text, expected) in [
            ("2025-09-01T12:00:00Z", "2025-09-01T12:00:00+00:00"),
            ("2025-09-01T12:00:00.000Z", "2025-09-01T12:00:00+00:00"),
            ("2025-09-01T12:00:00.12Z", "2025-09-01T12:00:00.120000+00:00"),
            ("2025-09-01T12:00:00.1234567+02:00", "2025-09-01T12:00:00.123456+02:00"),
            ("2025-09-01T12:00:00-05:00", "2025-09-01T12:00:00-05:00"),
            ("2025-09-01", "2025-09-01"),
            ("soon", "soon"),
            ("", ""),
        ] {
            assert_eq!(printed(text), expected);
        }
    }
}
