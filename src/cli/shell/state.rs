//! The state of a shell that outlives its lines: variables, functions, options, traps.
//!
//! Runs are copied often, so what can be large is shared until it changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::ShellError;
use super::streams::Streams;
use super::syntax::Program;
use super::variable::{Attributes, Value, Variable};

/// Home directory of the simulated user.
pub const HOME: &str = "/home/user";

/// Most bytes that the value of one variable may have.
const VALUE_BYTES_MAX: usize = 1 << 20;

/// Most bytes that all variables together may have.
const VALUES_BYTES_MAX: usize = 1 << 23;

/// A function: the program that defines it, and the index of its first operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) program: Arc<Program>,
    pub(super) entry: usize,
}

/// Options of `set`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "options of bash, any of which may be set")]
pub(super) struct Options {
    /// `-e`
    pub(super) exits_on_error: bool,
    /// `-u`
    pub(super) refuses_unset: bool,
    /// `-x`
    pub(super) traces: bool,
    /// `-o pipefail`
    pub(super) pipe_fails: bool,
    /// `shopt -s expand_aliases`
    pub(super) expands_aliases: bool,
    /// `-E`: functions inherit the trap for `ERR`.
    pub(super) inherits_trap: bool,
    /// `shopt -s nocasematch`
    pub(super) ignores_case: bool,
}

/// The variables that a function call or an assignment before a command hides, with their names.
type Hidden = Vec<(String, Option<Variable>)>;

/// The state of a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    variables: Arc<BTreeMap<String, Variable>>,
    /// Bytes of all values.
    size: usize,
    pub(super) functions: Arc<BTreeMap<String, Function>>,
    pub(super) aliases: Arc<BTreeMap<String, String>>,
    /// Commands of `trap`, by the name of the signal.
    pub(super) traps: Arc<BTreeMap<String, String>>,
    pub(super) options: Options,
    pub(super) positional: Arc<Vec<String>>,
    /// What is hidden, one entry for each function call and each command with assignments, the innermost last.
    hidden: Arc<Vec<Hidden>>,
    /// Names of the functions that are being called, the innermost last.
    pub(super) calls: Arc<Vec<String>>,
    /// Exit status of the last command.
    pub(super) status: i32,
    /// Exit statuses of the last pipeline.
    pub(super) pipe_statuses: Arc<Vec<i32>>,
    /// Redirections of everything that the shell runs: `exec 2>&1`.
    pub(super) streams: Streams,
    /// State of the generator of `$RANDOM`.
    random: u32,
    /// Number of commands that were asked to run in the background.
    pub(super) background_jobs: u32,
    /// Place of `getopts` within an argument that has several letters.
    pub(super) option_letter: usize,
    /// Simulated time, in milliseconds.
    pub(super) now_ms: u64,
    /// Line of the current command, from 1.
    pub(super) line: usize,
}

impl Default for State {
    fn default() -> Self {
        Self {
            variables: Arc::default(),
            size: 0,
            functions: Arc::default(),
            aliases: Arc::default(),
            traps: Arc::default(),
            options: Options::default(),
            positional: Arc::default(),
            hidden: Arc::default(),
            calls: Arc::default(),
            status: 0,
            pipe_statuses: Arc::new(vec![0]),
            streams: Streams::default(),
            random: 42,
            background_jobs: 0,
            option_letter: 0,
            now_ms: 0,
            line: 1,
        }
    }
}

impl State {
    /// Creates a state with these variables, and the exit status of a last command.
    #[must_use]
    pub fn with(variables: &BTreeMap<String, String>, status: i32) -> Self {
        let mut state = Self { status, ..Self::default() };
        for (name, value) in variables {
            state.insert(name, Value::Text(value.clone()));
        }
        state
    }

    /// Goes back to a state from before; time does not.
    pub(super) fn restore(&mut self, saved: Self) {
        let now_ms = self.now_ms;
        *self = saved;
        self.now_ms = now_ms;
    }

    /// Returns the exit status of the last command.
    #[must_use]
    pub fn status(&self) -> i32 {
        self.status
    }

    /// Sets the exit status of the last command.
    pub fn set_status(&mut self, status: i32) {
        self.status = status;
    }

    /// Returns the names and texts of the variables that are set.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().filter_map(|(name, variable)| Some((name.as_str(), variable.value.text()?)))
    }

    /// Ends the effects that `exit` does not leave to the next lines: options and traps.
    pub fn renew(&mut self) {
        self.options = Options { expands_aliases: self.options.expands_aliases, ..Options::default() };
        self.traps = Arc::default();
        self.streams = Streams::default();
    }

    /// Returns `true` if a command waits for the end of the shell.
    #[must_use]
    pub fn has_exit_trap(&self) -> bool {
        self.traps.contains_key("EXIT")
    }

    pub(super) fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// Returns the text of a variable or of a special parameter; `None` if it is not set.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        if let Some(variable) = self.variables.get(name) {
            return variable.value.text().map(str::to_owned);
        }
        self.special(name)
    }

    fn special(&mut self, name: &str) -> Option<String> {
        let text = match name {
            "?" => self.status.to_string(),
            "#" => self.positional.len().to_string(),
            // There are no processes; any number does.
            "$" | "BASHPID" | "OPTIND" => "1".to_owned(),
            "!" => (self.background_jobs > 0).then(|| (1000 + self.background_jobs).to_string())?,
            "0" | "BASH_ARGV0" => "bash".to_owned(),
            "-" => self.letters(),
            "*" | "@" => self.positional.join(" "),
            "_" => String::new(),
            "HOME" | "PWD" => HOME.to_owned(),
            "OLDPWD" => return None,
            "USER" | "LOGNAME" => "user".to_owned(),
            "HOSTNAME" => "playground".to_owned(),
            "SHELL" | "BASH" => "/bin/bash".to_owned(),
            "PATH" => "/usr/local/bin:/usr/bin:/bin".to_owned(),
            "BASH_VERSION" => "5.2.15(1)-release".to_owned(),
            "OSTYPE" => "linux-gnu".to_owned(),
            "UID" | "EUID" => "1000".to_owned(),
            "PPID" => "0".to_owned(),
            "IFS" => " \t\n".to_owned(),
            "PS4" => "+ ".to_owned(),
            "LINENO" => self.line.to_string(),
            "SECONDS" => (self.now_ms / 1000).to_string(),
            "EPOCHSECONDS" => (super::clock::EPOCH_SECONDS + self.now_ms / 1000).to_string(),
            "RANDOM" => self.draw().to_string(),
            "FUNCNAME" => self.calls.last()?.clone(),
            _ => {
                let number: usize = name.parse().ok()?;
                return self.positional.get(number.checked_sub(1)?).cloned();
            }
        };
        Some(text)
    }

    /// Returns the letters of the options that are set.
    fn letters(&self) -> String {
        let options = self.options;
        let letters = [
            ('e', options.exits_on_error),
            ('h', true),
            ('u', options.refuses_unset),
            ('x', options.traces),
            ('B', true),
        ];
        letters.iter().filter(|(_, is_set)| *is_set).map(|(letter, _)| letter).collect()
    }

    /// Returns the next number of `$RANDOM`, from 0 to 32767.
    fn draw(&mut self) -> u32 {
        self.random = self.random.wrapping_mul(1_103_515_245).wrapping_add(12345);
        (self.random >> 16) & 0x7fff
    }

    /// Returns the value of `IFS`.
    pub(super) fn separators(&mut self) -> String {
        self.text("IFS").unwrap_or_default()
    }

    /// Keeps the exit status as that of a pipeline of one command.
    pub(super) fn keep_pipe_status(&mut self) {
        if *self.pipe_statuses != [self.status] {
            self.pipe_statuses = Arc::new(vec![self.status]);
        }
    }

    fn insert(&mut self, name: &str, value: Value) {
        let size = value.size();
        let variable = Arc::make_mut(&mut self.variables).entry(name.to_owned()).or_default();
        self.size = (self.size + size).saturating_sub(variable.value.size());
        variable.value = value;
    }

    /// Checks that a variable may be changed.
    fn writable(&self, name: &str) -> Result<(), ShellError> {
        match self.variables.get(name) {
            Some(variable) if variable.attributes.is_readonly => {
                Err(ShellError::bash(format!("{name}: readonly variable")))
            }
            _ => Ok(()),
        }
    }

    /// Checks that a value does not take more memory than variables may.
    fn affordable(&self, name: &str, size: usize) -> Result<(), ShellError> {
        if size > VALUE_BYTES_MAX || self.size + size > VALUES_BYTES_MAX {
            return Err(ShellError::playground(format!("{name}: the variables become too long")));
        }
        Ok(())
    }

    /// Gives a variable a value. Of an array, it changes element 0.
    ///
    /// # Errors
    /// A variable that may not be changed, or values that become too long.
    pub(super) fn set(&mut self, name: &str, text: String) -> Result<(), ShellError> {
        self.writable(name)?;
        self.affordable(name, text.len())?;
        if name == "RANDOM" {
            self.random = text.parse().unwrap_or(0);
        }
        match self.variables.get(name).map(|variable| &variable.value) {
            Some(Value::List(_)) => return self.set_item(name, 0, text),
            Some(Value::Map(_)) => return self.set_entry(name, "0", text),
            _ => {}
        }
        if name != "RANDOM" {
            self.insert(name, Value::Text(text));
        }
        Ok(())
    }

    /// Gives a variable a whole array.
    ///
    /// # Errors
    /// A variable that may not be changed, or values that become too long.
    pub(super) fn set_value(&mut self, name: &str, value: Value) -> Result<(), ShellError> {
        self.writable(name)?;
        self.affordable(name, value.size())?;
        self.insert(name, value);
        Ok(())
    }

    /// Sets an element of an array with numbers as keys.
    ///
    /// # Errors
    /// A variable that may not be changed, values that become too long, or a key before the first element.
    pub(super) fn set_item(&mut self, name: &str, key: i64, text: String) -> Result<(), ShellError> {
        self.writable(name)?;
        self.affordable(name, text.len() + 16)?;
        let size = text.len() + 16;
        let variable = Arc::make_mut(&mut self.variables).entry(name.to_owned()).or_default();
        if let Value::Text(first) = &variable.value {
            variable.value = Value::List(BTreeMap::from([(0, first.clone())]));
        } else if variable.value == Value::Unset {
            variable.value = Value::List(BTreeMap::new());
        }
        if let Value::List(list) = &mut variable.value {
            let key = if key < 0 { key + list.last_key_value().map_or(0, |(last, _)| last + 1) } else { key };
            if key < 0 {
                return Err(ShellError::bash(format!("{name}[{key}]: bad array subscript")));
            }
            list.insert(key, text);
        }
        self.size += size;
        Ok(())
    }

    /// Sets an element of an array with texts as keys.
    ///
    /// # Errors
    /// A variable that may not be changed, or values that become too long.
    pub(super) fn set_entry(&mut self, name: &str, key: &str, text: String) -> Result<(), ShellError> {
        self.writable(name)?;
        self.affordable(name, text.len() + key.len() + 16)?;
        self.size += text.len() + key.len() + 16;
        let variable = Arc::make_mut(&mut self.variables).entry(name.to_owned()).or_default();
        if let Value::Map(map) = &mut variable.value {
            map.insert(key.to_owned(), text);
        }
        Ok(())
    }

    /// Returns `true` for an array with texts as keys.
    pub(super) fn is_map(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Variable { value: Value::Map(_), .. }))
    }

    /// Returns the element of an array with a number as key; negative ones count from the end.
    pub(super) fn item(&mut self, name: &str, key: i64) -> Option<String> {
        match self.variables.get(name).map(|variable| &variable.value) {
            Some(Value::List(list)) => {
                let key = if key < 0 { key + list.last_key_value()?.0 + 1 } else { key };
                list.get(&key).cloned()
            }
            _ => self.array(name).get(usize::try_from(key).ok()?).map(|(_, text)| text.clone()),
        }
    }

    /// Returns the element of an array with a text as key.
    pub(super) fn entry(&self, name: &str, key: &str) -> Option<String> {
        match &self.variables.get(name)?.value {
            Value::Map(map) => map.get(key).cloned(),
            _ => None,
        }
    }

    /// Returns the keys and values of an array; those of text are one.
    pub(super) fn array(&mut self, name: &str) -> Vec<(String, String)> {
        let number = |texts: &mut dyn Iterator<Item = String>| -> Vec<(String, String)> {
            texts.enumerate().map(|(index, text)| (index.to_string(), text)).collect()
        };
        match name {
            "PIPESTATUS" => return number(&mut self.pipe_statuses.iter().map(ToString::to_string)),
            "FUNCNAME" => {
                let main = (!self.calls.is_empty()).then(|| "main".to_owned());
                return number(&mut self.calls.iter().rev().cloned().chain(main));
            }
            "BASH_SOURCE" => return number(&mut std::iter::once("bash".to_owned())),
            _ => {}
        }
        let Some(variable) = self.variables.get(name) else {
            return self.special(name).map(|text| ("0".to_owned(), text)).into_iter().collect();
        };
        variable.value.elements().into_iter().map(|(key, text)| (key, text.to_owned())).collect()
    }

    pub(super) fn attributes(&self, name: &str) -> Attributes {
        self.variables.get(name).map_or_else(Attributes::default, |variable| variable.attributes)
    }

    pub(super) fn set_attributes(&mut self, name: &str, attributes: Attributes) {
        Arc::make_mut(&mut self.variables).entry(name.to_owned()).or_default().attributes = attributes;
    }

    /// Removes a variable, or one element of an array.
    ///
    /// # Errors
    /// A variable that may not be changed.
    pub(super) fn unset(&mut self, name: &str, key: Option<&str>) -> Result<(), ShellError> {
        self.writable(name)?;
        let variables = Arc::make_mut(&mut self.variables);
        match (key, variables.get_mut(name).map(|variable| &mut variable.value)) {
            (Some(key), Some(Value::Map(map))) => {
                map.remove(key);
            }
            (Some(key), Some(Value::List(list))) => {
                let key: i64 = key.parse().unwrap_or(0);
                let key = if key < 0 { key + list.last_key_value().map_or(0, |(last, _)| last + 1) } else { key };
                list.remove(&key);
            }
            (_, Some(value)) => {
                self.size = self.size.saturating_sub(value.size());
                variables.remove(name);
            }
            (_, None) => {}
        }
        Ok(())
    }

    /// Begins a stretch at whose end the variables that [`Self::hide`] names get their values back.
    pub(super) fn begin_hiding(&mut self) {
        Arc::make_mut(&mut self.hidden).push(Vec::new());
    }

    /// Keeps the value of a variable for the end of the innermost stretch. Returns `false` outside any.
    pub(super) fn hide(&mut self, name: &str) -> bool {
        let Some(hidden) = Arc::make_mut(&mut self.hidden).last_mut() else { return false };
        if hidden.iter().all(|(known, _)| known != name) {
            hidden.push((name.to_owned(), self.variables.get(name).cloned()));
        }
        true
    }

    /// Removes a variable whatever its attributes are.
    pub(super) fn forget(&mut self, name: &str) {
        if let Some(variable) = Arc::make_mut(&mut self.variables).remove(name) {
            self.size = self.size.saturating_sub(variable.value.size());
        }
    }

    /// Gives back what the innermost stretch hides.
    pub(super) fn end_hiding(&mut self) {
        let Some(hidden) = Arc::make_mut(&mut self.hidden).pop() else { return };
        for (name, variable) in hidden {
            let variables = Arc::make_mut(&mut self.variables);
            match variable {
                Some(variable) => variables.insert(name, variable),
                None => variables.remove(&name),
            };
        }
    }
}
