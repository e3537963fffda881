//! The life of a node, as one table.
//!
//! Every change of state in the engine goes through [`NodeState::after`], so a transition that is
//! not in [`TRANSITIONS`] cannot happen. The table follows the virtual machine states that the
//! cluster autoscaler's Azure provider knows (Creating, Running, Deallocating, Deallocated,
//! Deleting, Failed), split where a person watching needs the difference: a running node may be
//! `Ready` or `Draining`, and one on its way up is `Creating` (new) or `Starting` (kept).

/// The state of a node in its life cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeState {
    /// A new virtual machine is being allocated, booted and joined to the cluster.
    Creating,
    /// Running, registered, and able to take pods.
    Ready,
    /// Cordoned; its pods are being evicted.
    Draining,
    /// The virtual machine is being released; its disk stays.
    Deallocating,
    /// Released: compute is not billed, the disk with its images is kept, the node object stays.
    Deallocated,
    /// A kept virtual machine is being allocated and booted again.
    Starting,
    /// Released because its node pool or cluster was stopped.
    Stopped,
    /// The virtual machine, its disk and its node object are being removed.
    Deleting,
    /// It could not be created or started.
    Failed,
}

/// A transition of a node's life cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// It joined the cluster and its images are there.
    BecomeReady,
    /// It is cordoned and drained.
    Drain,
    /// Its drain failed: it stays ready.
    StayReady,
    /// Its virtual machine is told to deallocate.
    Deallocate,
    /// Deallocation has finished, for scale-down.
    Deallocated,
    /// Deallocation has finished, for a stopped pool.
    Stopped,
    /// A kept virtual machine is told to start.
    Start,
    /// Its virtual machine is told to be deleted.
    Delete,
    /// It could not be created or started.
    Fail,
}

/// Every legal transition: state before, transition, state after.
pub const TRANSITIONS: &[(NodeState, Transition, NodeState)] = {
    use NodeState as N;
    use Transition as T;
    &[
        (N::Creating, T::BecomeReady, N::Ready),
        (N::Creating, T::Fail, N::Failed),
        (N::Ready, T::Drain, N::Draining),
        (N::Draining, T::Deallocate, N::Deallocating),
        (N::Draining, T::StayReady, N::Ready),
        // Without a drain: through its scale set, past AKS.
        (N::Ready, T::Deallocate, N::Deallocating),
        (N::Deallocating, T::Deallocated, N::Deallocated),
        (N::Deallocating, T::Stopped, N::Stopped),
        (N::Deallocated, T::Start, N::Starting),
        (N::Stopped, T::Start, N::Starting),
        (N::Starting, T::BecomeReady, N::Ready),
        (N::Starting, T::Fail, N::Failed),
        // A machine that would not start is released again; see `scale`.
        (N::Failed, T::Deallocate, N::Deallocating),
        // Every state that holds a machine can be deleted.
        (N::Creating, T::Delete, N::Deleting),
        (N::Ready, T::Delete, N::Deleting),
        (N::Draining, T::Delete, N::Deleting),
        (N::Deallocating, T::Delete, N::Deleting),
        (N::Deallocated, T::Delete, N::Deleting),
        (N::Starting, T::Delete, N::Deleting),
        (N::Stopped, T::Delete, N::Deleting),
        (N::Failed, T::Delete, N::Deleting),
    ]
};

impl NodeState {
    /// All states, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Ready,
        Self::Starting,
        Self::Creating,
        Self::Draining,
        Self::Deallocating,
        Self::Deallocated,
        Self::Stopped,
        Self::Deleting,
        Self::Failed,
    ];

    /// Returns the name in snapshots, tables and share links.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Ready => "ready",
            Self::Draining => "draining",
            Self::Deallocating => "deallocating",
            Self::Deallocated => "deallocated",
            Self::Starting => "starting",
            Self::Stopped => "stopped",
            Self::Deleting => "deleting",
            Self::Failed => "failed",
        }
    }

    /// Returns the state after a transition, or `None` if the transition is illegal.
    #[must_use]
    pub fn after(self, transition: Transition) -> Option<Self> {
        TRANSITIONS.iter().find(|(from, found, _)| *from == self && *found == transition).map(|(_, _, to)| *to)
    }

    /// Returns `true` if a transition is under way, which ends by itself.
    #[must_use]
    pub const fn is_transitional(self) -> bool {
        !matches!(self, Self::Ready | Self::Deallocated | Self::Stopped | Self::Failed)
    }

    /// Returns `true` if it counts towards the number of nodes that was requested for the pool:
    /// running, or on its way there.
    #[must_use]
    pub const fn is_wanted(self) -> bool {
        matches!(self, Self::Creating | Self::Ready | Self::Starting)
    }

    /// Returns `true` if Kubernetes lists it as `Ready`. A draining node is still ready, only cordoned.
    #[must_use]
    pub const fn is_kubernetes_ready(self) -> bool {
        matches!(self, Self::Ready | Self::Draining)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_has_two_outcomes() {
        for (index, (from, step, _)) in TRANSITIONS.iter().enumerate() {
            let again = TRANSITIONS.iter().skip(index + 1);
            assert!(again.clone().all(|(f, s, _)| (f, s) != (from, step)), "{from:?} {step:?} is listed twice");
        }
    }

    #[test]
    fn every_state_can_be_left_for_good() {
        for state in NodeState::ALL {
            let way_out = state.after(Transition::Delete);
            assert_eq!(way_out.is_some(), state != NodeState::Deleting, "{state:?}");
        }
    }

    #[test]
    fn a_kept_node_never_goes_through_creating() {
        let mut reached = vec![NodeState::Deallocated];
        let mut index = 0;
        while let Some(state) = reached.get(index).copied() {
            for (from, _, to) in TRANSITIONS {
                if *from == state && !reached.contains(to) {
                    reached.push(*to);
                }
            }
            index += 1;
        }
        assert!(!reached.contains(&NodeState::Creating));
    }

    #[test]
    fn only_a_machine_that_runs_or_failed_is_deallocated() {
        let sources: Vec<_> =
            TRANSITIONS.iter().filter(|(_, _, to)| *to == NodeState::Deallocating).map(|(from, _, _)| *from).collect();
        assert_eq!(sources, [NodeState::Draining, NodeState::Ready, NodeState::Failed]);
    }
}
