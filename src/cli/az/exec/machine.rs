//! `az aks machine`: the machines of a node pool.

use serde_json::Value;

use super::context::Context;
use super::execution::Action;
use super::named::pool;
use super::refusal::{Result, missing};
use crate::az::arguments::{PoolName, arguments};
use crate::az::arm::resource;
use crate::output::TableTransformer;

pub(super) fn list(pool: &PoolName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = pool::find(context.cloud, pool)?;
    let machines = pool.nodes().map(|node| resource::machine(cluster, pool, node));
    Ok(Action::columns(Value::Array(machines.collect()), TableTransformer::MachineList))
}

arguments! {
    pub(super) struct Show<'a> {
        pool: PoolName<'a>,
        machine_name: &'a str,
    }
}

pub(super) fn show(arguments: &Show<'_>, context: &mut Context<'_>) -> Result<Action> {
    let (cluster, pool) = pool::find(context.cloud, &arguments.pool)?;
    let name = arguments.machine_name;
    let mut machines = pool.nodes().map(|node| resource::machine(cluster, pool, node));
    let machine = machines.find(|machine| machine.get("name").is_some_and(|found| found == name));
    let machine = machine.ok_or_else(|| missing("NotFound", format!("Could not find the machine resource: {name}")))?;
    Ok(Action::columns(machine, TableTransformer::MachineShow))
}
