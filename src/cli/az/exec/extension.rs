//! `az extension`: the extensions of the command line.
//!
//! They change nothing in the simulation: today's `az` has Scale-Down Mode built in, and the 2021
//! document's spellings are understood with or without its extension.

use serde_json::{Value, json};

use super::arguments::needed;
use super::context::Context;
use super::execution::{Action, Reply};
use super::refusal::{Result, beyond, needs_network, not_simulated, refusal};
use crate::az::account::EXTENSIONS;
use crate::az::parse::Invocation;
use crate::ground::error::CliError;
use crate::ground::outcome::Block;

pub(super) fn run(verb: &str, invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    match verb {
        "add" => add(invocation, context),
        "update" => update(invocation, context),
        "remove" => {
            let name = installed(invocation, context)?.to_owned();
            context.account.extensions.remove(&name);
            Ok(Action::Answer(Reply::Nothing))
        }
        "show" => {
            let name = installed(invocation, context)?;
            let version = context.account.extensions.get(name).copied();
            let value = description(name, version.unwrap_or_default());
            Ok(Action::value(value))
        }
        "list" => {
            let installed = context.account.extensions.iter();
            let list = installed.map(|(name, version)| description(name, version));
            Ok(Action::value(Value::Array(list.collect())))
        }
        "list-available" | "list-versions" => {
            context.hint("The playground's own extension is aks-preview: az extension add --name aks-preview.");
            Err(no_index())
        }
        _ => Err(not_simulated(invocation.command.name)),
    }
}

fn description(name: &str, version: &str) -> Value {
    json!({
        "experimental": false,
        "extensionType": "whl",
        "name": name,
        "path": format!("~/.azure/cliextensions/{name}"),
        "preview": true,
        "version": version,
    })
}

fn add(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    if let Some(source) = invocation.text("source").filter(|source| !is_wheel(source)) {
        return Err(refusal(format!("Unable to determine extension name from {source}. Is the file name correct?")));
    }
    let Some(name) = invocation.text("extension_name") else {
        return Err(beyond("usage error: --name NAME (the playground installs extensions by name only)"));
    };
    if let Some(version) = context.account.extensions.get(name) {
        let warning = format!("Extension '{name}' {version} is already installed.");
        context.blocks.push(Block::Warning(warning));
        return Ok(Action::Answer(Reply::Nothing));
    }
    install(name, context)?;
    context.blocks.push(Block::Warning(format!("The installed extension '{name}' is in preview.")));
    Ok(Action::Answer(Reply::Nothing))
}

/// Returns `true` if a path or URL ends in the file name of a wheel (PEP 427): name, version, an optional build
/// and three tags.
fn is_wheel(source: &str) -> bool {
    let name = source.rsplit('/').next().unwrap_or_default();
    let parts: Vec<&str> = name.strip_suffix(".whl").unwrap_or_default().split('-').collect();
    parts.len() >= 5 && parts.iter().skip(1).any(|part| part.starts_with(|first: char| first.is_ascii_digit()))
}

/// Returns the refusal of a command that needs the index of extensions: the simulated machine has no network.
fn no_index() -> CliError {
    needs_network(
        "Unable to get extension index.\nPlease ensure you have network connection. Error detail: the playground has none.",
    )
}

/// Installs one of the playground's extensions by name. In strict mode there is no index to install from.
fn install(name: &str, context: &mut Context<'_>) -> Result<()> {
    if context.account.strict {
        return Err(no_index());
    }
    let Some((name, version)) = EXTENSIONS.iter().find(|(known, _)| *known == name) else {
        return Err(beyond(format!(
            "No extension found with name '{name}'. The playground has: {}.",
            EXTENSIONS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
        )));
    };
    context.account.extensions.insert((*name).to_owned(), *version);
    Ok(())
}

fn update(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let name = needed(invocation, "extension_name")?;
    let is_installed = context.account.extensions.contains_key(name);
    if !is_installed && !context.account.strict && EXTENSIONS.iter().any(|(known, _)| *known == name) {
        install(name, context)?;
        context.note(format!("Extension '{name}' was not installed: the playground installed it."));
        return Ok(Action::Answer(Reply::Nothing));
    }
    let name = installed(invocation, context)?;
    let warning = format!("Latest version of '{name}' is already installed.");
    context.blocks.push(Block::Warning(warning));
    Ok(Action::Answer(Reply::Nothing))
}

fn installed<'a>(invocation: &'a Invocation, context: &Context<'_>) -> Result<&'a str> {
    let name = needed(invocation, "extension_name")?;
    if context.account.extensions.contains_key(name) {
        return Ok(name);
    }
    Err(refusal(format!(
        "The extension {name} is not installed. Please install the extension via `az extension add -n {name}`."
    )))
}
