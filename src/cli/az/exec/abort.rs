//! `az aks operation-abort` and `az aks nodepool operation-abort`.

use super::context::Context;
use super::execution::{Action, Reply};
use super::named::{cluster, pool};
use super::refusal::Result;
use crate::az::parse::Invocation;

/// Aborts the operation under way on a cluster, or on a pool of it.
///
/// Without one the service answers nothing; outside strict mode a note says so.
pub(super) fn run(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let operation = if invocation.has("nodepool_name") {
        let (_, pool) = pool::existing(invocation, context.cloud)?;
        let id = pool.id;
        context.cloud.abort_on_pool(id)
    } else {
        let id = cluster::named(invocation, context.cloud, "abort")?.id;
        context.cloud.abort_on_cluster(id)
    };
    let operation = operation?;
    let Some(operation) = operation else {
        context.note("Nothing is under way there: there is nothing to abort.");
        return Ok(Action::Answer(Reply::Nothing));
    };
    context.note("Nothing is rolled back: machines without a host are given up, others come to their end.");
    Ok(Action::Abort(operation))
}
