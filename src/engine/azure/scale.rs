//! Scale plans: which nodes a new node count starts, creates and removes.
//!
//! A pure function of the pool, so that the rule of Scale-Down Mode can be read and tested in one
//! place.

use crate::azure::lifecycle::NodeState;
use crate::azure::node::Node;
use crate::azure::pool::Pool;

/// The consequences of a new node count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScalePlan {
    /// Stopped and deallocated instances to start, in order.
    pub start: Vec<u32>,
    /// New instances to create after that.
    pub create: u32,
    /// Ready instances to drain and remove, in order.
    pub remove: Vec<u32>,
    /// Failed instances to clear away.
    pub clear: Vec<u32>,
}

impl ScalePlan {
    /// Plans how to bring a pool as it is to `count` nodes.
    ///
    /// Up: every deallocated node is started before a new one is created, lowest instance id first, and
    /// those that stopped with their pool before them. That is the order of the cluster autoscaler's
    /// Azure provider; the order of a manual scale is not documented, so the same is assumed.
    ///
    /// Down: cordoned nodes go first, as was seen with `az aks nodepool scale`
    /// (jingchaozhang.github.io, "Node Selection During AKS Scale-In"); of the others the highest
    /// instance id, after balancing the zones (the rule of scale sets). Failed nodes go in any case,
    /// before a healthy one does.
    #[must_use]
    pub fn new(pool: &Pool, count: u32, is_cordoned: &dyn Fn(u32) -> bool) -> Self {
        let mut plan =
            Self { clear: pool.nodes_in(NodeState::Failed).map(|node| node.instance_id).collect(), ..Self::default() };
        let wanted = NodeState::ALL.into_iter().filter(|state| state.is_wanted());
        let wanted = wanted.map(|state| pool.count_in(state)).sum();
        if count >= wanted {
            let missing = count - wanted;
            let kept = pool.nodes_in(NodeState::Stopped).chain(pool.nodes_in(NodeState::Deallocated));
            plan.start = kept.map(|node| node.instance_id).take(missing as usize).collect();
            plan.create = missing - u32::try_from(plan.start.len()).unwrap_or(missing);
        } else {
            let (cordoned, others): (Vec<_>, Vec<_>) =
                pool.nodes_in(NodeState::Ready).partition(|node| is_cordoned(node.instance_id));
            let surplus = wanted - count;
            plan.remove = removal_order(cordoned.into_iter(), surplus);
            let taken = u32::try_from(plan.remove.len()).unwrap_or(surplus);
            plan.remove.extend(removal_order(others.into_iter(), surplus - taken));
        }
        plan
    }
}

/// Returns the first `count` nodes to remove: always from the fullest zone, the highest instance id in it.
fn removal_order<'a>(ready: impl Iterator<Item = &'a Node>, count: u32) -> Vec<u32> {
    let mut zones: Vec<(u8, Vec<u32>)> = Vec::new();
    for node in ready {
        match zones.iter_mut().find(|(zone, _)| *zone == node.zone) {
            Some((_, ids)) => ids.push(node.instance_id),
            None => zones.push((node.zone, vec![node.instance_id])),
        }
    }
    let mut order = Vec::new();
    for _ in 0..count {
        let fullest = zones.iter_mut().max_by_key(|(_, ids)| (ids.len(), ids.last().copied()));
        let Some(id) = fullest.and_then(|(_, ids)| ids.pop()) else {
            break;
        };
        order.push(id);
    }
    order
}

/// Returns the zone for a new instance: the one with the fewest, the lowest of those; 0 in a pool
/// without zones.
pub(crate) fn zone_for_new(pool: &Pool) -> u8 {
    let crowd = |zone: u8| pool.nodes().filter(|node| node.zone == zone).count();
    let zones = pool.spec.zones.iter().copied();
    zones.min_by_key(|zone| (crowd(*zone), *zone)).unwrap_or(0)
}
