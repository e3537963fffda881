//! From the pieces of words to the words that a command receives.

use std::collections::BTreeMap;

use super::braces::braces;
use super::read::{Piece, RawCommand, RawWord, is_variable_name, read};
use super::{ShellError, SimpleCommand, Word};

/// A character, and whether it may separate words.
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
            input: self.input.as_ref().map(|input| resolve(&input.pieces, variables, last_exit_code).text()),
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
            let mut add = |pieces: &[Piece]| {
                // A command's own assignments come after its words are expanded.
                let resolved = resolve(pieces, variables, last_exit_code);
                let texts = if whole { vec![resolved.text()] } else { resolved.split() };
                command.words.extend(texts.into_iter().map(|text| Word { text, span: raw.span }));
            };
            match braces(&raw.source, raw.span.start)? {
                // Braces come before all else, so what they make is read anew: `$A{1,2}` is `$A1 $A2`.
                Some(texts) if !whole => {
                    for text in texts {
                        for word in read(&text)?.iter().flat_map(|command| &command.words) {
                            add(&word.pieces);
                        }
                    }
                }
                _ => add(&raw.pieces),
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
    /// Only unquoted variables bring characters that separate.
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
                    // There are no processes; any number does.
                    "$" => "1".to_owned(),
                    _ => variables.get(name).cloned().unwrap_or_default(),
                };
                let value = match fallback {
                    Some(fallback) if value.is_empty() => fallback.clone(),
                    _ => value,
                };
                resolved.characters.extend(value.chars().map(|character| (character, !quoted)));
                resolved.is_word |= *quoted && name != "@";
            }
            Piece::Substitution { quoted, .. } => resolved.is_word |= *quoted,
        }
    }
    resolved
}
