//! Prepared sessions and texts that inputs are made of and run on.

use std::fs;
use std::path::Path;

use scale_down::session::{Session, SessionOptions, World};
use serde_json::Value;

/// Work that the lines of one input may do.
const WORK_MAX: u64 = 1000;
/// Length of the longest transcript that is looked at as a whole, in bytes.
const LOOK_MAX: usize = 200_000;

/// Everything that is made once for all inputs.
pub struct Bench {
    /// Sessions to copy: an empty one, one with a pool, one with autoscaled pools and work, a strict one.
    pub sessions: Vec<Session>,
    /// Command lines of the scripts in `tests/scripts/`.
    pub lines: Vec<String>,
    /// Manifests in them.
    pub manifests: Vec<String>,
    pub worlds: Vec<Value>,
    pub links: Vec<String>,
    /// Runs as JSON.
    pub saved: Vec<Value>,
    pub lessons: Vec<String>,
    pub documents: Vec<String>,
    /// `JMESPath` expressions of its compliance tests.
    pub queries: Vec<String>,
    /// Conformance cases.
    pub cases: Vec<Value>,
}

impl Bench {
    pub fn new() -> Self {
        let scripts = texts("tests/scripts", "az");
        let sessions = sessions();
        let query = |file: &String| serde_json::from_str::<Value>(file).expect("JSON");
        let suites = texts("tests/data/jmespath", "json");
        let tests = suites.iter().map(query).flat_map(|file| file.as_array().cloned().unwrap_or_default());
        let cases = tests.flat_map(|test| test["cases"].as_array().cloned().unwrap_or_default());
        let facts = query(&texts("tests/data/facts", "json")[0]);
        Self {
            lines: scripts.iter().flat_map(|script| commands(script)).collect(),
            manifests: scripts.iter().flat_map(|script| manifests(script)).collect(),
            worlds: texts("tests/data/oracle/worlds", "json").iter().map(query).collect(),
            links: texts("tests/data/links", "link"),
            saved: sessions.iter().map(Session::to_json).collect(),
            lessons: texts("www/lessons", "txt"),
            documents: [texts("", "md"), texts("docs", "md"), texts("tests/data/documents", "md")].concat(),
            queries: cases.filter_map(|case| Some(case["expression"].as_str()?.to_owned())).collect(),
            cases: facts["cases"].as_array().expect("cases").clone(),
            sessions,
        }
    }
}

/// Reads all files of a folder with an extension, in the order of their names.
fn texts(folder: &str, extension: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    paths.sort();
    let texts: Vec<String> = paths.iter().map(|path| fs::read_to_string(path).expect("a text")).collect();
    assert!(!texts.is_empty(), "no files in {}", folder.display());
    texts
}

fn commands(script: &str) -> Vec<String> {
    let lines = scale_down::cli::shell::split_lines(script).into_iter().map(|line| line.text);
    lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#')).collect()
}

/// Returns the here-documents of a script that are manifests.
fn manifests(script: &str) -> Vec<String> {
    let parts = script.split("apiVersion:").skip(1);
    let end = |part: &str| part.find("\nEND").or_else(|| part.find("\nEOF")).unwrap_or(part.len());
    parts.map(|part| format!("apiVersion:{}\n", &part[..end(part)])).collect()
}

fn sessions() -> Vec<Session> {
    let play = |options: SessionOptions, lines: &[&str]| {
        let mut session = Session::new(options);
        for line in lines {
            session.submit(line);
            session.advance_until_answered();
        }
        session
    };
    let autoscaled = [
        "az aks create -g g -n c --enable-cluster-autoscaler --min-count 1 --max-count 5 -c 2 --no-ssh-key",
        "az aks nodepool add -g g --cluster-name c -n p --enable-cluster-autoscaler --min-count 0 --max-count 20 -c 1 --scale-down-mode Deallocate",
        "sim load wave 2 30",
        "kubectl create deployment api --image=nginx --replicas=3",
        "N=5; RG='my group'",
    ];
    let pool = ["sim cluster g/c", "az aks nodepool add -g g --cluster-name c -n p -c 4 --scale-down-mode Deallocate"];
    let world = texts("tests/data/oracle/worlds", "json");
    let world = World::parse(&world[1]).expect("a world");
    vec![
        play(SessionOptions::default(), &[]),
        play(SessionOptions::default(), &pool),
        play(SessionOptions { terminal: true, ..SessionOptions::default() }, &autoscaled),
        play(SessionOptions { strict: true, world: Some(world), ..SessionOptions::default() }, &[]),
    ]
}

/// Types lines into a copy of a session, lets some time pass, and looks at what came of it.
pub fn play(session: &Session, lines: &str) {
    let mut session = session.clone();
    let _ = session.exec(lines, WORK_MAX);
    if session.question().is_some() {
        let _ = session.exec("maybe\ny", WORK_MAX);
    }
    let _ = session.seek_within(session.now_ms().saturating_add(1_200_000), WORK_MAX / 4);
    look(&session);
    session.undo();
    session.redo();
}

/// Renders what a page would show of a session.
pub fn look(session: &Session) {
    let snapshot = session.snapshot();
    assert!(snapshot.counts.total() <= 1_000_000);
    let _ = session.timeline_view();
    let _ = session.cloud().cost();
    if let Some(entry) = session.transcript().last() {
        let _ = (entry.stdout(), entry.stderr());
    }
    let script = session.script();
    if script.len() < LOOK_MAX {
        let _ = session.share();
        let _ = session.to_json();
    }
    if session.node_rows().count() < 100 {
        let _ = scale_down::session::report::snapshot(session, true);
        let _ = scale_down::session::report::events(session, 0);
    }
}
