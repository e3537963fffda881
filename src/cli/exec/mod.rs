//! Carries out a parsed command on the simulated cloud.
//!
//! Commands arrive parsed. A command either answers at once or starts an operation and waits for it in simulated
//! time, as `az` does; [`resume`] makes the answer when the wait is over.

mod abort;
mod arguments;
mod cluster;
mod configure;
mod extension;
mod group;
mod machine;
mod nodepool;
mod profile;
mod question;
mod registration;
pub(crate) mod resource;
mod sim;
mod upgrade;
mod verb;
mod vmss;
mod wait;

use serde_json::Value;

use super::account::{Account, subscription};
use super::error::{CliError, ErrorClass, Stage};
use super::filter;
use super::help;
use super::kubectl::Follow;
use super::outcome::{Block, Outcome};
use super::output::{self, Rendered, TableTransformer};
use super::parse::{HelpTarget, Invocation, OutputFormat, ParseOptions, Parsed, parse};
use super::validate::validate;
use scale_down_engine::{Cloud, OperationId, OperationState, ServiceError};

pub use super::duration::{clock, parse_duration_ms};
pub use question::{Question, Terminal};
pub use sim::{LOADS, SCORINGS};
pub use verb::{VERBS, run_verb};
pub use wait::{Target, Until, Wanted};

/// The state that a command reads and changes, and the output it has produced so far.
pub struct Context<'a> {
    /// The simulated cloud.
    pub cloud: &'a mut Cloud,
    /// The local state of the command line.
    pub account: &'a mut Account,
    /// Output of the command so far: warnings and notes.
    pub blocks: Vec<Block>,
    /// The terminal at which the command can ask, with the answers given so far.
    pub terminal: Terminal<'a>,
    /// Advice shown below a refusal.
    hint: Option<String>,
    asked: usize,
    open_question: Option<Question>,
}

impl<'a> Context<'a> {
    /// Creates the context of a command without output.
    pub fn new(cloud: &'a mut Cloud, account: &'a mut Account, terminal: Terminal<'a>) -> Self {
        Self { cloud, account, blocks: Vec::new(), terminal, hint: None, asked: 0, open_question: None }
    }

    /// Adds a note of the playground's own. Does nothing in strict mode.
    fn note(&mut self, text: impl Into<String>) {
        if !self.account.strict {
            self.blocks.push(Block::Note(text.into()));
        }
    }

    /// Sets the advice to show below a refusal. Does nothing in strict mode.
    pub(crate) fn hint(&mut self, text: impl Into<String>) {
        if !self.account.strict {
            self.hint = Some(text.into());
        }
    }

    /// Ends a refused command: with its open question if it has one, else with the error and the hint.
    pub(crate) fn refuse(self, error: CliError) -> Execution {
        if let Some(question) = self.open_question {
            return Execution::Asking(question, self.blocks);
        }
        let mut outcome = Outcome::refused(self.blocks, error);
        outcome.blocks.extend(self.hint.map(Block::Note));
        Execution::Done(outcome)
    }
}

/// State of a command after it has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Execution {
    /// Finished, with its answer.
    Done(Outcome),
    /// Waiting in simulated time, for operations, a moment or a resource.
    Waiting(Waiting),
    /// Asking, after these blocks. The command is carried out again once the question is answered.
    Asking(Question, Vec<Block>),
    /// Following events after these blocks, as `kubectl get --watch` does.
    Following(Box<Follow>, Vec<Block>),
}

impl Execution {
    /// Returns its output so far.
    fn blocks_mut(&mut self) -> &mut Vec<Block> {
        match self {
            Self::Done(outcome) => &mut outcome.blocks,
            Self::Waiting(waiting) => &mut waiting.blocks,
            Self::Asking(_, blocks) | Self::Following(_, blocks) => blocks,
        }
    }
}

/// A command that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Condition that ends the wait.
    pub until: Until,
    reply: Reply,
    printing: Printing,
    blocks: Vec<Block>,
}

/// Action of a command at the end of its wait.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reply {
    /// Carry out the command from the beginning.
    Again,
    /// Print nothing.
    Nothing,
    /// Print this value.
    Value(Value, TableTransformer),
    /// Print a pool in its state at that time.
    Pool { group: String, cluster: String, pool: String },
    /// Print a cluster in its state at that time.
    Cluster { group: String, cluster: String },
}

/// Output format and query of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Printing {
    format: OutputFormat,
    query: Option<String>,
    /// `true` if the command's description declares table columns of its own.
    has_columns: bool,
}

impl Printing {
    /// The printing of a command without a result.
    const NONE: Self = Self { format: OutputFormat::None, query: None, has_columns: false };
}

/// Next step of a command: an answer, or a wait for operations first.
enum Action {
    Answer(Reply),
    Start(Vec<OperationId>, Reply),
    /// Waits for an operation that was just aborted; that it was aborted is no failure.
    Abort(OperationId),
    Wait(Until),
}

type Result<T> = std::result::Result<T, CliError>;

/// Parses and carries out one `az` command, given the words after `az`.
#[must_use]
pub fn run_az(words: &[&str], context: Context<'_>) -> Execution {
    let options = ParseOptions {
        strict: context.account.strict,
        is_query: output::is_query,
        defaults: &context.account.defaults,
    };
    let said = context.terminal.said;
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
    blocks.drain(..said.min(blocks.len()));
    execution
}

fn help_outcome(text: String, further: Option<Block>) -> Execution {
    let mut blocks = vec![Block::Output(Rendered::plain(text))];
    blocks.extend(further);
    Execution::Done(Outcome { stage: Stage::Help, exit_code: 0, blocks })
}

/// Runs a filter on piped input, given its words.
#[must_use]
pub fn run_filter(words: &[&str], input: &str) -> Outcome {
    match filter::run(words, input) {
        Ok(filtered) => {
            let blocks = vec![Block::Output(Rendered::plain(filtered.output))];
            Outcome { stage: Stage::Ok, exit_code: filtered.exit_code, blocks }
        }
        Err(error) => shell_refusal(&error.to_string(), 2),
    }
}

/// Returns the refusal of a pipe to an unknown program (exit code 127); no part of the pipeline is run.
#[must_use]
pub fn pipe_refusal(program: &str) -> Outcome {
    shell_refusal(&format!("{program}: {}", filter::unavailable()), 127)
}

fn shell_refusal(text: &str, exit_code: i32) -> Outcome {
    let mut error = CliError::new(ErrorClass::Shell, Stage::Shell, text).with_exit_code(exit_code);
    error.bare = true;
    Outcome::refused(Vec::new(), error)
}

fn run(mut invocation: Invocation, mut context: Context<'_>) -> Execution {
    let by_parser = invocation.warnings.len();
    context.blocks.extend(invocation.warnings.iter().cloned().map(Block::Warning));
    let checked = confirm(&invocation, &mut context)
        .and_then(|()| validate(&mut invocation))
        .and_then(|()| check_subscription(&invocation));
    let by_validators = invocation.warnings.iter().skip(by_parser);
    context.blocks.extend(by_validators.cloned().map(Block::Warning));
    if let Err(error) = checked {
        return context.refuse(error);
    }
    if let Some(waiting) = await_turn(&invocation, &mut context) {
        return Execution::Waiting(waiting);
    }
    let printing =
        Printing { format: invocation.output, query: invocation.query.clone(), has_columns: invocation.command.table };
    let action = dispatch(&invocation, &mut context);
    let action = match action {
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

/// Refuses a subscription that does not exist; an empty name stands for the default one. `az version` needs none.
fn check_subscription(invocation: &Invocation) -> Result<()> {
    let name = invocation.subscription.as_deref().unwrap_or_default();
    if name.is_empty() || subscription(name).is_some() || invocation.command.name == "version" {
        return Ok(());
    }
    Err(no_subscription(name))
}

fn no_subscription(name: &str) -> CliError {
    refusal(format!("Subscription '{name}' not found. Check the spelling and casing and try again."))
}

fn dispatch(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let name = invocation.command.name;
    if let Some(rest) = name.strip_prefix("aks nodepool ") {
        return nodepool::run(rest, invocation, context);
    }
    if let Some(rest) = name.strip_prefix("aks machine ") {
        return machine::run(rest, invocation, context.cloud);
    }
    let (group, rest) = name.split_once(' ').unwrap_or((name, ""));
    match group {
        "aks" => cluster::run(rest, invocation, context),
        "configure" | "config" => configure::run(name, invocation, context),
        "group" => group::run(rest, invocation, context),
        "extension" => extension::run(rest, invocation, context),
        "vmss" => vmss::run(rest, invocation, context),
        "account" | "feature" | "provider" | "version" | "login" | "logout" => {
            registration::run(name, invocation, context)
        }
        _ => Err(not_simulated(name)),
    }
}

/// Returns the refusal of a real command that the simulation does not carry out.
///
/// Its arguments were good, so it counts as accepted.
fn not_simulated(name: &str) -> CliError {
    let text = format!("'az {name}' is a real command that the playground does not simulate.");
    CliError::new(ErrorClass::NotSimulated, Stage::Service, text)
}

/// Asks a question other than a confirmation. Without a terminal the command crashes, as `az` does.
fn ask(context: &mut Context<'_>, question: Question) -> Result<bool> {
    if let Some(answer) = context.ask(question) {
        return Ok(answer);
    }
    context.hint(
        "az asks here whether to go on, and there is no terminal to ask at: add --yes, or name a setting to change.",
    );
    let text = "The command failed with an unexpected error. Here is the traceback:\nERROR: \nTraceback (most recent call last):\nknack.prompting.NoTTYException\nTo check existing issues, please visit: https://github.com/Azure/azure-cli/issues";
    Err(CliError::new(ErrorClass::UnclassifiedUserFault, Stage::Prompt, text))
}

/// Returns the refusal of a command that needs the network, which the playground does not have.
fn needs_network(text: &str) -> CliError {
    CliError::new(ErrorClass::UnclassifiedUserFault, Stage::Network, text)
}

/// Returns a refusal by a command's own checks.
fn refusal(message: impl Into<String>) -> CliError {
    CliError::decorator(ErrorClass::UnclassifiedUserFault, message)
}

/// Returns a refusal where the real command would go on, as the simulation lacks what it needs.
fn beyond(message: impl Into<String>) -> CliError {
    CliError { class: ErrorClass::NotSimulated, ..refusal(message) }
}

/// Returns a refusal by the service in the words of `az`. The exit code is 3 for a missing resource, else 1.
fn service_refusal(error: &ServiceError) -> CliError {
    let ServiceError { code, message } = error;
    let is_missing = code.ends_with("NotFound");
    let (class, exit_code) = if is_missing { (ErrorClass::ResourceNotFound, 3) } else { (ErrorClass::Service, 1) };
    let text = format!("({code}) {message}\nCode: {code}\nMessage: {message}");
    CliError::new(class, Stage::Service, text).with_exit_code(exit_code)
}

impl From<ServiceError> for CliError {
    fn from(error: ServiceError) -> Self {
        service_refusal(&error)
    }
}

fn missing(code: &'static str, message: String) -> CliError {
    service_refusal(&ServiceError { code, message })
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
fn await_turn(invocation: &Invocation, context: &mut Context<'_>) -> Option<Waiting> {
    let is_abort = invocation.command.name.ends_with("operation-abort");
    if context.account.strict || !invocation.is_document_spelling || is_abort {
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
        printing: Printing::NONE,
        blocks: std::mem::take(&mut context.blocks),
    })
}

/// Adds a note that lists the arguments accepted without effect, so that none is silently ignored.
fn note_without_effect(invocation: &Invocation, context: &mut Context<'_>) {
    let names: Vec<&str> = invocation.without_effect().filter_map(|argument| argument.names.first().copied()).collect();
    say_without_effect(&names, context);
}

/// Adds a note that these names, if there are any, are accepted without effect.
fn say_without_effect(names: &[&str], context: &mut Context<'_>) {
    if !names.is_empty() {
        context.note(format!("Accepted, but not simulated: {}.", names.join(", ")));
    }
}

/// Result of [`resume`].
pub enum Resumption {
    /// The command has answered.
    Answered(Outcome),
    /// The command is to be carried out from the beginning; these blocks are its output so far.
    Again(Vec<Block>),
}

/// Continues a command at the end of its wait.
#[must_use]
pub fn resume(waiting: Waiting, cloud: &Cloud) -> Resumption {
    let Waiting { until, reply, printing, blocks } = waiting;
    if reply == Reply::Again {
        return Resumption::Again(blocks);
    }
    Resumption::Answered(match (until.failure(cloud), until.given_up(cloud)) {
        (Some(error), _) => Outcome::refused(blocks, error),
        (None, Some(value)) => print_value(blocks, &value, TableTransformer::None, &printing),
        (None, None) => answer(cloud, blocks, &reply, &printing),
    })
}

/// Ends a command that the user stops waiting for. The operation goes on.
#[must_use]
pub fn interrupt(waiting: Waiting) -> Outcome {
    let mut blocks = waiting.blocks;
    blocks.push(Block::Note("Stopped waiting. The operation goes on.".to_owned()));
    Outcome { stage: Stage::Ok, exit_code: INTERRUPTED, blocks }
}

/// Ends a command that follows events.
#[must_use]
pub fn interrupt_following() -> Outcome {
    Outcome { stage: Stage::Ok, exit_code: INTERRUPTED, blocks: Vec::new() }
}

/// Ends a command whose question is left without an answer.
#[must_use]
pub fn interrupt_question() -> Outcome {
    Outcome { stage: Stage::Confirmation, exit_code: INTERRUPTED, blocks: Vec::new() }
}

/// Answers `:: NUMBER`: shows that example of the latest help, to be run as it stands.
#[must_use]
pub fn show_example(number: &str, example: Option<&str>) -> Outcome {
    match example {
        Some(example) => Outcome::ok(vec![print(example)]),
        None => Outcome::refused(
            Vec::new(),
            refusal(format!("::: the help above has no example {number}: ask for one first (az … --help)")),
        ),
    }
}

/// Exit code of an interrupted command: 128 plus the number of SIGINT.
pub const INTERRUPTED: i32 = 130;

fn answer(cloud: &Cloud, blocks: Vec<Block>, reply: &Reply, printing: &Printing) -> Outcome {
    let (value, transformer) = match reply {
        Reply::Again | Reply::Nothing => return Outcome::ok(blocks),
        Reply::Value(value, transformer) => (Some(value.clone()), *transformer),
        Reply::Pool { group, cluster, pool } => {
            let found = cloud.cluster(group, cluster);
            let pool = found.and_then(|cluster| cluster.pool(pool).map(|pool| (cluster, pool)));
            let value = pool.map(|(cluster, pool)| resource::pool(cluster, pool));
            (value, TableTransformer::NodepoolShow)
        }
        Reply::Cluster { group, cluster } => {
            let value = cloud.cluster(group, cluster).map(resource::cluster);
            (value, TableTransformer::ClusterShow)
        }
    };
    // A resource that went away while it was waited for leaves nothing to print.
    let Some(value) = value else {
        return Outcome::ok(blocks);
    };
    print_value(blocks, &value, transformer, printing)
}

/// Answers `?`: a `JMESPath` query on an earlier result, which has to be JSON.
#[must_use]
pub fn query_result(result: Option<&str>, query: &str) -> Outcome {
    let value = result.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let printing = Printing { format: OutputFormat::Json, query: Some(query.to_owned()), has_columns: false };
    match value {
        Some(_) if !output::is_query(query) => {
            Outcome::refused(Vec::new(), refusal(format!("?: not a JMESPath query: {query}")))
        }
        Some(value) => print_value(Vec::new(), &value, TableTransformer::None, &printing),
        None => Outcome::refused(Vec::new(), refusal("?: there is no result above that is JSON: run az with -o json")),
    }
}

fn print_value(mut blocks: Vec<Block>, value: &Value, transformer: TableTransformer, printing: &Printing) -> Outcome {
    let transformer = if printing.has_columns { transformer } else { TableTransformer::None };
    let query = printing.query.as_deref();
    match output::render(value, printing.format, query, transformer) {
        Ok(rendered) => {
            blocks.push(Block::Output(rendered));
            Outcome::ok(blocks)
        }
        Err(error) => Outcome::refused(blocks, output_refusal(&error)),
    }
}

/// Returns the refusal of a query or format that does not work, in the words of `az`.
fn output_refusal(error: &output::OutputError) -> CliError {
    let class = ErrorClass::UnclassifiedUserFault;
    let mut refusal = CliError::new(class, Stage::Output, error.to_string());
    refusal.recommendations.extend(error.recommendation().map(str::to_owned));
    refusal
}

/// Returns a line of plain text for standard output.
fn print(text: impl Into<String>) -> Block {
    let mut text = text.into();
    text.push('\n');
    Block::Output(Rendered::plain(text))
}

fn operation_failure(cloud: &Cloud, id: OperationId) -> Option<CliError> {
    match &cloud.operation(id)?.state {
        OperationState::Failed(error) => Some(service_refusal(error)),
        OperationState::Running | OperationState::Succeeded => None,
    }
}
