//! Settings in text form: the profile of AKS, and flags of the upstream program.

use super::duration;
use super::expander::Expander;
use super::settings::{SETTINGS, Setting, SettingInfo, SettingKind, Settings};

const BILLION: i64 = 1_000_000_000;

/// Returns the setting with this name, if there is one.
#[must_use]
pub fn find(name: &str) -> Option<&'static SettingInfo> {
    SETTINGS.iter().find(|info| info.name == name)
}

/// Returns `true` if a setting has an effect in this simulation. Those for the eviction of daemon set pods
/// have none: the pods end with their node, a moment later.
#[must_use]
pub const fn is_simulated(setting: Setting) -> bool {
    !matches!(setting, Setting::DaemonsetEvictionForEmptyNodes | Setting::DaemonsetEvictionForOccupiedNodes)
}

/// Describes the expected form of a value, for the message about an invalid one.
#[must_use]
pub const fn expected(kind: SettingKind) -> &'static str {
    match kind {
        SettingKind::Duration => "a duration such as 10m or 30s",
        SettingKind::Minutes => "a number of minutes such as 10m",
        SettingKind::Interval => "a number of seconds such as 10s",
        SettingKind::Seconds => "a number of seconds",
        SettingKind::Count => "a number that is not negative",
        SettingKind::Integer => "an integer",
        SettingKind::Percentage => "a number from 0 to 100",
        SettingKind::Fraction => "a number from 0 to 1",
        SettingKind::Flag => "true or false",
        SettingKind::Expander => "least-waste, most-pods, priority or random",
    }
}

/// Parses a value; see [`SettingKind`] for its unit.
#[must_use]
pub fn parsed(kind: SettingKind, text: &str) -> Option<i64> {
    let text = text.trim();
    let count = || text.parse::<u32>().ok().map(i64::from);
    match kind {
        SettingKind::Duration => duration::parsed_ms(text).and_then(|ms| i64::try_from(ms).ok()),
        SettingKind::Minutes => text.strip_suffix('m')?.parse::<u32>().ok().map(|minutes| i64::from(minutes) * 60_000),
        SettingKind::Interval => {
            let seconds = text.strip_suffix('s').unwrap_or(text).parse::<u32>().ok();
            seconds.filter(|seconds| *seconds > 0).map(|seconds| i64::from(seconds) * 1000)
        }
        SettingKind::Seconds => count().map(|seconds| seconds * 1000),
        SettingKind::Count => count(),
        SettingKind::Integer => text.parse().ok(),
        SettingKind::Percentage => count().filter(|percent| *percent <= 100),
        SettingKind::Fraction => fraction(text),
        SettingKind::Flag => match text.to_ascii_lowercase().as_str() {
            "true" => Some(1),
            "false" => Some(0),
            _ => None,
        },
        SettingKind::Expander => {
            let index = Expander::ALL.iter().position(|expander| expander.name() == text)?;
            i64::try_from(index).ok()
        }
    }
}

/// Parses a number from 0 to 1, in thousand-millionths.
fn fraction(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() && decimals.is_empty() || !is_number(whole) || !is_number(decimals) {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()? };
    let decimals: String = decimals.chars().take(9).collect();
    let part = format!("{decimals:0<9}").parse::<i64>().ok()?;
    Some(whole.checked_mul(BILLION)?.checked_add(part)?).filter(|value| *value <= BILLION)
}

/// Formats a value as it is shown.
#[must_use]
pub fn text(kind: SettingKind, value: i64) -> String {
    match kind {
        SettingKind::Duration => duration::short(u64::try_from(value).unwrap_or_default()),
        SettingKind::Minutes => format!("{}m", value / 60_000),
        SettingKind::Interval => format!("{}s", value / 1000),
        SettingKind::Seconds => (value / 1000).to_string(),
        SettingKind::Count | SettingKind::Integer | SettingKind::Percentage => value.to_string(),
        SettingKind::Fraction => {
            let decimals = format!("{:09}", value % BILLION);
            let decimals = decimals.trim_end_matches('0');
            let dot = if decimals.is_empty() { "" } else { "." };
            format!("{}{dot}{decimals}", value / BILLION)
        }
        SettingKind::Flag => (value != 0).to_string(),
        SettingKind::Expander => {
            let expander = usize::try_from(value).ok().and_then(|index| Expander::ALL.get(index));
            expander.map_or("", |expander| expander.name()).to_owned()
        }
    }
}

/// Builds settings from names and values, the later over the earlier. Unknown names and invalid values are
/// skipped; they were refused when they were given.
#[must_use]
pub fn settings<'a>(values: impl Iterator<Item = (&'a String, &'a String)>) -> Settings {
    let mut settings = Settings::default();
    for (name, text) in values {
        if let Some(info) = find(name)
            && let Some(value) = parsed(info.kind, text)
        {
            settings.set(info.setting, value);
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_the_profile_has_them() {
        let check = |kind, text: &str, expected: Option<i64>| {
            assert_eq!(parsed(kind, text), expected, "{kind:?} {text:?}");
        };
        check(SettingKind::Duration, "10m", Some(600_000));
        check(SettingKind::Duration, "30s", Some(30_000));
        check(SettingKind::Duration, "10", None);
        check(SettingKind::Minutes, "10m", Some(600_000));
        check(SettingKind::Minutes, "600s", None);
        check(SettingKind::Interval, "10", Some(10_000));
        check(SettingKind::Interval, "30s", Some(30_000));
        check(SettingKind::Interval, "0s", None);
        check(SettingKind::Seconds, "600", Some(600_000));
        check(SettingKind::Percentage, "45", Some(45));
        check(SettingKind::Percentage, "101", None);
        check(SettingKind::Fraction, "0.5", Some(500_000_000));
        check(SettingKind::Fraction, ".25", Some(250_000_000));
        check(SettingKind::Fraction, "1", Some(1_000_000_000));
        check(SettingKind::Fraction, "1.5", None);
        check(SettingKind::Fraction, "half", None);
        check(SettingKind::Fraction, ".", None);
        check(SettingKind::Flag, "True", Some(1));
        check(SettingKind::Flag, "yes", None);
        check(SettingKind::Expander, "priority", Some(4));
        check(SettingKind::Expander, "best", None);
        check(SettingKind::Integer, "-10", Some(-10));
        check(SettingKind::Count, "-1", None);
    }

    #[test]
    fn every_default_reads_as_what_it_is_shown_as() {
        for info in &SETTINGS {
            let shown = text(info.kind, info.default);
            assert_eq!(parsed(info.kind, &shown), Some(info.default), "{} {shown}", info.name);
        }
    }
}
