//! A block of a document as text that the shell can read, with every byte in its place.
//!
//! What a document shows is written for people and for real shells: prompts, output below them,
//! placeholders, redirections, here-documents. None of them is a fault of the commands, so they
//! are blanked out, byte for byte, before the lines are read.

use super::markdown::Block;
use scale_down_cli::shell::{Lexer, Span, TokenKind, split_lines, strip_continuation_prompt, strip_prompt};

/// A block as the shell reads it.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// The lines of the block as they stand in the document, without list indentation and quote marks.
    pub source: String,
    /// The same text, byte for byte, with blanks for all that is no command, and marks for placeholders.
    pub masked: String,
    /// Names of the placeholders, `<my-cluster>` without its brackets, in order.
    pub placeholders: Vec<String>,
    /// Byte positions of the first blank after each `\` that trailing blanks keep from joining the next line.
    /// In `masked` the blanks stand before the `\`, as was meant.
    pub strays: Vec<usize>,
    /// First byte of each line, and its position in the file.
    starts: Vec<(usize, Position)>,
}

/// A line and a column of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

/// The mark of the first placeholder; the next placeholders have the characters that follow it (private use area).
pub(super) const PLACEHOLDER_FIRST: char = '\u{e000}';
/// Greatest number of placeholders of a block.
const PLACEHOLDERS_MAX: usize = 1000;
/// Padding after a mark, up to the length of the placeholder.
pub(super) const FILLER: char = '\u{1}';

/// Returns the mark of placeholder `index`, padded to `length` bytes; `None` if there are too many placeholders.
pub(super) fn mark(index: usize, length: usize) -> Option<String> {
    let first = u32::try_from(index).ok().filter(|_| index < PLACEHOLDERS_MAX)? + PLACEHOLDER_FIRST as u32;
    let mark = char::from_u32(first)?;
    let fill = length.checked_sub(mark.len_utf8())?;
    Some(std::iter::once(mark).chain(std::iter::repeat_n(FILLER, fill)).collect())
}

impl Script {
    pub fn new(block: &Block) -> Self {
        let mut script = Self::default();
        for line in &block.lines {
            let position = Position { line: line.number, column: line.column };
            script.starts.push((script.source.len(), position));
            script.source.push_str(&line.text);
            script.source.push('\n');
        }
        let (joined, strays) = without_strays(&script.source);
        script.strays = strays;
        let prompted = without_prompts(&joined, block.is_console);
        script.masked = mask(&prompted, &mut script.placeholders);
        debug_assert_eq!(script.masked.len(), script.source.len(), "every byte keeps its place");
        script
    }

    /// Returns the position in the file of a byte of the script.
    pub fn position(&self, at: usize) -> Position {
        let index = self.starts.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        let Some((start, first)) = self.starts.get(index) else {
            return Position { line: 1, column: 1 };
        };
        let before = self.source.get(*start..at).unwrap_or_default();
        Position { line: first.line, column: first.column + before.chars().count() }
    }

    /// Returns the spans of the logical lines.
    pub fn lines(&self) -> Vec<Span> {
        split_lines(&self.masked).into_iter().map(|line| line.span).collect()
    }
}

/// Moves every `\` to the very end of its line; returns the text, and the position of the first blank behind each.
fn without_strays(source: &str) -> (String, Vec<usize>) {
    let mut strays = Vec::new();
    let mut text = String::with_capacity(source.len());
    for line in source.split_terminator('\n') {
        let trimmed = line.trim_end_matches([' ', '\t']);
        let is_stray = trimmed.len() < line.len() && trimmed.ends_with('\\') && !trimmed.ends_with("\\\\");
        if is_stray {
            strays.push(text.len() + trimmed.len());
            text.push_str(trimmed.trim_end_matches('\\'));
            text.push_str(&" ".repeat(line.len() - trimmed.len()));
            text.push('\\');
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    (text, strays)
}

/// Replaces prompts by blanks. If a `console` block has prompts, the lines without one are output, and blanked too.
fn without_prompts(source: &str, is_console: bool) -> String {
    let has_prompt = |line: &str| strip_prompt(line).len() < line.len();
    let has_output = is_console && source.split('\n').any(has_prompt);
    let mut text = String::with_capacity(source.len());
    let mut continues = false;
    for line in source.split_terminator('\n') {
        let command = if continues { strip_continuation_prompt(line) } else { strip_prompt(line) };
        let command = if has_output && !continues && !has_prompt(line) { "" } else { command };
        text.push_str(&" ".repeat(line.len() - command.len()));
        text.push_str(command);
        text.push('\n');
        continues = command.ends_with('\\');
    }
    text
}

/// A scanner that writes blanks for redirections and here-documents, marks for placeholders, and `;` for `&`.
struct Masker<'a> {
    lexer: Lexer<'a>,
    /// Delimiters of the here-documents whose text begins on the next line.
    documents: Vec<String>,
    masked: String,
    placeholders: &'a mut Vec<String>,
}

fn mask(text: &str, placeholders: &mut Vec<String>) -> String {
    let masked = String::with_capacity(text.len());
    let mut scanner = Masker { lexer: Lexer::new(text), documents: Vec::new(), masked, placeholders };
    while scanner.step() {}
    scanner.masked
}

impl Masker<'_> {
    /// Writes blanks for the next `length` bytes.
    fn blank(&mut self, length: usize) {
        self.masked.extend(std::iter::repeat_n(' ', length));
        self.lexer.pass_over(length);
    }

    /// Scans one token or more. Returns `false` at the end of the text.
    fn step(&mut self) -> bool {
        let rest = self.lexer.rest();
        if let Some(length) = placeholder(rest)
            && self.mark(rest, length)
        {
            return true;
        }
        let Some(token) = self.lexer.next() else { return false };
        match (token.kind, token.text) {
            (TokenKind::Comment, comment) => self.masked.extend(std::iter::repeat_n(' ', comment.len())),
            (TokenKind::LineBreak, _) => {
                self.masked.push('\n');
                self.skip_documents();
            }
            (TokenKind::Operator, "<" | ">") => self.redirection(rest),
            (TokenKind::Operator, "&") => self.ampersand(rest),
            (_, text) => self.masked.push_str(text),
        }
        true
    }

    /// Writes a mark for the placeholder that the rest begins with. Returns `false` if there are too many of them.
    fn mark(&mut self, rest: &str, length: usize) -> bool {
        let Some(mark) = mark(self.placeholders.len(), length) else {
            return false;
        };
        self.placeholders.push(rest.get(1..length - 1).unwrap_or_default().to_owned());
        self.masked.push_str(&mark);
        self.lexer.pass_over(length);
        true
    }

    /// Writes the `&` that `rest` begins with: `&&` and `|&` as they are, `;` for a command in the background, as the
    /// next one runs at once.
    fn ampersand(&mut self, rest: &str) {
        if rest.starts_with("&>") {
            self.redirection(rest);
        } else if rest.starts_with("&&") {
            self.masked.push_str("&&");
            self.lexer.next();
        } else {
            self.masked.push(if self.masked.ends_with('|') { '&' } else { ';' });
        }
    }

    /// Blanks the redirection that `rest` begins with; its first character has been taken.
    fn redirection(&mut self, rest: &str) {
        // `<(…)` is no redirection, and no command line of a document that is checked here.
        if rest.starts_with("<(") || rest.starts_with(">(") {
            self.masked.extend(rest.chars().next());
            return;
        }
        // The number of a stream stands right before it: `2>`.
        if self.masked.ends_with(|digit: char| digit.is_ascii_digit()) {
            let before = self.masked.get(..self.masked.len() - 1).unwrap_or_default();
            if before.ends_with([' ', '\t', '\n']) {
                self.masked.pop();
                self.masked.push(' ');
            }
        }
        let operator = rest.len() - rest.trim_start_matches(['<', '>', '&', '|', '-']).len();
        let is_document = rest.starts_with("<<") && !rest.starts_with("<<<");
        let blanks = rest.get(operator..).unwrap_or_default();
        let blanks = blanks.len() - blanks.trim_start_matches([' ', '\t']).len();
        let target = rest.get(operator + blanks..).unwrap_or_default();
        let length = target_length(target);
        if is_document {
            let end = target.get(..length).unwrap_or_default();
            self.documents.push(end.replace(['\'', '"', '\\'], ""));
        }
        self.masked.push(' ');
        self.blank(operator + blanks + length - 1);
    }

    /// Blanks the text of the open here-documents, each up to its delimiter.
    fn skip_documents(&mut self) {
        for end in std::mem::take(&mut self.documents) {
            while !self.lexer.rest().is_empty() {
                let line = self.lexer.rest().split('\n').next().unwrap_or_default();
                self.blank(line.len());
                self.masked.extend(self.lexer.next().map(|_| '\n'));
                if line.trim() == end {
                    break;
                }
            }
        }
    }
}

/// Returns the length of a redirection's target, in bytes.
fn target_length(text: &str) -> usize {
    let mut lexer = Lexer::new(text);
    while let Some(token) = lexer.next() {
        let is_end = match token.kind {
            TokenKind::Blank => true,
            TokenKind::Operator => matches!(token.text, ";" | "&" | "|" | ")"),
            _ => false,
        };
        if token.text == "\n" || (is_end && !lexer.is_nested()) {
            return token.span.start;
        }
    }
    text.len()
}

/// Returns the length of the placeholder that a text begins with, in bytes: `<my-cluster>`, `<your resource group>`.
fn placeholder(text: &str) -> Option<usize> {
    const LENGTH_MAX: usize = 80;
    let inner = text.strip_prefix('<')?;
    let end = inner.char_indices().take(LENGTH_MAX).find(|(_, character)| *character == '>').map(|(end, _)| end)?;
    let inner = inner.get(..end)?;
    let is_part = |character: char| character.is_alphanumeric() || " -_./:*".contains(character);
    let is_name = inner.starts_with(char::is_alphabetic) && inner.chars().all(is_part) && !inner.ends_with(' ');
    is_name.then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::super::markdown::blocks;
    use super::*;

    fn script(language: &str, text: &str) -> Script {
        let document = format!("```{language}\n{text}\n```\n");
        blocks(&document).first().map(Script::new).unwrap_or_default()
    }

    #[test]
    fn what_is_no_command_is_blanked() {
        let check = |text: &str, expected: &str| {
            let script = script("console", text);
            let masked = script.masked.trim_end_matches('\n');
            assert_eq!(masked, expected, "{text}");
            assert_eq!(masked.len(), text.len(), "{text}");
        };
        check("az a", "az a");
        check("$ az a\noutput\n$ az b \\\n> --c", "  az a\n      \n  az b \\\n  --c");
        check("az a > out.txt; az b", "az a          ; az b");
        check("az a 2>/dev/null | jq '.[] > 1'", "az a             | jq '.[] > 1'");
        check("az a >> 'my file' && b", "az a              && b");
        check("az a &> x", "az a     ");
        check("az a &", "az a ;");
        check("az a2>x", "az a2  ");
        check("az a --query \"[?b<'c']\"", "az a --query \"[?b<'c']\"");
        check("cat <<EOF > x\naz 'a\nEOF\naz b", "cat          \n     \n   \naz b");
        check("cat <<-'E F'\naz a\n  E F\naz b", "cat         \n    \n     \naz b");
        check("az a <<< \"b c\" # > d", "az a                ");
        check("A=$(az a 2>&1 | b \"$(c > d)\") > e", "A=$(az a      | b \"$(c    )\")    ");
        check("echo \\> a", "echo \\> a");
    }

    #[test]
    fn a_blank_behind_a_backslash_is_found() {
        let script = script("bash", "az a \\  \n  --b \\\n  'c \\\\ '\n");
        assert_eq!(script.strays, [6]);
        assert!(script.masked.starts_with("az a   \\\n  --b \\\n  'c \\\\ '\n"), "{}", script.masked);
    }

    #[test]
    fn placeholders_are_marked() {
        let script = script("bash", "az a -n <my-cluster> -g \"<Your group>\" < in.txt");
        assert_eq!(script.placeholders, ["my-cluster", "Your group"]);
        let words: Vec<&str> = script.masked.split_whitespace().collect();
        let fill = |mark: char, length: usize| format!("{mark}{}", FILLER.to_string().repeat(length - 3));
        let quoted = format!("\"{}\"", fill('\u{e001}', 12));
        assert_eq!(words, ["az", "a", "-n", &fill('\u{e000}', 12), "-g", &quoted]);
    }

    #[test]
    fn places_are_those_of_the_file() {
        let document = "x\n\n1. y\n\n   ```bash\n   az a \\\n     --é b\n\n   az c\n   ```\n";
        let script = blocks(document).first().map(Script::new).unwrap_or_default();
        let lines = script.lines();
        let places: Vec<Position> = lines.iter().map(|line| script.position(line.start)).collect();
        assert_eq!(places, [Position { line: 6, column: 4 }, Position { line: 9, column: 4 }]);
        let at = script.source.find(" b").unwrap_or_default();
        assert_eq!(script.position(at), Position { line: 7, column: 9 });
    }
}
