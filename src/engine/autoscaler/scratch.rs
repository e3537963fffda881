//! A copy of the cluster to try things out on, and to take them back.
//!
//! Nodes are shared with the cluster. A pod that is put on one is written beside it, unless it has
//! something about it that the scheduler asks nodes for; so that trying costs next to nothing. What was
//! changed is written down, and taking it back costs what doing it cost.

use std::sync::Arc;

use super::super::kubernetes::fit::{Shortage, check_standing};
use super::super::kubernetes::{Misfit, NodeId, NodeInfo, Pod, PodSpec, Resources, Surroundings, check_fit};

/// A place for a node, and what was put on it.
#[derive(Debug, Clone)]
struct Place {
    /// The node; one that was taken out leaves its place empty.
    node: Option<Arc<NodeInfo>>,
    /// What is left of it, here so that a search need not go to every node.
    free: Resources,
    /// What decides whether a pod may stand on it, for the same reason.
    kind: Kind,
    /// Pods that are written beside it.
    pods: Vec<Guest>,
}

impl Place {
    fn new(node: Arc<NodeInfo>) -> Self {
        Self { free: node.free(), kind: Kind::of(&node), node: Some(node), pods: Vec::new() }
    }
}

/// A pod that is on a node only in this copy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Guest {
    /// The pod.
    pub pod: Pod,
    /// What it asks for.
    pub requests: Resources,
    /// Where it came from, for who moves it: a place, and a number there.
    pub home: Option<(usize, usize)>,
}

/// What nodes that are alike have in common: labels, taints and cordon. Pointers, as alike nodes share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    labels: *const super::super::pool::Pairs,
    taints: *const super::super::kubernetes::Taint,
    is_unschedulable: bool,
}

impl Kind {
    fn of(node: &NodeInfo) -> Self {
        Self {
            labels: Arc::as_ptr(&node.labels),
            taints: node.taints.as_ptr(),
            is_unschedulable: node.is_unschedulable,
        }
    }
}

/// What was done.
#[derive(Debug, Clone)]
enum Change {
    /// Another node stands at a place; this one was there before.
    Node(usize, Option<Arc<NodeInfo>>),
    /// A pod was written beside the node at a place.
    Pod(usize),
}

/// What a specification was found to say to nodes that are alike, to be asked once only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    spec: *const PodSpec,
    kind: Kind,
    fits: bool,
}

/// See the module. Nodes keep their places.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    places: Vec<Place>,
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
}

/// The most kinds of nodes that are remembered.
const STANDINGS_MAX: usize = 8;

/// A point to go back to.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    journal: usize,
    places: usize,
}

/// Whether nothing but what it asks for matters to the pods that come after it.
fn is_plain(spec: &PodSpec) -> bool {
    spec.host_ports.is_empty() && !spec.keeps_away()
}

impl Scratch {
    /// A copy of these nodes, sorted by identity.
    #[must_use]
    pub fn new(nodes: impl Iterator<Item = Arc<NodeInfo>>) -> Self {
        let places: Vec<Place> = nodes.map(Place::new).collect();
        let nodes = places.iter().filter_map(|place| place.node.as_ref());
        let keeping_away = nodes.filter(|node| node.has_pods_that_keep_away()).count();
        Self { sorted: places.len(), places, keeping_away, ..Self::default() }
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
                Some(Change::Node(place, before)) => drop(self.put(place, before)),
                Some(Change::Pod(place)) => {
                    if let Some(place) = self.places.get_mut(place)
                        && let Some(guest) = place.pods.pop()
                    {
                        place.free += guest.requests;
                    }
                }
                None => return,
            }
        }
        while self.places.len() > mark.places {
            if let Some(place) = self.places.len().checked_sub(1) {
                self.put(place, None);
            }
            self.places.pop();
        }
    }

    fn put(&mut self, place: usize, node: Option<Arc<NodeInfo>>) -> Option<Arc<NodeInfo>> {
        let keeps = |node: &Option<Arc<NodeInfo>>| {
            usize::from(node.as_ref().is_some_and(|node| node.has_pods_that_keep_away()))
        };
        let place = self.places.get_mut(place)?;
        self.keeping_away += keeps(&node);
        self.keeping_away -= keeps(&place.node);
        // What is written beside the node stays there.
        let taken = |free: Resources, guest: &Guest| free - guest.requests;
        place.free = node.as_ref().map_or_else(Resources::default, |node| place.pods.iter().fold(node.free(), taken));
        if let Some(node) = &node {
            place.kind = Kind::of(node);
        }
        std::mem::replace(&mut place.node, node)
    }

    fn change(&mut self, place: usize, node: Option<Arc<NodeInfo>>) {
        let before = self.put(place, node);
        self.journal.push(Change::Node(place, before));
    }

    /// The nodes that are there.
    pub fn nodes(&self) -> impl Iterator<Item = &Arc<NodeInfo>> {
        self.places.iter().filter_map(|place| place.node.as_ref())
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

    /// How many places were there from the beginning: what comes after them is only imagined.
    #[must_use]
    pub fn registered(&self) -> usize {
        self.sorted
    }

    /// The node at a place, without what was written beside it.
    #[must_use]
    pub fn node(&self, place: usize) -> Option<&Arc<NodeInfo>> {
        self.places.get(place)?.node.as_ref()
    }

    /// The pods on the node at a place, those that were put there included.
    pub fn pods(&self, place: usize) -> impl Iterator<Item = &Pod> {
        let place = self.places.get(place);
        let own = place.and_then(|place| place.node.as_ref()).into_iter().flat_map(|node| node.pods());
        own.chain(place.into_iter().flat_map(|place| &place.pods).map(|guest| &guest.pod))
    }

    /// The place of a node that was there from the beginning and is there still.
    #[must_use]
    pub fn place_of(&self, id: NodeId) -> Option<usize> {
        // Places that were emptied are few; they take the order of their neighbours.
        let mut low = 0;
        let mut high = self.sorted;
        while low < high {
            let middle = usize::midpoint(low, high);
            let Some((place, node)) = (middle..high).find_map(|place| Some((place, self.node(place)?))) else {
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
        self.places.push(Place::new(node));
        self.places.len() - 1
    }

    /// Takes a node out.
    pub fn remove(&mut self, place: usize) {
        if self.node(place).is_some() {
            self.change(place, None);
        }
    }

    /// The pods that are on the node at a place only in this copy.
    #[must_use]
    pub fn guests(&self, place: usize) -> &[Guest] {
        self.places.get(place).map_or(&[], |place| &place.pods)
    }

    /// Puts a pod on a node, whether it fits or not.
    fn assign(&mut self, place: usize, guest: Guest) {
        if is_plain(&guest.pod.spec) {
            if let Some(found) = self.places.get_mut(place) {
                found.free -= guest.requests;
                found.pods.push(guest);
                self.journal.push(Change::Pod(place));
            }
        } else if let Some(node) = self.node(place) {
            let mut node = NodeInfo::clone(node);
            node.add_pod(guest.pod);
            self.change(place, Some(Arc::new(node)));
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
            for place in self.places.iter().filter(|place| !place.pods.is_empty()) {
                let Some(node) = &place.node else { continue };
                for guest in &place.pods {
                    around.place(spec, &guest.pod.spec, node);
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
        let node = found.node.as_ref()?;
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
            self.assign(place, Guest { pod: pod.clone(), requests: pod.spec.requests(), home: None });
        }
        fits
    }

    /// Whether nothing but room and the standing of a node decides whether a pod fits.
    fn is_simple(&self, spec: &PodSpec) -> bool {
        is_plain(spec) && !spec.looks_around() && !spec.asks_for_host() && self.keeping_away == 0
    }

    /// The same as [`Self::schedule_on`] for a pod of which nothing but its requests matters; any other
    /// is not put there.
    pub fn schedule_simply(&mut self, guest: &Guest, place: usize) -> bool {
        let Some(Place { node: Some(node), free, kind, .. }) = self.places.get(place) else {
            return false;
        };
        let spec = &guest.pod.spec;
        if !guest.requests.fits_in(*free) || !self.is_simple(spec) {
            return false;
        }
        let fits = stands(&mut self.standings, spec, *kind, node);
        if fits {
            self.assign(place, guest.clone());
        }
        fits
    }

    /// Puts a pod on the first acceptable node that it fits, from where the last search ended; gives
    /// the place.
    pub fn schedule(&mut self, pod: &Pod, is_acceptable: impl Fn(usize, &NodeInfo) -> bool) -> Option<usize> {
        self.schedule_guest(&Guest { pod: pod.clone(), requests: pod.spec.requests(), home: None }, is_acceptable)
    }

    /// The same for a pod of which it is known what it asks for.
    pub fn schedule_guest(&mut self, guest: &Guest, is_acceptable: impl Fn(usize, &NodeInfo) -> bool) -> Option<usize> {
        let (spec, requests) = (&*guest.pod.spec, guest.requests);
        let is_simple = self.is_simple(spec);
        let around = self.surroundings(spec);
        let places = self.places.len();
        let first = self.next.min(places);
        for place in (first..places).chain(0..first) {
            // Most nodes are refused for this, and nothing is quicker to tell.
            let Some(Place { node: Some(node), kind, .. }) =
                self.places.get(place).filter(|place| requests.fits_in(place.free))
            else {
                continue;
            };
            if !is_acceptable(place, node) {
                continue;
            }
            let fits = if is_simple {
                stands(&mut self.standings, spec, *kind, node)
            } else {
                check_fit(spec, node, &around).is_ok()
            };
            if fits {
                self.next = place + 1;
                self.assign(place, guest.clone());
                return Some(place);
            }
        }
        None
    }
}

/// Whether labels, taints and cordon of a node allow a pod; nodes that share them are asked once.
fn stands(known: &mut Vec<Standing>, spec: &PodSpec, kind: Kind, node: &NodeInfo) -> bool {
    let asked = Standing { spec, kind, fits: true };
    if known.last().is_some_and(|last| !std::ptr::eq(last.spec, asked.spec)) {
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
