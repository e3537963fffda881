//! The engine against what the real autoscaler and the documentation say (`tests/data/facts`).
// The test prints its figures.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;

use scale_down::conformance::{Outcome, Verdict, run};

const CASES: &str = include_str!("../data/facts/conformance-cases.json");

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
fn the_same_is_understood_in_several_spellings() {
    let check = |suite: &str, input: &str, expect: &str| {
        let case = format!(r#"[{{"id": "x", "suite": "{suite}", "input": {input}, "expect": {expect}}}]"#);
        assert_eq!(verdict(&case), Verdict::Passed, "{case}");
    };
    let node = r#""pods": [{"cpu_m": 100}], "skip_daemonsets": false, "skip_mirror_pods": false"#;
    for memory in ["null", "-1"] {
        let input = format!(r#"{{"node": {{"cpu_m": 2000, "mem_b": {memory}}}, {node}}}"#);
        check("utilization", &input, r#"{"error": true}"#);
    }
    for config in ["null", "{}", r#""""#] {
        let input = format!(r#"{{"config": {config}, "options": ["a", "b"]}}"#);
        check("expander-priority", &input, r#"{"best": ["a", "b"]}"#);
    }
    for key in ["starting", "just_started", "not_started"] {
        let input = format!(r#"{{"max_node_startup_s": 900, "target": 2, "{key}": 1}}"#);
        check("upcoming-nodes", &input, r#"{"upcoming": 2, "upcoming_registered": 1}"#);
    }
    for (is_there, upcoming) in [(true, 0), (false, 1)] {
        let input = format!(r#"{{"target": 2, "ready": 2, "to_be_deleted": 1, "provider_has_instance": {is_there}}}"#);
        check("upcoming-nodes", &input, &format!(r#"{{"upcoming": {upcoming}}}"#));
    }
    for from in [r#", "from": """#, r#", "from": null"#, ""] {
        let pods = format!(r#"[{{"name": "p", "cpu_m": 1000{from}}}]"#);
        let input = format!(
            r#"{{"nodes": [{{"name": "n", "cpu_m": 1000}}], "pods": [], "eligible": ["n"], "recently_evicted": {pods}}}"#
        );
        check("planner", &input, r#"{"unneeded": [], "unremovable": ["n"]}"#);
    }
    for counts in [r#""current": 4, "new": 4"#, r#""current_count": 4, "node_count": 4"#] {
        let input = format!(r#"{{"cmd": "nodepool scale", {counts}}}"#);
        check("cli-validation", &input, r#"{"error": "The new node count is the same as the current node count."}"#);
    }
    let group = |min: u32| format!(r#"{{"name": "n{min}", "cpu_m": 16000, "mem_b": 32, "group": "ng{min}"}}"#);
    let nodes = format!("[{}, {}]", group(1), group(3));
    let sizes = r#""max_cores_total": 48, "max_memory_total_b": 1000, "min": {"ng3": 3}"#;
    for asked in ["", r#", "enforce_min_size": true"#] {
        let input = format!(r#"{{"nodes": {nodes}, "options": {{{sizes}{asked}}}}}"#);
        check(
            "scale-up",
            &input,
            r#"{"scale_up": {"group": "ng3", "delta": 1}, "target_sizes": {"ng1": 1, "ng3": 2}}"#,
        );
    }
    check(
        "deallocate",
        r#"{"policy": "Deallocate", "running": [0, 3], "deallocated": [1, 2], "increase": 1}"#,
        r#"{"target": 3, "started": [1], "created": []}"#,
    );
    check(
        "kube-reserved",
        r#"{"mem_gb": 7, "version": "<1.29"}"#,
        r#"{"kube_reserved_mb": 1600, "reserved_gb": 2.35, "reserved_pct": 33.57, "allocatable_gb": 4.65}"#,
    );
}

#[test]
fn what_azure_does_not_have_is_skipped() {
    let check = |suite: &str, input: &str, word: &str| {
        let case = format!(r#"[{{"id": "x", "suite": "{suite}", "input": {input}, "expect": {{}}}}]"#);
        let Verdict::Skipped(why) = verdict(&case) else { panic!("{case} is answered") };
        assert!(why.contains(word), "{why}");
    };
    for suite in ["deletion-budget", "unneeded-limit", "remove-unregistered", "fix-target-size"] {
        check(suite, r#"{"zero_or_max_node_scaling": true}"#, "as a whole");
    }
    check("unremovable-reason", r#"{"threshold_error": true}"#, "out of reach");
    check("pods-to-evict", r#"{"pods": [["p", "fake"]]}"#, "stand for others");
}

#[test]
fn one_suite_can_be_run_by_itself() {
    let outcomes = run(CASES, Some("backoff")).expect("a file of cases");
    assert!(!outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.suite == "backoff"));
    assert!(run(CASES, Some("weather")).is_err());
    assert!(run("[", None).is_err() && run("{}", None).is_err());
}
