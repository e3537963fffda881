//! The playground's own verbs: what `az` has no word for. They are plain words, not `az` commands,
//! so that nothing learned here has to be unlearned.

use std::fmt::Write as _;

use super::{Context, Execution, Outcome, Printing, Reply, Until, Waiting, cluster, print, refusal};
use crate::cli::error::{CliError, ErrorClass, Stage};
use crate::cli::filter;
use crate::engine::timing::{TIMINGS, TimingValue};

/// What each verb does, for `help`.
pub const VERBS: &[(&str, &str)] = &[
    ("wait DURATION", "let simulated time pass: wait 90s, wait 10m, wait 1h30m"),
    ("wait --until idle", "let time pass until nothing is under way"),
    ("sim cluster GROUP/NAME", "put a cluster in place whose system pool AKS hosts"),
    ("sim timings", "list how long things take, and where each number is from"),
    ("sim timings NAME SECONDS", "change one of them for what starts from now on"),
    ("sim quota [VCPUS]", "show or set the regional vCPU quota"),
    ("sim fail-allocations N", "let the next N virtual machines find no capacity"),
    ("sim events [N]", "the last events, 20 or N"),
    ("az … | grep PATTERN", "pick lines; also head, tail, wc -l and sort"),
    ("? QUERY", "query the last result with JMESPath"),
    ("help", "this text"),
    ("az … --help", "what a command takes"),
];

/// Carries out a command that is not `az`.
#[must_use]
pub fn run_verb(words: &[&str], mut context: Context<'_>) -> Execution {
    match words {
        ["help", ..] => done(context, print(help())),
        ["wait", rest @ ..] => wait(rest, context),
        ["sim", rest @ ..] => sim(rest, context),
        [name, ..] => {
            context.hint("The playground has az and a few words of its own: help lists them.");
            context.refuse(not_found(name))
        }
        [] => Execution::Done(Outcome::ok(context.blocks)),
    }
}

fn not_found(name: &str) -> CliError {
    let message = if filter::FILTERS.contains(&name) {
        format!("{name}: reads what is piped into it: az … | {name} …")
    } else {
        format!("bash: {name}: command not found")
    };
    let mut error = CliError::new(ErrorClass::Shell, Stage::Shell, message).with_exit_code(127);
    error.bare = true;
    error
}

fn done(context: Context<'_>, block: super::Block) -> Execution {
    let mut blocks = context.blocks;
    blocks.push(block);
    Execution::Done(Outcome::ok(blocks))
}

fn refused(context: Context<'_>, message: String) -> Execution {
    context.refuse(refusal(message))
}

fn help() -> String {
    let mut text = String::from("az works as the Azure CLI does; `az aks nodepool --help` lists what there is.\n\n");
    for (verb, meaning) in VERBS {
        let _ = writeln!(text, "  {verb:<26}{meaning}");
    }
    text.pop();
    text
}

fn wait(words: &[&str], context: Context<'_>) -> Execution {
    let until = match words {
        ["--until", "idle"] => Until::Idle,
        [duration] => match parse_duration_ms(duration) {
            Some(duration_ms) => Until::Time(context.cloud.now_ms().saturating_add(duration_ms)),
            None => {
                return refused(context, format!("wait: '{duration}' is not a duration such as 90s, 10m or 1h30m"));
            }
        },
        _ => {
            return refused(context, "wait: usage: wait DURATION | wait --until idle".to_owned());
        }
    };
    Execution::Waiting(Waiting { until, reply: Reply::Nothing, printing: Printing::NONE, blocks: context.blocks })
}

/// The longest wait: a year of simulated time.
const WAIT_MAX_MS: u64 = 365 * 24 * 3_600_000;

/// A duration such as `90s`, `10m`, `1h30m`, `500ms` or `2d`, in milliseconds.
#[must_use]
pub fn parse_duration_ms(text: &str) -> Option<u64> {
    let mut total_ms: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let units = tail.find(|letter: char| letter.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(units);
        let unit_ms = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        total_ms = total_ms.checked_add(number.parse::<u64>().ok()?.checked_mul(unit_ms)?)?;
        rest = tail;
    }
    (!text.is_empty() && total_ms <= WAIT_MAX_MS).then_some(total_ms)
}

fn sim(words: &[&str], context: Context<'_>) -> Execution {
    match words {
        ["cluster", name] => place_cluster(name, context),
        ["timings"] => {
            let text = timings(&context);
            done(context, print(text))
        }
        ["timings", name, seconds] => set_timing(name, seconds, context),
        ["quota"] => {
            let text = format!("{} vCPUs in each region", context.cloud.quota_vcpus());
            done(context, print(text))
        }
        ["quota", vcpus] => match vcpus.parse() {
            Ok(vcpus) => {
                context.cloud.set_quota_vcpus(vcpus);
                done(context, print(format!("{vcpus} vCPUs in each region")))
            }
            Err(_) => refused(context, format!("sim quota: '{vcpus}' is not a number of vCPUs")),
        },
        ["fail-allocations", count] => match count.parse() {
            Ok(count) => {
                context.cloud.fail_allocations(count);
                let text = format!("the next {count} allocations will find no capacity");
                done(context, print(text))
            }
            Err(_) => refused(context, format!("sim fail-allocations: '{count}' is not a number")),
        },
        ["events"] => events(20, context),
        ["events", count] => match count.parse() {
            Ok(count) => events(count, context),
            Err(_) => refused(context, format!("sim events: '{count}' is not a number")),
        },
        _ => refused(
            context,
            "sim: usage: sim cluster | timings | quota | fail-allocations | events (see help)".to_owned(),
        ),
    }
}

fn place_cluster(name: &str, mut context: Context<'_>) -> Execution {
    let Some((group, name)) = name.split_once('/').filter(|(group, name)| !group.is_empty() && !name.is_empty()) else {
        return refused(context, format!("sim cluster: '{name}' is not GROUP/NAME"));
    };
    if context.cloud.cluster(group, name).is_some() {
        return refused(context, format!("sim cluster: '{name}' exists in '{group}'"));
    }
    match cluster::place(group, name, &mut context) {
        Ok(()) => done(context, print(format!("{name} is in place; AKS hosts its system pool"))),
        Err(error) => context.refuse(error),
    }
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

fn set_timing(name: &str, seconds: &str, context: Context<'_>) -> Execution {
    let Some(info) = TIMINGS.iter().find(|info| info.name == name) else {
        let names: Vec<&str> = TIMINGS.iter().map(|info| info.name).collect();
        let names = names.join(", ");
        return refused(context, format!("sim timings: '{name}' is not one of {names}"));
    };
    let median_ms = parse_duration_ms(seconds).or_else(|| parse_duration_ms(&format!("{seconds}s")));
    let Some(median_ms) = median_ms.filter(|_| !seconds.is_empty()) else {
        return refused(
            context,
            format!("sim timings: '{seconds}' is not a number of seconds or a duration such as 2m"),
        );
    };
    let spread_permille = context.cloud.timings().get(info.timing).spread_permille;
    let value = TimingValue { median_ms, spread_permille };
    context.cloud.timings_mut().set(info.timing, value);
    done(context, print(format!("{name}: {}.{} s", median_ms / 1000, median_ms % 1000 / 100)))
}

fn events(count: usize, context: Context<'_>) -> Execution {
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
    done(context, print(text))
}

/// Simulated time as `h:mm:ss`.
#[must_use]
pub fn clock(at_ms: u64) -> String {
    let seconds = at_ms / 1000;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_written() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(parse_duration_ms(text), expected, "{text:?}");
        };
        check("90s", Some(90_000));
        check("10m", Some(600_000));
        check("1h30m", Some(5_400_000));
        check("500ms", Some(500));
        check("2d", Some(172_800_000));
        check("", None);
        check("10", None);
        check("m", None);
        check("10 m", None);
        check("99999999999999999999d", None);
        check("366d", None);
        check("५m", None);
    }
}
