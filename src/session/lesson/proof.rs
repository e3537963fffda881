//! Proofs of lessons: the solution reaches the goals, the wrong turns do not, and the lines in the text can be
//! typed.
//!
//! Used by tests and by `scale-down lesson check`; the page does without.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Lesson, Passage, Phrase, Script, plain};
use crate::{Session, SessionOptions};
use scale_down_cli::az::parse::{ParseOptions, parse};
use scale_down_cli::output::is_query;
use scale_down_cli::playground::VERBS;
use scale_down_cli::shell;
use scale_down_cli::shell::filter::FILTERS;

/// Longest time that a script is played after its last line has answered, in milliseconds of simulated time.
const AFTER_MS_MAX: u64 = 24 * 3_600_000;

/// A flaw of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Number of the line in the file, from 1.
    pub line: usize,
    /// The flaw, in words.
    pub message: String,
}

/// Returns all flaws of a lesson, in the order of the file that it was read from.
#[must_use]
pub fn flaws(lesson: &Lesson, file: &str) -> Vec<Flaw> {
    let lesson = Arc::new(lesson.clone());
    let mut flaws = unspoken(&lesson, file);
    let mut session = Session::new(SessionOptions::default());
    if let Err(error) = session.begin_lesson(&lesson) {
        flaws.push(Flaw { line: error.line, message: error.message });
        return flaws;
    }
    for entry in session.transcript().iter().filter(|entry| entry.exit_code != Some(0)) {
        let message = format!("the set-up fails at '{}': {}", entry.line, entry.stderr().trim_end());
        flaws.push(Flaw { line: lesson.set_up.line, message });
    }
    if session.progress().is_some_and(|progress| progress.finished_ms.is_some()) {
        let line = lesson.goals.first().map_or(1, |goal| goal.line);
        flaws.push(Flaw { line, message: "every goal is reached before anything was typed".to_owned() });
    }
    play(&mut session, &lesson.solution);
    if let Some(progress) = session.progress().filter(|progress| progress.finished_ms.is_none()) {
        for one in progress.goals.iter().filter(|one| !one.is_reached) {
            let message = format!("the solution does not reach this goal: {}", plain(&one.goal.text));
            flaws.push(Flaw { line: one.goal.line, message });
        }
        if progress.goals.iter().all(|one| one.is_reached) {
            let message = "the solution does not hold all goals at the same time".to_owned();
            flaws.push(Flaw { line: lesson.solution.line, message });
        }
    }
    if let Some(score) = session.progress().and_then(|progress| progress.score) {
        for measure in score.measures.iter().filter(|measure| measure.value > measure.par.limit) {
            let (name, value, limit) = (measure.par.fact.name, measure.value_text(), measure.limit_text());
            let message = format!("the solution is over par: {name} is {value} of {limit}");
            flaws.push(Flaw { line: lesson.solution.line, message });
        }
    }
    if lesson.wrong_turns.is_empty() {
        let line = lesson.solution.line;
        flaws.push(Flaw {
            line,
            message: "there is no [wrong turn]: a goal that nothing misses proves little".to_owned(),
        });
    }
    for wrong in &lesson.wrong_turns {
        session.reset();
        play(&mut session, &wrong.script);
        if session.progress().is_some_and(|progress| progress.finished_ms.is_some()) {
            let message = format!("this wrong turn reaches every goal: {}", wrong.title);
            flaws.push(Flaw { line: wrong.script.line, message });
        }
    }
    flaws.sort_by_key(|flaw| flaw.line);
    flaws
}

/// Types a script, and lets time pass until every goal is reached, nothing is under way, or [`AFTER_MS_MAX`] is over.
fn play(session: &mut Session, script: &Script) {
    session.submit(&script.text);
    session.advance_until_answered();
    let end_ms = session.now_ms().saturating_add(AFTER_MS_MAX);
    let is_open = |session: &Session| session.progress().is_some_and(|progress| progress.finished_ms.is_none());
    while is_open(session) && !session.is_idle() && session.now_ms() < end_ms && session.advance_to_next_event() {}
}

/// Returns the lines and commands in the text and the hints that cannot be typed as they stand.
fn unspoken(lesson: &Lesson, file: &str) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut sentences: Vec<&[Phrase]> = lesson.hints.iter().map(Vec::as_slice).collect();
    for passage in &lesson.text {
        match passage {
            Passage::Run { lines, line } => {
                for logical in shell::split_lines(lines) {
                    let before = lines.get(..logical.span.start).unwrap_or_default();
                    let line = line + before.matches('\n').count();
                    flaws.extend(refusal(lesson, &logical.text).map(|message| Flaw { line, message }));
                }
            }
            Passage::Heading(phrases) | Passage::Paragraph(phrases) => sentences.push(phrases),
            Passage::List { items, .. } => sentences.extend(items.iter().map(Vec::as_slice)),
            Passage::Code(_) => {}
        }
    }
    // Whole commands within sentences; one that is cut short says so with an ellipsis.
    for phrase in sentences.into_iter().flatten() {
        if let Phrase::Code(text) = phrase
            && text.starts_with("az ")
            && !text.contains('…')
            && let Some(message) = refusal(lesson, text)
        {
            let line = file.lines().position(|line| line.contains(text.as_str())).map_or(1, |index| index + 1);
            flaws.push(Flaw { line, message });
        }
    }
    flaws
}

/// Returns the reason why a line cannot be typed; `None` if it can.
fn refusal(lesson: &Lesson, line: &str) -> Option<String> {
    let refused = |message: String| Some(format!("'{line}' cannot be typed: {message}"));
    let commands = match shell::lex(line, &BTreeMap::new(), 0) {
        Ok(commands) => commands,
        Err(error) => return refused(error.message),
    };
    for command in commands {
        let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
        let options = ParseOptions { strict: lesson.is_strict, is_query, defaults: &[] };
        match words.split_first() {
            Some((&"az", arguments)) => {
                if let Err(error) = parse(arguments, &options) {
                    return refused(error.message);
                }
            }
            Some((name, _)) => {
                let verbs = VERBS.iter().filter_map(|(usage, _)| usage.split(' ').next());
                let is_own = shell::is_command(name) || shell::is_keyword(name);
                if !is_own && !verbs.chain(FILTERS).any(|known| known == *name) {
                    return refused(format!("there is no program '{name}'"));
                }
            }
            None => {}
        }
    }
    None
}
