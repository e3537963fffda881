//! The recorded Azure CLI against whole sessions: each recorded line, alone, on its world.
//!
//! Prints how often the verdict, the exit code and the texts agree, and every disagreement with its
//! reason. A disagreement without a reason fails, and so do figures below those reached.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use scale_down::cli::error::Stage;
use scale_down::session::{Entry, Session, SessionOptions, World};
use serde_json::Value as Json;

const CORPUS: &str = include_str!("data/oracle/az-corpus.jsonl");

const WORLDS: [(&str, &str); 4] = [
    ("default", include_str!("data/oracle/worlds/default.json")),
    ("docs", include_str!("data/oracle/worlds/docs.json")),
    ("fresh", include_str!("data/oracle/worlds/fresh.json")),
    ("empty", include_str!("data/oracle/worlds/empty.json")),
];

/// A recorded line with what the playground answers.
struct Case<'a> {
    record: &'a Json,
    entry: &'a Entry,
}

impl Case<'_> {
    fn text(&self, field: &str) -> &str {
        self.record[field].as_str().unwrap_or_default()
    }

    fn recorded_stderr(&self) -> &str {
        self.text("stderr")
    }

    fn is_stage(&self, recorded: &str, here: Stage) -> bool {
        self.text("stage") == recorded && self.entry.stage == here
    }
}

/// Whether a reason is that of a line.
type Holds = fn(&Case<'_>) -> bool;

/// Why a line may be answered otherwise than it was recorded; the first that holds is given.
const REASONS: &[(&str, Holds)] = &[
    ("the service refuses what the canned ARM of the recording accepted", |case| case.is_stage("ok", Stage::Service)),
    ("what the recording says of its missing network is not the CLI's", |case| {
        case.is_stage("network", Stage::Network)
    }),
    ("the canned ARM words its refusals itself", |case| case.is_stage("service", Stage::Service)),
    ("the traceback names files of the recording machine", |case| {
        case.text("stage") == case.entry.stage.name() && case.recorded_stderr().contains("Traceback")
    }),
    ("logs are not simulated", |case| {
        ["INFO: ", "[debug log omitted]"].iter().any(|text| case.recorded_stderr().contains(text))
    }),
];

/// Agreement on one point.
struct Figure {
    name: &'static str,
    agreeing: usize,
    lines: usize,
    /// The number of agreeing lines that was reached.
    reached: usize,
}

impl Figure {
    const fn new(name: &'static str, reached: usize) -> Self {
        Self { name, agreeing: 0, lines: 0, reached }
    }

    fn add(&mut self, agrees: bool) -> Option<&'static str> {
        self.lines += 1;
        self.agreeing += usize::from(agrees);
        (!agrees).then_some(self.name)
    }
}

/// Whether a text agrees; the recording cuts long ones.
fn agrees(here: &str, recorded: &str) -> bool {
    match recorded.find("...[cut]") {
        Some(end) => here.starts_with(&recorded[..end]),
        None => here == recorded,
    }
}

fn run(record: &Json, worlds: &BTreeMap<&str, World>) -> Entry {
    let world = record["world"].as_str().unwrap();
    let options = SessionOptions { strict: true, world: Some(worlds[world].clone()), ..SessionOptions::default() };
    let mut session = Session::new(options);
    session.submit(record["line"].as_str().unwrap());
    session.advance_until_answered();
    session.transcript().last().expect("an answer").clone()
}

/// Whether a line shows what is there and nothing else.
fn is_query(record: &Json) -> bool {
    let line = record["line"].as_str().unwrap();
    record["stage"] == "ok" && [" list", " show", " exists", "--query"].iter().any(|word| line.contains(word))
}

#[test]
fn sessions_agree_with_the_recorded_cli() {
    let worlds: BTreeMap<&str, World> =
        WORLDS.iter().map(|(name, text)| (*name, World::parse(text).unwrap())).collect();
    let [mut accepted, mut exit_code, mut first, mut whole, mut stdout] = [
        Figure::new("accepted", 553),
        Figure::new("exit code", 527),
        Figure::new("first line of stderr", 520),
        Figure::new("stderr", 517),
        Figure::new("stdout", 105),
    ];
    let mut unexplained = 0;
    for line in CORPUS.lines() {
        let record: Json = serde_json::from_str(line).unwrap();
        let entry = run(&record, &worlds);
        let case = Case { record: &record, entry: &entry };
        let (here, recorded) = (entry.stderr(), case.recorded_stderr());
        let points = [
            accepted.add(record["accepted"] == entry.accepted),
            exit_code.add(record["exit_code"].as_i64() == entry.exit_code.map(i64::from)),
            first.add(here.lines().next() == recorded.lines().next()),
            whole.add(here == recorded),
            is_query(&record).then(|| stdout.add(agrees(&entry.stdout(), case.text("stdout")))).flatten(),
        ];
        let points: Vec<&str> = points.into_iter().flatten().collect();
        if points.is_empty() {
            continue;
        }
        let reason = REASONS.iter().find(|(_, holds)| holds(&case)).map(|(reason, _)| *reason);
        unexplained += usize::from(reason.is_none());
        println!("{}\n    {}: {}", case.text("line"), points.join(", "), reason.unwrap_or("NO REASON"));
        println!("    recorded {} {:?}\n    here {} {here:?}", case.text("stage"), recorded, entry.stage.name());
    }
    for figure in [&accepted, &exit_code, &first, &whole, &stdout] {
        println!("{}: {} of {}", figure.name, figure.agreeing, figure.lines);
    }
    for figure in [accepted, exit_code, first, whole, stdout] {
        assert!(figure.agreeing >= figure.reached, "{}: {}", figure.name, figure.agreeing);
    }
    assert_eq!(unexplained, 0, "disagreements without a reason");
}
