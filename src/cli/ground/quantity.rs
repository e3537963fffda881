//! Quantities as Kubernetes writes them: `250m`, `0.5`, `256Mi`, `2G`.

/// Units and their factors, in thousandths.
const UNITS: [(&str, u128); 11] = [
    ("m", 1),
    ("", 1000),
    ("k", 1_000_000),
    ("M", 1_000_000_000),
    ("G", 1_000_000_000_000),
    ("T", 1_000_000_000_000_000),
    ("Ki", 1000 << 10),
    ("Mi", 1000 << 20),
    ("Gi", 1000 << 30),
    ("Ti", 1000 << 40),
    ("Pi", 1000 << 50),
];

/// Most digits of a number: enough for any machine, and few enough not to overflow.
const DIGITS_MAX: usize = 18;

/// Parses a quantity into thousandths; `None` if the text is no quantity or is negative. Fractions of a
/// thousandth are rounded up, as in Kubernetes.
#[must_use]
pub fn parse_millis(text: &str) -> Option<u64> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = whole.len() + part.len();
    if digits == 0 || digits > DIGITS_MAX || part.contains('.') {
        return None;
    }
    let value: u128 = format!("{whole}{part}").parse().ok()?;
    let scale = 10_u128.pow(u32::try_from(part.len()).ok()?);
    u64::try_from((value * factor).div_ceil(scale)).ok()
}

/// Parses processor time into thousandths of a processor.
#[must_use]
pub fn parse_cpu_millis(text: &str) -> Option<u64> {
    parse_millis(text)
}

/// Parses memory or the size of an image into bytes, rounded up.
#[must_use]
pub fn parse_bytes(text: &str) -> Option<u64> {
    // Images are sized in GB as people say it.
    let text = text.strip_suffix('B').unwrap_or(text);
    parse_millis(text).map(|millis| millis.div_ceil(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_reads_them() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(parse_millis(text), expected, "{text:?}");
        check("250m", Some(250));
        check("1", Some(1000));
        check("0.5", Some(500));
        check(".5", Some(500));
        check("1.0001", Some(1001));
        check("2k", Some(2_000_000));
        check("64Mi", Some(64 * 1024 * 1024 * 1000));
        check("1.5Gi", Some(3 * 512 * 1024 * 1024 * 1000));
        for wrong in ["", "m", "-1", "1 Gi", "1gi", "1.2.3", "x", "1Mib", "9999999999999999999", "٣"] {
            check(wrong, None);
        }
        assert_eq!(parse_bytes("2GB"), Some(2_000_000_000));
        assert_eq!(parse_bytes("256Mi"), Some(256 << 20));
    }
}
