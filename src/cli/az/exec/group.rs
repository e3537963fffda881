//! `az group`: resource groups.

use serde_json::{Value, json};

use super::context::Context;
use super::execution::{Action, Reply};
use super::named::group::find;
use super::refusal::{Result, refusal};
use crate::az::arguments::{GroupName, Specified, arguments};
use crate::az::arm::resource;
use crate::output::TableTransformer;
use scale_down_engine::{Pairs, ResourceGroup};

arguments! {
    pub(super) struct Create<'a> {
        group: GroupName<'a>,
        location: &'a str,
        tags: Pairs,
    }
}

pub(super) fn create(arguments: &Create<'_>, context: &mut Context<'_>) -> Result<Action> {
    let name = arguments.group.name;
    let group = ResourceGroup { tags: arguments.tags.clone(), ..ResourceGroup::new(name, arguments.location) };
    let cloud = &mut *context.cloud;
    cloud.put_group(group)?;
    Ok(Action::value(resource::group(find(cloud, name)?)))
}

arguments! {
    pub(super) struct Update<'a> {
        group: GroupName<'a>,
        tags: Option<Pairs>,
        properties_to_set: Option<&'a [String]>,
        properties_to_add: Specified,
        properties_to_remove: Specified,
    }
}

/// Changes the tags of a group, the only part of it that can be changed.
pub(super) fn update(arguments: &Update<'_>, context: &mut Context<'_>) -> Result<Action> {
    let name = arguments.group.name;
    let unsupported =
        [("properties_to_add", arguments.properties_to_add), ("properties_to_remove", arguments.properties_to_remove)];
    for (dest, Specified(is_specified)) in unsupported {
        if is_specified {
            return Err(refusal(format!("Unexpected '{dest}' was not empty.")));
        }
    }
    let mut group = find(context.cloud, name)?.clone();
    group.tags = arguments.tags.clone().unwrap_or(group.tags);
    for setting in arguments.properties_to_set.unwrap_or_default() {
        set(setting, &mut group)?;
    }
    let cloud = &mut *context.cloud;
    cloud.put_group(group)?;
    Ok(Action::value(resource::group(find(cloud, name)?)))
}

/// Applies one `--set PATH=VALUE`.
fn set(setting: &str, group: &mut ResourceGroup) -> Result<()> {
    let (path, value) = setting.split_once('=').unwrap_or((setting, ""));
    match path.split_once('.') {
        Some(("tags", tag)) => {
            group.tags.insert(tag.to_owned(), value.to_owned());
        }
        None if path == "location" => value.clone_into(&mut group.location),
        _ => {
            let first = path.split('.').next().unwrap_or_default();
            return Err(refusal(format!(
                "Couldn't find '{first}' in '{first}'. Available options: ['additionalProperties', 'id', 'location', 'managedBy', 'name', 'properties', 'tags', 'type']"
            )));
        }
    }
    Ok(())
}

pub(super) fn list(context: &mut Context<'_>) -> Action {
    let groups = context.cloud.groups().iter().map(resource::group).collect();
    Action::columns(Value::Array(groups), TableTransformer::GroupList)
}

pub(super) fn show(group: &GroupName<'_>, context: &mut Context<'_>) -> Result<Action> {
    Ok(Action::value(resource::group(find(context.cloud, group.name)?)))
}

pub(super) fn exists(group: &GroupName<'_>, context: &mut Context<'_>) -> Action {
    Action::value(json!(context.cloud.group(group.name).is_some()))
}

pub(super) fn delete(group: &GroupName<'_>, context: &mut Context<'_>) -> Result<Action> {
    find(context.cloud, group.name)?;
    let operations = context.cloud.delete_group(group.name)?;
    Ok(Action::Start(operations, Reply::Nothing))
}
