//! Runs of lessons: the set-up is played first, and undo does not lead back before its end.

use std::sync::Arc;

use super::budget::Budget;
use super::command_log::LogAction;
use super::lesson::{Lesson, LessonError, Progress};
use super::open::{OpenError, WORK_MAX};
use super::script::ScriptTime;
use super::{DEFAULT_SEED, Session};

impl Session {
    /// Begins a lesson: begins anew with its seed and plays its set-up.
    ///
    /// # Errors
    ///
    /// A set-up that is more than may be played; the session stays as it was.
    pub fn begin_lesson(&mut self, lesson: &Arc<Lesson>) -> Result<(), LessonError> {
        let mut begun = self.clone();
        begun.options.seed = Some(lesson.seed.unwrap_or(DEFAULT_SEED));
        begun.options.strict = lesson.is_strict;
        begun.options.world = None;
        begun.options.lesson = Some(Arc::clone(lesson));
        begun.clear();
        begun.type_set_up(lesson);
        let budget = Budget::of(&begun.run, WORK_MAX);
        if begun.pass_within(ScriptTime::AfterAnswers(0), &budget).is_err() {
            let message = format!("the set-up: {}", OpenError::TooMuch);
            return Err(LessonError { line: lesson.set_up.line, column: 1, message });
        }
        begun.end_set_up();
        *self = begun;
        Ok(())
    }

    /// Continues a lesson from the script of a run of it. With a script that is no run of a lesson, or
    /// cannot be played, the lesson begins anew.
    ///
    /// # Errors
    ///
    /// As [`Self::begin_lesson`].
    pub fn resume_lesson(&mut self, lesson: &Arc<Lesson>, script: &str) -> Result<(), LessonError> {
        self.begin_lesson(lesson)?;
        let is_run = super::script::read(script).items.iter().any(|item| item.action == LogAction::Begin);
        if is_run {
            // What cannot be opened leaves the session at the beginning.
            let _ = self.open(script);
        }
        Ok(())
    }

    /// Continues the run without the lesson.
    pub fn leave_lesson(&mut self) {
        self.options.lesson = None;
        self.run.judge = None;
        self.checkpoints.forget_lesson();
    }

    /// Returns the lesson that is being taken.
    #[must_use]
    pub fn lesson(&self) -> Option<&Arc<Lesson>> {
        self.options.lesson.as_ref()
    }

    /// Returns the state of the run in the lesson that is being taken; `None` without a lesson.
    #[must_use]
    pub fn progress(&self) -> Option<Progress<'_>> {
        let judge = self.run.judge.as_ref()?;
        Some(judge.progress(&self.run.cloud, &self.run.transcript))
    }

    /// Returns the simulated time at which the set-up of the lesson was over, in milliseconds; 0 without a lesson.
    pub(super) fn begun_ms(&self) -> u64 {
        let mut items = self.log.iter().filter(|_| self.options.lesson.is_some());
        items.find(|item| item.action == LogAction::Begin).map_or(0, |item| item.at_ms)
    }

    /// Plays the set-up of the lesson that is being taken, if any.
    pub(super) fn set_up_lesson(&mut self) {
        let Some(lesson) = self.options.lesson.clone() else {
            return;
        };
        self.type_set_up(&lesson);
        self.advance_until_answered();
        self.end_set_up();
    }

    fn type_set_up(&mut self, lesson: &Lesson) {
        if !lesson.set_up.text.is_empty() {
            self.submit(&lesson.set_up.text);
        }
    }

    /// Marks the end of the set-up, before which undo does not lead back.
    pub(super) fn end_set_up(&mut self) {
        self.act([LogAction::Begin]);
        self.done.clear();
    }
}
