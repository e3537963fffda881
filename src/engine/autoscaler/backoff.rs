//! Backing off from node groups whose scale-up has failed, for longer each time.
//!
//! The first failure keeps a group out for the initial time. A failure after that time has passed
//! doubles it, up to a limit; a failure while the group is still kept out only begins it anew. A
//! success does not shorten it: only time does.

use super::instance::CreationError;
use crate::ground::id::PoolId;

/// Times of the backoff of groups, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BackoffTimes {
    /// Backoff after a first failure.
    pub initial_ms: u64,
    /// Longest backoff.
    pub max_ms: u64,
    /// Time after which a failure is forgotten.
    pub reset_ms: u64,
}

/// Backoff of one group: its cause and its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Backoff {
    group: PoolId,
    duration_ms: u64,
    /// The last millisecond at which it is kept out.
    pub until_ms: u64,
    failed_ms: u64,
    /// The failure that caused it.
    pub error: CreationError,
}

/// The backoffs of all groups that have failed lately.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Backoffs {
    entries: Vec<Backoff>,
}

impl Backoffs {
    /// Records a failure; returns the time until which the group is kept out.
    pub fn fail(&mut self, group: PoolId, error: CreationError, now_ms: u64, times: BackoffTimes) -> u64 {
        let known = self.entries.iter().position(|entry| entry.group == group);
        let known = known.map(|index| self.entries.remove(index));
        let duration_ms = match known {
            None => times.initial_ms,
            Some(known) if known.until_ms < now_ms => (2 * known.duration_ms).min(times.max_ms),
            Some(known) => known.duration_ms,
        };
        let until_ms = now_ms + duration_ms;
        self.entries.push(Backoff { group, duration_ms, until_ms, failed_ms: now_ms, error });
        until_ms
    }

    /// Returns the backoff that keeps a group out now, if any.
    #[must_use]
    pub fn status(&self, group: PoolId, now_ms: u64) -> Option<&Backoff> {
        self.entries.iter().find(|entry| entry.group == group && entry.until_ms >= now_ms)
    }

    /// Removes the backoff of a group, for instance when the group is no longer there.
    pub fn remove(&mut self, group: PoolId) {
        self.entries.retain(|entry| entry.group != group);
    }

    /// Removes failures that are older than the reset time.
    pub fn remove_stale(&mut self, now_ms: u64, times: BackoffTimes) {
        self.entries.retain(|entry| entry.failed_ms + times.reset_ms >= now_ms);
    }

    /// Returns the failures that are remembered.
    #[must_use]
    pub fn entries(&self) -> &[Backoff] {
        &self.entries
    }
}
