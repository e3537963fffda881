//! Commands that let time pass or run others: `sleep`, `xargs`, `watch`, `exec`.

use std::collections::VecDeque;

use super::super::builtins::Reply;
use super::super::error::ShellError;
use super::super::input::Input;
use super::super::state::State;
use super::environment::Environment;
use super::run::{Call, Machine, Step};
use super::scope::{FrameKind, Scope, Watch};
use crate::ground::duration::parse_duration_ms;
use crate::ground::error::Stage;

/// Most commands that one `xargs` runs.
const COMMANDS_MAX: usize = 1000;

/// Longest simulated time that a line may take in which something sleeps, in milliseconds: a day.
const LINE_MS_MAX: u64 = 24 * 3_600_000;

/// Simulated time after which `watch` ends by itself, in milliseconds.
const WATCH_MS: u64 = 10 * 60_000;

impl Machine {
    /// Lets time pass.
    pub(super) fn sleep(&mut self, call: &Call, state: &mut State) -> Option<Step> {
        let mut time_ms = 0_u64;
        for word in call.words.iter().skip(1) {
            let seconds = word.parse::<f64>().ok().filter(|seconds| *seconds >= 0.0 && seconds.is_finite());
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is not negative, and capped"
            )]
            let word_ms =
                seconds.map(|seconds| (seconds * 1000.0).min(1e15) as u64).or_else(|| parse_duration_ms(word));
            let Some(word_ms) = word_ms else {
                let message = format!("sleep: invalid time interval '{word}'");
                self.reply(
                    Reply { status: 1, errors: vec![message], ..Reply::default() },
                    call.streams,
                    Stage::Ok,
                    state,
                );
                return None;
            };
            time_ms = time_ms.saturating_add(word_ms);
        }
        state.status = 0;
        state.keep_pipe_status();
        let begun_ms = *self.begun_ms.get_or_insert(state.now_ms);
        if state.now_ms.saturating_sub(begun_ms) >= LINE_MS_MAX {
            let text = "playground: stopped: this line has slept for a day of simulated time";
            self.stop(state);
            self.refuse(ShellError { message: text.to_owned(), exit_code: 1, at: 0 }, state);
            return None;
        }
        (time_ms > 0).then(|| Step::Sleep(state.now_ms.saturating_add(time_ms)))
    }

    /// Makes the commands of `xargs`, with `-n`, `-I`, `-r`, `-t`, `-d` and `-0`.
    pub(super) fn begin_xargs(&mut self, mut call: Call, state: &mut State) {
        let (mut count, mut marker, mut delimiter) = (usize::MAX, None, None);
        let mut words = std::mem::take(&mut call.words).into_iter().skip(1).peekable();
        while let Some(option) = words.next_if(|word| word.len() > 1 && word.starts_with('-')) {
            let letters: String = option.chars().skip(2).collect();
            let mut value = || if letters.is_empty() { words.next().unwrap_or_default() } else { letters.clone() };
            match option.chars().nth(1) {
                Some('n' | 'L') => count = value().parse().unwrap_or(1),
                Some('I') => marker = Some(value()),
                Some('P') => {
                    value();
                }
                Some('d') => delimiter = value().replace("\\n", "\n").chars().next(),
                Some('0') => delimiter = Some('\0'),
                Some('r' | 't' | '-') => {}
                _ => {
                    let message = format!("xargs: {option}: not available here: there is -n, -I, -d, -0 and -r");
                    self.reply(
                        Reply { status: 2, errors: vec![message], ..Reply::default() },
                        call.streams,
                        Stage::Ok,
                        state,
                    );
                    return;
                }
            }
        }
        let mut command: Vec<String> = words.collect();
        if command.is_empty() {
            command.push("echo".to_owned());
        }
        let text = call.input.take().or_else(|| self.input().map(Input::take_all)).unwrap_or_default();
        let items: Vec<String> = match (delimiter, &marker) {
            (Some(delimiter), _) => text.split_terminator(delimiter).map(str::to_owned).collect(),
            (None, Some(_)) => {
                text.lines().map(|line| line.trim_start().to_owned()).filter(|line| !line.is_empty()).collect()
            }
            (None, None) => text.split_whitespace().map(|word| word.replace(['"', '\''], "")).collect(),
        };
        let commands: VecDeque<Vec<String>> = match marker {
            Some(marker) => {
                items.iter().map(|item| command.iter().map(|word| word.replace(&marker, item)).collect()).collect()
            }
            None if items.is_empty() && command.first().is_some_and(|name| name == "echo") => VecDeque::from([command]),
            None => items.chunks(count.max(1)).map(|items| [command.as_slice(), items].concat()).collect(),
        };
        if commands.len() > COMMANDS_MAX {
            let message = "playground: xargs: these are more commands than the playground accepts".to_owned();
            return self.refuse(ShellError { message, exit_code: 1, at: 0 }, state);
        }
        state.status = 0;
        // The commands do not read what xargs reads.
        self.begin_frame(FrameKind::Each { commands, status: 0 }, call.streams, Some(String::new()), state);
    }

    /// Begins the next command of `xargs`.
    pub(super) fn next_command(&mut self, state: &mut State, environment: &Environment<'_>) -> Option<Step> {
        let failed = state.status != 0;
        let Some(Scope::Frame(frame)) = self.scopes.last_mut() else { return None };
        let FrameKind::Each { commands, status } = &mut frame.kind else { return None };
        if failed {
            *status = 123;
        }
        if let Some(words) = commands.pop_front() {
            // A failure of one does not stop the others, whatever `set -e` says.
            state.status = 0;
            self.guards_next = true;
            return self.dispatch_words(words, state, environment);
        }
        state.status = *status;
        let status = *status;
        self.guards_next = false;
        self.pop_scope(state);
        state.status = status;
        self.check_failure(state);
        None
    }

    /// Begins `watch`: the command is run every two seconds, or as `-n` says.
    pub(super) fn begin_watch(&mut self, mut call: Call, state: &mut State) {
        let mut words = std::mem::take(&mut call.words).into_iter().skip(1).peekable();
        let mut interval_ms = 2000;
        while let Some(option) = words.next_if(|word| word.len() > 1 && word.starts_with('-')) {
            let seconds = if option == "-n" || option == "--interval" {
                words.next()
            } else {
                option.strip_prefix("-n").map(str::to_owned)
            };
            if let Some(seconds) = seconds.and_then(|text| text.parse::<u32>().ok()) {
                interval_ms = u64::from(seconds.max(1)) * 1000;
            }
        }
        let words: Vec<String> = words.collect();
        // One word is a text for a shell.
        let command = match words.as_slice() {
            [text] if text.contains(' ') => vec!["eval".to_owned(), text.clone()],
            _ => words,
        };
        if command.is_empty() {
            return self.refuse(ShellError::bash("watch: a command has to follow"), state);
        }
        let end_ms = state.now_ms.saturating_add(WATCH_MS);
        let watch = Watch { command, interval_ms, end_ms, captured: String::new(), shown: None, runs: false };
        self.begin_frame(FrameKind::Watch(watch), call.streams, Some(String::new()), state);
    }

    /// Shows what the command of `watch` has printed if it is new, lets time pass, or runs the command again.
    pub(super) fn watch_again(&mut self, state: &mut State, environment: &Environment<'_>) -> Option<Step> {
        let now_ms = state.now_ms;
        let Some(Scope::Frame(frame)) = self.scopes.last_mut() else { return None };
        let FrameKind::Watch(watch) = &mut frame.kind else { return None };
        if !watch.runs {
            watch.runs = true;
            let command = watch.command.clone();
            self.guards_next = true;
            return self.dispatch_words(command, state, environment);
        }
        watch.runs = false;
        let printed = std::mem::take(&mut watch.captured);
        let is_over = now_ms >= watch.end_ms;
        let wake_ms = now_ms.saturating_add(watch.interval_ms);
        let shown = without_ages(&printed);
        let is_new = watch.shown.as_ref() != Some(&shown);
        watch.shown = Some(shown);
        self.guards_next = false;
        let scope = self.scopes.pop()?;
        let status = state.status;
        if is_new {
            self.print(printed, self.streams, status);
        }
        self.scopes.push(scope);
        if is_over {
            let text = "watch: stopped after ten minutes of simulated time";
            self.pop_scope(state);
            state.status = 0;
            self.say(vec![crate::ground::outcome::Block::Note(text.to_owned())], 0, Stage::Ok);
            return None;
        }
        Some(Step::Sleep(wake_ms))
    }

    /// Runs the command of `exec`, and ends the shell after it.
    pub(super) fn last_command(&mut self, state: &mut State, environment: &Environment<'_>) -> Option<Step> {
        let Some(Scope::Frame(frame)) = self.scopes.last_mut() else { return None };
        let FrameKind::Last { command } = &mut frame.kind else { return None };
        if let Some(words) = command.take() {
            self.dispatch_words(words, state, environment)
        } else {
            state.traps = std::sync::Arc::default();
            self.exit(state);
            None
        }
    }
}

/// Leaves out the ages in a text, `5m13s`: that something has grown older is no news.
fn without_ages(text: &str) -> String {
    let is_age = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_digit())
            && word.ends_with(['s', 'm', 'h', 'd'])
            && word.chars().all(|letter| letter.is_ascii_digit() || "smhd".contains(letter))
    };
    let words = text.split_whitespace().filter(|word| !is_age(word));
    words.flat_map(|word| [word, " "]).collect()
}
