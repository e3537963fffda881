//! Simulation of a node's removal: its pods must be evictable, and fit elsewhere.

use std::sync::Arc;

use super::budgets::Budgets;
use super::evictability::{Blocker, Outcome, outcome};
use super::place::Guest;
use super::scratch::Scratch;
use super::settings::Settings;
use super::unremovable::Reason;
use crate::kubernetes::pod_spec::SYSTEM_NAMESPACE;
use crate::kubernetes::{NodeId, Pod, PodId, PodSpec};

/// A node that could be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removable {
    /// The node.
    pub id: NodeId,
    /// The pods that have to move, with the places found for them; none for an empty node.
    pub moves: Vec<Move>,
    /// Budgets do not allow all of its pods to be evicted at once.
    pub is_risky: bool,
}

/// The pods of a node, by their fate when it is removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PodsToMove {
    /// Pods that have to find another node.
    pub moved: Vec<Pod>,
    /// Pods of daemon sets, which go with the node.
    pub daemons: Vec<Pod>,
}

/// Sorts pods by their fate when their node is removed.
///
/// # Errors
///
/// The first pod that blocks the removal, and the reason.
pub fn pods_to_move<'a>(
    pods: impl Iterator<Item = &'a Pod>,
    budgets: &Budgets,
    settings: &Settings,
    now_ms: u64,
) -> Result<PodsToMove, (PodId, Blocker)> {
    let mut found = PodsToMove::default();
    sort_out(pods, budgets, settings, now_ms, |pod, outcome| match outcome {
        Outcome::Move => found.moved.push(pod.clone()),
        Outcome::Daemon => found.daemons.push(pod.clone()),
        Outcome::Skip | Outcome::Block(_) => {}
    })?;
    Ok(found)
}

/// Calls `take` with every pod and its fate, until one blocks the removal.
fn sort_out<'a>(
    pods: impl Iterator<Item = &'a Pod>,
    budgets: &Budgets,
    settings: &Settings,
    now_ms: u64,
    mut take: impl FnMut(&Pod, Outcome),
) -> Result<(), (PodId, Blocker)> {
    // Most pods of a node are of few kinds, and of those that merely run their kind says everything.
    let mut known: Option<(*const PodSpec, Outcome)> = None;
    for pod in pods {
        let spec = Arc::as_ptr(&pod.spec);
        let is_ordinary = !pod.phase.is_terminal() && !pod.is_terminating() && pod.spec.namespace != SYSTEM_NAMESPACE;
        let outcome = match known.filter(|(known, _)| is_ordinary && *known == spec) {
            Some((_, outcome)) => outcome,
            None => outcome(pod, budgets, settings, now_ms),
        };
        known = is_ordinary.then_some((spec, outcome)).or(known);
        if let Outcome::Block(blocker) = outcome {
            return Err((pod.id, blocker));
        }
        take(pod, outcome);
    }
    Ok(())
}

/// Simulates the removal of the node at a place, with its pods moved to other ones. On success the scratch
/// copy stays as it would then be; otherwise it is reverted.
///
/// # Errors
///
/// The reason for which it cannot be removed.
pub fn simulate(
    scratch: &mut Scratch,
    place: Option<usize>,
    budgets: &Budgets,
    settings: &Settings,
    now_ms: u64,
) -> Result<Removable, Reason> {
    let place = place.ok_or(Reason::NoNodeInfo)?;
    let id = scratch.node(place).ok_or(Reason::NoNodeInfo)?.id;
    let mut moves = moves(scratch.pods(place), budgets, settings, now_ms)?;
    if !do_without(scratch, place, moves.iter_mut()) {
        return Err(Reason::NoPlaceToMovePods);
    }
    Ok(Removable { id, moves, is_risky: false })
}

/// Returns the pods of a node that have to move.
///
/// # Errors
///
/// The pod that blocks the removal, and the reason.
pub fn moves<'a>(
    pods: impl Iterator<Item = &'a Pod>,
    budgets: &Budgets,
    settings: &Settings,
    now_ms: u64,
) -> Result<Vec<Move>, Reason> {
    let mut moves: Vec<Move> = Vec::new();
    let take = |pod: &Pod, outcome| {
        if outcome == Outcome::Move {
            // Pods of one controller share their specification, and what it asks for.
            let known = moves.last().filter(|last| Arc::ptr_eq(&last.guest.pod().spec, &pod.spec));
            let guest = match known {
                Some(known) => known.guest.alike(pod),
                None => Guest::new(pod),
            };
            moves.push(Move { guest, hint: None });
        }
    };
    let present = pods.filter(|pod| pod.takes_room());
    sort_out(present, budgets, settings, now_ms, take).map_err(|(pod, why)| Reason::BlockedByPod(pod, why))?;
    Ok(moves)
}

/// A pod that has to find another node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Move {
    /// The pod.
    pub guest: Guest,
    /// Previous placement, which is tried first: the place, and the node that was there.
    pub hint: Option<(usize, NodeId)>,
}

/// Takes out the node at a place and moves these pods to other nodes. Returns `true` on success; otherwise
/// the scratch copy is reverted.
pub fn do_without<'a>(scratch: &mut Scratch, place: usize, moves: impl Iterator<Item = &'a mut Move>) -> bool {
    let mark = scratch.mark();
    scratch.remove(place);
    for step in moves {
        let hinted = step.hint.and_then(|(place, id)| {
            let is_there = scratch.node(place).is_some_and(|node| node.id == id);
            // Places move up when nodes go.
            let place = if is_there { Some(place) } else { scratch.place_of(id) }?;
            scratch.schedule_simply(&step.guest, place).then_some((place, id))
        });
        if hinted.is_some() {
            step.hint = hinted;
            continue;
        }
        let found = scratch.schedule_guest(&step.guest);
        step.hint = found.and_then(|place| Some((place, scratch.node(place)?.id)));
        if found.is_none() {
            scratch.take_back(mark);
            return false;
        }
    }
    true
}
