//! The animation of each node's cell between two states: appearing, turning, leaving.
//!
//! Pure: cells in, a [`CellAppearance`] out, with the page's clock as an argument. A node that the engine
//! has already forgotten is still drawn for a moment while it leaves.

use scale_down_engine::{NodeSource, NodeState, NodeView, PoolId};

/// Duration of a turn from one state to the next, in milliseconds of real time.
const TURN_MS: f64 = 260.0;
/// Time a cell takes to appear, in milliseconds of real time.
const APPEAR_MS: f64 = 220.0;
/// Time a cell takes to leave, in milliseconds of real time.
const LEAVE_MS: f64 = 520.0;

/// The nodes of one pool, each in a slot of its own.
#[derive(Clone, Debug)]
pub struct Track {
    /// The pool of the nodes.
    pub pool: PoolId,
    /// The cells by slot; `None` is a gap.
    pub slots: Vec<Option<Cell>>,
    /// Instance id and slot of every node that exists, by ascending id.
    order: Vec<(u32, usize)>,
    /// Slots without a node.
    gaps: Vec<usize>,
}

/// One node as it is drawn.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Instance id of the node.
    pub instance_id: u32,
    /// Current state.
    pub state: NodeState,
    /// Source of the node: built new, or started from the cache.
    pub source: NodeSource,
    /// Progress of the transition under way; for a ready node, the share of it that its pods take. In thousandths.
    pub progress_permille: u16,
    before: Option<(NodeState, u8)>,
    changed_ms: f64,
    leaving: bool,
    /// The appearance last painted, to paint again only what changed.
    pub painted: Option<CellAppearance>,
}

/// The appearance of a cell; equal appearances need no new paint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellAppearance {
    /// The state drawn: the one before in the first half of a turn.
    pub state: NodeState,
    /// Marks a ready node that came from the cache.
    pub source: NodeSource,
    /// Progress or load in steps of [`LEVELS`].
    pub level: u8,
    /// Size against the cell's.
    pub scale: f64,
    /// Opacity.
    pub alpha: f64,
}

/// Number of steps in which progress and load are shown.
pub const LEVELS: u8 = 16;

impl Track {
    /// Creates an empty pool.
    #[must_use]
    pub const fn new(pool: PoolId) -> Self {
        Self { pool, slots: Vec::new(), order: Vec::new(), gaps: Vec::new() }
    }

    /// Takes over what the snapshot says of the pool's nodes (ascending instance ids).
    ///
    /// Without `animate` everything is in its place at once.
    pub fn follow(&mut self, nodes: &[NodeView], now_ms: f64, animate: bool) {
        let past_ms = if animate { now_ms } else { f64::NEG_INFINITY };
        let known = std::mem::take(&mut self.order);
        let mut known = known.into_iter().peekable();
        let mut order = Vec::with_capacity(nodes.len());
        for node in nodes {
            while let Some((_, slot)) = known.next_if(|(id, _)| *id < node.instance_id) {
                self.leave(slot, past_ms);
            }
            let slot = match known.next_if(|(id, _)| *id == node.instance_id) {
                Some((_, slot)) => slot,
                None => self.seat(node, past_ms),
            };
            if let Some(Some(cell)) = self.slots.get_mut(slot) {
                cell.turn(node, past_ms);
            }
            order.push((node.instance_id, slot));
        }
        for (_, slot) in known {
            self.leave(slot, past_ms);
        }
        self.order = order;
    }

    /// Frees the slots of nodes that have left, and returns `true` if there were any.
    pub fn sweep(&mut self) -> bool {
        let mut swept = false;
        for (slot, place) in self.slots.iter_mut().enumerate() {
            if place.as_ref().is_some_and(Cell::gone) {
                *place = None;
                self.gaps.push(slot);
                swept = true;
            }
        }
        if swept {
            while matches!(self.slots.last(), Some(None)) {
                self.slots.pop();
            }
            let end = self.slots.len();
            self.gaps.retain(|slot| *slot < end);
        }
        swept
    }

    /// Slot of a node.
    #[must_use]
    pub fn slot_of(&self, instance_id: u32) -> Option<usize> {
        let place = self.order.binary_search_by_key(&instance_id, |(id, _)| *id);
        self.order.get(place.ok()?).map(|(_, slot)| *slot)
    }

    /// Node in a slot, unless it is leaving.
    #[must_use]
    pub fn node_at(&self, slot: usize) -> Option<u32> {
        let cell = self.slots.get(slot)?.as_ref()?;
        (!cell.leaving).then_some(cell.instance_id)
    }

    /// Returns the node `step` places along, in the order of ids.
    #[must_use]
    pub fn neighbour(&self, instance_id: u32, step: isize) -> Option<u32> {
        let place = self.order.binary_search_by_key(&instance_id, |(id, _)| *id).ok()?;
        self.order.get(place.checked_add_signed(step)?).map(|(id, _)| *id)
    }

    /// First and last node.
    #[must_use]
    pub fn ends(&self) -> Option<(u32, u32)> {
        Some((self.order.first()?.0, self.order.last()?.0))
    }

    fn seat(&mut self, node: &NodeView, past_ms: f64) -> usize {
        let cell = Some(Cell {
            instance_id: node.instance_id,
            state: node.state,
            source: node.source,
            progress_permille: progress(node),
            before: None,
            changed_ms: past_ms,
            leaving: false,
            painted: None,
        });
        let lowest = self.gaps.iter().enumerate().min_by_key(|(_, slot)| **slot);
        if let Some(place) = lowest.map(|(place, _)| place) {
            let slot = self.gaps.swap_remove(place);
            if let Some(place) = self.slots.get_mut(slot) {
                *place = cell;
            }
            return slot;
        }
        self.slots.push(cell);
        self.slots.len() - 1
    }

    fn leave(&mut self, slot: usize, past_ms: f64) {
        if let Some(Some(cell)) = self.slots.get_mut(slot) {
            cell.leaving = true;
            cell.changed_ms = past_ms;
        }
    }
}

impl Cell {
    fn turn(&mut self, node: &NodeView, past_ms: f64) {
        if self.state != node.state {
            // A transition that is over was seen to its end; the load of a running node is what it was.
            let is_at_rest = self.state == NodeState::Ready;
            self.before =
                Some((self.state, if is_at_rest { level(self.state, self.progress_permille) } else { LEVELS }));
            self.changed_ms = past_ms;
            self.state = node.state;
        }
        self.source = node.source;
        self.progress_permille = progress(node);
    }

    /// Returns `true` if the node has left and its cell is wiped from the canvas.
    fn gone(&self) -> bool {
        self.leaving && self.painted.is_none_or(|appearance| appearance.alpha <= 0.0)
    }

    /// Returns the appearance to paint now, and `true` if it will change by itself, so that another frame is needed.
    #[must_use]
    pub fn appearance(&self, now_ms: f64) -> (CellAppearance, bool) {
        let age_ms = now_ms - self.changed_ms;
        let mut appearance = CellAppearance {
            state: self.state,
            source: self.source,
            level: level(self.state, self.progress_permille),
            scale: 1.0,
            alpha: 1.0,
        };
        let span_ms = match (self.leaving, self.before) {
            (true, _) => LEAVE_MS,
            (false, None) => APPEAR_MS,
            (false, Some(_)) => TURN_MS,
        };
        if age_ms >= span_ms {
            if self.leaving {
                appearance.alpha = 0.0;
            }
            // One more frame sweeps the slot.
            return (appearance, self.leaving);
        }
        let t = (age_ms / span_ms).clamp(0.0, 1.0);
        match (self.leaving, self.before) {
            (true, _) => {
                appearance.scale = (1.0 - t) * (1.0 - t);
                appearance.alpha = 1.0 - t;
            }
            (false, None) => {
                appearance.scale = 0.3 * ease_out(t) + 0.7;
                appearance.alpha = ease_out(t);
            }
            // A turn, as of a card: narrow with the old face, wide with the new.
            (false, Some((before, level))) if t < 0.4 => {
                appearance.state = before;
                appearance.level = level;
                appearance.scale = (t / 0.4) * -0.3 + 1.0;
            }
            (false, Some(_)) => appearance.scale = 0.3 * (ease_out((t - 0.4) / 0.6)) + 0.7,
        }
        (appearance, true)
    }
}

/// Returns the number that a node's cell shows, in thousandths: the load of a ready node, else the progress of its
/// transition.
fn progress(node: &NodeView) -> u16 {
    if node.state == NodeState::Ready { node.fill_permille } else { node.progress_permille }
}

/// Converts progress or load to steps of [`LEVELS`]; 0 for states that have neither: deallocated, stopped, failed.
fn level(state: NodeState, progress_permille: u16) -> u8 {
    match state {
        NodeState::Deallocated | NodeState::Stopped | NodeState::Failed => 0,
        _ => {
            let steps = u32::from(progress_permille.min(1_000)) * u32::from(LEVELS) / 1_000;
            u8::try_from(steps).unwrap_or(LEVELS)
        }
    }
}

/// Eases a motion, given as 0 to 1: fast first, gentle at the end.
pub const fn ease_out(t: f64) -> f64 {
    let rest = 1.0 - t;
    1.0 - rest * rest * rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(instance_id: u32, state: NodeState) -> NodeView {
        NodeView {
            instance_id,
            state,
            source: NodeSource::New,
            progress_permille: 500,
            since_ms: 0,
            created_ms: 0,
            pods: 0,
            fill_permille: 0,
            is_ready: true,
        }
    }

    fn track() -> Track {
        Track::new(super::super::sample::pools(1).pop().expect("a pool"))
    }

    fn loaded(state: NodeState, fill_permille: u16) -> NodeView {
        NodeView { fill_permille, ..node(0, state) }
    }

    fn follow(track: &mut Track, ids: &[u32], now_ms: f64, animate: bool) {
        let nodes: Vec<NodeView> = ids.iter().map(|id| node(*id, NodeState::Ready)).collect();
        track.follow(&nodes, now_ms, animate);
    }

    /// Marks everything as painted as it looks.
    fn paint(track: &mut Track, now_ms: f64) {
        for cell in track.slots.iter_mut().flatten() {
            cell.painted = Some(cell.appearance(now_ms).0);
        }
    }

    fn ids(track: &Track) -> Vec<Option<u32>> {
        (0..track.slots.len()).map(|slot| track.node_at(slot)).collect()
    }

    #[test]
    fn a_cell_stays_where_it_is_when_others_leave_and_new_ones_fill_the_gaps() {
        let mut track = track();
        follow(&mut track, &[0, 1, 2, 3], 0.0, true);
        follow(&mut track, &[0, 2], 1_000.0, true);
        assert_eq!(track.slots.len(), 4, "those that leave are seen leaving");
        paint(&mut track, 1_000.0);
        assert!(!track.sweep());
        paint(&mut track, 1_000.0 + LEAVE_MS);
        assert!(track.sweep());
        assert_eq!(ids(&track), [Some(0), None, Some(2)]);
        follow(&mut track, &[0, 2, 4, 5], 3_000.0, true);
        assert_eq!(ids(&track), [Some(0), Some(4), Some(2), Some(5)]);
        assert_eq!(track.slot_of(5), Some(3));
        assert_eq!(track.neighbour(2, 1), Some(4));
        assert_eq!(track.neighbour(5, 1), None);
    }

    #[test]
    fn without_motion_everything_is_in_its_place_at_once() {
        let mut track = track();
        follow(&mut track, &[0, 1], 0.0, false);
        assert!(track.slots.iter().flatten().all(|cell| cell.appearance(0.0) == (cell.appearance(9_000.0).0, false)));
        follow(&mut track, &[0], 0.0, false);
        assert!(
            track.sweep() || {
                paint(&mut track, 0.0);
                track.sweep()
            }
        );
        assert_eq!(ids(&track), [Some(0)]);
    }

    #[test]
    fn a_turn_shows_the_old_face_first() {
        let mut track = track();
        track.follow(&[node(0, NodeState::Starting)], 0.0, true);
        track.follow(&[node(0, NodeState::Ready)], 5_000.0, true);
        let cell = track.slots.first().and_then(Option::as_ref).expect("a cell");
        let check = |age_ms: f64, state: NodeState, moving: bool| {
            let (appearance, again) = cell.appearance(5_000.0 + age_ms);
            assert_eq!((appearance.state, again), (state, moving), "{age_ms}");
        };
        check(10.0, NodeState::Starting, true);
        check(TURN_MS / 2.0, NodeState::Ready, true);
        check(TURN_MS, NodeState::Ready, false);
    }

    #[test]
    fn a_running_node_is_as_full_as_its_pods_make_it_until_it_turns() {
        let mut track = track();
        let mut check = |at_ms: f64, node: NodeView, look_ms: f64, expected: (NodeState, u8)| {
            track.follow(&[node], at_ms, true);
            let cell = track.slots.first().and_then(Option::as_ref).expect("a cell");
            let appearance = cell.appearance(look_ms).0;
            assert_eq!((appearance.state, appearance.level), expected, "{at_ms}");
        };
        check(0.0, loaded(NodeState::Ready, 250), 9_000.0, (NodeState::Ready, LEVELS / 4));
        check(9_000.0, loaded(NodeState::Ready, 1_000), 9_000.0, (NodeState::Ready, LEVELS));
        check(9_100.0, loaded(NodeState::Ready, 500), 9_100.0, (NodeState::Ready, LEVELS / 2));
        check(9_200.0, loaded(NodeState::Draining, 0), 9_210.0, (NodeState::Ready, LEVELS / 2));
        check(9_900.0, loaded(NodeState::Draining, 0), 9_900.0, (NodeState::Draining, LEVELS / 2));
    }

    #[test]
    fn progress_is_shown_in_steps_and_only_where_something_is_under_way() {
        let check = |state: NodeState, progress_permille: u16, expected: u8| {
            assert_eq!(level(state, progress_permille), expected, "{state:?} {progress_permille}");
        };
        check(NodeState::Creating, 0, 0);
        check(NodeState::Creating, 500, LEVELS / 2);
        check(NodeState::Starting, 1_000, LEVELS);
        check(NodeState::Starting, u16::MAX, LEVELS);
        check(NodeState::Ready, 500, LEVELS / 2);
        check(NodeState::Deallocated, 500, 0);
    }
}
