//! Variants of a script: the same lines but for one setting, with the words that changed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::SessionOptions;
use crate::command_log::LogAction;
use crate::script::ScriptItem;
use scale_down_cli::shell::{self, SimpleCommand, Span};
use scale_down_engine::autoscaler::settings::SETTINGS;

/// A setting to be varied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The scale-down mode of pools; its value `always-on` is the run whose nodes never go.
    ScaleDownMode,
    /// An option of the commands that make or change a pool, by its long name.
    PoolOption(&'static str),
    /// A setting of the autoscaler profile, by its name.
    Profile(&'static str),
    /// The seed of every duration that is drawn.
    Seed,
}

/// Options of pools that can be varied, with their short names.
const POOL_OPTIONS: [(&str, &[&str]); 4] = [
    ("min-count", &["--min-count"]),
    ("max-count", &["--max-count"]),
    ("node-count", &["--node-count", "-c"]),
    ("vm-size", &["--node-vm-size", "-s"]),
];
const MODE: &str = "--scale-down-mode";
/// The value of the scale-down mode for nodes that never go.
pub const ALWAYS_ON: &str = "always-on";

/// A setting and one value of it, for all pools or for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vary {
    /// The pool that alone is varied; all pools if there is none.
    pub pool: Option<String>,
    /// The setting.
    pub key: Key,
    /// Its value, as it is written on a line.
    pub value: String,
}

/// The reason why a setting cannot be varied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaryError {
    /// There is no such setting.
    #[error(
        "'{0}' cannot be varied: there are scale-down-mode, min-count, max-count, node-count, vm-size, seed, and the settings of the autoscaler profile"
    )]
    Key(String),
    /// More is to be compared than there is room for.
    #[error("a run is compared with at most 3 others at a time")]
    TooMany,
    /// The setting has no such value.
    #[error("'{value}' is no value of {key}: {expected}")]
    Value {
        /// The setting.
        key: String,
        /// The value.
        value: String,
        /// What it can be.
        expected: &'static str,
    },
}

/// A line that differs, with the place of what is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The line before; empty for a line that was added.
    pub before: String,
    /// The line after; empty for a line that was left out.
    pub after: String,
    /// Places in `after` of the words that are new.
    pub spans: Vec<Span>,
}

impl Vary {
    /// Parses `KEY` or `POOL:KEY` with a value.
    ///
    /// # Errors
    ///
    /// A setting that does not exist, or a value that it cannot have.
    pub fn parse(key: &str, value: &str) -> Result<Self, VaryError> {
        let (pool, name) = match key.split_once(':') {
            Some((pool, name)) => (Some(pool.to_owned()), name),
            None => (None, key),
        };
        let option = POOL_OPTIONS.iter().find(|(own, _)| *own == name);
        let setting = SETTINGS.iter().find(|info| info.name == name);
        let wrong = |expected| VaryError::Value { key: key.to_owned(), value: value.to_owned(), expected };
        let is_number = value.parse::<u64>().is_ok();
        let mut value = value.to_owned();
        let key = match (name, option, setting) {
            ("scale-down-mode", ..) => {
                let modes = ["Delete", "Deallocate", ALWAYS_ON];
                let mode = modes.iter().find(|mode| mode.eq_ignore_ascii_case(&value));
                value = (*mode.ok_or_else(|| wrong("it is Delete, Deallocate or always-on"))?).to_owned();
                Key::ScaleDownMode
            }
            ("seed", ..) if is_number => Key::Seed,
            ("seed" | "min-count" | "max-count" | "node-count", ..) if !is_number => {
                return Err(wrong("it is a whole number"));
            }
            (_, Some((own, _)), _) => Key::PoolOption(own),
            (_, _, Some(info)) => Key::Profile(info.name),
            _ => return Err(VaryError::Key(name.to_owned())),
        };
        Ok(Self { pool, key, value })
    }

    /// Returns its name for people, such as `scale-down-mode=Delete`.
    #[must_use]
    pub fn name(&self) -> String {
        let pool = self.pool.as_ref().map_or_else(String::new, |pool| format!("{pool}:"));
        let key = match &self.key {
            Key::ScaleDownMode => "scale-down-mode",
            Key::PoolOption(name) | Key::Profile(name) => name,
            Key::Seed => "seed",
        };
        format!("{pool}{key}={}", self.value)
    }
}

/// Changes the lines of a run's items by settings, one after the other. Returns the lines that differ.
pub(super) fn vary_items(settings: &[Vary], peaks: &BTreeMap<String, u32>, items: &mut [ScriptItem]) -> Vec<Change> {
    let mut changes = Vec::new();
    for vary in settings {
        let mut editor = Editor::new(vary, peaks);
        for item in &mut *items {
            if let LogAction::Lines(lines) = &mut item.action {
                *lines = editor.text(lines).into();
            }
        }
        changes.append(&mut editor.changes);
    }
    changes
}

/// Returns the options of a run whose settings are varied: another seed if one is set.
pub(super) fn vary_options(settings: &[Vary], options: &SessionOptions) -> SessionOptions {
    let seed = settings.iter().rev().find(|vary| vary.key == Key::Seed).map(|vary| vary.value.parse().ok());
    SessionOptions { seed: seed.unwrap_or(options.seed), ..options.clone() }
}

/// Changes the lines of a run, one text after the other.
struct Editor<'a> {
    vary: &'a Vary,
    /// Greatest number of ready nodes of each pool in the run that is varied.
    peaks: &'a BTreeMap<String, u32>,
    /// Number of nodes that each pool was scaled to so far, at most.
    reached: BTreeMap<String, u32>,
    /// Clusters whose profile has been set.
    profiled: Vec<String>,
    /// The lines that differ.
    pub changes: Vec<Change>,
}

/// An edit of a line: the text that takes the place of a span.
type Edit = (Span, String);

impl<'a> Editor<'a> {
    pub fn new(vary: &'a Vary, peaks: &'a BTreeMap<String, u32>) -> Self {
        Self { vary, peaks, reached: BTreeMap::new(), profiled: Vec::new(), changes: Vec::new() }
    }

    /// Returns the variant of a text of lines.
    pub fn text(&mut self, text: &str) -> String {
        let lines = shell::split_lines(text);
        let changed: Vec<String> = lines.iter().map(|line| self.line(&line.text)).collect();
        if lines.iter().zip(&changed).all(|(line, changed)| line.text == *changed) {
            return text.to_owned();
        }
        changed.join("\n")
    }

    fn line(&mut self, line: &str) -> String {
        // What the shell refuses stays as it is, and is refused in each variant.
        let commands = shell::lex(line, &BTreeMap::new(), 0).unwrap_or_default();
        let mut edits: Vec<Edit> = Vec::new();
        let mut is_left_out = false;
        let mut before = None;
        for command in &commands {
            let Some(command) = PoolCommand::of(command) else { continue };
            if self.vary.pool.as_ref().is_some_and(|pool| *pool != command.pool) {
                continue;
            }
            match &self.vary.key {
                Key::ScaleDownMode if self.vary.value == ALWAYS_ON => {
                    is_left_out |= self.keep_on(&command, &mut edits);
                }
                Key::ScaleDownMode => edits.extend(command.set_mode(&self.vary.value)),
                Key::PoolOption(name) => edits.extend(command.set_option(name, &self.vary.value)),
                Key::Profile(name) => before = before.or(self.set_profile(&command, name, &mut edits)),
                Key::Seed => {}
            }
        }
        if is_left_out {
            self.changes.push(Change { before: line.to_owned(), after: String::new(), spans: Vec::new() });
            return format!("# {line}");
        }
        let mut text = String::new();
        if let Some(added) = before {
            let spans = vec![Span { start: 0, end: added.len() }];
            self.changes.push(Change { before: String::new(), after: added.clone(), spans });
            let _ = writeln!(text, "{added}");
        }
        let (after, spans) = apply(line, edits);
        if after != line {
            self.changes.push(Change { before: line.to_owned(), after: after.clone(), spans });
        }
        text + &after
    }

    /// Makes a command keep every node. Returns `true` if it would only take nodes away, and is to be left out.
    fn keep_on(&mut self, command: &PoolCommand<'_>, edits: &mut Vec<Edit>) -> bool {
        let count = command.number("node-count");
        let reached = self.reached.get(&command.pool).copied().unwrap_or(0);
        if command.verb == "scale" {
            let Some(count) = count.filter(|count| *count > reached) else { return true };
            self.reached.insert(command.pool.clone(), count);
            return false;
        }
        if let Some(min) = command.number("min-count") {
            let max = command.number("max-count").unwrap_or(u32::MAX);
            let peak = self.peaks.get(&command.pool).copied().unwrap_or(min).clamp(min, max.max(min));
            edits.extend(command.set_option("min-count", &peak.to_string()));
            if command.verb != "update" {
                edits.extend(command.set_option("node-count", &peak.to_string()));
            }
            self.reached.insert(command.pool.clone(), peak);
        } else if let Some(count) = count.or_else(|| (command.verb != "update").then_some(DEFAULT_NODE_COUNT)) {
            self.reached.insert(command.pool.clone(), count);
        }
        false
    }

    /// Sets a setting of the profile of a command's cluster. Returns the line that has to come before, if any.
    fn set_profile(&mut self, command: &PoolCommand<'_>, name: &str, edits: &mut Vec<Edit>) -> Option<String> {
        const PROFILE: [&str; 2] = ["--cluster-autoscaler-profile", "--ca-profile"];
        let own = format!("{name}={}", self.vary.value);
        if let Some(values) = command.values(&PROFILE) {
            self.profiled.push(command.cluster.clone());
            let named = values.iter().find(|word| word.text.split_once('=').is_some_and(|(key, _)| key == name));
            match (named, values.last()) {
                (Some(word), _) => edits.push((word.span, own)),
                (None, Some(last)) => {
                    edits.push((Span { start: last.span.end, end: last.span.end }, format!(" {own}")));
                }
                (None, None) => {}
            }
            return None;
        }
        if self.profiled.contains(&command.cluster) {
            return None;
        }
        if command.is_cluster && command.verb == "create" {
            self.profiled.push(command.cluster.clone());
            edits.push(command.append(&format!("{} {own}", PROFILE[0])));
            return None;
        }
        let group = command.option(&["--resource-group", "-g"])?;
        self.profiled.push(command.cluster.clone());
        Some(format!("az aks update -g {group} -n {} {} {own} -o none", command.cluster, PROFILE[0]))
    }
}

/// Number of nodes of a pool that names none.
const DEFAULT_NODE_COUNT: u32 = 3;
/// Name of the first pool of a cluster that names none.
const DEFAULT_POOL: &str = "nodepool1";

/// A command that makes or changes a pool.
struct PoolCommand<'a> {
    command: &'a SimpleCommand,
    /// `add`, `update`, `scale` or `create`.
    verb: &'a str,
    /// `true` for a command on a whole cluster, which has a pool all the same.
    is_cluster: bool,
    pool: String,
    cluster: String,
}

impl<'a> PoolCommand<'a> {
    fn of(command: &'a SimpleCommand) -> Option<Self> {
        let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
        let (verb, is_cluster) = match words.as_slice() {
            ["az", "aks", "nodepool", verb @ ("add" | "update" | "scale"), ..] => (*verb, false),
            ["az", "aks", verb @ ("create" | "update" | "scale"), ..] => (*verb, true),
            _ => return None,
        };
        let mut found = Self { command, verb, is_cluster, pool: String::new(), cluster: String::new() };
        let name = |names: &[&str]| found.option(names).unwrap_or_default().to_owned();
        let (pool, cluster) = if is_cluster {
            (name(&["--nodepool-name"]), name(&["--name", "-n"]))
        } else {
            (name(&["--name", "-n", "--nodepool-name"]), name(&["--cluster-name"]))
        };
        found.pool = if pool.is_empty() && is_cluster { DEFAULT_POOL.to_owned() } else { pool };
        found.cluster = cluster;
        Some(found)
    }

    /// Returns the words of an option's values; `None` if the option is not given.
    fn values(&self, names: &[&str]) -> Option<Vec<&'a shell::Word>> {
        let words = &self.command.words;
        let at = words.iter().position(|word| names.contains(&word.text.as_str()))?;
        let values = words.iter().skip(at + 1).take_while(|word| !word.text.starts_with('-') || word.text.len() < 2);
        Some(values.collect())
    }

    fn option(&self, names: &[&str]) -> Option<&'a str> {
        let joined =
            |name: &&str| self.command.words.iter().find_map(|word| word.text.strip_prefix(*name)?.strip_prefix('='));
        let apart = self.values(names).and_then(|values| values.first().map(|word| word.text.as_str()));
        apart.or_else(|| names.iter().filter(|name| name.starts_with("--")).find_map(joined))
    }

    fn names(key: &str) -> &'static [&'static str] {
        POOL_OPTIONS.iter().find(|(own, _)| *own == key).map_or(&[], |(_, names)| names)
    }

    fn number(&self, key: &str) -> Option<u32> {
        self.option(Self::names(key))?.parse().ok()
    }

    /// Returns the edit that adds words at the end of the command.
    fn append(&self, words: &str) -> Edit {
        let end = self.command.words.last().map_or(self.command.span.end, |word| word.span.end);
        (Span { start: end, end }, format!(" {words}"))
    }

    /// Returns the edit that gives an option another value; `None` if it is not given.
    fn replace(&self, names: &[&str], value: &str) -> Option<Edit> {
        if let Some(first) = self.values(names).and_then(|values| values.first().copied()) {
            return Some((first.span, value.to_owned()));
        }
        let joined = self.command.words.iter().find_map(|word| {
            let name = names.iter().find(|name| word.text.starts_with(&format!("{name}=")))?;
            Some((word.span, format!("{name}={value}")))
        });
        joined.filter(|(_, text)| text.starts_with("--"))
    }

    fn set_mode(&self, mode: &str) -> Option<Edit> {
        match self.replace(&[MODE], mode) {
            Some(edit) => Some(edit),
            None => (self.verb == "add").then(|| self.append(&format!("{MODE} {mode}"))),
        }
    }

    /// Returns the edit that sets an option of a pool. The range of an autoscaler is changed where there is one; what
    /// has a default is added where a pool is made.
    fn set_option(&self, key: &str, value: &str) -> Option<Edit> {
        let names = Self::names(key);
        let is_made = matches!(self.verb, "add" | "create");
        match self.replace(names, value) {
            Some(edit) if key != "node-count" || is_made => Some(edit),
            None if is_made && !key.starts_with('m') => {
                names.first().map(|name| self.append(&format!("{name} {value}")))
            }
            _ => None,
        }
    }
}

/// Applies edits to a line; returns it with the places of what is new.
fn apply(line: &str, mut edits: Vec<Edit>) -> (String, Vec<Span>) {
    edits.sort_by_key(|(span, _)| span.start);
    let (mut text, mut spans, mut done) = (String::new(), Vec::new(), 0);
    for (span, new) in edits {
        if line.get(span.start..span.end) == Some(new.as_str()) {
            continue;
        }
        text.push_str(line.get(done..span.start).unwrap_or_default());
        let start = text.len() + (new.len() - new.trim_start().len());
        text.push_str(&new);
        spans.push(Span { start, end: text.len() });
        done = span.end;
    }
    text.push_str(line.get(done..).unwrap_or_default());
    (text, spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, value: &str, lines: &str, expected: &str) {
        let vary = Vary::parse(key, value).unwrap();
        let peaks = BTreeMap::from([("p".to_owned(), 17)]);
        let mut editor = Editor::new(&vary, &peaks);
        assert_eq!(editor.text(lines), expected, "{key}={value}");
        for change in &editor.changes {
            for span in &change.spans {
                assert!(change.after.get(span.start..span.end).is_some_and(|new| !new.is_empty()), "{change:?}");
            }
        }
    }

    const ADD: &str = "az aks nodepool add -g g --cluster-name c -n p -c 5 --scale-down-mode Deallocate";
    const RANGE: &str =
        "az aks nodepool add -g g --cluster-name c -n p --enable-cluster-autoscaler --min-count 1 --max-count 9";

    #[test]
    fn modes_are_set_where_pools_are_made_and_changed() {
        check("scale-down-mode", "delete", ADD, &ADD.replace("Deallocate", "Delete"));
        check("scale-down-mode", "Deallocate", ADD, ADD);
        check("scale-down-mode", "Delete", "A=1; wait 5m", "A=1; wait 5m");
        check("scale-down-mode", "Delete", RANGE, &format!("{RANGE} --scale-down-mode Delete"));
        let update = "az aks nodepool update --scale-down-mode=Delete -g g --cluster-name c -n p && wait 1m";
        check("scale-down-mode", "Deallocate", update, &update.replace("=Delete", "=Deallocate"));
        check("q:scale-down-mode", "Delete", ADD, ADD);
        check("p:scale-down-mode", "Delete", ADD, &ADD.replace("Deallocate", "Delete"));
    }

    #[test]
    fn always_on_leaves_out_what_takes_nodes_away() {
        let scale = |count: u32| format!("az aks nodepool scale -g g --cluster-name c -n p -c {count}");
        let lines = [ADD, &scale(2), "wait 12h", &scale(9), &scale(9)].join("\n");
        let expected = [ADD, &format!("# {}", scale(2)), "wait 12h", &scale(9), &format!("# {}", scale(9))].join("\n");
        check("scale-down-mode", "always-on", &lines, &expected);
        let most = RANGE.replace("--max-count 9", "--max-count 40");
        let on = format!("{} --node-count 17", most.replace("--min-count 1", "--min-count 17"));
        check("scale-down-mode", "always-on", &most, &on);
        check(
            "scale-down-mode",
            "always-on",
            RANGE,
            &format!("{} --node-count 9", RANGE.replace("--min-count 1", "--min-count 9")),
        );
    }

    #[test]
    fn settings_are_set_once_for_each_cluster() {
        let added = "az aks update -g g -n c --cluster-autoscaler-profile scale-down-unneeded-time=2m -o none";
        check("scale-down-unneeded-time", "2m", &format!("{RANGE}\n{RANGE}"), &format!("{added}\n{RANGE}\n{RANGE}"));
        let create = "az aks create -g g -n c --ca-profile scan-interval=20s";
        check("scale-down-unneeded-time", "2m", create, &format!("{create} scale-down-unneeded-time=2m"));
        check("scan-interval", "1m", create, &create.replace("20s", "1m"));
        check("min-count", "3", RANGE, &RANGE.replace("--min-count 1", "--min-count 3"));
        check("min-count", "3", ADD, ADD);
        check("vm-size", "Standard_D4s_v5", ADD, &format!("{ADD} --node-vm-size Standard_D4s_v5"));
        check("seed", "7", ADD, ADD);
    }

    #[test]
    fn what_cannot_be_varied_is_refused() {
        let check = |key: &str, value: &str, expected: &str| {
            let error = Vary::parse(key, value).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        };
        check("speed", "1", "'speed' cannot be varied: there are scale-down-mode");
        check("scale-down-mode", "Freeze", "'Freeze' is no value of scale-down-mode: it is Delete");
        check("np:min-count", "few", "'few' is no value of np:min-count: it is a whole number");
    }
}
