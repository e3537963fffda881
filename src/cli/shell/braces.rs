//! Brace expansion: `{a,b}` and `{1..3}` make several words of one.
//!
//! Bash expands braces in the text of a word before it looks at variables and quotes, so this
//! works on text too, and only has to know what quotes protect.

use super::error::ShellError;
use super::lexer::{Lexer, TokenKind};

/// Most words that the braces of one word may make.
const WORDS_MAX: usize = 1000;

/// Most characters that the words of one word's braces may have together.
const CHARACTERS_MAX: usize = 1 << 20;

/// The deepest nesting.
const DEPTH_MAX: usize = 32;

/// A character, and whether quotes protect it.
type Marked = (char, bool);

/// Returns the texts that a word's braces expand to; `None` if it has no braces that expand.
///
/// # Errors
/// Braces that make more words than a line may have.
pub(super) fn braces(source: &str, at: usize) -> Result<Option<Vec<String>>, ShellError> {
    let marked = mark(source);
    if first_brace(&marked).is_none() {
        return Ok(None);
    }
    let mut words = Vec::new();
    if !expand(&marked, &mut words, 0) {
        let message = "playground: the braces of this line make too many words".to_owned();
        return Err(ShellError { message, exit_code: 1, at });
    }
    Ok(Some(words.iter().map(|word| word.iter().map(|(character, _)| character).collect()).collect()))
}

/// Marks the characters that quotes, escapes, `${…}`, `$(…)` and backquotes protect.
fn mark(source: &str) -> Vec<Marked> {
    let mut marked = Vec::new();
    let mut lexer = Lexer::new(source);
    // The text that ends a variable or a substitution with backquotes.
    let mut end = None;
    let mut before = "";
    while let Some(token) = lexer.next() {
        let is_plain = token.quote.is_none() && !lexer.is_nested() && end.is_none();
        let begins = match token.text {
            "{" if before == "$" => Some("}"),
            "`" => Some("`"),
            _ => None,
        };
        let is_text = is_plain && !matches!(token.kind, TokenKind::Escape | TokenKind::Close) && begins.is_none();
        marked.extend(token.text.chars().map(|character| (character, !is_text)));
        end = if is_plain { begins } else { end.filter(|end| *end != token.text) };
        before = token.text;
    }
    marked
}

/// Appends every word that the text expands to; returns `false` if they exceed the limits.
fn expand(text: &[Marked], words: &mut Vec<Vec<Marked>>, depth: usize) -> bool {
    if words.len() >= WORDS_MAX || depth > DEPTH_MAX {
        return false;
    }
    let Some((open, close, alternatives)) = first_brace(text) else {
        words.push(text.to_vec());
        return true;
    };
    let prefix = text.get(..open).unwrap_or_default();
    let mut tails = Vec::new();
    if !expand(text.get(close + 1..).unwrap_or_default(), &mut tails, depth + 1) {
        return false;
    }
    let mut characters = 0;
    for alternative in alternatives {
        let mut middles = Vec::new();
        if !expand(&alternative, &mut middles, depth + 1) {
            return false;
        }
        for middle in &middles {
            for tail in &tails {
                characters += prefix.len() + middle.len() + tail.len();
                if words.len() >= WORDS_MAX || characters > CHARACTERS_MAX {
                    return false;
                }
                words.push([prefix, middle, tail].concat());
            }
        }
    }
    true
}

/// Finds the first brace that expands: the indexes at which it opens and closes, and its alternatives.
fn first_brace(text: &[Marked]) -> Option<(usize, usize, Vec<Vec<Marked>>)> {
    for Pair { open, close, mut commas } in pairs(text) {
        if !commas.is_empty() {
            let mut starts = vec![open + 1];
            starts.extend(commas.iter().map(|comma| comma + 1));
            commas.push(close);
            let part = |(start, end): (&usize, &usize)| text.get(*start..*end).unwrap_or_default().to_vec();
            return Some((open, close, starts.iter().zip(&commas).map(part).collect()));
        }
        if let Some(range) = range(text.get(open + 1..close).unwrap_or_default()) {
            return Some((open, close, range));
        }
    }
    None
}

/// A pair of braces: the indexes at which it opens and closes, and of the commas directly inside.
struct Pair {
    open: usize,
    close: usize,
    commas: Vec<usize>,
}

/// Returns the pairs of braces of a text, in the order in which they open. One pass finds them all: a word may be long.
fn pairs(text: &[Marked]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut open: Vec<(usize, Vec<usize>)> = Vec::new();
    for (index, (character, _)) in text.iter().enumerate().filter(|(_, (_, is_protected))| !is_protected) {
        match character {
            '{' => open.push((index, Vec::new())),
            '}' => pairs.extend(open.pop().map(|(open, commas)| Pair { open, close: index, commas })),
            ',' => open.last_mut().into_iter().for_each(|(_, commas)| commas.push(index)),
            _ => {}
        }
    }
    pairs.sort_by_key(|pair| pair.open);
    pairs
}

/// Formats a number with zeros in front, so that it is `width` characters long.
fn padded(number: i64, width: usize) -> String {
    let (sign, digits) = (if number < 0 { "-" } else { "" }, number.unsigned_abs().to_string());
    let zeros = width.saturating_sub(sign.len() + digits.len());
    format!("{sign}{}{digits}", "0".repeat(zeros))
}

/// Expands `1..3` or `a..c`, with an optional step; `None` if the text is no such range.
fn range(inside: &[Marked]) -> Option<Vec<Vec<Marked>>> {
    // Stops at the first brace inside: where many are nested, each is looked at.
    if !inside.iter().all(|(character, _)| character.is_ascii_alphanumeric() || ".+-".contains(*character)) {
        return None;
    }
    let text: String = inside.iter().map(|(character, _)| character).collect();
    let parts: Vec<&str> = text.split("..").collect();
    let (first, last, step) = match parts.as_slice() {
        [first, last] => (*first, *last, 1),
        [first, last, step] => (*first, *last, step.parse::<i64>().ok()?),
        _ => return None,
    };
    let step = usize::try_from(step.unsigned_abs()).ok()?.max(1);
    let spell = |text: String| text.chars().map(|character| (character, false)).collect::<Vec<_>>();
    if let (Ok(from), Ok(to)) = (first.parse::<i64>(), last.parse::<i64>()) {
        let is_padded = |text: &str| {
            let digits = text.trim_start_matches('-');
            digits.len() > 1 && digits.starts_with('0')
        };
        let width = if is_padded(first) || is_padded(last) { first.len().max(last.len()) } else { 0 };
        // One more than the limit is enough to be refused.
        let count = WORDS_MAX.min(CHARACTERS_MAX / width.max(1)) + 1;
        let numbers: Vec<i64> = if from <= to {
            (from..=to).step_by(step).take(count).collect()
        } else {
            (to..=from).rev().step_by(step).take(count).collect()
        };
        return Some(numbers.into_iter().map(|number| spell(padded(number, width))).collect());
    }
    let letter = |text: &str| {
        let mut characters = text.chars();
        characters.next().filter(|first| first.is_ascii_alphabetic() && characters.next().is_none())
    };
    let (from, to) = (letter(first)?, letter(last)?);
    let letters: Vec<char> =
        if from <= to { (from..=to).step_by(step).collect() } else { (to..=from).rev().step_by(step).collect() };
    Some(letters.into_iter().map(|letter| spell(letter.to_string())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_takes_no_longer_than_its_length() {
        let deep = format!("{}{}", "{".repeat(50_000), "}".repeat(50_000));
        for word in ["{".repeat(100_000), deep, "{a".repeat(50_000), "a}".repeat(50_000)] {
            assert_eq!(braces(&word, 0), Ok(None));
        }
    }

    #[test]
    fn few_words_may_be_too_long_together() {
        assert!(braces(&format!("{{1..900}}{}", "a".repeat(2000)), 0).is_err());
        assert!(braces(&format!("{{{}1..900}}", "0".repeat(70_000)), 0).is_err());
        let padded = braces(&format!("{{-1..{}1}}", "0".repeat(4)), 0).expect("few words").expect("words");
        assert_eq!(padded, ["-0001", "00000", "00001"]);
    }
}
