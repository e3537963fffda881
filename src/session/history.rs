//! The history of a run: other futures, undo and redo, each a change of the command log.

use super::command_log::LogItem;
use super::{Session, fresh_run};

/// A change of the log, with what it takes to go back before it.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    /// Number of log items that the change left as they were.
    kept: usize,
    /// The items that stood in place of what came after those.
    cut: Vec<LogItem>,
    /// The simulated time before the change, in milliseconds.
    at_ms: u64,
    /// The end of the run before the change, in milliseconds.
    end_ms: u64,
}

impl Session {
    /// Drops everything after the present moment; undo brings it back.
    pub(super) fn cut_future(&mut self) {
        let edit = self.edit(self.applied);
        self.done.push(edit);
        self.undone.clear();
        self.timeline.cut(self.now_ms());
        self.known_end_ms = 0;
        self.checkpoints.forget_after(self.applied, self.now_ms());
    }

    /// Cuts the log after its first `kept` items; returns the edit that restores it.
    fn edit(&mut self, kept: usize) -> Edit {
        let (at_ms, end_ms) = (self.now_ms(), self.end_ms());
        self.log_version += 1;
        Edit { kept, cut: self.log.split_off(kept), at_ms, end_ms }
    }

    /// Drops everything after the present moment, so that another future can begin here; undo brings it back.
    /// Returns `false` if there is nothing after it.
    pub fn branch(&mut self) -> bool {
        if self.end_ms() == self.now_ms() {
            return false;
        }
        self.cut_future();
        self.revision += 1;
        true
    }

    /// Restores the latest checkpoint at or before a time.
    pub(super) fn rewind(&mut self, at_ms: u64) {
        let checkpoint = self.checkpoints.latest(at_ms);
        (self.applied, self.run) = checkpoint.unwrap_or_else(|| (0, fresh_run(&self.options)));
    }

    /// Returns `true` if there is an action to undo.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Returns `true` if there is an undone action to redo.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Undoes the last action, and the time that has passed since. Returns `false` if there is none.
    pub fn undo(&mut self) -> bool {
        let Some(earlier) = self.done.pop() else {
            return false;
        };
        let undone = self.restore(earlier);
        self.undone.push(undone);
        true
    }

    /// Redoes the last undone action. Returns `false` if there is none.
    pub fn redo(&mut self) -> bool {
        let Some(later) = self.undone.pop() else {
            return false;
        };
        let done = self.restore(later);
        self.done.push(done);
        true
    }

    /// Goes back before an edit; returns the edit that leads here again.
    fn restore(&mut self, edit: Edit) -> Edit {
        let opposite = self.edit(edit.kept);
        let parted_ms = opposite.cut.first().into_iter().chain(edit.cut.first()).map(|item| item.at_ms).min();
        self.log.extend(edit.cut);
        self.known_end_ms = edit.end_ms;
        if let Some(parted_ms) = parted_ms {
            self.timeline.cut(parted_ms);
            self.checkpoints.forget_after(edit.kept, parted_ms);
        }
        self.rewind(edit.at_ms);
        // An item of this very moment was typed after it: the restored log does not have it.
        self.advance_to(edit.at_ms);
        opposite
    }
}
