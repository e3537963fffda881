//! Expansion of the parts of words into the words that a command receives.

use std::collections::BTreeMap;

use super::arithmetic;
use super::braces::braces;
use super::parameter::Expanded;
use super::read::read;
use super::scope::{Marked, Scope};
use super::syntax::{RawCommand, RawWord, ShellError, SimpleCommand, Word, WordPart, is_variable_name};

impl Scope<'_> {
    /// Returns the text of a word; empty if it cannot be evaluated.
    pub(super) fn text(self, word: &RawWord) -> String {
        resolve(&word.parts, self).map_or_else(|_| String::new(), |resolved| resolved.text())
    }

    /// Returns the characters of a word, marked `true` where no quote protects them.
    pub(super) fn marked(self, word: &RawWord) -> Vec<Marked> {
        let mut marked = Vec::new();
        for part in &word.parts {
            let (WordPart::Text { quoted, .. }
            | WordPart::Variable { quoted, .. }
            | WordPart::Substitution { quoted, .. }
            | WordPart::Output { quoted, .. }
            | WordPart::Arithmetic { quoted, .. }) = part;
            let text = resolve(std::slice::from_ref(part), self).map_or_else(|_| String::new(), |text| text.text());
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
        let input = self.input.as_ref().map(|input| resolve(&input.parts, scope)).transpose().map_err(refuse)?;
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
                let resolved = resolve(&raw.parts, Scope { variables: &own, ..scope }).map_err(refuse)?;
                let value: String = resolved.text().chars().skip(name.chars().count() + 1).collect();
                let begins_with_tilde = matches!(raw.parts.first(),
                    Some(WordPart::Text { text, .. }) if text.get(name.len() + 1..).is_some_and(|text| text.starts_with('~')));
                let value = if begins_with_tilde { with_home(&value, raw.parts.len() == 1, scope) } else { value };
                own.insert(name.clone(), value.clone());
                command.assignments.push((name, value));
                continue;
            }
            let declares = command.words.first().is_some_and(|word| word.text == "export");
            let whole = declares && assigned_name(raw).is_some();
            let mut add = |parts: &[WordPart]| -> Result<(), ShellError> {
                // A command's own assignments come after its words are expanded.
                let resolved = resolve(parts, scope).map_err(refuse)?;
                let texts = if whole { vec![resolved.text()] } else { resolved.split() };
                command.words.extend(texts.into_iter().map(|text| Word { text, span: raw.span }));
                Ok(())
            };
            match braces(&raw.source, raw.span.start)? {
                // Braces come before all else, so what they make is read anew: `$A{1,2}` is `$A1 $A2`.
                Some(texts) if !whole && !raw.is_substituted() => {
                    for text in texts {
                        for word in read(&text)?.iter().flat_map(|command| &command.words) {
                            add(&word.parts)?;
                        }
                    }
                }
                _ => add(&raw.parts)?,
            }
        }
        Ok(command)
    }
}

/// Returns the variable that a word assigns to; its name must be written without quotes.
fn assigned_name(word: &RawWord) -> Option<String> {
    let Some(WordPart::Text { text, quoted: false }) = word.parts.first() else { return None };
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

/// Expands the parts of a word.
///
/// # Errors
/// Bash's message about arithmetic that fails, or about a required variable, after its name.
fn resolve(parts: &[WordPart], scope: Scope<'_>) -> Result<Resolved, String> {
    let mut resolved = Resolved::default();
    resolved.add(parts, scope, false)?;
    Ok(resolved)
}

impl Resolved {
    /// Appends parts; with `splits`, plain text separates words too, as in `${X:-two words}`.
    fn add(&mut self, parts: &[WordPart], scope: Scope<'_>, splits: bool) -> Result<(), String> {
        for (index, part) in parts.iter().enumerate() {
            let (text, quoted, splits) = match part {
                WordPart::Text { text, quoted: false } if index == 0 && text.starts_with('~') => {
                    let is_whole = parts.len() == 1;
                    (with_home(text, is_whole, scope), false, splits)
                }
                WordPart::Text { text, quoted } => (text.clone(), *quoted, splits && !quoted),
                WordPart::Output { text, quoted } => (text.clone(), *quoted, !quoted),
                WordPart::Substitution { quoted, .. } => (String::new(), *quoted, false),
                WordPart::Arithmetic { expression, quoted } => {
                    let value = arithmetic::evaluate(&resolve(&expression.parts, scope)?.text(), scope)?;
                    (value.to_string(), *quoted, !quoted)
                }
                WordPart::Variable { name, operation, quoted } => {
                    let value = scope.variable(name);
                    match operation.apply(value.as_deref(), scope) {
                        Expanded::Text(text) => (text, *quoted && name != "@", !quoted),
                        Expanded::Word(word) => {
                            self.add(&word.parts, scope, !quoted)?;
                            (String::new(), *quoted, false)
                        }
                        Expanded::Refused(reason) => return Err(format!("{name}: {reason}")),
                    }
                }
            };
            self.characters.extend(text.chars().map(|character| (character, splits)));
            self.is_word |= quoted;
        }
        Ok(())
    }
}
