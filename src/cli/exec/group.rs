//! `az group`: resource groups.

use serde_json::{Value, json};

use super::arguments::{needed, pairs};
use super::{Action, Context, Reply, Result, missing, not_simulated, resource};
use crate::cli::output::TableTransformer;
use crate::cli::parse::Invocation;
use crate::engine::{Cloud, ResourceGroup};

pub(super) fn run(verb: &str, invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    match verb {
        "create" => create(invocation, context),
        "list" => Ok(list(context.cloud)),
        "show" => {
            let group = find(context.cloud, needed(invocation, "resource_group_name")?)?;
            Ok(answer(resource::group(group)))
        }
        "exists" => {
            let name = needed(invocation, "resource_group_name")?;
            Ok(answer(json!(context.cloud.group(name).is_some())))
        }
        "delete" => delete(invocation, context),
        _ => Err(not_simulated(invocation.command.name)),
    }
}

fn answer(value: Value) -> Action {
    Action::Answer(Reply::Value(value, TableTransformer::None))
}

fn create(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let name = needed(invocation, "rg_name")?;
    let group =
        ResourceGroup { tags: pairs(invocation, "tags"), ..ResourceGroup::new(name, needed(invocation, "location")?) };
    let cloud = &mut *context.cloud;
    cloud.put_group(group)?;
    Ok(answer(resource::group(find(cloud, name)?)))
}

fn list(cloud: &Cloud) -> Action {
    let groups = cloud.groups().iter().map(resource::group).collect();
    Action::Answer(Reply::Value(Value::Array(groups), TableTransformer::GroupList))
}

fn delete(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let name = needed(invocation, "resource_group_name")?;
    find(context.cloud, name)?;
    let operations = context.cloud.delete_group(name)?;
    Ok(Action::Start(operations, Reply::Nothing))
}

/// A group by name.
pub(super) fn find<'a>(cloud: &'a Cloud, name: &str) -> Result<&'a ResourceGroup> {
    cloud
        .group(name)
        .ok_or_else(|| missing("ResourceGroupNotFound", format!("Resource group '{name}' could not be found.")))
}
