//! Adding and removing faults, and the effects of those that choose nodes when their time has come.

use super::clockwork::Clockwork;
use super::subscription::{Subscription, find_pool};
use crate::azure::fault::{Fault, FaultKind, FaultSpec};
use crate::azure::lifecycle::NodeState;
use crate::azure::node::Node;
use crate::azure::pool::Pool;
use crate::azure::pool_spec::ScaleDownMode;
use crate::event::Event;
use crate::ground::id::{ClusterId, NodeId};
use crate::ground::invariant::known;
use crate::record::KubernetesEvent;
use crate::workloads::NodeCondition;

impl Subscription {
    /// Adds a fault and returns its number.
    pub fn add_fault(&mut self, spec: FaultSpec) -> u32 {
        let now_ms = self.now_ms();
        let id = self.clockwork.faults.add(spec, now_ms);
        if spec.kind.chooses_nodes() {
            self.clockwork.queue.schedule(spec.from_ms.max(now_ms), Event::Fault(id));
        }
        id
    }

    /// Returns the faults that are not over, oldest first.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.clockwork.faults.waiting(self.now_ms())
    }

    /// Removes the fault of this number, or all faults, and returns how many were removed.
    pub fn remove_faults(&mut self, id: Option<u32>) -> usize {
        self.clockwork.faults.remove(|fault| id.is_none_or(|id| fault.id == id))
    }

    /// Makes the next `count` allocations of a virtual machine fail for want of capacity, whether it is
    /// new or deallocated. Replaces any earlier such request.
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

    /// Applies a due fault that chooses nodes.
    pub(super) fn on_fault(&mut self, id: u32) {
        // A fault that was cleared is still in the queue.
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

    /// Evicts a spot machine: deletes or deallocates it, as the pool's eviction policy says.
    fn take_back(&mut self, cluster: ClusterId, node: NodeId) {
        let Some(pool) = find_pool(&mut self.clusters, cluster, node.pool) else {
            return;
        };
        match pool.spec.eviction_policy {
            ScaleDownMode::Delete => self.clockwork.delete(cluster, pool, node.instance_id, None),
            ScaleDownMode::Deallocate => self.clockwork.deallocate(cluster, pool, node.instance_id, None),
        }
    }

    /// Makes an unreachable node ready again, unless its machine has stopped running meanwhile.
    pub(super) fn on_recover(&mut self, cluster: ClusterId, id: NodeId) {
        let runs = |pool: &Pool| {
            let state = pool.node(id.instance_id).map(Node::state);
            state.is_some_and(NodeState::is_kubernetes_ready)
        };
        // The node, its pool and its cluster may be gone.
        if !self.pool(id.pool).is_some_and(runs) {
            return;
        }
        if let Some((kubernetes, mut context)) = self.clockwork.kubernetes(cluster) {
            kubernetes.on_ready(id, &mut context);
        }
    }
}

/// Chooses at random the nodes that a fault hits: each candidate with the fault's probability, at most
/// as many as its count allows.
fn choose(
    mut candidates: Vec<(ClusterId, NodeId)>,
    spec: FaultSpec,
    clockwork: &mut Clockwork,
) -> Vec<(ClusterId, NodeId)> {
    let random = &mut clockwork.random;
    if spec.probability_permille < 1000 {
        candidates.retain(|_| random.below(1000) < spec.probability_permille);
    }
    // Without a count, all nodes that the probability has picked, or one node if the fault is certain.
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
    /// Makes a node unreachable while its machine runs, and schedules its recovery if there is an end time.
    fn lose(&mut self, cluster: ClusterId, node: NodeId, until_ms: Option<u64>) {
        if let Some((kubernetes, mut context)) = self.kubernetes(cluster) {
            kubernetes.on_unready(node, NodeCondition::Unreachable, false, &mut context);
        }
        if let Some(until_ms) = until_ms {
            self.queue.schedule(until_ms, Event::Recover { cluster, node });
        }
    }

    /// Records the event of a fault as the node problem detector or the node controller does.
    fn note_fault(&mut self, cluster: ClusterId, node: NodeId, kind: FaultKind) {
        let Some((kubernetes, mut context)) = self.kubernetes(cluster) else {
            return;
        };
        let Some(name) = known(kubernetes.node(node).map(|node| node.name.as_ref().to_owned()), "the name of a node")
        else {
            return;
        };
        let (source, reason, message) = match kind {
            FaultKind::SpotEviction => {
                ("node-problem-detector", "PreemptScheduled", "the spot machine is taken back".to_owned())
            }
            _ => ("node-controller", "NodeNotReady", format!("Node {name} status is now: NodeNotReady")),
        };
        let object = format!("node/{name}");
        context.record_event(KubernetesEvent { namespace: None, object, is_warning: true, source, reason, message });
    }
}
