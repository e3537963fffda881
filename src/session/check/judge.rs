//! Runs the commands of a document block by block, and reports those that the real CLI would refuse.

use std::collections::{BTreeMap, BTreeSet};

use super::bench::Bench;
use super::repair::{self, Edit, Proposal};
use super::script::{self, FILLER, PLACEHOLDER_FIRST, Script};
use super::stand_in::stand_in;
use super::verdict::{doubt, is_open, level, rule, rule_of};
use super::{Finding, Fix, Level, Note, Replacement, Report};
use scale_down_cli::ground::error::{CliError, Stage};
use scale_down_cli::ground::outcome::{Block, Outcome};
use scale_down_cli::shell::{self, RawCommand, ShellError, SimpleCommand, Span, Word};

/// Greatest nesting depth of command substitutions.
const DEPTH_MAX: usize = 4;

pub(super) struct Judge {
    bench: Bench,
    /// The document mentions the preview extension of AKS, some of whose arguments are not known here.
    has_preview: bool,
    report: Report,
    variables: BTreeMap<String, String>,
    /// Names of the variables whose value is a guess, or made of one.
    guessed: BTreeSet<String>,
    /// Guessed values: a refusal that names one of them proves nothing.
    guesses: Vec<String>,
    /// Placeholder names, by the number of their mark in the masked text.
    placeholders: Vec<String>,
}

/// A command in the text of a block.
pub(super) struct DocumentCommand<'a> {
    script: &'a Script,
    /// Byte of the script at which the line begins; all spans count from there.
    base: usize,
    /// Span of the word `az`.
    program: Span,
    /// The words after `az`.
    pub words: Vec<Word>,
    /// `true` if the command contains a guessed value.
    pub is_guessed: bool,
    /// `true` in the body of a compound command, where it may run with other values or not at all.
    is_nested: bool,
}

impl DocumentCommand<'_> {
    /// The span from `az` to the last word.
    fn span(&self) -> Span {
        Span { start: self.program.start, end: self.words.last().map_or(self.program.end, |word| word.span.end) }
    }

    /// The document's text from the byte that the spans count from.
    fn source(&self) -> &str {
        self.script.source.get(self.base..).unwrap_or_default()
    }

    fn text(&self, span: Span) -> &str {
        self.source().get(span.start..span.end).unwrap_or_default()
    }

    /// The command's text with the edits applied.
    fn rewritten(&self, edits: &[Edit]) -> String {
        let mut text = String::new();
        let Span { start: mut at, end } = self.span();
        for edit in edits {
            text.push_str(self.text(Span { start: at, end: edit.span.start }));
            text.push_str(&edit.to);
            at = edit.span.end;
        }
        text.push_str(self.text(Span { start: at, end }));
        text
    }
}

impl Judge {
    pub fn new(bench: Bench, has_preview: bool) -> Self {
        Self {
            bench,
            has_preview,
            report: Report::default(),
            variables: BTreeMap::new(),
            guessed: BTreeSet::new(),
            guesses: Vec::new(),
            placeholders: Vec::new(),
        }
    }

    pub fn report(mut self) -> Report {
        self.report.presumed = self.bench.presumed;
        self.report.findings.sort_by_key(|finding| finding.start);
        self.report.unjudged.sort_by_key(|note| note.start);
        self.report
    }

    pub fn block(&mut self, script: &Script) {
        self.bench.begin_block();
        self.placeholders.clone_from(&script.placeholders);
        for line in script.lines() {
            self.strays(script, line);
            self.line(script, &script.masked, line, 0);
        }
    }

    fn unjudged(&mut self, script: &Script, at: usize, text: impl Into<String>) {
        self.report.unjudged.push(Note { start: script.position(at), text: text.into() });
    }

    /// Reports each `\` that trailing blanks keep from joining the next line. The command itself is judged as meant.
    fn strays(&mut self, script: &Script, line: Span) {
        let source = script.source.get(line.start..line.end).unwrap_or_default();
        let strays = script.strays.iter().filter(|stray| (line.start..line.end).contains(*stray));
        let changes: Vec<Replacement> = strays
            .map(|stray| {
                let rest = script.source.get(*stray..).unwrap_or_default();
                let blanks = rest.split('\n').next().unwrap_or_default();
                let (start, end) = (script.position(*stray), script.position(*stray + blanks.len()));
                let because = Some("blanks behind \\".to_owned());
                Replacement { start, end, from: blanks.to_owned(), to: String::new(), because }
            })
            .collect();
        let Some(first) = changes.first().filter(|_| mentions_az(source)) else {
            return;
        };
        self.report.findings.push(Finding {
            level: Level::Error,
            rule: rule("shell-syntax"),
            start: first.start,
            end: first.end,
            message: "the blank behind \\ ends the command: the shell runs the next line by itself".to_owned(),
            stderr: String::new(),
            // What the shell answers to the next line, which begins with an option.
            exit_code: 127,
            stage: Stage::Shell.name(),
            command: source.trim_end().to_owned(),
            fix: Some(Fix { command: source.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"), changes }),
        });
    }

    /// Judges the commands in a span of a block; `masked` is the block's text as the shell reads it.
    fn line(&mut self, script: &Script, masked: &str, line: Span, depth: usize) {
        let text = masked.get(line.start..line.end).unwrap_or_default();
        // At the end of a block nothing follows that the line could be joined with.
        let text = text.strip_suffix('\\').filter(|rest| !rest.ends_with('\\')).unwrap_or(text);
        match shell::read(text) {
            Ok(commands) if commands.iter().any(|command| command.substitutions().next().is_some()) => {
                if depth < DEPTH_MAX {
                    let known = self.without_substitutions(script, masked, line, &commands, depth);
                    self.line(script, &known, line, depth + 1);
                }
            }
            Ok(commands) => {
                for command in commands {
                    self.command(script, line.start, &command);
                }
            }
            // A part of a compound command: each of its lines is read by itself.
            Err(error) if depth == 0 && text.contains('\n') && !error.message.contains("looking for matching") => {
                self.lines_apart(script, masked, line);
            }
            Err(error) if mentions_az(text) => self.unreadable(script, line, &error),
            // Another language's line, or one of other programs.
            Err(_) => self.report.others += 1,
        }
    }

    /// Judges each physical line of a span by itself, without the keywords before its command.
    fn lines_apart(&mut self, script: &Script, masked: &str, span: Span) {
        let text = masked.get(span.start..span.end).unwrap_or_default();
        let mut start = 0;
        let mut at = 0;
        for physical in text.split_inclusive('\n') {
            at += physical.len();
            if physical.trim_end_matches('\n').ends_with('\\') && at < text.len() {
                continue;
            }
            let mut rest = text.get(start..at).unwrap_or_default().trim_start();
            while let Some((word, after)) =
                rest.split_once([' ', '\n']).filter(|(word, _)| shell::precedes_command(word))
            {
                debug_assert!(!word.is_empty(), "a keyword has letters");
                rest = after.trim_start();
            }
            let end = span.start + at;
            let line = Span { start: end - rest.len(), end: end - (rest.len() - rest.trim_end().len()) };
            if line.start < line.end {
                self.line(script, masked, line, 1);
            }
            start = at;
        }
    }

    /// Judges the commands in a line's substitutions, and returns the text with a mark in place of each, because their
    /// output is not known.
    fn without_substitutions(
        &mut self,
        script: &Script,
        masked: &str,
        line: Span,
        commands: &[RawCommand],
        depth: usize,
    ) -> String {
        let mut text = masked.to_owned();
        for inner in commands.iter().flat_map(RawCommand::substitutions) {
            let inner = Span { start: line.start + inner.start, end: line.start + inner.end };
            self.line(script, masked, inner, depth + 1);
            let before = masked.get(line.start..inner.start).unwrap_or_default();
            let span = Span { start: inner.start - if before.ends_with("$(") { 2 } else { 1 }, end: inner.end + 1 };
            if let Some(mark) = script::mark(self.placeholders.len(), span.end - span.start) {
                self.placeholders.push(name_before(masked.get(line.start..span.start).unwrap_or_default()));
                text.replace_range(span.start..span.end, &mark);
            }
        }
        text
    }

    fn unreadable(&mut self, script: &Script, line: Span, error: &ShellError) {
        // Only an open quote is a mistake for certain: much else is a feature of shells that is not read here.
        if !error.message.contains("looking for matching") {
            self.unjudged(script, line.start, "the line uses more of the shell than is read here");
            return;
        }
        let at = line.start + error.at;
        let command = script.source.get(line.start..line.end).unwrap_or_default();
        self.report.findings.push(Finding {
            level: Level::Error,
            rule: rule("shell-syntax"),
            start: script.position(at),
            end: script.position(at + 1),
            message: error.message.clone(),
            stderr: format!("{}\n", error.message),
            exit_code: error.exit_code,
            stage: Stage::Shell.name(),
            command: command.trim_end().to_owned(),
            fix: None,
        });
    }

    fn command(&mut self, script: &Script, base: usize, raw: &RawCommand) {
        for name in raw.variables() {
            if !self.variables.contains_key(name) {
                let value = stand_in(name);
                self.guesses.push(value.clone());
                self.guessed.insert(name.to_owned());
                self.variables.insert(name.to_owned(), value);
            }
        }
        let Ok(mut command) = raw.expand(&self.variables, 0) else {
            return;
        };
        let guesses = fill(&self.placeholders, &mut command);
        let is_guessed = !guesses.is_empty() || raw.variables().any(|name| self.guessed.contains(name));
        self.guesses.extend(guesses);
        for (name, value) in command.variables_set() {
            if is_guessed {
                self.guessed.insert(name.clone());
            } else {
                self.guessed.remove(&name);
            }
            // An empty value is for the reader to fill in.
            if value.is_empty() {
                self.variables.remove(&name);
            } else {
                self.variables.insert(name, value);
            }
        }
        let skipped = command.words.iter().take_while(|word| shell::precedes_command(&word.text)).count();
        let mut words = command.words.into_iter().skip(skipped);
        let Some(program) = words.next() else {
            return;
        };
        if program.text != "az" {
            self.report.others += usize::from(!shell::is_keyword(&program.text) && program.text != "export");
            return;
        }
        let words: Vec<Word> = words.collect();
        let is_guessed = is_guessed || words.iter().any(|word| is_open(&word.text));
        let is_nested = raw.is_nested;
        self.judge(&DocumentCommand { script, base, program: program.span, words, is_guessed, is_nested });
    }

    fn judge(&mut self, written: &DocumentCommand<'_>) {
        let at = written.base + written.program.start;
        if written.words.iter().any(|word| is_ellipsis(&word.text)) {
            self.unjudged(written.script, at, "the command is shown in part");
            return;
        }
        self.report.commands += 1;
        let words: Vec<&str> = written.words.iter().map(|word| word.text.as_str()).collect();
        let outcome = self.bench.run(&words);
        if let Some(renewed) = self.bench.renewed.take() {
            let text = format!("{renewed} exists already: taken as the beginning of another example");
            self.report.notes.push(Note { start: written.script.position(at), text });
        }
        let Some(error) = refusal(&outcome) else {
            return;
        };
        if let Some(reason) = doubt(written, error, &self.guesses) {
            self.unjudged(written.script, at, reason);
            return;
        }
        let fix = self.plain_characters(written).or_else(|| self.fix(written, &words));
        let finding = self.finding(written, &outcome, error, fix.as_ref());
        self.report.findings.push(finding);
        match fix {
            Some((_, proposal)) => {
                let words: Vec<&str> = proposal.words.iter().map(String::as_str).collect();
                self.bench.run(&words);
            }
            None => self.bench.run_as_meant(&words),
        }
    }

    fn finding(
        &self,
        written: &DocumentCommand<'_>,
        outcome: &Outcome,
        error: &CliError,
        fix: Option<&(Fix, Proposal)>,
    ) -> Finding {
        let span = written.span();
        let position = |at: usize| written.script.position(written.base + at);
        let first = fix.and_then(|(fix, _)| fix.changes.first());
        // The service says everything twice.
        let message = error.message.split("\nCode: ").next().unwrap_or_default().trim_end();
        let message = std::iter::once(message).chain(error.recommendations.iter().map(String::as_str));
        let level = level(error, fix.map(|(_, proposal)| proposal), self.has_preview);
        Finding {
            level: if written.is_nested { Level::Warning } else { level },
            rule: if is_look_alike(fix) { rule("look-alike") } else { rule_of(error) },
            start: first.map_or_else(|| position(span.start), |change| change.start),
            end: first.map_or_else(|| position(span.end), |change| change.end),
            message: message.collect::<Vec<_>>().join("\n"),
            stderr: error.stderr(),
            exit_code: outcome.exit_code,
            stage: outcome.stage.name(),
            command: written.text(span).to_owned(),
            fix: fix.map(|(fix, _)| fix.clone()),
        }
    }

    /// Returns a fix that replaces a word processor's characters by plain ones, if the command then passes.
    fn plain_characters(&self, written: &DocumentCommand<'_>) -> Option<(Fix, Proposal)> {
        let span = written.span();
        let masked = written.script.masked.get(written.base + span.start..written.base + span.end)?;
        let mut text = String::new();
        let mut edits = Vec::new();
        let mut at = 0;
        for one in shell::typography(masked) {
            let (before, after) = (masked.get(at..one.span.start)?, masked.get(one.span.end..)?);
            let to = match one.instead {
                "a space" => " ",
                "nothing" => "",
                // Of `–-name` only one hyphen is missing.
                "--" if after.starts_with('-') || before.ends_with('-') => "-",
                instead => instead,
            };
            text.push_str(before);
            text.push_str(to);
            at = one.span.end;
            edits.push(Edit {
                span: Span { start: span.start + one.span.start, end: span.start + one.span.end },
                from: masked.get(one.span.start..one.span.end)?.to_owned(),
                to: to.to_owned(),
                because: Some(one.name.to_owned()),
            });
        }
        text.push_str(masked.get(at..)?);
        let mut commands = shell::lex(&text, &self.variables, 0).ok()?;
        let command = commands.first_mut().filter(|_| !edits.is_empty())?;
        fill(&self.placeholders, command);
        let words = command.words.iter().skip(1).map(|word| word.text.clone()).collect();
        self.passing(written, Proposal { words, edits, is_certain: true })
    }

    /// Returns the first proposal of the repair module that passes.
    fn fix(&self, written: &DocumentCommand<'_>, refused: &[&str]) -> Option<(Fix, Proposal)> {
        let proposals = repair::proposals(&written.words, written.source());
        let is_new = |proposal: &Proposal| proposal.words != refused;
        proposals.into_iter().filter(is_new).find_map(|proposal| self.passing(written, proposal))
    }

    /// Returns the fix of a proposal, unless the command is still refused with it beyond doubt.
    fn passing(&self, written: &DocumentCommand<'_>, proposal: Proposal) -> Option<(Fix, Proposal)> {
        let words: Vec<&str> = proposal.words.iter().map(String::as_str).collect();
        let outcome = self.bench.clone().run(&words);
        if refusal(&outcome).is_some_and(|error| doubt(written, error, &self.guesses).is_none()) {
            return None;
        }
        let position = |at: usize| written.script.position(written.base + at);
        let changes = proposal.edits.iter().map(|edit| Replacement {
            start: position(edit.span.start),
            end: position(edit.span.end),
            from: edit.from.clone(),
            to: edit.to.clone(),
            because: edit.because.clone(),
        });
        Some((Fix { changes: changes.collect(), command: written.rewritten(&proposal.edits) }, proposal))
    }
}

/// Returns the first error of an outcome: the reason for a refusal.
fn refusal(outcome: &Outcome) -> Option<&CliError> {
    outcome.blocks.iter().find_map(|block| match block {
        Block::Error(error) => Some(error),
        _ => None,
    })
}

/// Replaces placeholders by guessed values, and returns those values.
fn fill(placeholders: &[String], command: &mut SimpleCommand) -> Vec<String> {
    let mut guesses = Vec::new();
    let words = command.words.iter_mut().map(|word| &mut word.text);
    for text in words.chain(command.assignments.iter_mut().map(|(_, value)| value)) {
        if !text.contains(FILLER) {
            continue;
        }
        let mut filled = String::new();
        for letter in text.chars().filter(|letter| *letter != FILLER) {
            let index = (letter as usize).checked_sub(PLACEHOLDER_FIRST as usize);
            match index.and_then(|index| placeholders.get(index)) {
                Some(name) => {
                    let value = stand_in(name);
                    filled.push_str(&value);
                    guesses.push(value);
                }
                None => filled.push(letter),
            }
        }
        *text = filled;
    }
    guesses
}

/// Returns the name before a value: that of the option, or of the variable.
fn name_before(text: &str) -> String {
    let text = text.trim_end_matches(['"', ' ', '=', '\\', '\n']);
    let start = text.rfind([' ', '"', '\n', ';']).map_or(0, |at| at + 1);
    text.get(start..).unwrap_or_default().trim_start_matches('-').to_owned()
}

fn mentions_az(text: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '-' && letter != '_').any(|word| word == "az")
}

/// Returns `true` if a word is an ellipsis, or the bracket notation of a synopsis.
fn is_ellipsis(word: &str) -> bool {
    matches!(word, "..." | "…" | "[...]" | "[…]") || word.starts_with("[-")
}

/// Returns `true` if the fix only replaces single characters of a word processor by plain ones.
fn is_look_alike(fix: Option<&(Fix, Proposal)>) -> bool {
    let is_one =
        |change: &Replacement| !change.from.is_ascii() && change.to.is_ascii() && change.from.chars().count() == 1;
    fix.is_some_and(|(fix, _)| fix.changes.iter().all(is_one))
}
