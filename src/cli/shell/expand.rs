//! Expansion of the pieces of words into the words that a command receives.

use std::collections::BTreeMap;

use super::arithmetic;
use super::braces::braces;
use super::parameter::Value;
use super::read::read;
use super::scope::{Marked, Scope};
use super::syntax::{Piece, RawCommand, RawWord, ShellError, SimpleCommand, Word, is_variable_name};

impl Scope<'_> {
    /// Returns the text of a word; empty if it cannot be evaluated.
    pub(super) fn text(self, word: &RawWord) -> String {
        resolve(&word.pieces, self).map_or_else(|_| String::new(), |resolved| resolved.text())
    }

    /// Returns the characters of a word, marked `true` where no quote protects them.
    pub(super) fn marked(self, word: &RawWord) -> Vec<Marked> {
        let mut marked = Vec::new();
        for piece in &word.pieces {
            let (Piece::Text { quoted, .. }
            | Piece::Variable { quoted, .. }
            | Piece::Substitution { quoted, .. }
            | Piece::Output { quoted, .. }
            | Piece::Arithmetic { quoted, .. }) = piece;
            let text = resolve(std::slice::from_ref(piece), self).map_or_else(|_| String::new(), |text| text.text());
            marked.extend(text.chars().map(|character| (character, !quoted)));
        }
        marked
    }
}

impl RawCommand {
    /// Resolves variables, braces and quotes.
    ///
    /// # Errors
    /// Braces that make more words than a line may have, arithmetic that cannot be evaluated, a
    /// variable that is required but not set, and redirections to files, of which there are none.
    pub fn expand(
        &self,
        variables: &BTreeMap<String, String>,
        last_exit_code: i32,
    ) -> Result<SimpleCommand, ShellError> {
        self.streams.check()?;
        let refuse =
            |message: String| ShellError { message: format!("bash: {message}"), exit_code: 1, at: self.span().start };
        let scope = Scope { variables, last_exit_code };
        let input = self.input.as_ref().map(|input| resolve(&input.pieces, scope)).transpose().map_err(refuse)?;
        let mut command = SimpleCommand {
            assignments: Vec::new(),
            words: Vec::new(),
            span: self.span(),
            input: input.map(|input| input.text()),
            next: self.next,
        };
        let mut own = variables.clone();
        for raw in &self.words {
            if command.words.is_empty()
                && let Some(name) = assigned_name(raw)
            {
                let resolved = resolve(&raw.pieces, Scope { variables: &own, ..scope }).map_err(refuse)?;
                let value: String = resolved.text().chars().skip(name.chars().count() + 1).collect();
                let begins_with_tilde = matches!(raw.pieces.first(),
                    Some(Piece::Text { text, .. }) if text.get(name.len() + 1..).is_some_and(|text| text.starts_with('~')));
                let value = if begins_with_tilde { with_home(&value, raw.pieces.len() == 1, scope) } else { value };
                own.insert(name.clone(), value.clone());
                command.assignments.push((name, value));
                continue;
            }
            let declares = command.words.first().is_some_and(|word| word.text == "export");
            let whole = declares && assigned_name(raw).is_some();
            let mut add = |pieces: &[Piece]| -> Result<(), ShellError> {
                // A command's own assignments come after its words are expanded.
                let resolved = resolve(pieces, scope).map_err(refuse)?;
                let texts = if whole { vec![resolved.text()] } else { resolved.split() };
                command.words.extend(texts.into_iter().map(|text| Word { text, span: raw.span }));
                Ok(())
            };
            match braces(&raw.source, raw.span.start)? {
                // Braces come before all else, so what they make is read anew: `$A{1,2}` is `$A1 $A2`.
                Some(texts) if !whole && !raw.is_substituted() => {
                    for text in texts {
                        for word in read(&text)?.iter().flat_map(|command| &command.words) {
                            add(&word.pieces)?;
                        }
                    }
                }
                _ => add(&raw.pieces)?,
            }
        }
        Ok(command)
    }
}

/// Returns the variable that a word assigns to; its name must be written without quotes.
fn assigned_name(word: &RawWord) -> Option<String> {
    let Some(Piece::Text { text, quoted: false }) = word.pieces.first() else { return None };
    let (name, _) = text.split_once('=')?;
    is_variable_name(name).then(|| name.to_owned())
}

/// Text of a word, with a mark on each character that may separate words.
#[derive(Default)]
struct Resolved {
    /// Only unquoted variables bring characters that separate.
    characters: Vec<Marked>,
    /// `true` if a quote makes this a word even if it is empty.
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

/// Expands a leading `~` to the home directory if a slash or nothing follows.
fn with_home(text: &str, is_whole: bool, scope: Scope<'_>) -> String {
    match text.strip_prefix('~') {
        Some(rest) if rest.starts_with('/') || (rest.is_empty() && is_whole) => format!("{}{rest}", scope.home()),
        _ => text.to_owned(),
    }
}

/// Expands the pieces of a word.
///
/// # Errors
/// Bash's message about arithmetic that fails, or about a required variable, after its name.
fn resolve(pieces: &[Piece], scope: Scope<'_>) -> Result<Resolved, String> {
    let mut resolved = Resolved::default();
    resolved.add(pieces, scope, false)?;
    Ok(resolved)
}

impl Resolved {
    /// Appends pieces; with `splits`, plain text separates words too, as in `${X:-two words}`.
    fn add(&mut self, pieces: &[Piece], scope: Scope<'_>, splits: bool) -> Result<(), String> {
        for (index, piece) in pieces.iter().enumerate() {
            let (text, quoted, splits) = match piece {
                Piece::Text { text, quoted: false } if index == 0 && text.starts_with('~') => {
                    let is_whole = pieces.len() == 1;
                    (with_home(text, is_whole, scope), false, splits)
                }
                Piece::Text { text, quoted } => (text.clone(), *quoted, splits && !quoted),
                Piece::Output { text, quoted } => (text.clone(), *quoted, !quoted),
                Piece::Substitution { quoted, .. } => (String::new(), *quoted, false),
                Piece::Arithmetic { expression, quoted } => {
                    let value = arithmetic::evaluate(&resolve(&expression.pieces, scope)?.text(), scope)?;
                    (value.to_string(), *quoted, !quoted)
                }
                Piece::Variable { name, operation, quoted } => {
                    let value = scope.variable(name);
                    match operation.apply(value.as_deref(), scope) {
                        Value::Text(text) => (text, *quoted && name != "@", !quoted),
                        Value::Word(word) => {
                            self.add(&word.pieces, scope, !quoted)?;
                            (String::new(), *quoted, false)
                        }
                        Value::Refused(reason) => return Err(format!("{name}: {reason}")),
                    }
                }
            };
            self.characters.extend(text.chars().map(|character| (character, splits)));
            self.is_word |= quoted;
        }
        Ok(())
    }
}
