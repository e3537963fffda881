//! A copy of the cluster to try things out on, and to take them back.
//!
//! Nodes are shared with the cluster. A pod that is put on one is written beside it, unless it has
//! something about it that the scheduler asks nodes for; so that trying costs next to nothing. What was
//! changed is written down, and taking it back costs what doing it cost.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::kubernetes::fit::{Shortage, check_standing};
use super::super::kubernetes::{Misfit, NodeId, NodeInfo, Pod, PodSpec, Resources, Surroundings, check_fit};
use super::place::{Demand, Glance, Guest, Kind, Place, is_plain};

/// What was done.
#[derive(Debug, Clone)]
enum Change {
    /// Another node stands at a place; this one was there before.
    Node(usize, Arc<NodeInfo>),
    /// A node was taken out.
    Absent(usize),
    /// A pod was written beside the node at a place, where another one had been written before.
    Pod { place: usize, guest: Guest, before: Option<usize> },
    /// A place was closed.
    Closed(usize),
}

/// What a specification was found to say to nodes that are alike, to be asked once only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// Its address.
    spec: usize,
    kind: Kind,
    fits: bool,
}

/// A search that found nothing.
#[derive(Debug, Clone, Copy)]
struct Hopeless {
    /// The address of the specification.
    spec: usize,
    /// How long the list of roomier places was then.
    roomier: usize,
}

/// See the module. Nodes keep their places.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    places: Vec<Place>,
    /// What each place has for a pod that tolerates nothing, close together, so that a search need not
    /// go to every place.
    offers: Vec<Resources>,
    /// How many places there were at the beginning, sorted by identity.
    sorted: usize,
    /// Latest last.
    journal: Vec<Change>,
    /// Where the next search begins.
    next: usize,
    /// How many nodes have pods that keep others away.
    keeping_away: usize,
    /// Of the latest specification that was asked about.
    standings: Vec<Standing>,
    /// What was looked for in vain.
    hopeless: Vec<Hopeless>,
    /// Places that have more room than before, since something was looked for in vain. Room gets
    /// less otherwise, so that it is only these that can make a hopeless search worth another try.
    roomier: Vec<usize>,
}

/// The most kinds of nodes that are remembered.
const STANDINGS_MAX: usize = 8;

/// A point to go back to.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    journal: usize,
    places: usize,
}

impl Scratch {
    /// A copy of these nodes, sorted by identity.
    #[must_use]
    pub fn new(nodes: impl Iterator<Item = Arc<NodeInfo>>) -> Self {
        let mut scratch = Self::default();
        scratch.renew(nodes.map(Cow::Owned));
        scratch
    }

    /// Forgets what was tried, and copies these nodes, sorted by identity. Most are those of before.
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

    /// A point to go back to.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { journal: self.journal.len(), places: self.places.len() }
    }

    /// Takes back everything since a point.
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

    /// Changes a place; gives what the change gives.
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

    /// Lets a node take no more pods.
    pub fn close(&mut self, place: usize) {
        if self.edit(place, |place| !std::mem::replace(&mut place.is_closed, true)) == Some(true) {
            self.journal.push(Change::Closed(place));
        }
    }

    /// One, where the node at a place has pods that keep others away.
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

    /// The nodes that are there.
    pub fn nodes(&self) -> impl Iterator<Item = &Arc<NodeInfo>> {
        self.places.iter().filter_map(Place::node)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes().count()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes().next().is_none()
    }

    /// The places that were there from the beginning: what comes after them is only imagined.
    #[must_use]
    pub fn registered(&self) -> &[Place] {
        self.places.get(..self.sorted).unwrap_or_default()
    }

    /// The node at a place, without what was written beside it.
    #[must_use]
    pub fn node(&self, place: usize) -> Option<&Arc<NodeInfo>> {
        self.places.get(place)?.node()
    }

    /// A place.
    #[must_use]
    pub fn place(&self, place: usize) -> Option<&Place> {
        self.places.get(place)
    }

    /// What can be told at a glance of the node at a place.
    #[must_use]
    pub fn glance(&self, place: usize) -> Option<Glance> {
        self.places.get(place).filter(|place| !place.is_absent).map(|place| place.glance)
    }

    /// The pods on the node at a place, those that were put there included.
    pub fn pods(&self, place: usize) -> impl Iterator<Item = &Pod> {
        let own = self.node(place).into_iter().flat_map(|node| node.pods());
        let mut guests: Vec<&Guest> = self.guests(place).collect();
        guests.reverse();
        own.chain(guests.into_iter().map(Guest::pod))
    }

    /// The place of a node that was there from the beginning and is there still.
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

    /// Adds a node; gives its place.
    pub fn add(&mut self, node: Arc<NodeInfo>) -> usize {
        self.keeping_away += usize::from(node.has_pods_that_keep_away());
        let place = Place::new(node);
        self.offers.push(place.offer());
        self.places.push(place);
        let place = self.places.len() - 1;
        self.note_room(place);
        place
    }

    /// Takes a node out.
    pub fn remove(&mut self, place: usize) {
        if self.node(place).is_some() {
            self.keeping_away -= self.keeps_away(place);
            self.edit(place, |place| place.is_absent = true);
            self.journal.push(Change::Absent(place));
        }
    }

    /// The pods that are on the node at a place only in this copy, latest first.
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

    /// Puts a pod on a node, whether it fits or not.
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

    /// What is around, as far as it matters to a specification.
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

    /// Whether a pod fits a node.
    ///
    /// # Errors
    ///
    /// Why it does not.
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

    /// Puts a pod on a node if it fits; tells whether it did.
    pub fn schedule_on(&mut self, pod: &Pod, place: usize) -> bool {
        let around = self.surroundings(&pod.spec);
        let fits = self.check(&pod.spec, place, &around).is_some_and(|fit| fit.is_ok());
        if fits {
            self.assign(place, &Guest::new(pod));
        }
        fits
    }

    /// What decides whether a pod fits a node here.
    fn demand(&self, guest: &Guest) -> Demand {
        if self.keeping_away > 0 { Demand::All } else { guest.demand() }
    }

    /// Whether a place has a node that takes a pod, of which this is asked.
    fn takes(&mut self, guest: &Guest, place: usize, demand: Demand) -> bool {
        if demand == Demand::Room {
            return self.offers.get(place).is_some_and(|offer| guest.requests().fits_in(*offer));
        }
        let found = self.places.get(place).filter(|place| place.has_room(guest.requests()));
        let found = found.and_then(|place| Some((place.kind, place.node()?)));
        found.is_some_and(|(kind, node)| stands(&mut self.standings, &guest.pod().spec, kind, node))
    }

    /// The same as [`Self::schedule_on`] for a pod that need not be kept apart from others; any other
    /// is not put there.
    pub fn schedule_simply(&mut self, guest: &Guest, place: usize) -> bool {
        let demand = self.demand(guest);
        let fits = demand < Demand::All && self.takes(guest, place, demand);
        if fits {
            self.assign(place, guest);
        }
        fits
    }

    /// Puts a pod on the first acceptable node that it fits, from where the last search ended; gives
    /// the place.
    pub fn schedule(&mut self, pod: &Pod, is_acceptable: impl Fn(usize) -> bool) -> Option<usize> {
        self.search(&Guest::new(pod), is_acceptable)
    }

    /// The same on any node.
    pub fn schedule_anywhere(&mut self, pod: &Pod) -> Option<usize> {
        self.schedule_guest(&Guest::new(pod))
    }

    /// The same for a pod of which it is known what it asks for.
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

    /// The first of the places with more room, since there were so many, that takes a pod.
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

    /// All places, from where the last search ended.
    fn order(&self) -> impl Iterator<Item = usize> + use<> {
        let places = self.places.len();
        let first = self.next.min(places);
        (first..places).chain(0..first)
    }

    /// The first of them with so much for a pod that tolerates nothing.
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

    /// Puts a pod where a search found room, and lets the next one begin there.
    fn settle(&mut self, guest: &Guest, found: Option<usize>) -> Option<usize> {
        let place = found?;
        self.next = place + 1;
        self.assign(place, guest);
        found
    }
}

/// Whether labels, taints and cordon of a node allow a pod; nodes that share them are asked once.
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
    use super::super::super::kubernetes::{PodId, Taint, TaintEffect, Toleration};
    use super::super::super::pool::{Pairs, PoolId};
    use super::super::super::random::Random;
    use super::*;

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

    /// Where the scheduler would put it, asked of every node.
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
