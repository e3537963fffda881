//! The playground's own verbs, for actions that `az` has no command for.
//!
//! They are plain words, not `az` commands, so that nothing learned here has to be unlearned.

use std::fmt::Write as _;

use super::{Block, Context, Execution, Outcome, Printing, Rendered, Reply, Until, Waiting, print, refusal, sim};
use crate::duration::parse_duration_ms;
use crate::error::{CliError, ErrorClass, Stage};
use crate::filter;

/// Usage and meaning of each verb, for `help`.
pub const VERBS: &[(&str, &str)] = &[
    ("wait DURATION", "let simulated time pass: wait 90s, wait 10m, wait 1h30m"),
    ("wait --until idle", "let time pass until nothing is under way"),
    ("sim cluster GROUP/NAME", "put a cluster in place whose system pool AKS hosts"),
    ("sim load steady PODS", "work for a deployment; sim load lists the options"),
    ("sim load step FROM TO", "… that changes after a while; also spike FROM TO"),
    ("sim load wave LOW HIGH", "… that goes up and down; also office-hours LOW HIGH"),
    ("sim load trace TABLE|-", "… by lines of time,pods[,cpu,memory]"),
    ("sim load list", "what drives deployments; sim load stop ends it"),
    ("sim fault add KIND", "let something go wrong; sim fault lists what can"),
    ("sim fault list", "what is still to go wrong; sim fault remove ends it"),
    ("sim why node NAME", "why a node is not removed; also why pod NAME, why pool NAME"),
    ("sim autoscaler [NAME VALUE]", "the cluster autoscaler's settings; also status, priorities"),
    ("sim scheduler [SCORING]", "show or set least-allocated or most-allocated"),
    ("sim timings", "list how long things take, and where each number is from"),
    ("sim timings NAME SECONDS", "change one of them for what starts from now on"),
    ("sim quota [VCPUS]", "show or set the regional vCPU quota"),
    ("sim fail-allocations N", "let the next N virtual machines find no capacity"),
    ("sim events [N]", "the last events, 20 or N"),
    ("kubectl COMMAND", "nodes, pods and what makes them: kubectl --help"),
    ("az … | grep PATTERN", "pick lines; also head, tail, wc -l and sort"),
    ("echo WORDS", "print words: echo $RG, echo $?"),
    ("? QUERY", "query the last result with JMESPath"),
    (":: N", "take example N of the last help"),
    ("help", "this text"),
    ("az … --help", "what a command takes"),
];

/// Reserved words of bash, refused with an explanation.
const KEYWORDS: [&str; 16] =
    ["!", "{", "}", "[[", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "then", "while"];

/// Carries out a command other than `az`; `input` is piped text or a here-document.
#[must_use]
pub fn run_verb(words: &[&str], input: Option<&str>, mut context: Context<'_>) -> Execution {
    match words {
        ["help", ..] => done(context, print(help())),
        ["echo", "-n", rest @ ..] => done(context, Block::Output(Rendered::plain(rest.join(" ")))),
        ["echo", rest @ ..] => done(context, print(rest.join(" "))),
        ["true" | ":", ..] | [] => Execution::Done(Outcome::ok(context.blocks)),
        ["false", ..] => Execution::Done(Outcome { exit_code: 1, ..Outcome::ok(context.blocks) }),
        ["wait", rest @ ..] => wait(rest, context),
        ["sim", rest @ ..] => match sim::run(rest, input, &mut context) {
            Ok(text) => done(context, print(text)),
            Err(error) => context.refuse(error),
        },
        [name, ..] => {
            context.hint("The playground has az, kubectl and a few words of its own: help lists them.");
            context.refuse(not_found(name))
        }
    }
}

fn not_found(name: &str) -> CliError {
    let message = if filter::FILTERS.contains(&name) {
        format!("{name}: reads what is piped into it: az … | {name} …")
    } else if KEYWORDS.contains(&name) {
        format!("playground: `{name}' is not available here: there are no loops, conditions or functions")
    } else {
        format!("bash: {name}: command not found")
    };
    let mut error = CliError::new(ErrorClass::Shell, Stage::Shell, message).with_exit_code(127);
    error.bare = true;
    error
}

fn done(context: Context<'_>, block: Block) -> Execution {
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
        let _ = writeln!(text, "  {verb:<28}{meaning}");
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
