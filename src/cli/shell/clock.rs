//! The simulated calendar of the shell: `date` and `printf '%(…)T'`.

use std::fmt::Write as _;

use crate::ground::calendar::{FIRST_DAY, date};

/// The moment at which every simulation begins, in seconds since 1970.
pub(super) const EPOCH_SECONDS: u64 = FIRST_DAY * 86_400;

const DAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Formats a simulated moment as `date +FORMAT` does, in universal time.
pub(super) fn formatted(format: &str, now_ms: u64) -> String {
    let seconds = EPOCH_SECONDS + now_ms / 1000;
    let days = seconds / 86_400;
    let (year, month, day) = date(days);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let day_of_week = usize::try_from(days % 7).unwrap_or(0);
    let day_name = DAYS.get(day_of_week).copied().unwrap_or_default();
    let month_name =
        usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?)).copied().unwrap_or_default();
    let mut text = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        let mut conversion = letters.next();
        let is_bare = conversion == Some('-');
        if is_bare {
            conversion = letters.next();
        }
        let width = if is_bare { 1 } else { 2 };
        let _ = match conversion {
            Some('Y') => write!(text, "{year:04}"),
            Some('y') => write!(text, "{:02}", year % 100),
            Some('m') => write!(text, "{month:0width$}"),
            Some('d') => write!(text, "{day:0width$}"),
            Some('e') => write!(text, "{day:>2}"),
            Some('H') => write!(text, "{hour:0width$}"),
            Some('I') => write!(text, "{:02}", (hour + 11) % 12 + 1),
            Some('M') => write!(text, "{minute:0width$}"),
            Some('S') => write!(text, "{second:0width$}"),
            Some('p') => write!(text, "{}", if hour < 12 { "AM" } else { "PM" }),
            Some('s') => write!(text, "{seconds}"),
            Some('N') => write!(text, "{:09}", now_ms % 1000 * 1_000_000),
            Some('F') => write!(text, "{year:04}-{month:02}-{day:02}"),
            Some('T') => write!(text, "{hour:02}:{minute:02}:{second:02}"),
            Some('R') => write!(text, "{hour:02}:{minute:02}"),
            Some('D') => write!(text, "{month:02}/{day:02}/{:02}", year % 100),
            Some('a') => write!(text, "{}", day_name.get(..3).unwrap_or_default()),
            Some('A') => write!(text, "{day_name}"),
            Some('b' | 'h') => write!(text, "{}", month_name.get(..3).unwrap_or_default()),
            Some('B') => write!(text, "{month_name}"),
            Some('u') => write!(text, "{}", (day_of_week + 3) % 7 + 1),
            Some('w') => write!(text, "{}", (day_of_week + 4) % 7),
            Some('Z') => write!(text, "UTC"),
            Some('z') => write!(text, "+0000"),
            Some('n') => writeln!(text),
            Some('t') => write!(text, "\t"),
            Some('%') | None => write!(text, "%"),
            Some(other) => write!(text, "%{other}"),
        };
    }
    text
}

/// Reads a moment of `date -d`: `now`, `@SECONDS`, `N UNITS ago`, `+N UNITS`; in milliseconds of simulated time.
pub(super) fn moment_ms(text: &str, now_ms: u64) -> Option<u64> {
    if let Some(seconds) = text.strip_prefix('@') {
        let seconds: u64 = seconds.parse().ok()?;
        return Some(seconds.checked_sub(EPOCH_SECONDS)? * 1000);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let (number, unit, is_ago) = match words.as_slice() {
        ["now" | "today"] | [] => return Some(now_ms),
        ["tomorrow"] => ("1", "day", false),
        [number, unit] => (*number, *unit, false),
        [number, unit, "ago"] => (*number, *unit, true),
        _ => return None,
    };
    let is_ago = is_ago != number.starts_with('-');
    let number: u64 = number.trim_start_matches(['+', '-']).parse().ok()?;
    let unit_ms = match unit.trim_end_matches('s') {
        "second" | "sec" => 1000,
        "minute" | "min" => 60_000,
        "hour" => 3_600_000,
        "day" => 86_400_000,
        "week" => 7 * 86_400_000,
        _ => return None,
    };
    let by_ms = number.checked_mul(unit_ms)?;
    if is_ago { now_ms.checked_sub(by_ms) } else { now_ms.checked_add(by_ms) }
}
