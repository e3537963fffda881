//! One node in words: for its card in the page and for the table.

use super::Session;
use scale_down_engine::record::RecordText;
use scale_down_engine::{Milestone, Node, NodeSource, NodeState, Pool, PoolId};

/// How many of a node's latest events its card shows.
const EVENTS_MAX: usize = 6;

/// A line of the table "Nodes".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRow {
    /// The Kubernetes name.
    pub name: String,
    /// The name of its pool.
    pub pool: String,
    /// Where it is in its life.
    pub state: NodeState,
    /// How it came up the last time.
    pub source: NodeSource,
    /// How long ago it was created. A deallocation does not interrupt its age.
    pub age_ms: u64,
    /// What it has cost, compute and disk.
    pub cost_microdollars: u64,
}

/// All about one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeDetail {
    /// The line of the table.
    pub row: NodeRow,
    /// The VM size.
    pub vm_size: String,
    /// Its zone; 0 for none.
    pub zone: u8,
    /// When it entered its state.
    pub since_ms: u64,
    /// When the transition under way will be over.
    pub until_ms: Option<u64>,
    /// What its machine has cost.
    pub compute_microdollars: u64,
    /// What its disk has cost.
    pub disk_microdollars: u64,
    /// The latest bring-up: each milestone, when it is or was due, and whether it was reached.
    pub milestones: Vec<(Milestone, u64, bool)>,
    /// What the phases of a new node take by the durations in force, in the order of the milestones.
    pub new_ms: [u64; 5],
    /// Why the autoscaler does not remove it, or when it will; nothing where it does not size the pool.
    pub why: Option<String>,
    /// The latest events, oldest first, each with its time.
    pub events: Vec<(u64, RecordText)>,
}

fn row(pool: &Pool, node: &Node, now_ms: u64) -> NodeRow {
    let cost = node.cost(now_ms, pool.prices());
    NodeRow {
        name: pool.node_name(node.instance_id),
        pool: pool.spec.name.clone(),
        state: node.state(),
        source: node.bring_up.source,
        age_ms: now_ms.saturating_sub(node.created_ms),
        cost_microdollars: (cost.compute + cost.disk).microdollars(),
    }
}

impl Session {
    /// The lines of the table "Nodes", by pool and instance id.
    pub fn node_rows(&self) -> impl Iterator<Item = NodeRow> + '_ {
        let now_ms = self.now_ms();
        let pools = self.cloud().clusters().iter().flat_map(|c| &c.pools);
        pools.flat_map(move |pool| pool.nodes().map(move |node| row(pool, node, now_ms)))
    }

    /// All about one node; nothing where it is gone.
    #[must_use]
    pub fn node(&self, pool: PoolId, instance_id: u32) -> Option<NodeDetail> {
        let now_ms = self.now_ms();
        let pool = self.cloud().pool(pool)?;
        let node = pool.node(instance_id)?;
        let cost = node.cost(now_ms, pool.prices());
        let bring_up = &node.bring_up;
        let milestones = Milestone::ALL.iter().map(|milestone| {
            let is_reached = bring_up.reached >= *milestone;
            (*milestone, bring_up.at_ms(*milestone), is_reached)
        });
        let own = self
            .cloud()
            .log()
            .since(0)
            .rev()
            .filter(|record| record.instance_id == Some(instance_id) && record.subject == pool.scale_set);
        let mut events: Vec<_> = own.take(EVENTS_MAX).map(|record| (record.at_ms, record.text())).collect();
        events.reverse();
        let row = row(pool, node, now_ms);
        let why = pool.spec.autoscaler.and_then(|_| self.cloud().why_node(&row.name));
        Some(NodeDetail {
            // The card begins with the name.
            why: why.map(|why| why.replacen(&row.name, "It", 1)),
            row,
            vm_size: pool.spec.vm_size.name.to_string(),
            zone: node.zone,
            since_ms: node.since_ms(),
            until_ms: node.until_ms(),
            compute_microdollars: cost.compute.microdollars(),
            disk_microdollars: cost.disk.microdollars(),
            milestones: milestones.collect(),
            new_ms: NodeSource::New.timings().map(|timing| self.cloud().timings().get(timing).median_ms),
            events,
        })
    }
}
