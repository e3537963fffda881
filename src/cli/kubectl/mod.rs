//! `kubectl` on the simulated clusters.
//!
//! One table describes its commands (`commands.txt`). The words of a line become a [`parse::Request`], which reads
//! or changes the Kubernetes objects of the cluster that `az aks get-credentials` chose. All output is made from
//! objects in the shape of the API server.

mod act;
mod columns;
mod complete;
mod describe;
mod drain;
mod follow;
mod get;
mod help;
mod kind;
mod make;
mod manifest;
mod node_changes;
mod object;
pub mod parse;
mod path;
mod pod_manifest;
pub mod print;
pub mod priorities;
pub mod registry;
mod select;
mod target;
mod top;
pub mod yaml;

use object::View;
use parse::{Parsed, Request, parse};

use super::error::{CliError, ErrorClass, Stage};
use super::exec::{Context, Execution};
use super::outcome::{Block, Outcome};
use super::output::Rendered;
use scale_down_engine::workloads::{ObjectError, Refusal};
use scale_down_engine::{Cloud, ClusterId, PowerState};

pub use complete::candidates;
pub use follow::Follow;

/// The simulated version of kubectl.
const VERSION: &str = "v1.33.5";

/// An error of a command, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    text: String,
    stage: Stage,
}

impl Failure {
    /// Creates an error of kubectl itself, with `error: ` before the message.
    fn usage(message: impl AsRef<str>) -> Self {
        Self { text: format!("error: {}", message.as_ref()), stage: Stage::Decorator }
    }

    /// Creates an error with exactly this text.
    fn bare(text: impl Into<String>) -> Self {
        Self { text: text.into(), stage: Stage::Decorator }
    }
}

impl From<ObjectError> for Failure {
    fn from(error: ObjectError) -> Self {
        match error.refusal {
            Refusal::NotFound => server("NotFound", &error.to_string()),
            Refusal::AlreadyExists => server("AlreadyExists", &error.to_string()),
            Refusal::Unreachable => refused_connection(),
        }
    }
}

/// Returns a refusal by the API server.
fn server(reason: &str, message: &str) -> Failure {
    Failure { text: format!("Error from server ({reason}): {message}"), stage: Stage::Service }
}

fn not_found(plural: &str, name: &str) -> Failure {
    server("NotFound", &format!("{plural} \"{name}\" not found"))
}

/// Output of a command.
#[derive(Debug, Default)]
pub struct Said {
    /// Text for standard output and standard error, in order.
    parts: Vec<Block>,
    failures: Vec<Failure>,
    /// Notes of the playground's own; not shown in strict mode.
    notes: Vec<String>,
    /// Further output of the command as events happen, if it keeps running.
    follow: Option<Follow>,
}

impl Said {
    fn line(text: impl AsRef<str>) -> Self {
        let mut said = Self::default();
        said.add(text);
        said
    }

    fn add(&mut self, text: impl AsRef<str>) {
        self.print(format!("{}\n", text.as_ref()));
    }

    /// Adds text for standard output as it is, without a further line break.
    fn print(&mut self, text: String) {
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Block::Output(before)) => before.append(&Rendered::plain(text)),
            _ => self.parts.push(Block::Output(Rendered::plain(text))),
        }
    }

    /// Adds text for standard error that is not a failure.
    fn warn(&mut self, text: &str) {
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Block::Remark(before)) => before.push_str(text),
            _ => self.parts.push(Block::Remark(text.to_owned())),
        }
    }
}

fn refusal(failure: Failure) -> CliError {
    let class = if failure.stage == Stage::Service { ErrorClass::Service } else { ErrorClass::UnclassifiedUserFault };
    let mut error = CliError::new(class, failure.stage, failure.text).with_exit_code(1);
    error.bare = true;
    error
}

/// Carries out a kubectl line, given the words after `kubectl`; `input` is the piped text.
#[must_use]
pub fn run(words: &[&str], input: Option<&str>, mut context: Context<'_>) -> Execution {
    let request = match parse(words) {
        Ok(Parsed::Request(request)) => request,
        Ok(Parsed::Help(command)) => return help::show(command),
        Err(message) => {
            let failure = Failure { stage: Stage::Parse, ..Failure::usage(message) };
            return context.refuse(refusal(failure));
        }
    };
    let said = match carry_out(&request, input, &mut context) {
        Ok(said) => said,
        Err(failure) => return context.refuse(refusal(failure)),
    };
    let mut blocks = std::mem::take(&mut context.blocks);
    blocks.extend(said.parts);
    if !context.account.strict {
        blocks.extend(said.notes.into_iter().map(Block::Note));
    }
    match said.follow {
        Some(follow) => Execution::Following(Box::new(follow), blocks),
        None => Execution::Done(end(blocks, said.failures)),
    }
}

/// Ends a command with its output and its failures, the last of which gives the exit code.
fn end(mut blocks: Vec<Block>, mut failures: Vec<Failure>) -> Outcome {
    let Some(last) = failures.pop() else { return Outcome::ok(blocks) };
    blocks.extend(failures.into_iter().map(|failure| Block::Error(refusal(failure))));
    Outcome::refused(blocks, refusal(last))
}

fn bad_duration(flag: &str, text: &str, request: &Request) -> Failure {
    Failure::usage(format!(
        "invalid argument \"{text}\" for \"--{flag}\" flag: time: invalid duration \"{text}\"\nSee 'kubectl {} --help' for usage.",
        request.command.name
    ))
}

fn carry_out(request: &Request, input: Option<&str>, context: &mut Context<'_>) -> Result<Said, Failure> {
    match request.command.name {
        "config current-context" | "config get-contexts" | "config use-context" => return config(request, context),
        _ => {}
    }
    let id = cluster(request, context);
    if request.command.name == "version" {
        return Ok(version(request, context.cloud, id.ok()));
    }
    let id = id?;
    match request.command.name {
        "get" => {
            let view = view(context.cloud, id)?;
            let mut said = get::get(view, request)?;
            if request.flag("watch") && said.failures.is_empty() {
                let watch = get::Watch::new(view, request)?;
                said.follow = Some(Follow::new(id, request, follow::What::Watch(watch)));
            }
            Ok(said)
        }
        "describe" => describe::describe(view(context.cloud, id)?, request),
        "top node" => top::nodes(view(context.cloud, id)?, request),
        "top pod" => top::pods(view(context.cloud, id)?, request),
        "drain" => drain::drain(request, id, context.cloud),
        "create" if !request.words.is_empty() => {
            let what = request.words.first().map(String::as_str).unwrap_or_default();
            Err(act::not_simulated(&format!("kubectl create {what}")))
        }
        "apply" | "create" => manifest::apply(request, input, id, context.cloud),
        _ => act::act(request, input, id, context.cloud),
    }
}

fn view(cloud: &Cloud, id: ClusterId) -> Result<View<'_>, Failure> {
    let cluster = cloud.clusters().iter().find(|cluster| cluster.id == id);
    let found = cluster.and_then(|cluster| Some(View { cloud, cluster, kubernetes: cloud.kubernetes(id)? }));
    found.ok_or_else(refused_connection)
}

fn refused_connection() -> Failure {
    let text = "The connection to the server localhost:8080 was refused - did you specify the right host or port?";
    Failure { text: text.to_owned(), stage: Stage::Service }
}

/// Finds the cluster of a line: that of `--context`, of the context in use, or, outside strict mode, the only one.
fn cluster(request: &Request, context: &mut Context<'_>) -> Result<ClusterId, Failure> {
    let account = &*context.account;
    let name = request.text("context").map(str::to_owned).or_else(|| account.context.clone());
    let found = match &name {
        Some(name) => {
            let known = account.contexts.iter().find(|known| known.name == *name);
            let known = known.ok_or_else(|| Failure::usage(format!("context \"{name}\" does not exist")))?;
            let cluster = context.cloud.cluster(&known.group, &known.cluster);
            Some(cluster.ok_or_else(|| unreachable_server(&known.cluster))?)
        }
        None => match context.cloud.clusters() {
            [only] if !account.strict => Some(only),
            _ => None,
        },
    };
    let Some(cluster) = found else {
        context.hint("kubectl needs a cluster: az aks get-credentials --resource-group … --name …");
        return Err(refused_connection());
    };
    match cluster.power_state {
        PowerState::Running => Ok(cluster.id),
        PowerState::Stopped => Err(unreachable_server(&cluster.spec.name)),
    }
}

/// Returns the connection error for a cluster that is stopped or gone and so has no address.
fn unreachable_server(cluster: &str) -> Failure {
    let host = cluster.to_lowercase();
    Failure {
        text: format!(
            "Unable to connect to the server: dial tcp: lookup {host}.hcp.azmk8s.io on 168.63.129.16:53: no such host"
        ),
        stage: Stage::Service,
    }
}

fn config(request: &Request, context: &mut Context<'_>) -> Result<Said, Failure> {
    let account = &mut *context.account;
    match request.command.name {
        "config current-context" => match &account.context {
            Some(name) => Ok(Said::line(name)),
            None => Err(Failure::usage("current-context is not set")),
        },
        "config get-contexts" => {
            let mut rows = vec![["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"].map(str::to_owned).to_vec()];
            for known in &account.contexts {
                let is_current = account.context.as_ref() == Some(&known.name);
                let user = format!("clusterUser_{}_{}", known.group, known.cluster);
                let mark = if is_current { "*" } else { "" };
                rows.push(vec![mark.to_owned(), known.name.clone(), known.cluster.clone(), user, String::new()]);
            }
            let mut said = Said::default();
            said.print(print::table(&rows));
            Ok(said)
        }
        _ => {
            let name = request.words.first().cloned().unwrap_or_default();
            if !account.contexts.iter().any(|known| known.name == name) {
                return Err(Failure::usage(format!("no context exists with the name: \"{name}\"")));
            }
            account.context = Some(name.clone());
            Ok(Said::line(format!("Switched to context \"{name}\".")))
        }
    }
}

fn version(request: &Request, cloud: &Cloud, id: Option<ClusterId>) -> Said {
    let mut said = Said::line(format!("Client Version: {VERSION}\nKustomize Version: v5.6.0"));
    if request.flag("client") {
        return said;
    }
    let cluster = id.and_then(|id| cloud.clusters().iter().find(|cluster| cluster.id == id));
    match cluster {
        Some(cluster) => said.add(format!("Server Version: v{}", cluster.spec.kubernetes_version)),
        None => said.failures.push(refused_connection()),
    }
    said
}
