//! One `az` line: parsed, confirmed, validated, carried out.

use super::answer::answer;
use super::commands::{Handler, handler};
use super::context::{Context, ask, note_without_effect};
use super::execution::{Action, Execution, OutputOptions, Reply, Waiting};
use super::question::Question;
use super::refusal::{Result, no_subscription, not_simulated};
use super::wait::Until;
use crate::az::account::subscription;
use crate::az::help;
use crate::az::parse::{HelpTarget, Invocation, ParseOptions, Parsed, parse};
use crate::az::validate::validate;
use crate::ground::error::{CliError, ErrorClass, Stage};
use crate::ground::outcome::{Block, Outcome};
use crate::ground::rendered::Rendered;
use crate::output;

/// Parses and carries out one `az` command, given the words after `az`.
#[must_use]
pub fn run_az(words: &[&str], context: Context<'_>) -> Execution {
    let options = ParseOptions {
        strict: context.account.strict,
        is_query: output::is_query,
        defaults: &context.account.defaults,
    };
    let blocks_shown = context.terminal.blocks_shown;
    let mut execution = match parse(words, &options) {
        Ok(Parsed::Invocation(invocation)) => run(*invocation, context),
        Ok(Parsed::Help(target)) => {
            let examples = matches!(target, HelpTarget::Command(_)).then(|| Block::Examples(help::examples(&target)));
            help_outcome(help::text(&target), examples)
        }
        Ok(Parsed::Version) => {
            // The command looks for a newer one, and there is no network behind the simulated machine.
            let warning = "Unable to check if your CLI is up-to-date. Check your internet connection.";
            let warning = context.account.strict.then(|| Block::Warning(warning.to_owned()));
            help_outcome(help::version(), warning)
        }
        Err(error) => context.refuse(error),
    };
    let blocks = execution.blocks_mut();
    if words.contains(&"--only-show-errors") {
        blocks.retain(|block| !matches!(block, Block::Warning(_)));
    }
    // What was said before the latest question has been shown.
    blocks.drain(..blocks_shown.min(blocks.len()));
    execution
}

fn help_outcome(text: String, further: Option<Block>) -> Execution {
    let mut blocks = vec![Block::Output(Rendered::plain(text))];
    blocks.extend(further);
    Execution::Done(Outcome { stage: Stage::Help, exit_code: 0, blocks })
}

fn run(mut invocation: Invocation, mut context: Context<'_>) -> Execution {
    let handler = handler(invocation.command);
    let by_parser = invocation.warnings.len();
    context.blocks.extend(invocation.warnings.iter().cloned().map(Block::Warning));
    let checked = confirm(&invocation, &mut context)
        .and_then(|()| validate(&mut invocation))
        .and_then(|()| check_subscription(&invocation, handler));
    let by_validators = invocation.warnings.iter().skip(by_parser);
    context.blocks.extend(by_validators.cloned().map(Block::Warning));
    if let Err(error) = checked {
        return context.refuse(error);
    }
    let Some(handler) = handler else {
        return context.refuse(not_simulated(invocation.command.name));
    };
    if let Some(waiting) = await_turn(&invocation, handler, &mut context) {
        return Execution::Waiting(waiting);
    }
    let printing = OutputOptions {
        format: invocation.output,
        query: invocation.query.clone(),
        has_columns: invocation.command.table,
    };
    let action = match (handler.execute)(&invocation, &mut context) {
        Ok(action) => action,
        Err(error) => return context.refuse(error),
    };
    note_without_effect(&invocation, &mut context);
    let blocks = context.blocks;
    match action {
        Action::Answer(reply) => Execution::Done(answer(context.cloud, blocks, &reply, &printing)),
        Action::Start(_, _) | Action::Abort(_) if invocation.flag("no_wait") => Execution::Done(Outcome::ok(blocks)),
        Action::Start(operations, reply) => {
            Execution::Waiting(Waiting { until: Until::Operations(operations), reply, printing, blocks })
        }
        Action::Abort(operation) => {
            Execution::Waiting(Waiting { until: Until::Aborted(operation), reply: Reply::Nothing, printing, blocks })
        }
        Action::Wait(until) => Execution::Waiting(Waiting { until, reply: Reply::Nothing, printing, blocks }),
    }
}

/// Refuses a subscription that does not exist; an empty name stands for the default one.
fn check_subscription(invocation: &Invocation, handler: Option<&Handler>) -> Result<()> {
    let name = invocation.subscription.as_deref().unwrap_or_default();
    if name.is_empty() || subscription(name).is_some() || handler.is_some_and(|handler| handler.is_local) {
        return Ok(());
    }
    Err(no_subscription(name))
}

/// Asks for the confirmation that a command wants, unless the line answers it (`--yes`).
fn confirm(invocation: &Invocation, context: &mut Context<'_>) -> Result<()> {
    let Some(question) = invocation.question() else {
        return Ok(());
    };
    let question = Question::new(question);
    // The command that installs from a source asks by itself, and does not catch that it cannot.
    let answer = if invocation.has("source") { Some(ask(context, question)?) } else { context.ask(question) };
    if answer == Some(true) {
        return Ok(());
    }
    if answer.is_none() && !context.terminal.is_there {
        let warning = "Unable to prompt for confirmation as no tty available. Use --yes.";
        context.blocks.push(Block::Warning(warning.to_owned()));
    }
    let class = ErrorClass::UnclassifiedUserFault;
    Err(CliError::new(class, Stage::Confirmation, "Operation cancelled."))
}

/// Makes a line in the 2021 document's spelling wait for the operations on its pool, and adds a note.
///
/// The document's lines follow each other although one of them does not wait for its end. `az` would answer
/// `OperationNotAllowed`; outside strict mode such a line waits for its turn.
fn await_turn(invocation: &Invocation, handler: &Handler, context: &mut Context<'_>) -> Option<Waiting> {
    if context.account.strict || !invocation.is_document_spelling || handler.is_at_once {
        return None;
    }
    let group = invocation.text("resource_group_name")?;
    let cluster = context.cloud.cluster(group, invocation.text("cluster_name")?)?;
    let pool = cluster.pool(invocation.text("nodepool_name")?)?;
    let operations = context.cloud.operations_on(cluster, Some(pool));
    if operations.is_empty() {
        return None;
    }
    let (name, state) = (&pool.spec.name, pool.provisioning_state.name());
    let note = format!(
        "Node pool {name} was still {}: az would answer OperationNotAllowed; this line waited for its turn.",
        state.to_lowercase()
    );
    context.note(note);
    Some(Waiting {
        until: Until::Operations(operations),
        reply: Reply::Again,
        printing: OutputOptions::NONE,
        blocks: std::mem::take(&mut context.blocks),
    })
}
