//! Golden scripts: what a person types, and all that comes of it.
//!
//! Each `tests/scripts/NAME.az` is a test of its own. It is run by the session layer; the transcript and the state it
//! ends in must be `NAME.out`, byte for byte. A first line `#! strict terminal seed=7 world=docs` sets how
//! it is run: with a terminal, the line after one that asks is its answer; with `cost`, the money that was
//! spent comes last. `UPDATE_SCRIPTS=1 cargo test --test scripts` writes the expectations anew, to be read
//! before they are committed.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use scale_down::session::{Entry, Session, SessionOptions, World, report};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts")
}

/// The words of a script's first line, if it has options.
fn header(script: &str) -> impl Iterator<Item = &str> {
    let line = script.lines().next().and_then(|line| line.strip_prefix("#!"));
    line.unwrap_or_default().split_whitespace()
}

fn options(script: &str) -> SessionOptions {
    let mut options = SessionOptions::default();
    for word in header(script) {
        match word.split_once('=') {
            None if word == "cost" => {}
            None if word == "strict" => options.strict = true,
            None if word == "terminal" => options.terminal = true,
            Some(("seed", seed)) => options.seed = Some(seed.parse().expect("a seed")),
            Some(("world", name)) => {
                let file = folder().join(format!("../data/oracle/worlds/{name}.json"));
                let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
                options.world = Some(World::parse(&text).expect("a world"));
            }
            _ => panic!("'{word}' is not an option of a script"),
        }
    }
    options
}

fn clock(at_ms: u64) -> String {
    let seconds = at_ms / 1000;
    format!("{}:{:02}:{:02}.{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, at_ms % 1000)
}

fn write_entry(text: &mut String, entry: &Entry) {
    let _ = writeln!(text, "[{}] $ {}", clock(entry.at_ms), entry.line);
    text.push_str(&entry.stdout());
    text.push_str(&entry.stderr());
    if entry.exit_code != Some(0) {
        let _ = writeln!(text, "(exit {}, {})", entry.exit_code.unwrap_or(-1), entry.stage.name());
    }
}

fn play(script: &str) -> String {
    let options = options(script);
    // At a terminal lines are typed one by one; otherwise a script is one paste.
    let typed: Vec<&str> = if options.terminal { script.lines().collect() } else { vec![script] };
    let mut session = Session::new(options);
    for text in typed {
        session.submit(text);
        session.advance_until_answered();
    }
    let mut text = String::new();
    for entry in session.transcript() {
        write_entry(&mut text, entry);
    }
    let _ = writeln!(text, "[{}] end", clock(session.now_ms()));
    for cluster in &session.snapshot().clusters {
        for pool in &cluster.pools {
            let counts = pool.counts.iter().filter(|(_, count)| *count > 0);
            let counts: Vec<_> = counts.map(|(state, count)| format!("{count} {}", state.name())).collect();
            let _ = writeln!(text, "{}/{}: {}", cluster.name, pool.name, counts.join(", "));
        }
    }
    if header(script).any(|word| word == "cost") {
        let _ = writeln!(text, "{}", report::snapshot(&session, false)["cost"]);
    }
    text
}

/// The reason of a failure. The harness shows it by `Debug`, which would put a text on one line.
struct Problem(String);

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Plays a script and compares the outcome with the one beside it, or writes that anew.
fn gives_what_is_written_beside_it(script: &Path) -> datatest_stable::Result<()> {
    let outcome = play(&fs::read_to_string(script)?);
    let path = script.with_extension("out");
    if std::env::var_os("UPDATE_SCRIPTS").is_some() {
        return Ok(fs::write(&path, outcome)?);
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if outcome == expected {
        return Ok(());
    }
    let difference = TextDiff::from_lines(&expected, &outcome);
    let difference = difference.unified_diff().header("expected", "came").to_string();
    Err(Problem(format!("{} is no longer what comes of the script:\n{difference}", path.display())).into())
}

/// Fails for an outcome whose script is gone.
fn has_a_script(outcome: &Path) -> datatest_stable::Result<()> {
    if outcome.with_extension("az").exists() {
        return Ok(());
    }
    Err(Problem(format!("{} is the outcome of no script", outcome.display())).into())
}

datatest_stable::harness! {
    { test = gives_what_is_written_beside_it, root = "tests/scripts", pattern = r"\.az$" },
    { test = has_a_script, root = "tests/scripts", pattern = r"\.out$" },
}
