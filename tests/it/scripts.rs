//! Golden scripts: what a person types, and all that comes of it.
//!
//! Each `tests/scripts/NAME.az` is run by the session layer; the transcript and the state it ends
//! in must be `NAME.out`, byte for byte. A first line `#! strict terminal seed=7 world=docs` sets how
//! it is run: with a terminal, the line after one that asks is its answer; with `cost`, the money that was
//! spent comes last. `UPDATE_SCRIPTS=1 cargo test --test it scripts` writes the expectations anew, to be read
//! before they are committed.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

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

/// The files of the folder with an extension, in order.
fn files(extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the folder of scripts");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|own| own == extension)).collect();
    files.sort();
    files
}

#[test]
fn every_outcome_has_a_script() {
    let stray: Vec<_> = files("out").into_iter().filter(|path| !path.with_extension("az").exists()).collect();
    assert!(stray.is_empty(), "no script ends so: {stray:?}");
}

#[test]
fn scripts_give_what_is_written_beside_them() {
    let update = std::env::var_os("UPDATE_SCRIPTS").is_some();
    let scripts = files("az");
    assert!(scripts.len() >= 8, "scripts are missing");
    let mut different = Vec::new();
    for path in &scripts {
        let text = play(&fs::read_to_string(path).expect("a script"));
        let expected_path = path.with_extension("out");
        if update {
            fs::write(&expected_path, text).expect("a writable folder");
            continue;
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if text != expected {
            let line = text.lines().zip(expected.lines()).position(|(one, other)| one != other);
            let line = line.unwrap_or_else(|| text.lines().count().min(expected.lines().count()));
            different.push(format!(
                "{}, line {}:\n  expected: {}\n  came:     {}",
                path.display(),
                line + 1,
                expected.lines().nth(line).unwrap_or("(nothing)"),
                text.lines().nth(line).unwrap_or("(nothing)")
            ));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
