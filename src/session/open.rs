//! Opening of runs from outside: a link, a script or a JSON file.
//!
//! Such a text may be damaged, huge or made to keep the page busy for ever. It is played on a copy of the
//! session, within limits, and refused as a whole if it breaks one: the current session is never lost.

use super::budget::{Budget, OutOfBudget};
use super::script::{self, Script, ScriptTime};
use super::{Session, ShareError, World, WorldError, address, fresh_run, saved, share};

/// Length of the longest script, in bytes; as long as a link may hold.
const TEXT_MAX: usize = 256 * 1024;
/// Size of the largest JSON file, in bytes: it may hold a world.
const JSON_MAX: usize = 10 * 1024 * 1024;
/// Most work that is played: some days with a thousand nodes and ten thousand pods. It takes seconds.
pub(super) const WORK_MAX: u64 = 250_000;

/// The reason why a run was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The link cannot be read.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// The JSON is of another shape.
    #[error("this file is no session of the playground: {0}")]
    Json(String),
    /// The resources that it begins with cannot be read.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The text is longer than the limits.
    #[error("this holds more than the playground accepts (256 KiB of commands)")]
    TooLong,
    /// Playing it takes more simulated time or more work than the limits.
    #[error("playing this takes more than the playground accepts (a year, or 250,000 events)")]
    TooMuch,
}

impl From<OutOfBudget> for OpenError {
    fn from(_: OutOfBudget) -> Self {
        Self::TooMuch
    }
}

impl Session {
    /// Begins anew from the address of a link or its fragment, a script or JSON, whichever the text is. A script of [`Self::script`] gives
    /// the run that it was written from. A script that is not the run of a lesson leaves the lesson.
    ///
    /// # Errors
    ///
    /// A text that cannot be read, or is more than may be played; the session stays as it was.
    pub fn open(&mut self, text: &str) -> Result<(), OpenError> {
        let fragment = address::fragment(text).unwrap_or(text.trim());
        let script = if share::is_fragment(fragment) {
            script::read(&share::decode(fragment)?)
        } else if let Some((commands, _)) = address::commands(fragment) {
            script::read(&address::one_a_line(&commands))
        } else if text.trim_start().starts_with('{') {
            if text.len() > JSON_MAX {
                return Err(OpenError::TooLong);
            }
            saved::read(text).map_err(OpenError::Json)?
        } else {
            if text.len() > TEXT_MAX {
                return Err(OpenError::TooLong);
            }
            script::read(text)
        };
        if let Some(error) = script.world_error {
            return Err(error.into());
        }
        let mut opened = self.clone();
        opened.play(script)?;
        *self = opened;
        Ok(())
    }

    /// Begins anew with the resources of a world, without the lesson that was being taken.
    pub fn import(&mut self, world: World) {
        self.options.world = Some(world);
        self.options.lesson = None;
        self.reset();
    }

    /// Begins anew and plays a script.
    ///
    /// # Errors
    ///
    /// It takes more than `budget`.
    fn play(&mut self, script: Script) -> Result<(), OutOfBudget> {
        self.begin_script(&script);
        let budget = Budget::of(&self.run, WORK_MAX);
        for item in script.items {
            self.pass_within(item.when, &budget)?;
            self.do_item(item.action);
        }
        self.pass_within(script.end.unwrap_or(ScriptTime::AfterAnswers(0)), &budget)
    }

    /// Lets time pass until a time of a script.
    ///
    /// # Errors
    ///
    /// The budget is spent before.
    pub(super) fn pass_within(&mut self, when: ScriptTime, budget: &Budget) -> Result<(), OutOfBudget> {
        let at_ms = match when {
            ScriptTime::At(at_ms) => at_ms,
            ScriptTime::AfterAnswers(rest_ms) => {
                self.answer_within(budget)?;
                self.run.answered_ms().saturating_add(rest_ms)
            }
        };
        self.advance_within(at_ms, budget)
    }

    /// Returns the run so far as a link fragment.
    ///
    /// # Errors
    ///
    /// The run is more than a link may hold, or than [`Self::open`] would play.
    pub fn share(&self) -> Result<String, OpenError> {
        let script = self.script();
        if script.len() > TEXT_MAX {
            return Err(OpenError::TooLong);
        }
        let budget = Budget::of(&fresh_run(&self.options), WORK_MAX);
        budget.check(&self.run, self.end_ms())?;
        if self.now_ms() < self.end_ms() {
            self.clone().advance_within(self.end_ms(), &budget)?;
        }
        Ok(share::encode(&script)?)
    }
}
