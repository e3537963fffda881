//! Words and options of the playground's own verbs: `--name value`, anywhere on the line.

use crate::az::exec::refusal;
use crate::ground::duration::parse_duration_ms;
use crate::ground::error::CliError;

/// The words and options of a `sim` line.
pub(super) struct Line<'a> {
    /// The verb, for messages.
    verb: &'a str,
    /// Words that are not options.
    pub words: Vec<&'a str>,
    options: Vec<(&'a str, &'a str)>,
}

impl<'a> Line<'a> {
    /// Reads the words of a verb that takes the options in `known`.
    pub fn read(verb: &'a str, words: &[&'a str], known: &[&str]) -> Result<Self, CliError> {
        let mut line = Self { verb, words: Vec::new(), options: Vec::new() };
        let mut rest = words.iter().copied();
        while let Some(word) = rest.next() {
            if !word.starts_with("--") {
                line.words.push(word);
                continue;
            }
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word, rest.next()),
            };
            if !known.contains(&name) {
                let known = if known.is_empty() { "no options".to_owned() } else { known.join(", ") };
                return Err(line.refuse(&format!("'{name}' is not an option here; there are {known}")));
            }
            if line.has(name) {
                return Err(line.refuse(&format!("{name} is given twice")));
            }
            let Some(value) = value else {
                return Err(line.refuse(&format!("{name} needs a value")));
            };
            line.options.push((name, value));
        }
        Ok(line)
    }

    /// Returns a refusal that begins with the verb.
    pub fn refuse(&self, text: &str) -> CliError {
        refusal(format!("{}: {text}", self.verb))
    }

    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.options.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.text(name).is_some()
    }

    /// Returns an option's value as parsed by `read`; `what` describes the expected form in a refusal.
    pub fn value<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>, what: &str) -> Result<Option<T>, CliError> {
        let value = |text: &str| read(text).ok_or_else(|| self.refuse(&format!("{name} '{text}' is not {what}")));
        self.text(name).map(value).transpose()
    }

    /// Returns an option's value as a duration in milliseconds.
    pub fn duration_ms(&self, name: &str) -> Result<Option<u64>, CliError> {
        self.value(name, parse_duration_ms, "a duration such as 90s, 10m or 1h30m")
    }
}

/// Parses a whole number that is at least 1.
pub(super) fn positive(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number > 0)
}
