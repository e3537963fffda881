//! The engine against what the real autoscaler and the documentation say (`tests/data/facts`).
#![cfg(not(target_arch = "wasm32"))]
// The test prints its figures.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;

use scale_down::session::conformance::{Outcome, Verdict, run};

const CASES: &str = include_str!("data/facts/conformance-cases.json");

/// The cases that are about something which AKS does not have, each with a word of the reason.
const SKIPPED: [(&str, &str); 4] = [
    ("deallocate-042", "command line"),
    ("eviction-priority-groups-001", "drain-priority-config"),
    ("scale-up-027", "provisioning requests"),
    ("upcoming-nodes-006", "Azure provider"),
];

#[test]
fn every_case_passes_or_is_skipped_for_its_scope() {
    let outcomes = run(CASES, None).expect("a file of cases");
    let mut failed = Vec::new();
    let mut skipped = BTreeMap::new();
    for Outcome { id, suite, verdict } in &outcomes {
        match verdict {
            Verdict::Passed => {}
            Verdict::Failed(why) => failed.push(format!("{id} ({suite}): {why}")),
            Verdict::Skipped(why) => drop(skipped.insert(id.as_str(), why.as_str())),
        }
    }
    let passed = outcomes.len() - failed.len() - skipped.len();
    println!("{passed} passed, {} failed, {} skipped", failed.len(), skipped.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(skipped.keys().copied().collect::<Vec<_>>(), SKIPPED.map(|(id, _)| id));
    for (id, word) in SKIPPED {
        assert!(skipped.get(id).is_some_and(|why| why.contains(word)), "{id}: {skipped:?}");
    }
}

fn verdict(text: &str) -> Verdict {
    run(text, None).expect("a file of cases").remove(0).verdict
}

#[test]
fn nothing_passes_by_being_overlooked() {
    let check = |suite: &str, input: &str, expect: &str, expected: &str| {
        let case = format!(r#"[{{"id": "x", "suite": "{suite}", "input": {input}, "expect": {expect}}}]"#);
        let (Verdict::Failed(why) | Verdict::Skipped(why)) = verdict(&case) else {
            panic!("{case} passes");
        };
        assert!(why.contains(expected), "{why}");
    };
    let nodes = r#"{"options": [{"id": "a", "node_count": 2}]}"#;
    assert_eq!(
        verdict(&format!(
            r#"{{"cases": [{{"id": "x", "suite": "expander-least-nodes", "input": {nodes}, "expect": {{"best": ["a"]}}}}]}}"#
        )),
        Verdict::Passed
    );
    check("expander-least-nodes", nodes, r#"{"best": ["b"]}"#, r#"expected ["b"], got ["a"]"#);
    check("expander-least-nodes", nodes, r#"{"best": ["a"], "why": 1}"#, "nothing answers that");
    check(
        "expander-least-nodes",
        r#"{"options": [{"id": "a", "node_count": 2, "price": {"usd": 3}}]}"#,
        r#"{"best": ["a"]}"#,
        "`options.0.price.usd`",
    );
    check("expander-least-nodes", r"{}", r#"{"best": []}"#, "`options` is not there");
    check("node-shutdown", r#"{"power_state": 3}"#, r#"{"shutdown": true}"#, "`power_state` is not a text");
    check("weather", r"{}", r#"{"rain": true}"#, "the suite 'weather'");
}

#[test]
fn one_suite_can_be_run_by_itself() {
    let outcomes = run(CASES, Some("backoff")).expect("a file of cases");
    assert!(!outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.suite == "backoff"));
    assert!(run(CASES, Some("weather")).is_err());
    assert!(run("[", None).is_err() && run("{}", None).is_err());
}
