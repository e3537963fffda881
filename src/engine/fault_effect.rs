//! What a fault does to the cloud when its time has come.

use super::clockwork::{Clockwork, Event};
use super::cloud::{Cloud, find_pool};
use super::cluster::ClusterId;
use super::fault::{Fault, FaultKind, FaultSpec};
use super::kubernetes::NodeId;
use super::lifecycle::NodeState;
use super::pool::{Pool, ScaleDownMode};
use super::record::Remark;
use super::workloads::Standing;

impl Cloud {
    /// Adds a fault; gives its number.
    pub fn add_fault(&mut self, spec: FaultSpec) -> u32 {
        let now_ms = self.now_ms();
        let id = self.clockwork.faults.add(spec, now_ms);
        if spec.kind.chooses_nodes() {
            self.clockwork.queue.schedule(spec.from_ms.max(now_ms), Event::Fault(id));
        }
        id
    }

    /// The faults that wait, oldest first.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.clockwork.faults.waiting(self.now_ms())
    }

    /// Takes a fault away, or all of them; gives how many.
    pub fn remove_faults(&mut self, id: Option<u32>) -> usize {
        self.clockwork.faults.remove(|fault| id.is_none_or(|id| fault.id == id))
    }

    /// Makes the next allocations of a virtual machine fail for want of capacity, whether it is
    /// new or deallocated; so many, and no more of those asked for before.
    pub fn fail_allocations(&mut self, count: u32) {
        let now_ms = self.now_ms();
        let of_kind = FaultSpec::new(FaultKind::AllocationFailed, now_ms);
        self.clockwork.faults.remove(|fault| {
            let FaultSpec { kind, pool, until_ms, probability_permille, .. } = fault.spec;
            (kind, pool, until_ms, probability_permille) == (of_kind.kind, None, None, 1000)
        });
        if count > 0 {
            self.clockwork.faults.add(FaultSpec { count: Some(count), ..of_kind }, now_ms);
        }
    }

    /// The time of a fault has come that chooses nodes.
    pub(super) fn on_fault(&mut self, id: u32) {
        let Some(spec) = self.clockwork.faults.take(id) else {
            return;
        };
        let mut candidates: Vec<(ClusterId, NodeId)> = Vec::new();
        for cluster in &self.clusters {
            let meant = cluster.pools.iter().filter(|pool| spec.pool.is_none_or(|id| id == pool.id));
            for pool in meant.filter(|pool| pool.spec.spot || spec.kind != FaultKind::SpotEviction) {
                let ready = pool.nodes_in(NodeState::Ready);
                let ids = ready.map(|node| NodeId { pool: pool.id, instance_id: node.instance_id });
                candidates.extend(ids.map(|node| (cluster.id, node)));
            }
        }
        for (cluster, node) in choose(candidates, spec, &mut self.clockwork) {
            self.clockwork.note_fault(cluster, node, spec.kind);
            match spec.kind {
                FaultKind::SpotEviction => self.take_back(cluster, node),
                _ => self.clockwork.lose(cluster, node, spec.until_ms),
            }
        }
    }

    /// Azure takes a spot machine back.
    fn take_back(&mut self, cluster: ClusterId, node: NodeId) {
        let Some(pool) = find_pool(&mut self.clusters, cluster, node.pool) else {
            return;
        };
        match pool.spec.eviction_policy {
            ScaleDownMode::Delete => self.clockwork.delete(cluster, pool, node.instance_id, None),
            ScaleDownMode::Deallocate => self.clockwork.deallocate(cluster, pool, node.instance_id, None),
        }
    }

    /// A node that was lost reports again, unless its machine has gone away meanwhile.
    pub(super) fn on_recover(&mut self, cluster: ClusterId, id: NodeId) {
        let runs = |pool: &Pool| {
            let state = pool.node(id.instance_id).map(super::node::Node::state);
            state.is_some_and(NodeState::is_kubernetes_ready)
        };
        if !self.pool(id.pool).is_some_and(runs) {
            return;
        }
        if let Some((kubernetes, mut moment)) = self.clockwork.kubernetes(cluster) {
            kubernetes.on_ready(id, &mut moment);
        }
    }
}

/// The nodes that a fault hits: so many by chance, or each with its probability.
fn choose(
    mut candidates: Vec<(ClusterId, NodeId)>,
    spec: FaultSpec,
    clockwork: &mut Clockwork,
) -> Vec<(ClusterId, NodeId)> {
    let random = &mut clockwork.random;
    if spec.probability_permille < 1000 {
        candidates.retain(|_| random.below(1000) < spec.probability_permille);
    }
    // Without a number, a probability speaks for itself, and otherwise it is one node.
    let count = spec.count.unwrap_or(if spec.probability_permille < 1000 { u32::MAX } else { 1 });
    let mut chosen = Vec::new();
    while chosen.len() < count as usize && !candidates.is_empty() {
        let index = random.below(u32::try_from(candidates.len()).unwrap_or(u32::MAX));
        chosen.push(candidates.swap_remove(index as usize));
    }
    chosen.sort_unstable();
    chosen
}

impl Clockwork {
    /// A node does not report any more, while its machine runs.
    fn lose(&mut self, cluster: ClusterId, node: NodeId, until_ms: Option<u64>) {
        if let Some((kubernetes, mut moment)) = self.kubernetes(cluster) {
            kubernetes.on_unready(node, Standing::Unreachable, false, &mut moment);
        }
        if let Some(until_ms) = until_ms {
            self.queue.schedule(until_ms, Event::Recover { cluster, node });
        }
    }

    /// Says what happens to a node, as the node problem detector and the node controller do.
    fn note_fault(&mut self, cluster: ClusterId, node: NodeId, kind: FaultKind) {
        let Some((kubernetes, mut moment)) = self.kubernetes(cluster) else {
            return;
        };
        let Some(name) = kubernetes.node(node).map(|node| node.name.as_ref().to_owned()) else {
            return;
        };
        let (source, reason, message) = match kind {
            FaultKind::SpotEviction => {
                ("node-problem-detector", "PreemptScheduled", "the spot machine is taken back".to_owned())
            }
            _ => ("node-controller", "NodeNotReady", format!("Node {name} status is now: NodeNotReady")),
        };
        let object = format!("node/{name}");
        moment.remark(Remark { namespace: None, object, is_warning: true, source, reason, message });
    }
}
