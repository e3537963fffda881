//! The `JMESPath` project's own cases.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test panics where it fails and prints its figures"
)]

use std::path::Path;

use scale_down::cli::output::{OutputError, is_query, query};
use serde_json::Value;

/// Checks a case; the error is the difference from what the suite expects.
fn check(case: &Value, given: &Value) -> Result<(), String> {
    let expression = case["expression"].as_str().expect("an expression");
    let result = query(given, expression);
    if is_query(expression) != !matches!(result, Err(OutputError::Syntax)) {
        return Err("is_query() and query() disagree".to_owned());
    }
    match (case.get("error"), case.get("result"), result) {
        (Some(_), _, Err(_)) => Ok(()),
        (Some(error), _, Ok(result)) => Err(format!("expected the error {error}, got {result}")),
        (None, Some(expected), Ok(result)) if *expected == result => Ok(()),
        (None, Some(expected), result) => Err(format!("expected {expected}, got {result:?}")),
        // A benchmark: it only has to be understood.
        (None, None, result) => result.map(drop).map_err(|error| error.to_string()),
    }
}

#[test]
fn queries_comply_with_the_specification() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/jmespath");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the suite is there")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let (mut total, mut wrong) = (0, 0);
    for path in files {
        let file = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let suites: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        for suite in &suites {
            for case in suite["cases"].as_array().expect("cases") {
                total += 1;
                let expression = case["expression"].as_str().expect("an expression");
                if let Err(difference) = check(case, &suite["given"]) {
                    wrong += 1;
                    println!("{file} {expression}: {difference}");
                }
            }
        }
    }
    println!("JMESPath: {} of {total} agree", total - wrong);
    assert_eq!(wrong, 0);
}
