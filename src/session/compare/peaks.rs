//! Peaks: the greatest number of nodes that ran at a time in each pool.

use std::collections::BTreeMap;

use crate::Session;
use scale_down_engine::NodeState;
use scale_down_engine::record::RecordedEvent;

/// Ready nodes of each pool by its name, now and at most, as far as the event log was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Peaks {
    running: BTreeMap<String, (u32, u32)>,
    /// Sequence number of the next event to read.
    next: u64,
    /// The version of the run's log to which the events belong.
    log_version: u64,
}

impl Peaks {
    /// Reads the events that a run has recorded since it was read last; all of them if it went another way. A run that
    /// has gone back keeps the peaks of what came later.
    pub fn follow(&mut self, run: &Session) {
        if self.log_version != run.log_version {
            *self = Self { log_version: run.log_version, ..Self::default() };
        }
        let log = run.cloud().log();
        for record in log.since(self.next) {
            let pool = || record.subject.split('-').nth(1).unwrap_or_default().to_owned();
            match record.event {
                RecordedEvent::Entered(NodeState::Ready) => {
                    let (now, peak) = self.running.entry(pool()).or_default();
                    *now += 1;
                    *peak = (*peak).max(*now);
                }
                RecordedEvent::Entered(NodeState::Deallocated) | RecordedEvent::Gone => {
                    let (now, _) = self.running.entry(pool()).or_default();
                    *now = now.saturating_sub(1);
                }
                _ => {}
            }
        }
        self.next = self.next.max(log.next_sequence());
    }

    /// Returns the peak of each pool by its name.
    pub fn by_pool(&self) -> BTreeMap<String, u32> {
        self.running.iter().map(|(pool, (_, peak))| (pool.clone(), *peak)).collect()
    }
}
