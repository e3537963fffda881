//! `az extension`: the extensions of the command line.
//!
//! They change nothing in the simulation: today's `az` has Scale-Down Mode built in, and the 2021
//! document's spellings are understood with or without its extension.

use serde_json::{Value, json};

use super::context::Context;
use super::execution::{Action, Reply};
use super::refusal::{Result, beyond, needs_network, refusal};
use crate::az::account::EXTENSIONS;
use crate::az::arguments::arguments;
use crate::ground::error::CliError;
use crate::ground::outcome::Block;

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

arguments! {
    pub(super) struct Add<'a> {
        source: Option<&'a str>,
        extension_name: Option<&'a str>,
    }
}

pub(super) fn add(arguments: &Add<'_>, context: &mut Context<'_>) -> Result<Action> {
    if let Some(source) = arguments.source.filter(|source| !is_wheel(source)) {
        return Err(refusal(format!("Unable to determine extension name from {source}. Is the file name correct?")));
    }
    let Some(name) = arguments.extension_name else {
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

arguments! {
    /// An extension.
    pub(super) struct Extension<'a> {
        extension_name: &'a str,
    }
}

pub(super) fn update(extension: &Extension<'_>, context: &mut Context<'_>) -> Result<Action> {
    let name = extension.extension_name;
    let is_installed = context.account.extensions.contains_key(name);
    if !is_installed && !context.account.strict && EXTENSIONS.iter().any(|(known, _)| *known == name) {
        install(name, context)?;
        context.note(format!("Extension '{name}' was not installed: the playground installed it."));
        return Ok(Action::Answer(Reply::Nothing));
    }
    let name = installed(extension, context)?;
    let warning = format!("Latest version of '{name}' is already installed.");
    context.blocks.push(Block::Warning(warning));
    Ok(Action::Answer(Reply::Nothing))
}

/// Returns the name of an extension that is installed.
fn installed<'a>(extension: &Extension<'a>, context: &Context<'_>) -> Result<&'a str> {
    let name = extension.extension_name;
    if context.account.extensions.contains_key(name) {
        return Ok(name);
    }
    Err(refusal(format!(
        "The extension {name} is not installed. Please install the extension via `az extension add -n {name}`."
    )))
}

pub(super) fn remove(extension: &Extension<'_>, context: &mut Context<'_>) -> Result<Action> {
    let name = installed(extension, context)?;
    context.account.extensions.remove(name);
    Ok(Action::Answer(Reply::Nothing))
}

pub(super) fn show(extension: &Extension<'_>, context: &mut Context<'_>) -> Result<Action> {
    let name = installed(extension, context)?;
    let version = context.account.extensions.get(name).copied();
    Ok(Action::value(description(name, version.unwrap_or_default())))
}

pub(super) fn list(context: &mut Context<'_>) -> Action {
    let installed = context.account.extensions.iter();
    let list = installed.map(|(name, version)| description(name, version));
    Action::value(Value::Array(list.collect()))
}

/// Answers `az extension list-available` and `list-versions`.
pub(super) fn list_index(context: &mut Context<'_>) -> Result<Action> {
    context.hint("The playground's own extension is aks-preview: az extension add --name aks-preview.");
    Err(no_index())
}
