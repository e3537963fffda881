//! The state of a run: the cloud, the local state of the command line, and the lines under way.
//!
//! It is a plain value: copied for checkpoints, compared in tests. It has no history; the session replays the
//! command log into a fresh one.

mod kept;

use std::sync::Arc;

use super::active::{Active, Command};
use super::entry::{Entry, EntryState};
use super::lesson::Judge;
use super::remark::{look_alike_note, shell_refusal};
use super::timeline::Timeline;
use scale_down_cli::az::account::Account;
use scale_down_cli::az::exec::{self, Context, Question, Resumption, Terminal};
use scale_down_cli::ground::error::Stage;
use scale_down_cli::ground::outcome::{self, Block, Outcome};
use scale_down_cli::playground::{self, Execution};
use scale_down_cli::shell::{self, Environment, Machine, ShellError, State, Step};
use scale_down_engine::Cloud;

/// Most work that commands may do at one moment of simulated time. It takes about ten seconds.
const WORK_AT_ONCE_MAX: u64 = 100_000;
/// Output that counts as a unit of work, in bytes.
const OUTPUT_PER_WORK: u64 = 256;

/// Exit code of lines that were stopped because they do too much: that of bash for a command that cannot go on.
const OVERWORKED: i32 = 1;

/// The state of a run at one moment of simulated time.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The simulated cloud.
    pub cloud: Cloud,
    pub(super) account: Account,
    /// Copies of the run share the lines that have answered.
    pub(super) transcript: Vec<Arc<Entry>>,
    pub(super) shell: State,
    has_terminal: bool,
    /// Transcript index of the next line to start.
    next: usize,
    active: Option<Active>,
    /// Size of the output that the run keeps, in bytes.
    output: usize,
    /// Number of lines, the oldest ones, whose output is not kept any more.
    emptied: usize,
    /// Work done by commands and moments: one unit for each command, for each 256 bytes of output, and for each moment.
    work: u64,
    /// `work` when the present moment, or the latest typing at it, began.
    work_before: u64,
    /// The simulated time at which the last line answered, in milliseconds.
    answered_ms: u64,
    /// `true` if the last lines ended with `exit`.
    has_exited: bool,
    /// The judge of the lesson that is being taken.
    pub(super) judge: Option<Judge>,
}

impl Run {
    /// Creates a run on a cloud, with nothing typed.
    #[must_use]
    pub fn new(cloud: Cloud, strict: bool, has_terminal: bool) -> Self {
        Self {
            cloud,
            account: Account::new(strict),
            transcript: Vec::new(),
            shell: State::default(),
            has_terminal,
            next: 0,
            active: None,
            output: 0,
            emptied: 0,
            work: 0,
            work_before: 0,
            answered_ms: 0,
            has_exited: false,
            judge: None,
        }
    }

    /// Returns `true` if `exit` has ended the lines that were typed last.
    #[must_use]
    pub fn has_exited(&self) -> bool {
        self.has_exited
    }

    /// Returns `true` if a command of `trap` waits for the end of the shell.
    #[must_use]
    pub fn has_exit_trap(&self) -> bool {
        self.shell.has_exit_trap()
    }

    /// Returns the line that is being run.
    #[must_use]
    pub fn busy(&self) -> Option<&Entry> {
        self.active.as_ref()?;
        self.transcript.get(self.next.checked_sub(1)?).map(Arc::as_ref)
    }

    /// Returns the simulated time at which the last line answered, in milliseconds; 0 if none has.
    pub(super) fn answered_ms(&self) -> u64 {
        self.answered_ms
    }

    /// Returns the milliseconds since the last line answered; `None` while a line is under way.
    pub(super) fn rest_ms(&self) -> Option<u64> {
        self.active.is_none().then(|| self.cloud.now_ms().saturating_sub(self.answered_ms))
    }

    /// Returns `true` if nothing is under way, neither a line nor anything in the cloud.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.active.is_none() && self.next >= self.transcript.len() && self.cloud.is_idle()
    }

    /// Returns `true` if the line under way waits for an event that will not come by itself: it watches an idle cloud.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        let following = self.active.as_ref().and_then(|active| active.following.as_ref());
        following.is_some_and(|follow| follow.is_patient()) && self.cloud.is_idle()
    }

    /// Returns the open question of the line under way.
    #[must_use]
    pub fn question(&self) -> Option<&Question> {
        self.active.as_ref()?.question.as_ref()
    }

    /// Returns example `number` of the help shown last, counted from 1.
    pub(super) fn example(&self, number: usize) -> Option<&'static str> {
        let shown = self.transcript.iter().rev().flat_map(|entry| &entry.blocks).find_map(|block| match block {
            Block::Examples(examples) => Some(*examples),
            _ => None,
        });
        Some(shown?.get(number.checked_sub(1)?)?.command)
    }

    /// Answers the open question, if any; then queues the lines and starts the first if nothing runs.
    pub(super) fn type_lines(&mut self, text: &str) {
        let mut text = text;
        if text.is_empty() && self.question().is_some_and(Question::is_open) {
            self.answer("");
        }
        while !text.is_empty() && self.question().is_some() {
            let (answer, rest) = text.split_once('\n').unwrap_or((text, ""));
            self.answer(answer.trim_end_matches('\r'));
            text = rest;
        }
        self.work_before = self.work;
        if std::mem::take(&mut self.has_exited) {
            // Another shell begins.
            self.shell.renew();
        }
        for line in shell::split_lines(text) {
            let id = self.transcript.len() as u64;
            let entry = Entry::new(id, &line.text, self.cloud.now_ms());
            self.transcript.push(Arc::new(entry));
        }
        self.pump();
        self.judge();
    }

    /// Tells the judge that the set-up of the lesson is over.
    pub(super) fn begin_lesson(&mut self) {
        if let Some(judge) = &mut self.judge {
            judge.begin(&self.cloud, &self.transcript);
        }
    }

    fn judge(&mut self) {
        if let Some(judge) = &mut self.judge {
            judge.evaluate(&self.cloud, &self.transcript);
        }
    }

    /// Takes a typed line as the answer to the open question; asks again if it is no answer.
    fn answer(&mut self, typed: &str) {
        let Some(active) = &mut self.active else { return };
        let Some(question) = active.question.take() else { return };
        let mut shown = format!("{typed}\n");
        if question.is_open() {
            let environment = Environment {
                now_ms: self.cloud.now_ms(),
                has_terminal: self.has_terminal,
                is_program: &playground::is_program,
            };
            active.machine.answer(typed, &mut self.shell, &environment);
        } else if let Some(answer) = question.answer(typed) {
            active.answers.push(answer);
        } else {
            shown.push_str(&question.prompt());
            active.question = Some(question);
        }
        if let Some(entry) = self.current()
            && let Some(Block::Question(asked)) = entry.blocks.last_mut()
        {
            asked.push_str(&shown);
        }
        if self.question().is_none() {
            self.mark_asking(EntryState::Running);
        }
        self.pump();
    }

    fn mark_asking(&mut self, state: EntryState) {
        if let Some(entry) = self.current() {
            entry.state = state;
        }
    }

    /// Stops waiting, and drops the lines that have not begun. Operations under way in the cloud go on.
    pub(super) fn interrupt(&mut self) {
        if let Some(mut active) = self.active.take() {
            active.machine.interrupt(&mut self.shell);
            let outcome = match (active.waiting, active.following, active.question) {
                (Some(waiting), ..) => Some(exec::interrupt(waiting)),
                (None, Some(_), _) => Some(Outcome::interrupted(Stage::Ok)),
                (None, None, Some(_)) => Some(Outcome::interrupted(Stage::Confirmation)),
                (None, None, None) => active.sleeps_until_ms.map(|_| Outcome::interrupted(Stage::Ok)),
            };
            self.record(outcome.unwrap_or_else(|| Outcome::interrupted(Stage::Ok)));
            self.end_line();
        }
        self.drop_queue(outcome::INTERRUPTED, "Not run: the line before it was interrupted.");
        self.answered_ms = self.cloud.now_ms();
        self.judge();
    }

    /// Ends the lines that have not begun.
    fn drop_queue(&mut self, exit_code: i32, note: &str) {
        for entry in self.transcript.iter_mut().skip(self.next).map(Arc::make_mut) {
            entry.state = EntryState::Done;
            entry.exit_code = Some(exit_code);
            entry.blocks.push(Block::Note(note.to_owned()));
        }
        self.next = self.transcript.len();
    }

    /// Ends the active line and the queue if their commands have done too much without any time passing. Returns
    /// `true` if it did.
    fn stop_overwork(&mut self) -> bool {
        if self.work - self.work_before <= WORK_AT_ONCE_MAX {
            return false;
        }
        let text = "stopped: these commands do more at one moment than the playground accepts (100,000 commands, or 25 MB of output); type the rest by itself";
        let refusal = shell_refusal(ShellError { message: text.to_owned(), exit_code: OVERWORKED, at: 0 });
        if let Some(mut active) = self.active.replace(Active::default()) {
            active.machine.interrupt(&mut self.shell);
        }
        self.shell.set_status(OVERWORKED);
        self.record(refusal);
        self.end_line();
        self.drop_queue(OVERWORKED, "Not run: the lines before it were stopped.");
        true
    }

    /// Returns the work that the run has done so far: commands, output, moments and events.
    pub(super) fn work(&self) -> u64 {
        self.work + self.cloud.log().next_sequence()
    }

    /// Returns the time of the next event in the cloud or end of a timed wait, in milliseconds.
    #[must_use]
    pub fn next_event_ms(&self) -> Option<u64> {
        let deadline_ms = self.active.as_ref().and_then(|active| match (&active.waiting, &active.following) {
            (Some(waiting), _) => waiting.until.deadline_ms(),
            (None, Some(following)) => following.next_ms(),
            (None, None) => active.sleeps_until_ms,
        });
        let event_ms = self.cloud.next_event_ms();
        match (deadline_ms, event_ms) {
            (Some(deadline_ms), Some(event_ms)) => Some(deadline_ms.min(event_ms)),
            (one, other) => one.or(other),
        }
    }

    /// Lets time pass until `at_ms`, or until something has happened at `moments_max` moments; returns their number.
    /// A line whose wait ends answers at that very moment, and the next line begins then.
    pub(super) fn advance_to(&mut self, at_ms: u64, moments_max: u32, timeline: &mut Timeline) -> u32 {
        let mut moments = 0;
        while let Some(event_ms) = self.next_event_ms().filter(|event_ms| *event_ms <= at_ms) {
            if moments == moments_max {
                return moments;
            }
            moments += 1;
            self.work += 1;
            if event_ms > self.cloud.now_ms() {
                self.work_before = self.work;
            }
            self.judge_until(event_ms);
            timeline.before(event_ms, &self.cloud);
            self.cloud.advance_to(event_ms);
            self.pump();
            self.judge();
        }
        self.judge_until(at_ms.saturating_add(1));
        self.cloud.advance_to(at_ms);
        timeline.reach(at_ms, &self.cloud);
        moments
    }

    /// Lets time pass to each moment before `end_ms` at which the judge looks while nothing happens.
    fn judge_until(&mut self, end_ms: u64) {
        let next_ms = |run: &Self| run.judge.as_ref()?.next_evaluation_ms(run.cloud.now_ms());
        while let Some(look_ms) = next_ms(self).filter(|look_ms| *look_ms < end_ms) {
            self.cloud.advance_to(look_ms);
            self.judge();
        }
    }

    /// Runs commands until one waits or no line is left.
    fn pump(&mut self) {
        loop {
            if self.active.is_none() && !self.begin_line() {
                return;
            }
            if !self.resume() {
                return;
            }
        }
    }

    /// Begins the next line. Returns `false` if there is none.
    fn begin_line(&mut self) -> bool {
        let now_ms = self.cloud.now_ms();
        let Some(entry) = self.transcript.get_mut(self.next).map(Arc::make_mut) else {
            return false;
        };
        entry.state = EntryState::Running;
        entry.at_ms = now_ms;
        let line = Arc::clone(&entry.line);
        self.next += 1;
        let machine = match Machine::new(&line) {
            // What follows is a query and no words for a shell.
            _ if line.trim_start().starts_with("? ") && !self.account.strict => {
                self.query_last(line.trim_start().trim_start_matches('?').trim());
                Machine::default()
            }
            _ if line.trim_start().starts_with(":: ") && !self.account.strict => {
                let number = line.trim_start().trim_start_matches(':').trim();
                let example = number.parse().ok().and_then(|number| self.example(number));
                self.record(playground::show_example(number, example));
                Machine::default()
            }
            Ok(machine) => machine,
            Err(error) => {
                // Where a compound command ends that cannot be read is not known, so a script ends there, as in bash.
                let ends_script = shell::has_keyword(&line);
                self.record(shell_refusal(error));
                if ends_script {
                    self.end_line();
                    self.has_exited = true;
                    self.drop_queue(self.shell.status(), "Not run: the line before it could not be read.");
                    return false;
                }
                Machine::default()
            }
        };
        self.active = Some(Active::new(machine));
        true
    }

    /// Continues the active line. Returns `false` if it waits.
    fn resume(&mut self) -> bool {
        loop {
            let Some(active) = &mut self.active else {
                return true;
            };
            if active.question.is_some() {
                return false;
            }
            if let Some(until_ms) = active.sleeps_until_ms {
                if until_ms > self.cloud.now_ms() {
                    return false;
                }
                active.sleeps_until_ms = None;
            }
            if let Some(waiting) = active.waiting.take() {
                if !waiting.until.is_over(&self.cloud) {
                    active.waiting = Some(waiting);
                    return false;
                }
                match exec::resume(waiting, &self.cloud) {
                    Resumption::Answered(outcome) => self.finish(outcome),
                    Resumption::Again(blocks) => self.say(blocks),
                }
                continue;
            }
            if active.following.is_some() {
                if !self.follow() {
                    return false;
                }
                continue;
            }
            if self.stop_overwork() {
                return true;
            }
            if !self.next_command() {
                return true;
            }
            let Some(command) = self.active.as_ref().and_then(|active| active.command.clone()) else { continue };
            match self.execute(&command) {
                Execution::Done(outcome) => self.finish(outcome),
                Execution::Waiting(waiting) => {
                    if let Some(active) = &mut self.active {
                        active.waiting = Some(waiting);
                    }
                }
                Execution::Following(follow, blocks) => {
                    if let Some(active) = &mut self.active {
                        active.following = Some(follow);
                    }
                    self.say_on(blocks);
                }
                Execution::Asking(question, mut blocks) => {
                    if let Some(active) = &mut self.active {
                        active.printed_blocks += blocks.len();
                        blocks.push(Block::Question(question.prompt()));
                        active.question = Some(question);
                    }
                    self.say(blocks);
                    self.mark_asking(EntryState::Asking);
                }
            }
        }
    }

    /// Lets the machine go on to its next command, unless one is under way. Returns `false` if the line has ended.
    fn next_command(&mut self) -> bool {
        let Some(active) = self.active.as_mut().filter(|active| active.command.is_none()) else { return true };
        let environment = Environment {
            now_ms: self.cloud.now_ms(),
            has_terminal: self.has_terminal,
            is_program: &playground::is_program,
        };
        let step = active.machine.step(&mut self.shell, &environment);
        self.work += active.machine.take_work();
        match step {
            Step::Command(words, input) => active.command = Some(Command { words, input }),
            Step::Said(outcome) => self.keep(outcome),
            Step::Sleep(until_ms) => active.sleeps_until_ms = Some(until_ms),
            Step::Ask(prompt) => {
                let question = Question::open(prompt);
                let block = Block::Question(question.prompt());
                active.question = Some(question);
                self.say(vec![block]);
                self.mark_asking(EntryState::Asking);
            }
            Step::Pause => {}
            Step::Done => {
                let has_exited = active.machine.has_exited();
                self.end_line();
                if has_exited {
                    self.has_exited = true;
                    self.drop_queue(self.shell.status(), "Not run: the lines before it ended with exit.");
                }
                return false;
            }
        }
        true
    }

    /// Gives the outcome of a command to the machine, and records what is left of it.
    fn finish(&mut self, mut outcome: Outcome) {
        self.work += 1 + outcome::size(&outcome.blocks) as u64 / OUTPUT_PER_WORK;
        let Some(active) = &mut self.active else { return };
        active.end_command();
        if self.account.strict && outcome.stage == Stage::Shell && active.machine.is_in_substitution() {
            // What is said is the CLI's; the shell's own remarks on the way to its words are not.
            outcome.blocks.clear();
            outcome.stage = Stage::Ok;
        }
        let outcome = active.machine.finish(outcome, &mut self.shell, self.has_terminal);
        self.keep(outcome);
    }

    /// Prints the news of the command that follows events. Returns `false` if it goes on.
    fn follow(&mut self) -> bool {
        let Some(mut follow) = self.active.as_mut().and_then(|active| active.following.take()) else { return true };
        let (blocks, outcome) = follow.look(&mut self.cloud, self.has_terminal);
        self.say_on(blocks);
        if let Some(mut outcome) = outcome {
            if let Some(active) = &mut self.active {
                let held = std::mem::take(&mut active.held);
                outcome.blocks.splice(..0, held);
            }
            self.finish(outcome);
            return true;
        }
        if let Some(active) = &mut self.active {
            active.following = Some(follow);
        }
        false
    }

    /// Appends blocks to the output of the active command. Output for a pipe or a substitution is held back.
    fn say_on(&mut self, blocks: Vec<Block>) {
        self.work += 1 + outcome::size(&blocks) as u64 / OUTPUT_PER_WORK;
        let said = if let Some(active) = self.active.as_mut().filter(|active| active.is_captured()) {
            Some(&mut active.held)
        } else {
            self.output += outcome::size(&blocks);
            self.current().map(|entry| &mut entry.blocks)
        };
        let Some(said) = said else { return };
        for block in blocks {
            match (said.last_mut(), block) {
                (Some(Block::Output(before)), Block::Output(more)) => before.append(&more),
                (_, block) => said.push(block),
            }
        }
    }

    /// Answers `? QUERY`: queries the output of the last command that printed anything.
    fn query_last(&mut self, query: &str) {
        let before = self.transcript.iter().take(self.next.saturating_sub(1));
        let printed = before.map(|entry| entry.stdout()).rfind(|text| !text.is_empty());
        self.record(playground::query_result(printed.as_deref(), query));
    }

    fn execute(&mut self, command: &Command) -> Execution {
        let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
        let (answers, said) = match &self.active {
            Some(active) => (active.answers.as_slice(), active.printed_blocks),
            None => (&[][..], 0),
        };
        let terminal = Terminal { is_there: self.has_terminal, answers, blocks_shown: said };
        let context = Context::new(&mut self.cloud, &mut self.account, terminal);
        playground::run(&words, command.input.as_deref(), context)
    }

    /// Returns the line that was begun last.
    fn current(&mut self) -> Option<&mut Entry> {
        self.transcript.get_mut(self.next.checked_sub(1)?).map(Arc::make_mut)
    }

    fn say(&mut self, blocks: Vec<Block>) {
        self.output += outcome::size(&blocks);
        if let Some(entry) = self.current() {
            entry.blocks.extend(blocks);
        }
    }

    fn record(&mut self, outcome: Outcome) {
        self.work += 1 + outcome::size(&outcome.blocks) as u64 / OUTPUT_PER_WORK;
        self.keep(outcome);
    }

    /// Adds an outcome, whose work has been counted, to the line.
    fn keep(&mut self, outcome: Outcome) {
        if self.active.is_none() {
            self.shell.set_status(outcome.exit_code);
        }
        let is_silent = outcome.blocks.is_empty();
        self.output += outcome::size(&outcome.blocks);
        if let Some(entry) = self.current() {
            entry.stage = outcome.stage;
            entry.exit_code = Some(outcome.exit_code);
            entry.accepted &= outcome.stage.is_accepted();
            entry.blocks.extend(outcome.blocks);
        }
        self.empty_oldest();
        // The next command begins at this very moment, and changes what is to be seen.
        if !is_silent || self.active.as_ref().is_none_or(|active| active.command.is_none()) {
            self.judge();
        }
    }

    fn end_line(&mut self) {
        self.active = None;
        let is_strict = self.account.strict;
        let status = self.shell.status();
        self.answered_ms = self.cloud.now_ms();
        if let Some(entry) = self.current() {
            entry.state = EntryState::Done;
            entry.exit_code = Some(status);
            let exit_code = status;
            if exit_code != 0 && !is_strict {
                entry.blocks.extend(look_alike_note(&entry.line).map(Block::Note));
            }
        }
        self.judge();
    }
}
