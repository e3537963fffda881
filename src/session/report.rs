//! Runs as JSON for programs: the native command's `jsonl` output and the JavaScript package.
//!
//! Money is in whole micro-dollars, time in milliseconds; the unit is the end of every name.

use serde_json::{Map, Value, json};

use super::metrics::Metrics;
use super::{Entry, Session};
use scale_down_engine::azure::node_name::node_name;
use scale_down_engine::{ClusterView, CostView, PodCounts, PoolView, StateCounts};

/// Returns one line of the transcript.
#[must_use]
pub fn entry(entry: &Entry) -> Value {
    json!({
        "line": &*entry.line,
        "at_ms": entry.at_ms,
        "accepted": entry.accepted,
        "exit_code": entry.exit_code,
        "stage": entry.stage.name(),
        "stdout": entry.stdout(),
        "stderr": entry.stderr(),
    })
}

/// Returns the event log from a sequence number on.
#[must_use]
pub fn events(session: &Session, since: u64) -> Value {
    let records = session.cloud().log().since(since);
    let events = records.map(|record| {
        let text = record.text();
        json!({
            "sequence": record.sequence,
            "at_ms": record.at_ms,
            "kind": text.kind,
            "reason": text.reason,
            "object": text.object,
            "message": text.message,
            "source": text.source,
        })
    });
    Value::Array(events.collect())
}

/// Returns a frame of this moment, with or without one object for each node.
#[must_use]
pub fn snapshot(session: &Session, with_nodes: bool) -> Value {
    let snapshot = session.snapshot();
    let mut pools = Vec::new();
    for cluster in &snapshot.clusters {
        for pool in &cluster.pools {
            pools.push(pool_object(session, cluster, pool, with_nodes));
        }
    }
    json!({
        "at_ms": snapshot.at_ms,
        "nodes_by_state": counts(&snapshot.counts),
        "pods": pods(snapshot.pods),
        "pools": pools,
        "cost": cost(&snapshot.cost),
        "metrics": Metrics::of(session.cloud()).to_json(),
    })
}

/// Returns node counts by the name of the state; a state without nodes has 0.
#[must_use]
pub fn counts(counts: &StateCounts) -> Value {
    let entries = counts.iter().map(|(state, count)| (state.name().to_owned(), json!(count)));
    Value::Object(entries.collect())
}

/// Returns the counts of pods that run, that start on a node, and that are pending.
fn pods(pods: PodCounts) -> Value {
    json!({ "ready": pods.ready, "starting": pods.starting, "pending": pods.pending })
}

fn cost(cost: &CostView) -> Value {
    json!({
        "per_hour_microdollars": cost.per_hour_microdollars,
        "spent_microdollars": cost.spent_microdollars(),
        "compute_microdollars": cost.compute_microdollars,
        "disk_microdollars": cost.disk_microdollars,
        "avoided_compute_microdollars": cost.avoided_compute_microdollars,
        "kept_disk_microdollars": cost.kept_disk_microdollars,
    })
}

fn pool_object(session: &Session, cluster: &ClusterView, view: &PoolView, with_nodes: bool) -> Value {
    let autoscaler = view.autoscaler.map(|range| json!({ "min": range.min, "max": range.max }));
    let mut object = Map::new();
    let fields = json!({
        "resource_group": cluster.resource_group,
        "cluster": cluster.name,
        "name": view.name,
        "mode": view.mode.name(),
        "vm_size": view.vm_size,
        "is_priced": view.is_priced,
        "scale_down_mode": view.scale_down_mode.name(),
        "autoscaler": autoscaler,
        "provisioning_state": view.provisioning_state.name(),
        "power_state": view.power_state.name(),
        "count": view.count,
        "nodes_by_state": counts(&view.counts),
        "cost": cost(&view.cost),
    });
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    if let Some(pool) = session.cloud().pool(view.id) {
        object.insert("metrics".to_owned(), Metrics::of_pool(session.cloud(), pool).to_json());
    }
    if with_nodes {
        let scale_set = session.cloud().pool(view.id).map(|pool| pool.scale_set.clone());
        let scale_set = scale_set.unwrap_or_default();
        let nodes = view.nodes.iter().map(|node| {
            json!({
                "name": node_name(&scale_set, node.instance_id),
                "instance_id": node.instance_id,
                "state": node.state.name(),
                "source": node.source.name(),
                "progress_permille": node.progress_permille,
                "pods": node.pods,
                "fill_permille": node.fill_permille,
                "since_ms": node.since_ms,
                "age_ms": session.now_ms().saturating_sub(node.created_ms),
            })
        });
        object.insert("nodes".to_owned(), Value::Array(nodes.collect()));
    }
    Value::Object(object)
}
