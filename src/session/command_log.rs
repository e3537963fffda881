//! The command log: what was typed and when, in simulated time.

use std::sync::Arc;

/// Something a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogAction {
    /// Typed or pasted one or more lines.
    Lines(Arc<str>),
    /// Stopped waiting.
    Interrupt,
    /// The set-up of a lesson is over.
    Begin,
}

/// An action at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogItem {
    /// The simulated time.
    pub at_ms: u64,
    /// How long every line before had answered by then; nothing where one had not.
    pub rest_ms: Option<u64>,
    /// What was done.
    pub action: LogAction,
}

/// Everything that was done, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLog(Vec<LogItem>);

impl CommandLog {
    pub(super) fn push(&mut self, item: LogItem) {
        self.0.push(item);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&LogItem> {
        self.0.get(index)
    }

    pub(super) fn at_ms(&self, index: usize) -> Option<u64> {
        self.get(index).map(|item| item.at_ms)
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &LogItem> {
        self.0.iter()
    }

    /// How many items two logs have in common from the beginning.
    pub(super) fn shared_len(&self, other: &Self) -> usize {
        let pairs = self.0.iter().zip(&other.0);
        pairs.take_while(|(one, two)| one == two).count()
    }
}
