//! Conformance cases from public tests and documents, run against the engine: `scale-down conformance`.
//!
//! A case gives a situation and the expected answer, in numbers and names. The adapter of each suite turns the
//! situation into the engine's own values, asks the engine, and returns its answer; it decides nothing. A field
//! that the adapter does not know makes the case fail, so that no case passes because something was overlooked.

mod answer;
mod candidates;
mod choosing;
mod commands;
mod drains;
mod estimates;
mod fake;
mod growth;
mod health;
mod input;
mod loops;
mod machines;
mod model;
mod nodes;
mod pending;
mod planning;
mod pools;
mod requests;

use answer::{Adapter, Answer};
use input::{Input, Read, Stop, Ticks};
use serde_json::Value;

/// Adapters of the suites that the engine has a counterpart for, by name.
const SUITES: &[(&str, Adapter)] = &[
    ("acceptable-range", health::acceptable_range),
    ("backoff", requests::backoff),
    ("balance-similar-groups", choosing::balance),
    ("binpacking", estimates::binpacking),
    ("cli-validation", commands::validation),
    ("cluster-health", health::cluster),
    ("cluster-size", health::size),
    ("cooldown", loops::cooldown),
    ("deallocate", machines::deallocate),
    ("deletion-budget", candidates::deletion_budget),
    ("drain-rules", drains::rules),
    ("eligibility", candidates::eligibility),
    ("eviction-priority-groups", eviction_priority_groups),
    ("expander-least-nodes", choosing::least_nodes),
    ("expander-least-waste", choosing::least_waste),
    ("expander-most-pods", choosing::most_pods),
    ("expander-priority", choosing::priority),
    ("expendable-pods", pending::expendable),
    ("fix-target-size", requests::fix_target_size),
    ("incorrect-size", health::incorrect_size),
    ("kube-reserved", nodes::kube_reserved),
    ("node-name", nodes::name),
    ("node-removal", planning::node_removal),
    ("node-shutdown", nodes::shutdown),
    ("pdb-tracker", drains::pdb_tracker),
    ("planner", planning::planner),
    ("pod-ordering", estimates::pod_ordering),
    ("pods-to-evict", drains::to_evict),
    ("recalculate", health::recalculate),
    ("removable-count", candidates::removable_count),
    ("remove-unregistered", requests::remove_unregistered),
    ("run-loop", loops::run_loop),
    ("scale-down-mode-doc", pools::documented),
    ("scale-down-request", requests::scale_down_request),
    ("scale-up", growth::scale_up_case),
    ("scale-up-backoff", requests::scale_up_backoff),
    ("scale-up-request", requests::scale_up_request),
    ("transcript", pools::transcript),
    ("unneeded-limit", planning::unneeded_limit),
    ("unneeded-tracking", candidates::unneeded_tracking),
    ("unremovable-reason", candidates::unremovable_reason),
    ("upcoming-nodes", health::upcoming),
    ("utilization", candidates::utilization),
    ("vmss-order", pools::order),
    ("young-pods", pending::young),
];

fn eviction_priority_groups(_input: &Input<'_>) -> Read<Answer> {
    let reason = "draining by priority is a flag (drain-priority-config) that AKS does not offer";
    Err(Stop::Skipped(reason.to_owned()))
}

/// The result of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The engine's answer is as expected.
    Passed,
    /// The answer differs; the text names the expected value and the actual one.
    Failed(String),
    /// The case is outside the engine's scope, for this reason.
    Skipped(String),
}

/// A case with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Id of the case.
    pub id: String,
    /// Name of its suite.
    pub suite: String,
    /// Its result.
    pub verdict: Verdict,
}

/// Runs the cases of a file, or those of one suite.
///
/// # Errors
///
/// A text that is not a file of cases, or holds none of the suite.
pub fn run(text: &str, suite: Option<&str>) -> Result<Vec<Outcome>, String> {
    let file: Value = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
    let cases = file.get("cases").unwrap_or(&file).as_array().ok_or("there is no list of cases")?;
    let of_suite = cases.iter().filter(|case| suite.is_none_or(|suite| text_of(case, "suite") == suite));
    let outcomes: Vec<Outcome> = of_suite.map(outcome).collect();
    match suite {
        Some(suite) if outcomes.is_empty() => Err(format!("there is no case of the suite '{suite}'")),
        _ => Ok(outcomes),
    }
}

fn text_of<'a>(case: &'a Value, key: &str) -> &'a str {
    case.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn outcome(case: &Value) -> Outcome {
    let suite = text_of(case, "suite");
    let adapter = SUITES.iter().find(|(name, _)| *name == suite);
    let verdict = match adapter {
        Some((_, adapter)) => verdict(case, *adapter),
        None => Verdict::Skipped(format!("the engine has nothing that the suite '{suite}' is about")),
    };
    Outcome { id: text_of(case, "id").to_owned(), suite: suite.to_owned(), verdict }
}

fn verdict(case: &Value, adapter: Adapter) -> Verdict {
    let ticks = Ticks::default();
    let nothing = Value::Object(serde_json::Map::new());
    let input = Input::new(case.get("input").unwrap_or(&nothing), &ticks);
    let Some(expected) = case.get("expect").and_then(Value::as_object) else {
        return Verdict::Failed("the case does not say what is expected".to_owned());
    };
    let answer = match adapter(&input) {
        Ok(answer) => answer,
        Err(Stop::Skipped(reason)) => return Verdict::Skipped(reason),
        Err(Stop::Unreadable(reason)) => return Verdict::Failed(reason),
    };
    if let Some(path) = input.left_over() {
        return Verdict::Failed(format!("nothing is known about the input's `{path}`"));
    }
    answer.difference(expected).map_or(Verdict::Passed, Verdict::Failed)
}
