//! `table`: the rows' scalars in columns, under headers with a capital.
//!
//! The columns are chosen as the Azure CLI's own framework does, the text is laid out as the
//! `simple` format of Python's `tabulate` 0.10 does without its number parsing.

use super::datum::Datum;
use crate::ground::python::is_space;

/// Keys that never make a column.
const SKIPPED_KEYS: [&str; 3] = ["id", "type", "etag"];

/// Number of blanks between columns, and the least by which a column is wider than its header.
const PADDING: usize = 2;

/// Text that turns its row into a line of dashes if it is in one of the first two cells.
const SEPARATOR: &str = "\u{1}";

type Row = Vec<(String, Datum)>;

/// Renders a value as a table; `is_sorted` puts the keys of each row in order.
pub fn table(value: &Datum, is_sorted: bool) -> String {
    let rows: Vec<Row> = match value {
        Datum::List(items) => items.iter().map(|item| row(item, is_sorted)).collect(),
        _ => vec![row(value, is_sorted)],
    };
    let mut headers: Vec<&str> = Vec::new();
    for (key, _) in rows.iter().flatten() {
        if !headers.contains(&key.as_str()) {
            headers.push(key);
        }
    }
    if headers.is_empty() {
        return "\n".to_owned();
    }
    let cells = |row: &Row| headers.iter().map(|header| cell(row, header)).collect::<Vec<_>>();
    layout(&headers, &rows.iter().map(cells).collect::<Vec<_>>())
}

fn row(item: &Datum, is_sorted: bool) -> Row {
    match item {
        Datum::Mapping(mapping) => {
            let entries = if is_sorted { mapping.sorted() } else { mapping.entries.iter().collect() };
            let mut row = Row::new();
            for (key, value) in entries {
                let is_shown = !matches!(value, Datum::Null | Datum::List(_) | Datum::Mapping(_));
                if !is_shown || SKIPPED_KEYS.contains(&&**key) {
                    continue;
                }
                let header = with_capital(key);
                match row.iter_mut().find(|(name, _)| *name == header) {
                    Some((_, old)) => *old = value.clone(),
                    None => row.push((header, value.clone())),
                }
            }
            row
        }
        Datum::List(items) => {
            let columns = items.iter().enumerate();
            columns.map(|(index, value)| (format!("Column{}", index + 1), value.clone())).collect()
        }
        _ => vec![("Result".to_owned(), item.clone())],
    }
}

fn with_capital(key: &str) -> String {
    let mut chars = key.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn cell(row: &Row, header: &str) -> String {
    match row.iter().find(|(name, _)| name == header) {
        None | Some((_, Datum::Null)) => String::new(),
        Some((_, value)) => value.to_text(),
    }
}

/// Lays out a table; at least one header is given.
fn layout(headers: &[&str], rows: &[Vec<String>]) -> String {
    let is_separator = |row: &[String]| row.iter().take(2).any(|cell| is_blank_around(cell, SEPARATOR));
    let is_multiline = headers.iter().any(|header| header.contains(['\n', '\r']))
        || rows.iter().any(|row| !is_separator(row) && row.iter().any(|cell| cell.contains(['\n', '\r'])));
    let width = |text: &str| {
        if is_multiline { lines(text).into_iter().map(length).max().unwrap_or(0) } else { length(text) }
    };
    let mut widths: Vec<usize> = headers.iter().map(|header| width(header) + PADDING).collect();
    for row in rows.iter().filter(|row| !is_separator(row)) {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(trimmed(cell)));
        }
    }

    let mut out: Vec<String> = Vec::new();
    let dashes = widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("  ");
    if headers.iter().all(|header| header.is_empty()) {
        // A row of nothing but empty cells vanishes where cells have several lines, headers stay.
        out.push(String::new());
    } else {
        write_row(headers.iter().copied(), &widths, is_multiline, &mut out);
    }
    out.push(dashes.clone());
    for row in rows {
        if is_separator(row) {
            out.push(dashes.clone());
        } else {
            write_row(row.iter().map(|cell| trimmed(cell)), &widths, is_multiline, &mut out);
        }
    }
    out.join("\n") + "\n"
}

fn write_row<'a>(cells: impl Iterator<Item = &'a str>, widths: &[usize], is_multiline: bool, out: &mut Vec<String>) {
    let cells: Vec<Vec<&str>> = cells.map(|cell| if is_multiline { lines(cell) } else { vec![cell] }).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    for index in 0..height {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let text = cell.get(index).copied().unwrap_or_default();
            line.push_str(text);
            line.push_str(&" ".repeat((width + PADDING).saturating_sub(length(text))));
        }
        out.push(line.trim_end_matches(is_space).to_owned());
    }
}

/// Returns the length in code points: the Azure CLI comes without `tabulate`'s support of wide characters.
fn length(text: &str) -> usize {
    text.chars().count()
}

fn is_blank_around(text: &str, inner: &str) -> bool {
    trimmed(text) == inner
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Splits a text as Python's `splitlines()` does.
fn lines(text: &str) -> Vec<&str> {
    let is_end = |char| matches!(char, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_end) {
        let (line, after) = rest.split_at(start);
        lines.push(line);
        let after = after.strip_prefix("\r\n").or_else(|| after.strip_prefix(is_end));
        rest = after.unwrap_or_default();
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(value: &Value, expected: &str) {
        assert_eq!(table(&Datum::from(value), false), expected);
    }

    #[test]
    fn tables() {
        check(
            &json!([{"name": "a\nb", "v": " x "}, {"name": "\u{1}", "v": 1}, {"name": "", "v": "1\n\n2"}]),
            "Name    V\n------  ---\na       x\nb\n------  ---\n        1\n\n        2\n",
        );
        check(&json!([{"name": "A", "Name": "B", "ß": 1}]), "Name    SS\n------  ----\nB       1\n");
        check(
            &json!([["a", {"b": [1, null]}], [], "x"]),
            "Column1    Column2           Result\n---------  ----------------  --------\n\
             a          {'b': [1, None]}\n\n                             x\n",
        );
        check(&json!({"": "a\n\nb"}), "\n--\na\n\nb\n");
        check(&json!([]), "\n");
    }
}
