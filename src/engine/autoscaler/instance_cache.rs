//! The Azure provider's cache of the machines of a scale set between two refreshes.
//!
//! It is refreshed every five minutes, or when something went wrong. In between the provider updates it when
//! it asks for an operation, so that a machine that it starts counts as running at once. After AKS's branch
//! of the cluster autoscaler (kubernetes/autoscaler pull request 9932).

use super::cluster_state::FailedInstance;
use super::instance::{InstanceState, InstanceStatus, ProviderSettings, VmInstanceView};
use crate::ground::sorted::advance_to;

/// Time after which the cache is refreshed, in milliseconds.
const REFRESH_MS: u64 = 5 * 60_000;

/// Kind of an Azure operation that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndedOperation {
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
    transitional: Vec<u32>,
    refreshed_ms: Option<u64>,
}

impl InstanceCache {
    /// Returns `true` if the cache has to be refreshed.
    #[must_use]
    pub fn is_stale(&self, now_ms: u64) -> bool {
        self.refreshed_ms.is_none_or(|refreshed_ms| refreshed_ms + REFRESH_MS <= now_ms)
    }

    /// Marks the cache as stale, so that it is refreshed at the next occasion.
    pub fn invalidate(&mut self) {
        self.refreshed_ms = None;
    }

    fn position(&self, instance_id: u32) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&instance_id, |(id, _)| *id)
    }

    /// Refreshes the cache from the machines, which come in the order of their instance ids.
    pub fn refresh(
        &mut self,
        machines: impl Iterator<Item = (u32, VmInstanceView)>,
        reading: ProviderSettings,
        now_ms: u64,
    ) {
        let before = std::mem::take(&mut self.entries);
        let mut known = before.as_slice();
        self.entries.reserve(known.len());
        self.entries.extend(machines.filter_map(|(id, view)| {
            let before = advance_to(&mut known, |(known, _)| *known, id).map(|(_, status)| *status);
            reading.status(view, before).map(|status| (id, status))
        }));
        let transitional = self.entries.iter().filter(|(_, status)| status.state.is_transitional());
        self.transitional = transitional.map(|(id, _)| *id).collect();
        self.refreshed_ms = Some(now_ms);
    }

    /// Sets the cached state of a machine.
    pub fn set(&mut self, instance_id: u32, state: InstanceState) {
        match self.position(instance_id) {
            Ok(index) => {
                if let Some((_, status)) = self.entries.get_mut(index) {
                    *status = state.into();
                }
            }
            Err(index) => self.entries.insert(index, (instance_id, state.into())),
        }
        self.note(instance_id, state.is_transitional());
    }

    /// Updates the list of machines in a transitional state.
    fn note(&mut self, instance_id: u32, is_transitional: bool) {
        match (self.transitional.binary_search(&instance_id), is_transitional) {
            (Err(index), true) => self.transitional.insert(index, instance_id),
            (Ok(index), false) => {
                self.transitional.remove(index);
            }
            (Ok(_), true) | (Err(_), false) => {}
        }
    }

    /// Records that an operation on a machine ended. Success needs no refresh: a machine that was to start is
    /// believed to run already. A failure makes the cache stale.
    pub fn on_ended(&mut self, instance_id: u32, ending: EndedOperation, has_succeeded: bool) {
        match (ending, has_succeeded) {
            (_, false) => self.invalidate(),
            (EndedOperation::Start, true) => {}
            (EndedOperation::Deallocation, true) => self.set(instance_id, InstanceState::Deallocated),
            (EndedOperation::Deletion, true) => {
                if let Ok(index) = self.position(instance_id) {
                    self.entries.remove(index);
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
        self.entries.get(self.position(instance_id).ok()?).map(|(_, status)| *status)
    }

    /// Returns the machines in a transitional state: neither running nor deallocated.
    pub fn transitional(&self) -> impl Iterator<Item = (u32, InstanceStatus)> {
        self.transitional.iter().filter_map(|id| Some((*id, self.status(*id)?)))
    }

    /// Returns the machines that did not come up, with their errors.
    #[must_use]
    pub fn failed(&self) -> Vec<FailedInstance> {
        self.transitional().filter_map(|(id, status)| Some((id, status.error?.clone()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::instance::{VmPowerState, VmProvisioningState};
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
                    let reading = ProviderSettings { policy: ScaleDownMode::Deallocate, is_fast_delete: true };
                    let states =
                        [VmProvisioningState::Creating, VmProvisioningState::Updating, VmProvisioningState::Failed];
                    let machines = (0..20).filter(|id| id % 7 != 0).map(|id| {
                        let provisioning =
                            states.get(pick(4) as usize).copied().unwrap_or(VmProvisioningState::Succeeded);
                        (
                            id,
                            VmInstanceView {
                                provisioning,
                                power: VmPowerState::Deallocated,
                                has_extension_error: false,
                            },
                        )
                    });
                    let machines: Vec<_> = machines.collect();
                    cache.refresh(machines.into_iter(), reading, now_ms);
                }
                1 => cache.on_ended(id, EndedOperation::Deletion, true),
                2 => cache.on_ended(id, EndedOperation::Deallocation, true),
                3 => cache.set(id, InstanceState::Running),
                4 => cache.set(id, InstanceState::Creating),
                5 => cache.set(id, InstanceState::Deallocating),
                _ => {}
            }
            let transitional = cache.entries().iter().filter(|(_, status)| status.state.is_transitional());
            assert!(cache.transitional().eq(transitional.copied()));
            let failed = cache.entries().iter().filter(|(_, status)| status.error.is_some()).count();
            assert_eq!(cache.failed().len(), failed);
            seen += failed;
        }
        assert!(seen > 100, "{seen}");
    }
}
