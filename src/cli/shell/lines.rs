//! Cuts pasted text into complete logical lines.
//!
//! Pasted text comes from documents and terminals: with prompts, comments, `\` at line ends, fences,
//! and the line breaks of every system.

use super::lexer::{Lexer, TokenKind};
use super::parser::{Extent, extent};
use super::prompt::strip_prompt;
use super::read::{HereDocument, Reader};
use super::typing::{end_by_words, is_continued};
use crate::ground::span::Span;

/// One complete line, ready for the shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogicalLine {
    /// The line, continuations joined and the prompt removed.
    pub text: String,
    /// Its place in the pasted text.
    pub span: Span,
}

/// Cuts text into complete logical lines. Comments and blank lines are dropped, prompts are removed,
/// and a `\` before a line break joins. Quotes, here-documents and commands joined by `&&`, `||` and
/// `|` may span lines.
#[must_use]
pub fn split_lines(text: &str) -> Vec<LogicalLine> {
    let physicals: Vec<&str> = text.split_inclusive('\n').collect();
    let mut lines = Vec::new();
    let mut open: Option<(LogicalLine, Continuation)> = None;
    let mut start = 0;
    // Physical lines that belong to a compound command and have been read.
    let mut skipped = 0;
    for (number, physical) in physicals.iter().enumerate() {
        if skipped > 0 {
            skipped -= 1;
            start += physical.len();
            continue;
        }
        let content = physical.strip_suffix('\n').unwrap_or(physical);
        let content = content.strip_suffix('\r').unwrap_or(content);
        let mut line = match open.take() {
            Some((mut line, Continuation::Documents(mut documents))) => {
                line.text.push_str(content);
                line.span.end = start + content.len();
                start += physical.len();
                if documents.first().is_some_and(|document| document.ends_with(content)) {
                    documents.remove(0);
                }
                if documents.is_empty() {
                    lines.push(line);
                } else {
                    line.text.push('\n');
                    open = Some((line, Continuation::Documents(documents)));
                }
                continue;
            }
            // Long texts are read once: only such a character can close a quote or a substitution.
            Some((mut line, Continuation::Open))
                if !content.contains(['\'', '"', '`', ')', '}']) && !content.ends_with('\\') =>
            {
                line.text.push_str(content);
                line.text.push('\n');
                line.span.end = start + content.len();
                start += physical.len();
                open = Some((line, Continuation::Open));
                continue;
            }
            Some((mut line, Continuation::Continued | Continuation::Operator)) => {
                line.text.push_str(strip_continuation_prompt(content));
                line
            }
            Some((mut line, _)) => {
                line.text.push_str(content);
                line
            }
            None => LogicalLine { text: strip_prompt(content).to_owned(), span: Span { start, end: start } },
        };
        line.span.end = start + content.len();
        start += physical.len();
        match scan(&line.text) {
            Continuation::Complete if is_command(&line.text) => {
                if let Some(compound) = Compound::find(&line, physicals.get(number + 1..).unwrap_or_default()) {
                    skipped = compound.lines;
                    line.text = compound.text;
                    line.span.end += compound.length;
                    lines.push(line);
                    continue;
                }
                let documents = if line.text.contains("<<") { open_documents(&line.text) } else { Vec::new() };
                if documents.is_empty() {
                    lines.push(line);
                } else {
                    line.text.push('\n');
                    open = Some((line, Continuation::Documents(documents)));
                }
            }
            // Only a complete line begins a here-document.
            Continuation::Complete | Continuation::Documents(_) => {}
            Continuation::Continued => {
                line.text.pop();
                open = Some((line, Continuation::Continued));
            }
            end @ (Continuation::Open | Continuation::Operator) => {
                line.text.push('\n');
                open = Some((line, end));
            }
        }
    }
    lines.extend(open.map(|(line, _)| line).filter(|line| is_command(&line.text)));
    lines
}

/// A compound command that goes on after its first line.
struct Compound {
    text: String,
    /// Number of further physical lines.
    lines: usize,
    /// Bytes of the pasted text after its first line.
    length: usize,
}

impl Compound {
    /// Finds the end of the compound command that a line begins and does not end; `None` if it is no such line.
    fn find(line: &LogicalLine, following: &[&str]) -> Option<Self> {
        // A line that cannot be read may still begin what must not run.
        let is_open = match extent(&line.text) {
            Extent::Open => true,
            Extent::Refused => is_continued(&line.text),
            Extent::Complete(_) => false,
        };
        if !is_open {
            return None;
        }
        let mut text = format!("{}\n", line.text);
        // Where each physical line ends in the text.
        let mut ends = Vec::new();
        for physical in following {
            let content = physical.strip_suffix('\n').unwrap_or(physical);
            let content = content.strip_suffix('\r').unwrap_or(content);
            text.push_str(strip_continuation_prompt(content));
            text.push('\n');
            ends.push(text.len());
        }
        let end = match extent(&text) {
            Extent::Complete(end) => end,
            // Without an end, all that follows belongs to it.
            Extent::Open => text.len(),
            Extent::Refused => end_by_words(&text),
        };
        let lines = ends.iter().position(|line_end| *line_end >= end).map_or(ends.len(), |last| last + 1);
        let length: usize = following.iter().take(lines).map(|physical| physical.len()).sum();
        let last = following.get(lines.checked_sub(1)?)?;
        // The line break before the first of them counts, and that after the last does not.
        let line_break = last.len() - last.trim_end_matches(['\n', '\r']).len();
        text.truncate(ends.get(lines - 1).copied().unwrap_or(text.len()));
        let text = text.trim_end_matches('\n').to_owned();
        Some(Self { text, lines, length: (length + 1).saturating_sub(line_break) })
    }
}

/// Returns the here-documents of a line whose texts are still to come, each with the line that ends it.
fn open_documents(line: &str) -> Vec<HereDocument> {
    let mut reader = Reader::new(line);
    let read = reader.list(&[]);
    if read.is_ok() { reader.documents } else { Vec::new() }
}

/// The state at the end of a line: complete, or in need of further lines.
#[derive(Clone, PartialEq, Eq)]
enum Continuation {
    Complete,
    Continued,
    Open,
    /// With `&&`, `||` or `|`: the next command may stand on the next line.
    Operator,
    /// The texts of these here-documents follow.
    Documents(Vec<HereDocument>),
}

/// Looks for an open quote, a final `\` (in PowerShell a final backquote) and a final operator.
fn scan(text: &str) -> Continuation {
    let mut lexer = Lexer::new(text);
    let mut backquotes = 0_usize;
    // The last two characters that are neither quoted nor blank.
    let mut last = ['\0'; 2];
    while let Some(token) = lexer.next() {
        match token.kind {
            TokenKind::Comment if lexer.rest().is_empty() && !lexer.is_quoted() => return Continuation::Complete,
            TokenKind::Escape if token.text.len() == 1 => return Continuation::Continued,
            TokenKind::Text if token.text == "`" && token.quote.is_none() => backquotes += 1,
            TokenKind::Blank | TokenKind::LineBreak => continue,
            _ => {}
        }
        let first = token.text.chars().next().filter(|_| !lexer.is_quoted());
        last = [last[1], first.unwrap_or_default()];
    }
    match last {
        _ if lexer.is_quoted() => Continuation::Open,
        _ if backquotes % 2 == 1 && text.ends_with(" `") => Continuation::Continued,
        ['&', '&'] | [_, '|'] => Continuation::Operator,
        _ => Continuation::Complete,
    }
}

/// Returns `true` if there is anything to run: not a blank line, a comment or the fence of a code block.
fn is_command(text: &str) -> bool {
    let text = text.trim();
    !(text.is_empty() || text.starts_with('#') || text.starts_with("```"))
}

/// Removes the `> ` that a shell shows before a continued line.
#[must_use]
pub fn strip_continuation_prompt(line: &str) -> &str {
    let trimmed = line.trim_start();
    trimmed.strip_prefix(">> ").or_else(|| trimmed.strip_prefix("> ")).unwrap_or(line)
}
