//! Opening of runs from outside: a link, a script or a JSON file.
//!
//! Such a text may be damaged, huge or made to keep the page busy for ever. It is played on a copy of the
//! session, within limits, and refused as a whole if it breaks one: the current session is never lost.

use super::command_log::LogAction;
use super::script::{self, Script, ScriptTime};
use super::{Session, ShareError, World, WorldError, saved, share};

/// Length of the longest script, in bytes; as long as a link may hold.
const TEXT_MAX: usize = 256 * 1024;
/// Size of the largest JSON file, in bytes: it may hold a world.
const JSON_MAX: usize = 10 * 1024 * 1024;
/// Greatest number of lines that are played.
const LINES_MAX: usize = 2_000;
/// Longest simulated time of a run, in milliseconds: 366 days.
const TIME_MAX_MS: u64 = 366 * 24 * 3_600_000;
/// Greatest number of events that are played: some days with a thousand nodes and ten thousand pods. Playing them
/// takes seconds.
const WORK_MAX: u64 = 250_000;

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
    #[error("this holds more than the playground accepts ({LINES_MAX} lines, 256 KiB)")]
    TooLong,
    /// Playing it takes more simulated time or more events than the limits.
    #[error("playing this takes more than the playground accepts (a year, or 250,000 events)")]
    TooMuch,
}

/// Number of steps that playing has taken so far.
#[derive(Debug, Default)]
pub(super) struct ReplayWork(u64);

impl Session {
    /// Begins anew from a link, a script or JSON, whichever the text is. A script of [`Self::script`] gives
    /// the run that it was written from. A script that is not the run of a lesson leaves the lesson.
    ///
    /// # Errors
    ///
    /// A text that cannot be read, or is more than may be played; the session stays as it was.
    pub fn open(&mut self, text: &str) -> Result<(), OpenError> {
        let script = if share::is_fragment(text.trim()) {
            script::read(&share::decode(text)?)
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
        let lines = script.items.iter().map(|item| match &item.action {
            LogAction::Lines(lines) => lines.lines().count(),
            LogAction::Interrupt | LogAction::Begin => 1,
        });
        if lines.sum::<usize>() > LINES_MAX {
            return Err(OpenError::TooLong);
        }
        let mut opened = self.clone();
        opened.play(script, &mut ReplayWork::default()).ok_or(OpenError::TooMuch)?;
        *self = opened;
        Ok(())
    }

    /// Begins anew with the resources of a world, without the lesson that was being taken.
    pub fn import(&mut self, world: World) {
        self.options.world = Some(world);
        self.options.lesson = None;
        self.reset();
    }

    /// Begins anew and plays a script. Returns `None` if it breaks a limit.
    fn play(&mut self, script: Script, work: &mut ReplayWork) -> Option<()> {
        self.begin_script(&script);
        for item in script.items {
            self.pass_within(item.when, work)?;
            self.do_item(item.action);
            work.spend(self)?;
        }
        self.pass_within(script.end.unwrap_or(ScriptTime::AfterAnswers(0)), work)
    }

    /// Lets time pass until a time of a script. Returns `None` if that breaks a limit.
    pub(super) fn pass_within(&mut self, when: ScriptTime, work: &mut ReplayWork) -> Option<()> {
        let at_ms = match when {
            ScriptTime::At(at_ms) => at_ms,
            ScriptTime::AfterAnswers(rest_ms) => {
                while self.busy().is_some() {
                    work.spend(self)?;
                    if !self.advance_to_next_event() {
                        break;
                    }
                }
                self.run.answered_ms().checked_add(rest_ms)?
            }
        };
        if at_ms > TIME_MAX_MS {
            return None;
        }
        while self.run.next_event_ms().is_some_and(|next_ms| next_ms <= at_ms) {
            work.spend(self)?;
            self.advance_to_next_event();
        }
        self.advance_to(at_ms);
        work.spend(self)
    }
}

impl ReplayWork {
    /// Counts a step. Returns `None` if the steps and events, or the simulated time, exceed the limits.
    fn spend(&mut self, session: &Session) -> Option<()> {
        self.0 += 1;
        let work = self.0 + session.cloud().log().next_sequence();
        (work <= WORK_MAX && session.now_ms() <= TIME_MAX_MS).then_some(())
    }
}
