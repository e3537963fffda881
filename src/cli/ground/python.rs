//! Python's own reading and writing of values, as far as the parser shows it.
//!
//! The Azure CLI converts and quotes with Python's builtins, so `1_000`, ` 5 ` and `٣` are whole
//! numbers and an error names a value as `repr` would.

/// The longest run of digits that `int()` converts by default (`CPython`'s
/// `sys.int_info.default_max_str_digits`).
const INTEGER_DIGITS_MAX: usize = 4300;

/// The zero of every run of ten decimal digits outside ASCII (Unicode category Nd).
const DIGIT_ZEROS: [u32; 66] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x1_04A0, 0x1_0D30, 0x1_1066, 0x1_10F0, 0x1_1136, 0x1_11D0,
    0x1_12F0, 0x1_1450, 0x1_14D0, 0x1_1650, 0x1_16C0, 0x1_1730, 0x1_18E0, 0x1_1950, 0x1_1C50, 0x1_1D50, 0x1_1DA0,
    0x1_1F50, 0x1_6A60, 0x1_6AC0, 0x1_6B50, 0x1_D7CE, 0x1_D7D8, 0x1_D7E2, 0x1_D7EC, 0x1_D7F6, 0x1_E140, 0x1_E2F0,
    0x1_E4F0, 0x1_E950,
];

fn digit(character: char) -> Option<u8> {
    if let Some(value) = character.to_digit(10) {
        return u8::try_from(value).ok();
    }
    let code = u32::from(character);
    let zero = DIGIT_ZEROS.iter().chain(&[0x1_FBF0]).find(|zero| (**zero..**zero + 10).contains(&code))?;
    u8::try_from(code - zero).ok()
}

/// Parses a text as Python's `int()`; numbers beyond `i128` end at its bounds. `None` where Python
/// raises `ValueError`.
#[must_use]
pub fn integer(text: &str) -> Option<i128> {
    let text = text.trim_matches(is_space);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut value: i128 = 0;
    let mut count = 0;
    let mut after_digit = false;
    for character in digits.chars() {
        if character == '_' && after_digit {
            after_digit = false;
            continue;
        }
        let digit = i128::from(digit(character)?);
        value = value.saturating_mul(10);
        value = if negative { value.saturating_sub(digit) } else { value.saturating_add(digit) };
        count += 1;
        after_digit = true;
    }
    (after_digit && count <= INTEGER_DIGITS_MAX).then_some(value)
}

/// Parses a text as Python's `float()`; `None` where Python raises `ValueError`.
#[must_use]
pub fn float(text: &str) -> Option<f64> {
    let text = text.trim_matches(is_space);
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut previous_is_digit = false;
    while let Some(character) = characters.next() {
        match digit(character) {
            Some(value) => plain.push(char::from(b'0' + value)),
            None if character == '_' => {
                let next_is_digit = characters.peek().copied().and_then(digit).is_some();
                if !(previous_is_digit && next_is_digit) {
                    return None;
                }
            }
            None => plain.push(character),
        }
        previous_is_digit = digit(character).is_some();
    }
    plain.parse().ok()
}

/// Formats a float as Python's `str()`: the shortest digits that read back the same.
#[must_use]
pub fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) || value == 0.0 {
        let plain = format!("{value}");
        if plain.contains('.') { plain } else { format!("{plain}.0") }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
    }
}

/// Quotes a text as Python's `repr()`.
#[must_use]
pub fn text_repr(text: &str) -> String {
    use std::fmt::Write as _;
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut repr = String::with_capacity(text.len() + 2);
    repr.push(quote);
    for character in text.chars() {
        match character {
            '\n' => repr.push_str("\\n"),
            '\r' => repr.push_str("\\r"),
            '\t' => repr.push_str("\\t"),
            '\\' => repr.push_str("\\\\"),
            _ if character == quote => {
                repr.push('\\');
                repr.push(character);
            }
            _ if is_printable(character) => repr.push(character),
            _ => {
                let code = u32::from(character);
                let _ = match code {
                    0..=0xFF => write!(repr, "\\x{code:02x}"),
                    0x100..=0xFFFF => write!(repr, "\\u{code:04x}"),
                    _ => write!(repr, "\\U{code:08x}"),
                };
            }
        }
    }
    repr.push(quote);
    repr
}

/// Returns `true` if Python's `str.strip()` removes the character.
#[must_use]
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// Returns `true` if Python's `repr()` shows the character itself; formats, private use and every space
/// but the common one are escaped.
fn is_printable(character: char) -> bool {
    !(character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(u32::from(character),
            0xAD | 0x600..=0x605 | 0x61C | 0x6DD | 0x70F | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E
            | 0x2060..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB | 0xE000..=0xF8FF | 0xE_0000..=0x10_FFFF))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn integers_read_as_python_reads_them() {
        let cases: &[(&str, Option<i128>)] = &[
            ("5", Some(5)),
            (" 5\t", Some(5)),
            ("\u{a0}5", Some(5)),
            ("+5", Some(5)),
            ("-5", Some(-5)),
            ("- 5", None),
            ("1_000", Some(1000)),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("007", Some(7)),
            ("٣", Some(3)),
            ("５", Some(5)),
            ("²", None),
            ("", None),
            ("5.0", None),
            ("0x10", None),
            ("--5", None),
            ("999999999999999999999999999999999999999999", Some(i128::MAX)),
        ];
        for (text, expected) in cases {
            assert_eq!(integer(text), *expected, "{text:?}");
        }
        assert_eq!(integer(&"1".repeat(4301)), None);
    }

    #[test]
    fn floats_read_and_written_as_python_does() {
        let cases: &[(&str, Option<&str>)] = &[
            ("0.5", Some("0.5")),
            ("-1", Some("-1.0")),
            (".5", Some("0.5")),
            ("5.", Some("5.0")),
            ("1e-7", Some("1e-07")),
            ("0.0001", Some("0.0001")),
            ("0.00001", Some("1e-05")),
            ("1e16", Some("1e+16")),
            ("123456789012345.6", Some("123456789012345.6")),
            ("1_0.5", Some("10.5")),
            ("1_.5", None),
            ("inf", Some("inf")),
            ("-Infinity", Some("-inf")),
            ("nan", Some("nan")),
            ("cheap", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(float(text).map(float_text).as_deref(), *expected, "{text:?}");
        }
    }

    #[test]
    fn texts_are_quoted_as_python_quotes_them() {
        let cases = [
            ("abc", "'abc'"),
            ("it's", "\"it's\""),
            ("it's \"so\"", "'it\\'s \"so\"'"),
            ("a\nb\\", "'a\\nb\\\\'"),
            ("\u{a0}\u{200b}é", "'\\xa0\\u200bé'"),
        ];
        for (text, expected) in cases {
            assert_eq!(text_repr(text), expected, "{text:?}");
        }
    }
}
