//! The command log: everything typed, with its simulated time.

use std::sync::Arc;

use super::timeline::{TypedLine, first_words};

/// An action of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogAction {
    /// Typed or pasted one or more lines.
    Lines(Arc<str>),
    /// Stopped waiting, as Ctrl-C does.
    Interrupt,
    /// The set-up of a lesson is over.
    Begin,
}

/// An action and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogItem {
    /// The simulated time, in milliseconds.
    pub at_ms: u64,
    /// Milliseconds since the last of the lines before had answered; `None` if one had not.
    pub rest_ms: Option<u64>,
    /// The action.
    pub action: LogAction,
}

/// All actions of a run, in order.
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

    /// Removes the items from `len` on, and returns them.
    pub(super) fn split_off(&mut self, len: usize) -> Vec<LogItem> {
        self.0.split_off(len)
    }

    pub(super) fn extend(&mut self, items: Vec<LogItem>) {
        self.0.extend(items);
    }

    /// Returns the first words of what was typed, in order.
    pub(super) fn typed(&self) -> impl Iterator<Item = TypedLine> {
        self.0.iter().filter_map(|item| {
            let words = match &item.action {
                LogAction::Lines(text) => first_words(text),
                LogAction::Interrupt => "Ctrl-C".to_owned(),
                LogAction::Begin => return None,
            };
            Some(TypedLine { at_ms: item.at_ms, words })
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &LogItem> {
        self.0.iter()
    }
}
