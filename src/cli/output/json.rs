//! `json` and `jsonc`: two spaces per level, keys sorted, characters outside ASCII not escaped.

use std::fmt::Write;

use super::datum::Datum;
use crate::ground::python::float_text;
use crate::ground::rendered::{Rendered, Style};

/// Renders a value as an indented document.
pub fn document(value: &Datum) -> Rendered {
    let mut out = Rendered::default();
    write_indented(value, 0, &mut out);
    out.push(Style::Space, "\n");
    out
}

/// Renders a value on one line, in ASCII, its keys in their order, as a query's `to_string()` does.
pub fn compact(value: &Datum) -> String {
    let mut out = String::new();
    write_compact(value, &mut out);
    out
}

fn write_indented(value: &Datum, depth: usize, out: &mut Rendered) {
    match value {
        Datum::List(items) if !items.is_empty() => {
            out.push(Style::Plain, "[");
            for (index, item) in items.iter().enumerate() {
                start_line(index > 0, depth + 1, out);
                write_indented(item, depth + 1, out);
            }
            start_line(false, depth, out);
            out.push(Style::Plain, "]");
        }
        Datum::Mapping(mapping) if !mapping.entries.is_empty() => {
            out.push(Style::Plain, "{");
            for (index, (key, value)) in mapping.sorted().into_iter().enumerate() {
                start_line(index > 0, depth + 1, out);
                out.push(Style::Key, &quoted(key, false));
                out.push(Style::Plain, ":");
                out.push(Style::Space, " ");
                write_indented(value, depth + 1, out);
            }
            start_line(false, depth, out);
            out.push(Style::Plain, "}");
        }
        Datum::List(_) => out.push(Style::Plain, "[]"),
        Datum::Mapping(_) => out.push(Style::Plain, "{}"),
        Datum::Text(text) => out.push(Style::String, &quoted(text, false)),
        _ => out.push(Style::Constant, &scalar(value)),
    }
}

fn start_line(is_next: bool, depth: usize, out: &mut Rendered) {
    out.push(Style::Plain, if is_next { "," } else { "" });
    out.push(Style::Space, &format!("\n{:1$}", "", depth * 2));
}

fn write_compact(value: &Datum, out: &mut String) {
    match value {
        Datum::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_compact(item, out);
            }
            out.push(']');
        }
        Datum::Mapping(mapping) => {
            out.push('{');
            for (index, (key, value)) in mapping.entries.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                out.push_str(&quoted(key, true));
                out.push(':');
                write_compact(value, out);
            }
            out.push('}');
        }
        Datum::Text(text) => out.push_str(&quoted(text, true)),
        Datum::Expression(_) => out.push_str(&quoted(&value.to_text(), true)),
        _ => out.push_str(&scalar(value)),
    }
}

/// Formats a value that is no list, mapping or string.
pub(super) fn scalar(value: &Datum) -> String {
    match value {
        Datum::Bool(value) => value.to_string(),
        Datum::Integer(value) => value.to_string(),
        Datum::Float(value) => match float_text(*value).as_str() {
            "nan" => "NaN".to_owned(),
            "inf" => "Infinity".to_owned(),
            "-inf" => "-Infinity".to_owned(),
            text => text.to_owned(),
        },
        _ => "null".to_owned(),
    }
}

fn quoted(text: &str, is_ascii: bool) -> String {
    let mut out = String::from('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            _ if char < ' ' || (is_ascii && char > '~') => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push(char),
        }
    }
    out.push('"');
    out
}
