//! Operations on a variable within its braces: `${X:-default}`, `${X:0:3}`, `${X%.*}`, `${X,,}`, `${#X}`.

use super::arithmetic;
use super::scope::Scope;
use super::syntax::{ParameterExpansion, RawWord};

/// The result of an operation on a variable.
pub(super) enum Expanded<'a> {
    Text(String),
    /// The word of the operation takes its place.
    Word(&'a RawWord),
    /// The command is not run; the reason, which follows the variable's name in the message.
    Refused(String),
}

impl ParameterExpansion {
    /// Returns `true` if it can replace a variable that is not set.
    pub(super) fn has_fallback(&self) -> bool {
        matches!(self, Self::Fallback { .. } | Self::Alternative { .. })
    }

    /// Applies it to the value of a variable, `None` if that is not set.
    pub(super) fn apply(&self, value: Option<&str>, scope: Scope<'_>) -> Expanded<'_> {
        let text = value.unwrap_or_default();
        let is_set = |counts_empty: bool| if counts_empty { value.is_some() } else { !text.is_empty() };
        match self {
            Self::Fallback { word, counts_empty } if !is_set(*counts_empty) => Expanded::Word(word),
            Self::Alternative { word, counts_empty } if is_set(*counts_empty) => Expanded::Word(word),
            Self::Alternative { .. } => Expanded::Text(String::new()),
            Self::Require { word, counts_empty } if !is_set(*counts_empty) => {
                let reason = scope.text(word);
                let standard = if *counts_empty { "parameter not set" } else { "parameter null or not set" };
                Expanded::Refused(if reason.is_empty() { standard.to_owned() } else { reason })
            }
            Self::None | Self::Fallback { .. } | Self::Require { .. } => Expanded::Text(text.to_owned()),
            Self::Length => Expanded::Text(text.chars().count().to_string()),
            Self::Slice(range) => slice(text, &scope.text(range), scope),
            Self::Edit { edit, pattern, replacement } => {
                match edit.apply(text, &scope.marked(pattern), &scope.marked(replacement)) {
                    Ok(text) => Expanded::Text(text),
                    Err(reason) => Expanded::Refused(reason),
                }
            }
            Self::Case { is_upper, is_whole } => Expanded::Text(case(text, *is_upper, *is_whole)),
        }
    }
}

fn slice<'a>(text: &str, range: &str, scope: Scope<'_>) -> Expanded<'a> {
    let (offset, length) = range.split_once(':').map_or((range, None), |(offset, length)| (offset, Some(length)));
    let number = |text: &str| arithmetic::evaluate(text, scope);
    let characters: Vec<char> = text.chars().collect();
    let count = i64::try_from(characters.len()).unwrap_or(i64::MAX);
    let (offset, length) = match (number(offset), length.map_or(Ok(count), number)) {
        (Ok(offset), Ok(length)) => (offset, length),
        (Err(error), _) | (_, Err(error)) => return Expanded::Refused(error),
    };
    // A negative number counts from the end.
    let start = if offset < 0 { count.saturating_add(offset) } else { offset };
    let end = if length < 0 { count.saturating_add(length) } else { start.saturating_add(length) };
    if length < 0 && end < start {
        return Expanded::Refused(format!("{length}: substring expression < 0"));
    }
    let at = |index: i64| usize::try_from(index.clamp(0, count)).unwrap_or_default();
    let kept = if start < 0 { &[] } else { characters.get(at(start)..at(end)).unwrap_or_default() };
    Expanded::Text(kept.iter().collect())
}

fn case(text: &str, is_upper: bool, is_whole: bool) -> String {
    let change = |character: char| -> String {
        if is_upper { character.to_uppercase().collect() } else { character.to_lowercase().collect() }
    };
    text.chars()
        .enumerate()
        .map(|(index, character)| if is_whole || index == 0 { change(character) } else { character.to_string() })
        .collect()
}
