//! Reader of manifests: YAML as kubectl 1.32 reads it.
//!
//! The syntax is read by a port of libyaml, of which kubectl's reader is another port: both accept the same texts and
//! name the same errors. Scalars mean what they mean there (YAML 1.1: `yes` is true, `010` is 8), and the result is
//! what kubectl makes JSON of. `tests/data/kubectl/manifests.json` has recorded cases.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libyaml_safer::{ErrorKind, EventData, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// Deepest nesting of a document that is read; manifests stay far below it. kubectl's limit is 10,000.
const DEPTH_MAX: usize = 60;

/// Number of nodes of a document up to which 99 % of them may come from aliases, as in kubectl's reader. Of a larger
/// document no more may.
const ALIASED_NODES_OF: usize = 400_000;

/// Line that separates documents.
const SEPARATOR: &str = "---";

/// A syntax error of YAML, in the words of kubectl's reader.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlError {
    /// An error with a place: the line, from 1, as kubectl counts it.
    #[error("yaml: line {0}: {1}")]
    At(u64, &'static str),
    /// An error without a place.
    #[error("yaml: {0}")]
    Somewhere(String),
    /// A value that JSON does not have.
    #[error("{0}")]
    NotJson(String),
}

/// The reason why a text is no list of manifests, in the words of kubectl.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// A document is no YAML.
    #[error("error converting YAML to JSON: {0}")]
    Yaml(#[from] YamlError),
    /// A document is no JSON, at an offset in bytes. The message is that of another reader than kubectl's.
    #[error("json: offset {0}: {1}")]
    Json(usize, String),
    /// The text ends in the middle of a document in JSON.
    #[error("unexpected EOF")]
    End,
    /// A line begins like a separator and goes on.
    #[error("invalid Yaml document separator: {0}")]
    Separator(String),
}

/// Parses the documents of a text; empty ones are left out. A text that begins with a brace is read as JSON.
///
/// # Errors
/// Names the line, counted in its document, and the syntax error.
pub fn manifests(text: &str) -> Result<Vec<Value>, ManifestError> {
    if text.trim_start().starts_with('{') {
        let values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        return values.collect::<Result<_, _>>().map_err(|error| json_error(text, &error));
    }
    let mut manifests = Vec::new();
    let mut chunk = String::new();
    for line in text.lines().chain([SEPARATOR]) {
        if let Some(rest) = line.strip_prefix(SEPARATOR) {
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                return Err(ManifestError::Separator(rest.to_owned()));
            }
            // The first separator of a text is a line of the first document.
            if !chunk.is_empty() {
                manifests.push(document(&std::mem::take(&mut chunk))?);
                continue;
            }
        }
        chunk.push_str(line);
        chunk.push('\n');
    }
    manifests.retain(|manifest| !manifest.is_null());
    Ok(manifests)
}

fn json_error(text: &str, error: &serde_json::Error) -> ManifestError {
    if error.is_eof() {
        return ManifestError::End;
    }
    let lines_before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    ManifestError::Json(lines_before.map(str::len).sum::<usize>() + error.column(), message.to_owned())
}

/// Parses the first document of a text; null if there is none.
///
/// # Errors
/// Names the line and the syntax error.
pub fn document(text: &str) -> Result<Value, YamlError> {
    let guarded = Guarded::new(text);
    let mut reader = Reader {
        parser: Parser::new(),
        guard: guarded.mark,
        anchors: BTreeMap::new(),
        depth: 0,
        nodes: 0,
        aliased_nodes: 0,
    };
    reader.parser.set_input(guarded.text.as_bytes());
    loop {
        match reader.next()? {
            EventData::StreamStart { .. } | EventData::DocumentStart { .. } => {}
            EventData::StreamEnd | EventData::DocumentEnd { .. } => return Ok(Value::Null),
            first => {
                let value = reader.value(first)?;
                // What follows the document may be an error of its syntax.
                reader.next()?;
                return Ok(value);
            }
        }
    }
}

/// A text that the parser reads without a panic, which a tag with a comma and the lack of a last line end cause.
struct Guarded {
    text: String,
    /// Stands for the `!` of each tag before a comma. A plain scalar that begins with it is such a tag; anywhere else it
    /// is text.
    mark: char,
}

impl Guarded {
    fn new(text: &str) -> Self {
        let mark = ('\u{e000}'..='\u{f8ff}').find(|mark| !text.contains(*mark)).unwrap_or('\u{e000}');
        let mut guarded: Vec<char> = Vec::with_capacity(text.len() + 1);
        if !text.ends_with('\n') {
            guarded.push('\n');
        }
        // From the end, where it is known what comes after a tag: `!a` or `!<a>`.
        let (mut is_before_comma, mut closes_before_comma) = (false, false);
        let mut next = None;
        for letter in text.chars().rev() {
            let is_tag = letter == '!' && if next == Some('<') { closes_before_comma } else { is_before_comma };
            guarded.push(if is_tag { mark } else { letter });
            if letter == '>' {
                closes_before_comma = next == Some(',');
            }
            is_before_comma = letter == ',' || (is_before_comma && is_of_tag(letter));
            next = Some(letter);
        }
        Self { text: guarded.into_iter().rev().collect(), mark }
    }
}

/// Returns `true` for the letters of a tag.
fn is_of_tag(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_-;/?:@&=+$.%!~*'()".contains(letter)
}

/// The value of an anchor, for its aliases.
enum Anchor {
    /// It is being read: an alias in it would never end.
    Open,
    /// It has been read.
    Read(Value),
}

struct Reader<'a> {
    parser: Parser<&'a [u8]>,
    guard: char,
    anchors: BTreeMap<String, Anchor>,
    depth: usize,
    /// Number of values read so far, each alias with all that it stands for.
    nodes: usize,
    /// Those of them that aliases stand for.
    aliased_nodes: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<EventData, YamlError> {
        let event = self.parser.parse().map_err(|error| {
            let (problem, context) = (error.problem_mark(), error.context_mark());
            let scanned = u64::from(error.kind() == ErrorKind::Scanner);
            let problem_line = problem.map(|mark| mark.line).filter(|line| *line > 0).map(|line| line + scanned);
            // kubectl's reader counts so.
            let line = problem_line.or(context.map(|mark| mark.line).filter(|line| *line > 0));
            match line {
                Some(line) => YamlError::At(line, error.problem()),
                None => YamlError::Somewhere(error.problem().to_owned()),
            }
        })?;
        match &event.data {
            EventData::Scalar { value, style: ScalarStyle::Plain, .. } if value.starts_with(self.guard) => {
                Err(YamlError::At(event.start_mark.line + 1, "the playground does not read a tag with a comma"))
            }
            _ => Ok(event.data),
        }
    }

    /// Reads the value that begins with an event.
    fn value(&mut self, first: EventData) -> Result<Value, YamlError> {
        self.nodes += 1;
        self.depth += 1;
        check_depth(self.depth)?;
        let (anchor, value) = match first {
            EventData::Alias { anchor } => (None, self.alias(&anchor)?),
            EventData::Scalar { anchor, tag, value, plain_implicit, .. } => {
                let text = value.replace(self.guard, "!");
                (anchor, scalar(tag.as_deref(), text, plain_implicit)?)
            }
            EventData::SequenceStart { anchor, .. } => {
                self.open(anchor.as_deref());
                (anchor, self.sequence()?)
            }
            EventData::MappingStart { anchor, .. } => {
                self.open(anchor.as_deref());
                (anchor, self.mapping()?)
            }
            other => {
                debug_assert!(false, "no value begins with {other:?}");
                (None, Value::Null)
            }
        };
        self.depth -= 1;
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Anchor::Read(value.clone()));
        }
        Ok(value)
    }

    fn open(&mut self, anchor: Option<&str>) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor.to_owned(), Anchor::Open);
        }
    }

    fn alias(&mut self, anchor: &str) -> Result<Value, YamlError> {
        let problem = match self.anchors.get(anchor) {
            Some(Anchor::Read(value)) => {
                let (nodes, height) = extent(value);
                check_depth(self.depth + height)?;
                self.nodes += nodes;
                self.aliased_nodes += nodes;
                let is_small = self.aliased_nodes <= 100 || self.nodes <= 1000;
                if is_small || self.aliased_nodes * 100 <= self.nodes.min(ALIASED_NODES_OF) * 99 {
                    return Ok(value.clone());
                }
                "document contains excessive aliasing".to_owned()
            }
            Some(Anchor::Open) => format!("anchor '{anchor}' value contains itself"),
            None => format!("unknown anchor '{anchor}' referenced"),
        };
        Err(YamlError::Somewhere(problem))
    }

    fn sequence(&mut self) -> Result<Value, YamlError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                EventData::SequenceEnd => return Ok(Value::Array(items)),
                first => items.push(self.value(first)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Value, YamlError> {
        let mut object = Map::new();
        loop {
            let first = match self.next()? {
                EventData::MappingEnd => return Ok(Value::Object(object)),
                first => first,
            };
            let is_merge = is_merge(&first);
            let key = self.value(first)?;
            let first = self.next()?;
            let value = self.value(first)?;
            if is_merge {
                merge(&mut object, value)?;
            } else {
                // The last of several values of a key counts.
                object.insert(key_text(&key, &value)?, value);
            }
        }
    }
}

fn check_depth(depth: usize) -> Result<(), YamlError> {
    if depth <= DEPTH_MAX {
        return Ok(());
    }
    Err(YamlError::Somewhere(format!("exceeded max depth of {DEPTH_MAX}")))
}

/// Returns the number of nodes of a value, and the greatest number of values inside each other.
fn extent(value: &Value) -> (usize, usize) {
    let of_all = |(nodes, height): (usize, usize), value| {
        let (more, high) = extent(value);
        (nodes + more, height.max(high + 1))
    };
    match value {
        Value::Array(items) => items.iter().fold((1, 0), of_all),
        Value::Object(object) => object.values().fold((1, 0), of_all),
        _ => (1, 0),
    }
}

/// Returns `true` for the key `<<`, whose value is merged into the mapping.
fn is_merge(event: &EventData) -> bool {
    let EventData::Scalar { tag, value, plain_implicit, .. } = event else { return false };
    value == "<<" && (*plain_implicit || tag.as_deref() == Some("tag:yaml.org,2002:merge"))
}

/// Merges a mapping, or several of which the first counts most. Keys that stand before the merge are overwritten, as
/// they are by kubectl's reader.
fn merge(object: &mut Map<String, Value>, merged: Value) -> Result<(), YamlError> {
    let maps = match merged {
        Value::Array(items) => items,
        other => vec![other],
    };
    for map in maps.into_iter().rev() {
        let Value::Object(entries) = map else {
            let problem = "map merge requires map or sequence of maps as the value";
            return Err(YamlError::Somewhere(problem.to_owned()));
        };
        object.extend(entries);
    }
    Ok(())
}

/// Returns a key as JSON has it.
fn key_text(key: &Value, value: &Value) -> Result<String, YamlError> {
    match key {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(key.to_string()),
        Value::Null => Err(YamlError::NotJson(format!(
            "unsupported map key of type: %!s(<nil>), key: <nil>, value: {}",
            go_syntax(value)
        ))),
        Value::Array(_) | Value::Object(_) => Err(YamlError::Somewhere(format!("invalid map key: {}", go_syntax(key)))),
    }
}

/// Returns a value in the syntax of Go, in which kubectl's reader shows it: what `{{ .Values.name }}` is read as.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(go_syntax).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Value::Object(object) => {
            let mut entries: Vec<String> =
                object.iter().map(|(key, value)| format!("{key:?}:{}", go_syntax(value))).collect();
            entries.sort();
            format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
        }
        Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

/// Kinds of scalars that are not text, by the ends of their tags.
const RESOLVED_TAGS: [&str; 4] = ["bool", "int", "float", "null"];

/// Converts a scalar; without a tag, only a plain one can be more than text.
fn scalar(tag: Option<&str>, text: String, is_plain: bool) -> Result<Value, YamlError> {
    let kind = tag.map(|tag| tag.strip_prefix("tag:yaml.org,2002:").unwrap_or(tag));
    match kind {
        None if is_plain => resolve(text),
        Some("binary") => {
            let bytes = STANDARD.decode(&text).map_err(|_| "!!binary value contains invalid base64 data".to_owned());
            bytes.map(|bytes| Value::String(String::from_utf8_lossy(&bytes).into_owned())).map_err(YamlError::Somewhere)
        }
        Some(kind) if RESOLVED_TAGS.contains(&kind) => {
            let value = resolve(text.clone())?;
            let found = match &value {
                Value::Null => "null",
                Value::Bool(_) => "bool",
                Value::Number(number) if number.is_f64() => "float",
                Value::Number(_) => "int",
                _ => "str",
            };
            if found == kind || (kind, found) == ("float", "int") {
                return Ok(value);
            }
            Err(YamlError::Somewhere(format!("cannot decode !!{found} `{text}` as a !!{kind}")))
        }
        _ => Ok(Value::String(text)),
    }
}

/// Converts a plain scalar to null, a boolean, a number or a text, by the rules of YAML 1.1.
fn resolve(text: String) -> Result<Value, YamlError> {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => {
            return Ok(Value::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => {
            return Ok(Value::Bool(false));
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Err(unsupported("+Inf")),
        "-.inf" | "-.Inf" | "-.INF" => return Err(unsupported("-Inf")),
        ".nan" | ".NaN" | ".NAN" => return Err(unsupported("NaN")),
        _ => {}
    }
    Ok(number(&text).unwrap_or(Value::String(text)))
}

fn unsupported(number: &str) -> YamlError {
    YamlError::NotJson(format!("json: unsupported value: {number}"))
}

/// Reads a number: whole ones in any base that Go has, with `_` between digits, and fractions in decimal.
fn number(text: &str) -> Option<Value> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return None;
    }
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix(['+', '-']) {
        Some(digits) if plain.starts_with('-') => ("-", digits),
        Some(digits) => ("", digits),
        None => ("", plain.as_str()),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, of_base) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)?),
        [b'0', b'o', ..] => (8, lower.get(2..)?),
        [b'0', b'b', ..] => (2, lower.get(2..)?),
        [b'0', _, ..] => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    if of_base.starts_with(|first: char| first.is_digit(base))
        && let Ok(whole) = i64::from_str_radix(&format!("{sign}{of_base}"), base)
    {
        return Some(Value::from(whole));
    }
    let is_decimal = digits.contains(|letter: char| letter.is_ascii_digit())
        && digits.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | 'e' | 'E' | '+' | '-'));
    let fraction = plain.parse::<f64>().ok().filter(|fraction| is_decimal && fraction.is_finite())?;
    Some(whole(fraction).map_or_else(|| Value::from(fraction), Value::from))
}

/// Returns a fraction without a fractional part as the integer that JSON makes of it.
#[expect(clippy::cast_possible_truncation, reason = "checked to be in the range")]
fn whole(fraction: f64) -> Option<i64> {
    /// 2^63, the first number that is too large.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (fraction.fract() == 0.0 && fraction.abs() < LIMIT).then_some(fraction as i64)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    /// What kubectl makes of texts, as it was recorded.
    const RECORDED: &str =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/kubectl/manifests.json"));

    #[test]
    fn texts_are_read_as_kubectl_reads_them() {
        let cases: Vec<Value> = serde_json::from_str(RECORDED).unwrap();
        assert!(cases.len() > 100, "cases are missing");
        let mut different = Vec::new();
        for case in &cases {
            let text = case["input"].as_str().unwrap();
            match (manifests(text), case["error"].as_str()) {
                (Ok(found), None) if Value::Array(found.clone()) == case["documents"] => {}
                // Its reader of JSON has other words, for the same place.
                (Err(ManifestError::Json(offset, _)), Some(error))
                    if error.starts_with(&format!("json: offset {offset}: ")) => {}
                (Err(found), Some(error)) if found.to_string() == error => {}
                (found, _) => different.push(format!("{found:?} instead of {case}")),
            }
        }
        assert!(different.is_empty(), "{} cases:\n{}", different.len(), different.join("\n"));
    }

    #[test]
    fn limits_end_what_would_not_end() {
        let check = |text: &str, expected: &str| {
            assert_eq!(document(text).map_err(|error| error.to_string()), Err(expected.to_owned()), "{text}");
        };
        check(&format!("{}{}", "[".repeat(200), "]".repeat(200)), "yaml: exceeded max depth of 60");
        let chain = (1..100).map(|number| format!("- &a{number} [*a{}]\n", number - 1));
        check(&format!("- &a0 x\n{}", chain.collect::<String>()), "yaml: exceeded max depth of 60");
        let bomb = (1..10)
            .map(|number| format!("a{number}: &a{number} [{}]\n", vec![format!("*a{}", number - 1); 9].join(",")));
        check(&format!("a0: &a0 x\n{}", bomb.collect::<String>()), "yaml: document contains excessive aliasing");
    }

    #[test]
    fn a_tag_before_a_comma_is_an_error_and_text_is_text() {
        let check = |text: &str, expected: Result<Value, &str>| {
            assert_eq!(document(text).map_err(|error| error.to_string()), expected.map_err(str::to_owned), "{text}");
        };
        let problem = "yaml: line 2: the playground does not read a tag with a comma";
        check("a: 1\nb: [!a, b]", Err(problem));
        check("a: 1\nb: [!,]", Err(problem));
        check("a: 1\nb: [!<x>,]", Err(problem));
        check("a: 1\nb: !a,b c", Err(problem));
        check("a: hi!, 'you!,'", Ok(json!({ "a": "hi!, 'you!,'" })));
        check("a: \"\\", Err("yaml: line 2: found unexpected end of stream"));
        check("a: '!,!'\nb: [!!str 1 , \"!\u{e000},\"]", Ok(json!({ "a": "!,!", "b": ["1", "!\u{e000},"] })));
    }
}
