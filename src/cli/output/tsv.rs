//! `tsv`: one line per row, values separated by tabs and nothing quoted.

use super::datum::Datum;

/// Renders a value as rows.
pub fn rows(value: &Datum) -> String {
    let mut out = String::new();
    match value {
        Datum::List(items) => items.iter().for_each(|item| write_row(item, &mut out)),
        _ => write_row(value, &mut out),
    }
    out
}

fn write_row(row: &Datum, out: &mut String) {
    let cells: Vec<String> = match row {
        Datum::List(items) => items.iter().map(cell).collect(),
        Datum::Mapping(mapping) if mapping.is_ordered => mapping.entries.iter().map(|(_, value)| cell(value)).collect(),
        Datum::Mapping(mapping) => {
            let entries = mapping.sorted().into_iter();
            entries.map(|(_, value)| cell(value)).collect()
        }
        // A lone truth value is in lower case, unlike one in a row.
        Datum::Bool(value) => vec![value.to_string()],
        _ => vec![cell(row)],
    };
    out.push_str(&cells.join("\t"));
    out.push('\n');
}

fn cell(value: &Datum) -> String {
    match value {
        Datum::List(items) => items.len().to_string(),
        Datum::Mapping(_) => String::new(),
        _ => value.to_text(),
    }
}
