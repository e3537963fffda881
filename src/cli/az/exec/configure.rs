//! `az configure` and `az config`: the settings of the command line.
//!
//! Only the defaults of `--resource-group` and `--location` have an effect here; the parser reads them. Every other
//! setting is accepted with a note.

use serde_json::json;

use super::context::{Context, say_without_effect};
use super::execution::{Action, Reply};
use super::refusal::{Result, refusal};
use crate::az::arguments::arguments;
use crate::ground::error::{CliError, ErrorClass, Stage};
use crate::shell::HOME;

/// The section of the configuration file that holds the defaults of arguments.
const DEFAULTS: &str = "defaults";

arguments! {
    pub(super) struct Configure<'a> {
        defaults: Option<&'a [String]>,
        list_defaults: bool,
    }
}

pub(super) fn configure(arguments: &Configure<'_>, context: &mut Context<'_>) -> Result<Action> {
    if let Some(defaults) = arguments.defaults {
        for default in defaults {
            let (key, value) = default
                .split_once('=')
                .ok_or_else(|| refusal("usage error: --defaults STRING=STRING STRING=STRING ..."))?;
            keep((DEFAULTS, key), value, context);
        }
        return Ok(Action::Answer(Reply::Nothing));
    }
    if arguments.list_defaults {
        let set = context.account.defaults.iter().filter(|(_, value)| !value.is_empty());
        let list =
            set.map(|(name, value)| json!({ "name": name, "source": format!("{HOME}/.azure/config"), "value": value }));
        return Ok(Action::value(list.collect()));
    }
    let text = "This command is interactive and no tty available.";
    Err(CliError::new(ErrorClass::UnclassifiedUserFault, Stage::Prompt, text))
}

arguments! {
    pub(super) struct Set<'a> {
        key_value: Option<&'a [String]>,
    }
}

pub(super) fn set(arguments: &Set<'_>, context: &mut Context<'_>) -> Result<Action> {
    for setting in arguments.key_value.unwrap_or_default() {
        let parts = setting.split_once('=').and_then(|(key, value)| Some((key.split_once('.')?, value)));
        let (key, value) = parts.ok_or_else(|| refusal("usage error: [section].[name]=[value] ..."))?;
        keep(key, value, context);
    }
    Ok(Action::Answer(Reply::Nothing))
}

fn keep((section, key): (&str, &str), value: &str, context: &mut Context<'_>) {
    // A value of two quotes is how the shells that keep them write an empty one.
    let value = if matches!(value, "''" | "\"\"") { "" } else { value };
    let is_default = section.eq_ignore_ascii_case(DEFAULTS);
    if is_default {
        context.account.set_default(key, value);
    }
    if !is_default || !["group", "location"].iter().any(|known| key.eq_ignore_ascii_case(known)) {
        say_without_effect(&[&format!("{section}.{key}")], context);
    }
}
