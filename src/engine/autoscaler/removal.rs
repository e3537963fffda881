//! Trying a node's removal: whether its pods may go, and whether they fit elsewhere.

use std::sync::Arc;

use super::super::kubernetes::pod_spec::SYSTEM_NAMESPACE;
use super::super::kubernetes::{NodeId, Pod, PodId, PodSpec};
use super::budgets::Budgets;
use super::evictability::{Blocker, Outcome, outcome};
use super::place::Guest;
use super::scratch::Scratch;
use super::settings::Settings;
use super::unremovable::Reason;

/// A node that could go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removable {
    /// The node.
    pub id: NodeId,
    /// Its pods that have to find another node, with where they do; none of an empty one.
    pub moves: Vec<Move>,
    /// Whether its pods cannot all be evicted at once.
    pub is_risky: bool,
}

/// The pods of a node, by what becomes of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PodsToMove {
    /// They have to find another node.
    pub moved: Vec<Pod>,
    /// They go with the node.
    pub daemons: Vec<Pod>,
}

/// What becomes of these pods when their node goes.
///
/// # Errors
///
/// The first pod that keeps the node, and why.
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

/// Gives every pod with what becomes of it, until one keeps the node.
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

/// Tries to do without the node at a place, its pods on other ones. Where that works the scratch
/// copy stays as it would then be; otherwise it is as it was.
///
/// # Errors
///
/// Why it does not work.
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

/// The pods of a node that have to find another one.
///
/// # Errors
///
/// The pod that keeps the node.
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
    /// Where it was put the last time, which is tried first: the place, and the node that was there.
    pub hint: Option<(usize, NodeId)>,
}

/// Tries to do without the node at a place, where these pods have to be moved; tells whether it works.
/// Where it does not, the scratch copy is as it was.
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
