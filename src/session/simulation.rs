//! What a page needs of a run, as an object.
//!
//! The page holds its run by [`Simulation`] and not by its type, so that everything which makes a
//! run (shell, command line, cloud) can be loaded after the page has been drawn: code that is
//! reached only through this object is not part of what the page loads first.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use serde_json::Value;

use super::{Entry, NodeDetail, NodeRow, Session, ShareError, report, share};
use crate::cli::complete::Completion;
use crate::engine::{PoolId, Snapshot};

/// A run that several parts of a page look at.
pub type SharedSimulation = Rc<RefCell<Box<dyn Simulation>>>;

/// A run. Each method is that of [`Session`] with the same name, unless it says otherwise.
#[expect(missing_docs, reason = "the session documents them")]
pub trait Simulation {
    fn revision(&self) -> u64;
    fn now_ms(&self) -> u64;
    fn is_idle(&self) -> bool;
    fn transcript(&self) -> &[Entry];
    fn busy(&self) -> Option<&Entry>;
    fn snapshot(&self) -> Snapshot;
    fn script(&self) -> String;
    fn share(&self) -> String;
    fn complete(&self, line: &str, cursor: usize) -> Completion;
    fn node(&self, pool: PoolId, instance_id: u32) -> Option<NodeDetail>;
    /// The lines of the table "Nodes" at some places.
    fn node_rows(&self, places: Range<usize>) -> Vec<NodeRow>;
    /// [`report::snapshot`] with one object for each node.
    fn report(&self) -> Value;
    /// [`report::events`].
    fn events(&self, since: u64) -> Value;

    fn submit(&mut self, text: &str);
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
    /// Begins anew and plays the fragment of a link.
    ///
    /// # Errors
    ///
    /// A fragment that cannot be read; the run stays as it was.
    fn load_link(&mut self, fragment: &str) -> Result<(), ShareError>;
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

    fn transcript(&self) -> &[Entry] {
        self.transcript()
    }

    fn busy(&self) -> Option<&Entry> {
        self.busy()
    }

    fn snapshot(&self) -> Snapshot {
        self.snapshot()
    }

    fn script(&self) -> String {
        self.script()
    }

    fn share(&self) -> String {
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

    fn events(&self, since: u64) -> Value {
        report::events(self, since)
    }

    fn submit(&mut self, text: &str) {
        self.submit(text);
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

    fn load_link(&mut self, fragment: &str) -> Result<(), ShareError> {
        let script = share::decode(fragment)?;
        self.load(&script);
        Ok(())
    }
}
