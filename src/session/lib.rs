//! A session: one run of the playground with its command lines, their answers, the simulated cloud, and undo.
//!
//! The command log is the only source of truth. The state at any time is the result of replaying it; undo,
//! seeking and links are all replays. Checkpoints make replays fast and change no result.

mod active;
pub mod address;
pub mod amount;
pub mod budget;
#[cfg(feature = "check")]
pub mod check;
mod checkpoints;
mod command_log;
pub mod compare;
mod complete;
mod detail;
mod entry;
pub mod examples;
mod history;
pub mod lesson;
pub mod metrics;
mod open;
mod remark;
pub mod report;
mod run;
mod saved;
pub mod script;
pub mod share;
mod simulation;
mod tables;
mod take_lesson;
pub mod timeline;
mod transcript;
pub mod verdict;
pub mod world;

use std::sync::Arc;

use budget::{Budget, OutOfBudget};
use checkpoints::Checkpoints;
use command_log::{CommandLog, LogAction, LogItem};
use history::Edit;
use lesson::{Judge, Lesson};
use script::{Script, ScriptTime};

pub use detail::{NodeDetail, NodeRow};
pub use entry::{Entry, EntryState};
pub use open::OpenError;
pub use run::Run;
pub use share::ShareError;
pub use simulation::{SharedSimulation, Simulation};
pub use timeline::{Timeline, TimelineView};
pub use world::{World, WorldError};

use verdict::Counterfactuals;

use scale_down_cli::az::exec::Question;
use scale_down_engine::{Cloud, Snapshot};

/// The seed of a run that names none.
pub const DEFAULT_SEED: u64 = 1;

/// The initial conditions of a run.
#[derive(Debug, Clone, Default)]
pub struct SessionOptions {
    /// Seed of every duration that will be drawn; [`DEFAULT_SEED`] if there is none.
    pub seed: Option<u64>,
    /// Every line gets the real CLI's verdict, without the playground's help.
    pub strict: bool,
    /// A user is there to answer a command's questions; otherwise a command that asks is refused, as `az` refuses it
    /// without a terminal.
    pub terminal: bool,
    /// The resources that exist at time 0; an empty subscription if there are none.
    pub world: Option<World>,
    /// The lesson that is being taken.
    pub lesson: Option<Arc<Lesson>>,
    /// Nothing is kept for going back: no undo, no earlier time, no script. For programs that type without an end.
    pub without_history: bool,
}

/// A run with its history.
#[derive(Debug, Clone)]
pub struct Session {
    options: SessionOptions,
    log: CommandLog,
    run: Run,
    checkpoints: Checkpoints,
    undone: Vec<Edit>,
    done: Vec<Edit>,
    /// Number of log items that have been applied to `run`.
    applied: usize,
    revision: u64,
    timeline: Timeline,
    /// End of the run that undo or redo has restored, in milliseconds; 0 after anything else.
    known_end_ms: u64,
    counterfactuals: Counterfactuals,
    /// Counts the changes of the log.
    log_version: u64,
}

impl Session {
    /// Creates a run at time 0.
    #[must_use]
    pub fn new(options: SessionOptions) -> Self {
        let run = fresh_run(&options);
        Self {
            options,
            log: CommandLog::default(),
            run,
            checkpoints: Checkpoints::default(),
            undone: Vec::new(),
            done: Vec::new(),
            applied: 0,
            revision: 0,
            timeline: Timeline::default(),
            known_end_ms: 0,
            counterfactuals: Counterfactuals::default(),
            log_version: 0,
        }
    }

    /// Returns the simulated time, in milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.run.cloud.now_ms()
    }

    /// Returns the simulated cloud.
    #[must_use]
    pub fn cloud(&self) -> &Cloud {
        &self.run.cloud
    }

    /// Returns everything typed up to now, with its answers.
    #[must_use]
    pub fn transcript(&self) -> &[Arc<Entry>] {
        &self.run.transcript
    }

    /// Returns the line that is being run; `None` if no line waits.
    #[must_use]
    pub fn busy(&self) -> Option<&Entry> {
        self.run.busy()
    }

    /// Returns the open question of the line under way, if it asks one: the next line typed is the answer.
    #[must_use]
    pub fn question(&self) -> Option<&Question> {
        self.run.question()
    }

    /// Returns example `number` of the help shown last, counted from 1.
    #[must_use]
    pub fn example(&self, number: usize) -> Option<&'static str> {
        self.run.example(number)
    }

    /// Returns `true` if nothing is under way: no line, nothing in the cloud, and no log item ahead.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.run.is_idle() && self.has_applied_all()
    }

    /// Returns `true` if `exit` has ended the lines that were typed last.
    #[must_use]
    pub fn has_exited(&self) -> bool {
        self.run.has_exited()
    }

    /// Returns `true` if a command of `trap` waits for the end of the shell.
    #[must_use]
    pub fn has_exit_trap(&self) -> bool {
        self.run.has_exit_trap()
    }

    /// Returns a number that changes whenever the transcript does.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns `true` if every line gets the real CLI's verdict.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.options.strict
    }

    /// Types one or more lines. They run one after the other, each as soon as the one before it
    /// has answered, which may take simulated time. In the past they run at once: they end the wait that is under way
    /// there, as by [`Self::interrupt`], and another future begins. If a line asks a question, the next one is its answer; an
    /// empty one stands for the default of the question.
    pub fn submit(&mut self, text: &str) {
        // What is kept is what runs: a script has no carriage returns, and no blanks at its end.
        let text = text.replace('\r', "");
        let default = self.question().and_then(Question::default_letter);
        let is_answer = self.question().is_some_and(Question::is_open);
        let text = if text.trim().is_empty() { default.unwrap_or_default() } else { text.trim_end() };
        if text.is_empty() && !is_answer {
            return;
        }
        // In the past a line does not wait for what was under way then.
        let ends_wait = self.now_ms() < self.end_ms() && self.busy().is_some() && self.question().is_none();
        let interrupt = ends_wait.then_some(LogAction::Interrupt);
        self.act(interrupt.into_iter().chain([LogAction::Lines(Arc::from(text))]));
    }

    /// Stops waiting, as Ctrl-C does: the operation goes on, and queued lines are dropped.
    pub fn interrupt(&mut self) {
        if self.busy().is_some() {
            self.act([LogAction::Interrupt]);
        }
    }

    /// Returns `true` if the run can go back, and be written as a script.
    #[must_use]
    pub fn has_history(&self) -> bool {
        !self.options.without_history
    }

    /// Drops the lines that have answered from a run without history; does nothing to another one.
    pub fn forget_answered(&mut self) {
        if !self.has_history() {
            self.run.forget_answered();
        }
    }

    fn act(&mut self, actions: impl IntoIterator<Item = LogAction>) {
        // Typing in the past begins another future; undo leads back to the old one.
        self.cut_future();
        for action in actions {
            self.log.push(LogItem { at_ms: self.now_ms(), rest_ms: self.run.rest_ms(), action });
            self.apply_due(self.now_ms());
        }
        // What it leads to at this very moment has happened, as in a replay, however little time passes after it.
        self.play_to(self.now_ms());
        if !self.has_history() {
            (self.log, self.applied) = (CommandLog::default(), 0);
            self.done.clear();
        }
    }

    /// Lets `time_ms` milliseconds of simulated time pass.
    pub fn advance(&mut self, time_ms: u64) {
        self.advance_to(self.now_ms().saturating_add(time_ms));
    }

    /// Lets simulated time pass until `at_ms`; an earlier time does nothing.
    pub fn advance_to(&mut self, at_ms: u64) {
        self.apply_due(at_ms);
        self.play_to(at_ms);
        self.revision += 1;
    }

    /// Lets time pass until `at_ms`, while no log item is due, and takes the checkpoints on the way.
    fn play_to(&mut self, at_ms: u64) {
        loop {
            let moments = self.run.advance_to(at_ms, self.checkpoints.moments_left(), &mut self.timeline);
            if self.has_history() {
                self.checkpoints.count(moments, self.applied, &self.run);
                self.checkpoints.empty(&self.run);
            }
            if self.run.cloud.now_ms() >= at_ms {
                break;
            }
        }
    }

    /// Returns `true` if no log item is ahead.
    fn has_applied_all(&self) -> bool {
        self.applied == self.log.len()
    }

    /// Plays the log items that are ahead, at most until `at_ms`, as far as a budget allows.
    ///
    /// # Errors
    ///
    /// The budget is spent before that.
    fn replay_within(&mut self, at_ms: u64, budget: &Budget) -> Result<(), OutOfBudget> {
        let last_ms = self.log.len().checked_sub(1).filter(|_| !self.has_applied_all());
        match last_ms.and_then(|last| self.log.at_ms(last)) {
            Some(last_ms) => self.advance_within(last_ms.min(at_ms), budget),
            None => Ok(()),
        }
    }

    /// Lets simulated time pass until `at_ms`, as far as a budget allows; an earlier time does nothing.
    ///
    /// # Errors
    ///
    /// The budget is spent before that time.
    pub fn advance_within(&mut self, at_ms: u64, budget: &Budget) -> Result<(), OutOfBudget> {
        budget.check(&self.run, at_ms)?;
        while let Some(next_ms) = self.next_ms().filter(|next_ms| *next_ms <= at_ms) {
            self.advance_to(next_ms);
            budget.check(&self.run, at_ms)?;
        }
        self.advance_to(at_ms);
        Ok(())
    }

    /// Advances until every line typed so far has answered, or one asks a question, as far as a budget allows.
    ///
    /// # Errors
    ///
    /// The budget is spent before that.
    fn answer_within(&mut self, budget: &Budget) -> Result<(), OutOfBudget> {
        while self.busy().is_some() && self.question().is_none() && !self.run.is_stuck() {
            budget.check(&self.run, self.next_ms().unwrap_or(0))?;
            if !self.advance_to_next_event() {
                break;
            }
        }
        Ok(())
    }

    /// Advances to the next event or log item. Returns `false` if there is none.
    pub fn advance_to_next_event(&mut self) -> bool {
        let next_ms = self.next_ms();
        if let Some(next_ms) = next_ms {
            self.advance_to(next_ms);
        }
        next_ms.is_some()
    }

    /// Returns the time of the next event or log item.
    fn next_ms(&self) -> Option<u64> {
        self.log.at_ms(self.applied).into_iter().chain(self.run.next_event_ms()).min()
    }

    /// Advances until nothing is under way any more.
    pub fn advance_until_idle(&mut self) {
        while !self.is_idle() && !self.run.is_stuck() && self.advance_to_next_event() {}
    }

    /// Advances until every line typed so far has answered, or one asks a question.
    pub fn advance_until_answered(&mut self) {
        let answered = self.answer_within(&Budget::UNLIMITED);
        debug_assert!(answered.is_ok(), "no limit is broken");
    }

    /// Applies the log items that are due by `until_ms`.
    fn apply_due(&mut self, until_ms: u64) {
        let is_due = |item: &&LogItem| item.at_ms <= until_ms;
        while let Some(item) = self.log.get(self.applied).filter(is_due).cloned() {
            self.play_to(item.at_ms);
            if self.has_history() {
                self.checkpoints.count_item(self.applied, &self.run);
            }
            self.timeline.before(item.at_ms, &self.run.cloud);
            match item.action {
                LogAction::Lines(text) => self.run.type_lines(&text),
                LogAction::Interrupt => self.run.interrupt(),
                LogAction::Begin => self.run.begin_lesson(),
            }
            self.applied += 1;
            self.checkpoints.empty(&self.run);
        }
        self.revision += 1;
    }

    /// Goes to a time, past or future; the result is the same as playing to it. A run without history has no past.
    ///
    /// In a lesson the time does not go back before the end of its set-up.
    pub fn seek(&mut self, at_ms: u64) {
        let at_ms = self.rewind_to(at_ms);
        self.advance_to(at_ms);
    }

    /// Goes to a time as [`Self::seek`] does, with at most `work_max` units of work.
    ///
    /// # Errors
    ///
    /// That much is done before that time, and the run stands where it is then.
    pub fn seek_within(&mut self, at_ms: u64, work_max: u64) -> Result<(), OutOfBudget> {
        let at_ms = self.rewind_to(at_ms);
        self.advance_within(at_ms, &Budget::of(&self.run, work_max))
    }

    /// Goes back to a checkpoint, if a time is past. Returns the time to which to advance from there.
    fn rewind_to(&mut self, at_ms: u64) -> u64 {
        let at_ms = at_ms.max(self.begun_ms());
        debug_assert!(at_ms >= self.now_ms() || self.has_history(), "a run without history goes back");
        if at_ms < self.now_ms() && self.has_history() {
            self.timeline.leave(&self.run.cloud);
            self.rewind(at_ms);
        }
        at_ms
    }

    /// Types lines and advances until all have answered, or one asks a question, with at most `work_max` units of work.
    ///
    /// # Errors
    ///
    /// That much is done before they have; then the run stops waiting, as by [`Self::interrupt`].
    pub fn exec(&mut self, lines: &str, work_max: u64) -> Result<(), OutOfBudget> {
        let budget = Budget::of(&self.run, work_max);
        self.submit(lines);
        let answered = self.answer_within(&budget);
        if answered.is_err() {
            self.interrupt();
        }
        answered
    }

    /// Returns the end of the run so far, in milliseconds: the latest time that was played or typed at.
    #[must_use]
    pub fn end_ms(&self) -> u64 {
        let typed_ms = self.log.len().checked_sub(1).and_then(|last| self.log.at_ms(last));
        let known_ms = self.timeline.reached_ms().max(self.known_end_ms);
        known_ms.max(typed_ms.unwrap_or(0)).max(self.now_ms())
    }

    /// Returns the samples of the run so far, including the time after the present moment.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Returns the data of the chart: the run so far.
    #[must_use]
    pub fn timeline_view(&self) -> TimelineView {
        let time_of_day_ms = self.timeline.time_of_day_ms().or_else(|| self.cloud().time_of_day_ms());
        TimelineView {
            end_ms: self.end_ms(),
            samples: self.samples(),
            typed: self.log.typed().collect(),
            time_of_day_ms,
            other: self.counterfactuals.prices(),
        }
    }

    /// Returns the samples of the run, with what holds at its end.
    fn samples(&self) -> Vec<timeline::Sample> {
        let mut samples = self.timeline.samples().to_vec();
        // What holds now may be in no sample yet; of the past it is in one.
        if self.now_ms() == self.end_ms() {
            samples.push(self.timeline.latest(self.cloud()));
        }
        samples
    }

    /// Begins anew in an empty subscription, without a lesson, and plays a script until nothing is under way.
    pub fn begin_with(&mut self, script: &str) {
        self.options.world = None;
        self.options.lesson = None;
        self.reset();
        self.load(script);
        self.advance_until_idle();
    }

    /// Begins anew with the same options; in a lesson, after its set-up.
    pub fn reset(&mut self) {
        self.clear();
        self.set_up_lesson();
    }

    fn clear(&mut self) {
        let counterfactuals = self.counterfactuals.begin_anew();
        *self = Self { revision: self.revision + 1, counterfactuals, ..Self::new(self.options.clone()) };
    }

    /// Returns a frame of this moment, for display.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.run.cloud.snapshot()
    }

    /// Returns the run so far as a script that plays it again: lines, and waits between them.
    #[must_use]
    pub fn script(&self) -> String {
        script::write(&self.options, &self.log, self.end())
    }

    /// Begins anew and plays a trusted script, with all its waits. A script from outside is opened with
    /// [`Self::open`], which has limits.
    pub fn load(&mut self, text: &str) {
        let script = script::read(text);
        self.begin_script(&script);
        for item in script.items {
            self.pass(item.when);
            self.do_item(item.action);
        }
        self.pass(script.end.unwrap_or(ScriptTime::AfterAnswers(0)));
    }

    /// Begins anew with the options of a script.
    fn begin_script(&mut self, script: &Script) {
        // What ends was written from a run and says all about it; what a person wrote runs with the options at hand.
        let is_whole = script.end.is_some();
        let options = &mut self.options;
        options.seed = script.seed.or(options.seed.filter(|_| !is_whole));
        options.strict = script.is_strict || (options.strict && !is_whole);
        options.terminal = script.has_terminal || (options.terminal && !is_whole);
        if is_whole || script.world.is_some() {
            options.world.clone_from(&script.world);
        }
        if script.items.iter().all(|item| item.action != LogAction::Begin) {
            self.options.lesson = None;
        }
        self.clear();
    }

    fn do_item(&mut self, action: LogAction) {
        match action {
            LogAction::Lines(lines) => self.submit(&lines),
            LogAction::Interrupt => self.interrupt(),
            LogAction::Begin => self.end_set_up(),
        }
    }

    /// Returns the end of the run so far, for its script. If the run has gone back in time, it is an absolute time.
    fn end(&self) -> ScriptTime {
        let rest_ms = self.run.rest_ms().filter(|_| self.now_ms() == self.end_ms());
        ScriptTime::new(self.end_ms(), rest_ms)
    }

    /// Lets time pass until a time of a script.
    fn pass(&mut self, when: ScriptTime) {
        match when {
            ScriptTime::At(at_ms) => self.advance_to(at_ms),
            ScriptTime::AfterAnswers(rest_ms) => {
                self.advance_until_answered();
                self.advance_to(self.run.answered_ms().saturating_add(rest_ms));
            }
        }
    }
}

fn fresh_run(options: &SessionOptions) -> Run {
    let seed = options.seed.unwrap_or(DEFAULT_SEED);
    let mut cloud = Cloud::new(seed);
    if let Some(world) = &options.world {
        world.put_in(&mut cloud);
        // What happens at the first moment has happened, however little time passes after it.
        cloud.advance_to(0);
    }
    let mut run = Run::new(cloud, options.strict, options.terminal);
    run.judge = options.lesson.clone().map(Judge::new);
    run
}
