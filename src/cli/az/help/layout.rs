//! Lines of help: a name, tags, and text that hangs to the right of them.

use crate::ground::wrap::wrap;

/// Number of blanks before every name.
const INDENT: usize = 4;

/// One entry of a list.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) name: String,
    tags: String,
    help: String,
}

impl Item {
    pub(super) fn new(name: &str, tags: &str, help: &str) -> Self {
        Self { name: name.to_owned(), tags: tags.to_owned(), help: help.to_owned() }
    }

    /// Returns the length of name and tags.
    fn length(&self) -> usize {
        let tags = if self.tags.is_empty() { 0 } else { self.tags.len() + 1 };
        self.name.len() + tags
    }

    /// Formats the entry with its line break, its help starting after the widest name of the list.
    pub(super) fn text(&self, width: usize) -> String {
        let padding = " ".repeat(width - self.length().min(width) + usize::from(!self.tags.is_empty()));
        let line = format!("{}{padding}{} : {}", self.name, self.tags, self.help);
        wrap(&line, INDENT, INDENT + width + 3) + "\n"
    }
}

/// Returns the length of the widest name and tags of a list.
pub(super) fn name_width<'a>(items: impl IntoIterator<Item = &'a Item>) -> usize {
    items.into_iter().map(Item::length).max().unwrap_or(0)
}
