//! A copy of the cluster for simulations that can be reverted (upstream: `ClusterSnapshot` with fork and revert).
//!
//! Nodes are shared with the cluster. A pod that is put on one is written beside it, unless it has host ports
//! or anti-affinity, which the scheduler looks for on the node itself; so a trial costs next to nothing.
//! Changes are kept in a journal, and reverting them costs what making them cost.

use std::borrow::Cow;
use std::sync::Arc;

use super::snapshot_node::{CandidateFacts, NodeClass, RequiredChecks, SimulatedPod, SnapshotNode, is_plain};
use crate::kubernetes::fit::check_node_constraints;
use crate::kubernetes::misfit::Shortage;
use crate::kubernetes::{Misfit, NodeId, NodeInfo, Pod, PodSpec, Resources, TopologyCounts, check_fit};

/// A change in the journal.
#[derive(Debug, Clone)]
enum Change {
    /// The node in a slot was replaced; holds the previous one.
    Node(usize, Arc<NodeInfo>),
    /// The node in a slot was taken out.
    Removed(usize),
    /// A pod was written beside the node in a slot; `before` is the journal index of the pod before it.
    Pod { slot: usize, simulated: SimulatedPod, before: Option<usize> },
    /// A node was closed to further pods.
    Closed(usize),
}

/// Cached scheduling verdict of one pod spec for one class of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ClassVerdict {
    /// The address of the pod spec.
    spec: usize,
    class: NodeClass,
    fits: bool,
}

/// A search that found no node for a pod spec.
#[derive(Debug, Clone, Copy)]
struct FailedSearch {
    /// The address of the pod spec.
    spec: usize,
    /// Length of `freed` at that time.
    freed: usize,
}

/// A copy of the cluster that can be changed and reverted. Each node has a slot, whose index stays the same.
#[derive(Debug, Clone, Default)]
pub struct ClusterSnapshot {
    slots: Vec<SnapshotNode>,
    /// Resources that each node offers to a pod without tolerations, close together, so that a search need
    /// not visit every node.
    offers: Vec<Resources>,
    /// Number of registered nodes, which come first and are sorted by identity.
    sorted: usize,
    /// All changes, the latest last.
    journal: Vec<Change>,
    /// The slot where the next search begins.
    next: usize,
    /// Number of nodes with pods with anti-affinity.
    nodes_with_anti_affinity: usize,
    /// Cached verdicts of the latest pod spec that was checked.
    verdicts: Vec<ClassVerdict>,
    /// Searches that found no node.
    failed_searches: Vec<FailedSearch>,
    /// Slots of nodes that have gained room since a search failed. Room only shrinks otherwise, so that only these
    /// can make a failed search worth another try.
    freed: Vec<usize>,
}

/// The most classes of nodes whose verdict is cached.
const VERDICTS_MAX: usize = 8;

/// A point to revert to (upstream: fork).
#[derive(Debug, Clone, Copy)]
pub struct Fork {
    journal: usize,
    slots: usize,
}

impl ClusterSnapshot {
    /// Creates a copy of these nodes, which are sorted by identity.
    #[must_use]
    pub fn new(nodes: impl Iterator<Item = Arc<NodeInfo>>) -> Self {
        let mut snapshot = Self::default();
        snapshot.renew(nodes.map(Cow::Owned));
        snapshot
    }

    /// Reverts all changes and copies these nodes, sorted by identity. Most are usually those of before,
    /// which stay as they are.
    pub fn renew<'a>(&mut self, nodes: impl Iterator<Item = Cow<'a, Arc<NodeInfo>>>) {
        self.revert(Fork { journal: 0, slots: self.sorted });
        self.next = 0;
        self.verdicts.clear();
        self.failed_searches.clear();
        self.freed.clear();
        let mut count = 0;
        for node in nodes {
            match self.node(count) {
                Some(before) if Arc::ptr_eq(before, &node) => {}
                Some(_) => drop(self.put(count, node.into_owned())),
                None => drop(self.add(node.into_owned())),
            }
            count += 1;
        }
        self.revert(Fork { journal: 0, slots: count });
        self.sorted = count;
    }

    /// Begins a fork, to which the snapshot can be reverted.
    #[must_use]
    pub fn fork(&self) -> Fork {
        Fork { journal: self.journal.len(), slots: self.slots.len() }
    }

    /// Reverts all changes since a fork.
    pub fn revert(&mut self, fork: Fork) {
        while self.journal.len() > fork.journal {
            match self.journal.pop() {
                Some(Change::Node(slot, before)) => {
                    self.put(slot, before);
                    self.note_freed(slot);
                }
                Some(Change::Removed(slot)) => {
                    self.edit(slot, |node| node.is_removed = false);
                    self.nodes_with_anti_affinity += self.anti_affinity_count(slot);
                    self.note_freed(slot);
                }
                Some(Change::Pod { slot, simulated, before }) => {
                    self.edit(slot, |node| node.take(simulated.requests(), before));
                    self.note_freed(slot);
                }
                Some(Change::Closed(slot)) => {
                    self.edit(slot, |node| node.is_closed = false);
                    self.note_freed(slot);
                }
                None => return,
            }
        }
        while self.slots.len() > fork.slots {
            self.nodes_with_anti_affinity -= self.anti_affinity_count(self.slots.len() - 1);
            self.slots.pop();
            self.offers.pop();
        }
    }

    /// Changes the node in a slot and updates its offer; returns the result of the change.
    fn edit<T>(&mut self, slot: usize, change: impl FnOnce(&mut SnapshotNode) -> T) -> Option<T> {
        let (found, offer) = (self.slots.get_mut(slot)?, self.offers.get_mut(slot)?);
        let given = change(found);
        *offer = found.offer();
        Some(given)
    }

    fn note_freed(&mut self, slot: usize) {
        if !self.failed_searches.is_empty() {
            self.freed.push(slot);
        }
    }

    /// Closes a node to further pods.
    pub fn close(&mut self, slot: usize) {
        if self.edit(slot, |node| !std::mem::replace(&mut node.is_closed, true)) == Some(true) {
            self.journal.push(Change::Closed(slot));
        }
    }

    /// Returns 1 if a pod on the node in a slot has anti-affinity, otherwise 0.
    fn anti_affinity_count(&self, slot: usize) -> usize {
        usize::from(self.node(slot).is_some_and(|node| node.has_pods_with_anti_affinity()))
    }

    fn put(&mut self, slot: usize, node: Arc<NodeInfo>) -> Option<Arc<NodeInfo>> {
        self.nodes_with_anti_affinity -= self.anti_affinity_count(slot);
        let beside = self.simulated_pods(slot).fold(Resources::default(), |all, simulated| all + simulated.requests());
        let before = self.edit(slot, |entry| entry.put(node, beside));
        self.nodes_with_anti_affinity += self.anti_affinity_count(slot);
        before
    }

    /// Returns the nodes that are in the copy.
    pub fn nodes(&self) -> impl Iterator<Item = &Arc<NodeInfo>> {
        self.slots.iter().filter_map(SnapshotNode::node)
    }

    /// Counts the nodes in the copy.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes().count()
    }

    /// Returns `true` if there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes().next().is_none()
    }

    /// Returns the registered nodes, in the order of their slots; those behind them hold template nodes.
    #[must_use]
    pub fn registered(&self) -> &[SnapshotNode] {
        self.slots.get(..self.sorted).unwrap_or_default()
    }

    /// Returns the node in a slot, without the pods that were written beside it.
    #[must_use]
    pub fn node(&self, slot: usize) -> Option<&Arc<NodeInfo>> {
        self.slots.get(slot)?.node()
    }

    /// Returns the node in a slot, with its state in the snapshot.
    #[must_use]
    pub fn get(&self, slot: usize) -> Option<&SnapshotNode> {
        self.slots.get(slot)
    }

    /// Returns the facts about the node in a slot that scale-down asks for in every loop.
    #[must_use]
    pub fn facts(&self, slot: usize) -> Option<CandidateFacts> {
        self.slots.get(slot).filter(|node| !node.is_removed).map(|node| node.facts)
    }

    /// Returns the pods on the node in a slot, including those that were put there in the snapshot.
    pub fn pods(&self, slot: usize) -> impl Iterator<Item = &Pod> {
        let own = self.node(slot).into_iter().flat_map(|node| node.pods());
        let mut simulated_pods: Vec<&SimulatedPod> = self.simulated_pods(slot).collect();
        simulated_pods.reverse();
        own.chain(simulated_pods.into_iter().map(SimulatedPod::pod))
    }

    /// Returns the slot of a registered node, unless it was taken out.
    #[must_use]
    pub fn slot_of(&self, id: NodeId) -> Option<usize> {
        // Places that were emptied are few; they take the order of their neighbours.
        let mut low = 0;
        let mut high = self.sorted;
        while low < high {
            let middle = usize::midpoint(low, high);
            let Some((slot, node)) = (middle..high).find_map(|slot| Some((slot, self.facts(slot)?))) else {
                high = middle;
                continue;
            };
            match node.id.cmp(&id) {
                std::cmp::Ordering::Equal => return Some(slot),
                std::cmp::Ordering::Less => low = slot + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Adds a node; returns its slot.
    pub fn add(&mut self, node: Arc<NodeInfo>) -> usize {
        self.nodes_with_anti_affinity += usize::from(node.has_pods_with_anti_affinity());
        let node = SnapshotNode::new(node);
        self.offers.push(node.offer());
        self.slots.push(node);
        let slot = self.slots.len() - 1;
        self.note_freed(slot);
        slot
    }

    /// Takes the node in a slot out.
    pub fn remove(&mut self, slot: usize) {
        if self.node(slot).is_some() {
            self.nodes_with_anti_affinity -= self.anti_affinity_count(slot);
            self.edit(slot, |node| node.is_removed = true);
            self.journal.push(Change::Removed(slot));
        }
    }

    /// Returns the pods that are on the node in a slot only in the snapshot, latest first.
    pub fn simulated_pods(&self, slot: usize) -> impl Iterator<Item = &SimulatedPod> {
        let mut next = self.slots.get(slot).and_then(|node| node.latest);
        std::iter::from_fn(move || match self.journal.get(next?) {
            Some(Change::Pod { simulated, before, .. }) => {
                next = *before;
                Some(simulated)
            }
            _ => None,
        })
    }

    /// Puts a pod on a node without checking that it fits.
    fn assign(&mut self, slot: usize, simulated: &SimulatedPod) {
        if simulated.required_checks() < RequiredChecks::All || is_plain(&simulated.pod().spec) {
            let at = self.journal.len();
            let before = self.edit(slot, |node| node.add(simulated.requests(), at)).flatten();
            self.journal.push(Change::Pod { slot, simulated: simulated.clone(), before });
        } else if let Some(node) = self.node(slot) {
            let mut node = NodeInfo::clone(node);
            node.add_pod(simulated.pod().clone());
            if let Some(before) = self.put(slot, Arc::new(node)) {
                self.journal.push(Change::Node(slot, before));
            }
        }
    }

    /// Returns the counts of other pods that matter to a pod spec: for spreading, affinity and anti-affinity.
    #[must_use]
    pub fn topology_counts(&self, spec: &PodSpec) -> TopologyCounts {
        if !spec.depends_on_other_pods() && self.nodes_with_anti_affinity == 0 {
            return TopologyCounts::default();
        }
        let mut topology = TopologyCounts::of(spec, self.nodes().map(|node| &**node));
        if spec.depends_on_other_pods() {
            for change in &self.journal {
                if let Change::Pod { slot, simulated, .. } = change
                    && let Some(node) = self.node(*slot)
                {
                    topology.add(spec, &simulated.pod().spec, node);
                }
            }
        }
        topology
    }

    /// Checks that a pod fits the node in a slot; `None` if there is no node.
    ///
    /// # Errors
    ///
    /// The reason for which it does not fit.
    #[must_use]
    pub fn check<'a>(
        &'a self,
        spec: &PodSpec,
        slot: usize,
        topology: &TopologyCounts,
    ) -> Option<Result<(), Misfit<'a>>> {
        let found = self.slots.get(slot)?;
        let node = found.node()?;
        let fit = check_fit(spec, node, topology);
        let short = Shortage::of(spec.requests(), found.free);
        Some(match (fit, short) {
            (Ok(()), Some(short)) => Err(Misfit::Insufficient(short)),
            (fit, _) => fit,
        })
    }

    /// Puts a pod on a node if it fits; returns `true` if it did.
    pub fn schedule_on(&mut self, pod: &Pod, slot: usize) -> bool {
        let topology = self.topology_counts(&pod.spec);
        let fits = self.check(&pod.spec, slot, &topology).is_some_and(|fit| fit.is_ok());
        if fits {
            self.assign(slot, &SimulatedPod::new(pod));
        }
        fits
    }

    /// Returns the checks that placing a pod needs, given the pods in the snapshot.
    fn required_checks(&self, simulated: &SimulatedPod) -> RequiredChecks {
        if self.nodes_with_anti_affinity > 0 { RequiredChecks::All } else { simulated.required_checks() }
    }

    /// Returns `true` if the node in a slot takes a pod by the checks of `required_checks`.
    fn takes(&mut self, simulated: &SimulatedPod, slot: usize, required_checks: RequiredChecks) -> bool {
        if required_checks == RequiredChecks::Resources {
            return self.offers.get(slot).is_some_and(|offer| simulated.requests().fits_in(*offer));
        }
        let found = self.slots.get(slot).filter(|node| node.has_room(simulated.requests()));
        let found = found.and_then(|node| Some((node.class, node.node()?)));
        found.is_some_and(|(class, node)| class_fits(&mut self.verdicts, &simulated.pod().spec, class, node))
    }

    /// Puts a pod on a node if it fits and needs no check against other pods; returns `true` if it was put there.
    pub fn schedule_simply(&mut self, simulated: &SimulatedPod, slot: usize) -> bool {
        let required_checks = self.required_checks(simulated);
        let fits = required_checks < RequiredChecks::All && self.takes(simulated, slot, required_checks);
        if fits {
            self.assign(slot, simulated);
        }
        fits
    }

    /// Puts a pod on the first acceptable node that it fits, from where the last search ended; returns the slot.
    pub fn schedule(&mut self, pod: &Pod, is_acceptable: impl Fn(usize) -> bool) -> Option<usize> {
        self.search(&SimulatedPod::new(pod), is_acceptable)
    }

    /// Puts a pod on the first node that it fits, from where the last search ended; returns the slot.
    pub fn schedule_anywhere(&mut self, pod: &Pod) -> Option<usize> {
        self.schedule_simulated(&SimulatedPod::new(pod))
    }

    /// Like [`Self::schedule_anywhere`], for a pod whose requests are already known.
    pub fn schedule_simulated(&mut self, simulated: &SimulatedPod) -> Option<usize> {
        let required_checks = self.required_checks(simulated);
        if required_checks == RequiredChecks::All {
            return self.search(simulated, |_| true);
        }
        let spec = Arc::as_ptr(&simulated.pod().spec).addr();
        let known = self.failed_searches.iter().position(|known| known.spec == spec);
        let since = known.and_then(|known| self.failed_searches.get(known)).map(|known| known.freed);
        let is_short = |since: &usize| self.freed.len() - since < self.slots.len();
        let found = if let Some(since) = since.filter(is_short) {
            self.first_freed(since, simulated, required_checks)
        } else if required_checks == RequiredChecks::Resources {
            self.first_offer(simulated.requests())
        } else {
            self.order().find(|slot| self.takes(simulated, *slot, required_checks))
        };
        if found.is_none() {
            let now = FailedSearch { spec, freed: self.freed.len() };
            match known.and_then(|known| self.failed_searches.get_mut(known)) {
                Some(known) => *known = now,
                None => self.failed_searches.push(now),
            }
        }
        self.settle(simulated, found)
    }

    /// Returns the first slot, in search order, that takes a pod, among those added to `freed`
    /// from index `since` on.
    fn first_freed(
        &mut self,
        since: usize,
        simulated: &SimulatedPod,
        required_checks: RequiredChecks,
    ) -> Option<usize> {
        let next = self.next;
        let distance = |slot: usize| (slot < next, slot);
        let mut first = None;
        for index in since..self.freed.len() {
            let Some(&slot) = self.freed.get(index) else { break };
            let is_nearer = first.is_none_or(|first| distance(slot) < distance(first));
            if is_nearer && self.takes(simulated, slot, required_checks) {
                first = Some(slot);
            }
        }
        first
    }

    /// Returns all slots in search order: from where the last search ended.
    fn order(&self) -> impl Iterator<Item = usize> + use<> {
        let slots = self.slots.len();
        let first = self.next.min(slots);
        (first..slots).chain(0..first)
    }

    /// Returns the first slot, in search order, that offers a pod without tolerations these resources.
    fn first_offer(&self, requests: Resources) -> Option<usize> {
        let (before, after) = self.offers.split_at(self.next.min(self.offers.len()));
        let first = |offers: &[Resources]| offers.iter().position(|offer| requests.fits_in(*offer));
        first(after).map(|slot| before.len() + slot).or_else(|| first(before))
    }

    fn search(&mut self, simulated: &SimulatedPod, is_acceptable: impl Fn(usize) -> bool) -> Option<usize> {
        let mut order = self.order().filter(|slot| is_acceptable(*slot));
        let found = match self.required_checks(simulated) {
            RequiredChecks::All => {
                let spec = &simulated.pod().spec;
                let topology = self.topology_counts(spec);
                let fits = |node: &NodeInfo| check_fit(spec, node, &topology).is_ok();
                let has_room = |node: &&SnapshotNode| node.has_room(simulated.requests());
                let found = |slot: &usize| self.slots.get(*slot).filter(has_room);
                order.find(|slot| found(slot).and_then(SnapshotNode::node).is_some_and(|node| fits(node)))
            }
            required_checks => order.find(|slot| self.takes(simulated, *slot, required_checks)),
        };
        self.settle(simulated, found)
    }

    /// Puts a pod where a search found room, and lets the next search begin behind it.
    fn settle(&mut self, simulated: &SimulatedPod, found: Option<usize>) -> Option<usize> {
        let slot = found?;
        self.next = slot + 1;
        self.assign(slot, simulated);
        found
    }
}

/// Returns `true` if labels, taints and cordon of a node allow a pod; nodes that share them are checked once.
fn class_fits(known: &mut Vec<ClassVerdict>, spec: &PodSpec, class: NodeClass, node: &NodeInfo) -> bool {
    let key = ClassVerdict { spec: std::ptr::from_ref(spec).addr(), class, fits: true };
    if known.last().is_some_and(|last| last.spec != key.spec) {
        known.clear();
    }
    if let Some(found) = known.iter().find(|found| ClassVerdict { fits: true, ..**found } == key) {
        return found.fits;
    }
    let fits = check_node_constraints(spec, node).is_ok();
    // Where every node is of its own class, remembering them costs more than asking.
    if known.len() < VERDICTS_MAX {
        known.push(ClassVerdict { fits, ..key });
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::pool_spec::Pairs;
    use crate::ground::id::PoolId;
    use crate::ground::random::Random;
    use crate::kubernetes::{PodId, Taint, TaintEffect, Toleration};

    fn node(instance_id: u32) -> Arc<NodeInfo> {
        let id = NodeId { pool: PoolId::new(1), instance_id };
        let room = Resources { pods: 4, ..Resources::new(u64::from(instance_id % 5) * 300, 1000) };
        let mut node = NodeInfo::new(id, &format!("node{instance_id}"), room);
        if instance_id.is_multiple_of(3) {
            node.taints = Arc::new([Taint::new("sku", "gpu", TaintEffect::NoSchedule)]);
        }
        if instance_id.is_multiple_of(2) {
            node.labels = Arc::new(Pairs::from([("disk".to_owned(), "ssd".to_owned())]));
        }
        node.is_unschedulable = instance_id.is_multiple_of(7);
        Arc::new(node)
    }

    fn simulated_pods() -> Vec<SimulatedPod> {
        let edits: [fn(&mut PodSpec); 5] = [
            |_| (),
            |spec| spec.set_requests(Resources::new(700, 10)),
            |spec| spec.tolerations.push(Toleration::of_key("sku")),
            |spec| spec.node_selector = Pairs::from([("disk".to_owned(), "ssd".to_owned())]),
            |spec| spec.host_ports.push(80),
        ];
        let mut simulated_pods = Vec::new();
        for (id, edit) in (0..).zip(edits) {
            let mut spec = PodSpec::new("default", "pod", Resources::new(250, 100));
            edit(&mut spec);
            simulated_pods.push(SimulatedPod::new(&Pod::new(PodId(id), Arc::new(spec), 0)));
        }
        simulated_pods
    }

    /// Returns the slot that the scheduler would choose, by checking every node.
    fn first_fit(snapshot: &ClusterSnapshot, simulated: &SimulatedPod) -> Option<usize> {
        let topology = snapshot.topology_counts(&simulated.pod().spec);
        snapshot.order().find(|slot| {
            let is_open = snapshot.get(*slot).is_some_and(|node| !node.is_closed);
            is_open && snapshot.check(&simulated.pod().spec, *slot, &topology).is_some_and(|fit| fit.is_ok())
        })
    }

    #[test]
    fn a_search_finds_what_asking_every_node_finds() {
        let mut random = Random::new(7);
        let mut snapshot = ClusterSnapshot::new((0..40).map(node));
        let free = |snapshot: &ClusterSnapshot| snapshot.slots.iter().map(|node| node.free).collect::<Vec<_>>();
        let begun = free(&snapshot);
        let simulated_pods = simulated_pods();
        let mut marks = vec![snapshot.fork()];
        let mut found_none = 0;
        for _ in 0..5000 {
            let slot = random.below(40) as usize;
            match random.below(20) {
                0 => snapshot.remove(slot),
                1 => snapshot.close(slot),
                2 | 3 => marks.push(snapshot.fork()),
                4..8 if marks.len() > 1 => snapshot.revert(marks.pop().unwrap()),
                _ => {
                    let simulated = &simulated_pods[random.below(5) as usize];
                    let expected = first_fit(&snapshot, simulated);
                    assert_eq!(snapshot.schedule_simulated(simulated), expected);
                    found_none += usize::from(expected.is_none());
                }
            }
        }
        assert!(found_none > 500, "{found_none}");
        snapshot.revert(marks[0]);
        assert_eq!(free(&snapshot), begun);
    }

    #[test]
    fn a_copy_that_is_renewed_is_as_good_as_a_new_one() {
        let mut snapshot = ClusterSnapshot::new((0..10).map(node));
        for simulated in simulated_pods() {
            snapshot.schedule_simulated(&simulated);
        }
        snapshot.remove(2);
        snapshot.close(3);
        snapshot.add(node(99));
        for ids in [0..10, 3..12, 5..7, 0..0, 0..4] {
            snapshot.renew(ids.clone().map(node).map(Cow::Owned));
            let ids: Vec<u32> = ids.collect();
            assert_eq!(snapshot.nodes().map(|node| node.id.instance_id).collect::<Vec<_>>(), ids);
            for simulated in simulated_pods() {
                let mut new = ClusterSnapshot::new(ids.iter().map(|id| node(*id)));
                new.next = snapshot.next;
                let fork = snapshot.fork();
                assert_eq!(snapshot.schedule_simulated(&simulated), new.schedule_simulated(&simulated));
                snapshot.revert(fork);
            }
        }
    }
}
