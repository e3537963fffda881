//! A copy of the cluster for simulations that can be reverted (upstream: `ClusterSnapshot` with fork and revert).
//!
//! Nodes are shared with the cluster. A pod that is put on one is written beside it, unless it has host ports
//! or anti-affinity, which the scheduler looks for on the node itself; so a trial costs next to nothing.
//! Changes are kept in a journal, and reverting them costs what making them cost.

use std::borrow::Cow;
use std::sync::Arc;

use super::place::{Demand, Glance, Guest, Kind, Place, is_plain};
use crate::kubernetes::fit::{Shortage, check_standing};
use crate::kubernetes::{Misfit, NodeId, NodeInfo, Pod, PodSpec, Resources, Surroundings, check_fit};

/// A change in the journal.
#[derive(Debug, Clone)]
enum Change {
    /// The node at a place was replaced; holds the previous one.
    Node(usize, Arc<NodeInfo>),
    /// The node at a place was taken out.
    Absent(usize),
    /// A pod was written beside the node at a place; `before` is the journal index of the pod before it.
    Pod { place: usize, guest: Guest, before: Option<usize> },
    /// A place was closed to further pods.
    Closed(usize),
}

/// Cached scheduling verdict of one pod spec for one class of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// The address of the pod spec.
    spec: usize,
    kind: Kind,
    fits: bool,
}

/// A search that found no place for a pod spec.
#[derive(Debug, Clone, Copy)]
struct Hopeless {
    /// The address of the pod spec.
    spec: usize,
    /// Length of the list of roomier places at that time.
    roomier: usize,
}

/// A copy of the cluster that can be changed and reverted. Nodes keep their places.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    places: Vec<Place>,
    /// Resources that each place offers to a pod without tolerations, close together, so that a search need
    /// not visit every place.
    offers: Vec<Resources>,
    /// Number of places of registered nodes, which come first and are sorted by identity.
    sorted: usize,
    /// All changes, the latest last.
    journal: Vec<Change>,
    /// The place where the next search begins.
    next: usize,
    /// Number of nodes with pods that keep others away by anti-affinity.
    keeping_away: usize,
    /// Cached verdicts of the latest pod spec that was checked.
    standings: Vec<Standing>,
    /// Searches that found no place.
    hopeless: Vec<Hopeless>,
    /// Places that have gained room since a search failed. Room only shrinks otherwise, so that only these
    /// can make a failed search worth another try.
    roomier: Vec<usize>,
}

/// The most classes of nodes whose verdict is cached.
const STANDINGS_MAX: usize = 8;

/// A point to revert to (upstream: fork).
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    journal: usize,
    places: usize,
}

impl Scratch {
    /// Creates a copy of these nodes, which are sorted by identity.
    #[must_use]
    pub fn new(nodes: impl Iterator<Item = Arc<NodeInfo>>) -> Self {
        let mut scratch = Self::default();
        scratch.renew(nodes.map(Cow::Owned));
        scratch
    }

    /// Reverts all changes and copies these nodes, sorted by identity. Most are usually those of before,
    /// which stay as they are.
    pub fn renew<'a>(&mut self, nodes: impl Iterator<Item = Cow<'a, Arc<NodeInfo>>>) {
        self.take_back(Mark { journal: 0, places: self.sorted });
        self.next = 0;
        self.standings.clear();
        self.hopeless.clear();
        self.roomier.clear();
        let mut count = 0;
        for node in nodes {
            match self.node(count) {
                Some(before) if Arc::ptr_eq(before, &node) => {}
                Some(_) => drop(self.put(count, node.into_owned())),
                None => drop(self.add(node.into_owned())),
            }
            count += 1;
        }
        self.take_back(Mark { journal: 0, places: count });
        self.sorted = count;
    }

    /// Returns a mark to which later changes can be reverted.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { journal: self.journal.len(), places: self.places.len() }
    }

    /// Reverts all changes since a mark.
    pub fn take_back(&mut self, mark: Mark) {
        while self.journal.len() > mark.journal {
            match self.journal.pop() {
                Some(Change::Node(place, before)) => {
                    self.put(place, before);
                    self.note_room(place);
                }
                Some(Change::Absent(place)) => {
                    self.edit(place, |place| place.is_absent = false);
                    self.keeping_away += self.keeps_away(place);
                    self.note_room(place);
                }
                Some(Change::Pod { place, guest, before }) => {
                    self.edit(place, |place| place.take(guest.requests(), before));
                    self.note_room(place);
                }
                Some(Change::Closed(place)) => {
                    self.edit(place, |place| place.is_closed = false);
                    self.note_room(place);
                }
                None => return,
            }
        }
        while self.places.len() > mark.places {
            self.keeping_away -= self.keeps_away(self.places.len() - 1);
            self.places.pop();
            self.offers.pop();
        }
    }

    /// Changes a place and updates its offer; returns the result of the change.
    fn edit<T>(&mut self, place: usize, change: impl FnOnce(&mut Place) -> T) -> Option<T> {
        let (found, offer) = (self.places.get_mut(place)?, self.offers.get_mut(place)?);
        let given = change(found);
        *offer = found.offer();
        Some(given)
    }

    fn note_room(&mut self, place: usize) {
        if !self.hopeless.is_empty() {
            self.roomier.push(place);
        }
    }

    /// Closes a place to further pods.
    pub fn close(&mut self, place: usize) {
        if self.edit(place, |place| !std::mem::replace(&mut place.is_closed, true)) == Some(true) {
            self.journal.push(Change::Closed(place));
        }
    }

    /// Returns 1 if the node at a place has pods that keep others away, otherwise 0.
    fn keeps_away(&self, place: usize) -> usize {
        usize::from(self.node(place).is_some_and(|node| node.has_pods_that_keep_away()))
    }

    fn put(&mut self, place: usize, node: Arc<NodeInfo>) -> Option<Arc<NodeInfo>> {
        self.keeping_away -= self.keeps_away(place);
        let beside = self.guests(place).fold(Resources::default(), |all, guest| all + guest.requests());
        let before = self.edit(place, |place| place.put(node, beside));
        self.keeping_away += self.keeps_away(place);
        before
    }

    /// Returns the nodes that are in the copy.
    pub fn nodes(&self) -> impl Iterator<Item = &Arc<NodeInfo>> {
        self.places.iter().filter_map(Place::node)
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

    /// Returns the places of registered nodes; those behind them are of imagined ones.
    #[must_use]
    pub fn registered(&self) -> &[Place] {
        self.places.get(..self.sorted).unwrap_or_default()
    }

    /// Returns the node at a place, without the pods that were written beside it.
    #[must_use]
    pub fn node(&self, place: usize) -> Option<&Arc<NodeInfo>> {
        self.places.get(place)?.node()
    }

    /// Returns a place.
    #[must_use]
    pub fn place(&self, place: usize) -> Option<&Place> {
        self.places.get(place)
    }

    /// Returns the facts about the node at a place that every loop asks for.
    #[must_use]
    pub fn glance(&self, place: usize) -> Option<Glance> {
        self.places.get(place).filter(|place| !place.is_absent).map(|place| place.glance)
    }

    /// Returns the pods on the node at a place, including those that were put there in this copy.
    pub fn pods(&self, place: usize) -> impl Iterator<Item = &Pod> {
        let own = self.node(place).into_iter().flat_map(|node| node.pods());
        let mut guests: Vec<&Guest> = self.guests(place).collect();
        guests.reverse();
        own.chain(guests.into_iter().map(Guest::pod))
    }

    /// Returns the place of a registered node, unless it was taken out.
    #[must_use]
    pub fn place_of(&self, id: NodeId) -> Option<usize> {
        // Places that were emptied are few; they take the order of their neighbours.
        let mut low = 0;
        let mut high = self.sorted;
        while low < high {
            let middle = usize::midpoint(low, high);
            let Some((place, node)) = (middle..high).find_map(|place| Some((place, self.glance(place)?))) else {
                high = middle;
                continue;
            };
            match node.id.cmp(&id) {
                std::cmp::Ordering::Equal => return Some(place),
                std::cmp::Ordering::Less => low = place + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Adds a node; returns its place.
    pub fn add(&mut self, node: Arc<NodeInfo>) -> usize {
        self.keeping_away += usize::from(node.has_pods_that_keep_away());
        let place = Place::new(node);
        self.offers.push(place.offer());
        self.places.push(place);
        let place = self.places.len() - 1;
        self.note_room(place);
        place
    }

    /// Takes the node at a place out.
    pub fn remove(&mut self, place: usize) {
        if self.node(place).is_some() {
            self.keeping_away -= self.keeps_away(place);
            self.edit(place, |place| place.is_absent = true);
            self.journal.push(Change::Absent(place));
        }
    }

    /// Returns the pods that are on the node at a place only in this copy, latest first.
    pub fn guests(&self, place: usize) -> impl Iterator<Item = &Guest> {
        let mut next = self.places.get(place).and_then(|place| place.latest);
        std::iter::from_fn(move || match self.journal.get(next?) {
            Some(Change::Pod { guest, before, .. }) => {
                next = *before;
                Some(guest)
            }
            _ => None,
        })
    }

    /// Puts a pod on a node without checking that it fits.
    fn assign(&mut self, place: usize, guest: &Guest) {
        if guest.demand() < Demand::All || is_plain(&guest.pod().spec) {
            let at = self.journal.len();
            let before = self.edit(place, |place| place.add(guest.requests(), at)).flatten();
            self.journal.push(Change::Pod { place, guest: guest.clone(), before });
        } else if let Some(node) = self.node(place) {
            let mut node = NodeInfo::clone(node);
            node.add_pod(guest.pod().clone());
            if let Some(before) = self.put(place, Arc::new(node)) {
                self.journal.push(Change::Node(place, before));
            }
        }
    }

    /// Returns the counts of other pods that matter to a pod spec: for spreading, affinity and anti-affinity.
    #[must_use]
    pub fn surroundings(&self, spec: &PodSpec) -> Surroundings {
        if !spec.looks_around() && self.keeping_away == 0 {
            return Surroundings::default();
        }
        let mut around = Surroundings::of(spec, self.nodes().map(|node| &**node));
        if spec.looks_around() {
            for change in &self.journal {
                if let Change::Pod { place, guest, .. } = change
                    && let Some(node) = self.node(*place)
                {
                    around.place(spec, &guest.pod().spec, node);
                }
            }
        }
        around
    }

    /// Checks that a pod fits the node at a place; `None` if there is no node.
    ///
    /// # Errors
    ///
    /// The reason for which it does not fit.
    #[must_use]
    pub fn check<'a>(&'a self, spec: &PodSpec, place: usize, around: &Surroundings) -> Option<Result<(), Misfit<'a>>> {
        let found = self.places.get(place)?;
        let node = found.node()?;
        let fit = check_fit(spec, node, around);
        let short = Shortage::of(spec.requests(), found.free);
        Some(match (fit, short) {
            (Ok(()), Some(short)) => Err(Misfit::Insufficient(short)),
            (fit, _) => fit,
        })
    }

    /// Puts a pod on a node if it fits; returns `true` if it did.
    pub fn schedule_on(&mut self, pod: &Pod, place: usize) -> bool {
        let around = self.surroundings(&pod.spec);
        let fits = self.check(&pod.spec, place, &around).is_some_and(|fit| fit.is_ok());
        if fits {
            self.assign(place, &Guest::new(pod));
        }
        fits
    }

    /// Returns the checks that placing a pod needs, given the pods in this copy.
    fn demand(&self, guest: &Guest) -> Demand {
        if self.keeping_away > 0 { Demand::All } else { guest.demand() }
    }

    /// Returns `true` if a place has a node that takes a pod by the checks of `demand`.
    fn takes(&mut self, guest: &Guest, place: usize, demand: Demand) -> bool {
        if demand == Demand::Room {
            return self.offers.get(place).is_some_and(|offer| guest.requests().fits_in(*offer));
        }
        let found = self.places.get(place).filter(|place| place.has_room(guest.requests()));
        let found = found.and_then(|place| Some((place.kind, place.node()?)));
        found.is_some_and(|(kind, node)| stands(&mut self.standings, &guest.pod().spec, kind, node))
    }

    /// Puts a pod on a node if it fits and needs no check against other pods; returns `true` if it was put there.
    pub fn schedule_simply(&mut self, guest: &Guest, place: usize) -> bool {
        let demand = self.demand(guest);
        let fits = demand < Demand::All && self.takes(guest, place, demand);
        if fits {
            self.assign(place, guest);
        }
        fits
    }

    /// Puts a pod on the first acceptable node that it fits, from where the last search ended; returns the place.
    pub fn schedule(&mut self, pod: &Pod, is_acceptable: impl Fn(usize) -> bool) -> Option<usize> {
        self.search(&Guest::new(pod), is_acceptable)
    }

    /// Puts a pod on the first node that it fits, from where the last search ended; returns the place.
    pub fn schedule_anywhere(&mut self, pod: &Pod) -> Option<usize> {
        self.schedule_guest(&Guest::new(pod))
    }

    /// Like [`Self::schedule_anywhere`], for a pod whose requests are already known.
    pub fn schedule_guest(&mut self, guest: &Guest) -> Option<usize> {
        let demand = self.demand(guest);
        if demand == Demand::All {
            return self.search(guest, |_| true);
        }
        let spec = Arc::as_ptr(&guest.pod().spec).addr();
        let known = self.hopeless.iter().position(|known| known.spec == spec);
        let since = known.and_then(|known| self.hopeless.get(known)).map(|known| known.roomier);
        let is_short = |since: &usize| self.roomier.len() - since < self.places.len();
        let found = if let Some(since) = since.filter(is_short) {
            self.first_roomier(since, guest, demand)
        } else if demand == Demand::Room {
            self.first_offer(guest.requests())
        } else {
            self.order().find(|place| self.takes(guest, *place, demand))
        };
        if found.is_none() {
            let now = Hopeless { spec, roomier: self.roomier.len() };
            match known.and_then(|known| self.hopeless.get_mut(known)) {
                Some(known) => *known = now,
                None => self.hopeless.push(now),
            }
        }
        self.settle(guest, found)
    }

    /// Returns the first place, in search order, that takes a pod, among those added to `roomier`
    /// from index `since` on.
    fn first_roomier(&mut self, since: usize, guest: &Guest, demand: Demand) -> Option<usize> {
        let next = self.next;
        let distance = |place: usize| (place < next, place);
        let mut first = None;
        for index in since..self.roomier.len() {
            let Some(&place) = self.roomier.get(index) else { break };
            let is_nearer = first.is_none_or(|first| distance(place) < distance(first));
            if is_nearer && self.takes(guest, place, demand) {
                first = Some(place);
            }
        }
        first
    }

    /// Returns all places in search order: from where the last search ended.
    fn order(&self) -> impl Iterator<Item = usize> + use<> {
        let places = self.places.len();
        let first = self.next.min(places);
        (first..places).chain(0..first)
    }

    /// Returns the first place, in search order, that offers a pod without tolerations these resources.
    fn first_offer(&self, requests: Resources) -> Option<usize> {
        let (before, after) = self.offers.split_at(self.next.min(self.offers.len()));
        let first = |offers: &[Resources]| offers.iter().position(|offer| requests.fits_in(*offer));
        first(after).map(|place| before.len() + place).or_else(|| first(before))
    }

    fn search(&mut self, guest: &Guest, is_acceptable: impl Fn(usize) -> bool) -> Option<usize> {
        let mut order = self.order().filter(|place| is_acceptable(*place));
        let found = match self.demand(guest) {
            Demand::All => {
                let spec = &guest.pod().spec;
                let around = self.surroundings(spec);
                let fits = |node: &NodeInfo| check_fit(spec, node, &around).is_ok();
                let has_room = |place: &&Place| place.has_room(guest.requests());
                let found = |place: &usize| self.places.get(*place).filter(has_room);
                order.find(|place| found(place).and_then(Place::node).is_some_and(|node| fits(node)))
            }
            demand => order.find(|place| self.takes(guest, *place, demand)),
        };
        self.settle(guest, found)
    }

    /// Puts a pod where a search found room, and lets the next search begin behind it.
    fn settle(&mut self, guest: &Guest, found: Option<usize>) -> Option<usize> {
        let place = found?;
        self.next = place + 1;
        self.assign(place, guest);
        found
    }
}

/// Returns `true` if labels, taints and cordon of a node allow a pod; nodes that share them are checked once.
fn stands(known: &mut Vec<Standing>, spec: &PodSpec, kind: Kind, node: &NodeInfo) -> bool {
    let asked = Standing { spec: std::ptr::from_ref(spec).addr(), kind, fits: true };
    if known.last().is_some_and(|last| last.spec != asked.spec) {
        known.clear();
    }
    if let Some(found) = known.iter().find(|found| Standing { fits: true, ..**found } == asked) {
        return found.fits;
    }
    let fits = check_standing(spec, node).is_ok();
    // Where every node is of its own kind, remembering them costs more than asking.
    if known.len() < STANDINGS_MAX {
        known.push(Standing { fits, ..asked });
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

    fn guests() -> Vec<Guest> {
        let edits: [fn(&mut PodSpec); 5] = [
            |_| (),
            |spec| spec.set_requests(Resources::new(700, 10)),
            |spec| spec.tolerations.push(Toleration::of_key("sku")),
            |spec| spec.node_selector = Pairs::from([("disk".to_owned(), "ssd".to_owned())]),
            |spec| spec.host_ports.push(80),
        ];
        let mut guests = Vec::new();
        for (id, edit) in (0..).zip(edits) {
            let mut spec = PodSpec::new("default", "pod", Resources::new(250, 100));
            edit(&mut spec);
            guests.push(Guest::new(&Pod::new(PodId(id), Arc::new(spec), 0)));
        }
        guests
    }

    /// Returns the place that the scheduler would choose, by checking every node.
    fn first_fit(scratch: &Scratch, guest: &Guest) -> Option<usize> {
        let around = scratch.surroundings(&guest.pod().spec);
        scratch.order().find(|place| {
            let is_open = scratch.place(*place).is_some_and(|place| !place.is_closed);
            is_open && scratch.check(&guest.pod().spec, *place, &around).is_some_and(|fit| fit.is_ok())
        })
    }

    #[test]
    fn a_search_finds_what_asking_every_node_finds() {
        let mut random = Random::new(7);
        let mut scratch = Scratch::new((0..40).map(node));
        let free = |scratch: &Scratch| scratch.places.iter().map(|place| place.free).collect::<Vec<_>>();
        let begun = free(&scratch);
        let guests = guests();
        let mut marks = vec![scratch.mark()];
        let mut found_none = 0;
        for _ in 0..5000 {
            let place = random.below(40) as usize;
            match random.below(20) {
                0 => scratch.remove(place),
                1 => scratch.close(place),
                2 | 3 => marks.push(scratch.mark()),
                4..8 if marks.len() > 1 => scratch.take_back(marks.pop().unwrap()),
                _ => {
                    let guest = &guests[random.below(5) as usize];
                    let expected = first_fit(&scratch, guest);
                    assert_eq!(scratch.schedule_guest(guest), expected);
                    found_none += usize::from(expected.is_none());
                }
            }
        }
        assert!(found_none > 500, "{found_none}");
        scratch.take_back(marks[0]);
        assert_eq!(free(&scratch), begun);
    }

    #[test]
    fn a_copy_that_is_renewed_is_as_good_as_a_new_one() {
        let mut scratch = Scratch::new((0..10).map(node));
        for guest in guests() {
            scratch.schedule_guest(&guest);
        }
        scratch.remove(2);
        scratch.close(3);
        scratch.add(node(99));
        for ids in [0..10, 3..12, 5..7, 0..0, 0..4] {
            scratch.renew(ids.clone().map(node).map(Cow::Owned));
            let ids: Vec<u32> = ids.collect();
            assert_eq!(scratch.nodes().map(|node| node.id.instance_id).collect::<Vec<_>>(), ids);
            for guest in guests() {
                let mut new = Scratch::new(ids.iter().map(|id| node(*id)));
                new.next = scratch.next;
                let mark = scratch.mark();
                assert_eq!(scratch.schedule_guest(&guest), new.schedule_guest(&guest));
                scratch.take_back(mark);
            }
        }
    }
}
