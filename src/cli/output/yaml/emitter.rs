//! The writer of YAML, which keeps track of the column.

use super::shared::Shared;
use crate::ground::rendered::{Rendered, Style};

/// The position of a value in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeContext {
    Root,
    Item,
    Value,
    SimpleKey,
    LongKey,
}

/// The writer of nodes, which keeps track of the column.
pub(super) struct Emitter {
    pub(super) out: Rendered,
    pub(super) column: usize,
    /// The indentation of the current collection, in columns; none at the root.
    pub(super) indent: Option<usize>,
    /// `true` if the next indicator needs no blank before it.
    pub(super) is_after_space: bool,
    /// `true` if this line holds only indentation and indicators of collections so far.
    pub(super) is_after_indent: bool,
    pub(super) shared: Shared,
}

impl Emitter {
    /// Writes an indicator; with `is_indention`, as for `-` and `?`, it counts as indentation.
    pub(super) fn indicator(&mut self, text: &str, style: Style, is_indention: bool) {
        if !self.is_after_space {
            self.write(" ", Style::Space);
        }
        self.is_after_space = false;
        self.is_after_indent &= is_indention;
        self.write(text, style);
    }

    /// Goes to the current indentation, on a new line unless this one has nothing else yet.
    pub(super) fn start_line(&mut self) {
        let indent = self.indent.unwrap_or(0);
        let is_behind = self.column > indent || (self.column == indent && !self.is_after_space);
        if !self.is_after_indent || is_behind {
            self.line_end("\n");
        }
        if self.column < indent {
            self.is_after_space = true;
            self.write(&" ".repeat(indent - self.column), Style::Space);
        }
    }

    pub(super) fn line_end(&mut self, text: &str) {
        self.out.push(Style::Space, text);
        self.forget_line();
    }

    pub(super) fn forget_line(&mut self) {
        self.column = 0;
        self.is_after_space = true;
        self.is_after_indent = true;
    }

    pub(super) fn write(&mut self, text: &str, style: Style) {
        self.out.push(style, text);
        self.column += text.chars().count();
    }
}
