//! The recorded Azure CLI against the shell, the parser, the validators and help.
//!
//! Every recorded line is read here as far as it can be without a cloud: a line that the real CLI
//! refused before it sent anything must be refused in the same words, and every other line must
//! pass, with the same arguments and values. Prints its figures and every disagreement.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use scale_down::cli::az::parse::{Invocation, ParseOptions, Parsed, Value, parse};
use scale_down::cli::az::validate::validate;
use scale_down::cli::ground::error::{CliError, Stage};
use scale_down::cli::output::is_query;
use scale_down::cli::shell::{self, ShellError};
use serde_json::Value as Json;

const CORPUS: &str = include_str!("../data/oracle/az-corpus.jsonl");

/// The outcome of a line as far as it is read without a cloud.
#[derive(Debug)]
enum Verdict {
    Accepted(Box<Invocation>),
    Help,
    Refused { stage: Stage, exit_code: i32, stderr: String },
}

fn shell_error(error: &ShellError) -> Verdict {
    Verdict::Refused { stage: Stage::Shell, exit_code: error.exit_code, stderr: format!("{}\n", error.message) }
}

fn cli_error(warnings: &[String], error: &CliError) -> Verdict {
    let mut stderr = String::new();
    for warning in warnings {
        writeln!(stderr, "WARNING: {warning}").unwrap();
    }
    stderr.push_str(&error.stderr());
    Verdict::Refused { stage: error.stage, exit_code: error.exit_code, stderr }
}

fn run(line: &str, strict: bool) -> Verdict {
    let commands = match shell::lex(line, &BTreeMap::new(), 0) {
        Ok(commands) => commands,
        Err(error) => return shell_error(&error),
    };
    let words: Vec<&str> = commands[0].words.iter().map(|word| word.text.as_str()).collect();
    if words[0] != "az" {
        return shell_error(&ShellError::command_not_found(&commands[0].words[0]));
    }
    match parse(&words[1..], &ParseOptions { strict, is_query, defaults: &[] }) {
        Err(error) => cli_error(&[], &error),
        Ok(Parsed::Help(_) | Parsed::Version) => Verdict::Help,
        Ok(Parsed::Invocation(mut invocation)) => {
            if invocation.question().is_some() {
                // Without a terminal the confirmation fails before any validator runs.
                return Verdict::Accepted(invocation);
            }
            // The recorded values are those before the validators rewrite some.
            let parsed = invocation.clone();
            match validate(&mut invocation) {
                Ok(()) => Verdict::Accepted(parsed),
                Err(error) => cli_error(&invocation.warnings, &error),
            }
        }
    }
}

fn to_json(invocation: &Invocation, dest: &str) -> Json {
    match invocation.value(dest) {
        None => Json::Null,
        Some(Value::Text(text)) if dest == "_jmespath_query" => Json::from(format!("jmespath:{text}")),
        Some(Value::Text(text)) => Json::from(text.clone()),
        Some(Value::Flag(flag)) => Json::from(*flag),
        Some(Value::Integer(number)) => Json::from(i64::try_from(*number).unwrap_or(i64::MAX)),
        Some(Value::Float(number)) if number.is_nan() => Json::from("NaN"),
        Some(Value::Float(number)) => Json::from(*number),
        Some(Value::List(list)) => Json::from(list.clone()),
    }
}

/// Lines that this layer cannot answer alone, each with the reason.
fn excused(record: &Json) -> Option<&'static str> {
    let line = record["line"].as_str().unwrap();
    if line.contains("--subscription nosuch") {
        return Some("whether a subscription exists is known to the cloud");
    }
    None
}

#[derive(Default)]
struct Figures {
    lines: usize,
    verdict: usize,
    exit_code: usize,
    first_line: usize,
    whole: usize,
    refused: usize,
    accepted: usize,
    values: usize,
    argv: usize,
    disagreements: Vec<String>,
}

fn compare(record: &Json, figures: &mut Figures) {
    let line = record["line"].as_str().unwrap();
    let stage = record["stage"].as_str().unwrap();
    let verdict = run(line, true);
    figures.lines += 1;
    if let Some(reason) = excused(record) {
        figures.disagreements.push(format!("excused: {line}\n    {reason}"));
    }
    if let Some(argv) = record["argv"].as_array() {
        let words: Vec<String> = shell::lex(line, &BTreeMap::new(), 0)
            .ok()
            .and_then(|commands| commands.into_iter().next())
            .map(|command| command.words.into_iter().skip(1).map(|word| word.text).collect())
            .unwrap_or_default();
        if argv.iter().map(|word| word.as_str().unwrap()).eq(words.iter().map(String::as_str)) {
            figures.argv += 1;
        } else {
            figures.disagreements.push(format!("words: {line}\n    {words:?}"));
        }
    } else {
        figures.argv += 1;
    }
    let is_local = matches!(stage, "shell" | "load" | "parse" | "validator")
        || (stage == "decorator" && line.contains("--only-show-errors --verbose"));
    if !is_local {
        let agrees = match &verdict {
            Verdict::Accepted(_) => stage != "help",
            Verdict::Help => stage == "help",
            Verdict::Refused { .. } => false,
        };
        figures.verdict += usize::from(agrees);
        figures.accepted += 1;
        if !agrees {
            figures.disagreements.push(format!("verdict: {line}\n    recorded {stage}, here {verdict:?}"));
        }
        if let Verdict::Accepted(invocation) = &verdict {
            compare_values(record, line, invocation, figures);
        } else {
            figures.values += 1;
        }
        return;
    }
    figures.refused += 1;
    let Verdict::Refused { stage: stage_here, exit_code, stderr } = &verdict else {
        figures.disagreements.push(format!("verdict: {line}\n    recorded {stage}, here accepted"));
        return;
    };
    figures.verdict += usize::from(stage_here.name() == stage);
    figures.exit_code += usize::from(i64::from(*exit_code) == record["exit_code"].as_i64().unwrap());
    let recorded: String = record["stderr"]
        .as_str()
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("INFO: "))
        .fold(String::new(), |text, line| text + line + "\n");
    figures.first_line += usize::from(recorded.lines().next() == stderr.lines().next());
    if recorded == *stderr {
        figures.whole += 1;
    }
    if recorded != *stderr || stage_here.name() != stage {
        figures
            .disagreements
            .push(format!("stderr: {line}\n--- {stage}\n{recorded}--- {}\n{stderr}", stage_here.name()));
    }
}

fn compare_values(record: &Json, line: &str, invocation: &Invocation, figures: &mut Figures) {
    let mut wrong = Vec::new();
    if let Some(specified) = record["specified"].as_array() {
        let recorded: Vec<&str> = specified.iter().map(|dest| dest.as_str().unwrap()).collect();
        if recorded != invocation.specified {
            wrong.push(format!("specified {recorded:?}, here {:?}", invocation.specified));
        }
    }
    for (dest, recorded) in record["namespace"].as_object().into_iter().flatten() {
        // A subscription's name becomes its ID, which is known to the cloud.
        if !invocation.has(dest) || dest == "_subscription" {
            continue;
        }
        let here = to_json(invocation, dest);
        if here != *recorded {
            wrong.push(format!("{dest}: recorded {recorded}, here {here}"));
        }
    }
    if wrong.is_empty() {
        figures.values += 1;
    } else {
        figures.disagreements.push(format!("values: {line}\n    {}", wrong.join("\n    ")));
    }
}

/// `part` of `whole` in per mille, rounded down, so that thresholds are whole numbers.
fn per_mille(part: usize, whole: usize) -> usize {
    (part * 1000).checked_div(whole).unwrap_or(1000)
}

#[test]
fn agrees_with_the_recorded_cli() {
    let mut figures = Figures::default();
    for line in CORPUS.lines() {
        compare(&serde_json::from_str(line).unwrap(), &mut figures);
    }
    for disagreement in &figures.disagreements {
        println!("{disagreement}\n");
    }
    println!(
        "{} lines: words {}, verdict {}; refused {}: exit code {}, first line {}, whole {}; passed on {}: values {}",
        figures.lines,
        figures.argv,
        figures.verdict,
        figures.refused,
        figures.exit_code,
        figures.first_line,
        figures.whole,
        figures.accepted,
        figures.values
    );
    assert_eq!(figures.argv, figures.lines, "words");
    assert_eq!(figures.verdict, figures.lines, "verdicts");
    assert_eq!(figures.exit_code, figures.refused, "exit codes");
    assert!(per_mille(figures.first_line, figures.refused) >= 990, "first lines");
    assert!(per_mille(figures.whole, figures.refused) >= 970, "whole stderr");
    assert!(per_mille(figures.values, figures.accepted) >= 990, "values");
}

/// Outside strict mode nothing changes for lines that use today's spellings.
#[test]
fn compatibility_leaves_other_lines_alone() {
    let old = ["--node-pool", "--scale-down-policy", "--cluster-name", "--scale-down-mode", "--node-count"];
    for line in CORPUS.lines() {
        let record: Json = serde_json::from_str(line).unwrap();
        let line = record["line"].as_str().unwrap();
        let (strict, lenient) = (format!("{:?}", run(line, true)), format!("{:?}", run(line, false)));
        assert!(strict == lenient || old.iter().any(|spelling| line.contains(spelling)), "{line}");
    }
}

/// The lines of the 2021 document that no released CLI takes: refused in strict mode, accepted
/// otherwise with one warning that names today's spellings.
#[test]
fn lines_of_the_2021_document() {
    let cases = [
        (
            "az aks create --enable-cluster-autoscaler --min-count 1 --max-count 100 --scale-down-mode delete \
             --cluster-name myAKSCluster --resource-group myResourceGroup",
            &["--name", "az aks nodepool add --scale-down-mode"][..],
        ),
        (
            "az aks nodepool add --enable-cluster-autoscaler --min-count 1 --max-count 100 --scale-down-mode delete \
             --node-pool nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup",
            &["--nodepool-name"],
        ),
        (
            "az aks nodepool add --node-count 50 --scale-down-policy deallocate --node-pool nodepool1 \
             --cluster-name myAKSCluster --resource-group myResourceGroup",
            &["--scale-down-mode", "--nodepool-name"],
        ),
        (
            "az aks nodepool update --node-count 5 --node-pool nodepool1 --cluster-name myAKSCluster \
             --resource-group myResourceGroup --no-wait",
            &["az aks nodepool scale --node-count", "--nodepool-name"],
        ),
        (
            "az aks nodepool update --scale-down-mode delete --node-pool nodepool1 --cluster-name myAKSCluster \
             --resource-group myResourceGroup",
            &["--nodepool-name"],
        ),
    ];
    for (line, today) in cases {
        assert!(matches!(run(line, true), Verdict::Refused { exit_code: 2, .. }), "{line}");
        let Verdict::Accepted(invocation) = run(line, false) else { panic!("{line}") };
        assert_eq!(invocation.warnings.len(), 1, "{line}: {:?}", invocation.warnings);
        for spelling in today {
            assert!(invocation.warnings[0].contains(&format!("'{spelling}'")), "{:?}", invocation.warnings);
        }
    }
    let Verdict::Accepted(invocation) = run(cases[2].0, false) else { panic!("not accepted") };
    assert_eq!(invocation.text("nodepool_name"), Some("nodepool1"));
    assert_eq!(invocation.text("scale_down_mode"), Some("Deallocate"));
    let Verdict::Accepted(invocation) = run(cases[3].0, false) else { panic!("not accepted") };
    assert_eq!(invocation.integer("node_count"), Some(5));
}
