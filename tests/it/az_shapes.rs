//! Resources as the recorded Azure CLI printed them, against the product's output.
//!
//! Every accepted line that shows or lists resources is run on a fresh copy of its world.
//! Prints the figures and every disagreement.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use scale_down::cli::az::arm;
use scale_down::session::{Session, SessionOptions, World};
use serde_json::Value;

const CORPUS: &str = include_str!("../data/oracle/az-corpus.jsonl");
const WORLDS: [(&str, &str); 4] = [
    ("default", include_str!("../data/oracle/worlds/default.json")),
    ("docs", include_str!("../data/oracle/worlds/docs.json")),
    ("empty", include_str!("../data/oracle/worlds/empty.json")),
    ("fresh", include_str!("../data/oracle/worlds/fresh.json")),
];

/// The mark of a recording that was cut off.
const CUT: &str = "...[cut]";

/// Returns `true` if a line shows or lists what is in its world. The state of a preview feature is not.
fn is_reading(record: &Value) -> bool {
    let verb = record["command"].as_str().and_then(|command| command.rsplit(' ').next());
    record["accepted"] == true
        && !record["command"].as_str().is_some_and(|command| command.starts_with("feature "))
        && record["stdout"] != ""
        && matches!(verb, Some("show" | "list" | "exists"))
}

fn printed(line: &str, world: &World) -> String {
    let world = Some(world.clone());
    let mut session = Session::new(SessionOptions { strict: true, world, ..SessionOptions::default() });
    session.submit(line);
    session.advance_until_answered();
    let entry = &session.transcript()[0];
    entry.stdout() + &entry.stderr()
}

/// JSON as the Azure CLI prints it: names in order, and two spaces.
fn sorted(text: &str) -> String {
    fn sort(value: Value) -> Value {
        match value {
            Value::Object(object) => {
                let fields: BTreeMap<_, _> = object.into_iter().map(|(name, value)| (name, sort(value))).collect();
                fields.into_iter().collect()
            }
            Value::Array(items) => items.into_iter().map(sort).collect(),
            _ => value,
        }
    }
    serde_json::from_str(text).map_or_else(|_| text.to_owned(), |value| format!("{:#}\n", sort(value)))
}

/// The first line in which two texts differ, of both.
fn first_difference<'a>(expected: &'a str, actual: &'a str) -> (&'a str, &'a str) {
    let mut pairs = expected.lines().zip(actual.lines());
    pairs.find(|(expected, actual)| expected != actual).unwrap_or(("(the end)", "(the end)"))
}

/// A conversion from one shape of a resource to another.
type Shape = fn(&Value) -> Value;

#[test]
fn resources_are_printed_as_recorded() {
    let worlds: BTreeMap<_, _> = WORLDS.iter().map(|(name, text)| (*name, World::parse(text).unwrap())).collect();
    let records = CORPUS.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let (mut agreed, mut total) = (0, 0);
    for record in records.filter(is_reading) {
        let line = record["line"].as_str().unwrap();
        let expected = record["stdout"].as_str().unwrap();
        let whole = printed(line, &worlds[record["world"].as_str().unwrap()]);
        let (expected, actual) = match expected.strip_suffix(CUT) {
            Some(start) => (start, whole.get(..start.len()).unwrap_or(&whole)),
            None => (expected, whole.as_str()),
        };
        total += 1;
        if actual == expected {
            agreed += 1;
        } else {
            println!("{line}\n  {:?}", first_difference(expected, actual));
        }
    }
    println!("{agreed} of {total} lines agree");
    assert_eq!(agreed, total);
}

/// A resource that was imported and never touched is printed as it came, whatever the engine knows of it.
#[test]
fn an_imported_world_is_printed_as_it_came() {
    for (name, text) in WORLDS {
        let world = World::parse(text).unwrap();
        let file: Value = serde_json::from_str(text).unwrap();
        for cluster in file["clusters"].as_array().unwrap() {
            let printed_cluster = arm::cluster_from_arm(cluster);
            let group = printed_cluster["resourceGroup"].as_str().unwrap();
            let cluster = cluster["name"].as_str().unwrap();
            check(name, &world, &format!("az aks show -g {group} -n {cluster}"), &printed_cluster);
            let pools = &file["agentPools"][format!("{group}/{cluster}").to_lowercase()];
            for pool in pools.as_array().unwrap() {
                let pool_name = pool["name"].as_str().unwrap();
                let line = format!("az aks nodepool show -g {group} --cluster-name {cluster} -n {pool_name}");
                check(name, &world, &line, &arm::pool_from_arm(pool));
            }
            let pools = pools.as_array().unwrap().iter().map(arm::pool_from_arm).collect();
            check(name, &world, &format!("az aks nodepool list -g {group} --cluster-name {cluster}"), &pools);
        }
    }
}

/// The output of `az aks show` or `az aks nodepool list` is a world too, and prints as it came.
#[test]
fn pasted_output_is_printed_as_it_came() {
    for (name, text) in WORLDS {
        let world = World::parse(text).unwrap();
        let file: Value = serde_json::from_str(text).unwrap();
        for cluster in file["clusters"].as_array().unwrap() {
            let group = arm::cluster_from_arm(cluster)["resourceGroup"].as_str().unwrap().to_owned();
            let cluster = cluster["name"].as_str().unwrap();
            let lines = [
                format!("az aks show -g {group} -n {cluster}"),
                format!("az aks nodepool list -g {group} --cluster-name {cluster}"),
            ];
            for line in &lines {
                let pasted = printed(line, &world);
                check(name, &World::parse(&pasted).unwrap(), line, &serde_json::from_str(&pasted).unwrap());
            }
        }
    }
    for case in MODELS.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let (to_arm, print): (Shape, Shape) = match case["model"].as_str().unwrap() {
            "ManagedCluster" => (arm::cluster_to_arm, arm::cluster_from_arm),
            "AgentPool" => (arm::pool_to_arm, arm::pool_from_arm),
            _ => continue,
        };
        assert_eq!(sorted(&case["printed"].to_string()), sorted(&print(&to_arm(&case["printed"])).to_string()));
    }
}

fn check(world_name: &str, world: &World, line: &str, expected: &Value) {
    let (expected, actual) = (sorted(&expected.to_string()), sorted(&printed(line, world)));
    assert_eq!(expected, actual, "{world_name}: {line}: {:?}", first_difference(&expected, &actual));
}

const MODELS: &str = include_str!("../data/oracle/az-models.jsonl");

/// Resources with nearly every field, against what the models of the development kit print.
#[test]
fn whole_resources_are_printed_as_their_models_do() {
    for case in MODELS.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let print = match case["model"].as_str().unwrap() {
            "ManagedCluster" => arm::cluster_from_arm,
            "AgentPool" => arm::pool_from_arm,
            _ => arm::machine_from_arm,
        };
        let (expected, actual) = (format!("{:#}", case["printed"]), format!("{:#}", print(&case["arm"])));
        assert_eq!(expected, actual, "{:?}", first_difference(&expected, &actual));
    }
}
