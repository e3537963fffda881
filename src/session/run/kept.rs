//! The lines of a run whose output is kept, and those that it has forgotten.

use std::ops::Range;
use std::sync::Arc;

use super::Run;

/// Most output that a run keeps, in bytes: a page that runs out of memory loses the run.
const OUTPUT_MAX: usize = 8 * 1024 * 1024;

impl Run {
    /// Drops the lines that have answered.
    pub(in super::super) fn forget_answered(&mut self) {
        let kept = usize::from(self.active.is_some());
        self.transcript.drain(..self.next - kept);
        self.next = kept;
        self.emptied = 0;
        self.output = self.transcript.iter().map(|entry| entry.size()).sum();
    }

    /// Returns the number of lines, the oldest ones, whose output is not kept any more.
    pub(in super::super) fn emptied(&self) -> usize {
        self.emptied
    }

    /// Takes over from a later state of the run how little is kept of lines, those at `places`, that have answered.
    pub(in super::super) fn share_emptied(&mut self, later: &Self, places: Range<usize>) {
        let places = places.start..places.end.min(self.next.saturating_sub(1));
        let own = self.transcript.get_mut(places.clone()).unwrap_or_default();
        for (entry, emptied) in own.iter_mut().zip(later.transcript.get(places).unwrap_or_default()) {
            entry.clone_from(emptied);
        }
    }

    /// Drops the output of the oldest lines, until what is left is no more than the run keeps.
    pub(super) fn empty_oldest(&mut self) {
        while self.output > OUTPUT_MAX && self.emptied + 1 < self.next {
            if let Some(entry) = self.transcript.get_mut(self.emptied) {
                debug_assert!(entry.size() <= self.output, "output is counted as it is recorded");
                self.output -= entry.size();
                if entry.size() > entry.forgotten {
                    Arc::make_mut(entry).forget_output();
                }
            }
            self.emptied += 1;
        }
    }
}
