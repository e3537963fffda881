//! Expansion of the parts of words into the words that a command receives.
//!
//! A substitution needs commands to run, which may wait. So an expansion that meets one whose output is not known stops;
//! the machine runs the commands and expands the word again from its beginning, with the outputs so far, on the
//! state that the shell had then.

use std::sync::Arc;

use super::arithmetic;
use super::braces::braces;
use super::error::ShellError;
use super::fields::Fields;
use super::glob::Marked;
use super::parameter;
use super::read::Reader;
use super::state::{HOME, State};
use super::syntax::{AssignedValue, Assignment, Index, Parameter, ParameterExpansion, Program, RawWord, WordPart};
use super::words::is_variable_name;

/// Most bytes that the words of one command may have.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Most substitutions of one command: with each, it is expanded anew.
const SUBSTITUTIONS_MAX: usize = 500;

/// Output and exit status of the commands of a substitution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Substituted {
    pub(super) text: String,
    pub(super) status: i32,
}

/// A reason for which an expansion stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// The output of these commands is needed.
    Needs(Arc<Program>),
    /// The command is refused.
    Refused(ShellError),
    /// The command is refused, and a script ends.
    Fatal(ShellError),
}

impl From<ShellError> for Halt {
    fn from(error: ShellError) -> Self {
        Self::Refused(error)
    }
}

/// An assignment after the expansion of its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assigned {
    pub(super) name: String,
    pub(super) key: Option<String>,
    pub(super) appends: bool,
    pub(super) value: Assignable,
}

/// The value of an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Assignable {
    Text(String),
    List(Vec<(Option<String>, String)>),
}

/// Expands the words of one command.
pub(super) struct Expander<'a> {
    pub(super) state: &'a mut State,
    /// Outputs of the substitutions so far, in order; `None` lets each be empty.
    outputs: Option<&'a [Substituted]>,
    /// Number of outputs that have been used.
    used: usize,
    /// Texts behind `/dev/fd/63`, `/dev/fd/62` and so on.
    pub(super) files: Vec<String>,
    /// Bytes of the words so far.
    size: usize,
}

/// The value of a parameter: one text, or those of an array.
enum Values {
    One(Option<String>),
    Many { texts: Vec<String>, is_joined: bool },
}

impl<'a> Expander<'a> {
    pub(super) fn new(state: &'a mut State, outputs: Option<&'a [Substituted]>) -> Self {
        Self { state, outputs, used: 0, files: Vec::new(), size: 0 }
    }

    /// Returns the text of a word, which is not split.
    pub(super) fn text(&mut self, word: &RawWord) -> Result<String, Halt> {
        let mut fields = Fields::new(None);
        self.parts(&word.parts, &mut fields, false)?;
        Ok(fields.text())
    }

    /// Returns the fields of words, braces expanded.
    pub(super) fn fields(&mut self, words: &[RawWord]) -> Result<Vec<String>, Halt> {
        let mut fields = Vec::new();
        for word in words {
            fields.extend(self.word(word)?);
        }
        Ok(fields)
    }

    /// Returns the fields of a word, braces expanded.
    pub(super) fn word(&mut self, word: &RawWord) -> Result<Vec<String>, Halt> {
        let mut fields = Vec::new();
        let texts = if word.source.contains('{') { braces(&word.source, word.span.start)? } else { None };
        let Some(texts) = texts else {
            return self.split(&word.parts);
        };
        // Braces come before all else, so what they make is read anew: `$A{1,2}` is `$A1 $A2`.
        for text in texts {
            let mut reader = Reader::new(&text);
            while let Some(word) = reader.word()? {
                fields.extend(self.split(&word.parts)?);
            }
        }
        Ok(fields)
    }

    fn split(&mut self, parts: &[WordPart]) -> Result<Vec<String>, Halt> {
        let mut fields = Fields::new(Some(self.state.separators()));
        self.parts(parts, &mut fields, false)?;
        Ok(fields.finish())
    }

    /// Returns the characters of a word, marked `true` where no quote protects them.
    pub(super) fn marked(&mut self, word: &RawWord) -> Result<Vec<Marked>, Halt> {
        let mut marked = Vec::new();
        for part in &word.parts {
            let (WordPart::Text { quoted, .. }
            | WordPart::Variable { quoted, .. }
            | WordPart::Substitution { quoted, .. }
            | WordPart::Arithmetic { quoted, .. }) = part
            else {
                continue;
            };
            let mut fields = Fields::new(None);
            self.parts(std::slice::from_ref(part), &mut fields, false)?;
            marked.extend(fields.text().chars().map(|character| (character, !quoted)));
        }
        Ok(marked)
    }

    /// Expands the words of an assignment.
    pub(super) fn assigned(&mut self, assignment: &Assignment) -> Result<Assigned, Halt> {
        let key = assignment.index.as_ref().map(|index| self.text(index)).transpose()?;
        let value = match &assignment.value {
            AssignedValue::Text(word) => Assignable::Text(self.text(word)?),
            AssignedValue::List(list) => {
                let mut elements = Vec::new();
                for (key, word) in list {
                    match key {
                        Some(key) => elements.push((Some(self.text(key)?), self.text(word)?)),
                        None => elements.extend(self.word(word)?.into_iter().map(|text| (None, text))),
                    }
                }
                Assignable::List(elements)
            }
        };
        Ok(Assigned { name: assignment.name.clone(), key, appends: assignment.appends, value })
    }

    fn charge(&mut self, bytes: usize) -> Result<(), Halt> {
        self.size += bytes;
        if self.size > TEXT_BYTES_MAX {
            return Err(ShellError::playground("the words of this command become too long").into());
        }
        Ok(())
    }

    /// Returns the number of bytes that were expanded.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Appends parts; with `splits_text`, plain text separates words too, as in `${X:-two words}`.
    fn parts(&mut self, parts: &[WordPart], fields: &mut Fields, splits_text: bool) -> Result<(), Halt> {
        for (index, part) in parts.iter().enumerate() {
            match part {
                WordPart::Text { text, quoted: false } => {
                    let home =
                        if index == 0 && text.starts_with('~') { self.with_home(text, parts.len() == 1) } else { None };
                    let text = home.as_ref().unwrap_or(text);
                    self.charge(text.len())?;
                    if splits_text { fields.push_split(text) } else { fields.push(text) }
                }
                WordPart::Text { text, .. } => {
                    // The quotes around "$@" make no word of their own.
                    let is_before_all = text.is_empty() && parts.get(index + 1).is_some_and(is_quoted_list);
                    if !is_before_all {
                        self.charge(text.len())?;
                        fields.push(text);
                    }
                }
                WordPart::Substitution { program, quoted, .. } => {
                    let text = self.output(program)?;
                    let text = text.trim_end_matches('\n');
                    self.add(text, *quoted, fields)?;
                }
                WordPart::Process { program, .. } => {
                    let text = self.output(program)?;
                    self.charge(text.len())?;
                    self.files.push(text);
                    fields.push(&file_name(self.files.len() - 1));
                }
                WordPart::Arithmetic { expression, quoted } => {
                    let text = self.text(expression)?;
                    let value = arithmetic::evaluate(&text, self.state).map_err(|error| failed(&error))?;
                    self.add(&value.to_string(), *quoted, fields)?;
                }
                WordPart::Variable { parameter, operation, quoted } => {
                    self.variable(parameter, operation, *quoted, fields)?;
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, text: &str, quoted: bool, fields: &mut Fields) -> Result<(), Halt> {
        self.charge(text.len())?;
        if quoted {
            fields.push(text);
        } else {
            fields.push_split(text);
        }
        Ok(())
    }

    /// Returns what the commands of a substitution printed.
    fn output(&mut self, program: &Arc<Program>) -> Result<String, Halt> {
        let Some(outputs) = self.outputs else { return Ok(String::new()) };
        if self.used >= SUBSTITUTIONS_MAX {
            return Err(ShellError::playground("this command has too many substitutions").into());
        }
        let output = outputs.get(self.used).ok_or_else(|| Halt::Needs(Arc::clone(program)))?;
        self.used += 1;
        self.state.status = output.status;
        Ok(output.text.clone())
    }

    /// Expands a leading `~` to the home directory if a slash or nothing follows.
    fn with_home(&mut self, text: &str, is_whole: bool) -> Option<String> {
        let rest = text.strip_prefix('~')?;
        if !(rest.starts_with('/') || (rest.is_empty() && is_whole)) {
            return None;
        }
        let home = self.state.text("HOME").unwrap_or_else(|| HOME.to_owned());
        Some(format!("{home}{rest}"))
    }

    fn variable(
        &mut self,
        parameter: &Parameter,
        operation: &ParameterExpansion,
        quoted: bool,
        fields: &mut Fields,
    ) -> Result<(), Halt> {
        match self.values(parameter)? {
            Values::One(value) => {
                if let Some(text) = self.operate(parameter, value, operation, quoted, fields)? {
                    self.add(&text, quoted, fields)?;
                }
                Ok(())
            }
            Values::Many { texts, is_joined } => self.many(parameter, texts, is_joined, operation, quoted, fields),
        }
    }

    fn values(&mut self, parameter: &Parameter) -> Result<Values, Halt> {
        let name = parameter.name.as_str();
        if let (Some(Index::Every { is_joined }), true) = (&parameter.index, parameter.is_indirect) {
            let texts = self.state.array(name).into_iter().map(|(key, _)| key).collect();
            return Ok(Values::Many { texts, is_joined: *is_joined });
        }
        if parameter.is_indirect {
            let target = self.state.text(name).unwrap_or_default();
            let (name, index) = match target.split_once('[') {
                Some((name, "@]")) => (name, Some(Index::Every { is_joined: false })),
                Some((name, "*]")) => (name, Some(Index::Every { is_joined: true })),
                Some((name, key)) => (name, Some(Index::At(Box::new(RawWord::quoted(key.trim_end_matches(']')))))),
                None => (target.as_str(), None),
            };
            let is_parameter = is_variable_name(name) || name.parse::<u32>().is_ok() || matches!(name, "@" | "*" | "#");
            if !is_parameter {
                return Err(ShellError::bash(format!("{target}: invalid variable name")).into());
            }
            return self.values(&Parameter { name: name.to_owned(), index, is_indirect: false });
        }
        Ok(match &parameter.index {
            None if matches!(name, "@" | "*") => {
                Values::Many { texts: self.state.positional.to_vec(), is_joined: name == "*" }
            }
            None => Values::One(self.state.text(name)),
            Some(Index::Every { is_joined }) => {
                let texts = self.state.array(name).into_iter().map(|(_, text)| text).collect();
                Values::Many { texts, is_joined: *is_joined }
            }
            Some(Index::At(key)) => {
                let key = self.text(key)?;
                Values::One(if self.state.is_map(name) {
                    self.state.entry(name, &key)
                } else {
                    let index = arithmetic::number(&key, self.state)?;
                    self.state.item(name, index)
                })
            }
        })
    }

    /// Applies an operation to one value. Returns the text; `None` if the word of the operation took its place.
    fn operate(
        &mut self,
        parameter: &Parameter,
        value: Option<String>,
        operation: &ParameterExpansion,
        quoted: bool,
        fields: &mut Fields,
    ) -> Result<Option<String>, Halt> {
        let is_set = |counts_empty: bool| {
            if counts_empty { value.is_some() } else { value.as_ref().is_some_and(|text| !text.is_empty()) }
        };
        let name = &parameter.name;
        match operation {
            ParameterExpansion::Fallback { word, counts_empty, assigns } if !is_set(*counts_empty) => {
                if *assigns {
                    let text = self.text(word)?;
                    self.state.set(name, text.clone())?;
                    return Ok(Some(text));
                }
                self.replace(word, quoted, fields)?;
                Ok(None)
            }
            ParameterExpansion::Alternative { word, counts_empty } if is_set(*counts_empty) => {
                self.replace(word, quoted, fields)?;
                Ok(None)
            }
            ParameterExpansion::Alternative { .. } => Ok(Some(String::new())),
            ParameterExpansion::Require { word, counts_empty } if !is_set(*counts_empty) => {
                let reason = self.text(word)?;
                let standard = if *counts_empty { "parameter not set" } else { "parameter null or not set" };
                let reason = if reason.is_empty() { standard } else { &reason };
                Err(Halt::Fatal(ShellError::bash(format!("{name}: {reason}"))))
            }
            ParameterExpansion::Fallback { .. } | ParameterExpansion::Require { .. } => Ok(value),
            _ if value.is_none() && self.state.options.refuses_unset => {
                let key = match &parameter.index {
                    Some(Index::At(key)) => format!("[{}]", self.text(key)?),
                    _ => String::new(),
                };
                Err(Halt::Fatal(ShellError::bash(format!("{name}{key}: unbound variable"))))
            }
            _ => self.edited(name, value.as_deref().unwrap_or_default(), operation).map(Some),
        }
    }

    /// Lets the word of an operation take the place of the variable.
    fn replace(&mut self, word: &RawWord, quoted: bool, fields: &mut Fields) -> Result<(), Halt> {
        if quoted && word.parts.is_empty() {
            fields.push("");
        }
        self.parts(&word.parts, fields, !quoted)
    }

    /// Applies an operation that makes one text of another.
    fn edited(&mut self, name: &str, text: &str, operation: &ParameterExpansion) -> Result<String, Halt> {
        Ok(match operation {
            ParameterExpansion::Length => text.chars().count().to_string(),
            ParameterExpansion::Slice(range) => {
                let range = self.text(range)?;
                parameter::slice(text, &range, self.state).map_err(|error| {
                    let message = error.message.trim_start_matches("bash: ");
                    let place = if message.contains("substring") { format!("{name}: ") } else { String::new() };
                    ShellError::bash(format!("{place}{message}"))
                })?
            }
            ParameterExpansion::Edit { edit, pattern, replacement } => {
                let (pattern, replacement) = (self.marked(pattern)?, self.marked(replacement)?);
                let edited = edit.apply(text, &pattern, &replacement);
                edited.map_err(|reason| ShellError::bash(format!("{name}: {reason}")))?
            }
            ParameterExpansion::Case { is_upper, is_whole } => parameter::case(text, *is_upper, *is_whole),
            ParameterExpansion::Quoted => parameter::quoted(text),
            _ => text.to_owned(),
        })
    }

    /// Appends the values of an array or of the positional parameters.
    fn many(
        &mut self,
        parameter: &Parameter,
        mut texts: Vec<String>,
        is_joined: bool,
        operation: &ParameterExpansion,
        quoted: bool,
        fields: &mut Fields,
    ) -> Result<(), Halt> {
        match operation {
            ParameterExpansion::Length => return self.add(&texts.len().to_string(), quoted, fields),
            ParameterExpansion::Slice(range) => {
                let range = self.text(range)?;
                if parameter.index.is_none() {
                    texts.insert(0, "bash".to_owned());
                }
                texts = parameter::slice_list(&texts, &range, self.state)?;
            }
            ParameterExpansion::Fallback { .. }
            | ParameterExpansion::Alternative { .. }
            | ParameterExpansion::Require { .. } => {
                let value = (!texts.is_empty()).then(|| texts.join(" "));
                let is_kept = matches!(operation, ParameterExpansion::Fallback { counts_empty, .. } | ParameterExpansion::Require { counts_empty, .. } if value.as_ref().is_some_and(|text| *counts_empty || !text.is_empty()));
                if !is_kept {
                    if let Some(text) = self.operate(parameter, value, operation, quoted, fields)? {
                        // Nothing to put in its place: no word.
                        if !text.is_empty() {
                            self.add(&text, quoted, fields)?;
                        }
                    }
                    return Ok(());
                }
            }
            _ => {
                for text in &mut texts {
                    *text = self.edited(&parameter.name, text, operation)?;
                }
            }
        }
        if !fields.splits() || (quoted && is_joined) {
            let separator =
                if is_joined { self.state.separators().chars().next().map(String::from) } else { Some(" ".to_owned()) };
            return self.add(&texts.join(&separator.unwrap_or_default()), quoted, fields);
        }
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                fields.end_field();
            }
            self.add(text, quoted, fields)?;
        }
        Ok(())
    }
}

/// Returns `true` for `"$@"` and its like, which make as many words as there are values.
fn is_quoted_list(part: &WordPart) -> bool {
    let WordPart::Variable { parameter, quoted: true, operation } = part else { return false };
    !matches!(operation, ParameterExpansion::Length)
        && match parameter.index {
            Some(Index::Every { is_joined }) => !is_joined,
            None => parameter.name == "@",
            Some(Index::At(_)) => false,
        }
}

/// Returns the name of the file that a process substitution is read through.
pub(super) fn file_name(index: usize) -> String {
    format!("/dev/fd/{}", 63_usize.saturating_sub(index))
}

/// Creates the halt of an expression that cannot be evaluated.
fn failed(error: &str) -> Halt {
    let refusal = ShellError::bash(error);
    if error.ends_with("unbound variable") { Halt::Fatal(refusal) } else { Halt::Refused(refusal) }
}
