//! `kubectl config` and `kubectl version`.

use super::failure::{Failure, refused_connection};
use super::output::Output;
use super::parse::Request;
use super::print;
use crate::az::exec::Context;
use scale_down_engine::{Cloud, ClusterId};

/// The simulated version of kubectl.
const VERSION: &str = "v1.33.5";

/// Answers `kubectl config`.
pub fn config(request: &Request, context: &mut Context<'_>) -> Result<Output, Failure> {
    let account = &mut *context.account;
    match request.command.name {
        "config current-context" => match &account.context {
            Some(name) => Ok(Output::line(name)),
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
            let mut output = Output::default();
            output.print(print::table(&rows));
            Ok(output)
        }
        _ => {
            let name = request.words.first().cloned().unwrap_or_default();
            if !account.contexts.iter().any(|known| known.name == name) {
                return Err(Failure::usage(format!("no context exists with the name: \"{name}\"")));
            }
            account.context = Some(name.clone());
            Ok(Output::line(format!("Switched to context \"{name}\".")))
        }
    }
}

/// Answers `kubectl version`; `id` is the cluster, if the line reaches one.
pub fn version(request: &Request, cloud: &Cloud, id: Option<ClusterId>) -> Output {
    let mut output = Output::line(format!("Client Version: {VERSION}\nKustomize Version: v5.6.0"));
    if request.flag("client") {
        return output;
    }
    let cluster = id.and_then(|id| cloud.clusters().iter().find(|cluster| cluster.id == id));
    match cluster {
        Some(cluster) => output.add(format!("Server Version: v{}", cluster.spec.kubernetes_version)),
        None => output.failures.push(refused_connection()),
    }
    output
}
