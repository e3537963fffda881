//! A run as that of a lesson: its set-up is played first, and undo does not lead back before it.

use std::sync::Arc;

use super::command_log::LogAction;
use super::lesson::{Lesson, Progress};
use super::{DEFAULT_SEED, Session};

impl Session {
    /// Begins a lesson: anew, with its seed, after its set-up.
    pub fn begin_lesson(&mut self, lesson: Arc<Lesson>) {
        self.options.seed = Some(lesson.seed.unwrap_or(DEFAULT_SEED));
        self.options.strict = lesson.is_strict;
        self.options.world = None;
        self.options.lesson = Some(lesson);
        self.reset();
    }

    /// Goes on with a lesson from the script of a run of it. A script that is no run of a lesson
    /// begins it.
    pub fn resume_lesson(&mut self, lesson: &Arc<Lesson>, script: &str) {
        self.begin_lesson(Arc::clone(lesson));
        let is_run = super::script::read(script).items.iter().any(|item| item.action == LogAction::Begin);
        if is_run {
            self.load(script);
        }
    }

    /// Goes on without the lesson.
    pub fn leave_lesson(&mut self) {
        self.options.lesson = None;
        self.run.judge = None;
        for checkpoint in &mut self.checkpoints {
            checkpoint.run.judge = None;
        }
    }

    /// The lesson that is being taken.
    #[must_use]
    pub fn lesson(&self) -> Option<&Arc<Lesson>> {
        self.options.lesson.as_ref()
    }

    /// How the run stands in the lesson that is being taken.
    #[must_use]
    pub fn progress(&self) -> Option<Progress<'_>> {
        let judge = self.run.judge.as_ref()?;
        Some(judge.progress(&self.run.cloud, &self.run.transcript))
    }

    /// When the set-up of the lesson that is being taken was over; 0 without a lesson.
    pub(super) fn begun_ms(&self) -> u64 {
        let mut items = self.log.iter().filter(|_| self.options.lesson.is_some());
        items.find(|item| item.action == LogAction::Begin).map_or(0, |item| item.at_ms)
    }

    /// Plays the set-up of the lesson that is being taken.
    pub(super) fn set_up_lesson(&mut self) {
        let Some(lesson) = self.options.lesson.clone() else {
            return;
        };
        if !lesson.set_up.text.is_empty() {
            self.submit(&lesson.set_up.text);
            self.advance_until_answered();
        }
        self.act(LogAction::Begin);
        self.done.clear();
    }
}
