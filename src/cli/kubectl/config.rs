//! `kubectl config` and `kubectl version`.

use super::cluster::cluster;
use super::failure::{Failure, refused_connection};
use super::flags::flags;
use super::output::Output;
use super::parse::Request;
use super::print;
use crate::az::exec::Context;

/// The simulated version of kubectl.
const VERSION: &str = "v1.33.5";

flags! {
    pub struct Config<'a> {
        request: &'a Request,
    }
}

/// Answers `kubectl config current-context`.
pub fn current_context(_: &Config<'_>, context: &mut Context<'_>) -> Result<Output, Failure> {
    match &context.account.context {
        Some(name) => Ok(Output::line(name)),
        None => Err(Failure::usage("current-context is not set")),
    }
}

/// Answers `kubectl config get-contexts`.
pub fn get_contexts(_: &Config<'_>, context: &mut Context<'_>) -> Output {
    let account = &*context.account;
    let mut rows = vec![["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"].map(str::to_owned).to_vec()];
    for known in &account.contexts {
        let is_current = account.context.as_ref() == Some(&known.name);
        let user = format!("clusterUser_{}_{}", known.group, known.cluster);
        let mark = if is_current { "*" } else { "" };
        rows.push(vec![mark.to_owned(), known.name.clone(), known.cluster.clone(), user, String::new()]);
    }
    let mut output = Output::default();
    output.print(print::table(&rows));
    output
}

/// Answers `kubectl config use-context`.
pub fn use_context(config: &Config<'_>, context: &mut Context<'_>) -> Result<Output, Failure> {
    let name = config.request.words.first().cloned().unwrap_or_default();
    if !context.account.contexts.iter().any(|known| known.name == name) {
        return Err(Failure::usage(format!("no context exists with the name: \"{name}\"")));
    }
    context.account.context = Some(name.clone());
    Ok(Output::line(format!("Switched to context \"{name}\".")))
}

flags! {
    pub struct Version<'a> {
        request: &'a Request,
        client: bool,
    }
}

/// Answers `kubectl version`.
pub fn version(arguments: &Version<'_>, context: &mut Context<'_>) -> Output {
    let id = cluster(arguments.request, context).ok();
    let mut output = Output::line(format!("Client Version: {VERSION}\nKustomize Version: v5.6.0"));
    if arguments.client {
        return output;
    }
    let cluster = id.and_then(|id| context.cloud.clusters().iter().find(|cluster| cluster.id == id));
    match cluster {
        Some(cluster) => output.add(format!("Server Version: v{}", cluster.spec.kubernetes_version)),
        None => output.failures.push(refused_connection()),
    }
    output
}
