//! `az aks operation-abort` and `az aks nodepool operation-abort`.

use super::context::Context;
use super::execution::{Action, Reply};
use super::named::{cluster, pool};
use super::refusal::Result;
use crate::az::arguments::{ClusterName, PoolName};
use scale_down_engine::{OperationId, ServiceError};

/// Aborts the operation under way on a cluster.
pub(super) fn on_cluster(cluster: &ClusterName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let id = cluster::find(context.cloud, cluster, "abort")?.id;
    let operation = context.cloud.abort_on_cluster(id);
    aborted(operation, context)
}

/// Aborts the operation under way on a pool.
pub(super) fn on_pool(pool: &PoolName<'_>, context: &mut Context<'_>) -> Result<Action> {
    let id = pool::existing(context.cloud, pool)?.1.id;
    let operation = context.cloud.abort_on_pool(id);
    aborted(operation, context)
}

/// Without an operation the service answers nothing; outside strict mode a note says so.
fn aborted(
    operation: std::result::Result<Option<OperationId>, ServiceError>,
    context: &mut Context<'_>,
) -> Result<Action> {
    let Some(operation) = operation? else {
        context.note("Nothing is under way there: there is nothing to abort.");
        return Ok(Action::Answer(Reply::Nothing));
    };
    context.note("Nothing is rolled back: machines without a host are given up, others come to their end.");
    Ok(Action::Abort(operation))
}
