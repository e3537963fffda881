//! Simulation of a node's removal: its pods must be evictable, and fit elsewhere.

use std::sync::Arc;

use super::cluster_snapshot::ClusterSnapshot;
use super::drainability::{BlockingPodReason, Drainability, PodsToMove, drainability};
use super::remaining_budgets::RemainingBudgets;
use super::settings::Settings;
use super::snapshot_node::SimulatedPod;
use super::unremovable::UnremovableReason;
use crate::kubernetes::pod_spec::SYSTEM_NAMESPACE;
use crate::kubernetes::{NodeId, Pod, PodId, PodSpec};

/// A node that could be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeToBeRemoved {
    /// The node.
    pub id: NodeId,
    /// The pods that have to move, with the places found for them; none for an empty node.
    pub moves: Vec<Move>,
    /// Budgets do not allow all of its pods to be evicted at once.
    pub is_risky: bool,
}

/// Sorts pods by their fate when their node is removed.
///
/// # Errors
///
/// The first pod that blocks the removal, and the reason.
pub fn pods_to_move<'a>(
    pods: impl Iterator<Item = &'a Pod>,
    budgets: &RemainingBudgets,
    settings: &Settings,
    now_ms: u64,
) -> Result<PodsToMove, (PodId, BlockingPodReason)> {
    let mut found = PodsToMove::default();
    classify(pods, budgets, settings, now_ms, |pod, outcome| match outcome {
        Drainability::Move => found.moved.push(pod.clone()),
        Drainability::Daemon => found.daemons.push(pod.clone()),
        Drainability::Skip | Drainability::Block(_) => {}
    })?;
    Ok(found)
}

/// Calls `take` with every pod and its fate, until one blocks the removal.
fn classify<'a>(
    pods: impl Iterator<Item = &'a Pod>,
    budgets: &RemainingBudgets,
    settings: &Settings,
    now_ms: u64,
    mut take: impl FnMut(&Pod, Drainability),
) -> Result<(), (PodId, BlockingPodReason)> {
    // Most pods of a node are of few kinds, and of those that merely run their kind says everything.
    let mut known: Option<(*const PodSpec, Drainability)> = None;
    for pod in pods {
        let spec = Arc::as_ptr(&pod.spec);
        let is_ordinary = !pod.phase.is_terminal() && !pod.is_terminating() && pod.spec.namespace != SYSTEM_NAMESPACE;
        let outcome = match known.filter(|(known, _)| is_ordinary && *known == spec) {
            Some((_, outcome)) => outcome,
            None => drainability(pod, budgets, settings, now_ms),
        };
        known = is_ordinary.then_some((spec, outcome)).or(known);
        if let Drainability::Block(blocker) = outcome {
            return Err((pod.id, blocker));
        }
        take(pod, outcome);
    }
    Ok(())
}

/// Simulates the removal of the node in a slot, with its pods moved to other ones. On success the snapshot
/// copy stays as it would then be; otherwise it is reverted.
///
/// # Errors
///
/// The reason for which it cannot be removed.
pub fn simulate(
    snapshot: &mut ClusterSnapshot,
    slot: Option<usize>,
    budgets: &RemainingBudgets,
    settings: &Settings,
    now_ms: u64,
) -> Result<NodeToBeRemoved, UnremovableReason> {
    let slot = slot.ok_or(UnremovableReason::NoNodeInfo)?;
    let id = snapshot.node(slot).ok_or(UnremovableReason::NoNodeInfo)?.id;
    let mut moves = moves(snapshot.pods(slot), budgets, settings, now_ms)?;
    if !reschedule_without(snapshot, slot, moves.iter_mut()) {
        return Err(UnremovableReason::NoPlaceToMovePods);
    }
    Ok(NodeToBeRemoved { id, moves, is_risky: false })
}

/// Returns the pods of a node that have to move.
///
/// # Errors
///
/// The pod that blocks the removal, and the reason.
pub fn moves<'a>(
    pods: impl Iterator<Item = &'a Pod>,
    budgets: &RemainingBudgets,
    settings: &Settings,
    now_ms: u64,
) -> Result<Vec<Move>, UnremovableReason> {
    let mut moves: Vec<Move> = Vec::new();
    let take = |pod: &Pod, outcome| {
        if outcome == Drainability::Move {
            // Pods of one controller share their specification, and what it asks for.
            let known = moves.last().filter(|last| Arc::ptr_eq(&last.simulated.pod().spec, &pod.spec));
            let simulated = match known {
                Some(known) => known.simulated.alike(pod),
                None => SimulatedPod::new(pod),
            };
            moves.push(Move { simulated, hint: None });
        }
    };
    let present = pods.filter(|pod| pod.takes_room());
    classify(present, budgets, settings, now_ms, take)
        .map_err(|(pod, why)| UnremovableReason::BlockedByPod(pod, why))?;
    Ok(moves)
}

/// A pod that has to find another node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Move {
    /// The pod.
    pub simulated: SimulatedPod,
    /// Previous placement, which is tried first: the slot, and the node that was there.
    pub hint: Option<(usize, NodeId)>,
}

/// Takes out the node in a slot and moves these pods to other nodes. Returns `true` on success; otherwise
/// the snapshot is reverted.
pub fn reschedule_without<'a>(
    snapshot: &mut ClusterSnapshot,
    slot: usize,
    moves: impl Iterator<Item = &'a mut Move>,
) -> bool {
    let fork = snapshot.fork();
    snapshot.remove(slot);
    for step in moves {
        let hinted = step.hint.and_then(|(slot, id)| {
            let is_there = snapshot.node(slot).is_some_and(|node| node.id == id);
            // Places move up when nodes go.
            let slot = if is_there { Some(slot) } else { snapshot.slot_of(id) }?;
            snapshot.schedule_simply(&step.simulated, slot).then_some((slot, id))
        });
        if hinted.is_some() {
            step.hint = hinted;
            continue;
        }
        let found = snapshot.schedule_simulated(&step.simulated);
        step.hint = found.and_then(|slot| Some((slot, snapshot.node(slot)?.id)));
        if found.is_none() {
            snapshot.revert(fork);
            return false;
        }
    }
    true
}
