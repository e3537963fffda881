//! What the Azure provider believes of the machines of a scale set between two looks at them.
//!
//! It looks every five minutes, or when something went wrong. In between it changes its mind by
//! itself when it asks for something, so that a machine that it starts counts as running at once. After
//! AKS's branch of the cluster autoscaler (kubernetes/autoscaler pull request 9932).

use super::cluster_state::FailedInstance;
use super::instance::{InstanceState, InstanceStatus, Reading, VmView};

/// How long what is believed is believed, in milliseconds.
const REFRESH_MS: u64 = 5 * 60_000;

/// How something ended that was asked of Azure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// A start.
    Start,
    /// A deallocation.
    Deallocation,
    /// A deletion.
    Deletion,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct InstanceCache {
    /// Sorted by instance.
    entries: Vec<(u32, InstanceStatus)>,
    looked_ms: Option<u64>,
}

impl InstanceCache {
    /// Whether it has to look again.
    #[must_use]
    pub fn is_stale(&self, now_ms: u64) -> bool {
        self.looked_ms.is_none_or(|looked_ms| looked_ms + REFRESH_MS <= now_ms)
    }

    /// Lets it look again at the next occasion.
    pub fn invalidate(&mut self) {
        self.looked_ms = None;
    }

    fn place(&self, instance_id: u32) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&instance_id, |(id, _)| *id)
    }

    /// Looks at the machines, which come in the order of their instances.
    pub fn refresh(&mut self, machines: impl Iterator<Item = (u32, VmView)>, reading: Reading, now_ms: u64) {
        let known = std::mem::take(&mut self.entries);
        self.entries.reserve(known.len());
        let mut known = known.into_iter().peekable();
        self.entries.extend(machines.filter_map(|(id, view)| {
            while known.next_if(|(known, _)| *known < id).is_some() {}
            let before = known.next_if(|(known, _)| *known == id).map(|(_, status)| status);
            reading.status(view, before).map(|status| (id, status))
        }));
        self.looked_ms = Some(now_ms);
    }

    /// Believes from now on that a machine does this.
    pub fn set(&mut self, instance_id: u32, state: InstanceState) {
        match self.place(instance_id) {
            Ok(place) => {
                if let Some((_, status)) = self.entries.get_mut(place) {
                    *status = state.into();
                }
            }
            Err(place) => self.entries.insert(place, (instance_id, state.into())),
        }
    }

    /// Learns how something ended that was asked for. What worked needs no look: a machine that was
    /// to start is believed to run already.
    pub fn on_ended(&mut self, instance_id: u32, ending: Ending, has_worked: bool) {
        match (ending, has_worked) {
            (_, false) => self.invalidate(),
            (Ending::Start, true) => {}
            (Ending::Deallocation, true) => self.set(instance_id, InstanceState::Deallocated),
            (Ending::Deletion, true) => {
                if let Ok(place) = self.place(instance_id) {
                    self.entries.remove(place);
                }
            }
        }
    }

    /// What is believed of each machine.
    #[must_use]
    pub fn entries(&self) -> &[(u32, InstanceStatus)] {
        &self.entries
    }

    /// The machines that did not come up.
    #[must_use]
    pub fn failed(&self) -> Vec<FailedInstance> {
        let failed = |(id, status): &(u32, InstanceStatus)| Some((*id, status.error?.clone()));
        self.entries.iter().filter_map(failed).collect()
    }
}
