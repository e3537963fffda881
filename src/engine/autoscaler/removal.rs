//! Trying a node's removal: whether its pods may go, and whether they fit elsewhere.

use super::super::kubernetes::{NodeId, NodeInfo, Pod, PodId};
use super::budgets::Budgets;
use super::evictability::{Blocker, Outcome, outcome};
use super::scratch::Scratch;
use super::settings::Settings;
use super::unremovable::Reason;

/// A node that could go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removable {
    /// The node.
    pub id: NodeId,
    /// Its pods that have to find another node; none of an empty one.
    pub pods: Vec<Pod>,
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
    for pod in pods {
        match outcome(pod, budgets, settings, now_ms) {
            Outcome::Move => found.moved.push(pod.clone()),
            Outcome::Daemon => found.daemons.push(pod.clone()),
            Outcome::Skip => {}
            Outcome::Block(blocker) => return Err((pod.id, blocker)),
        }
    }
    Ok(found)
}

/// Tries to do without the node at a place, its pods on acceptable other ones. Where that works the
/// scratch copy stays as it would then be; otherwise it is as it was.
///
/// # Errors
///
/// Why it does not work.
pub fn simulate(
    scratch: &mut Scratch,
    place: Option<usize>,
    is_destination: impl Fn(usize, &NodeInfo) -> bool,
    budgets: &Budgets,
    settings: &Settings,
    now_ms: u64,
) -> Result<Removable, Reason> {
    let place = place.ok_or(Reason::NoNodeInfo)?;
    let node = scratch.node(place).ok_or(Reason::NoNodeInfo)?;
    let id = node.id;
    let present = node.pods().iter().filter(|pod| pod.takes_room());
    let pods = pods_to_move(present, budgets, settings, now_ms).map_err(|(pod, why)| Reason::BlockedByPod(pod, why))?;
    let mark = scratch.mark();
    scratch.remove(place);
    for pod in &pods.moved {
        if scratch.schedule(pod, &is_destination).is_none() {
            scratch.take_back(mark);
            return Err(Reason::NoPlaceToMovePods);
        }
    }
    Ok(Removable { id, pods: pods.moved, is_risky: false })
}
