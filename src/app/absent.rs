//! A stand-in for the simulator until it has been downloaded: an empty cloud in which no time passes.
//!
//! Lines typed meanwhile are queued; the simulator runs them once it has arrived.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use scale_down_cli::ground::candidate::Completion;
use scale_down_engine::{PoolId, Snapshot};
use scale_down_session::budget::OutOfBudget;
use scale_down_session::compare::{Change, ForkError, Table, VaryError};
use scale_down_session::lesson::LessonError;
use scale_down_session::verdict::Verdict;
use scale_down_session::{Entry, NodeDetail, NodeRow, OpenError, Simulation, TimelineView, WorldError};

/// The stand-in simulator: an empty cloud, and a queue of the lines typed so far.
#[derive(Default)]
pub struct Absent {
    waiting: Vec<Arc<Entry>>,
}

impl Simulation for Absent {
    fn revision(&self) -> u64 {
        self.waiting.len() as u64
    }

    fn now_ms(&self) -> u64 {
        0
    }

    fn is_idle(&self) -> bool {
        true
    }

    fn transcript(&self) -> &[Arc<Entry>] {
        &self.waiting
    }

    fn is_asking(&self) -> bool {
        false
    }

    fn example(&self, _: usize) -> Option<&'static str> {
        None
    }

    fn busy(&self) -> Option<&Entry> {
        None
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::default()
    }

    fn script(&self) -> String {
        String::new()
    }

    fn share(&self) -> Result<String, OpenError> {
        Ok(String::new())
    }

    fn complete(&self, _line: &str, _cursor: usize) -> Completion {
        Completion::default()
    }

    fn node(&self, _pool: PoolId, _instance_id: u32) -> Option<NodeDetail> {
        None
    }

    fn node_rows(&self, _places: Range<usize>) -> Vec<NodeRow> {
        Vec::new()
    }

    fn report(&self) -> Value {
        Value::Null
    }

    fn metrics(&self) -> Value {
        Value::Null
    }

    fn events(&self, _since: u64) -> Value {
        Value::Null
    }

    fn fork(&self, _settings: &[(String, String)], _work_max: u64) -> Result<Box<dyn Simulation>, ForkError> {
        Ok(Box::new(Self::default()))
    }

    fn verdict(&mut self, _work_max: u64) -> Verdict {
        Verdict::default()
    }

    fn compare_with(&mut self, _ways: &str) -> Result<(), VaryError> {
        Ok(())
    }

    fn way_snapshot(&self, _place: usize) -> Option<Snapshot> {
        None
    }

    fn way_changes(&self, _place: usize) -> &[Change] {
        &[]
    }

    fn comparison(&self, _verdict: &Verdict) -> Table {
        Table::default()
    }

    fn has_history(&self) -> bool {
        true
    }

    fn forget_answered(&mut self) {}

    fn submit(&mut self, text: &str) {
        let entry = Entry::new(self.waiting.len() as u64, text, 0);
        self.waiting.push(Arc::new(entry));
    }

    fn exec(&mut self, lines: &str, _work_max: u64) -> Result<(), OutOfBudget> {
        self.submit(lines);
        Ok(())
    }

    fn interrupt(&mut self) {
        self.waiting.clear();
    }

    fn advance(&mut self, _time_ms: u64) {}

    fn advance_to_next_event(&mut self) -> bool {
        false
    }

    fn advance_until_idle(&mut self) {}

    fn advance_until_answered(&mut self) {}

    fn seek(&mut self, _at_ms: u64) {}

    fn seek_within(&mut self, _at_ms: u64, _work_max: u64) -> Result<(), OutOfBudget> {
        Ok(())
    }

    fn undo(&mut self) -> bool {
        self.waiting.pop().is_some()
    }

    fn redo(&mut self) -> bool {
        false
    }

    fn reset(&mut self) {
        self.waiting.clear();
    }

    fn load(&mut self, script: &str) {
        self.waiting.clear();
        self.submit(script);
    }

    fn open(&mut self, _text: &str) -> Result<(), OpenError> {
        Ok(())
    }

    fn import(&mut self, _pasted: &str) -> Result<(), WorldError> {
        Ok(())
    }

    fn json(&self) -> String {
        String::new()
    }

    fn series_csv(&self) -> String {
        String::new()
    }

    fn nodes_csv(&self) -> String {
        String::new()
    }

    fn report_markdown(&mut self) -> String {
        String::new()
    }

    fn markdown(&self) -> String {
        String::new()
    }

    fn begin_lesson(&mut self, _file: &str) -> Result<(), LessonError> {
        Ok(())
    }

    fn resume_lesson(&mut self, _file: &str, _script: &str) -> Result<(), LessonError> {
        Ok(())
    }

    fn leave_lesson(&mut self) {}

    fn lesson(&self) -> Value {
        Value::Null
    }

    fn progress(&self) -> Value {
        Value::Null
    }

    fn is_in_lesson(&self) -> bool {
        false
    }

    fn entries(&self, _from: usize) -> Value {
        Value::Null
    }

    fn end_ms(&self) -> u64 {
        0
    }

    fn timeline_view(&self) -> TimelineView {
        TimelineView::default()
    }

    fn can_undo(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn can_redo(&self) -> bool {
        false
    }

    fn branch(&mut self) -> bool {
        false
    }

    fn begin_with(&mut self, script: &str) {
        self.load(script);
    }
}
