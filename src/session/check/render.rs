//! Results of checked documents, as text for people and as JSON for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Finding, Fix, Level, Note, Position, Replacement, Report};

/// A document's file name and the result of checking it.
pub type Checked = (String, Report);

impl Level {
    /// Returns the level's name in every form of output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }

    /// Suffix of the message that qualifies an uncertain finding.
    pub(super) const fn doubt(self) -> &'static str {
        match self {
            Self::Error => "",
            Self::Warning => " (unless an extension has it)",
        }
    }
}

impl Fix {
    /// Returns the changes in words: `--node-pool -> --nodepool-name`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words: Vec<String> = self.changes.iter().map(Replacement::in_words).collect();
        words.dedup();
        words.join(", ")
    }
}

impl Replacement {
    fn in_words(&self) -> String {
        let Self { from, to, because, .. } = self;
        let because = because.as_deref().unwrap_or_default();
        // White space cannot be seen.
        let change = match (from.trim().is_empty(), to.is_empty()) {
            (true, true) => return format!("without the {because}"),
            (true, false) => return format!("{because} -> '{to}'"),
            (false, true) => format!("without {from}"),
            (false, false) => format!("{from} -> {to}"),
        };
        if because.is_empty() { change } else { format!("{change} ({because})") }
    }
}

/// Formats results for people: a paragraph for each finding, and a last line with the sums.
#[must_use]
pub fn text(checked: &[Checked], with_notes: bool) -> String {
    let mut text = String::new();
    for (file, report) in checked {
        for finding in &report.findings {
            write_finding(&mut text, file, finding);
        }
        if with_notes {
            write_notes(&mut text, file, report);
        }
    }
    let _ = writeln!(text, "{}", sums(checked));
    text
}

fn write_finding(text: &mut String, file: &str, finding: &Finding) {
    let Position { line, column } = finding.start;
    let message = finding.message.replace('\n', "\n    ");
    let (level, rule) = (finding.level.name(), finding.rule.id);
    let doubt = finding.level.doubt();
    let _ = writeln!(text, "{file}:{line}:{column}: {level}: {message}{doubt} [{rule}]");
    let mut show = |command: &str| {
        for line in command.lines() {
            let _ = writeln!(text, "    {}", line.trim());
        }
    };
    show(&finding.command);
    if let Some(fix) = &finding.fix {
        show(&format!("fix: {}", fix.in_words()));
        show(&fix.command);
    }
    text.push('\n');
}

fn write_notes(text: &mut String, file: &str, report: &Report) {
    for (kind, notes) in [("note", &report.notes), ("not judged", &report.unjudged)] {
        for Note { start, text: note } in notes {
            let _ = writeln!(text, "{file}:{}:{}: {kind}: {note}", start.line, start.column);
        }
    }
    for what in &report.presumed {
        let _ = writeln!(text, "{file}: presumed: {what}");
    }
}

/// Counts the findings of a level.
#[must_use]
pub fn count(checked: &[Checked], level: Level) -> usize {
    checked.iter().flat_map(|(_, report)| &report.findings).filter(|finding| finding.level == level).count()
}

fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn sums(checked: &[Checked]) -> String {
    let sum = |of: fn(&Report) -> usize| checked.iter().map(|(_, report)| of(report)).sum::<usize>();
    let mut text = format!(
        "{} in {}: {}",
        plural(sum(|report| report.commands), "az command"),
        plural(checked.len(), "document"),
        plural(count(checked, Level::Error), "error"),
    );
    let more = [
        (count(checked, Level::Warning), "warning", ""),
        (sum(|report| report.unjudged.len()), "command", " not judged"),
        (sum(|report| report.others), "command", " of other programs"),
    ];
    for (number, noun, what) in more.into_iter().filter(|(number, _, _)| *number > 0) {
        let _ = write!(text, ", {}{what}", plural(number, noun));
    }
    text
}

/// Formats results for programs. Lines and columns count from 1, columns in characters; ends are exclusive.
#[must_use]
pub fn json(checked: &[Checked]) -> Value {
    let documents = checked.iter().map(|(file, report)| {
        json!({
            "file": file,
            "commands": report.commands,
            "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
            "notes": report.notes.iter().map(note).collect::<Vec<_>>(),
            "not_judged": report.unjudged.iter().map(note).collect::<Vec<_>>(),
            "presumed": report.presumed,
            "other_programs": report.others,
        })
    });
    json!({
        "documents": documents.collect::<Vec<_>>(),
        "errors": count(checked, Level::Error),
        "warnings": count(checked, Level::Warning),
    })
}

fn note(note: &Note) -> Value {
    json!({ "line": note.start.line, "column": note.start.column, "text": note.text })
}

fn finding(finding: &Finding) -> Value {
    let fix = finding.fix.as_ref().map(|fix| {
        let changes = fix.changes.iter().map(|change| {
            json!({
                "line": change.start.line,
                "column": change.start.column,
                "end_line": change.end.line,
                "end_column": change.end.column,
                "from": change.from,
                "to": change.to,
                "because": change.because,
            })
        });
        json!({ "changes": changes.collect::<Vec<_>>(), "command": fix.command })
    });
    json!({
        "level": finding.level.name(),
        "rule": finding.rule.id,
        "line": finding.start.line,
        "column": finding.start.column,
        "end_line": finding.end.line,
        "end_column": finding.end.column,
        "message": finding.message,
        "stderr": finding.stderr,
        "exit_code": finding.exit_code,
        "stage": finding.stage,
        "command": finding.command,
        "fix": fix,
    })
}
