//! The answer of a command at its end: a value through its query and format, or nothing.

use serde_json::Value;

use super::execution::{OutputOptions, Reply, Resumption, Waiting};
use super::refusal::output_refusal;
use crate::az::arm::resource;
use crate::ground::error::Stage;
use crate::ground::outcome::{Block, INTERRUPTED, Outcome};
use crate::output::{self, TableTransformer};
use scale_down_engine::Cloud;

/// Continues a command at the end of its wait.
#[must_use]
pub fn resume(waiting: Waiting, cloud: &Cloud) -> Resumption {
    let Waiting { until, reply, printing, blocks } = waiting;
    if reply == Reply::Again {
        return Resumption::Again(blocks);
    }
    Resumption::Answered(match (until.failure(cloud), until.given_up(cloud)) {
        (Some(error), _) => Outcome::refused(blocks, error),
        (None, Some(value)) => print_value(blocks, &value, TableTransformer::None, &printing),
        (None, None) => answer(cloud, blocks, &reply, &printing),
    })
}

/// Makes the answer that a command has at its end.
pub(super) fn answer(cloud: &Cloud, blocks: Vec<Block>, reply: &Reply, printing: &OutputOptions) -> Outcome {
    let (value, transformer) = match reply {
        Reply::Again | Reply::Nothing => return Outcome::ok(blocks),
        Reply::Value(value, transformer) => (Some(value.clone()), *transformer),
        Reply::Pool { group, cluster, pool } => {
            let found = cloud.cluster(group, cluster);
            let pool = found.and_then(|cluster| cluster.pool(pool).map(|pool| (cluster, pool)));
            let value = pool.map(|(cluster, pool)| resource::pool(cluster, pool));
            (value, TableTransformer::NodepoolShow)
        }
        Reply::Cluster { group, cluster } => {
            let value = cloud.cluster(group, cluster).map(resource::cluster);
            (value, TableTransformer::ClusterShow)
        }
    };
    // A resource that went away while it was waited for leaves nothing to print.
    let Some(value) = value else {
        return Outcome::ok(blocks);
    };
    print_value(blocks, &value, transformer, printing)
}

/// Prints a value through its query and format.
pub(crate) fn print_value(
    mut blocks: Vec<Block>,
    value: &Value,
    transformer: TableTransformer,
    printing: &OutputOptions,
) -> Outcome {
    let transformer = if printing.has_columns { transformer } else { TableTransformer::None };
    let query = printing.query.as_deref();
    match output::render(value, printing.format, query, transformer) {
        Ok(rendered) => {
            blocks.push(Block::Output(rendered));
            Outcome::ok(blocks)
        }
        Err(error) => Outcome::refused(blocks, output_refusal(&error)),
    }
}

/// Ends a command that the user stops waiting for. The operation goes on.
#[must_use]
pub fn interrupt(waiting: Waiting) -> Outcome {
    let mut blocks = waiting.blocks;
    blocks.push(Block::Note("Stopped waiting. The operation goes on.".to_owned()));
    Outcome { stage: Stage::Ok, exit_code: INTERRUPTED, blocks }
}
