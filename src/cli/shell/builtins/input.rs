//! `read` and `mapfile`: text becomes the values of variables.

use std::collections::BTreeMap;

use super::super::input::Input;
use super::super::variable::Value;
use super::invocation::{Invocation, Reply};

/// The options of `read`.
#[derive(Debug, Default)]
pub(in super::super) struct Reading {
    /// `-r`: a backslash is a character.
    is_raw: bool,
    /// `-p`: the text before the answer.
    pub(in super::super) prompt: String,
    /// `-a`: the array for all words.
    array: Option<String>,
    /// `-d`: the character that ends the text.
    delimiter: Option<char>,
    /// `-n` and `-N`: the number of characters.
    count: Option<usize>,
    names: Vec<String>,
}

impl Reading {
    /// Reads the words of `read`.
    ///
    /// # Errors
    /// The message about an option that there is not.
    pub(in super::super) fn of(words: &[String]) -> Result<Self, String> {
        let mut reading = Self { delimiter: Some('\n'), ..Self::default() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
                reading.names.push(word.clone());
                continue;
            };
            if letters == "-" {
                reading.names.extend(words.by_ref().cloned());
                break;
            }
            for (at, letter) in letters.char_indices() {
                let value = |words: &mut std::slice::Iter<'_, String>| {
                    let rest = letters.get(at + letter.len_utf8()..).unwrap_or_default();
                    if rest.is_empty() { words.next().cloned().unwrap_or_default() } else { rest.to_owned() }
                };
                match letter {
                    'r' => reading.is_raw = true,
                    's' | 'e' => {}
                    'p' => reading.prompt = value(&mut words),
                    'a' => reading.array = Some(value(&mut words)),
                    'd' => reading.delimiter = value(&mut words).chars().next(),
                    'n' | 'N' => reading.count = value(&mut words).parse().ok(),
                    't' | 'u' | 'i' => {
                        value(&mut words);
                    }
                    _ => return Err(format!("read: -{letter}: invalid option")),
                }
                if "padnNtui".contains(letter) {
                    break;
                }
            }
        }
        Ok(reading)
    }

    /// Takes the text from the input: its characters, each `true` if a backslash protects it, and `true` if the
    /// delimiter was there.
    fn take(&self, input: &mut Input) -> (Vec<(char, bool)>, bool) {
        let mut taken = Vec::new();
        let mut bytes = 0;
        let mut is_ended = false;
        let rest = input.rest().to_owned();
        let mut letters = rest.chars();
        while let Some(letter) = letters.next() {
            bytes += letter.len_utf8();
            if letter == '\\' && !self.is_raw {
                if let Some(next) = letters.next() {
                    bytes += next.len_utf8();
                    if next != '\n' {
                        taken.push((next, true));
                    }
                }
                continue;
            }
            if Some(letter) == self.delimiter || (self.delimiter.is_none() && letter == '\0') {
                is_ended = true;
                break;
            }
            taken.push((letter, false));
            if self.count == Some(taken.len()) {
                is_ended = true;
                break;
            }
        }
        input.advance(bytes);
        (taken, is_ended)
    }
}

/// Returns the length of the blanks among the separators at the start.
fn blanks(letters: &[(char, bool)], separators: &str) -> usize {
    letters.iter().take_while(|(letter, is_protected)| !is_protected && is_blank(*letter, separators)).count()
}

fn is_blank(letter: char, separators: &str) -> bool {
    matches!(letter, ' ' | '\t' | '\n') && separators.contains(letter)
}

/// Splits off the first word; returns it, and the rest behind its separator.
fn first_word<'a>(letters: &'a [(char, bool)], separators: &str) -> (String, &'a [(char, bool)]) {
    let is_separator = |(letter, is_protected): &(char, bool)| !is_protected && separators.contains(*letter);
    let end = letters.iter().position(is_separator).unwrap_or(letters.len());
    let (word, rest) = letters.split_at(end);
    let rest = rest.get(blanks(rest, separators)..).unwrap_or_default();
    let is_hard = |one: &&(char, bool)| is_separator(one) && !is_blank(one.0, separators);
    let rest = if rest.first().is_some_and(|one| is_hard(&one)) {
        let rest = rest.get(1..).unwrap_or_default();
        rest.get(blanks(rest, separators)..).unwrap_or_default()
    } else {
        rest
    };
    (text(word), rest)
}

fn text(letters: &[(char, bool)]) -> String {
    letters.iter().map(|(letter, _)| letter).collect()
}

/// Reads a line, and makes its words the values of variables.
pub(super) fn read(invocation: &mut Invocation<'_>) -> Reply {
    let reading = match Reading::of(invocation.words) {
        Ok(reading) => reading,
        Err(message) => return Reply::error(2, message),
    };
    let separators = invocation.state.separators();
    let (letters, is_ended) = match invocation.input.as_deref_mut() {
        Some(input) => reading.take(input),
        None => (Vec::new(), false),
    };
    let start = blanks(&letters, &separators);
    let mut rest = letters.get(start..).unwrap_or_default();
    let mut values: Vec<(String, String)> = Vec::new();
    let mut set = Ok(());
    if let Some(array) = &reading.array {
        let mut list = BTreeMap::new();
        while !rest.is_empty() {
            let (word, after) = first_word(rest, &separators);
            list.insert(i64::try_from(list.len()).unwrap_or(0), word);
            rest = after;
        }
        set = invocation.state.set_value(array, Value::List(list));
    } else if reading.names.is_empty() {
        values.push(("REPLY".to_owned(), text(&letters)));
    }
    for (index, name) in reading.names.iter().enumerate() {
        let (word, after) = first_word(rest, &separators);
        if index + 1 < reading.names.len() || after.is_empty() {
            values.push((name.clone(), word));
            rest = after;
            continue;
        }
        let blank = |(letter, is_protected): &(char, bool)| !is_protected && is_blank(*letter, &separators);
        let end = rest.iter().rposition(|one| !blank(one)).map_or(0, |last| last + 1);
        values.push((name.clone(), text(rest.get(..end).unwrap_or_default())));
    }
    for (name, value) in values {
        set = set.and_then(|()| super::super::assign::assign_text(invocation.state, &name, &value, false));
    }
    match set {
        Ok(()) => Reply::status(i32::from(!is_ended)),
        Err(error) => Reply { status: 1, errors: vec![error.message], ..Reply::default() },
    }
}

/// Reads lines into an array.
pub(super) fn mapfile(invocation: &mut Invocation<'_>) -> Reply {
    let mut name = "MAPFILE".to_owned();
    let (mut strips, mut delimiter, mut count, mut skipped, mut origin) = (false, '\n', usize::MAX, 0, 0_i64);
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-t" => strips = true,
            "-d" => delimiter = words.next().and_then(|word| word.chars().next()).unwrap_or('\0'),
            "-n" => {
                count =
                    words.next().and_then(|word| word.parse().ok()).filter(|count| *count > 0).unwrap_or(usize::MAX);
            }
            "-s" => skipped = words.next().and_then(|word| word.parse().ok()).unwrap_or(0),
            "-O" => origin = words.next().and_then(|word| word.parse().ok()).unwrap_or(0),
            word if word.starts_with('-') => {
                return Reply::error(2, format!("{}: {word}: invalid option", invocation.name));
            }
            word => word.clone_into(&mut name),
        }
    }
    let text = invocation.input.as_deref_mut().map(Input::take_all).unwrap_or_default();
    let lines = text.split_inclusive(delimiter).skip(skipped).take(count);
    let lines = lines.map(|line| if strips { line.strip_suffix(delimiter).unwrap_or(line) } else { line });
    let list = (origin..).zip(lines.map(str::to_owned)).collect();
    match invocation.state.set_value(&name, Value::List(list)) {
        Ok(()) => Reply::default(),
        Err(error) => Reply { status: 1, errors: vec![error.message], ..Reply::default() },
    }
}
