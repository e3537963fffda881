//! `sim`: the playground's own commands for the simulation: settings, faults, loads and events.

mod autoscaler;
mod fault;
mod load;
mod options;

use std::fmt::Write as _;

use super::usage::{help, usages};
use crate::az::exec::{self, Context, refusal};
use crate::ground::duration::{clock, parse_duration_ms};
use crate::ground::error::CliError;
use scale_down_engine::azure::timing::{TIMINGS, TimingValue};
use scale_down_engine::workloads::Scoring;

pub use load::LOADS;

/// Scoring strategies of the scheduler, by name.
pub const SCORINGS: [(&str, Scoring); 2] =
    [("least-allocated", Scoring::LeastAllocated), ("most-allocated", Scoring::MostAllocated)];

type Result<T> = std::result::Result<T, CliError>;

/// Carries out a `sim` line, given its words after `sim`, and returns its output.
pub(super) fn run(words: &[&str], input: Option<&str>, context: &mut Context<'_>) -> Result<String> {
    match words {
        [] | ["--help" | "-h"] => Ok(help("sim ")),
        // These two say more by themselves.
        ["load", .., "--help" | "-h"] => load::run(&[], input, context),
        ["fault", .., "--help" | "-h"] => fault::run(&[], context),
        [verb, .., "--help" | "-h"] if !help(&format!("sim {verb}")).is_empty() => Ok(help(&format!("sim {verb}"))),
        ["cluster", name] => place_cluster(name, context),
        ["timings"] => Ok(timings(context)),
        ["timings", name, seconds] => set_timing(name, seconds, context),
        ["quota"] => Ok(format!("{} vCPUs in each region", context.cloud.quota_vcpus())),
        ["quota", vcpus] => {
            let vcpus = number("sim quota", vcpus, "a number of vCPUs")?;
            context.cloud.set_quota_vcpus(vcpus);
            Ok(format!("{vcpus} vCPUs in each region"))
        }
        ["fail-allocations", count] => {
            let count = number("sim fail-allocations", count, "a number")?;
            context.cloud.fail_allocations(count);
            Ok(format!("the next {count} allocations will find no capacity"))
        }
        ["events"] => Ok(events(20, context)),
        ["events", count] => Ok(events(number("sim events", count, "a number")?, context)),
        ["load", rest @ ..] => load::run(rest, input, context),
        ["fault", rest @ ..] => fault::run(rest, context),
        ["autoscaler", rest @ ..] => autoscaler::run(rest, context),
        ["why", rest @ ..] => autoscaler::why(rest, context),
        ["scheduler", rest @ ..] => scheduler(rest, context),
        [verb, ..] => {
            let usages: Vec<&str> = usages(&format!("sim {verb}")).map(|(usage, _)| *usage).collect();
            let (of, usage) = if usages.is_empty() { ("", USAGE.to_owned()) } else { (*verb, usages.join(" | ")) };
            Err(refusal(format!("{}: usage: {usage}", format!("sim {of}").trim_end())))
        }
    }
}

const USAGE: &str = "sim cluster | load | fault | autoscaler | why | scheduler | timings | quota | fail-allocations | events (sim says more)";

fn number<T: std::str::FromStr>(verb: &str, text: &str, what: &str) -> Result<T> {
    text.parse().map_err(|_| refusal(format!("{verb}: '{text}' is not {what}")))
}

fn place_cluster(name: &str, context: &mut Context<'_>) -> Result<String> {
    let Some((group, name)) = name.split_once('/').filter(|(group, name)| !group.is_empty() && !name.is_empty()) else {
        return Err(refusal(format!("sim cluster: '{name}' is not GROUP/NAME")));
    };
    if context.cloud.cluster(group, name).is_some() {
        return Err(refusal(format!("sim cluster: '{name}' exists in '{group}'")));
    }
    exec::place(group, name, context)?;
    Ok(format!("{name} is in place; AKS hosts its system pool"))
}

fn timings(context: &Context<'_>) -> String {
    let mut text = String::from("Preset: public recordings (median, spread, source)\n");
    for info in &TIMINGS {
        let TimingValue { median_ms, spread_permille } = context.cloud.timings().get(info.timing);
        let seconds = format!("{}.{} s", median_ms / 1000, median_ms % 1000 / 100);
        let spread = format!("±{} %", spread_permille / 10);
        let _ = writeln!(text, "  {:<16}{seconds:>9}  {spread:>6}  {}", info.name, info.source);
    }
    text.pop();
    text
}

fn set_timing(name: &str, seconds: &str, context: &mut Context<'_>) -> Result<String> {
    let Some(info) = TIMINGS.iter().find(|info| info.name == name) else {
        let names: Vec<&str> = TIMINGS.iter().map(|info| info.name).collect();
        let names = names.join(", ");
        return Err(refusal(format!("sim timings: '{name}' is not one of {names}")));
    };
    let median_ms = parse_duration_ms(seconds).or_else(|| parse_duration_ms(&format!("{seconds}s")));
    let Some(median_ms) = median_ms.filter(|_| !seconds.is_empty()) else {
        return Err(refusal(format!("sim timings: '{seconds}' is not a number of seconds or a duration such as 2m")));
    };
    let spread_permille = context.cloud.timings().get(info.timing).spread_permille;
    let value = TimingValue { median_ms, spread_permille };
    context.cloud.timings_mut().set(info.timing, value);
    Ok(format!("{name}: {}.{} s", median_ms / 1000, median_ms % 1000 / 100))
}

fn events(count: usize, context: &Context<'_>) -> String {
    let records: Vec<_> = context.cloud.log().since(0).rev().take(count).collect();
    let mut text = String::new();
    for record in records.into_iter().rev() {
        let words = record.text();
        let _ = writeln!(
            text,
            "{:>10}  {:<8}{:<18}  {}  {}",
            clock(record.at_ms),
            words.kind,
            words.reason,
            words.object,
            words.message
        );
    }
    if text.pop().is_none() {
        text.push_str("nothing has happened yet");
    }
    text
}

/// Shows or sets how the schedulers of all clusters score nodes.
fn scheduler(words: &[&str], context: &mut Context<'_>) -> Result<String> {
    let clusters: Vec<_> = context.cloud.clusters().iter().map(|cluster| cluster.id).collect();
    let Some((first, _)) = clusters.split_first() else {
        return Err(refusal("sim scheduler: there is no cluster yet"));
    };
    if let [word] = words {
        let Some((_, scoring)) = SCORINGS.iter().find(|(name, _)| name == word) else {
            return Err(refusal(format!("sim scheduler: '{word}' is neither least-allocated nor most-allocated")));
        };
        for cluster in &clusters {
            // Every cluster that is listed has an API server.
            let _ = context.cloud.on_kubernetes(*cluster, |kubernetes, _| {
                kubernetes.set_scoring(*scoring);
                Ok(())
            });
        }
    } else if !words.is_empty() {
        return Err(refusal("sim scheduler: usage: sim scheduler [least-allocated|most-allocated]"));
    }
    let scoring = context.cloud.kubernetes(*first).map(scale_down_engine::workloads::Kubernetes::scoring);
    let name = SCORINGS.iter().find(|(_, known)| Some(*known) == scoring).map_or("", |(name, _)| name);
    Ok(format!("nodes are scored {name}"))
}
