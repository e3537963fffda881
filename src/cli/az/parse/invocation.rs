//! A command with its arguments, ready to be checked and carried out.

use crate::az::registry::{Argument, Command};
use crate::output::OutputFormat;

use super::value::Value;

/// A parsed command line: the command and the value of every argument, defaults included.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The command.
    pub command: &'static Command,
    /// `--output`.
    pub output: OutputFormat,
    /// `--query`.
    pub query: Option<String>,
    /// `--subscription`, as written.
    pub subscription: Option<String>,
    /// Warnings to show before the command acts, without `WARNING: `.
    pub warnings: Vec<String>,
    /// `true` if the line uses a spelling of the 2021 document.
    pub is_document_spelling: bool,
    /// The destinations that the line named, in order; the global arguments are not among them.
    pub specified: Vec<&'static str>,
    /// One value per argument of the command, `None` where it has none.
    pub(super) values: Vec<Option<Value>>,
}

impl Invocation {
    /// Builds an invocation from values in the order of the command's arguments.
    pub(super) fn new(command: &'static Command, values: Vec<Option<Value>>, specified: Vec<&'static str>) -> Self {
        let mut invocation = Self {
            command,
            output: OutputFormat::default(),
            query: None,
            subscription: None,
            warnings: Vec::new(),
            is_document_spelling: false,
            specified,
            values,
        };
        invocation.output = OutputFormat::from_name(invocation.text("_output_format").unwrap_or_default());
        invocation.query = invocation.text("_jmespath_query").map(str::to_owned);
        invocation.subscription = invocation.text("_subscription").map(str::to_owned);
        invocation
    }

    /// Returns the value of an argument, `None` if it has none or the command has no such argument.
    #[must_use]
    pub fn value(&self, dest: &str) -> Option<&Value> {
        let index = self.command.arguments.iter().position(|argument| argument.dest == dest)?;
        self.values.get(index)?.as_ref()
    }

    /// Replaces the value of an argument, as validators do.
    pub(crate) fn set(&mut self, dest: &str, value: Value) {
        let index = self.command.arguments.iter().position(|argument| argument.dest == dest);
        if let Some(slot) = index.and_then(|index| self.values.get_mut(index)) {
            *slot = Some(value);
        }
    }

    /// Returns `true` if the command has such an argument.
    #[must_use]
    pub fn has(&self, dest: &str) -> bool {
        self.command.argument(dest).is_some()
    }

    /// Returns the first of the destinations that the command has, or `dest` where there are none; the empty one,
    /// which stands for no argument, is always there.
    pub(crate) fn first_of<'d>(&self, dests: &[&'d str], dest: &'d str) -> &'d str {
        let dests = if dests.is_empty() { &[dest] } else { dests };
        let found = dests.iter().find(|dest| dest.is_empty() || self.has(dest));
        debug_assert!(found.is_some(), "az {} has none of {dests:?}", self.command.name);
        found.copied().unwrap_or_default()
    }

    /// Returns the text of an argument.
    #[must_use]
    pub fn text(&self, dest: &str) -> Option<&str> {
        match self.value(dest) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns the whole number of an argument. Python's are unbounded: this one ends at the bounds of `i128`.
    #[must_use]
    pub fn integer(&self, dest: &str) -> Option<i128> {
        match self.value(dest) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// Returns the number of an argument.
    #[must_use]
    pub fn float(&self, dest: &str) -> Option<f64> {
        match self.value(dest) {
            Some(Value::Float(number)) => Some(*number),
            _ => None,
        }
    }

    /// Returns `true` if a flag is set.
    #[must_use]
    pub fn flag(&self, dest: &str) -> bool {
        matches!(self.value(dest), Some(Value::Flag(true)))
    }

    /// Returns a flag of three states: `None` if the line says nothing.
    #[must_use]
    pub fn three_state(&self, dest: &str) -> Option<bool> {
        match self.value(dest) {
            Some(Value::Flag(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// Returns the texts of an argument that takes several.
    #[must_use]
    pub fn list(&self, dest: &str) -> Option<&[String]> {
        match self.value(dest) {
            Some(Value::List(list)) => Some(list),
            _ => None,
        }
    }

    /// Returns the `key=value` pairs of an argument such as `--tags`: a later key replaces an earlier
    /// one in its place, a key alone has an empty value, and an empty text is no pair.
    #[must_use]
    pub fn pairs(&self, dest: &str) -> Option<Vec<(&str, &str)>> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for item in self.list(dest)?.iter().filter(|item| !item.is_empty()) {
            let (key, value) = item.split_once('=').unwrap_or((item, ""));
            match pairs.iter_mut().find(|(known, _)| *known == key) {
                Some(pair) => pair.1 = value,
                None => pairs.push((key, value)),
            }
        }
        Some(pairs)
    }

    /// Returns `true` if the line names the argument.
    #[must_use]
    pub fn is_specified(&self, dest: &str) -> bool {
        self.specified.contains(&dest)
    }

    /// Returns the question to ask before anything else happens, `None` if the command does not ask or
    /// the line already says yes.
    #[must_use]
    pub fn question(&self) -> Option<&'static str> {
        if !self.command.confirm || self.flag("yes") {
            None
        } else if self.has("source") {
            // An extension from the index is installed without a question.
            self.text("source").map(|_| "Are you sure you want to install this extension?")
        } else {
            Some("Are you sure you want to perform this operation?")
        }
    }

    /// Returns the arguments that the line names and the simulation does not act on.
    pub fn without_effect(&self) -> impl Iterator<Item = &'static Argument> {
        let command = self.command;
        let named = |argument: &&Argument| self.is_specified(&argument.dest) && !argument.simulated;
        command.arguments.iter().filter(named).collect::<Vec<_>>().into_iter()
    }
}
