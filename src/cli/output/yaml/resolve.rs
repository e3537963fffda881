//! Implicit types of plain scalars (YAML 1.1): texts that would be read as something else than a string.

/// Returns `true` if the text without quotes is a truth value, null, number, time or special key.
pub fn is_typed(text: &str) -> bool {
    is_word(text) || is_integer(text) || is_float(text) || is_date(text) || is_time(text)
}

fn is_word(text: &str) -> bool {
    const WORDS: [&str; 8] = ["yes", "no", "true", "false", "on", "off", "null", "~"];
    let lower = text.to_ascii_lowercase();
    let is_one_case = text == lower
        || text == lower.to_ascii_uppercase()
        || (text.starts_with(|char: char| char.is_ascii_uppercase()) && text.get(1..) == lower.get(1..));
    matches!(text, "" | "=" | "<<") || (is_one_case && WORDS.contains(&lower.as_str()))
}

/// Rest of a text that is being matched.
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    fn is_end(&self) -> bool {
        self.0.is_empty()
    }

    fn skip(&mut self, is_wanted: impl Fn(char) -> bool) -> bool {
        match self.0.strip_prefix(is_wanted) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn skip_all(&mut self, is_wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|char| !is_wanted(char)).unwrap_or(self.0.len());
        let (run, rest) = self.0.split_at(end);
        self.0 = rest;
        run
    }

    fn skip_sign(&mut self) -> bool {
        self.skip(|char| matches!(char, '+' | '-'))
    }

    /// Skips up to `max` digits; returns `true` if there are at least `min`.
    fn digits(&mut self, min: usize, max: usize) -> bool {
        let count = self.0.chars().take(max).take_while(char::is_ascii_digit).count();
        self.0 = self.0.get(count..).unwrap_or_default();
        count >= min
    }

    /// Skips `:` and a number below 60, repeatedly; returns `true` if there is at least one and all are valid.
    fn sexagesimal(&mut self) -> bool {
        let mut is_any = false;
        while self.skip(|char| char == ':') {
            let digits = self.skip_all(|char| char.is_ascii_digit());
            let is_part = match digits.as_bytes() {
                [_] => true,
                [first, _] => *first < b'6',
                _ => false,
            };
            if !is_part {
                return false;
            }
            is_any = true;
        }
        is_any
    }

    /// Skips an exponent with its sign; returns `true` if it is valid or absent.
    fn exponent(&mut self) -> bool {
        !self.skip(|char| matches!(char, 'e' | 'E')) || (self.skip_sign() && self.digits(1, usize::MAX))
    }
}

fn is_digit_or_underscore(char: char) -> bool {
    char.is_ascii_digit() || char == '_'
}

fn is_integer(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_all = |digits: &str, is_wanted: fn(char) -> bool| {
        !digits.is_empty() && digits.chars().all(|char| char == '_' || is_wanted(char))
    };
    if let Some(digits) = text.strip_prefix("0b") {
        return is_all(digits, |char| matches!(char, '0' | '1'));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return is_all(digits, |char| char.is_ascii_hexdigit());
    }
    if let Some(digits) = text.strip_prefix('0') {
        return digits.is_empty() || is_all(digits, |char| ('0'..='7').contains(&char));
    }
    let mut scan = Scan(text);
    if !text.starts_with(|char: char| char.is_ascii_digit()) {
        return false;
    }
    scan.skip_all(is_digit_or_underscore);
    scan.is_end() || (scan.sexagesimal() && scan.is_end())
}

fn is_float(text: &str) -> bool {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let mut scan = Scan(text);
    let is_signed = scan.skip_sign();
    if matches!(scan.0, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let is_whole = scan.0.starts_with(|char: char| char.is_ascii_digit());
    if is_whole {
        scan.skip_all(is_digit_or_underscore);
        if scan.sexagesimal() {
            scan.skip(|char| char == '.');
            let has_point = text.contains('.');
            scan.skip_all(is_digit_or_underscore);
            return has_point && scan.is_end();
        }
    } else if is_signed {
        return false;
    }
    if !scan.skip(|char| char == '.') {
        return false;
    }
    let fraction = scan.skip_all(is_digit_or_underscore);
    let is_fraction = is_whole || fraction.starts_with(|char: char| char.is_ascii_digit());
    is_fraction && scan.exponent() && scan.is_end()
}

fn is_date(text: &str) -> bool {
    let mut scan = Scan(text);
    let is_dash = |char| char == '-';
    scan.digits(4, 4)
        && scan.skip(is_dash)
        && scan.digits(2, 2)
        && scan.skip(is_dash)
        && scan.digits(2, 2)
        && scan.is_end()
}

fn is_time(text: &str) -> bool {
    let mut scan = Scan(text);
    let is_dash = |char| char == '-';
    let is_colon = |char| char == ':';
    let is_blank = |char| matches!(char, ' ' | '\t');
    let is_date =
        scan.digits(4, 4) && scan.skip(is_dash) && scan.digits(1, 2) && scan.skip(is_dash) && scan.digits(1, 2);
    let is_parted = scan.skip(|char| matches!(char, 'T' | 't')) || !scan.skip_all(is_blank).is_empty();
    let is_clock =
        scan.digits(1, 2) && scan.skip(is_colon) && scan.digits(2, 2) && scan.skip(is_colon) && scan.digits(2, 2);
    if !(is_date && is_parted && is_clock) {
        return false;
    }
    if scan.skip(|char| char == '.') {
        scan.digits(0, usize::MAX);
    }
    if scan.is_end() {
        return true;
    }
    scan.skip_all(is_blank);
    if scan.skip(|char| char == 'Z') {
        return scan.is_end();
    }
    let is_zone = scan.skip_sign() && scan.digits(1, 2);
    is_zone && (scan.is_end() || (scan.skip(is_colon) && scan.digits(2, 2) && scan.is_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_read_as_other_types() {
        for text in [
            "",
            "~",
            "=",
            "<<",
            "yes",
            "No",
            "TRUE",
            "null",
            "0",
            "-12",
            "1_000",
            "017",
            "0b10",
            "0xFf",
            "1:30",
            "190:20:30",
            "1.",
            "+1.5",
            ".5",
            "1.5e+3",
            "1:30.5",
            "-.inf",
            ".NaN",
            "2021-07-28",
            "2021-7-8 1:02:03",
            "2021-07-28T01:02:03.5Z",
            "2021-07-28T01:02:03 +01:00",
        ] {
            assert!(is_typed(text), "{text:?}");
        }
        for text in [
            "y",
            "nO",
            "tRUE",
            "08",
            "1e5",
            "1.5e3",
            "-.5",
            "1:60",
            "1.33.2",
            "2021-7-28",
            "0b",
            "0x",
            "_1",
            ".",
            "-",
            "2021-07-28T01:02",
            "2021-07-28T01:02:03+1:2",
        ] {
            assert!(!is_typed(text), "{text:?}");
        }
    }
}
