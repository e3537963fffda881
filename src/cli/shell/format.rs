//! The formats of `printf`, and the escapes of `echo -e`.

use super::clock;
use super::parameter::shell_quoted;

/// Greatest width and precision.
const WIDTH_MAX: usize = 10_000;

/// The result of a format that is used once.
pub(super) struct Formatted {
    pub(super) text: String,
    /// Number of arguments that it used.
    pub(super) used: usize,
    /// `\c`: nothing is printed any more.
    pub(super) ends: bool,
    pub(super) errors: Vec<String>,
}

/// Resolves escapes: returns the text, and `true` if `\c` cut it short. In a `format` an octal number needs no zero
/// before it.
pub(super) fn escaped(text: &str, is_format: bool) -> (String, bool) {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        let Some(next) = letters.next() else {
            out.push('\\');
            break;
        };
        let (radix, digits_max, first) = match next {
            'c' => return (out, true),
            'x' => (16, 2, None),
            'u' => (16, 4, None),
            'U' => (16, 8, None),
            '0' if !is_format => (8, 3, Some(0)),
            '0'..='7' if is_format => (8, 2, next.to_digit(8)),
            _ => {
                out.push_str(&plain(next));
                continue;
            }
        };
        let mut code = first.unwrap_or(0);
        let mut digits = 0;
        while digits < digits_max
            && let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(radix))
        {
            letters.next();
            code = code.wrapping_mul(radix).wrapping_add(digit);
            digits += 1;
        }
        if digits == 0 && first.is_none() {
            out.extend(['\\', next]);
        } else {
            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
    (out, false)
}

/// Returns the control character that a letter behind a backslash stands for.
pub(super) const fn control_character(letter: char) -> Option<char> {
    Some(match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'e' | 'E' => '\u{1b}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        _ => return None,
    })
}

fn plain(letter: char) -> String {
    match control_character(letter) {
        Some(found) => found.to_string(),
        None if letter == '\\' => letter.to_string(),
        None => format!("\\{letter}"),
    }
}

/// A directive: `%-10.3s`.
#[derive(Default)]
struct Directive {
    flags: String,
    width: usize,
    precision: Option<usize>,
}

impl Directive {
    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn padded(&self, text: &str, is_number: bool) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        if self.has('-') {
            return format!("{text}{}", " ".repeat(missing));
        }
        if self.has('0') && is_number {
            let digits = text.trim_start_matches(['-', '+']);
            let sign = text.get(..text.len() - digits.len()).unwrap_or_default();
            return format!("{sign}{}{digits}", "0".repeat(missing));
        }
        format!("{}{text}", " ".repeat(missing))
    }

    fn signed(&self, text: String, is_negative: bool) -> String {
        match is_negative {
            false if self.has('+') => format!("+{text}"),
            false if self.has(' ') => format!(" {text}"),
            _ => text,
        }
    }
}

/// Formats arguments once.
pub(super) fn format(pattern: &str, arguments: &[String], now_ms: u64) -> Formatted {
    let mut formatted = Formatted { text: String::new(), used: 0, ends: false, errors: Vec::new() };
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        let (text, is_cut) = escaped(rest.get(..at).unwrap_or_default(), true);
        formatted.text.push_str(&text);
        if is_cut {
            formatted.ends = true;
            return formatted;
        }
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix('%') {
            formatted.text.push('%');
            rest = after;
            continue;
        }
        let mut directive = Directive::default();
        while let Some(flag) = rest.chars().next().filter(|letter| "-+ 0#".contains(*letter)) {
            directive.flags.push(flag);
            rest = rest.get(1..).unwrap_or_default();
        }
        directive.width = number(&mut rest, arguments, &mut formatted.used, &mut directive.flags).unwrap_or(0);
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            directive.precision =
                Some(number(&mut rest, arguments, &mut formatted.used, &mut String::new()).unwrap_or(0));
        }
        rest = rest.trim_start_matches(['l', 'h', 'z']);
        if let Some((date, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(")T")) {
            formatted.used += 1;
            formatted.text.push_str(&directive.padded(&clock::formatted(date, now_ms), false));
            rest = after;
            continue;
        }
        let Some(conversion) = rest.chars().next() else { break };
        rest = rest.get(conversion.len_utf8()..).unwrap_or_default();
        let argument = arguments.get(formatted.used).map_or("", String::as_str);
        formatted.used += 1;
        match converted(&directive, conversion, argument) {
            Ok((text, problem)) => {
                formatted.text.push_str(&text);
                formatted.errors.extend(problem);
                if conversion == 'b' && escaped(argument, false).1 {
                    formatted.ends = true;
                    return formatted;
                }
            }
            Err(problem) => {
                formatted.errors.push(problem);
                formatted.ends = true;
                return formatted;
            }
        }
    }
    let (text, is_cut) = escaped(rest, true);
    formatted.text.push_str(&text);
    formatted.ends = is_cut;
    formatted
}

/// Takes a width or a precision, which `*` takes from the arguments.
fn number(rest: &mut &str, arguments: &[String], used: &mut usize, flags: &mut String) -> Option<usize> {
    if let Some(after) = rest.strip_prefix('*') {
        *rest = after;
        let value: i64 = arguments.get(*used).and_then(|text| text.parse().ok()).unwrap_or(0);
        *used += 1;
        if value < 0 {
            flags.push('-');
        }
        return Some(usize::try_from(value.unsigned_abs()).unwrap_or(0).min(WIDTH_MAX));
    }
    let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (number, after) = rest.split_at(digits);
    *rest = after;
    number.parse::<usize>().ok().map(|number| number.min(WIDTH_MAX))
}

/// Reads a whole number as `printf` does, with the message about one that is none.
fn whole(text: &str) -> (i64, Option<String>) {
    let trimmed = text.trim_start();
    if let Some(letter) = trimmed.strip_prefix(['\'', '"']) {
        return (letter.chars().next().map_or(0, |letter| i64::from(u32::from(letter))), None);
    }
    let (sign, digits) = trimmed.strip_prefix('-').map_or((1, trimmed.trim_start_matches('+')), |digits| (-1, digits));
    let (digits, radix) = match digits.get(..2) {
        Some("0x" | "0X") => (digits.get(2..).unwrap_or_default(), 16),
        Some(_) if digits.starts_with('0') => (digits, 8),
        _ => (digits, 10),
    };
    let end = digits.find(|letter: char| !letter.is_digit(radix)).unwrap_or(digits.len());
    let number = i64::from_str_radix(digits.get(..end).unwrap_or_default(), radix).unwrap_or(0);
    let is_whole = end == digits.len() && (end > 0 || trimmed.is_empty());
    (sign * number, (!is_whole).then(|| format!("{text}: invalid number")))
}

fn converted(directive: &Directive, conversion: char, argument: &str) -> Result<(String, Option<String>), String> {
    let cut = |text: &str| -> String {
        directive.precision.map_or_else(|| text.to_owned(), |precision| text.chars().take(precision).collect())
    };
    Ok(match conversion {
        's' => (directive.padded(&cut(argument), false), None),
        'b' => (directive.padded(&cut(&escaped(argument, false).0), false), None),
        'q' => (directive.padded(&shell_quoted(argument), false), None),
        'c' => (directive.padded(&argument.chars().take(1).collect::<String>(), false), None),
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let (number, problem) = whole(argument);
            let digits = match conversion {
                'o' => format!("{}{number:o}", if directive.has('#') { "0" } else { "" }),
                'x' => format!("{}{number:x}", if directive.has('#') { "0x" } else { "" }),
                'X' => format!("{}{number:X}", if directive.has('#') { "0X" } else { "" }),
                'u' => number.cast_unsigned().to_string(),
                _ => number.to_string(),
            };
            let sign = if digits.starts_with('-') { "-" } else { "" };
            let digits = digits.trim_start_matches('-');
            let zeros = directive.precision.unwrap_or(0).saturating_sub(digits.len());
            let text = directive.signed(format!("{sign}{}{digits}", "0".repeat(zeros)), !sign.is_empty());
            (directive.padded(&text, directive.precision.is_none()), problem)
        }
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' => {
            let trimmed = argument.trim();
            let (number, problem) = match trimmed.parse::<f64>() {
                Ok(number) => (number, None),
                Err(_) if trimmed.is_empty() => (0.0, None),
                Err(_) => {
                    let end = trimmed.find(|letter: char| !letter.is_ascii_digit() && !"+-.".contains(letter));
                    let start = trimmed.get(..end.unwrap_or(trimmed.len())).unwrap_or_default();
                    (start.parse().unwrap_or(0.0), Some(format!("{argument}: invalid number")))
                }
            };
            let text = float(number, conversion, directive.precision.unwrap_or(6));
            let text = directive.signed(text, number.is_sign_negative());
            (directive.padded(&text, true), problem)
        }
        other => return Err(format!("`{other}': invalid format character")),
    })
}

/// Formats a number as `%f`, `%e` or `%g` do.
pub(super) fn float(number: f64, conversion: char, precision: usize) -> String {
    let exponential = |precision: usize| {
        let text = format!("{number:.precision$e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
        format!("{digits}e{sign}{exponent:0>2}")
    };
    let text = match conversion.to_ascii_lowercase() {
        'f' => format!("{number:.precision$}"),
        'e' => exponential(precision),
        _ => {
            let precision = precision.max(1);
            let written = exponential(precision - 1);
            let exponent: i64 = written.rsplit_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
            let is_plain = exponent >= -4 && exponent < i64::try_from(precision).unwrap_or(i64::MAX);
            if is_plain {
                let decimals = usize::try_from(i64::try_from(precision).unwrap_or(0) - 1 - exponent).unwrap_or(0);
                without_zeros(&format!("{number:.decimals$}"))
            } else {
                let (digits, exponent) = written.rsplit_once('e').unwrap_or((&written, "+00"));
                format!("{}e{exponent}", without_zeros(digits))
            }
        }
    };
    if conversion.is_ascii_uppercase() { text.to_uppercase() } else { text }
}

fn without_zeros(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}
