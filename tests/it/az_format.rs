//! Every recorded result of the Azure CLI's formats and queries, compared to the letter.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test panics where it fails and prints its figures"
)]

use std::path::Path;

use scale_down::cli::output::OutputFormat;
use scale_down::cli::output::{self, TableTransformer};
use serde_json::Value;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/oracle").join(name);
    std::fs::read_to_string(path).expect("the evidence is there")
}

fn format(name: &str) -> OutputFormat {
    match name {
        "json" => OutputFormat::Json,
        "yaml" => OutputFormat::Yaml,
        "table" => OutputFormat::Table,
        "tsv" => OutputFormat::Tsv,
        "none" => OutputFormat::None,
        _ => panic!("unknown format {name}"),
    }
}

fn transformer(name: Option<&str>) -> TableTransformer {
    match name {
        None => TableTransformer::None,
        Some("aks_agentpool_list_table_format") => TableTransformer::NodepoolList,
        Some(name) => panic!("unknown transformer {name}"),
    }
}

/// Checks a case; the error is the difference from what was recorded.
fn check(case: &Value, inputs: &Value) -> Result<(), String> {
    let text = |key: &str| case[key].as_str();
    let input = &inputs[text("input").expect("an input")];
    if text("error").is_some() {
        // The library's message never shows: the command line refuses what is no query.
        let is_query = output::is_query(text("query").expect("a query"));
        return if is_query { Err("accepted".to_owned()) } else { Ok(()) };
    }
    let expected = text("output").expect("an output");
    let format = format(text("format").expect("a format"));
    match output::render(input, format, text("query"), transformer(text("transformer"))) {
        Ok(rendered) if rendered.text() == expected => Ok(()),
        Ok(rendered) => Err(format!("expected {expected:?}\n     got {:?}", rendered.text())),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn formats_agree_with_the_azure_cli() {
    let inputs: Value = serde_json::from_str(&read("az-format-inputs.json")).expect("JSON");
    let cases = read("az-format-cases.jsonl");
    let (mut total, mut wrong) = (0, 0);
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).expect("JSON");
        total += 1;
        if let Err(difference) = check(&case, &inputs) {
            wrong += 1;
            println!("{} {} --query {}: {difference}", case["input"], case["format"], case["query"]);
        }
    }
    println!("az formats: {} of {total} agree", total - wrong);
    assert_eq!(wrong, 0);
}
