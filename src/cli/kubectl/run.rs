//! One kubectl line: parsed and carried out.

use super::answer::{Answer, Execution};
use super::commands::execute;
use super::failure::{Failure, not_simulated, refusal};
use super::help;
use super::output::end;
use super::parse::{Parsed, Request, parse};
use crate::az::exec::Context;
use crate::ground::error::Stage;
use crate::ground::outcome::Block;

/// Carries out a kubectl line, given the words after `kubectl`; `input` is the piped text.
#[must_use]
pub fn run(words: &[&str], input: Option<&str>, mut context: Context<'_>) -> Execution {
    let mut request = match parse(words) {
        Ok(Parsed::Request(request)) => request,
        Ok(Parsed::Help(command)) => return Execution::Done(help::show(command)),
        Err(message) => {
            let failure = Failure { stage: Stage::Parse, ..Failure::usage(message) };
            return Execution::Done(context.refused(refusal(failure)));
        }
    };
    request.input = input.map(str::to_owned);
    let Answer { output, follow } = match carry_out(&request, &mut context) {
        Ok(answer) => answer,
        Err(failure) => return Execution::Done(context.refused(refusal(failure))),
    };
    let mut blocks = std::mem::take(&mut context.blocks);
    blocks.extend(output.parts);
    if !context.account.strict {
        blocks.extend(output.notes.into_iter().map(Block::Note));
    }
    match follow {
        Some(follow) => Execution::Following(Box::new(follow), blocks),
        None => Execution::Done(end(blocks, output.failures)),
    }
}

fn carry_out(request: &Request, context: &mut Context<'_>) -> Result<Answer, Failure> {
    match execute(request.command) {
        Some(execute) => execute(request, context),
        None => Err(not_simulated(&format!("kubectl {}", request.command.name))),
    }
}
