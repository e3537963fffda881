//! `az group`: resource groups.

use serde_json::{Value, json};

use super::arguments::{given_pairs, needed, pairs};
use super::context::Context;
use super::execution::{Action, Reply};
use super::named::group::find;
use super::refusal::{Result, not_simulated, refusal};
use super::wait::{Target, resource_wait};
use crate::az::arm::resource;
use crate::az::parse::Invocation;
use crate::output::TableTransformer;
use scale_down_engine::{Cloud, ResourceGroup};

pub(super) fn run(verb: &str, invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    match verb {
        "create" => create(invocation, context),
        "list" => Ok(list(context.cloud)),
        "show" => {
            let group = find(context.cloud, needed(invocation, "resource_group_name")?)?;
            Ok(Action::value(resource::group(group)))
        }
        "exists" => {
            let name = needed(invocation, "resource_group_name")?;
            Ok(Action::value(json!(context.cloud.group(name).is_some())))
        }
        "update" => update(invocation, context),
        "delete" => delete(invocation, context),
        "wait" => {
            let group = needed(invocation, "resource_group_name")?.to_owned();
            let target = Target { group, cluster: None, pool: None };
            Ok(Action::Wait(resource_wait(invocation, target, context.cloud.now_ms())?))
        }
        _ => Err(not_simulated(invocation.command.name)),
    }
}

fn create(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let name = needed(invocation, "rg_name")?;
    let group =
        ResourceGroup { tags: pairs(invocation, "tags"), ..ResourceGroup::new(name, needed(invocation, "location")?) };
    let cloud = &mut *context.cloud;
    cloud.put_group(group)?;
    Ok(Action::value(resource::group(find(cloud, name)?)))
}

/// Changes the tags of a group, the only part of it that can be changed.
fn update(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let name = needed(invocation, "resource_group_name")?;
    for dest in ["properties_to_add", "properties_to_remove"] {
        if invocation.is_specified(dest) {
            return Err(refusal(format!("Unexpected '{dest}' was not empty.")));
        }
    }
    let mut group = find(context.cloud, name)?.clone();
    group.tags = given_pairs(invocation, "tags").unwrap_or(group.tags);
    for setting in invocation.list("properties_to_set").unwrap_or_default() {
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
    }
    let cloud = &mut *context.cloud;
    cloud.put_group(group)?;
    Ok(Action::value(resource::group(find(cloud, name)?)))
}

fn list(cloud: &Cloud) -> Action {
    let groups = cloud.groups().iter().map(resource::group).collect();
    Action::columns(Value::Array(groups), TableTransformer::GroupList)
}

fn delete(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let name = needed(invocation, "resource_group_name")?;
    find(context.cloud, name)?;
    let operations = context.cloud.delete_group(name)?;
    Ok(Action::Start(operations, Reply::Nothing))
}
