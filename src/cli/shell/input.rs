//! Text on its way into commands.

use std::sync::Arc;

/// Standard input of one or more commands, which read it in turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Input {
    text: Arc<str>,
    /// Byte at which the next reading begins.
    at: usize,
}

impl Input {
    pub(super) fn new(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), at: 0 }
    }

    /// Returns the text that has not been read.
    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the text that has not been read.
    pub(super) fn take_all(&mut self) -> String {
        let rest = self.rest().to_owned();
        self.at = self.text.len();
        rest
    }

    /// Takes a number of bytes.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
    }
}
