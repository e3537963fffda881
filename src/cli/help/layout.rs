//! Lines of help: a name, tags, and text that hangs to the right of them.

/// The length at which lines are broken, as in the Azure CLI.
const WIDTH: usize = 100;

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

/// Breaks text at blanks, without a final line break.
pub(super) fn wrap(text: &str, first_indent: usize, next_indent: usize) -> String {
    let mut lines = String::new();
    let mut line = " ".repeat(first_indent);
    let mut is_empty = true;
    // Runs of blanks stay as they are within a line, so words carry the blanks before them.
    let mut rest = text;
    while !rest.is_empty() {
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let (gap, after) = rest.split_at(blanks);
        let word_length = after.find(' ').unwrap_or(after.len());
        let (word, after) = after.split_at(word_length);
        if !is_empty && line.chars().count() + gap.len() + word.chars().count() > WIDTH {
            lines.push_str(line.trim_end());
            lines.push('\n');
            line = " ".repeat(next_indent);
        } else if !is_empty || gap.len() == text.len() {
            line.push_str(gap);
        }
        line.push_str(word);
        is_empty = false;
        rest = after;
    }
    lines.push_str(line.trim_end());
    lines
}
