//! A copy of the cluster to try things out on, and to take them back.
//!
//! Nodes are shared with the cluster until something is tried on them. What was changed is written
//! down, so that taking it back costs what doing it cost.

use std::sync::Arc;

use super::super::kubernetes::{Misfit, NodeId, NodeInfo, Pod, PodId, PodSpec, Surroundings, check_fit};

/// See the module. Nodes keep their places; one that was taken out leaves its place empty.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    nodes: Vec<Option<Arc<NodeInfo>>>,
    /// How many places there were at the beginning, sorted by identity.
    sorted: usize,
    /// Places with what was there before, latest last.
    journal: Vec<(usize, Option<Arc<NodeInfo>>)>,
    /// Where the next search begins.
    next: usize,
    /// How many nodes have pods that keep others away.
    keeping_away: usize,
}

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
        let nodes: Vec<_> = nodes.map(Some).collect();
        let keeping_away = nodes.iter().flatten().filter(|node| node.has_pods_that_keep_away()).count();
        Self { sorted: nodes.len(), nodes, journal: Vec::new(), next: 0, keeping_away }
    }

    /// A point to go back to.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { journal: self.journal.len(), places: self.nodes.len() }
    }

    /// Takes back everything since a point.
    pub fn take_back(&mut self, mark: Mark) {
        while self.journal.len() > mark.journal {
            if let Some((place, before)) = self.journal.pop() {
                self.put(place, before);
            }
        }
        while self.nodes.len() > mark.places {
            if let Some(place) = self.nodes.len().checked_sub(1) {
                self.put(place, None);
            }
            self.nodes.pop();
        }
    }

    fn put(&mut self, place: usize, node: Option<Arc<NodeInfo>>) -> Option<Arc<NodeInfo>> {
        let keeps = |node: &Option<Arc<NodeInfo>>| {
            usize::from(node.as_ref().is_some_and(|node| node.has_pods_that_keep_away()))
        };
        let slot = self.nodes.get_mut(place)?;
        self.keeping_away += keeps(&node);
        self.keeping_away -= keeps(slot);
        std::mem::replace(slot, node)
    }

    fn change(&mut self, place: usize, node: Option<Arc<NodeInfo>>) {
        let before = self.put(place, node);
        self.journal.push((place, before));
    }

    /// The nodes that are there.
    pub fn nodes(&self) -> impl Iterator<Item = &Arc<NodeInfo>> {
        self.nodes.iter().flatten()
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

    /// The node at a place.
    #[must_use]
    pub fn node(&self, place: usize) -> Option<&Arc<NodeInfo>> {
        self.nodes.get(place)?.as_ref()
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
        self.nodes.push(Some(node));
        self.nodes.len() - 1
    }

    /// Takes a node out.
    pub fn remove(&mut self, place: usize) {
        if self.node(place).is_some() {
            self.change(place, None);
        }
    }

    /// Puts a pod on a node, whether it fits or not.
    pub fn assign(&mut self, place: usize, pod: Pod) {
        if let Some(node) = self.node(place) {
            let mut node = NodeInfo::clone(node);
            node.add_pod(pod);
            self.change(place, Some(Arc::new(node)));
        }
    }

    /// Takes a pod off a node.
    pub fn unassign(&mut self, place: usize, id: PodId) {
        if let Some(node) = self.node(place) {
            let mut node = NodeInfo::clone(node);
            node.remove_pod(id);
            self.change(place, Some(Arc::new(node)));
        }
    }

    /// What is around, as far as it matters to a specification.
    #[must_use]
    pub fn surroundings(&self, spec: &PodSpec) -> Surroundings {
        if spec.looks_around() || self.keeping_away > 0 {
            Surroundings::of(spec, self.nodes().map(|node| &**node))
        } else {
            Surroundings::default()
        }
    }

    /// Whether a pod fits a node.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub fn check<'a>(&'a self, spec: &PodSpec, place: usize, around: &Surroundings) -> Option<Result<(), Misfit<'a>>> {
        self.node(place).map(|node| check_fit(spec, node, around))
    }

    /// Puts a pod on a node if it fits; tells whether it did.
    pub fn schedule_on(&mut self, pod: &Pod, place: usize) -> bool {
        let around = self.surroundings(&pod.spec);
        let fits = self.check(&pod.spec, place, &around).is_some_and(|fit| fit.is_ok());
        if fits {
            self.assign(place, pod.clone());
        }
        fits
    }

    /// Puts a pod on the first acceptable node that it fits, from where the last search ended; gives
    /// the place.
    pub fn schedule(&mut self, pod: &Pod, is_acceptable: impl Fn(usize, &NodeInfo) -> bool) -> Option<usize> {
        let around = self.surroundings(&pod.spec);
        let requests = pod.spec.requests();
        let places = self.nodes.len();
        let fits = |place: &usize| {
            self.node(*place).is_some_and(|node| {
                // Most nodes are refused for this, and nothing is quicker to tell.
                requests.fits_in(node.free())
                    && is_acceptable(*place, node)
                    && check_fit(&pod.spec, node, &around).is_ok()
            })
        };
        let place = (self.next..places).chain(0..self.next.min(places)).find(fits)?;
        self.next = place + 1;
        self.assign(place, pod.clone());
        Some(place)
    }
}
