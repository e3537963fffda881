//! Amounts in the form that people read, shared by the page and the native command.

/// Formats micro-dollars as dollars: `$4.18`, `$1,204.00`; fractions of a cent if the amount is less than half a cent.
#[must_use]
pub fn dollars(microdollars: u64) -> String {
    let cents = microdollars.saturating_add(5_000) / 10_000;
    if cents == 0 && microdollars > 0 {
        return format!("$0.{:04}", microdollars.div_ceil(100));
    }
    format!("${}.{:02}", grouped(cents / 100), cents % 100)
}

/// Formats a number with thousands separators: `1,204`.
#[must_use]
pub fn grouped(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", grouped(number / 1_000), number % 1_000) }
}

/// Formats milliseconds in the two largest units that matter: `45 s`, `2 min 5 s`, `3 h 10 min`, `2 d 4 h`.
#[must_use]
pub fn duration(ms: u64) -> String {
    let pair = |large: u64, unit: &str, small: u64, small_unit: &str| {
        if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {small_unit}") }
    };
    match split(ms) {
        (0, 0, 0, seconds) => format!("{seconds} s"),
        (0, 0, minutes, seconds) => pair(minutes, "min", seconds, "s"),
        (0, hours, minutes, _) => pair(hours, "h", minutes, "min"),
        (days, hours, _, _) => pair(days, "d", hours, "h"),
    }
}

/// Splits milliseconds into days, hours, minutes and seconds.
#[must_use]
pub const fn split(ms: u64) -> (u64, u64, u64, u64) {
    let seconds = ms / 1_000;
    (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money() {
        let check = |microdollars: u64, text: &str| assert_eq!(dollars(microdollars), text);
        check(0, "$0.00");
        check(120, "$0.0002");
        check(4_180_000, "$4.18");
        check(9_995_001, "$10.00");
        check(1_204_000_000, "$1,204.00");
        check(1_000_002_000_000, "$1,000,002.00");
    }
}
