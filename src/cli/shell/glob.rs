//! Patterns as the shell has them, on the value of a variable: `${X%.*}`, `${X##*/}`, `${X//-/_}`.
//!
//! A pattern becomes a regular expression, so that there is one matcher. There are no files here, so that nothing
//! else in a line is a pattern.

use super::expand::Marked;
use crate::engine::pattern::Pattern;

/// The longest value that patterns are tried on: what is tried grows with its square.
const CHARACTERS_MAX: usize = 4096;

/// What a pattern does to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// `#` and `##`, `%` and `%%`: what matches at one end goes.
    Trim { at_end: bool, is_longest: bool },
    /// `/`, `//`, `/#` and `/%`: something else takes the place of what matches.
    Replace(Place),
}

/// Where a replacement is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    First,
    Every,
    Start,
    End,
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
        if pattern.is_empty() {
            return Ok(value.to_owned());
        }
        let pattern = Pattern::new(&expression(pattern), true, false)?;
        let matches = |from: usize, to: usize| {
            let text: String = characters.get(from..to).unwrap_or_default().iter().collect();
            pattern.is_in(&text)
        };
        let count = characters.len();
        let kept = |from: usize, to: usize| characters.get(from..to).unwrap_or_default().iter().collect::<String>();
        let place = match self {
            Self::Trim { at_end, is_longest } => {
                let is_match =
                    |length: &usize| if at_end { matches(count - length, count) } else { matches(0, *length) };
                let length = if is_longest { (0..=count).rev().find(is_match) } else { (0..=count).find(is_match) };
                let length = length.unwrap_or(0);
                return Ok(if at_end { kept(0, count - length) } else { kept(length, count) });
            }
            Self::Replace(place) => place,
        };
        let longest = |from: usize| (from..=count).rev().find(|to| matches(from, *to));
        let mut edited = String::new();
        let mut at = 0;
        while at <= count {
            let found = match place {
                Place::End => Some(count).filter(|end| matches(at, *end)),
                _ => longest(at),
            };
            // Nothing is matched only where the whole value is nothing, or at an end that is named.
            let may_be_empty = count == 0 || matches!(place, Place::Start | Place::End);
            let Some(end) = found.filter(|end| *end > at || may_be_empty) else {
                if place == Place::Start {
                    break;
                }
                edited.push_str(&kept(at, (at + 1).min(count)));
                at += 1;
                continue;
            };
            let matched = kept(at, end);
            for (character, is_bare) in replacement {
                if *is_bare && *character == '&' {
                    edited.push_str(&matched);
                } else {
                    edited.push(*character);
                }
            }
            if end == at {
                at = end;
                break;
            }
            at = end;
            if place != Place::Every {
                break;
            }
        }
        edited.push_str(&kept(at.min(count), count));
        Ok(edited)
    }
}

/// The regular expression of a whole text that matches a pattern.
fn expression(pattern: &[Marked]) -> String {
    let mut text = String::from("^(");
    let mut rest = pattern;
    while let Some(((character, is_bare), after)) = rest.split_first() {
        rest = after;
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
    text.push_str(")$");
    text
}

/// A class of characters, after its bracket, as a regular expression has it; and what follows.
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
