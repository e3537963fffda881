//! Conditions: `test`, `[ … ]` and `[[ … ]]`.

use std::collections::BTreeMap;

use super::arithmetic;
use super::error::ShellError;
use super::expand::{Expander, Halt};
use super::glob::{Marked, is_match};
use super::state::State;
use super::syntax::{Condition, RawWord};
use super::variable::Value;
use scale_down_engine::ground::pattern::Pattern;

/// The deepest nesting of parentheses and negations in `test`.
const DEPTH_MAX: usize = 50;

/// Evaluates the expression of `[[ … ]]`.
///
/// # Errors
/// Words that cannot be expanded, numbers and patterns that cannot be read.
pub(super) fn evaluate(condition: &Condition, expander: &mut Expander<'_>) -> Result<bool, Halt> {
    Ok(match condition {
        Condition::Not(inner) => !evaluate(inner, expander)?,
        Condition::And(one, other) => evaluate(one, expander)? && evaluate(other, expander)?,
        Condition::Or(one, other) => evaluate(one, expander)? || evaluate(other, expander)?,
        Condition::Word(word) => !expander.text(word)?.is_empty(),
        Condition::Unary(operator, word) => {
            let text = expander.text(word)?;
            unary(operator, &text, expander.state).unwrap_or(false)
        }
        Condition::Binary(one, operator, other) => binary_words(one, operator, other, expander)?,
    })
}

fn binary_words(one: &RawWord, operator: &str, other: &RawWord, expander: &mut Expander<'_>) -> Result<bool, Halt> {
    let left = expander.text(one)?;
    match operator {
        "==" | "=" | "!=" => {
            let pattern = expander.marked(other)?;
            let ignores_case = expander.state.options.ignores_case;
            Ok(is_match(&pattern, &left, ignores_case)? == (operator != "!="))
        }
        "=~" => {
            let pattern = expander.marked(other)?;
            Ok(search(&left, &pattern, expander.state)?)
        }
        "<" | ">" => Ok((left < expander.text(other)?) == (operator == "<")),
        _ => {
            let right = expander.text(other)?;
            let left = arithmetic::number(&left, expander.state)?;
            let right = arithmetic::number(&right, expander.state)?;
            Ok(compare(operator, left, right))
        }
    }
}

/// Looks for a regular expression in a text, and keeps what its groups match in `BASH_REMATCH`.
fn search(text: &str, pattern: &[Marked], state: &mut State) -> Result<bool, ShellError> {
    let mut expression = String::new();
    for (character, is_bare) in pattern {
        if !is_bare && !character.is_alphanumeric() && *character != '_' {
            expression.push('\\');
        }
        expression.push(*character);
    }
    let pattern = Pattern::new(&expression, true, state.options.ignores_case)
        .map_err(|reason| ShellError { exit_code: 2, ..ShellError::bash(format!("[[: {reason}")) })?;
    let characters: Vec<char> = text.chars().collect();
    let found = pattern.find(&characters, 0);
    let mut list = BTreeMap::new();
    for (key, place) in (0..).zip(found.iter().flat_map(|found| found.chunks(2))) {
        let part = match place {
            [Some(start), Some(end)] => characters.get(*start..*end).unwrap_or_default().iter().collect(),
            _ => String::new(),
        };
        list.insert(key, part);
    }
    state.set_value("BASH_REMATCH", Value::List(list))?;
    Ok(found.is_some())
}

/// Evaluates an operator before a word; `None` if there is no such operator. There are no files.
fn unary(operator: &str, text: &str, state: &mut State) -> Option<bool> {
    Some(match operator {
        "-z" => text.is_empty(),
        "-n" => !text.is_empty(),
        "-v" => is_set(text, state),
        "-e" | "-c" | "-r" | "-w" => text == "/dev/null",
        "-a" | "-b" | "-d" | "-f" | "-g" | "-G" | "-h" | "-k" | "-L" | "-N" | "-O" | "-p" | "-s" | "-S" | "-t"
        | "-u" | "-x" | "-R" | "-o" => false,
        _ => return None,
    })
}

fn is_set(name: &str, state: &mut State) -> bool {
    match name.split_once('[') {
        Some((name, key)) => {
            let key = key.trim_end_matches(']');
            if state.is_map(name) {
                state.entry(name, key).is_some()
            } else {
                state.item(name, key.parse().unwrap_or(0)).is_some()
            }
        }
        None => state.text(name).is_some(),
    }
}

fn compare(operator: &str, left: i64, right: i64) -> bool {
    match operator {
        "-eq" => left == right,
        "-ne" => left != right,
        "-lt" => left < right,
        "-le" => left <= right,
        "-gt" => left > right,
        "-ge" => left >= right,
        _ => false,
    }
}

/// Evaluates the words of `test`.
///
/// # Errors
/// The message about words that are no expression, after the name of the command.
pub(super) fn test(words: &[String], state: &mut State) -> Result<bool, String> {
    match words {
        [] => Ok(false),
        [word] => Ok(!word.is_empty()),
        _ => {
            let mut test = Test { words, at: 0, state, depth: 0 };
            let value = test.any()?;
            match test.words.get(test.at) {
                None => Ok(value),
                Some(_) if words.len() > 4 => Err("too many arguments".to_owned()),
                Some(word) => Err(format!("{word}: binary operator expected")),
            }
        }
    }
}

struct Test<'a> {
    words: &'a [String],
    at: usize,
    state: &'a mut State,
    depth: usize,
}

impl Test<'_> {
    fn next_is(&mut self, text: &str) -> bool {
        let is_next = self.words.get(self.at).is_some_and(|word| word == text);
        self.at += usize::from(is_next);
        is_next
    }

    fn any(&mut self) -> Result<bool, String> {
        let mut value = self.all()?;
        while self.next_is("-o") {
            value |= self.all()?;
        }
        Ok(value)
    }

    fn all(&mut self) -> Result<bool, String> {
        let mut value = self.one()?;
        while self.next_is("-a") {
            value &= self.one()?;
        }
        Ok(value)
    }

    fn one(&mut self) -> Result<bool, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("too many arguments".to_owned());
        }
        let rest = self.words.get(self.at..).unwrap_or_default();
        // An operator between two words comes before all else: `[ ! = x ]` compares.
        if let [left, operator, right, ..] = rest
            && let Some(value) = binary(left, operator, right)
        {
            self.at += 3;
            return value;
        }
        match rest {
            [not, _, ..] if not == "!" => {
                self.at += 1;
                Ok(!self.one()?)
            }
            [open, _, ..] if open == "(" => {
                self.at += 1;
                let value = self.any()?;
                if self.next_is(")") { Ok(value) } else { Err("`)' expected".to_owned()) }
            }
            [operator, word, ..] if operator.len() == 2 && operator.starts_with('-') => {
                match unary(operator, word, self.state) {
                    Some(value) => {
                        self.at += 2;
                        Ok(value)
                    }
                    None => Err(format!("{operator}: unary operator expected")),
                }
            }
            [word, ..] => {
                self.at += 1;
                Ok(!word.is_empty())
            }
            [] => Err("argument expected".to_owned()),
        }
    }
}

/// Evaluates an operator between two words; `None` if it is no such operator.
fn binary(left: &str, operator: &str, right: &str) -> Option<Result<bool, String>> {
    Some(match operator {
        "=" | "==" => Ok(left == right),
        "!=" => Ok(left != right),
        "<" => Ok(left < right),
        ">" => Ok(left > right),
        "-nt" | "-ot" | "-ef" => Ok(false),
        "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => {
            let number =
                |text: &str| text.trim().parse::<i64>().map_err(|_| format!("{text}: integer expression expected"));
            number(left).and_then(|left| Ok(compare(operator, left, number(right)?)))
        }
        _ => return None,
    })
}
