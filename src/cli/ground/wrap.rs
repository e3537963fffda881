//! Lines broken at blanks.

/// The length at which lines are broken, as in the Azure CLI.
const WIDTH: usize = 100;

/// Breaks text at blanks, without a final line break.
pub(crate) fn wrap(text: &str, first_indent: usize, next_indent: usize) -> String {
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
