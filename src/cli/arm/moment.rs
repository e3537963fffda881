//! Moments as `az` prints them.
//!
//! Python reads the service's ISO 8601 text and writes its own: an offset for `Z`, and six digits
//! of fraction or none.

/// The printed form of a moment.
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

/// Where the offset from universal time begins: its sign follows the clock, not the date.
fn offset_start(text: &str) -> usize {
    let clock = text.find('T').unwrap_or(text.len());
    text.get(clock..).and_then(|rest| rest.find(['+', '-'])).map_or(text.len(), |sign| clock + sign)
}

#[cfg(test)]
mod tests {
    use super::*;

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
