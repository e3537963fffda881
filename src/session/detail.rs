//! One node in words, for its card in the page and for the table "Nodes".

use super::Session;
use scale_down_engine::record::RecordText;
use scale_down_engine::{Milestone, Node, NodeSource, NodeState, Pool, PoolId};

/// Greatest number of events on a node's card; the latest ones are shown.
const EVENTS_MAX: usize = 6;

/// A row of the table "Nodes".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRow {
    /// The Kubernetes name.
    pub name: String,
    /// The name of its pool.
    pub pool: String,
    /// Its state in the life cycle of a node.
    pub state: NodeState,
    /// The source of its latest bring-up: created new, or started from a deallocated machine with cached images.
    pub source: NodeSource,
    /// Milliseconds since it was created. A deallocation does not interrupt its age.
    pub age_ms: u64,
    /// Its cost so far, compute and disk, in micro-dollars.
    pub cost_microdollars: u64,
}

/// The details of one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeDetail {
    /// Its row of the table.
    pub row: NodeRow,
    /// The VM size.
    pub vm_size: String,
    /// Its availability zone; 0 for none.
    pub zone: u8,
    /// The simulated time at which it entered its state, in milliseconds.
    pub since_ms: u64,
    /// The simulated time at which the transition under way will end, in milliseconds.
    pub until_ms: Option<u64>,
    /// Compute cost of its machine so far, in micro-dollars.
    pub compute_microdollars: u64,
    /// Cost of its disk so far, in micro-dollars.
    pub disk_microdollars: u64,
    /// The latest bring-up: each milestone, the time at which it is or was due (ms), and `true` if it was reached.
    pub milestones: Vec<(Milestone, u64, bool)>,
    /// Median durations of the phases of a new node, in milliseconds, in the order of the milestones.
    pub new_ms: [u64; 5],
    /// The reason why the autoscaler does not remove it, or the time at which it will, in words; `None` if it does not size the pool.
    pub why: Option<String>,
    /// The latest events, oldest first, each with its simulated time in milliseconds.
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
    /// Returns the rows of the table "Nodes", by pool and instance id.
    pub fn node_rows(&self) -> impl Iterator<Item = NodeRow> + '_ {
        let now_ms = self.now_ms();
        let pools = self.cloud().clusters().iter().flat_map(|c| &c.pools);
        pools.flat_map(move |pool| pool.nodes().map(move |node| row(pool, node, now_ms)))
    }

    /// Returns the details of one node; `None` if it is gone.
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
