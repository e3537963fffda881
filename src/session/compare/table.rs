//! The table of a comparison: a row for each figure, a column for each variant, and the differences to the first.

use std::fmt::Write as _;

use serde_json::Value;

use super::figures::{FIGURES, Unit};
use crate::amount::{dollars, duration, grouped};

/// A comparison as people read it. Figures that are zero or unknown everywhere are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Names of the variants; the first is the one that differences refer to.
    pub names: Vec<String>,
    /// The figures.
    pub rows: Vec<Row>,
}

/// A figure of every variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub label: &'static str,
    /// Its values in the order of the variants.
    pub cells: Vec<Cell>,
}

/// A figure of one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its value; `–` if it has none.
    pub value: String,
    /// Its difference to the first variant, with a sign or `same`; `–` if one of the two has no value.
    pub difference: String,
    /// `true` if it is better than that of the first variant, `false` if worse; `None` if it is neither.
    pub is_better: Option<bool>,
}

impl Table {
    /// Puts the metrics of variants side by side, as [`crate::metrics::Metrics::to_json`] gives them; null for one that is not known.
    #[must_use]
    pub fn new(variants: &[(&str, &Value)]) -> Self {
        let mut rows = Vec::new();
        for figure in &FIGURES {
            let of = |(_, metrics): &(&str, &Value)| metrics.pointer(figure.pointer).and_then(Value::as_i64);
            let values: Vec<Option<i64>> = variants.iter().map(of).collect();
            if values.iter().all(|value| value.is_none_or(|value| value == 0)) {
                continue;
            }
            let first = values.first().copied().flatten();
            let cell = |value: &Option<i64>| Cell {
                value: value.map_or_else(|| "–".to_owned(), |value| written(figure.unit, value)),
                difference: difference(figure.unit, *value, first),
                is_better: match (*value, first) {
                    (Some(value), Some(first)) if figure.is_cost && value != first => Some(value < first),
                    _ => None,
                },
            };
            rows.push(Row { label: figure.label, cells: values.iter().map(cell).collect() });
        }
        Self { names: variants.iter().map(|(name, _)| (*name).to_owned()).collect(), rows }
    }

    /// Returns the heading and the rows as texts: a label, the values, then the differences of all but the first.
    #[must_use]
    pub fn texts(&self) -> Vec<Vec<String>> {
        let names = self.names.iter().cloned();
        let differences = self.names.iter().skip(1).map(|name| format!("{name} − first"));
        let heading = std::iter::once(String::new()).chain(names).chain(differences).collect();
        let row = |row: &Row| {
            let values = row.cells.iter().map(|cell| cell.value.clone());
            let differences = row.cells.iter().skip(1).map(|cell| cell.difference.clone());
            std::iter::once(row.label.to_owned()).chain(values).chain(differences).collect()
        };
        std::iter::once(heading).chain(self.rows.iter().map(row)).collect()
    }

    /// Returns it as a table of Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        for (number, row) in self.texts().iter().enumerate() {
            let _ = writeln!(text, "| {} |", row.join(" | "));
            if number == 0 {
                let rule: Vec<&str> = (0..row.len()).map(|at| if at == 0 { "---" } else { "---:" }).collect();
                let _ = writeln!(text, "| {} |", rule.join(" | "));
            }
        }
        text
    }
}

/// Returns a figure as people read it.
fn written(unit: Unit, value: i64) -> String {
    let size = value.unsigned_abs();
    let text = match unit {
        Unit::Money => dollars(size),
        Unit::Time => duration(size),
        Unit::PodSeconds => duration(size * 1000),
        Unit::Count => grouped(size),
    };
    if value < 0 { format!("−{text}") } else { text }
}

fn difference(unit: Unit, value: Option<i64>, first: Option<i64>) -> String {
    match (value, first) {
        (Some(value), Some(first)) if value == first => "same".to_owned(),
        (Some(value), Some(first)) if value > first => format!("+{}", written(unit, value - first)),
        (Some(value), Some(first)) => written(unit, value - first),
        _ => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_have_a_sign_and_a_judgement() {
        let own =
            json!({ "spent_microdollars": 10_310_000, "created": 20, "node_ready": { "all": { "p50_ms": 113_000 } } });
        let other =
            json!({ "spent_microdollars": 4_490_000, "created": 38, "node_ready": { "all": { "p50_ms": null } } });
        let table = Table::new(&[("Deallocate", &own), ("Delete", &other), ("always on", &Value::Null)]);
        let expected = [
            ["", "Deallocate", "Delete", "always on", "Delete − first", "always on − first"],
            ["spent", "$10.31", "$4.49", "–", "−$5.82", "–"],
            ["nodes ready after, p50", "1 min 53 s", "–", "–", "–", "–"],
            ["machines created", "20", "38", "–", "+18", "–"],
        ];
        assert_eq!(table.texts(), expected.map(|row| row.map(str::to_owned)));
        let judged = |row: usize| table.rows[row].cells.iter().map(|cell| cell.is_better).collect::<Vec<_>>();
        assert_eq!(judged(0), [None, Some(true), None]);
        assert_eq!(judged(2), [None, None, None], "neither good nor bad");
        assert!(table.markdown().starts_with("|  | Deallocate | Delete |"));
    }
}
