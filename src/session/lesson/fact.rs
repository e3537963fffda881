//! The facts that a goal may compare: one table for reading checks, judging them and documenting them.

use std::sync::Arc;

use super::judge::Baseline;
use crate::metrics::Metrics;
use crate::{Entry, EntryState};
use scale_down_cli::ground::outcome::Block;
use scale_down_engine::ground::money::Cost;
use scale_down_engine::{Cloud, Cluster, Node, NodeSource, NodeState, PodCounts, Pool};

/// The kind of a fact's values; only facts of the same kind can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// A whole number.
    Count,
    /// Micro-dollars.
    Money,
    /// Milliseconds of simulated time.
    Time,
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// True or not; such a fact stands alone, without a comparison.
    Truth,
}

/// The kind of subject that a fact takes in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactSubject {
    /// None: the fact is about everything.
    All,
    /// A node pool; all of them if there are no parentheses.
    Pools,
    /// A node pool.
    Pool,
    /// A cluster.
    Cluster,
    /// An error code of the service.
    Code,
}

/// An entry of the table of facts.
#[derive(Debug)]
pub struct FactInfo {
    /// Its name.
    pub name: &'static str,
    /// The kind of subject that it takes.
    pub subject: FactSubject,
    /// The kind of its values.
    pub kind: FactKind,
    source: FactSource,
}

/// A change of a node that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeChange {
    Created,
    Started,
    Deallocated,
    Deleted,
    Failed,
}

/// The source of a fact's value.
#[derive(Debug)]
enum FactSource {
    Nodes,
    In(NodeState),
    Up(NodeSource),
    Changes(NodeChange),
    OfPool(fn(&Pool) -> Option<Value>),
    PoolIsThere,
    ClusterIsThere,
    Pods(fn(&PodCounts) -> u32),
    Waited,
    LongestWait,
    /// A metric of the whole run.
    Metric(fn(&Metrics) -> Option<u64>),
    Spent(fn(&Cost) -> u64),
    PerHour,
    Elapsed,
    Idle,
    ExitCode,
    Output,
    Refused,
}

const MODES: FactKind = FactKind::Word(&["Delete", "Deallocate"]);
const POOL_MODES: FactKind = FactKind::Word(&["System", "User"]);
const PROVISIONING: FactKind = FactKind::Word(&["Creating", "Updating", "Deleting", "Succeeded", "Failed", "Canceled"]);
const POWER: FactKind = FactKind::Word(&["Running", "Stopped"]);

const fn fact(name: &'static str, subject: FactSubject, kind: FactKind, source: FactSource) -> FactInfo {
    FactInfo { name, subject, kind, source }
}

const fn in_state(name: &'static str, state: NodeState) -> FactInfo {
    fact(name, FactSubject::Pools, FactKind::Count, FactSource::In(state))
}

const fn changes(name: &'static str, change: NodeChange) -> FactInfo {
    fact(name, FactSubject::Pools, FactKind::Count, FactSource::Changes(change))
}

const fn of_pool(name: &'static str, kind: FactKind, read: fn(&Pool) -> Option<Value>) -> FactInfo {
    fact(name, FactSubject::Pool, kind, FactSource::OfPool(read))
}

const fn waited(name: &'static str, read: fn(&Metrics) -> Option<u64>) -> FactInfo {
    fact(name, FactSubject::All, FactKind::Time, FactSource::Metric(read))
}

const fn spent(name: &'static str, read: fn(&Cost) -> u64) -> FactInfo {
    fact(name, FactSubject::All, FactKind::Money, FactSource::Spent(read))
}

/// Every fact, in the order of `docs/lessons.md`.
pub const FACTS: &[FactInfo] = &[
    fact("nodes", FactSubject::Pools, FactKind::Count, FactSource::Nodes),
    in_state("ready", NodeState::Ready),
    fact("ready_new", FactSubject::Pools, FactKind::Count, FactSource::Up(NodeSource::New)),
    fact("ready_cached", FactSubject::Pools, FactKind::Count, FactSource::Up(NodeSource::Cached)),
    in_state("starting", NodeState::Starting),
    in_state("creating", NodeState::Creating),
    in_state("draining", NodeState::Draining),
    in_state("deallocating", NodeState::Deallocating),
    in_state("deallocated", NodeState::Deallocated),
    in_state("stopped", NodeState::Stopped),
    in_state("deleting", NodeState::Deleting),
    in_state("failed", NodeState::Failed),
    changes("creations", NodeChange::Created),
    changes("starts", NodeChange::Started),
    changes("deallocations", NodeChange::Deallocated),
    changes("deletions", NodeChange::Deleted),
    changes("failures", NodeChange::Failed),
    fact("pool", FactSubject::Pool, FactKind::Truth, FactSource::PoolIsThere),
    of_pool("count", FactKind::Count, |pool| Some(Value::Number(pool.spec.count.into()))),
    of_pool("scale_down_mode", MODES, |pool| Some(Value::word(pool.spec.scale_down_mode.name()))),
    of_pool("pool_mode", POOL_MODES, |pool| Some(Value::word(pool.spec.mode.name()))),
    of_pool("provisioning_state", PROVISIONING, |pool| Some(Value::word(pool.provisioning_state.name()))),
    of_pool("power_state", POWER, |pool| Some(Value::word(pool.power_state.name()))),
    of_pool("autoscaler", FactKind::Truth, |pool| Some(Value::Truth(pool.spec.autoscaler.is_some()))),
    of_pool("min_count", FactKind::Count, |pool| Some(Value::Number(pool.spec.autoscaler?.min.into()))),
    of_pool("max_count", FactKind::Count, |pool| Some(Value::Number(pool.spec.autoscaler?.max.into()))),
    fact("cluster", FactSubject::Cluster, FactKind::Truth, FactSource::ClusterIsThere),
    fact("pods_ready", FactSubject::All, FactKind::Count, FactSource::Pods(|pods| pods.ready)),
    fact("pods_starting", FactSubject::All, FactKind::Count, FactSource::Pods(|pods| pods.starting)),
    fact("pods_pending", FactSubject::All, FactKind::Count, FactSource::Pods(|pods| pods.pending)),
    fact("pending_time", FactSubject::All, FactKind::Time, FactSource::Waited),
    fact("longest_wait", FactSubject::All, FactKind::Time, FactSource::LongestWait),
    waited("pod_wait_p95", |metrics| metrics.pod_wait.p95_ms),
    waited("node_ready_p50", |metrics| metrics.node_ready.p50_ms),
    waited("node_ready_p95", |metrics| metrics.node_ready.p95_ms),
    waited("node_ready_new_p50", |metrics| metrics.node_ready_new.p50_ms),
    waited("node_ready_cached_p50", |metrics| metrics.node_ready_cached.p50_ms),
    spent("spent", |cost| cost.compute.microdollars() + cost.disk.microdollars()),
    spent("spent_on_disks", |cost| cost.disk.microdollars()),
    spent("spent_on_kept_disks", |cost| cost.kept_disk.microdollars()),
    spent("avoided", |cost| cost.avoided_compute.microdollars()),
    fact("per_hour", FactSubject::All, FactKind::Money, FactSource::PerHour),
    fact("elapsed", FactSubject::All, FactKind::Time, FactSource::Elapsed),
    fact("idle", FactSubject::All, FactKind::Truth, FactSource::Idle),
    fact("refused", FactSubject::Code, FactKind::Count, FactSource::Refused),
    fact("exit_code", FactSubject::All, FactKind::Count, FactSource::ExitCode),
    fact("output", FactSubject::All, FactKind::Text, FactSource::Output),
];

/// The value of a fact at a moment, or a constant that it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A count, micro-dollars or milliseconds.
    Number(u64),
    /// A text or a word.
    Text(Box<str>),
    /// True or not.
    Truth(bool),
}

impl Value {
    fn word(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// The state that checks are judged on: the cloud, the transcript, and the events since the set-up.
pub(super) struct CheckContext<'a> {
    pub cloud: &'a Cloud,
    pub transcript: &'a [Arc<Entry>],
    pub baseline: &'a Baseline,
}

impl FactKind {
    /// Returns `true` for money and time, the kinds that a score can measure.
    pub(super) fn is_measured(self) -> bool {
        matches!(self, Self::Money | Self::Time)
    }
}

impl PartialEq for FactInfo {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for FactInfo {}

impl FactInfo {
    /// Returns a fact by its name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        FACTS.iter().find(|fact| fact.name == name)
    }

    /// Returns the value of the fact at this moment; `None` if its subject does not exist. A count of nothing is 0.
    pub(super) fn value(&self, of: Option<&str>, context: &CheckContext<'_>) -> Option<Value> {
        let nodes = |is_counted: &dyn Fn(&Node) -> bool| {
            let nodes = pools(context.cloud, of).flat_map(|(_, pool)| pool.nodes());
            Some(Value::Number(nodes.filter(|node| is_counted(node)).count() as u64))
        };
        match &self.source {
            FactSource::Nodes => nodes(&|_| true),
            FactSource::In(state) => nodes(&|node| node.state() == *state),
            FactSource::Up(source) => {
                nodes(&|node| node.state() == NodeState::Ready && node.bring_up.source == *source)
            }
            FactSource::Changes(change) => Some(Value::Number(context.baseline.changes(*change, of))),
            FactSource::OfPool(read) => pools(context.cloud, of).next().and_then(|(_, pool)| read(pool)),
            FactSource::PoolIsThere => Some(Value::Truth(pools(context.cloud, of).next().is_some())),
            FactSource::ClusterIsThere => {
                let is_it = |cluster: &Cluster| of.is_some_and(|name| cluster.spec.name.eq_ignore_ascii_case(name));
                Some(Value::Truth(context.cloud.clusters().iter().any(is_it)))
            }
            FactSource::Pods(read) => {
                let clusters =
                    context.cloud.clusters().iter().filter_map(|cluster| context.cloud.kubernetes(cluster.id));
                let counts = clusters.map(|kubernetes| u64::from(read(&PodCounts::of(kubernetes))));
                Some(Value::Number(counts.sum()))
            }
            FactSource::Waited => Some(Value::Number(context.baseline.waited_ms(context.cloud.now_ms()).0)),
            FactSource::LongestWait => Some(Value::Number(context.baseline.waited_ms(context.cloud.now_ms()).1)),
            FactSource::Metric(read) => read(&Metrics::of(context.cloud)).map(Value::Number),
            FactSource::Spent(read) => {
                let now = read(&context.cloud.cost());
                Some(Value::Number(now.saturating_sub(read(&context.baseline.cost))))
            }
            FactSource::PerHour => {
                let pools = pools(context.cloud, None);
                let prices = pools.flat_map(|(_, pool)| {
                    let prices = pool.prices();
                    pool.nodes().map(move |node| node.price_microdollars_per_hour(prices))
                });
                Some(Value::Number(prices.sum()))
            }
            FactSource::Elapsed => Some(Value::Number(context.cloud.now_ms().saturating_sub(context.baseline.at_ms))),
            FactSource::Idle => Some(Value::Truth(context.cloud.is_idle())),
            FactSource::ExitCode => {
                let code = context.answered().next_back()?.exit_code?;
                Some(Value::Number(u64::try_from(code).ok()?))
            }
            FactSource::Output => {
                let output = context.answered().next_back()?.stdout();
                Some(Value::word(output.trim()))
            }
            FactSource::Refused => {
                let refused = context.answered().filter(|entry| of.is_some_and(|code| has_code(entry, code)));
                Some(Value::Number(refused.count() as u64))
            }
        }
    }
}

impl CheckContext<'_> {
    /// Returns the lines that were typed since the set-up and have answered.
    fn answered(&self) -> impl DoubleEndedIterator<Item = &Arc<Entry>> {
        let typed = self.transcript.get(self.baseline.entries..).unwrap_or_default();
        typed.iter().filter(|entry| entry.state == EntryState::Done)
    }
}

/// Returns `true` if a line was answered with this error code of the service: `(CODE) …`.
fn has_code(entry: &Entry, code: &str) -> bool {
    entry.blocks.iter().any(|block| match block {
        Block::Error(error) => {
            let message = error.message.strip_prefix('(').and_then(|rest| rest.strip_prefix(code));
            message.is_some_and(|rest| rest.starts_with(')'))
        }
        _ => false,
    })
}

/// Returns the pools that a name means, `nodepool1` or `myAKSCluster/nodepool1`; all pools without a name.
fn pools<'a>(cloud: &'a Cloud, name: Option<&'a str>) -> impl Iterator<Item = (&'a Cluster, &'a Pool)> {
    let (cluster, pool) = match name.map(|name| name.split_once('/').ok_or(name)) {
        Some(Ok((cluster, pool))) => (Some(cluster), Some(pool)),
        Some(Err(pool)) => (None, Some(pool)),
        None => (None, None),
    };
    let clusters = cloud.clusters().iter();
    let clusters = clusters.filter(move |found| cluster.is_none_or(|name| found.spec.name.eq_ignore_ascii_case(name)));
    let pools = clusters.flat_map(|cluster| cluster.pools.iter().map(move |pool| (cluster, pool)));
    pools.filter(move |(_, found)| pool.is_none_or(|name| found.spec.name == name))
}
