//! The argument parser: consumes the words of one level after the other, as `argparse` of Python 3.11 does.
//!
//! The order of complaints is part of the behaviour: an ambiguous prefix at any level comes before
//! everything below that level, then values and `-h` from left to right, then what is missing, and
//! what is left over last.

use std::cell::RefCell;

use crate::az::account::subscription;
use crate::az::registry::{Argument, Arity, ValueType, registry};
use crate::ground::error::{CliError, ErrorClass, Stage};
use crate::ground::suggest;

use super::classify::{Token, classify};
use super::convert::{self, Refusal};
use super::examples::{examples, examples_of_inferred};
use super::grammar::{Level, Name, Subject};
use super::invocation::Invocation;
use super::notice;
use super::request::{HelpTarget, ParseOptions};
use super::scope::Scope;
use super::value::Value;
use crate::ground::python;
use crate::output::QUERY_REFERENCE;

/// The end of parsing without an invocation: help or an error.
#[derive(Debug)]
pub(super) enum Stop {
    Help(HelpTarget),
    Error(Box<CliError>),
}

/// The result of a level and those below it.
#[derive(Debug, Default)]
struct Outcome {
    invocation: Option<Invocation>,
    extras: Vec<String>,
}

/// Shared state of all levels of one line.
struct Reading<'a> {
    scope: &'a Scope,
    options: &'a ParseOptions<'a>,
    /// Warnings that come while words are read; they are shown even if the line is refused.
    warnings: RefCell<Vec<String>>,
}

/// Parses words from `az` downwards.
pub(super) fn run(words: &[String], scope: &Scope, options: &ParseOptions<'_>) -> Result<Invocation, Stop> {
    let reading = Reading { scope, options, warnings: RefCell::default() };
    let result = read(words, &reading);
    let mut warnings = reading.warnings.take();
    match result {
        Ok(mut invocation) => {
            warnings.append(&mut invocation.warnings);
            invocation.warnings = warnings;
            Ok(invocation)
        }
        Err(Stop::Error(mut error)) => {
            error.warnings = warnings;
            Err(Stop::Error(error))
        }
        Err(help) => Err(help),
    }
}

fn read(words: &[String], reading: &Reading<'_>) -> Result<Invocation, Stop> {
    let Some(root) = registry().group("") else {
        return Err(Stop::Error(Box::new(complaint("the command table is empty".to_owned()))));
    };
    let level = Level::group(root, reading.scope);
    let run = Run::new(&level, words, reading)?;
    let Outcome { invocation, extras } = run.finish()?;
    match invocation {
        Some(invocation) if extras.is_empty() => Ok(invocation),
        _ => Err(Stop::Error(Box::new(complaint(format!("unrecognized arguments: {}", extras.join(" ")))))),
    }
}

/// Creates a complaint of the parser; the Azure CLI derives its class from the text.
fn complaint(message: String) -> CliError {
    let class = if message.contains("unrecognized arguments") {
        ErrorClass::UnrecognizedArgument
    } else if message.contains("arguments are required") {
        ErrorClass::RequiredArgumentMissing
    } else if message.contains("invalid") {
        ErrorClass::InvalidArgumentValue
    } else {
        ErrorClass::ArgumentUsage
    };
    let about_query = message.contains("--query");
    let mut error = CliError::new(class, Stage::Parse, message);
    if about_query {
        error.recommendations.push(QUERY_REFERENCE.to_owned());
    } else {
        error.reference = true;
    }
    error
}

/// One level being parsed.
struct Run<'a> {
    level: &'a Level,
    words: &'a [String],
    tokens: Vec<Token>,
    reading: &'a Reading<'a>,
    values: Vec<Option<Value>>,
    specified: Vec<&'static str>,
    legacy: Vec<(&'static str, &'static str)>,
    notices: Vec<String>,
    seen: Vec<bool>,
    positional_done: bool,
    outcome: Outcome,
}

impl<'a> Run<'a> {
    fn new(level: &'a Level, words: &'a [String], reading: &'a Reading<'a>) -> Result<Self, Stop> {
        let mut run = Self {
            level,
            words,
            tokens: Vec::new(),
            reading,
            values: level.arguments.iter().map(|argument| convert::default(argument, reading.options)).collect(),
            specified: Vec::new(),
            legacy: Vec::new(),
            notices: Vec::new(),
            seen: vec![false; level.arguments.len()],
            positional_done: level.children.is_empty()
                && matches!(level.subject, Subject::Command(_))
                && level.positional().is_none(),
            outcome: Outcome::default(),
        };
        run.tokens = classify(level, words).map_err(|message| run.error(message))?;
        Ok(run)
    }

    fn finish(mut self) -> Result<Outcome, Stop> {
        let is_option = |token: &Token| matches!(token, Token::Option(..) | Token::Unknown);
        let after_options = self.tokens.iter().rposition(is_option).map_or(0, |index| index + 1);
        let mut at = 0;
        while at < after_options {
            let rest = self.tokens.get(at..).unwrap_or_default();
            let next = at + rest.iter().position(is_option).unwrap_or(0);
            if at != next {
                let end = self.consume_positionals(at)?;
                if end > at {
                    at = end;
                    continue;
                }
                self.leave(at..next);
                at = next;
            }
            at = self.consume_option(at)?;
        }
        let end = self.consume_positionals(at)?;
        self.leave(end..self.words.len());
        self.require()?;
        Ok(self.conclude())
    }

    /// Keeps words that no argument takes for the complaint at the end.
    fn leave(&mut self, range: std::ops::Range<usize>) {
        let words = self.words.get(range).unwrap_or_default();
        self.outcome.extras.extend_from_slice(words);
    }

    fn consume_option(&mut self, at: usize) -> Result<usize, Stop> {
        let Some(Token::Option(name, glued)) = self.tokens.get(at) else {
            self.leave(at..at + 1);
            return Ok(at + 1);
        };
        let (mut name, mut glued) = (*name, glued.clone());
        let mut taken: Vec<(Name, Vec<String>)> = Vec::new();
        let end = loop {
            let argument = self.argument(name.argument)?;
            let Some(value) = glued else {
                let count = self.match_count(argument, at + 1)?;
                taken.push((name, self.words.get(at + 1..at + 1 + count).unwrap_or_default().to_vec()));
                break at + 1 + count;
            };
            if argument.arity != Arity::None {
                taken.push((name, vec![value]));
                break at + 1;
            }
            // Short flags can be written together: `-ec 3` is `-e -c 3`.
            let ignored = || format!("ignored explicit argument {}", python::text_repr(&value));
            let mut rest = value.chars();
            let Some(short) = rest.next().filter(|_| !name.text.starts_with("--")) else {
                return Err(self.argument_error(argument, &ignored()));
            };
            let Some(next) = self.level.name(&format!("-{short}")) else {
                return Err(self.argument_error(argument, &ignored()));
            };
            taken.push((name, Vec::new()));
            name = next;
            glued = Some(rest.as_str().to_owned()).filter(|rest| !rest.is_empty());
        };
        for (name, words) in taken {
            if let Some(today) = name.today
                && !self.legacy.iter().any(|(old, _)| *old == name.text)
            {
                self.legacy.push((name.text, today));
            }
            self.take(name.argument, &words, name.text)?;
        }
        Ok(end)
    }

    /// Counts the following words that an option takes.
    fn match_count(&self, argument: &Argument, start: usize) -> Result<usize, Stop> {
        let following = self.tokens.get(start..).unwrap_or_default();
        let plain = following.iter().take_while(|token| matches!(token, Token::Plain)).count();
        match argument.arity {
            Arity::None => Ok(0),
            Arity::Optional => Ok(plain.min(1)),
            Arity::One if plain == 0 => Err(self.argument_error(argument, "expected one argument")),
            Arity::One => Ok(1),
            Arity::AtLeastOne if plain == 0 => Err(self.argument_error(argument, "expected at least one argument")),
            Arity::Any | Arity::AtLeastOne => Ok(plain),
        }
    }

    /// Lets the subcommand or the positional argument take words from `start`; returns the index after them.
    fn consume_positionals(&mut self, start: usize) -> Result<usize, Stop> {
        if self.positional_done {
            return Ok(start);
        }
        let rest = self.tokens.get(start..).unwrap_or_default();
        let separators = rest.iter().take_while(|token| matches!(token, Token::Separator)).count();
        if !matches!(rest.get(separators), Some(Token::Plain)) {
            return Ok(start);
        }
        self.positional_done = true;
        let Some(index) = self.level.positional() else {
            self.descend(start)?;
            return Ok(self.words.len());
        };
        let is_value = |token: &&Token| matches!(token, Token::Plain | Token::Separator);
        let count = rest.iter().take_while(is_value).count();
        let mut words = self.words.get(start..start + count).unwrap_or_default().to_vec();
        if let Some(separator) = words.iter().position(|word| word == "--") {
            words.remove(separator);
        }
        self.take(index, &words, "")?;
        Ok(start + count)
    }

    /// Parses the rest of the words as the subcommand that the first of them names.
    fn descend(&mut self, start: usize) -> Result<(), Stop> {
        let words = self.words.get(start..).unwrap_or_default();
        let Some((child, rest)) = words.split_first() else { return Ok(()) };
        let children = self.level.children.iter().map(String::as_str);
        if !self.level.children.contains(child) {
            return Err(Stop::Error(Box::new(self.misspelled(child, children))));
        }
        let Subject::Group(group) = self.level.subject else { return Ok(()) };
        let path = if group.name.is_empty() { child.clone() } else { format!("{} {child}", group.name) };
        let level = if let Some(command) = registry().command(&path) {
            Level::command(command, self.reading.scope, self.reading.options.strict)
        } else if let Some(group) = registry().group(&path) {
            Level::group(group, self.reading.scope)
        } else {
            return Err(Stop::Error(Box::new(self.misspelled(child, children))));
        };
        let below = Run::new(&level, rest, self.reading)?.finish()?;
        self.outcome.invocation = below.invocation;
        self.outcome.extras.extend(below.extras);
        Ok(())
    }

    /// Creates the complaint about a word that is none of the choices, be it a command or, before any
    /// command, the value of a global option.
    fn misspelled<'c>(&self, word: &str, choices: impl IntoIterator<Item = &'c str>) -> CliError {
        let message = format!("'{word}' is misspelled or not recognized by the system.");
        let mut error = CliError::new(ErrorClass::CommandNotFound, Stage::Parse, message);
        let closest = suggest::closest(word, choices);
        if let Some(choice) = closest {
            error.recommendations.push(format!("Did you mean '{choice}' ?"));
            let program = self.level.program();
            let words = program.split(' ').chain(self.words.iter().map(String::as_str));
            let inferred: Vec<&str> = words.map(|known| if known == word { choice } else { known }).collect();
            error.examples = examples_of_inferred(&inferred);
        }
        error.reference = true;
        error
    }

    /// Gives words to an argument: converts them to its value, or stops for help or an error.
    fn take(&mut self, index: usize, words: &[String], spelling: &'static str) -> Result<(), Stop> {
        let argument = self.argument(index)?;
        if let Some(seen) = self.seen.get_mut(index) {
            *seen = true;
        }
        if argument.value_type == ValueType::Help {
            return Err(Stop::Help(match self.level.subject {
                Subject::Group(group) => HelpTarget::Group(group),
                Subject::Command(command) => HelpTarget::Command(command),
            }));
        }
        if argument.value_type == ValueType::Refused {
            let value = words.first().map_or("", String::as_str);
            return Err(self.error(format!("unrecognized argument: {spelling} {value}")));
        }
        let value = match convert::convert(argument, words, self.reading.options.is_query) {
            Ok(value) => value,
            Err(Refusal::Invalid(message)) => return Err(self.argument_error(argument, &message)),
            Err(Refusal::NotAChoice(shown)) => return Err(self.not_a_choice(argument, &shown)),
        };
        if let ("_subscription", Value::Text(name)) = (&*argument.dest, &value)
            && subscription(name).is_none()
        {
            self.reading.warnings.borrow_mut().push(format!("Subscription '{name}' not recognized."));
        }
        if !argument.dest.starts_with('_') && !self.specified.contains(&&*argument.dest) {
            self.specified.push(&argument.dest);
        }
        for notice in &argument.notices {
            self.notices.extend(notice::text(argument, *notice, spelling));
        }
        if let Some(slot) = self.values.get_mut(index) {
            *slot = Some(value);
        }
        Ok(())
    }

    fn require(&self) -> Result<(), Stop> {
        let mut missing: Vec<String> = Vec::new();
        for (argument, seen) in self.level.arguments.iter().zip(&self.seen) {
            if argument.required && !seen && convert::configured(argument, self.reading.options).is_none() {
                missing.push(argument.display_name());
            }
        }
        if let Subject::Group(group) = self.level.subject
            && !self.positional_done
        {
            missing.push(if group.name.is_empty() { "_command_package" } else { "_subcommand" }.to_owned());
        }
        if missing.is_empty() {
            Ok(())
        } else {
            Err(self.error(format!("the following arguments are required: {}", missing.join(", "))))
        }
    }

    fn conclude(self) -> Outcome {
        let mut outcome = self.outcome;
        if let Subject::Command(command) = self.level.subject {
            let mut invocation = Invocation::new(command, self.values, self.specified);
            invocation.is_document_spelling = !self.legacy.is_empty();
            if !invocation.flag("_log_verbosity_only_show_errors") {
                invocation.warnings.extend(notice::legacy(&self.legacy));
                let experimental = command.experimental.then(|| notice::experimental(command));
                for notice in self.notices.into_iter().chain(experimental) {
                    if !invocation.warnings.contains(&notice) {
                        invocation.warnings.push(notice);
                    }
                }
            }
            outcome.invocation = Some(invocation);
        }
        outcome
    }

    fn argument(&self, index: usize) -> Result<&'static Argument, Stop> {
        // Every name of a level points at one of its arguments.
        self.level.arguments.get(index).copied().ok_or_else(|| self.error("unknown argument".to_owned()))
    }

    fn not_a_choice(&self, argument: &Argument, shown: &str) -> Stop {
        if matches!(self.level.subject, Subject::Group(_)) {
            return Stop::Error(Box::new(self.misspelled(shown, argument.choices().iter().copied())));
        }
        let option = argument.names.first().copied().unwrap_or(&argument.dest);
        let choices = argument.choices();
        let message = format!(
            "{}: '{shown}' is not a valid value for '{option}'. Allowed values: {}.",
            self.level.program(),
            choices.join(", ")
        );
        let mut error = CliError::new(ErrorClass::InvalidArgumentValue, Stage::Parse, message);
        let closest = suggest::closest(shown, choices.iter().copied());
        error.recommendations.extend(closest.map(|choice| format!("Did you mean '{choice}' ?")));
        error.reference = true;
        error.examples = self.examples();
        Stop::Error(Box::new(error))
    }

    fn argument_error(&self, argument: &Argument, message: &str) -> Stop {
        self.error(format!("argument {}: {message}", argument.display_name()))
    }

    fn error(&self, message: String) -> Stop {
        let mut error = complaint(message);
        if error.reference {
            error.examples = self.examples();
        }
        Stop::Error(Box::new(error))
    }

    fn examples(&self) -> Vec<crate::ground::example::Example> {
        match self.level.subject {
            Subject::Command(command) => examples(command, self.words),
            Subject::Group(_) => Vec::new(),
        }
    }
}
