//! Operations on the value of a variable: `${X:0:3}`, `${X%.*}`, `${X,,}`, `${X@Q}`.

use super::arithmetic;
use super::error::ShellError;
use super::state::State;

/// Returns the part of a text, given as `OFFSET` or `OFFSET:LENGTH`.
///
/// # Errors
/// Expressions that cannot be evaluated, and a negative length that leaves nothing.
pub(super) fn slice(text: &str, range: &str, state: &mut State) -> Result<String, ShellError> {
    let characters: Vec<char> = text.chars().collect();
    let (start, end) = bounds(characters.len(), range, state)?;
    Ok(characters.get(start..end).unwrap_or_default().iter().collect())
}

/// Returns the part of a list, given as `OFFSET` or `OFFSET:LENGTH`.
///
/// # Errors
/// Expressions that cannot be evaluated, and a negative length.
pub(super) fn slice_list(texts: &[String], range: &str, state: &mut State) -> Result<Vec<String>, ShellError> {
    let (start, end) = bounds(texts.len(), range, state)?;
    Ok(texts.get(start..end).unwrap_or_default().to_vec())
}

fn bounds(count: usize, range: &str, state: &mut State) -> Result<(usize, usize), ShellError> {
    let (offset, length) = range.split_once(':').map_or((range, None), |(offset, length)| (offset, Some(length)));
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let offset = arithmetic::number(offset, state)?;
    let length = length.map_or(Ok(count), |length| arithmetic::number(length, state))?;
    // A negative number counts from the end.
    let start = if offset < 0 { count.saturating_add(offset) } else { offset };
    let end = if length < 0 { count.saturating_add(length) } else { start.saturating_add(length) };
    if length < 0 && end < start {
        return Err(ShellError::bash(format!("{length}: substring expression < 0")));
    }
    let at = |index: i64| usize::try_from(index.clamp(0, count)).unwrap_or_default();
    Ok(if start < 0 { (0, 0) } else { (at(start), at(end).max(at(start))) })
}

/// Changes the letters of a text, or only the first one.
pub(super) fn case(text: &str, is_upper: bool, is_whole: bool) -> String {
    let change = |character: char| -> String {
        if is_upper { character.to_uppercase().collect() } else { character.to_lowercase().collect() }
    };
    text.chars()
        .enumerate()
        .map(|(index, character)| if is_whole || index == 0 { change(character) } else { character.to_string() })
        .collect()
}

/// Quotes a text so that the shell reads it as it is.
pub(super) fn quoted(text: &str) -> String {
    if text.chars().any(char::is_control) {
        let escaped = text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\t', "\\t");
        return format!("$'{escaped}'");
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Quotes a text as `printf %q` does: with backslashes.
pub(super) fn shell_quoted(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    if text.chars().any(char::is_control) {
        return quoted(text);
    }
    let is_plain = |letter: char| letter.is_alphanumeric() || "@%_+=:./-".contains(letter);
    let mut out = String::new();
    for (index, letter) in text.chars().enumerate() {
        if !(is_plain(letter) || (letter == '~' && index > 0) || (letter == '#' && index > 0)) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
