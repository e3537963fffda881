//! Draws from a seeded generator: hostile values, mutations of texts, and mutations of JSON.

use scale_down::engine::ground::random::Random;
use serde_json::Value;

/// Numbers at the ends of types, of other notations, and some that are none.
#[rustfmt::skip]
const NUMBERS: &[&str] = &[
    "0", "-0", "-1", "1", "2", "3", "7", "10", "100", "1000", "5000", "65535", "65536", "99999", "150000", "150001",
    "2147483647", "2147483648", "-2147483648", "4294967294", "4294967295", "4294967296", "4294967297",
    "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "-9223372036854775809", "18446744073709551614", "18446744073709551615", "18446744073709551616",
    "999999999999999999", "340282366920938463463374607431768211455", "340282366920938463463374607431768211456",
    "1e3", "1e18", "1e19", "1e38", "1e39", "1e308", "1e309", "-1e308", "1e-400", "1E400", "NaN", "nan", "inf",
    "-inf", "Infinity", "0x10", "0b1", "010", "1_000", "1,000", "1.5", "-0.5", ".5", "5.", ".", "٣", "½", "²", "+5",
    "0.0000000000000000001", "5%", "100%", "101%", "-1%", "4294967295%", "18446744073709551615%",
];

/// Quantities and durations in the same manner.
#[rustfmt::skip]
const AMOUNTS: &[&str] = &[
    "0m", "1m", "250m", "0.1m", "-250m", "1Ki", "64Mi", "1Gi", "999999999999999999Pi", "8191Pi", "16383Pi", "16384Pi",
    "18014398509481984Ki", "9Ei", "1e3Mi", "500M", "2G", "18446744073709551615m", "18446744073709551Ti", "1k", "1T",
    "0s", "1ns", "1ms", "500ms", "1s", "10s", "90s", "5m", "10m", "1h", "1h30m", "1d", "30d", "365d", "366d", "8760h",
    "8761h", "-1s", "1e9h", "1.5h", "0.0000001s", "1h-1m", "1h1h", "9223372036854775807ns", "9223372036854775808ns",
    "18446744073709551615ms", "2562047h", "2562048h", "PT1H", "8:00", "23:59", "24:00", "infinite", "0",
];

/// Words that mean something to some parser, and text that is seldom expected.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "", " ", "\t", "\n", "\r\n", "\0", "\u{1b}[2J", "\u{7f}", "\u{feff}", "\u{a0}", "\u{200b}", "\u{202e}", "é", "e\u{301}",
    "ß", "İ", "ŉ", "𝒳", "🧊", "👩‍👩‍👧", "漢字", "ﷺ", "'", "\"", "\\", "$", "`", "!", "#", "&", "&&", "|", "||", ";", "<", ">", "<<",
    "<<<", ">&", "2>&1", "*", "?", "~", "^", "%", "%s%n", "@", "@-", ":", "::", ",", ".", "..", "/", "//", "../..", "-", "--",
    "---", "...", "=", "==", "!=", "+", "(", ")", "()", "[", "]", "[]", "{", "}", "{}", "{{", "}}", "${", "$(", "$((", "))", "${#",
    "null", "true", "false", "none", "None", "default", "all", "yes", "no", "-1", "--help", "-h", "--query", "-o", "json",
    "/subscriptions/0/resourceGroups/g", "g/c", "a=b", "a=b:NoSchedule", "k8s.io/a=", "x,y", ",,", "{1..9}", "&a", "*a", "<<: *a",
    "!!binary", "|", ">", "|-", "- ", "? ", "&a [*a]", "#@", "#@ +0", "#@ end", "```", "~~~", "[goals]", "then",
];

/// A seeded source of hostile input.
pub struct Draw {
    random: Random,
}

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self { random: Random::new(seed) }
    }

    /// Returns a number in `0..bound`; 0 if `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.random.below(u32::try_from(bound).expect("a small bound")) as usize
    }

    /// Returns `true` once in `times`.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    pub fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub fn number(&mut self) -> &'static str {
        self.pick(NUMBERS)
    }

    pub fn amount(&mut self) -> &'static str {
        if self.one_in(4) { self.number() } else { self.pick(AMOUNTS) }
    }

    /// Returns a hostile value: a number, an amount, a word, or seldom up to 100 kB of something.
    pub fn value(&mut self) -> String {
        match self.below(100) {
            0 => self.long(),
            1..=40 => self.number().to_owned(),
            41..=60 => self.amount().to_owned(),
            61..=90 => self.pick(WORDS).to_owned(),
            _ => format!("{}{}{}", self.pick(WORDS), self.number(), self.pick(WORDS)),
        }
    }

    /// Returns a text of up to 100 kB: one word again and again. Most are much shorter.
    pub fn long(&mut self) -> String {
        let unit = if self.one_in(2) { "a" } else { self.pick(WORDS) };
        let size = [50, 300, 3000, 20_000, 100_000][self.below(5) * self.below(5) / 4];
        unit.repeat(size / unit.len().max(1))
    }

    /// Mutates a text up to `most` times.
    pub fn mutate(&mut self, text: &mut String, most: usize) {
        for _ in 0..self.below(most + 1) {
            self.mutate_once(text);
        }
    }

    fn mutate_once(&mut self, text: &mut String) {
        let (start, end) = self.range(text);
        match self.below(14) {
            0 => text.replace_range(start..end, ""),
            1 => text.truncate(start),
            2 => {
                let times = [1, 2, 10, 300][self.below(4)];
                let again = text[start..end].repeat(times.min(100_000 / (end - start).max(1)));
                text.insert_str(start, &again);
            }
            3..=5 => self.replace_run(text, |letter| letter.is_ascii_digit()),
            6..=8 => self.replace_run(text, |letter| letter.is_alphanumeric() || "-_./".contains(letter)),
            9 => {
                let depth = [1, 3, 40, 200, 5000][self.below(5)];
                let (open, close) = *self.choose(&BRACKETS);
                text.insert_str(end, &close.repeat(depth));
                text.insert_str(start, &open.repeat(depth));
            }
            10 => {
                let other = self.range(text);
                let copied = text[other.0..other.1].to_owned();
                text.replace_range(start..end, &copied);
            }
            _ => {
                let value = self.value();
                text.insert_str(start, &value);
            }
        }
    }

    /// Replaces a run of letters of one kind by a hostile value.
    fn replace_run(&mut self, text: &mut String, is_part: fn(char) -> bool) {
        let (from, _) = self.range(text);
        let Some(start) = text[from..].find(is_part).map(|at| from + at) else { return };
        let end = text[start..].find(|letter| !is_part(letter)).map_or(text.len(), |at| start + at);
        let value = if self.one_in(3) { self.value() } else { self.number().to_owned() };
        text.replace_range(start..end, &value);
    }

    /// Returns a range of a text that begins and ends between letters; most are short.
    fn range(&mut self, text: &str) -> (usize, usize) {
        let start = self.below(text.len() + 1);
        let length = if self.one_in(5) { self.below(text.len() - start + 1) } else { self.below(12) };
        let end = (start + length).min(text.len());
        (floor(text, start), floor(text, end))
    }

    /// Returns a few consecutive lines of a text.
    pub fn lines(&mut self, text: &str, most: usize) -> String {
        let lines: Vec<&str> = text.lines().collect();
        let start = self.below(lines.len());
        let count = 1 + self.below(most);
        lines[start..].iter().take(count).flat_map(|line| [*line, "\n"]).collect()
    }

    /// Mutates a JSON value up to `most` times; most changes leave it of the same shape.
    pub fn mutate_json(&mut self, value: &mut Value, most: usize) {
        for _ in 0..self.below(most + 1) {
            self.mutate_json_once(value);
        }
    }

    fn mutate_json_once(&mut self, value: &mut Value) {
        let mut at = value;
        loop {
            let length = match &*at {
                Value::Array(items) => items.len(),
                Value::Object(fields) => fields.len(),
                _ => 0,
            };
            if length == 0 || self.one_in(12) {
                break;
            }
            let index = self.below(length);
            if self.one_in(30) {
                match at {
                    Value::Array(items) => drop(items.remove(index)),
                    Value::Object(fields) => {
                        let key = fields.keys().nth(index).expect("a key").clone();
                        fields.remove(&key);
                    }
                    _ => {}
                }
                return;
            }
            at = match at {
                Value::Array(items) => &mut items[index],
                Value::Object(fields) => fields.values_mut().nth(index).expect("a value"),
                _ => return,
            };
        }
        *at = self.json(at);
    }

    /// Returns a JSON value in place of another.
    fn json(&mut self, old: &Value) -> Value {
        match self.below(12) {
            0 => Value::Null,
            1 => Value::Bool(self.one_in(2)),
            2 => Value::String(self.value()),
            3 => Value::String(self.amount().to_owned()),
            4 => Value::Array(vec![old.clone(); [0, 1, 2, 50][self.below(4)]]),
            5 => serde_json::json!({ self.pick(WORDS): old }),
            6 => (0..[1, 5, 60, 100][self.below(4)]).fold(old.clone(), |inner, _| Value::Array(vec![inner])),
            _ => serde_json::from_str(self.number()).unwrap_or_else(|_| Value::from(u64::MAX - 1)),
        }
    }
}

const BRACKETS: [(&str, &str); 9] = [
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("\"", "\""),
    ("$(", ")"),
    ("${a:-", "}"),
    ("$((", "))"),
    ("{a,", "}"),
    ("{\"a\":", "}"),
];

/// Returns the end of a letter at or before a place.
pub fn floor(text: &str, mut place: usize) -> usize {
    while !text.is_char_boundary(place) {
        place -= 1;
    }
    place
}
