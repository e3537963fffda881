//! The interface of a run to the page, as a trait object.
//!
//! The page holds its run as [`Simulation`] and not by its type, so that everything which makes a run (shell,
//! command line, cloud) can be loaded after the page has been drawn: code that is reached only through this
//! object is not in the first part that the page loads.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;

use super::budget::OutOfBudget;
use super::compare::{Change, ForkError, Table, Vary, VaryError};
use super::lesson::{self, Lesson, LessonError};
use super::metrics::Metrics;
use super::verdict::{self, Verdict};
use super::{Entry, EntryState, NodeDetail, NodeRow, OpenError, Session, TimelineView, World, WorldError, report};
use scale_down_cli::ground::candidate::Completion;
use scale_down_engine::{PoolId, Snapshot};

/// A run that several parts of a page share.
pub type SharedSimulation = Rc<RefCell<Box<dyn Simulation>>>;

/// A run of the playground. Each method is that of [`Session`] with the same name, unless it says otherwise.
#[expect(missing_docs, reason = "the session documents them")]
pub trait Simulation {
    fn revision(&self) -> u64;
    fn now_ms(&self) -> u64;
    fn is_idle(&self) -> bool;
    fn transcript(&self) -> &[Arc<Entry>];
    fn busy(&self) -> Option<&Entry>;
    /// Returns `true` if a line has asked a question and waits for the answer.
    fn is_asking(&self) -> bool;
    fn example(&self, number: usize) -> Option<&'static str>;
    fn snapshot(&self) -> Snapshot;
    fn script(&self) -> String;
    /// # Errors
    ///
    /// The run is more than a link may hold.
    fn share(&self) -> Result<String, OpenError>;
    fn complete(&self, line: &str, cursor: usize) -> Completion;
    fn node(&self, pool: PoolId, instance_id: u32) -> Option<NodeDetail>;
    /// Returns the rows of the table "Nodes" in a range of positions.
    fn node_rows(&self, places: Range<usize>) -> Vec<NodeRow>;
    /// Returns [`report::snapshot`] with one object for each node.
    fn report(&self) -> Value;
    /// Returns [`crate::metrics::Metrics::to_json`] of the run.
    fn metrics(&self) -> Value;
    /// Returns [`report::events`].
    fn events(&self, since: u64) -> Value;

    /// Returns a run of its own: a copy of this one, or its variant with other settings, names with their values.
    ///
    /// # Errors
    ///
    /// A setting that cannot be varied, or more than `work_max` units of work.
    fn fork(&self, settings: &[(String, String)], work_max: u64) -> Result<Box<dyn Simulation>, ForkError>;
    fn verdict(&mut self, work_max: u64) -> Verdict;
    /// Chooses what the run is held against: [`verdict::parse_ways`], then [`Session::compare_with`]; the usual ways where
    /// the text is empty.
    ///
    /// # Errors
    ///
    /// A text that names no ways, or too many.
    fn compare_with(&mut self, ways: &str) -> Result<(), VaryError>;
    fn way_snapshot(&self, place: usize) -> Option<Snapshot>;
    fn way_changes(&self, place: usize) -> &[Change];
    /// Returns [`Verdict::table`] of a verdict.
    fn comparison(&self, verdict: &Verdict) -> Table;
    fn has_history(&self) -> bool;
    fn forget_answered(&mut self);
    fn submit(&mut self, text: &str);
    /// # Errors
    ///
    /// More than `work_max` units of work.
    fn exec(&mut self, lines: &str, work_max: u64) -> Result<(), OutOfBudget>;
    /// # Errors
    ///
    /// More than `work_max` units of work.
    fn seek_within(&mut self, at_ms: u64, work_max: u64) -> Result<(), OutOfBudget>;
    fn interrupt(&mut self);
    fn advance(&mut self, time_ms: u64);
    fn advance_to_next_event(&mut self) -> bool;
    fn advance_until_idle(&mut self);
    fn advance_until_answered(&mut self);
    fn seek(&mut self, at_ms: u64);
    fn undo(&mut self) -> bool;
    fn redo(&mut self) -> bool;
    fn reset(&mut self);
    fn load(&mut self, script: &str);
    /// Begins anew from a link, a script or JSON: [`Session::open`].
    ///
    /// # Errors
    ///
    /// A text that cannot be read, or is more than may be played; the run stays as it was.
    fn open(&mut self, text: &str) -> Result<(), OpenError>;
    /// Begins anew with the resources in a text: [`World::parse`], then [`Session::import`].
    ///
    /// # Errors
    ///
    /// A text that is no world; the run stays as it was.
    fn import(&mut self, pasted: &str) -> Result<(), WorldError>;
    /// Returns the run as indented JSON, to be kept in a file.
    fn json(&self) -> String;
    fn markdown(&self) -> String;
    fn series_csv(&self) -> String;
    fn nodes_csv(&self) -> String;
    fn report_markdown(&mut self) -> String;

    /// Begins the lesson of a file: [`Session::begin_lesson`].
    ///
    /// # Errors
    ///
    /// A text that is no lesson; the run stays as it was.
    fn begin_lesson(&mut self, file: &str) -> Result<(), LessonError>;
    /// Continues a lesson from the script of a run of it: [`Session::resume_lesson`].
    ///
    /// # Errors
    ///
    /// A text that is no lesson; the run stays as it was.
    fn resume_lesson(&mut self, file: &str, script: &str) -> Result<(), LessonError>;
    fn leave_lesson(&mut self);
    /// Returns [`lesson::report::lesson`] of the lesson that is being taken, or null.
    fn lesson(&self) -> Value;
    /// Returns [`lesson::report::progress`], or null.
    fn progress(&self) -> Value;
    fn is_in_lesson(&self) -> bool;
    /// Returns the transcript from an entry on, each as [`report::entry`] with `is_done`: `true` once it has answered.
    fn entries(&self, from: usize) -> Value;
    fn end_ms(&self) -> u64;
    fn timeline_view(&self) -> TimelineView;
    fn can_undo(&self) -> bool;
    fn can_redo(&self) -> bool;
    fn branch(&mut self) -> bool;
    fn begin_with(&mut self, script: &str);
}

impl Simulation for Session {
    fn revision(&self) -> u64 {
        self.revision()
    }

    fn now_ms(&self) -> u64 {
        self.now_ms()
    }

    fn is_idle(&self) -> bool {
        self.is_idle()
    }

    fn transcript(&self) -> &[Arc<Entry>] {
        self.transcript()
    }

    fn busy(&self) -> Option<&Entry> {
        self.busy()
    }

    fn is_asking(&self) -> bool {
        self.question().is_some()
    }

    fn example(&self, number: usize) -> Option<&'static str> {
        self.example(number)
    }

    fn snapshot(&self) -> Snapshot {
        self.snapshot()
    }

    fn script(&self) -> String {
        self.script()
    }

    fn share(&self) -> Result<String, OpenError> {
        self.share()
    }

    fn complete(&self, line: &str, cursor: usize) -> Completion {
        self.complete(line, cursor)
    }

    fn node(&self, pool: PoolId, instance_id: u32) -> Option<NodeDetail> {
        self.node(pool, instance_id)
    }

    fn node_rows(&self, places: Range<usize>) -> Vec<NodeRow> {
        self.node_rows().skip(places.start).take(places.len()).collect()
    }

    fn report(&self) -> Value {
        report::snapshot(self, true)
    }

    fn metrics(&self) -> Value {
        Metrics::of(self.cloud()).to_json()
    }

    fn events(&self, since: u64) -> Value {
        report::events(self, since)
    }

    fn fork(&self, settings: &[(String, String)], work_max: u64) -> Result<Box<dyn Simulation>, ForkError> {
        if settings.is_empty() {
            return Ok(Box::new(self.clone()));
        }
        let settings = settings.iter().map(|(key, value)| Vary::parse(key, value)).collect::<Result<Vec<_>, _>>()?;
        Ok(Box::new(self.vary(&settings, work_max)?.session))
    }

    fn verdict(&mut self, work_max: u64) -> Verdict {
        self.verdict(work_max)
    }

    fn compare_with(&mut self, ways: &str) -> Result<(), VaryError> {
        let ways = if ways.is_empty() { None } else { Some(verdict::parse_ways(ways)?) };
        Session::compare_with(self, ways);
        Ok(())
    }

    fn way_snapshot(&self, place: usize) -> Option<Snapshot> {
        Session::way_snapshot(self, place)
    }

    fn way_changes(&self, place: usize) -> &[Change] {
        Session::way_changes(self, place)
    }

    fn comparison(&self, verdict: &Verdict) -> Table {
        verdict.table()
    }

    fn has_history(&self) -> bool {
        Session::has_history(self)
    }

    fn forget_answered(&mut self) {
        Session::forget_answered(self);
    }

    fn submit(&mut self, text: &str) {
        self.submit(text);
    }

    fn exec(&mut self, lines: &str, work_max: u64) -> Result<(), OutOfBudget> {
        self.exec(lines, work_max)
    }

    fn seek_within(&mut self, at_ms: u64, work_max: u64) -> Result<(), OutOfBudget> {
        self.seek_within(at_ms, work_max)
    }

    fn interrupt(&mut self) {
        self.interrupt();
    }

    fn advance(&mut self, time_ms: u64) {
        self.advance(time_ms);
    }

    fn advance_to_next_event(&mut self) -> bool {
        self.advance_to_next_event()
    }

    fn advance_until_idle(&mut self) {
        self.advance_until_idle();
    }

    fn advance_until_answered(&mut self) {
        self.advance_until_answered();
    }

    fn seek(&mut self, at_ms: u64) {
        self.seek(at_ms);
    }

    fn undo(&mut self) -> bool {
        self.undo()
    }

    fn redo(&mut self) -> bool {
        self.redo()
    }

    fn reset(&mut self) {
        self.reset();
    }

    fn load(&mut self, script: &str) {
        self.load(script);
    }

    fn open(&mut self, text: &str) -> Result<(), OpenError> {
        self.open(text)
    }

    fn import(&mut self, pasted: &str) -> Result<(), WorldError> {
        self.import(World::parse(pasted)?);
        Ok(())
    }

    fn json(&self) -> String {
        format!("{:#}\n", self.to_json())
    }

    fn series_csv(&self) -> String {
        Session::series_csv(self)
    }

    fn nodes_csv(&self) -> String {
        Session::nodes_csv(self)
    }

    fn report_markdown(&mut self) -> String {
        Session::report_markdown(self)
    }

    fn markdown(&self) -> String {
        self.markdown()
    }

    fn begin_lesson(&mut self, file: &str) -> Result<(), LessonError> {
        self.begin_lesson(&Arc::new(Lesson::parse(file)?))
    }

    fn resume_lesson(&mut self, file: &str, script: &str) -> Result<(), LessonError> {
        self.resume_lesson(&Arc::new(Lesson::parse(file)?), script)
    }

    fn leave_lesson(&mut self) {
        self.leave_lesson();
    }

    fn lesson(&self) -> Value {
        self.lesson().map_or(Value::Null, |taken| lesson::report::lesson(taken))
    }

    fn progress(&self) -> Value {
        self.progress().map_or(Value::Null, |progress| lesson::report::progress(&progress))
    }

    fn is_in_lesson(&self) -> bool {
        self.lesson().is_some()
    }

    fn entries(&self, from: usize) -> Value {
        let entries = self.transcript().get(from..).unwrap_or_default();
        let object = |entry: &Arc<Entry>| {
            let mut object = report::entry(entry);
            if let Some(object) = object.as_object_mut() {
                object.insert("is_done".to_owned(), (entry.state == EntryState::Done).into());
            }
            object
        };
        entries.iter().map(object).collect()
    }

    fn end_ms(&self) -> u64 {
        self.end_ms()
    }

    fn timeline_view(&self) -> TimelineView {
        self.timeline_view()
    }

    fn can_undo(&self) -> bool {
        self.can_undo()
    }

    fn can_redo(&self) -> bool {
        self.can_redo()
    }

    fn branch(&mut self) -> bool {
        self.branch()
    }

    fn begin_with(&mut self, script: &str) {
        self.begin_with(script);
    }
}
