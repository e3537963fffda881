//! `sim fault`: scheduled failures of the simulated cloud.

use std::fmt::Write as _;

use super::options::{Line, positive};
use super::verb::{Call, Result};
use crate::az::exec::refusal;
use crate::ground::candidate::Candidate;
use crate::ground::duration::clock;
use scale_down_engine::{Cloud, Fault, FaultKind, FaultSpec, PoolId};

const USAGE: &str = "\
sim fault add KIND [--at DURATION] [--for DURATION] [--count N] [--probability PERCENT] [--pool NAME] [--factor N]
sim fault list
sim fault remove NUMBER|all

  quota               requests for new machines exceed the quota
  allocation-failed   no host is found for a machine, new or deallocated
  slow-provision      machines take --factor times as long to come up (3)
  slow-pull           images take --factor times as long (10)
  not-ready           --count nodes (1) do not report --for a while (10m)
  spot-eviction       --count spot machines (1) are taken back
  drain-blocked       pods cannot be evicted

--at counts from now. Without --count and --for a fault strikes until it is removed.";

/// Default duration of a `not-ready` fault, in milliseconds: the playground's own choice.
const LOST_MS: u64 = 600_000;

/// Carries out `sim fault`.
pub(super) fn run(call: &mut Call<'_, '_>) -> Result<String> {
    let context = &mut *call.context;
    match call.words {
        [] | ["--help"] => Ok(USAGE.to_owned()),
        ["add", kind, rest @ ..] => add(kind, rest, context.cloud),
        ["list"] => Ok(list(context.cloud)),
        ["remove", "all"] => Ok(format!("{} removed", count(context.cloud.remove_faults(None)))),
        ["remove", number] => {
            let id = number.parse().ok();
            match id.map_or(0, |id| context.cloud.remove_faults(Some(id))) {
                0 => Err(refusal(format!(
                    "sim fault remove: there is no fault {number}; sim fault list shows those there are"
                ))),
                _ => Ok(format!("fault {number} removed")),
            }
        }
        _ => Err(refusal("sim fault: usage: sim fault add KIND | list | remove NUMBER|all (sim fault says more)")),
    }
}

/// Returns the words that can follow `sim fault`.
pub(super) fn words_after(words: &[&str]) -> Vec<Candidate> {
    match words {
        ["add"] => FaultKind::ALL.map(|kind| Candidate::new(kind.name(), "something that goes wrong")).into(),
        _ => Vec::new(),
    }
}

fn count(faults: usize) -> String {
    if faults == 1 { "1 fault".to_owned() } else { format!("{faults} faults") }
}

fn add(kind: &str, words: &[&str], cloud: &mut Cloud) -> Result<String> {
    let Some(kind) = FaultKind::ALL.into_iter().find(|known| known.name() == kind) else {
        let names = FaultKind::ALL.map(FaultKind::name).join(", ");
        return Err(refusal(format!("sim fault add: '{kind}' is not one of {names}")));
    };
    let mut known = vec!["--at", "--count", "--probability", "--pool"];
    known.extend(kind.lasts().then_some("--for"));
    known.extend(kind.slows().then_some("--factor"));
    let line = Line::read("sim fault add", words, &known)?;
    if let Some(word) = line.words.first() {
        return Err(line.refuse(&format!("'{word}' is one word too many")));
    }
    let now_ms = cloud.now_ms();
    let from_ms = now_ms.saturating_add(line.duration_ms("--at")?.unwrap_or(0));
    let length_ms = line.duration_ms("--for")?.or((kind == FaultKind::NotReady).then_some(LOST_MS));
    let usual_factor = if kind == FaultKind::SlowPull { 10 } else { 3 };
    let percent = |text: &str| {
        let percent: u32 = text.strip_suffix('%').unwrap_or(text).parse().ok()?;
        (1..=100).contains(&percent).then(|| percent * 10)
    };
    let spec = FaultSpec {
        pool: line.text("--pool").map(|name| find_pool(name, &line, cloud)).transpose()?,
        until_ms: length_ms.map(|length_ms| from_ms.saturating_add(length_ms)),
        count: line.value("--count", positive, "a number, 1 or more")?,
        probability_permille: line.value("--probability", percent, "a percentage, 1 to 100")?.unwrap_or(1000),
        factor: line.value("--factor", positive, "a number, 1 or more")?.unwrap_or(usual_factor),
        ..FaultSpec::new(kind, from_ms)
    };
    let id = cloud.add_fault(spec);
    let fault = Fault { id, spec, struck: 0 };
    Ok(describe(&fault, cloud))
}

fn find_pool(name: &str, line: &Line<'_>, cloud: &Cloud) -> Result<PoolId> {
    let mut found = cloud.clusters().iter().filter_map(|cluster| cluster.pool(name)).map(|pool| pool.id);
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(id),
        (None, _) => Err(line.refuse(&format!("there is no node pool '{name}'"))),
        (Some(_), Some(_)) => Err(line.refuse(&format!("several clusters have a node pool '{name}'"))),
    }
}

fn list(cloud: &Cloud) -> String {
    let lines: Vec<String> = cloud.faults().map(|fault| describe(fault, cloud)).collect();
    if lines.is_empty() { "no fault waits".to_owned() } else { lines.join("\n") }
}

/// Describes a fault in one line.
fn describe(fault: &Fault, cloud: &Cloud) -> String {
    let FaultSpec { kind, pool, from_ms, until_ms, count, probability_permille, factor } = fault.spec;
    let mut text = format!("fault {}: {}", fault.id, kind.name());
    if kind.slows() {
        let _ = write!(text, ", {factor} times as long");
    }
    if let Some(pool) = pool.and_then(|id| cloud.pool(id)) {
        let _ = write!(text, ", in pool {}", pool.spec.name);
    }
    if let Some(count) = count {
        let _ = match (count, kind.chooses_nodes()) {
            (1, true) => write!(text, ", 1 node"),
            (_, true) => write!(text, ", {count} nodes"),
            (1, false) => write!(text, ", once"),
            (_, false) => write!(text, ", {count} times"),
        };
    }
    if probability_permille < 1000 {
        let _ = write!(text, ", with {} %", probability_permille / 10);
    }
    if from_ms > cloud.now_ms() {
        let _ = write!(text, ", from {}", clock(from_ms));
    }
    if let Some(until_ms) = until_ms {
        let _ = write!(text, ", until {}", clock(until_ms));
    }
    if fault.struck > 0 {
        let _ = write!(text, " (has struck {})", fault.struck);
    }
    text
}
