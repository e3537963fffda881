//! Shell patterns applied to the value of a variable: `${X%.*}`, `${X##*/}`, `${X//-/_}`.
//!
//! A pattern becomes a regular expression, so that there is one matcher. There are no files here, so
//! a word that is a pattern stays as it is.

use super::error::ShellError;
use super::syntax::{Edit, Occurrence};
use scale_down_engine::ground::pattern::Pattern;

/// Most characters of a value that patterns are tried on: the number of attempts grows with its square.
const CHARACTERS_MAX: usize = 4096;

/// A character, and `true` if no quote protects it.
pub(super) type Marked = (char, bool);

/// Returns `true` if a whole text matches a pattern.
///
/// # Errors
/// A pattern that is too long.
pub(super) fn is_match(pattern: &[Marked], text: &str, ignores_case: bool) -> Result<bool, ShellError> {
    let pattern = Pattern::new(&expression(pattern), true, ignores_case).map_err(ShellError::bash)?;
    Ok(pattern.is_in(text))
}

impl Edit {
    /// Edits a value. The pattern's and the replacement's characters are marked where no quote protects them.
    ///
    /// # Errors
    /// A value or a pattern that is too long.
    pub(super) fn apply(self, value: &str, pattern: &[Marked], replacement: &[Marked]) -> Result<String, String> {
        let characters: Vec<char> = value.chars().collect();
        if characters.len() > CHARACTERS_MAX {
            return Err("this value is too long for patterns here".to_owned());
        }
        // An empty pattern matches only for `/#` and `/%`, which then prepend or append.
        if pattern.is_empty() && !matches!(self, Self::Replace(Occurrence::Start | Occurrence::End)) {
            return Ok(value.to_owned());
        }
        let subject = Subject { pattern: Pattern::new(&expression(pattern), true, false)?, characters };
        Ok(match self {
            Self::Trim { at_end, is_longest } => subject.trim(at_end, is_longest),
            Self::Replace(place) => subject.replace(place, replacement),
        })
    }
}

/// A value, and the pattern to look for in it.
struct Subject {
    pattern: Pattern,
    characters: Vec<char>,
}

impl Subject {
    fn part(&self, from: usize, to: usize) -> String {
        self.characters.get(from..to).unwrap_or_default().iter().collect()
    }

    fn matches(&self, from: usize, to: usize) -> bool {
        self.pattern.is_in(&self.part(from, to))
    }

    fn trim(&self, at_end: bool, is_longest: bool) -> String {
        let count = self.characters.len();
        let is_match =
            |length: &usize| if at_end { self.matches(count - length, count) } else { self.matches(0, *length) };
        let mut lengths = 0..=count;
        let length = if is_longest { lengths.rev().find(is_match) } else { lengths.find(is_match) };
        let length = length.unwrap_or(0);
        if at_end { self.part(0, count - length) } else { self.part(length, count) }
    }

    fn replace(&self, place: Occurrence, replacement: &[Marked]) -> String {
        let count = self.characters.len();
        // An empty match counts only in an empty value, or for `/#` and `/%`.
        let may_be_empty = count == 0 || matches!(place, Occurrence::Start | Occurrence::End);
        let end_of_match = |at: usize| match place {
            Occurrence::End => Some(count).filter(|end| self.matches(at, *end)),
            _ => (at..=count).rev().find(|end| self.matches(at, *end)),
        };
        let mut edited = String::new();
        let mut at = 0;
        while at <= count {
            if let Some(end) = end_of_match(at).filter(|end| *end > at || may_be_empty) {
                for (character, is_bare) in replacement {
                    if *is_bare && *character == '&' {
                        edited.push_str(&self.part(at, end));
                    } else {
                        edited.push(*character);
                    }
                }
                at = end;
                if place != Occurrence::Every || count == 0 {
                    break;
                }
            } else if place == Occurrence::Start {
                break;
            } else {
                edited.push_str(&self.part(at, (at + 1).min(count)));
                at += 1;
            }
        }
        edited.push_str(&self.part(at.min(count), count));
        edited
    }
}

/// Converts a pattern into a regular expression that matches whole texts.
fn expression(pattern: &[Marked]) -> String {
    format!("^({})$", inner_expression(pattern))
}

fn inner_expression(pattern: &[Marked]) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(((character, is_bare), after)) = rest.split_first() {
        rest = after;
        if *is_bare
            && "?*+@".contains(*character)
            && let Some((alternatives, after)) = alternatives(after)
        {
            let alternatives: Vec<String> = alternatives.into_iter().map(inner_expression).collect();
            text.extend(["(", &alternatives.join("|"), ")"]);
            text.extend(Some(*character).filter(|sign| *sign != '@'));
            rest = after;
            continue;
        }
        match character {
            '*' if *is_bare => text.push_str(".*"),
            '?' if *is_bare => text.push('.'),
            '[' if *is_bare => match class(after) {
                Some((class, after)) => {
                    text.push_str(&class);
                    rest = after;
                }
                None => text.push_str("\\["),
            },
            letter if letter.is_ascii_punctuation() => text.extend(['\\', *letter]),
            letter => text.push(*letter),
        }
    }
    text
}

/// Returns the alternatives in the parentheses that a pattern begins with, and the rest behind them.
fn alternatives(pattern: &[Marked]) -> Option<(Vec<&[Marked]>, &[Marked])> {
    if pattern.first() != Some(&('(', true)) {
        return None;
    }
    let mut depth = 0_usize;
    let mut start = 1;
    let mut found = Vec::new();
    for (at, (character, _)) in pattern.iter().enumerate().filter(|(_, (_, is_bare))| *is_bare) {
        match character {
            '(' => depth += 1,
            ')' if depth == 1 => {
                found.push(pattern.get(start..at)?);
                return Some((found, pattern.get(at + 1..)?));
            }
            ')' => depth -= 1,
            '|' if depth == 1 => {
                found.push(pattern.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// Converts a class of characters, given after its `[`, into a regular expression; also returns the
/// rest of the pattern.
fn class(rest: &[Marked]) -> Option<(String, &[Marked])> {
    let negation = usize::from(rest.first().is_some_and(|(first, is_bare)| *is_bare && matches!(first, '!' | '^')));
    let mut end = negation + 1;
    while rest.get(end)?.0 != ']' {
        // A class with a name, `[:digit:]`, has a bracket of its own.
        let is_named = rest.get(end).is_some_and(|(letter, _)| *letter == ':') && rest.get(end - 1)?.0 == '[';
        end += 1;
        if is_named {
            while rest.get(end)?.0 != ']' {
                end += 1;
            }
            end += 1;
        }
    }
    let inner: String = rest.get(negation..end)?.iter().map(|(character, _)| character).collect();
    Some((format!("[{}{inner}]", if negation == 1 { "^" } else { "" }), rest.get(end + 1..)?))
}
