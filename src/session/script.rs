//! Runs as text: scripts that can be read, edited and played again.
//!
//! Lines stand as they were typed. A comment that begins with `#@` is a mark with the time, so that a played
//! script gives the very same run; a shell and a person can skip it. A script written by hand needs none: its
//! lines follow each other.
//!
//! | mark | meaning |
//! | --- | --- |
//! | `#@ seed 7` | the seed of every duration that is drawn |
//! | `#@ world {…}` | the resources at time 0, as JSON on one line |
//! | `#@ strict` | every line is judged as the real CLI judges it |
//! | `#@ terminal` | somebody is there to answer questions |
//! | `#@ +1500` | the next lines were typed 1.5 s after those before had answered |
//! | `#@ 61000` | they were typed 61 s after the beginning, while others had not answered |
//! | `#@ 61000 interrupt` | the wait was given up then |
//! | `#@ +0 begin` | in the run of a lesson: its set-up is over |
//! | `#@ +1500 end` | the run goes on until then |
//! | `#@ \| TEXT` | a typed line that begins with `#@` itself, or the empty answer to a question |

use std::fmt::{Display, Formatter, Write as _};
use std::sync::Arc;

use super::command_log::{CommandLog, LogAction, LogItem};
use super::{SessionOptions, World, WorldError};

const MARK: &str = "#@";

/// The time of an action, in milliseconds of simulated time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScriptTime {
    /// This long after the beginning of the run.
    At(u64),
    /// This long after every line before it has answered.
    AfterAnswers(u64),
}

impl ScriptTime {
    /// Prefers the time since the last answer, which stays right if durations change.
    pub(super) fn new(at_ms: u64, rest_ms: Option<u64>) -> Self {
        rest_ms.map_or(Self::At(at_ms), Self::AfterAnswers)
    }
}

impl Display for ScriptTime {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::At(at_ms) => write!(formatter, "{at_ms}"),
            Self::AfterAnswers(rest_ms) => write!(formatter, "+{rest_ms}"),
        }
    }
}

/// An action and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScriptItem {
    pub when: ScriptTime,
    pub action: LogAction,
}

impl ScriptItem {
    /// Returns an item of a log as one of a script.
    pub(super) fn of(item: &LogItem) -> Self {
        Self { when: ScriptTime::new(item.at_ms, item.rest_ms), action: item.action.clone() }
    }
}

/// The content of a script.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub seed: Option<u64>,
    pub is_strict: bool,
    pub has_terminal: bool,
    pub world: Option<World>,
    /// The reason why the world cannot be read.
    pub world_error: Option<WorldError>,
    pub items: Vec<ScriptItem>,
    pub end: Option<ScriptTime>,
}

/// Writes a run as a script.
pub(super) fn write(options: &SessionOptions, log: &CommandLog, end: ScriptTime) -> String {
    let mut text = String::new();
    if let Some(seed) = options.seed {
        let _ = writeln!(text, "{MARK} seed {seed}");
    }
    if options.strict {
        let _ = writeln!(text, "{MARK} strict");
    }
    if options.terminal {
        let _ = writeln!(text, "{MARK} terminal");
    }
    if let Some(world) = &options.world {
        let _ = writeln!(text, "{MARK} world {}", world.source());
    }
    for item in log.iter() {
        let when = ScriptTime::new(item.at_ms, item.rest_ms);
        let _ = match &item.action {
            LogAction::Lines(lines) => writeln!(text, "{MARK} {when}\n{}", escaped(lines)),
            LogAction::Interrupt => writeln!(text, "{MARK} {when} interrupt"),
            LogAction::Begin => writeln!(text, "{MARK} {when} begin"),
        };
    }
    let _ = writeln!(text, "{MARK} {end} end");
    text
}

/// Escapes typed lines, so that none of them is taken for a mark.
fn escaped(lines: &str) -> String {
    if lines.is_empty() {
        // The empty answer to a question.
        return format!("{MARK} |");
    }
    let mut text = String::with_capacity(lines.len());
    for line in lines.split_inclusive('\n') {
        if line.starts_with(MARK) {
            text.push_str(MARK);
            text.push_str(" | ");
        }
        text.push_str(line);
    }
    text
}

/// Reads a script. A mark that is not understood is a comment like any other.
pub(super) fn read(text: &str) -> Script {
    let mut script = Script::default();
    let mut when = ScriptTime::At(0);
    let mut lines = String::new();
    let mut is_empty_answer = false;
    for line in text.lines() {
        let mark = line.strip_prefix(MARK).map(str::trim);
        let Some(mark) = mark.and_then(read_mark) else {
            lines.push_str(line);
            lines.push('\n');
            continue;
        };
        if let ScriptMark::Typed(typed) = mark {
            is_empty_answer |= typed.is_empty();
            lines.push_str(typed);
            lines.push('\n');
            continue;
        }
        if std::mem::take(&mut is_empty_answer) && lines.trim().is_empty() {
            script.items.push(ScriptItem { when, action: LogAction::Lines(Arc::from("")) });
        }
        script.push_lines(when, &mut lines);
        match mark {
            ScriptMark::Seed(seed) => script.seed = Some(seed),
            ScriptMark::Strict => script.is_strict = true,
            ScriptMark::Terminal => script.has_terminal = true,
            ScriptMark::World(text) => match World::parse(text) {
                Ok(world) => script.world = Some(world),
                Err(error) => script.world_error = Some(error),
            },
            ScriptMark::Time(time) => when = time,
            ScriptMark::Action(time, action) => {
                script.items.push(ScriptItem { when: time, action });
                // What follows without a mark follows at once.
                when = ScriptTime::AfterAnswers(0);
            }
            ScriptMark::End(time) => script.end = Some(time),
            ScriptMark::Typed(_) => {}
        }
    }
    script.push_lines(when, &mut lines);
    script
}

impl Script {
    fn push_lines(&mut self, when: ScriptTime, lines: &mut String) {
        let text = std::mem::take(lines);
        if !text.trim().is_empty() {
            self.items.push(ScriptItem { when, action: LogAction::Lines(Arc::from(text.trim_end())) });
        }
    }
}

enum ScriptMark<'a> {
    Seed(u64),
    Strict,
    Terminal,
    World(&'a str),
    Time(ScriptTime),
    Action(ScriptTime, LogAction),
    End(ScriptTime),
    Typed(&'a str),
}

fn read_mark(mark: &str) -> Option<ScriptMark<'_>> {
    match mark {
        "strict" => return Some(ScriptMark::Strict),
        "terminal" => return Some(ScriptMark::Terminal),
        _ => {}
    }
    let (first, second) = mark.split_once(' ').unwrap_or((mark, ""));
    if first == "seed" {
        return second.parse().ok().map(ScriptMark::Seed);
    }
    if first == "world" {
        return Some(ScriptMark::World(second));
    }
    if first == "|" {
        return Some(ScriptMark::Typed(second));
    }
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let when = match first.strip_prefix('+') {
        Some(rest_ms) => ScriptTime::AfterAnswers(rest_ms.parse().ok().filter(|_| is_number(rest_ms))?),
        None => ScriptTime::At(first.parse().ok()?),
    };
    match second {
        "" => Some(ScriptMark::Time(when)),
        "interrupt" => Some(ScriptMark::Action(when, LogAction::Interrupt)),
        "begin" => Some(ScriptMark::Action(when, LogAction::Begin)),
        "end" => Some(ScriptMark::End(when)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::command_log::LogItem;
    use super::*;

    #[test]
    fn a_written_run_reads_back_the_same() {
        let lines = |text: &str| LogAction::Lines(Arc::from(text));
        let items = [
            (0, Some(0), lines("az aks list")),
            (1500, Some(1200), lines("wait 10m\naz group list \\\n  -o table")),
            (1900, None, lines("#@ 5 end\n#@ | x\naz 'a\n#@ strict'")),
            (1950, None, lines("")),
            (2000, None, LogAction::Interrupt),
            (2000, Some(0), LogAction::Begin),
        ];
        let mut log = CommandLog::default();
        for (at_ms, rest_ms, action) in items.clone() {
            log.push(LogItem { at_ms, rest_ms, action });
        }
        let options = SessionOptions { seed: Some(9), strict: true, terminal: true, ..SessionOptions::default() };
        let script = read(&write(&options, &log, ScriptTime::AfterAnswers(3000)));
        let expected: Vec<_> = items
            .into_iter()
            .map(|(at_ms, rest_ms, action)| ScriptItem { when: ScriptTime::new(at_ms, rest_ms), action })
            .collect();
        assert_eq!(script.items, expected);
        assert_eq!((script.seed, script.is_strict, script.has_terminal), (Some(9), true, true));
        assert_eq!(script.end, Some(ScriptTime::AfterAnswers(3000)));
    }

    #[test]
    fn a_script_by_hand_is_one_paste() {
        let script = read("# a comment\naz aks list\n\n#@ what is this\n#@ +x\n#@ ++1\nwait 1m\n");
        assert_eq!(script.items.len(), 1);
        assert_eq!(script.end, None);
    }
}
