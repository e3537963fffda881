//! A run as text: a script that can be read, edited and played again.
//!
//! Lines stand as they were typed. A comment that begins with `#@` says when, in milliseconds of
//! simulated time since the beginning, so that a played script gives the very same run; a shell
//! and a person can skip it. A script written by hand needs none: its lines follow each other.
//!
//! ```text
//! #@ seed 7
//! #@ 0
//! az aks nodepool scale --node-count 5 …
//! #@ 61000 interrupt
//! #@ 90000 end
//! ```

use std::fmt::Write as _;
use std::sync::Arc;

use super::SessionOptions;
use super::command_log::{CommandLog, LogAction, LogItem};

const MARK: &str = "#@";

/// What a script says.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub seed: Option<u64>,
    pub is_strict: bool,
    pub has_terminal: bool,
    pub items: Vec<LogItem>,
    pub end_ms: Option<u64>,
}

/// Writes a run down.
pub(super) fn write(options: &SessionOptions, log: &CommandLog, now_ms: u64) -> String {
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
    for item in log.iter() {
        let _ = match &item.action {
            LogAction::Lines(lines) => {
                writeln!(text, "{MARK} {}\n{}", item.at_ms, lines.trim_end())
            }
            LogAction::Interrupt => writeln!(text, "{MARK} {} interrupt", item.at_ms),
        };
    }
    let _ = writeln!(text, "{MARK} {now_ms} end");
    text
}

/// Reads a script. A mark that is not understood is a comment like any other.
pub(super) fn read(text: &str) -> Script {
    let mut script = Script::default();
    let mut at_ms = 0;
    let mut lines = String::new();
    for line in text.lines() {
        let mark = line.strip_prefix(MARK).map(str::trim);
        let Some(mark) = mark.and_then(read_mark) else {
            lines.push_str(line);
            lines.push('\n');
            continue;
        };
        script.push_lines(at_ms, &mut lines);
        match mark {
            Mark::Seed(seed) => script.seed = Some(seed),
            Mark::Strict => script.is_strict = true,
            Mark::Terminal => script.has_terminal = true,
            // Time does not run backwards, whatever a script says.
            Mark::Time(time_ms) => at_ms = at_ms.max(time_ms),
            Mark::Interrupt(time_ms) => {
                at_ms = at_ms.max(time_ms);
                script.items.push(LogItem { at_ms, action: LogAction::Interrupt });
            }
            Mark::End(time_ms) => script.end_ms = Some(time_ms),
        }
    }
    script.push_lines(at_ms, &mut lines);
    script
}

impl Script {
    fn push_lines(&mut self, at_ms: u64, lines: &mut String) {
        let text = std::mem::take(lines);
        if !text.trim().is_empty() {
            self.items.push(LogItem { at_ms, action: LogAction::Lines(Arc::from(text.trim_end())) });
        }
    }
}

enum Mark {
    Seed(u64),
    Strict,
    Terminal,
    Time(u64),
    Interrupt(u64),
    End(u64),
}

fn read_mark(mark: &str) -> Option<Mark> {
    match mark {
        "strict" => return Some(Mark::Strict),
        "terminal" => return Some(Mark::Terminal),
        _ => {}
    }
    let (first, second) = mark.split_once(' ').unwrap_or((mark, ""));
    if first == "seed" {
        return second.parse().ok().map(Mark::Seed);
    }
    let at_ms = first.parse().ok()?;
    match second {
        "" => Some(Mark::Time(at_ms)),
        "interrupt" => Some(Mark::Interrupt(at_ms)),
        "end" => Some(Mark::End(at_ms)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(items: &[(u64, LogAction)]) -> CommandLog {
        let mut log = CommandLog::default();
        for (at_ms, action) in items {
            log.push(*at_ms, action.clone());
        }
        log
    }

    #[test]
    fn a_written_run_reads_back_the_same() {
        let lines = |text: &str| LogAction::Lines(Arc::from(text));
        let written = log(&[
            (0, lines("az aks list")),
            (1500, lines("wait 10m\naz group list \\\n  -o table")),
            (2000, LogAction::Interrupt),
        ]);
        let options = SessionOptions { seed: Some(9), strict: true, terminal: true, world: None };
        let script = read(&write(&options, &written, 5000));
        let items: Vec<_> = written.iter().cloned().collect();
        assert_eq!(script.items, items);
        assert_eq!((script.seed, script.is_strict, script.has_terminal), (Some(9), true, true));
        assert_eq!(script.end_ms, Some(5000));
    }

    #[test]
    fn a_script_by_hand_is_one_paste() {
        let script = read("# a comment\naz aks list\n\n#@ what is this\nwait 1m\n");
        assert_eq!(script.items.len(), 1);
        assert_eq!(script.end_ms, None);
    }

    #[test]
    fn time_never_runs_backwards() {
        let script = read("#@ 50\na\n#@ 20\nb\n");
        let times: Vec<u64> = script.items.iter().map(|item| item.at_ms).collect();
        assert_eq!(times, [50, 50]);
    }
}
