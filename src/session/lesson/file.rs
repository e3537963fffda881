//! The parser of lesson files: a head of `name: value` lines, then sections under `[name]`.

use super::check::{self, Check};
use super::fact::{FactInfo, FactSubject};
use super::par::Par;
use super::text;
use super::{Goal, GoalTiming, Lesson, LessonError, Script, WrongTurn};

/// Size of the largest file, in bytes.
const FILE_MAX: usize = 64 * 1024;
/// Greatest number of lines of a file.
const LINES_MAX: usize = 2000;
/// Length of the longest title or summary, in characters.
const HEAD_MAX: usize = 200;
/// Greatest number of goals, of hints, of wrong turns, and of lines of a par.
const ENTRIES_MAX: usize = 20;

/// A line of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Number of the line in the file, from 1.
    pub number: usize,
    pub text: &'a str,
}

impl Line<'_> {
    /// Creates an error at a character of the line, counted from 1.
    pub fn error(&self, column: usize, message: impl Into<String>) -> LessonError {
        LessonError { line: self.number, column, message: message.into() }
    }

    /// Creates an error at a byte of the line.
    fn error_at(&self, at: usize, message: String) -> LessonError {
        let before = self.text.get(..at).unwrap_or(self.text);
        self.error(before.chars().count() + 1, message)
    }
}

/// Names of the sections. Only a wrong turn has a title and may occur more than once.
const SECTIONS: [&str; 7] = ["text", "set-up", "goals", "hints", "solution", "wrong turn", "par"];

/// A section with its lines.
struct Section<'a> {
    name: &'static str,
    title: &'a str,
    head: Line<'a>,
    lines: Vec<Line<'a>>,
}

pub(super) fn parse(file: &str) -> Result<Lesson, LessonError> {
    let at = |line, message: String| LessonError { line, column: 1, message };
    if file.len() > FILE_MAX {
        return Err(at(1, format!("a lesson has at most {} KiB", FILE_MAX / 1024)));
    }
    let file = file.strip_prefix('\u{feff}').unwrap_or(file);
    let lines: Vec<Line<'_>> = (1..).zip(file.lines()).map(|(number, text)| Line { number, text }).collect();
    if lines.len() > LINES_MAX {
        return Err(at(LINES_MAX, format!("a lesson has at most {LINES_MAX} lines")));
    }
    let (head, sections) = sections(&lines)?;
    let mut lesson = read_head(head)?;
    let mut seen: Vec<&str> = Vec::new();
    for section in &sections {
        if section.name != "wrong turn" {
            if seen.contains(&section.name) {
                return Err(section.head.error(1, format!("there is a section [{}] already", section.name)));
            }
            seen.push(section.name);
        }
        read_section(&mut lesson, section)?;
    }
    let end = lines.len().max(1);
    for needed in ["text", "goals", "solution"] {
        if !seen.contains(&needed) {
            return Err(at(end, format!("expected a section [{needed}]")));
        }
    }
    Ok(lesson)
}

/// Splits a file into the lines before the first section, and the sections.
fn sections<'a, 'b>(lines: &'b [Line<'a>]) -> Result<(&'b [Line<'a>], Vec<Section<'a>>), LessonError> {
    let mut head_length = lines.len();
    let mut sections: Vec<Section<'a>> = Vec::new();
    let mut fence: Option<Line<'a>> = None;
    for (index, line) in lines.iter().enumerate() {
        // Only the text has blocks, and what stands in them is not a section.
        if sections.last().is_some_and(|section| section.name == "text") && line.text.trim().starts_with("```") {
            fence = if fence.is_some() { None } else { Some(*line) };
        }
        let name = if fence.is_some() { None } else { section_name(line)? };
        if let Some((name, title)) = name {
            head_length = head_length.min(index);
            sections.push(Section { name, title, head: *line, lines: Vec::new() });
        } else if let Some(section) = sections.last_mut() {
            section.lines.push(*line);
        }
    }
    match fence {
        Some(fence) => Err(fence.error(1, "this block has no end: expected a line '```'")),
        None => Ok((lines.get(..head_length).unwrap_or_default(), sections)),
    }
}

/// Returns the name and the title of the section that a line begins; `None` for any other line.
fn section_name<'a>(line: &Line<'a>) -> Result<Option<(&'static str, &'a str)>, LessonError> {
    let Some((name, title)) = line.text.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return Ok(None);
    };
    let title = title.trim();
    let known = SECTIONS.into_iter().find(|section| *section == name);
    match known {
        Some(known) if title.is_empty() || known == "wrong turn" => Ok(Some((known, title))),
        Some(known) => Err(line.error(known.len() + 3, format!("expected nothing after [{known}]"))),
        None if title.is_empty() => {
            Err(line.error(2, format!("expected one of [{}], found [{name}]", SECTIONS.join("], ["))))
        }
        // A line of text that begins with a link.
        None => Ok(None),
    }
}

fn read_head(lines: &[Line<'_>]) -> Result<Lesson, LessonError> {
    let mut lesson = Lesson {
        title: String::new(),
        summary: String::new(),
        seed: None,
        is_strict: false,
        text: Vec::new(),
        set_up: Script::default(),
        goals: Vec::new(),
        hints: Vec::new(),
        solution: Script::default(),
        wrong_turns: Vec::new(),
        par: Vec::new(),
    };
    for line in lines.iter().filter(|line| !line.text.trim().is_empty() && !line.text.starts_with('#')) {
        let Some((name, value)) = line.text.split_once(':') else {
            return Err(line.error(1, "expected 'title: …' or a section such as [text]"));
        };
        let (column, value) = (name.chars().count() + 2, value.trim());
        if value.is_empty() || value.chars().count() > HEAD_MAX {
            return Err(line.error(column, format!("expected 1 to {HEAD_MAX} characters")));
        }
        match name {
            "title" => value.clone_into(&mut lesson.title),
            "summary" => value.clone_into(&mut lesson.summary),
            "seed" => {
                let seed = value.parse().map_err(|_| line.error(column, "expected a whole number"))?;
                lesson.seed = Some(seed);
            }
            "strict" => match value {
                "yes" => lesson.is_strict = true,
                "no" => lesson.is_strict = false,
                _ => return Err(line.error(column, "expected yes or no")),
            },
            _ => return Err(line.error(1, format!("expected title, summary, seed or strict, found '{name}'"))),
        }
    }
    if lesson.title.is_empty() {
        return Err(LessonError { line: 1, column: 1, message: "expected 'title: …'".to_owned() });
    }
    Ok(lesson)
}

fn read_section(lesson: &mut Lesson, section: &Section<'_>) -> Result<(), LessonError> {
    let lines = section.lines.as_slice();
    match section.name {
        "text" => lesson.text = text::parse(lines)?,
        "set-up" => lesson.set_up = script(lines),
        "goals" => lesson.goals = goals(section)?,
        "hints" => lesson.hints = text::items(lines)?,
        "solution" => lesson.solution = needed(section)?,
        "par" => lesson.par = par(lines)?,
        _ => lesson.wrong_turns.push(wrong_turn(section)?),
    }
    let entries = [lesson.goals.len(), lesson.hints.len(), lesson.wrong_turns.len(), lesson.par.len()];
    if entries.into_iter().any(|entries| entries > ENTRIES_MAX) {
        return Err(section.head.error(1, format!("expected at most {ENTRIES_MAX} of [{}]", section.name)));
    }
    Ok(())
}

/// Joins command lines, without the blank lines around them.
fn script(lines: &[Line<'_>]) -> Script {
    let is_filled = |line: &Line<'_>| !line.text.trim().is_empty();
    let first = lines.iter().position(is_filled).unwrap_or(lines.len());
    let last = lines.iter().rposition(is_filled).map_or(first, |last| last + 1);
    let lines = lines.get(first..last).unwrap_or_default();
    let text: Vec<&str> = lines.iter().map(|line| line.text).collect();
    Script { text: text.join("\n"), line: lines.first().map_or(0, |line| line.number) }
}

fn needed(section: &Section<'_>) -> Result<Script, LessonError> {
    let script = script(&section.lines);
    if script.text.is_empty() {
        return Err(section.head.error(1, format!("expected command lines after [{}]", section.name)));
    }
    Ok(script)
}

fn wrong_turn(section: &Section<'_>) -> Result<WrongTurn, LessonError> {
    if section.title.is_empty() {
        let column = section.head.text.chars().count() + 1;
        return Err(section
            .head
            .error(column, "expected what is wrong about it, as in '[wrong turn] The mode is Delete'"));
    }
    Ok(WrongTurn { title: section.title.to_owned(), script: needed(section)? })
}

/// The words before a check, which say when a goal counts.
const GOAL_TIMINGS: [(&str, GoalTiming); 3] =
    [("once", GoalTiming::Once), ("then", GoalTiming::Then), ("now", GoalTiming::Now)];

/// Parses the goals: checks, each under the comment that the learner reads.
fn goals(section: &Section<'_>) -> Result<Vec<Goal>, LessonError> {
    let mut goals = Vec::new();
    let mut comment: Vec<Line<'_>> = Vec::new();
    for line in &section.lines {
        let text = line.text.trim();
        if let Some(said) = text.strip_prefix('#') {
            comment.push(Line { number: line.number, text: said.trim() });
            continue;
        }
        if text.is_empty() {
            continue;
        }
        let (word, check) = text.split_once(' ').unwrap_or((text, ""));
        let Some((_, when)) = GOAL_TIMINGS.into_iter().find(|(name, _)| *name == word) else {
            return Err(line.error(1, format!("expected once, then or now, found '{word}'")));
        };
        if comment.is_empty() {
            return Err(line.error(1, "expected a comment (# …) above this goal: it is what the learner reads"));
        }
        let offset = line.text.len() - line.text.trim_start().len() + word.len() + 1;
        let check = Check::parse(check).map_err(|error| line.error_at(offset + error.at, error.message))?;
        goals.push(Goal { text: text::joined(&comment)?, when, check, line: line.number });
        comment.clear();
    }
    if let Some(left) = comment.first() {
        return Err(left.error(1, "expected a goal below this comment"));
    }
    if goals.is_empty() {
        return Err(section
            .head
            .error(1, "expected a goal: a comment (# …), and 'once', 'then' or 'now' with a check below it"));
    }
    Ok(goals)
}

/// Parses the measures of a score with their limits: `spent $12.50`.
fn par(lines: &[Line<'_>]) -> Result<Vec<Par>, LessonError> {
    let mut par: Vec<Par> = Vec::new();
    for line in lines.iter().filter(|line| !line.text.trim().is_empty()) {
        let (name, limit) = line.text.trim().split_once(' ').unwrap_or((line.text.trim(), ""));
        let fact = FactInfo::find(name).filter(|fact| fact.subject == FactSubject::All && fact.kind.is_measured());
        let Some(fact) = fact else {
            return Err(
                line.error(1, format!("expected an amount or a duration such as spent or elapsed, found '{name}'"))
            );
        };
        let limit = limit.trim();
        let Some(limit) = check::parse_number(fact.kind, limit).filter(|limit| *limit > 0) else {
            let column = name.chars().count() + 2;
            return Err(line.error(column, format!("expected {}, more than none", check::described(fact.kind))));
        };
        par.push(Par { fact, limit });
    }
    Ok(par)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "[text]\nx\n[goals]\n# g\nonce idle\n[solution]\nwait 1s\n";

    #[test]
    fn a_file_is_read() {
        let file = "\u{feff}title: A title\r\nsummary: One: sentence.\r\nseed: 7\r\nstrict: yes\r\n\r\n[text]\r\n[a](https://b)\r\n```\n[goals]\n```\n\
            [set-up]\n\nwait 1s\n\n[goals]\n# One\n# goal\nonce idle\n\n# Two\nnow not idle\n[hints]\n- a\n- b\n\
            [solution]\nwait 2s\nwait 3s\n[wrong turn] Nothing\nwait 4s\n[wrong turn] Less\nwait 5s\n[par]\nspent $1.5\nelapsed 10m\n";
        let lesson = Lesson::parse(file).unwrap();
        assert_eq!((lesson.title.as_str(), lesson.summary.as_str()), ("A title", "One: sentence."));
        assert_eq!((lesson.seed, lesson.is_strict), (Some(7), true));
        assert_eq!((lesson.text.len(), lesson.hints.len()), (2, 2));
        assert_eq!(lesson.set_up, Script { text: "wait 1s".to_owned(), line: 13 });
        assert_eq!(lesson.solution, Script { text: "wait 2s\nwait 3s".to_owned(), line: 26 });
        let goals: Vec<_> = lesson.goals.iter().map(|goal| (text::plain(&goal.text), goal.when, goal.line)).collect();
        assert_eq!(goals, [("One goal".to_owned(), GoalTiming::Once, 18), ("Two".to_owned(), GoalTiming::Now, 21)]);
        let wrong: Vec<_> = lesson.wrong_turns.iter().map(|wrong| (wrong.title.as_str(), wrong.script.line)).collect();
        assert_eq!(wrong, [("Nothing", 29), ("Less", 31)]);
        let par: Vec<_> = lesson.par.iter().map(|par| (par.fact.name, par.limit)).collect();
        assert_eq!(par, [("spent", 1_500_000), ("elapsed", 600_000)]);
    }

    #[test]
    fn errors_say_where_and_what() {
        let check = |file: &str, expected: &str| {
            let error = Lesson::parse(file).map(drop).unwrap_err();
            assert_eq!(error.to_string(), expected, "{file}");
        };
        let with = |more: &str| format!("title: t\n{BODY}{more}");
        check("", "line 1, column 1: expected 'title: …'");
        check(BODY, "line 1, column 1: expected 'title: …'");
        check("hello", "line 1, column 1: expected 'title: …' or a section such as [text]");
        check("title:", "line 1, column 7: expected 1 to 200 characters");
        check("name: x", "line 1, column 1: expected title, summary, seed or strict, found 'name'");
        check("seed: x", "line 1, column 6: expected a whole number");
        check("strict: x", "line 1, column 8: expected yes or no");
        check("title: t\n", "line 1, column 1: expected a section [text]");
        check("title: t\n[text]\nx\n[goals]\n# g\nonce idle\n", "line 6, column 1: expected a section [solution]");
        check(&with("[text]\n"), "line 9, column 1: there is a section [text] already");
        check(
            &with("[goal]\n"),
            "line 9, column 2: expected one of [text], [set-up], [goals], [hints], [solution], [wrong turn], [par], found [goal]",
        );
        check(&with("[hints] x\n"), "line 9, column 8: expected nothing after [hints]");
        check(&with("[hints]\nx\n"), "line 10, column 1: expected an item that begins with '- '");
        check(
            &with("[wrong turn]\nx\n"),
            "line 9, column 13: expected what is wrong about it, as in '[wrong turn] The mode is Delete'",
        );
        check(&with("[wrong turn] x\n"), "line 9, column 1: expected command lines after [wrong turn]");
        check(
            &with("[par]\nready 5\n"),
            "line 10, column 1: expected an amount or a duration such as spent or elapsed, found 'ready'",
        );
        check(&with("[par]\nspent 5\n"), "line 10, column 7: expected an amount such as $1.50, more than none");
        check(&with("[par]\nspent $0\n"), "line 10, column 7: expected an amount such as $1.50, more than none");
        check(&with(&"[wrong turn] x\nwait 1s\n".repeat(21)), "line 49, column 1: expected at most 20 of [wrong turn]");
        check(
            "title: t\n[text]\n```az\nx\n[goals]\n",
            "line 3, column 1: this block has no end: expected a line '```'",
        );
        let goals = |goals: &str| format!("title: t\n[goals]\n{goals}");
        check(
            &goals(""),
            "line 2, column 1: expected a goal: a comment (# …), and 'once', 'then' or 'now' with a check below it",
        );
        check(
            &goals("once idle"),
            "line 3, column 1: expected a comment (# …) above this goal: it is what the learner reads",
        );
        check(&goals("# g\nonce idle\n# h\n"), "line 5, column 1: expected a goal below this comment");
        check(&goals("# g\nidle\n"), "line 4, column 1: expected once, then or now, found 'idle'");
        check(&goals("# g\n  once idel\n"), "line 4, column 8: there is no fact 'idel'; did you mean 'idle'?");
        check(
            &goals("# g\nonce\n"),
            "line 4, column 5: expected a fact such as deallocated, found the end of the line",
        );
        check(&"x".repeat(64 * 1024 + 1), "line 1, column 1: a lesson has at most 64 KiB");
        check(&"\n".repeat(2001), "line 2000, column 1: a lesson has at most 2000 lines");
    }
}
