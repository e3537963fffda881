//! Paths into objects: `-o jsonpath`, `-o custom-columns` and `--sort-by`.

use std::fmt::Write as _;

use serde_json::Value;

/// One segment of a path.
#[derive(Debug, Clone, PartialEq)]
enum Segment {
    Field(String),
    Index(i64),
    All,
    /// Items in which the field at this path exists, or is equal (`==`) or unequal (`!=`) to the value.
    Filter(Vec<Segment>, Option<(String, Value)>),
}

/// A node of a template.
#[derive(Debug, Clone, PartialEq)]
enum TemplateNode {
    Text(String),
    Path(Vec<Segment>),
    Range(Vec<Segment>, Vec<TemplateNode>),
}

/// A template: text, paths in braces, and ranges.
#[derive(Debug, Clone, PartialEq)]
pub struct Template(Vec<TemplateNode>);

/// Reads a template such as `{range .items[*]}{.metadata.name}{"\n"}{end}`.
///
/// # Errors
/// Describes the first syntax error.
pub fn template(text: &str) -> Result<Template, String> {
    let mut rest = text;
    let (nodes, is_ended) = nodes(&mut rest)?;
    if is_ended {
        return Err("not in range, nothing to end".to_owned());
    }
    Ok(Template(nodes))
}

fn nodes(rest: &mut &str) -> Result<(Vec<TemplateNode>, bool), String> {
    let mut nodes = Vec::new();
    while !rest.is_empty() {
        let Some(open) = rest.find('{') else {
            nodes.push(TemplateNode::Text((*rest).to_owned()));
            *rest = "";
            break;
        };
        let (text, after) = rest.split_at(open);
        if !text.is_empty() {
            nodes.push(TemplateNode::Text(text.to_owned()));
        }
        let close = closing(after).ok_or("unclosed action")?;
        let inner = after.get(1..close).unwrap_or_default().trim();
        *rest = after.get(close + 1..).unwrap_or_default();
        if inner == "end" {
            return Ok((nodes, true));
        }
        if let Some(path) = inner.strip_prefix("range ") {
            let path = segments(path.trim())?;
            let (body, is_ended) = self::nodes(rest)?;
            if !is_ended {
                return Err("unclosed range".to_owned());
            }
            nodes.push(TemplateNode::Range(path, body));
        } else if inner.starts_with(['"', '\'']) {
            let text = inner.get(1..inner.len() - 1).unwrap_or_default();
            nodes.push(TemplateNode::Text(text.replace("\\n", "\n").replace("\\t", "\t")));
        } else {
            nodes.push(TemplateNode::Path(segments(inner)?));
        }
    }
    Ok((nodes, false))
}

/// Returns the position of the brace that closes the first one; braces in quotes do not count.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().skip(1).find_map(|(at, character)| {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '}') => return Some(at),
            _ => {}
        }
        None
    })
}

/// Reads a path such as `.status.conditions[?(@.type=="Ready")].status`.
fn segments(text: &str) -> Result<Vec<Segment>, String> {
    let mut segments = Vec::new();
    let mut rest = text.trim().trim_start_matches(['$', '@']);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let (inner, after) = bracket(after).ok_or("unterminated array")?;
            rest = after;
            segments.push(subscript(inner)?);
            continue;
        }
        let after = rest.strip_prefix('.').unwrap_or(rest);
        let mut name = String::new();
        let mut end = after.len();
        let mut characters = after.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                // A dot in a name is written after a backslash.
                '\\' => name.extend(characters.next().map(|(_, next)| next)),
                '.' | '[' => {
                    end = at;
                    break;
                }
                _ => name.push(character),
            }
        }
        rest = after.get(end..).unwrap_or_default();
        match name.as_str() {
            "" if rest.is_empty() => {}
            "*" => segments.push(Segment::All),
            _ if name.contains(char::is_whitespace) => return Err(format!("unrecognized character in action: {name}")),
            "" => {}
            _ => segments.push(Segment::Field(name)),
        }
    }
    Ok(segments)
}

/// Splits the text after a `[` into the content of the brackets and the rest; `None` if they are not closed.
fn bracket(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1_u32;
    let end = text.char_indices().find(|(_, character)| {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    let (at, _) = end?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn subscript(inner: &str) -> Result<Segment, String> {
    if inner == "*" {
        return Ok(Segment::All);
    }
    if let Some(filter) = inner.strip_prefix("?(").and_then(|inner| inner.strip_suffix(')')) {
        let operator = ["==", "!="].into_iter().find(|operator| filter.contains(operator));
        let Some(operator) = operator else { return Ok(Segment::Filter(segments(filter.trim())?, None)) };
        let (path, value) = filter.split_once(operator).unwrap_or((filter, ""));
        let value = value.trim();
        let value = match value.strip_prefix(['"', '\'']).and_then(|value| value.strip_suffix(['"', '\''])) {
            Some(text) => Value::from(text),
            None => serde_json::from_str(value).map_err(|_| format!("unrecognized value {value}"))?,
        };
        return Ok(Segment::Filter(segments(path.trim())?, Some((operator.to_owned(), value))));
    }
    if let Some(name) = inner.strip_prefix('\'').and_then(|inner| inner.strip_suffix('\'')) {
        return Ok(Segment::Field(name.to_owned()));
    }
    inner.parse().map(Segment::Index).map_err(|_| format!("invalid array index {inner}"))
}

fn walk<'a>(value: &'a Value, segments: &[Segment]) -> Vec<&'a Value> {
    let mut found = vec![value];
    for segment in segments {
        let mut next = Vec::new();
        for value in found {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            match segment {
                Segment::Field(name) => next.extend(value.get(name)),
                Segment::Index(index) => {
                    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
                    let index = if *index < 0 { index + length } else { *index };
                    next.extend(usize::try_from(index).ok().and_then(|index| items.get(index)));
                }
                Segment::All => match value {
                    Value::Object(object) => next.extend(object.values()),
                    _ => next.extend(items),
                },
                Segment::Filter(path, wanted) => next.extend(items.iter().filter(|item| {
                    let found = walk(item, path);
                    match wanted {
                        None => !found.is_empty(),
                        Some((operator, value)) => (found.first() == Some(&value)) == (operator == "=="),
                    }
                })),
            }
        }
        found = next;
    }
    found
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Template {
    /// Returns the template's text for an object.
    #[must_use]
    pub fn fill(&self, value: &Value) -> String {
        let mut text = String::new();
        fill(&self.0, value, &mut text);
        text
    }
}

fn fill(nodes: &[TemplateNode], current: &Value, text: &mut String) {
    for piece in nodes {
        match piece {
            TemplateNode::Text(plain) => text.push_str(plain),
            TemplateNode::Path(segments) => {
                let found: Vec<String> = walk(current, segments).into_iter().map(plain).collect();
                let _ = write!(text, "{}", found.join(" "));
            }
            TemplateNode::Range(segments, body) => {
                for item in walk(current, segments) {
                    fill(body, item, text);
                }
            }
        }
    }
}

/// A single path, with or without braces, as `--sort-by` and `custom-columns` take it.
#[derive(Debug, Clone, PartialEq)]
pub struct Path(Vec<Segment>);

/// Reads a path: `.metadata.name`, `metadata.name` or `{.metadata.name}`.
///
/// # Errors
/// Describes the first syntax error.
pub fn path(text: &str) -> Result<Path, String> {
    let text = text.trim();
    let bare = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    segments(bare).map(Path)
}

impl Path {
    /// Returns the values at the path, joined by commas; `<none>` if there are none.
    #[must_use]
    pub fn text(&self, value: &Value) -> String {
        let found: Vec<String> = walk(value, &self.0).into_iter().map(plain).collect();
        if found.is_empty() { "<none>".to_owned() } else { found.join(",") }
    }

    /// Returns the first value at the path.
    #[must_use]
    pub fn first<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        walk(value, &self.0).first().copied()
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn templates() {
        let value = json!({ "items": [
            { "metadata": { "name": "a", "labels": { "k8s.io/x": "1" } }, "status": { "conditions": [{ "type": "Ready", "status": "True" }] } },
            { "metadata": { "name": "b" }, "status": { "conditions": [{ "type": "Ready", "status": "False" }] } },
        ] });
        let check = |text: &str, expected: &str| assert_eq!(template(text).unwrap().fill(&value), expected, "{text}");
        check("{.items[*].metadata.name}", "a b");
        check("{.items[0].metadata.name}", "a");
        check("{.items[-1].metadata.name}", "b");
        check(
            "{range .items[*]}{.metadata.name}{'\\t'}{.status.conditions[?(@.type==\"Ready\")].status}{\"\\n\"}{end}",
            "a\tTrue\nb\tFalse\n",
        );
        check("{.items[0].metadata.labels.k8s\\.io/x}", "1");
        check("{.items[0].metadata.labels['k8s.io/x']} = {.nosuch}", "1 = ");
        check("{$.items[?(@.metadata.name!=\"a\")].metadata.name}", "b");
        check("plain", "plain");
    }

    #[test]
    fn bad_templates_are_refused() {
        for text in ["{.a", "{end}", "{range .items[*]}x", "{.a[x}", "{.items[?(@.a==b)]}"] {
            assert!(template(text).is_err(), "{text}");
        }
    }
}
