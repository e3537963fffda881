//! The recorded Azure CLI against whole sessions: each recorded line, alone, on its world.
//!
//! Prints how often the verdict, the exit code and the texts agree, and every disagreement with its
//! reason. A line that goes past a documented limit of the service is counted apart, because the canned ARM of
//! the recording had none. A disagreement without a reason fails, and so do figures below those wanted.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use scale_down::cli::ground::error::Stage;
use scale_down::session::{Entry, Session, SessionOptions, World};
use serde_json::Value as Json;

const CORPUS: &str = include_str!("../data/oracle/az-corpus.jsonl");

const WORLDS: [(&str, &str); 4] = [
    ("default", include_str!("../data/oracle/worlds/default.json")),
    ("docs", include_str!("../data/oracle/worlds/docs.json")),
    ("fresh", include_str!("../data/oracle/worlds/fresh.json")),
    ("empty", include_str!("../data/oracle/worlds/empty.json")),
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

/// A limit that the service documents, and that the canned ARM of the recording did not have: it said yes to
/// everything.
struct Limit {
    /// The limit, and the documentation that states it.
    source: &'static str,
    /// The service's code.
    code: &'static str,
    /// Words of the refusal.
    words: &'static [&'static str],
}

/// Every limit that may decide a line. The recording is no evidence of how Azure answers such a line, only of how
/// the command line reads it; [`decided_by_service`] holds it to that.
const LIMITS: [Limit; 7] = [
    Limit {
        source: "names of pools (MS Learn, limitations of node pools): 6 characters on Windows, 12 on Linux, a letter first",
        code: "InvalidParameter",
        words: &["agentPool.name is invalid"],
    },
    Limit {
        source: "sizes of pools (MS Learn, quotas of AKS): 1000 nodes, at least 1 in a system pool",
        code: "InvalidParameter",
        words: &["agentPool.count is invalid", "agentPool.minCount is invalid"],
    },
    Limit {
        source: "the last system pool stays (MS Learn, use system node pools)",
        code: "OperationNotAllowed",
        words: &["at least one system node pool"],
    },
    Limit {
        source: "only user pools can be stopped (MS Learn, start and stop node pools)",
        code: "OperationNotAllowed",
        words: &["only user node pools can be stopped"],
    },
    Limit {
        source: "Deallocate needs managed disks (MS Learn, scale-down mode, limitations)",
        code: "InvalidParameter",
        words: &["not supported with ephemeral OS disks"],
    },
    Limit {
        source: "a running cluster cannot be started (MS Learn, cluster pending operations; azure-docs issue 85161)",
        code: "OperationNotAllowed",
        words: &["starting cannot be performed"],
    },
    Limit {
        source: "a machine that is deleted must be there (MS Learn, delete specific machines)",
        code: "NotFound",
        words: &["Could not find the machine resource"],
    },
];

/// The limit by which the simulated service refuses a line that the canned ARM carried out. The line must have
/// been accepted by both, what is asked must be a change, and a refusal in the service's form must be all that is said.
fn decided_by_service(case: &Case<'_>) -> Option<&'static Limit> {
    let entry = case.entry;
    let is_change = !is_query(case.record) && case.recorded_stderr().is_empty();
    let is_accepted = entry.accepted && case.record["accepted"] == true;
    if !(case.is_stage("ok", Stage::Service) && is_change && is_accepted && entry.stdout().is_empty()) {
        return None;
    }
    let stderr = entry.stderr();
    LIMITS.iter().find(|Limit { code, words, .. }| {
        let message = stderr.lines().next().and_then(|line| line.strip_prefix(&format!("ERROR: ({code}) ")));
        let exit_code = if *code == "NotFound" { 3 } else { 1 };
        message.is_some_and(|message| {
            words.iter().any(|words| message.contains(words))
                && stderr == format!("ERROR: ({code}) {message}\nCode: {code}\nMessage: {message}\n")
                && entry.exit_code == Some(exit_code)
        })
    })
}

/// Most recorded lines that may go past a limit.
const DECIDED_MAX: usize = 21;

/// A predicate: `true` if a reason applies to a line.
type Holds = fn(&Case<'_>) -> bool;

/// Reasons for which the texts of a line may differ from those recorded; the first that holds is given.
const REASONS: &[(&str, Holds)] = &[
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
    /// Least share of lines that must agree, in thousandths.
    permille_min: usize,
}

impl Figure {
    const fn new(name: &'static str, permille_min: usize) -> Self {
        Self { name, agreeing: 0, lines: 0, permille_min }
    }

    fn add(&mut self, agrees: bool) -> Option<&'static str> {
        self.lines += 1;
        self.agreeing += usize::from(agrees);
        (!agrees).then_some(self.name)
    }
}

/// Returns `true` if a text agrees with the recording, which cuts long ones.
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
    session.transcript().last().expect("an answer").as_ref().clone()
}

/// Returns `true` if a line shows what is there and nothing else.
fn is_query(record: &Json) -> bool {
    let line = record["line"].as_str().unwrap();
    record["stage"] == "ok" && [" list", " show", " exists", "--query"].iter().any(|word| line.contains(word))
}

#[test]
fn sessions_agree_with_the_recorded_cli() {
    let worlds: BTreeMap<&str, World> =
        WORLDS.iter().map(|(name, text)| (*name, World::parse(text).unwrap())).collect();
    let mut accepted = Figure::new("accepted, of all lines", 1000);
    let [mut exit_code, mut first, mut whole, mut stdout] = [
        Figure::new("exit code", 1000),
        Figure::new("first line of stderr", 990),
        Figure::new("stderr", 970),
        Figure::new("stdout of lines that show something", 950),
    ];
    let (mut unexplained, mut decided) = (0, 0);
    for line in CORPUS.lines() {
        let record: Json = serde_json::from_str(line).unwrap();
        let entry = run(&record, &worlds);
        let case = Case { record: &record, entry: &entry };
        let (here, recorded) = (entry.stderr(), case.recorded_stderr());
        let verdict = accepted.add(record["accepted"] == entry.accepted);
        if let Some(Limit { source, code, .. }) = decided_by_service(&case) {
            decided += 1;
            println!("{}\n    decided by the service, {code}: {source}", case.text("line"));
            continue;
        }
        let points = [
            verdict,
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
    println!("decided by the service: {decided} of {}; the others:", accepted.lines);
    for Figure { name, agreeing, lines, permille_min } in [accepted, exit_code, first, whole, stdout] {
        println!("{name}: {agreeing} of {lines}");
        assert!(agreeing * 1000 >= lines * permille_min, "{name}: {agreeing} of {lines}");
    }
    assert_eq!(unexplained, 0, "disagreements without a reason");
    // Of the recorded lines no more than these may be left to the service.
    assert!(decided <= DECIDED_MAX, "{decided} lines are decided by the service");
}
