//! The Azure provider's cache of the machines of a scale set between two refreshes.
//!
//! It is refreshed every five minutes, or when something went wrong. In between the provider updates it when
//! it asks for an operation, so that a machine that it starts counts as running at once. After AKS's branch
//! of the cluster autoscaler (kubernetes/autoscaler pull request 9932).

use super::cluster_state::FailedInstance;
use super::instance::{InstanceState, InstanceStatus, Reading, VmView};
use crate::ground::sorted::advance_to;

/// Time after which the cache is refreshed, in milliseconds.
const REFRESH_MS: u64 = 5 * 60_000;

/// Kind of an Azure operation that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// A start.
    Start,
    /// A deallocation.
    Deallocation,
    /// A deletion.
    Deletion,
}

/// Cached status of the machines of one scale set.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct InstanceCache {
    /// Status by instance id, sorted by instance id.
    entries: Vec<(u32, InstanceStatus)>,
    /// Instance ids in a transitional state, so that a loop need not visit all machines. Sorted.
    moving: Vec<u32>,
    looked_ms: Option<u64>,
}

impl InstanceCache {
    /// Returns `true` if the cache has to be refreshed.
    #[must_use]
    pub fn is_stale(&self, now_ms: u64) -> bool {
        self.looked_ms.is_none_or(|looked_ms| looked_ms + REFRESH_MS <= now_ms)
    }

    /// Marks the cache as stale, so that it is refreshed at the next occasion.
    pub fn invalidate(&mut self) {
        self.looked_ms = None;
    }

    fn place(&self, instance_id: u32) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&instance_id, |(id, _)| *id)
    }

    /// Refreshes the cache from the machines, which come in the order of their instance ids.
    pub fn refresh(&mut self, machines: impl Iterator<Item = (u32, VmView)>, reading: Reading, now_ms: u64) {
        let before = std::mem::take(&mut self.entries);
        let mut known = before.as_slice();
        self.entries.reserve(known.len());
        self.entries.extend(machines.filter_map(|(id, view)| {
            let before = advance_to(&mut known, |(known, _)| *known, id).map(|(_, status)| *status);
            reading.status(view, before).map(|status| (id, status))
        }));
        let moving = self.entries.iter().filter(|(_, status)| status.state.is_moving());
        self.moving = moving.map(|(id, _)| *id).collect();
        self.looked_ms = Some(now_ms);
    }

    /// Sets the cached state of a machine.
    pub fn set(&mut self, instance_id: u32, state: InstanceState) {
        match self.place(instance_id) {
            Ok(place) => {
                if let Some((_, status)) = self.entries.get_mut(place) {
                    *status = state.into();
                }
            }
            Err(place) => self.entries.insert(place, (instance_id, state.into())),
        }
        self.note(instance_id, state.is_moving());
    }

    /// Updates the list of machines in a transitional state.
    fn note(&mut self, instance_id: u32, is_moving: bool) {
        match (self.moving.binary_search(&instance_id), is_moving) {
            (Err(place), true) => self.moving.insert(place, instance_id),
            (Ok(place), false) => {
                self.moving.remove(place);
            }
            (Ok(_), true) | (Err(_), false) => {}
        }
    }

    /// Records that an operation on a machine ended. Success needs no refresh: a machine that was to start is
    /// believed to run already. A failure makes the cache stale.
    pub fn on_ended(&mut self, instance_id: u32, ending: Ending, has_worked: bool) {
        match (ending, has_worked) {
            (_, false) => self.invalidate(),
            (Ending::Start, true) => {}
            (Ending::Deallocation, true) => self.set(instance_id, InstanceState::Deallocated),
            (Ending::Deletion, true) => {
                if let Ok(place) = self.place(instance_id) {
                    self.entries.remove(place);
                }
                self.note(instance_id, false);
            }
        }
    }

    /// Returns the cached status of every machine, sorted by instance id.
    #[must_use]
    pub fn entries(&self) -> &[(u32, InstanceStatus)] {
        &self.entries
    }

    /// Returns the cached status of a machine, if it is known.
    #[must_use]
    pub fn status(&self, instance_id: u32) -> Option<InstanceStatus> {
        self.entries.get(self.place(instance_id).ok()?).map(|(_, status)| *status)
    }

    /// Returns the machines in a transitional state: neither running nor deallocated.
    pub fn moving(&self) -> impl Iterator<Item = (u32, InstanceStatus)> {
        self.moving.iter().filter_map(|id| Some((*id, self.status(*id)?)))
    }

    /// Returns the machines that did not come up, with their errors.
    #[must_use]
    pub fn failed(&self) -> Vec<FailedInstance> {
        self.moving().filter_map(|(id, status)| Some((id, status.error?.clone()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::instance::{VmPower, VmProvisioning};
    use super::*;
    use crate::azure::pool_spec::ScaleDownMode;
    use crate::ground::random::Random;

    #[test]
    fn the_list_of_moving_machines_is_that_of_all_that_are_believed_to_move() {
        let mut random = Random::new(5);
        let mut cache = InstanceCache::default();
        let mut pick = |count: u32| random.below(count);
        let mut seen = 0;
        for now_ms in 0..3000 {
            let id = pick(20);
            match pick(12) {
                0 => {
                    let reading = Reading { policy: ScaleDownMode::Deallocate, is_fast_delete: true };
                    let states = [VmProvisioning::Creating, VmProvisioning::Updating, VmProvisioning::Failed];
                    let machines = (0..20).filter(|id| id % 7 != 0).map(|id| {
                        let provisioning = states.get(pick(4) as usize).copied().unwrap_or(VmProvisioning::Succeeded);
                        (id, VmView { provisioning, power: VmPower::Deallocated, has_extension_error: false })
                    });
                    let machines: Vec<_> = machines.collect();
                    cache.refresh(machines.into_iter(), reading, now_ms);
                }
                1 => cache.on_ended(id, Ending::Deletion, true),
                2 => cache.on_ended(id, Ending::Deallocation, true),
                3 => cache.set(id, InstanceState::Running),
                4 => cache.set(id, InstanceState::Creating),
                5 => cache.set(id, InstanceState::Deallocating),
                _ => {}
            }
            let moving = cache.entries().iter().filter(|(_, status)| status.state.is_moving());
            assert!(cache.moving().eq(moving.copied()));
            let failed = cache.entries().iter().filter(|(_, status)| status.error.is_some()).count();
            assert_eq!(cache.failed().len(), failed);
            seen += failed;
        }
        assert!(seen > 100, "{seen}");
    }
}
