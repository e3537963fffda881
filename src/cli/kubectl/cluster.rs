//! The cluster that a line talks to.

use super::failure::{Failure, refused_connection, unreachable_server};
use super::parse::Request;
use crate::az::exec::Context;
use scale_down_engine::{ClusterId, PowerState};

/// Finds the cluster of a line: that of `--context`, of the context in use, or, outside strict mode, the only one.
pub fn cluster(request: &Request, context: &mut Context<'_>) -> Result<ClusterId, Failure> {
    let account = &*context.account;
    let name = request.text("context").map(str::to_owned).or_else(|| account.context.clone());
    let found = match &name {
        Some(name) => {
            let known = account.contexts.iter().find(|known| known.name == *name);
            let known = known.ok_or_else(|| Failure::usage(format!("context \"{name}\" does not exist")))?;
            let cluster = context.cloud.cluster(&known.group, &known.cluster);
            Some(cluster.ok_or_else(|| unreachable_server(&known.cluster))?)
        }
        None => match context.cloud.clusters() {
            [only] if !account.strict => Some(only),
            _ => None,
        },
    };
    let Some(cluster) = found else {
        context.hint("kubectl needs a cluster: az aks get-credentials --resource-group … --name …");
        return Err(refused_connection());
    };
    match cluster.power_state {
        PowerState::Running => Ok(cluster.id),
        PowerState::Stopped => Err(unreachable_server(&cluster.spec.name)),
    }
}
