//! `scale-down compare`: runs side by side, in money and in waiting.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, ValueEnum, ValueHint};
use scale_down::session::compare::{FIGURES, Figure, Table, Variant, Vary, interval95, mean};
use scale_down::session::{DEFAULT_SEED, Session, SessionOptions};
use serde_json::{Value, json};

use super::{HELP, Problem, conflict, print, read};

/// Most work of one run, in units as docs/session.md counts them.
const WORK_MAX: u64 = 200_000_000;
/// Greatest number of variants.
const VARIANTS_MAX: usize = 1_000;

/// Compare runs in money and in waiting.
#[derive(Args)]
#[command(
    override_usage = "scale-down compare A.az B.az … [options]\n       scale-down compare RUN.az --vary KEY=VALUE,VALUE … [options]",
    help_template = HELP,
    after_help = "KEY is scale-down-mode (Delete, Deallocate, always-on), min-count, max-count, node-count, vm-size, seed, or a \
                  setting of the autoscaler profile; POOL:KEY is that of one pool.\nThe exit status is 1 where a line of a run failed."
)]
pub struct Arguments {
    /// Scripts; '-' is standard input.
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    files: Vec<String>,

    /// Compare variants of the one script, one for each value of a setting. Several settings make every combination.
    #[arg(long, value_name = "KEY=V1,V2")]
    vary: Vec<String>,

    /// Run each variant with N seeds, from 1 on, and show the mean and its 95 % confidence interval.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    seeds: u32,

    /// The form of the output.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table, with the differences to the first run.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// Comma-separated values, a variant a row.
    Csv,
    /// A table to be pasted.
    Markdown,
}

/// A variant over all seeds.
struct Row {
    name: String,
    /// The run with the first seed.
    first: Variant,
    exit_code: i32,
    mean: Value,
    interval95: Value,
}

pub fn command(arguments: &Arguments) -> Result<ExitCode, Problem> {
    if !arguments.vary.is_empty() && arguments.files.len() > 1 {
        return Ok(conflict("compare", "--vary makes the variants of one script, and there are several"));
    }
    if arguments.vary.is_empty() && arguments.files.len() < 2 {
        return Ok(conflict(
            "compare",
            "one run has nothing to be compared with: name another, or a setting by --vary",
        ));
    }
    let rows = if arguments.vary.is_empty() { runs(arguments)? } else { variants(arguments)? };
    let text = match arguments.format {
        Format::Text => table(&rows, arguments.seeds),
        Format::Json => format!("{:#}\n", to_json(&rows, arguments.seeds)),
        Format::Csv => csv(&rows),
        Format::Markdown => compared(&rows).markdown(),
    };
    print(&text)?;
    Ok(ExitCode::from(u8::from(rows.iter().any(|row| row.exit_code != 0))))
}

fn runs(arguments: &Arguments) -> Result<Vec<Row>, Problem> {
    let row = |file: &String| {
        let script = read(file)?;
        let run = |seed| Ok(Variant { name: file.clone(), changes: Vec::new(), session: play(file, &script, seed)? });
        row(file.clone(), arguments.seeds, &run)
    };
    arguments.files.iter().map(row).collect()
}

fn variants(arguments: &Arguments) -> Result<Vec<Row>, Problem> {
    let file = arguments.files.first().map_or("-", String::as_str);
    let script = read(file)?;
    let mut combinations: Vec<Vec<Vary>> = vec![Vec::new()];
    for vary in &arguments.vary {
        let (key, values) = vary.split_once('=').ok_or_else(|| format!("--vary {vary}: expected KEY=VALUE,VALUE"))?;
        let values = values.split(',').map(|value| Vary::parse(key, value).map_err(|error| error.to_string()));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let longer = |before: &Vec<Vary>| {
            let with = |value: &Vary| before.iter().chain([value]).cloned().collect();
            values.iter().map(with).collect::<Vec<Vec<Vary>>>()
        };
        combinations = combinations.iter().flat_map(longer).collect();
        if combinations.len() > VARIANTS_MAX {
            return Err(format!("more than {VARIANTS_MAX} combinations"));
        }
    }
    let row = |settings: &Vec<Vary>| {
        let names: Vec<String> = settings.iter().map(Vary::name).collect();
        let run = |seed| {
            let base = play(file, &script, seed)?;
            base.vary(settings, WORK_MAX).map_err(|error| format!("{}: {error}", names.join(" ")))
        };
        row(names.join(" "), arguments.seeds, &run)
    };
    combinations.iter().map(row).collect()
}

fn play(file: &str, script: &str, seed: u64) -> Result<Session, Problem> {
    let mut session = Session::new(SessionOptions { seed: Some(seed), ..SessionOptions::default() });
    session.exec(script, WORK_MAX).map_err(|error| format!("{file}: {error}"))?;
    Ok(session)
}

fn row(name: String, seeds: u32, run: &dyn Fn(u64) -> Result<Variant, Problem>) -> Result<Row, Problem> {
    let first = run(DEFAULT_SEED)?;
    let mut exit_code = first.exit_code();
    let mut metrics = vec![first.metrics().to_json()];
    for seed in 1..u64::from(seeds) {
        let variant = run(DEFAULT_SEED + seed)?;
        exit_code = exit_code.max(variant.exit_code());
        metrics.push(variant.metrics().to_json());
    }
    Ok(Row { name, first, exit_code, mean: mean(&metrics), interval95: interval95(&metrics) })
}

fn to_json(rows: &[Row], seeds: u32) -> Value {
    let variant = |row: &Row| {
        let changes = row.first.changes.iter().map(|change| json!({ "before": change.before, "after": change.after }));
        json!({
            "name": row.name,
            "changes": changes.collect::<Vec<_>>(),
            "exit_code": row.exit_code,
            "metrics": row.mean,
            "interval95": row.interval95,
        })
    };
    json!({ "seeds": seeds, "variants": rows.iter().map(variant).collect::<Vec<_>>() })
}

/// Returns a figure of a variant, if it has a value.
fn value(figure: &Figure, metrics: &Value) -> Option<i64> {
    metrics.pointer(figure.pointer)?.as_i64()
}

fn compared(rows: &[Row]) -> Table {
    Table::new(&rows.iter().map(|row| (row.name.as_str(), &row.mean)).collect::<Vec<_>>())
}

fn table(rows: &[Row], seeds: u32) -> String {
    let cells = compared(rows).texts();
    let columns = cells.first().map_or(0, Vec::len);
    let width = |column: usize| {
        cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in &cells {
        let padded = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    if seeds > 1 {
        let _ = writeln!(text, "Means over {seeds} seeds; --format json has their 95 % confidence intervals.");
    }
    for row in rows {
        if !row.first.changes.is_empty() {
            let _ = writeln!(text, "\n{}", row.name);
        }
        for change in &row.first.changes {
            let line =
                |mark: char, line: &str| if line.is_empty() { String::new() } else { format!("{mark} {line}\n") };
            let _ = write!(text, "{}{}", line('-', &change.before), line('+', &change.after));
        }
        if row.exit_code != 0 {
            let failed = row.first.session.transcript().iter().find(|entry| entry.exit_code != Some(0));
            let line = failed.map_or("", |entry| &*entry.line);
            let _ = writeln!(text, "\n{}: exit code {}: {line}", row.name, row.exit_code);
        }
    }
    text
}

/// Returns a row for each variant, with every figure in its own unit.
fn csv(rows: &[Row]) -> String {
    let column = |figure: &Figure| figure.pointer.trim_start_matches('/').replace('/', "_");
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = format!("name,exit_code,{}\n", FIGURES.iter().map(column).collect::<Vec<_>>().join(","));
    for row in rows {
        let values = FIGURES.iter().map(|figure| value(figure, &row.mean).map_or_else(String::new, |v| v.to_string()));
        let _ = writeln!(text, "{},{},{}", quoted(&row.name), row.exit_code, values.collect::<Vec<_>>().join(","));
    }
    text
}
