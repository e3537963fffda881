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
use crate::shell::filter;

/// Ends a command that prints one block.
fn done(context: Context<'_>, block: Block) -> Execution {
    let mut blocks = context.blocks;
    blocks.push(block);
    Execution::Done(Outcome::ok(blocks))
}

/// A line without words.
pub(super) fn succeed(_: &[&str], _: Option<&str>, context: Context<'_>) -> Execution {
    Execution::Done(Outcome::ok(context.blocks))
}

/// Lists what a line can begin with.
pub(super) fn help(_: &[&str], _: Option<&str>, context: Context<'_>) -> Execution {
    let mut text = String::from("az works as the Azure CLI does; `az aks nodepool --help` lists what there is.\n\n");
    for (verb, meaning) in VERBS {
        let _ = writeln!(text, "  {verb:<28}{meaning}");
    }
    text.pop();
    done(context, Block::line(text))
}

/// Changes or shows the simulation itself.
pub(super) fn sim(words: &[&str], input: Option<&str>, mut context: Context<'_>) -> Execution {
    match sim::run(words, input, &mut context) {
        Ok(text) => done(context, Block::line(text)),
        Err(error) => Execution::Done(context.refused(error)),
    }
}

/// Lets simulated time pass.
pub(super) fn wait(words: &[&str], _: Option<&str>, context: Context<'_>) -> Execution {
    let until = match words {
        ["--until", "idle"] => Ok(Until::Idle),
        [duration] => match parse_duration_ms(duration) {
            Some(duration_ms) => Ok(Until::Time(context.cloud.now_ms().saturating_add(duration_ms))),
            None => Err(format!("wait: '{duration}' is not a duration such as 90s, 10m or 1h30m")),
        },
        _ => Err("wait: usage: wait DURATION | wait --until idle".to_owned()),
    };
    match until {
        Ok(until) => Execution::Waiting(Waiting::silent(until, context.blocks)),
        Err(message) => Execution::Done(context.refused(refusal(message))),
    }
}

/// Refuses a program that is not here.
pub(super) fn refuse(name: &str, mut context: Context<'_>) -> Execution {
    context.hint("The playground has az, kubectl and a few words of its own: help lists them.");
    Execution::Done(context.refused(not_found(name)))
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
