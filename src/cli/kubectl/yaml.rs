//! Parser of the part of YAML that manifests are written in.
//!
//! It reads block and flow mappings and sequences, quoted and plain scalars, `|` and `>`, comments and several
//! documents. Anchors, aliases, tags and plain text over several lines are errors.

use serde_json::{Map, Value};

/// Deepest nesting of a document that is read; manifests stay far below it.
const DEPTH_MAX: usize = 60;

/// A syntax error, in the words of kubectl's reader.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("yaml: line {line}: {message}")]
pub struct YamlError {
    line: usize,
    message: String,
}

type Result<T> = std::result::Result<T, YamlError>;

/// Parses the documents of a text; empty ones are left out. A text that begins with a brace is read as JSON.
///
/// # Errors
/// Names the line and the syntax error.
pub fn documents(text: &str) -> Result<Vec<Value>> {
    if text.trim_start().starts_with('{') {
        let values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        return values
            .collect::<std::result::Result<_, _>>()
            .map_err(|error| YamlError { line: error.line(), message: error.to_string() });
    }
    let mut documents = Vec::new();
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let numbered = (1..).zip(text.lines()).chain([(usize::MAX, "---")]);
    for (number, line) in numbered {
        let is_end = line.trim_end() == "..." || line == "---" || line.starts_with("--- ");
        if !is_end {
            lines.push((number, line.trim_end_matches('\r')));
            continue;
        }
        let mut reader = Reader { lines: std::mem::take(&mut lines), at: 0, rest: None, depth: 0 };
        let value = reader.block(0)?;
        if let Some(left) = reader.peek()? {
            return Err(left.error("did not find expected <document start>"));
        }
        if !value.is_null() {
            documents.push(value);
        }
    }
    Ok(documents)
}

struct Reader<'a> {
    lines: Vec<(usize, &'a str)>,
    at: usize,
    /// Byte offset of the unread rest of the current line, if part of it has been read.
    rest: Option<usize>,
    depth: usize,
}

/// A line, or the rest of one, with its number and its indentation in blanks.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    indent: usize,
    text: &'a str,
}

impl Line<'_> {
    fn error(&self, message: impl Into<String>) -> YamlError {
        YamlError { line: self.number, message: message.into() }
    }

    fn is_item(&self) -> bool {
        self.text == "-" || self.text.starts_with("- ")
    }
}

impl<'a> Reader<'a> {
    /// Returns the next line that is neither empty nor a comment, without consuming it.
    fn peek(&mut self) -> Result<Option<Line<'a>>> {
        while let Some((number, raw)) = self.lines.get(self.at).copied() {
            let start = self.rest.unwrap_or(0);
            let rest = raw.get(start..).unwrap_or_default();
            let text = rest.trim_start_matches(' ');
            let line = Line { number, indent: start + rest.len() - text.len(), text: text.trim_end() };
            if line.text.is_empty() || line.text.starts_with('#') {
                self.advance();
                continue;
            }
            if line.text.starts_with('\t') {
                return Err(line.error("found character that cannot start any token"));
            }
            return Ok(Some(line));
        }
        Ok(None)
    }

    fn advance(&mut self) {
        self.at += 1;
        self.rest = None;
    }

    /// Reads a value whose lines are indented by at least `indent_min`; null if there is none.
    fn block(&mut self, indent_min: usize) -> Result<Value> {
        let Some(line) = self.peek()?.filter(|line| line.indent >= indent_min) else {
            return Ok(Value::Null);
        };
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(line.error("exceeded max depth"));
        }
        let value = if line.is_item() {
            self.sequence(line.indent)
        } else if split_key(&line)?.is_some() {
            self.mapping(line.indent)
        } else {
            self.inline(line, line.text)
        };
        self.depth -= 1;
        value
    }

    fn sequence(&mut self, indent: usize) -> Result<Value> {
        let mut items = Vec::new();
        while let Some(line) = self.peek()?.filter(|line| line.indent == indent && line.is_item()) {
            let rest = line.text.get(1..).unwrap_or_default();
            let gap = rest.len() - rest.trim_start().len();
            // The rest of the line is a block of its own, further in.
            self.rest = Some(indent + 1 + gap);
            if rest.trim_start().starts_with(['|', '>']) {
                let header = rest.trim_start();
                items.push(self.text_block(&line, indent, header)?);
            } else {
                items.push(self.block(indent + 1)?);
            }
        }
        Ok(Value::Array(items))
    }

    fn mapping(&mut self, indent: usize) -> Result<Value> {
        let mut object = Map::new();
        while let Some(line) = self.peek()?.filter(|line| line.indent >= indent) {
            let entry = if line.indent == indent && !line.is_item() { split_key(&line)? } else { None };
            let Some((key, rest)) = entry else {
                return Err(line.error("did not find expected key"));
            };
            if object.contains_key(&key) {
                return Err(line.error(format!("key \"{key}\" already set in map")));
            }
            let value = match rest.chars().next() {
                None | Some('#') => {
                    self.advance();
                    // Items may stand as far left as the key that they belong to.
                    match self.peek()?.filter(|next| next.indent == indent && next.is_item()) {
                        Some(_) => self.sequence(indent)?,
                        None => self.block(indent + 1)?,
                    }
                }
                Some('|' | '>') => self.text_block(&line, indent, rest)?,
                Some(_) => self.inline(line, rest)?,
            };
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }

    /// Reads the text of `|` or `>`: the lines indented further than `indent`.
    fn text_block(&mut self, line: &Line<'a>, indent: usize, header: &str) -> Result<Value> {
        let style = header.split(" #").next().unwrap_or_default().trim_end();
        let is_folded = style.starts_with('>');
        let (is_stripped, is_kept) = (style.ends_with('-'), style.ends_with('+'));
        if !matches!(style.get(1..), Some("" | "-" | "+")) {
            return Err(line.error("the playground reads |, |-, |+, >, >- and >+"));
        }
        self.advance();
        let mut lines: Vec<&str> = Vec::new();
        let mut own_indent = None;
        while let Some((_, raw)) = self.lines.get(self.at).copied() {
            let line_indent = raw.len() - raw.trim_start_matches(' ').len();
            let is_blank = raw.trim().is_empty();
            if !is_blank && line_indent <= indent {
                break;
            }
            if !is_blank {
                own_indent.get_or_insert(line_indent);
            }
            lines.push(raw.get(own_indent.unwrap_or(line_indent)..).unwrap_or_default());
            self.advance();
        }
        let blank_lines = lines.iter().rev().take_while(|line| line.trim().is_empty()).count();
        let body = lines.get(..lines.len() - blank_lines).unwrap_or_default();
        let mut text = String::new();
        for (index, line) in body.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|index| body.get(index)).copied().unwrap_or_default();
            if index > 0 {
                let joins = is_folded && !line.is_empty() && !before.is_empty() && !line.starts_with(' ');
                text.push(if joins { ' ' } else { '\n' });
            }
            text.push_str(line);
        }
        if !is_stripped && !body.is_empty() {
            text.push('\n');
        }
        if is_kept {
            text.extend(std::iter::repeat_n('\n', blank_lines));
        }
        Ok(Value::String(text))
    }

    /// Reads a scalar or a flow collection that begins in this line.
    fn inline(&mut self, line: Line<'a>, text: &str) -> Result<Value> {
        let mut text = text.to_owned();
        self.advance();
        if text.starts_with(['[', '{']) {
            while !is_balanced(&text) {
                let next = self.peek()?.ok_or_else(|| line.error("did not find expected ',' or ']'"))?;
                text.push(' ');
                text.push_str(next.text);
                self.advance();
            }
        }
        let mut flow = Flow { line, rest: &text, depth: self.depth };
        let value = flow.value(false)?;
        let rest = flow.rest.trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            return Ok(value);
        }
        Err(line.error("mapping values are not allowed in this context"))
    }
}

/// Returns `true` if every bracket of a flow collection is closed.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    let mut quote = None;
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    depth <= 0
}

/// Returns the key of a line and the text after it; `None` if the line has no key.
fn split_key<'a>(line: &Line<'a>) -> Result<Option<(String, &'a str)>> {
    let text = line.text;
    if text.starts_with(['[', '{']) {
        return Ok(None);
    }
    if text.starts_with("? ") {
        return Err(line.error("the playground does not read complex keys"));
    }
    if text.starts_with(['"', '\'']) {
        let mut flow = Flow { line: *line, rest: text, depth: 0 };
        let key = flow.quoted()?;
        let after = flow.rest.trim_start().strip_prefix(':');
        let offset = after.map(|after| text.len() - after.len());
        return Ok(offset.and_then(|offset| text.get(offset..)).map(|rest| (key, rest.trim_start())));
    }
    let comment = text.find(" #").unwrap_or(text.len());
    let plain = text.get(..comment).unwrap_or(text);
    let colon = plain.match_indices(':').map(|(at, _)| at).find(|at| {
        let next = plain.get(at + 1..).unwrap_or_default();
        next.is_empty() || next.starts_with(' ')
    });
    let Some(colon) = colon else { return Ok(None) };
    let key = plain.get(..colon).unwrap_or_default().trim_end().to_owned();
    Ok(Some((key, text.get(colon + 1..).unwrap_or_default().trim_start())))
}

/// A parser of the values within one line.
struct Flow<'a, 'b> {
    line: Line<'a>,
    rest: &'b str,
    depth: usize,
}

impl Flow<'_, '_> {
    fn value(&mut self, is_inside: bool) -> Result<Value> {
        self.rest = self.rest.trim_start();
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.line.error("exceeded max depth"));
        }
        let value = match self.rest.chars().next() {
            Some('"' | '\'') => Value::String(self.quoted()?),
            Some('[') => self.list()?,
            Some('{') => self.object()?,
            Some('&' | '*') => return Err(self.line.error("the playground does not read anchors and aliases")),
            Some('!') => return Err(self.line.error("the playground does not read tags")),
            Some('%' | '@' | '`') => return Err(self.line.error("found character that cannot start any token")),
            _ => self.plain(is_inside),
        };
        self.depth -= 1;
        Ok(value)
    }

    fn plain(&mut self, is_inside: bool) -> Value {
        let ends = |(at, _): &(usize, char)| {
            let rest = self.rest.get(*at..).unwrap_or_default();
            rest.starts_with(" #") || rest.starts_with(": ") || (is_inside && rest.starts_with([',', ']', '}']))
        };
        let end = self.rest.char_indices().find(ends).map_or(self.rest.len(), |(at, _)| at);
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        resolve(text.trim_end())
    }

    fn quoted(&mut self) -> Result<String> {
        let mut characters = self.rest.chars();
        let quote = characters.next().unwrap_or('"');
        let mut text = String::new();
        while let Some(character) = characters.next() {
            if character == quote {
                if quote == '\'' && characters.as_str().starts_with('\'') {
                    characters.next();
                } else {
                    self.rest = characters.as_str();
                    return Ok(text);
                }
            }
            if character != '\\' || quote == '\'' {
                text.push(character);
                continue;
            }
            match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(plain @ ('"' | '\\' | '/' | ' ')) => text.push(plain),
                _ => return Err(self.line.error("found unknown escape character")),
            }
        }
        Err(self.line.error("found unexpected end of stream"))
    }

    /// Reads a comma or the closing bracket `end`; returns `true` if another item follows.
    fn goes_on(&mut self, end: char) -> Result<bool> {
        self.rest = self.rest.trim_start();
        if let Some(rest) = self.rest.strip_prefix(end) {
            self.rest = rest;
            return Ok(false);
        }
        match self.rest.strip_prefix(',') {
            Some(rest) => {
                self.rest = rest.trim_start();
                // A comma may close the list.
                if let Some(rest) = self.rest.strip_prefix(end) {
                    self.rest = rest;
                    return Ok(false);
                }
                Ok(true)
            }
            None => Err(self.line.error(format!("did not find expected ',' or '{end}'"))),
        }
    }

    fn opens(&mut self, end: char) -> bool {
        self.rest = self.rest.get(1..).unwrap_or_default().trim_start();
        let is_empty = self.rest.starts_with(end);
        if is_empty {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        !is_empty
    }

    fn list(&mut self) -> Result<Value> {
        let mut items = Vec::new();
        if self.opens(']') {
            loop {
                items.push(self.value(true)?);
                if !self.goes_on(']')? {
                    break;
                }
            }
        }
        Ok(Value::Array(items))
    }

    fn object(&mut self) -> Result<Value> {
        let mut object = Map::new();
        if self.opens('}') {
            loop {
                let key = match self.value(true)? {
                    Value::String(key) => key,
                    other => other.to_string(),
                };
                self.rest = self.rest.trim_start();
                let Some(rest) = self.rest.strip_prefix(':') else {
                    return Err(self.line.error("did not find expected ':'"));
                };
                self.rest = rest;
                let value = self.value(true)?;
                object.insert(key, value);
                if !self.goes_on('}')? {
                    break;
                }
            }
        }
        Ok(Value::Object(object))
    }
}

/// Converts a plain scalar to null, a boolean, a number or a text.
fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => {
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            let is_number = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.');
            let number = text.strip_prefix('+').unwrap_or(text);
            if let Some(whole) = is_number.then(|| number.parse::<i64>().ok()).flatten() {
                return Value::from(whole);
            }
            let fraction = is_number.then(|| number.parse::<f64>().ok()).flatten();
            fraction.filter(|fraction| fraction.is_finite()).map_or_else(|| Value::from(text), Value::from)
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Value) {
        match documents(text) {
            Ok(found) => assert_eq!(Value::Array(found), *expected, "{text}"),
            Err(error) => panic!("{error}: {text}"),
        }
    }

    #[test]
    fn manifests() {
        check("", &json!([]));
        check("---\n# nothing\n---\n", &json!([]));
        check("a: 1\nb: x y # comment\nc:\nd: ''\n", &json!([{"a": 1, "b": "x y", "c": null, "d": ""}]));
        check("a: 1\n---\nb: 2\n...\n", &json!([{"a": 1}, {"b": 2}]));
        check("a:\n  b:\n    c: 1.5\n  d: -3\n", &json!([{"a": {"b": {"c": 1.5}, "d": -3}}]));
        check(
            "a:\n- x\n- y: 1\n  z: 2\nb:\n  - - 1\n    - 2\n",
            &json!([{"a": ["x", {"y": 1, "z": 2}], "b": [[1, 2]]}]),
        );
        check("-\n  a: 1\n- b\n", &json!([[{"a": 1}, "b"]]));
        check(
            "a: [1, two, 'x,y', {b: c}]\nd: {e: [], f: {}}\n",
            &json!([{"a": [1, "two", "x,y", {"b": "c"}], "d": {"e": [], "f": {}}}]),
        );
        check("a: [1,\n  2,\n]\nb: 1", &json!([{"a": [1, 2], "b": 1}]));
        check(
            "image: nginx:1.25\nurl: http://x/y\ncpu: 500m\nat: 12:30",
            &json!([{"image": "nginx:1.25", "url": "http://x/y", "cpu": "500m", "at": "12:30"}]),
        );
        check("\"a b\": \"x\\n\\\"y\\\"\"\n'c': 'it''s'", &json!([{"a b": "x\n\"y\"", "c": "it's"}]));
        check(
            "a: |\n  one\n   two\n\n  three\nb: >-\n  one\n  two\n\n  three\n",
            &json!([{"a": "one\n two\n\nthree\n", "b": "one two\n\nthree"}]),
        );
        check("args:\n- |\n  x\n- y", &json!([{"args": ["x\n", "y"]}]));
        check(
            "a: true\nb: \"true\"\nc: yes\nd: 1e3\ne: .inf",
            &json!([{"a": true, "b": "true", "c": "yes", "d": 1000.0, "e": ".inf"}]),
        );
        check("{\"a\": [1]}", &json!([{"a": [1]}]));
        check("a:\r\n  b: 1\r\n", &json!([{"a": {"b": 1}}]));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let check =
            |text: &str, expected: &str| assert_eq!(documents(text).unwrap_err().to_string(), expected, "{text}");
        check("a: 1\n\tb: 2", "yaml: line 2: found character that cannot start any token");
        check("a: 1\n  b: 2", "yaml: line 2: did not find expected key");
        check("a: b: c", "yaml: line 1: mapping values are not allowed in this context");
        check("a: *x", "yaml: line 1: the playground does not read anchors and aliases");
        check("a: 1\na: 2", "yaml: line 2: key \"a\" already set in map");
        check("a: \"x", "yaml: line 1: found unexpected end of stream");
        check("a: [1", "yaml: line 1: did not find expected ',' or ']'");
        check("a: 1\n- b", "yaml: line 2: did not find expected key");
        check(&"[".repeat(200), "yaml: line 1: did not find expected ',' or ']'");
        check(&format!("{}{}", "[".repeat(200), "]".repeat(200)), "yaml: line 1: exceeded max depth");
    }
}
