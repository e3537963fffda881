//! Generated values in every output format, compared to the letter with the Azure CLI's own libraries.
//!
//! The recorded results of real commands are tame. These are not: values that YAML must quote or
//! break, rows of uneven keys, functions given what they do not take, mangled expressions, colours.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test panics where it fails and prints its figures"
)]

use std::collections::BTreeMap;

use scale_down::cli::output::OutputFormat;
use scale_down::cli::output::{self, TableTransformer};
use serde_json::Value;

const CASES: &str = include_str!("../data/formatters/cases.jsonl");

fn format(name: &str) -> OutputFormat {
    match name {
        "json" => OutputFormat::Json,
        "jsonc" => OutputFormat::Jsonc,
        "yaml" => OutputFormat::Yaml,
        "yamlc" => OutputFormat::Yamlc,
        "table" => OutputFormat::Table,
        "tsv" => OutputFormat::Tsv,
        _ => panic!("unknown format {name}"),
    }
}

/// Checks a case; the error is the difference from what the libraries made.
fn check(case: &Value) -> Result<(), String> {
    let query = case["query"].as_str();
    let is_invalid = query.is_some_and(|query| !output::is_query(query));
    if is_invalid || case["invalid"] == true {
        let agrees = is_invalid && case["invalid"] == true;
        return if agrees { Ok(()) } else { Err(format!("is_query() says {}", !is_invalid)) };
    }
    let format = format(case["format"].as_str().expect("a format"));
    let (field, actual) = match output::render(&case["value"], format, query, TableTransformer::None) {
        Ok(rendered) if matches!(format, OutputFormat::Jsonc | OutputFormat::Yamlc) => ("output", rendered.ansi()),
        Ok(rendered) => ("output", rendered.text().to_owned()),
        Err(error) => ("error", error.to_string()),
    };
    if case[field] == actual.as_str() { Ok(()) } else { Err(format!("{field}: {actual:?}")) }
}

#[test]
fn formats_agree_with_the_libraries() {
    let mut figures: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).expect("JSON");
        let (agreeing, total) = figures.entry(case["format"].to_string()).or_default();
        *total += 1;
        match check(&case) {
            Ok(()) => *agreeing += 1,
            Err(difference) => println!("{line}\n     got {difference}"),
        }
    }
    for (format, (agreeing, total)) in &figures {
        println!("{format}: {agreeing} of {total} agree");
    }
    assert!(!figures.is_empty());
    assert!(figures.values().all(|(agreeing, total)| agreeing == total));
}
