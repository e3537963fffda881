//! `az aks get-credentials`.

use super::context::Context;
use super::execution::{Action, Reply};
use super::named::cluster;
use super::refusal::{Result, refusal};
use crate::az::account::KubeContext;
use crate::az::arguments::{ClusterName, arguments};
use crate::ground::error::{CliError, ErrorClass, Stage};
use crate::ground::outcome::Block;
use crate::shell::HOME;

arguments! {
    pub(super) struct Credentials<'a> {
        cluster: ClusterName<'a>,
        admin: bool,
        credential_format: Option<&'a str>,
        context_name: Option<&'a str>,
        path: &'a str,
    }
}

/// Adds the kubectl context and prints the command's messages; no file is written.
pub(super) fn credentials(arguments: &Credentials<'_>, context: &mut Context<'_>) -> Result<Action> {
    let is_admin = arguments.admin;
    if is_admin && arguments.credential_format.is_some_and(|format| !format.is_empty()) {
        return Err(refusal("--format can only be specified when requesting clusterUser credential."));
    }
    let list = if is_admin { "listClusterAdminCredential" } else { "listClusterUserCredential" };
    let cluster = cluster::find(context.cloud, &arguments.cluster, list)?;
    let suffix = if is_admin { "-admin" } else { "" };
    let own = format!("{}{suffix}", cluster.spec.name);
    let name = arguments.context_name.unwrap_or(&own);
    let path = arguments.path;
    if path == "-" {
        let text = "The playground has no credentials to show: its clusters have no API server.";
        return Err(CliError::new(ErrorClass::NotSimulated, Stage::Service, text));
    }
    let path = match path.strip_prefix("~/") {
        Some(path) => format!("{HOME}/{path}"),
        None => path.to_owned(),
    };
    let (name, spec) = (name.to_owned(), cluster.spec.clone());
    context.blocks.push(Block::Warning(format!("Merged \"{name}\" as current context in {path}")));
    context.account.use_context(KubeContext { name, group: spec.resource_group, cluster: spec.name });
    Ok(Action::Answer(Reply::Nothing))
}
