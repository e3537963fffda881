//! Output formats of kubectl: tables, JSON, YAML, ages and quantities.

use serde_json::Value;

/// Formats rows, the first with the column names, as Go's `tabwriter` does: three blanks between columns.
#[must_use]
pub fn table(rows: &[Vec<String>]) -> String {
    table_in(rows, &mut Vec::new())
}

/// Formats rows as [`table`] does; columns are at least as wide as `widths`, which keeps the new widths.
pub fn table_in(rows: &[Vec<String>], widths: &mut Vec<usize>) -> String {
    const WIDTH_MIN: usize = 6;
    const GAP: usize = 3;
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width_of = |column: usize| {
        let widths = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        (widths.max().unwrap_or(0) + GAP).max(WIDTH_MIN)
    };
    widths.resize(columns.max(widths.len()), 0);
    for (column, width) in widths.iter_mut().enumerate() {
        *width = width_of(column).max(*width);
    }
    let mut text = String::new();
    for row in rows {
        for (index, (cell, width)) in row.iter().zip(widths.iter()).enumerate() {
            text.push_str(cell);
            if index + 1 < row.len() {
                let padding = width - cell.chars().count();
                text.extend(std::iter::repeat_n(' ', padding));
            }
        }
        text.push('\n');
    }
    text
}

/// Returns the entries of an object sorted by key, the order of Go's maps in kubectl's output.
fn sorted(object: &serde_json::Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = object.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}

/// Formats a value as JSON, indented by four blanks.
#[must_use]
pub fn json(value: &Value) -> String {
    let mut text = String::new();
    write_json(value, 0, &mut text);
    text.push('\n');
    text
}

fn write_json(value: &Value, depth: usize, text: &mut String) {
    let line_break = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n(' ', depth * 4));
    };
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (index, (key, value)) in sorted(object).into_iter().enumerate() {
                text.push(if index == 0 { '{' } else { ',' });
                line_break(text, depth + 1);
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push_str(": ");
                write_json(value, depth + 1, text);
            }
            line_break(text, depth);
            text.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                text.push(if index == 0 { '[' } else { ',' });
                line_break(text, depth + 1);
                write_json(value, depth + 1, text);
            }
            line_break(text, depth);
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

/// Formats a value as YAML as Go's library does.
#[must_use]
pub fn yaml(value: &Value) -> String {
    let mut text = String::new();
    write_yaml(value, 0, &mut text);
    text
}

fn write_yaml(value: &Value, depth: usize, text: &mut String) {
    let indent = |text: &mut String, depth: usize| text.extend(std::iter::repeat_n(' ', depth * 2));
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (index, (key, value)) in sorted(object).into_iter().enumerate() {
                // The first key stands behind the dash of an item.
                if index > 0 || !text.ends_with("- ") {
                    indent(text, depth);
                }
                text.push_str(&scalar(key));
                text.push(':');
                match value {
                    Value::Object(inner) if !inner.is_empty() => {
                        text.push('\n');
                        write_yaml(value, depth + 1, text);
                    }
                    // Items stand as far left as their key.
                    Value::Array(items) if !items.is_empty() => {
                        text.push('\n');
                        write_yaml(value, depth, text);
                    }
                    _ => {
                        text.push(' ');
                        write_yaml(value, depth + 1, text);
                    }
                }
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                indent(text, depth);
                text.push_str("- ");
                write_yaml(item, depth + 1, text);
            }
        }
        Value::String(string) if string.contains('\n') => {
            text.push_str(if string.ends_with('\n') { "|\n" } else { "|-\n" });
            for line in string.lines() {
                indent(text, depth);
                text.push_str(line);
                text.push('\n');
            }
        }
        Value::String(string) => {
            text.push_str(&scalar(string));
            text.push('\n');
        }
        other => {
            text.push_str(&other.to_string());
            text.push('\n');
        }
    }
}

/// Formats a YAML scalar.
///
/// It stays plain if it reads back as the same text. It is put in double quotes if it would read as something else,
/// and in single quotes if it would not read at all.
fn scalar(text: &str) -> String {
    let is_word =
        |word: &str| matches!(word, "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n" | "~" | "");
    let first = text.chars().next().unwrap_or(' ');
    let is_number = (first.is_ascii_digit() || "+-.".contains(first)) && text.parse::<f64>().is_ok();
    // A moment, such as 2026-01-01T00:00:00Z, would be read as one.
    let is_moment = text.len() == 20 && text.ends_with('Z') && text.get(4..5) == Some("-") && first.is_ascii_digit();
    if is_number || is_moment || is_word(&text.to_lowercase()) || text.contains(char::is_control) {
        return Value::from(text).to_string();
    }
    let is_plain = !"-?:,[]{}#&*!|>'\"%@` ".contains(first)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #");
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

/// Formats a duration in milliseconds as in the `AGE` column: `45s`, `3m20s`, `5h`.
#[must_use]
pub fn age(time_ms: u64) -> String {
    let seconds = time_ms / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let pair = |large: u64, unit: &str, small: u64, small_unit: &str| {
        if small == 0 { format!("{large}{unit}") } else { format!("{large}{unit}{small}{small_unit}") }
    };
    match () {
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => pair(minutes, "m", seconds % 60, "s"),
        () if hours < 3 => format!("{minutes}m"),
        () if hours < 8 => pair(hours, "h", minutes % 60, "m"),
        () if hours < 48 => format!("{hours}h"),
        () if days < 8 => pair(days, "d", hours % 24, "h"),
        () if days < 730 => format!("{days}d"),
        () => pair(days / 365, "y", days % 365, "d"),
    }
}

/// Formats thousandths of a CPU as a quantity: whole CPUs, or `250m`.
#[must_use]
pub fn cpu(millis: u64) -> String {
    if millis.is_multiple_of(1000) { (millis / 1000).to_string() } else { format!("{millis}m") }
}

/// Formats bytes as a quantity in the largest binary unit without a remainder.
#[must_use]
pub fn memory(bytes: u64) -> String {
    for (unit, name) in [(1 << 40, "Ti"), (1 << 30, "Gi"), (1 << 20, "Mi"), (1 << 10, "Ki")] {
        if bytes > 0 && bytes.is_multiple_of(unit) {
            return format!("{}{name}", bytes / unit);
        }
    }
    bytes.to_string()
}

/// Parses a CPU quantity (`500m`, `2`, `0.5`) into thousandths.
#[must_use]
pub fn parse_cpu(text: &str) -> Option<u64> {
    let (number, per_unit) = match text.strip_suffix('m') {
        Some(millis) => (millis, 1),
        None => (text, 1000),
    };
    decimal(number, per_unit)
}

/// Parses a memory quantity (`256Mi`, `1G`, `1048576`) into bytes.
#[must_use]
pub fn parse_memory(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 10] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("Pi", 1 << 50),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("T", 1_000_000_000_000),
        ("P", 1_000_000_000_000_000),
    ];
    let unit = UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)));
    let (number, per_unit) = unit.unwrap_or((text, 1));
    decimal(number, per_unit)
}

/// Parses a decimal number and multiplies it by `per_unit`, rounded up.
fn decimal(text: &str, per_unit: u64) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u64>().ok() };
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let part = u128::from(number(fraction)?) * u128::from(per_unit);
    let part = u64::try_from(part.div_ceil(u128::from(scale))).ok()?;
    number(whole)?.checked_mul(per_unit)?.checked_add(part)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tables() {
        let rows = [["NAME", "READY", "A"], ["web", "1/1", ""], ["a-long-name", "0/1", "x"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        assert_eq!(table(&rows), "NAME          READY   A\nweb           1/1     \na-long-name   0/1     x\n");
    }

    #[test]
    fn ages() {
        let check = |seconds: u64, expected: &str| assert_eq!(age(seconds * 1000), expected);
        check(0, "0s");
        check(119, "119s");
        check(120, "2m");
        check(301, "5m1s");
        check(600, "10m");
        check(10_799, "179m");
        check(10_800, "3h");
        check(3 * 3600 + 60, "3h1m");
        check(8 * 3600 + 60, "8h");
        check(47 * 3600, "47h");
        check(50 * 3600, "2d2h");
        check(9 * 86_400, "9d");
        check(800 * 86_400, "2y70d");
    }

    #[test]
    fn quantities() {
        for (text, millis, written) in [
            ("500m", 500, "500m"),
            ("2", 2000, "2"),
            ("0.5", 500, "500m"),
            (".1", 100, "100m"),
            ("1.0005", 1001, "1001m"),
        ] {
            assert_eq!(parse_cpu(text), Some(millis), "{text}");
            assert_eq!(cpu(millis), written);
        }
        for (text, bytes, written) in [
            ("256Mi", 256 << 20, "256Mi"),
            ("1G", 1_000_000_000, "1000000000"),
            ("1.5Gi", 1536 << 20, "1536Mi"),
            ("0", 0, "0"),
        ] {
            assert_eq!(parse_memory(text), Some(bytes), "{text}");
            assert_eq!(memory(bytes), written);
        }
        for text in ["", "m", "x", "-1", "1e3", "1.2.3", "Mi"] {
            assert_eq!((parse_cpu(text), parse_memory(text)), (None, None), "{text}");
        }
    }

    #[test]
    fn documents() {
        let value = json!({"b": [1, {"d": "x", "c": null}], "a": {"e": {}, "f": []}, "s": "true", "t": "a: b", "m": "1.5", "l": "x\ny\n"});
        assert_eq!(
            yaml(&value),
            "a:\n  e: {}\n  f: []\nb:\n- 1\n- c: null\n  d: x\nl: |\n  x\n  y\nm: \"1.5\"\ns: \"true\"\nt: 'a: b'\n"
        );
        assert_eq!(
            json(&json!({"b": [1, {}], "a": "x"})),
            "{\n    \"a\": \"x\",\n    \"b\": [\n        1,\n        {}\n    ]\n}\n"
        );
    }
}
