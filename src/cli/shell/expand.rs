//! From the pieces of words to the words that a command receives.

use std::collections::BTreeMap;

use super::read::{Piece, RawCommand, RawWord, is_variable_name};
use super::{ShellError, SimpleCommand, Word};

/// The most words that the braces of one line may make.
const BRACE_WORDS_MAX: usize = 1000;

/// A character and whether it is protected from splitting and braces.
type Marked = (char, bool);

impl RawCommand {
    /// Resolves variables, braces and quotes.
    ///
    /// # Errors
    /// Braces that make more words than a line may have.
    pub fn expand(
        &self,
        variables: &BTreeMap<String, String>,
        last_exit_code: i32,
    ) -> Result<SimpleCommand, ShellError> {
        let mut command = SimpleCommand {
            assignments: Vec::new(),
            words: Vec::new(),
            span: self.span(),
            next: self.next,
            has_substitution: false,
        };
        let mut own = variables.clone();
        for raw in &self.words {
            let is_substitution = |piece: &Piece| matches!(piece, Piece::Substitution { .. });
            command.has_substitution |= raw.pieces.iter().any(is_substitution);
            if command.words.is_empty()
                && let Some(name) = assigned_name(raw)
            {
                let resolved = resolve(&raw.pieces, &own, last_exit_code);
                let value: String = resolved.text().chars().skip(name.chars().count() + 1).collect();
                own.insert(name.clone(), value.clone());
                command.assignments.push((name, value));
                continue;
            }
            let declares = command.words.first().is_some_and(|word| word.text == "export");
            let whole = declares && assigned_name(raw).is_some();
            for pieces in braces(&raw.pieces, raw.span.start, whole)? {
                // A command's own assignments come after its words are expanded.
                let resolved = resolve(&pieces, variables, last_exit_code);
                let texts = if whole { vec![resolved.text()] } else { resolved.split() };
                command.words.extend(texts.into_iter().map(|text| Word { text, span: raw.span }));
            }
        }
        Ok(command)
    }
}

/// The variable that a word assigns to: its name must be written without quotes.
fn assigned_name(word: &RawWord) -> Option<String> {
    let Some(Piece::Text { text, quoted: false }) = word.pieces.first() else { return None };
    let (name, _) = text.split_once('=')?;
    is_variable_name(name).then(|| name.to_owned())
}

/// Text of a word with what is known about each character.
#[derive(Default)]
struct Resolved {
    /// A character, and whether it may separate words: only unquoted variables bring such.
    characters: Vec<Marked>,
    /// Whether a quote makes this a word even if it is empty.
    is_word: bool,
}

impl Resolved {
    fn text(&self) -> String {
        self.characters.iter().map(|(character, _)| character).collect()
    }

    /// Splits where an unquoted variable brought blanks.
    fn split(&self) -> Vec<String> {
        let is_blank = |(character, splits): &Marked| *splits && matches!(character, ' ' | '\t' | '\n');
        let mut words: Vec<String> = Vec::new();
        let mut open = false;
        for marked in &self.characters {
            if is_blank(marked) {
                open = false;
                continue;
            }
            if !open {
                words.push(String::new());
                open = true;
            }
            if let Some(word) = words.last_mut() {
                word.push(marked.0);
            }
        }
        if words.is_empty() && self.is_word {
            words.push(String::new());
        }
        words
    }
}

fn resolve(pieces: &[Piece], variables: &BTreeMap<String, String>, last_exit_code: i32) -> Resolved {
    let mut resolved = Resolved::default();
    for piece in pieces {
        match piece {
            Piece::Text { text, quoted } => {
                resolved.characters.extend(text.chars().map(|character| (character, false)));
                resolved.is_word |= *quoted;
            }
            Piece::Variable { name, fallback, quoted } => {
                let value = match name.as_str() {
                    "?" => last_exit_code.to_string(),
                    "#" => "0".to_owned(),
                    _ => variables.get(name).cloned().unwrap_or_default(),
                };
                let value = match fallback {
                    Some(fallback) if value.is_empty() => fallback.clone(),
                    _ => value,
                };
                resolved.characters.extend(value.chars().map(|character| (character, !quoted)));
                resolved.is_word |= *quoted && name != "@";
            }
            Piece::Substitution { quoted } => resolved.is_word |= *quoted,
        }
    }
    resolved
}

/// One element of a word for brace expansion: a plain character, or a piece that stays whole.
#[derive(Clone, Debug)]
enum Element {
    Plain(char),
    Whole(Piece),
}

/// Expands `{a,b}` and `{1..3}` in a word into several.
fn braces(pieces: &[Piece], at: usize, whole: bool) -> Result<Vec<Vec<Piece>>, ShellError> {
    if whole {
        return Ok(vec![pieces.to_vec()]);
    }
    let mut elements = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text { text, quoted: false } => elements.extend(text.chars().map(Element::Plain)),
            other => elements.push(Element::Whole(other.clone())),
        }
    }
    let mut words = Vec::new();
    expand_braces(&elements, &mut words, 0).then(|| words.iter().map(|word| to_pieces(word)).collect()).ok_or_else(
        || ShellError {
            message: "playground: the braces of this line make too many words".to_owned(),
            exit_code: 1,
            at,
        },
    )
}

fn to_pieces(elements: &[Element]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for element in elements {
        match (element, pieces.last_mut()) {
            (Element::Plain(character), Some(Piece::Text { text, quoted: false })) => text.push(*character),
            (Element::Plain(character), _) => {
                pieces.push(Piece::Text { text: character.to_string(), quoted: false });
            }
            (Element::Whole(piece), _) => pieces.push(piece.clone()),
        }
    }
    pieces
}

/// Appends every word that the elements make; answers whether they stayed within the limit.
fn expand_braces(elements: &[Element], words: &mut Vec<Vec<Element>>, depth: usize) -> bool {
    if words.len() >= BRACE_WORDS_MAX || depth > 32 {
        return false;
    }
    let Some((open, close, alternatives)) = first_brace(elements) else {
        words.push(elements.to_vec());
        return true;
    };
    let prefix = elements.get(..open).unwrap_or_default();
    let mut tails = Vec::new();
    if !expand_braces(elements.get(close + 1..).unwrap_or_default(), &mut tails, depth + 1) {
        return false;
    }
    for alternative in alternatives {
        let mut middles = Vec::new();
        if !expand_braces(&alternative, &mut middles, depth + 1) {
            return false;
        }
        for middle in middles {
            for tail in &tails {
                if words.len() >= BRACE_WORDS_MAX {
                    return false;
                }
                words.push([prefix, &middle, tail].concat());
            }
        }
    }
    true
}

/// The first brace that expands: where it opens and closes, and its alternatives.
fn first_brace(elements: &[Element]) -> Option<(usize, usize, Vec<Vec<Element>>)> {
    let plain = |index: usize| match elements.get(index) {
        Some(Element::Plain(character)) => Some(*character),
        _ => None,
    };
    let opens = (0..elements.len()).filter(|index| plain(*index) == Some('{'));
    for open in opens {
        let mut depth = 0_usize;
        let mut commas = Vec::new();
        let mut close = None;
        for index in open..elements.len() {
            match plain(index) {
                Some('{') => depth += 1,
                Some('}') => {
                    depth -= 1;
                    if depth == 0 {
                        close = Some(index);
                        break;
                    }
                }
                Some(',') if depth == 1 => commas.push(index),
                _ => {}
            }
        }
        let Some(close) = close else { continue };
        let inside = elements.get(open + 1..close).unwrap_or_default();
        if !commas.is_empty() {
            let mut starts = vec![open + 1];
            starts.extend(commas.iter().map(|comma| comma + 1));
            commas.push(close);
            let part = |(start, end): (&usize, &usize)| elements.get(*start..*end).unwrap_or_default().to_vec();
            return Some((open, close, starts.iter().zip(&commas).map(part).collect()));
        }
        if let Some(range) = range(inside) {
            return Some((open, close, range));
        }
    }
    None
}

/// `1..3` or `a..c`, with an optional step.
fn range(elements: &[Element]) -> Option<Vec<Vec<Element>>> {
    let mut text = String::new();
    for element in elements {
        match element {
            Element::Plain(character) => text.push(*character),
            Element::Whole(_) => return None,
        }
    }
    let parts: Vec<&str> = text.split("..").collect();
    let (first, last, step) = match parts.as_slice() {
        [first, last] => (*first, *last, 1),
        [first, last, step] => (*first, *last, step.parse::<i64>().ok()?),
        _ => return None,
    };
    let step = usize::try_from(step.unsigned_abs()).ok()?.max(1);
    let spell = |text: String| text.chars().map(Element::Plain).collect::<Vec<_>>();
    if let (Ok(from), Ok(to)) = (first.parse::<i64>(), last.parse::<i64>()) {
        let is_padded = |text: &str| {
            let digits = text.trim_start_matches('-');
            digits.len() > 1 && digits.starts_with('0')
        };
        let width = if is_padded(first) || is_padded(last) { first.len().max(last.len()) } else { 0 };
        // One more than the limit is enough to be refused.
        let count = BRACE_WORDS_MAX + 1;
        let numbers: Vec<i64> = if from <= to {
            (from..=to).step_by(step).take(count).collect()
        } else {
            (to..=from).rev().step_by(step).take(count).collect()
        };
        return Some(numbers.into_iter().map(|number| spell(format!("{number:0width$}"))).collect());
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
