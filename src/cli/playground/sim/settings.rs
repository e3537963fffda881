//! `sim timings`, `quota`, `fail-allocations`, `events`, `scheduler` and `cluster`: the simulation itself.

use std::fmt::Write as _;

use super::verb::{Call, Result};
use crate::az::exec::{self, Context, refusal};
use crate::ground::candidate::Candidate;
use crate::ground::duration::{clock, parse_seconds_ms};
use scale_down_engine::azure::timing::{TIMINGS, TimingValue};
use scale_down_engine::workloads::Scoring;

/// Number of events that `sim events` shows by default.
const EVENTS: usize = 20;

/// Scoring strategies of the scheduler, by name.
const SCORINGS: [(&str, Scoring); 2] =
    [("least-allocated", Scoring::LeastAllocated), ("most-allocated", Scoring::MostAllocated)];

fn number<T: std::str::FromStr>(verb: &str, text: &str, what: &str) -> Result<T> {
    text.parse().map_err(|_| refusal(format!("{verb}: '{text}' is not {what}")))
}

/// Answers `sim cluster`.
pub(super) fn cluster(call: &mut Call<'_, '_>) -> Result<String> {
    match call.words {
        [name] => place_cluster(name, call.context),
        _ => Err(call.misuse()),
    }
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

/// Answers `sim timings`.
pub(super) fn timings(call: &mut Call<'_, '_>) -> Result<String> {
    match call.words {
        [] => Ok(list_timings(call.context)),
        [name, seconds] => set_timing(name, seconds, call.context),
        _ => Err(call.misuse()),
    }
}

/// Returns the words that can follow `sim timings`.
pub(super) fn timings_words(words: &[&str]) -> Vec<Candidate> {
    match words {
        [] => TIMINGS.iter().map(|info| Candidate::new(info.name, info.source)).collect(),
        _ => Vec::new(),
    }
}

fn list_timings(context: &Context<'_>) -> String {
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
    let Some(median_ms) = parse_seconds_ms(seconds) else {
        return Err(refusal(format!("sim timings: '{seconds}' is not a number of seconds or a duration such as 2m")));
    };
    let spread_permille = context.cloud.timings().get(info.timing).spread_permille;
    let value = TimingValue { median_ms, spread_permille };
    context.cloud.timings_mut().set(info.timing, value);
    Ok(format!("{name}: {}.{} s", median_ms / 1000, median_ms % 1000 / 100))
}

/// Answers `sim quota`.
pub(super) fn quota(call: &mut Call<'_, '_>) -> Result<String> {
    let vcpus = match call.words {
        [] => call.context.cloud.quota_vcpus(),
        [vcpus] => {
            let vcpus = number("sim quota", vcpus, "a number of vCPUs")?;
            call.context.cloud.set_quota_vcpus(vcpus);
            vcpus
        }
        _ => return Err(call.misuse()),
    };
    Ok(format!("{vcpus} vCPUs in each region"))
}

/// Answers `sim fail-allocations`.
pub(super) fn fail_allocations(call: &mut Call<'_, '_>) -> Result<String> {
    let [count] = call.words else { return Err(call.misuse()) };
    let count = number("sim fail-allocations", count, "a number")?;
    call.context.cloud.fail_allocations(count);
    Ok(format!("the next {count} allocations will find no capacity"))
}

/// Answers `sim events`.
pub(super) fn events(call: &mut Call<'_, '_>) -> Result<String> {
    let count = match call.words {
        [] => EVENTS,
        [count] => number("sim events", count, "a number")?,
        _ => return Err(call.misuse()),
    };
    Ok(latest_events(count, call.context))
}

fn latest_events(count: usize, context: &Context<'_>) -> String {
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
pub(super) fn scheduler(call: &mut Call<'_, '_>) -> Result<String> {
    let (words, context) = (call.words, &mut *call.context);
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

/// Returns the words that can follow `sim scheduler`.
pub(super) fn scheduler_words(words: &[&str]) -> Vec<Candidate> {
    match words {
        [] => SCORINGS.map(|(name, _)| Candidate::new(name, "how nodes are scored")).into(),
        _ => Vec::new(),
    }
}
