//! The playground's own verbs, for actions that `az` has no command for.
//!
//! They are plain words, not `az` commands, so that nothing learned here has to be unlearned.

use std::fmt::Write as _;

use super::execution::Execution;
use super::sim;
use super::usage::VERBS;
use crate::az::exec::{Context, Until, Waiting, refusal};
use crate::ground::duration::parse_duration_ms;
use crate::ground::error::{CliError, ErrorClass, Stage};
use crate::ground::outcome::{Block, Outcome};
use crate::ground::rendered::Rendered;
use crate::shell::filter;

/// Reserved words of bash, refused with an explanation.
const KEYWORDS: [&str; 16] =
    ["!", "{", "}", "[[", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "then", "while"];

/// Carries out a command other than `az` and `kubectl`; `input` is piped text or a here-document.
#[must_use]
pub(super) fn run(words: &[&str], input: Option<&str>, mut context: Context<'_>) -> Execution {
    match words {
        ["help", ..] => done(context, Block::line(help())),
        ["echo", "-n", rest @ ..] => done(context, Block::Output(Rendered::plain(rest.join(" ")))),
        ["echo", rest @ ..] => done(context, Block::line(rest.join(" "))),
        ["true" | ":", ..] | [] => Execution::Done(Outcome::ok(context.blocks)),
        ["false", ..] => Execution::Done(Outcome { exit_code: 1, ..Outcome::ok(context.blocks) }),
        ["wait", rest @ ..] => wait(rest, context),
        ["sim", rest @ ..] => match sim::run(rest, input, &mut context) {
            Ok(text) => done(context, Block::line(text)),
            Err(error) => Execution::Done(context.refused(error)),
        },
        [name, ..] => {
            context.hint("The playground has az, kubectl and a few words of its own: help lists them.");
            Execution::Done(context.refused(not_found(name)))
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
    Execution::Done(context.refused(refusal(message)))
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
    Execution::Waiting(Waiting::silent(until, context.blocks))
}
