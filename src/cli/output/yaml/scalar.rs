//! Scalars: the quotes that they need, and the line breaks of long ones.

use super::emitter::{Emitter, NodeContext};
use super::resolve;
use crate::ground::rendered::Style;

/// Lines longer than this are broken at a blank.
const WIDTH: usize = 80;

/// The characters with which the highlighter does not recognise a plain key.
const OUTSIDE_KEYS: [char; 9] = ['#', ',', '?', '[', ']', '{', '}', '"', '\''];

/// The style of a scalar: plain, in single quotes or in double quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    Plain,
    Single,
    Double,
}

/// Returns the style in which `PyYAML` writes a string.
pub fn style(text: &str, is_simple_key: bool) -> ScalarStyle {
    let is_multiline = text.contains(is_break);
    let is_double = text.chars().any(is_special)
        || has_pair(text, ' ', is_break)
        || has_pair_after_break(text)
        || (is_simple_key && is_multiline);
    if is_double {
        ScalarStyle::Double
    } else if is_multiline || text.is_empty() || is_indicator_like(text) || resolve::is_typed(text) {
        ScalarStyle::Single
    } else {
        ScalarStyle::Plain
    }
}

/// Returns `true` if the character is a line break.
pub fn is_break(char: char) -> bool {
    matches!(char, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(char: char) -> bool {
    matches!(char, '\0' | ' ' | '\t' | '\r') || is_break(char)
}

/// Returns `true` if only double quotes can hold the character.
fn is_special(char: char) -> bool {
    let is_printable = matches!(
        char,
        '\n' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10fffe}'
    );
    !is_printable || char == '\u{feff}'
}

fn has_pair(text: &str, first: char, is_second: fn(char) -> bool) -> bool {
    text.chars().zip(text.chars().skip(1)).any(|(left, right)| left == first && is_second(right))
}

fn has_pair_after_break(text: &str) -> bool {
    text.chars().zip(text.chars().skip(1)).any(|(left, right)| is_break(left) && right == ' ')
}

/// Returns `true` if the text would read as something else than a plain scalar, such as an indicator or
/// a comment.
fn is_indicator_like(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next();
    let is_first_alone = chars.next().is_none_or(is_blank);
    match first {
        Some('#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' | ' ') => {
            return true;
        }
        Some('?' | ':' | '-') if is_first_alone => return true,
        _ => {}
    }
    let is_colon_followed = {
        let after = text.chars().skip(1).map(Some).chain([None]);
        text.chars().zip(after).any(|(char, next)| char == ':' && next.is_none_or(is_blank))
    };
    let is_hash_preceded = text.chars().zip(text.chars().skip(1)).any(|(left, right)| right == '#' && is_blank(left));
    text.ends_with(' ') || text.starts_with("---") || text.starts_with("...") || is_colon_followed || is_hash_preceded
}

/// The class of characters in a stretch of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CharacterClass {
    Spaces,
    Breaks,
    Other,
}

impl CharacterClass {
    fn of(char: char) -> Self {
        match char {
            ' ' => Self::Spaces,
            _ if is_break(char) => Self::Breaks,
            _ => Self::Other,
        }
    }
}

impl Emitter {
    pub(super) fn scalar(&mut self, text: &str, scalar_style: ScalarStyle, context: NodeContext) {
        let outer = self.indent;
        self.indent = Some(outer.unwrap_or(0) + 2);
        let may_break = context != NodeContext::SimpleKey;
        match scalar_style {
            ScalarStyle::Plain => {
                // The highlighter takes a key with one of these for a value.
                let is_key = context == NodeContext::SimpleKey && !text.contains(OUTSIDE_KEYS);
                self.indicator("", Style::Plain, false);
                if is_key {
                    self.write(text, Style::Key);
                } else {
                    self.flowing(text, Style::Plain, may_break);
                }
            }
            ScalarStyle::Single => {
                self.indicator("'", Style::String, false);
                self.flowing(text, Style::String, may_break);
                self.write("'", Style::String);
            }
            ScalarStyle::Double => {
                self.indicator("\"", Style::String, false);
                self.escaped(text, may_break);
                self.write("\"", Style::String);
            }
        }
        // A closing quote leaves nothing to align with.
        self.is_after_space = false;
        self.is_after_indent = false;
        self.indent = outer;
    }

    /// Writes a plain or single-quoted text; a lone blank past the width becomes a line break.
    fn flowing(&mut self, text: &str, style: Style, may_break: bool) {
        let is_quoted = style == Style::String;
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let kind = CharacterClass::of(first);
            let end = rest.find(|char| CharacterClass::of(char) != kind).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            let is_inside = rest.len() < text.len() && !after.is_empty();
            match kind {
                CharacterClass::Spaces if run.len() == 1 && self.column > WIDTH && may_break && is_inside => {
                    self.start_line();
                }
                CharacterClass::Breaks => {
                    if run.starts_with('\n') {
                        self.line_end("\n");
                    }
                    for char in run.chars() {
                        self.line_end(char.encode_utf8(&mut [0; 4]));
                    }
                    self.start_line();
                }
                CharacterClass::Spaces if is_quoted => self.write(run, Style::Variable),
                CharacterClass::Other if is_quoted => {
                    for (index, part) in run.split('\'').enumerate() {
                        self.write(if index > 0 { "''" } else { "" }, style);
                        self.write(part, style);
                    }
                }
                _ => self.write(run, style),
            }
            rest = after;
        }
    }

    /// Writes a double-quoted text. Past the width it is broken before a blank or after an escape.
    fn escaped(&mut self, text: &str, may_break: bool) {
        let count = text.chars().count();
        // The text that is not yet written.
        let mut pending = String::new();
        for (index, char) in text.chars().map(Some).chain([None]).enumerate() {
            let is_raw = char.is_some_and(is_raw_in_double_quotes);
            if !is_raw {
                self.words(&std::mem::take(&mut pending));
                if let Some(char) = char {
                    self.write(&escape(char), Style::String);
                }
            }
            let is_edge = char == Some(' ') || pending.is_empty();
            // PyYAML counts an escape that it just wrote as one less.
            let column = self.column + pending.chars().count() - usize::from(!is_raw);
            if may_break && 0 < index && index + 1 < count && is_edge && column > WIDTH {
                self.words(&std::mem::take(&mut pending));
                self.out.push(Style::String, "\\\n");
                self.forget_line();
                self.start_line();
                // A blank at the start of a line would be lost.
                let next = text.chars().nth(if is_raw { index } else { index + 1 });
                pending.push_str(if next == Some(' ') { "\\" } else { "" });
            }
            if is_raw {
                pending.extend(char);
            }
        }
    }

    /// Writes a part of a double-quoted text: words and blanks, perhaps after an escaped blank.
    fn words(&mut self, text: &str) {
        let is_escape = text.starts_with('\\');
        let (escape, mut rest) = text.split_at(if is_escape { text.len().min(2) } else { 0 });
        self.write(escape, Style::String);
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|char| (char == ' ') != (first == ' ')).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            self.write(run, if first == ' ' { Style::Variable } else { Style::String });
            rest = after;
        }
    }
}

fn is_raw_in_double_quotes(char: char) -> bool {
    matches!(char, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && !matches!(char, '"' | '\\' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn escape(char: char) -> String {
    let letter = match char {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' | '\\' => char,
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let code = u32::from(char);
            return match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{letter}")
}
