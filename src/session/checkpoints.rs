//! Checkpoints: copies of a run at earlier times, so that going back need not play it from its beginning.
//!
//! They are taken after so many log items or so much work, and thinned out as they age: four of each age doubled
//! stay. So their number grows with the logarithm of what was played, and going back plays at most a quarter of
//! the way again.

use super::run::Run;
use scale_down_engine::workloads::Kubernetes;

/// Number of log items after which a checkpoint is taken.
const ITEMS: u32 = 8;
/// Number of moments at which something happens, after which a checkpoint is taken: so many plus one for every node and
/// pod, for a copy takes its time, too.
const MOMENTS: u32 = 500;
/// Number of checkpoints that are kept of each age.
const KEPT: u32 = 4;

/// A copy of a run.
#[derive(Debug, Clone)]
struct Checkpoint {
    /// Counts checkpoints from 1.
    number: u32,
    /// Number of log items that the copy has applied.
    applied: usize,
    run: Run,
}

/// Copies of a run by time.
#[derive(Debug, Clone, Default)]
pub(super) struct Checkpoints {
    kept: Vec<Checkpoint>,
    /// Log items since the last checkpoint.
    items: u32,
    /// Moments since the last checkpoint.
    moments: u32,
    /// Moments after which the next checkpoint is taken.
    due: Option<u32>,
    /// Number of lines, the oldest ones, whose output no copy keeps.
    emptied: usize,
}

impl Checkpoints {
    /// Returns the number of moments until the next checkpoint, at least 1.
    pub fn moments_left(&self) -> u32 {
        self.due.unwrap_or(MOMENTS).saturating_sub(self.moments).max(1)
    }

    /// Counts moments that a run with `applied` items has played, and takes a checkpoint if it is time.
    pub fn count(&mut self, moments: u32, applied: usize, run: &Run) {
        self.moments += moments;
        if self.moments >= self.due.unwrap_or(MOMENTS) {
            self.take(applied, run);
        }
    }

    /// Counts a log item that is about to be applied after `applied` others, and takes a checkpoint if it is time.
    pub fn count_item(&mut self, applied: usize, run: &Run) {
        if self.items >= ITEMS {
            self.take(applied, run);
        }
        self.items += 1;
    }

    fn take(&mut self, applied: usize, run: &Run) {
        (self.items, self.moments) = (0, 0);
        let clusters = run.cloud.clusters().iter().filter_map(|cluster| run.cloud.kubernetes(cluster.id));
        let pods = clusters.map(Kubernetes::active_pods);
        let size = pods.fold(run.cloud.node_counts().total(), u32::saturating_add);
        self.due = Some(MOMENTS.saturating_add(size));
        let last = self.kept.last();
        // A replay passes by checkpoints that are still there.
        if last.is_some_and(|last| last.applied >= applied && last.run.cloud.now_ms() >= run.cloud.now_ms()) {
            return;
        }
        let number = last.map_or(0, |last| last.number) + 1;
        self.kept.push(Checkpoint { number, applied, run: run.clone() });
        self.kept.retain(|checkpoint| {
            let grain = ((number - checkpoint.number) / KEPT).checked_ilog2().map_or(1, |octave| 1 << octave);
            checkpoint.number.is_multiple_of(grain)
        });
    }

    /// Returns the latest copy at `at_ms` or before, and the number of log items that it has applied.
    pub fn latest(&mut self, at_ms: u64) -> Option<(usize, Run)> {
        (self.items, self.moments, self.emptied) = (0, 0, 0);
        let found = self.kept.iter().rev().find(|checkpoint| checkpoint.run.cloud.now_ms() <= at_ms)?;
        Some((found.applied, found.run.clone()))
    }

    /// Drops the copies that have applied more than `applied` items, or are later than `at_ms`.
    pub fn forget_after(&mut self, applied: usize, at_ms: u64) {
        self.kept.retain(|checkpoint| checkpoint.applied <= applied && checkpoint.run.cloud.now_ms() <= at_ms);
    }

    /// Frees the output of lines that a later state of the run does not keep any more.
    pub fn empty(&mut self, run: &Run) {
        let places = self.emptied..run.emptied();
        if places.is_empty() {
            return;
        }
        self.emptied = places.end;
        for checkpoint in &mut self.kept {
            checkpoint.run.share_emptied(run, places.clone());
        }
    }

    /// Makes the copies runs without a lesson.
    pub fn forget_lesson(&mut self) {
        for checkpoint in &mut self.kept {
            checkpoint.run.judge = None;
        }
    }
}
