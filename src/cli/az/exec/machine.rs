//! `az aks machine`: the machines of a node pool.

use serde_json::Value;

use super::arguments::needed;
use super::execution::{Action, Reply};
use super::named::pool::named_pool;
use super::refusal::{Result, missing, not_simulated};
use crate::az::arm::resource;
use crate::az::parse::Invocation;
use crate::output::TableTransformer;
use scale_down_engine::Cloud;

pub(super) fn run(verb: &str, invocation: &Invocation, cloud: &Cloud) -> Result<Action> {
    let (cluster, pool) = named_pool(invocation, cloud)?;
    let mut machines = pool.nodes().map(|node| resource::machine(cluster, pool, node));
    let reply = match verb {
        "list" => Reply::Value(Value::Array(machines.collect()), TableTransformer::MachineList),
        "show" => {
            let name = needed(invocation, "machine_name")?;
            let machine = machines.find(|machine| machine.get("name").is_some_and(|found| found == name));
            let machine =
                machine.ok_or_else(|| missing("NotFound", format!("Could not find the machine resource: {name}")))?;
            Reply::Value(machine, TableTransformer::MachineShow)
        }
        _ => return Err(not_simulated(invocation.command.name)),
    };
    Ok(Action::Answer(reply))
}
