//! `yaml` and `yamlc`: block style, keys sorted, lines broken after column 80.
//!
//! The Azure CLI prints what `PyYAML`'s `safe_dump` writes, so quoting, line breaking and the
//! anchors of repeated values follow that emitter, not merely the YAML specification.

mod emitter;
mod resolve;
mod scalar;
mod shared;

use std::rc::Rc;

use super::datum::{Datum, Mapping};
use super::json;
use crate::ground::python::float_text;
use crate::ground::rendered::{Rendered, Style};
use emitter::{Emitter, NodeContext};
use scalar::ScalarStyle;
use shared::Shared;

/// Keys from this length on are written with `?`: 128 less the length of the unwritten `!!str`.
const LONG_KEY_LENGTH_MIN: usize = 123;

/// Renders a value as a document.
pub fn document(value: &Datum) -> Rendered {
    // A mapping that a query made is foreign to `PyYAML`; the Azure CLI then makes a copy through
    // JSON, in which nothing is shared any more.
    let has_copies = !value.all(&mut |part| part.class_name() != "OrderedDict");
    let mut shared = Shared::default();
    if !has_copies {
        shared.visit(value);
    }
    let mut emitter = Emitter {
        out: Rendered::default(),
        column: 0,
        indent: None,
        is_after_space: true,
        is_after_indent: true,
        shared,
    };
    emitter.node(value, NodeContext::Root);
    let is_open_ended = match value {
        Datum::Text(text) => scalar::style(text, false) == ScalarStyle::Plain,
        Datum::List(_) | Datum::Mapping(_) => false,
        _ => true,
    };
    if emitter.column > 0 {
        emitter.line_end("\n");
    }
    if is_open_ended {
        emitter.out.push(Style::Marker, "...");
        emitter.out.push(Style::Space, "\n");
    }
    emitter.out
}

impl Emitter {
    fn node(&mut self, value: &Datum, context: NodeContext) {
        if let Some((mark, is_alias)) = self.shared.mark(value) {
            self.indicator(&mark, if is_alias { Style::Variable } else { Style::Plain }, false);
            if is_alias {
                return;
            }
        }
        match value {
            Datum::List(items) if items.is_empty() => self.indicator("[]", Style::Plain, false),
            Datum::List(items) => self.sequence(items, context),
            Datum::Mapping(mapping) if mapping.entries.is_empty() => {
                self.indicator("{}", Style::Plain, false);
            }
            Datum::Mapping(mapping) => self.mapping(mapping),
            Datum::Text(text) => self.scalar(text, scalar::style(text, context == NodeContext::SimpleKey), context),
            Datum::Float(value) => self.scalar(&float(*value), ScalarStyle::Plain, context),
            _ => self.scalar(&json::scalar(value), ScalarStyle::Plain, context),
        }
    }

    fn sequence(&mut self, items: &[Datum], context: NodeContext) {
        let outer = self.indent;
        let is_indentless = matches!(context, NodeContext::Value | NodeContext::LongKey) && !self.is_after_indent;
        if !is_indentless {
            self.indent = Some(outer.map_or(0, |indent| indent + 2));
        }
        for item in items {
            self.start_line();
            self.indicator("-", Style::Plain, true);
            self.node(item, NodeContext::Item);
        }
        self.indent = outer;
    }

    fn mapping(&mut self, mapping: &Mapping) {
        let outer = self.indent;
        self.indent = Some(outer.map_or(0, |indent| indent + 2));
        for (key, value) in mapping.sorted() {
            self.start_line();
            let key_node = Datum::Text(Rc::clone(key));
            if is_simple_key(key) {
                self.node(&key_node, NodeContext::SimpleKey);
                self.write(":", Style::Plain);
                self.is_after_space = false;
                self.is_after_indent = false;
            } else {
                self.indicator("?", Style::Plain, true);
                self.node(&key_node, NodeContext::LongKey);
                self.start_line();
                self.indicator(":", Style::Plain, true);
            }
            self.node(value, NodeContext::Value);
        }
        self.indent = outer;
    }
}

fn is_simple_key(key: &str) -> bool {
    !key.is_empty() && !key.contains(scalar::is_break) && key.chars().count() < LONG_KEY_LENGTH_MIN
}

/// Formats a float for YAML: with a point, even before an exponent.
fn float(value: f64) -> String {
    match float_text(value).as_str() {
        "nan" => ".nan".to_owned(),
        "inf" => ".inf".to_owned(),
        "-inf" => "-.inf".to_owned(),
        text if text.contains('.') => text.to_owned(),
        text => text.replacen('e', ".0e", 1),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(value: &Value, expected: &str) {
        assert_eq!(document(&Datum::from(value)).text(), expected);
    }

    #[test]
    fn documents() {
        check(
            &json!({"k\nl": [[], {}], "": "~", "x y": [[1, [2]], {"a": {"b": null}}], "e": 1e20}),
            "? ''\n: '~'\ne: 1.0e+20\n? 'k\n\n  l'\n: - []\n  - {}\nx y:\n- - 1\n  - - 2\n- a:\n    b: null\n",
        );
        let (short, long) = ("z".repeat(122), "z".repeat(123));
        check(&json!({&short: 1, &long: 2}), &format!("{short}: 1\n? {long}\n: 2\n"));
        check(&json!("plain"), "plain\n...\n");
        check(&json!("1"), "'1'\n");
        check(&json!({}), "{}\n");
    }

    #[test]
    fn scalars() {
        check(&json!({"a": "it's # not"}), "a: 'it''s # not'\n");
        check(&json!({"a": "a\n\nb"}), "a: 'a\n\n\n  b'\n");
        check(&json!({"a": "a \nb"}), "a: \"a \\nb\"\n");
        let words = "word ".repeat(15);
        check(&json!({"a": format!("{words}word word")}), &format!("a: {words}word\n  word\n"));
        check(
            &json!({"a": "two  blanks ".repeat(8)}),
            &format!("a: '{}\n  two  blanks '\n", ["two  blanks"; 7].join(" ")),
        );
        check(
            &json!({"a": "a b\tc d ".repeat(10)}),
            &format!("a: \"{}a b\\t\\\n  c d a b\\tc d \"\n", "a b\\tc d ".repeat(8)),
        );
    }
}
