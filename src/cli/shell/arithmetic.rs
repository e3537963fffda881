//! Arithmetic of `$((…))`, `((…))` and `let`: whole numbers, variables, all operators of bash.

use super::error::ShellError;
use super::state::State;

/// The deepest nesting, of parentheses and of variables that hold expressions.
const DEPTH_MAX: usize = 50;

/// The binary operators, those that bind least first. Longer ones stand before their beginnings.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
    &["**"],
];

/// Operators that assign, with `=` in the end.
const ASSIGNMENTS: &[&str] = &["<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "="];

/// Operators and parts of operators that a shorter one must not be taken from.
const LONG: &[&str] = &[
    "<<=", ">>=", "&&", "||", "**", "<<", ">>", "<=", ">=", "==", "!=", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=",
    "^=", "|=",
];

/// Evaluates an expression; an empty one is 0.
///
/// # Errors
/// Bash's message about an expression that it cannot evaluate.
pub(super) fn evaluate(text: &str, state: &mut State) -> Result<i64, String> {
    evaluate_at(text, state, 0)
}

/// Evaluates an expression for a command.
///
/// # Errors
/// Bash's message about an expression that it cannot evaluate.
pub(super) fn number(text: &str, state: &mut State) -> Result<i64, ShellError> {
    evaluate(text, state).map_err(ShellError::bash)
}

fn evaluate_at(text: &str, state: &mut State, depth: usize) -> Result<i64, String> {
    let mut sum = Sum { rest: text, state, depth, is_active: true };
    if sum.rest.trim().is_empty() {
        return Ok(0);
    }
    match sum.list() {
        Ok(value) if sum.rest.trim().is_empty() => Ok(value),
        Ok(_) => Err(format!("{}: syntax error in expression", text.trim())),
        Err(error) if error.is_empty() => Err(format!("{}: syntax error in expression", text.trim())),
        Err(error) if sum.state.options.refuses_unset && error.ends_with("unbound variable") => Err(error),
        Err(error) => Err(format!("{}: {error}", text.trim())),
    }
}

struct Sum<'a> {
    rest: &'a str,
    state: &'a mut State,
    depth: usize,
    /// `false` in the branch that is not taken, which assigns nothing.
    is_active: bool,
}

/// A variable, or an element of an array, that an expression names.
struct Place {
    name: String,
    key: Option<String>,
}

impl Sum<'_> {
    fn list(&mut self) -> Result<i64, String> {
        let mut value = self.ternary()?;
        while self.take(",") {
            value = self.ternary()?;
        }
        Ok(value)
    }

    /// Evaluates without effects unless `is_taken`.
    fn branch(&mut self, is_taken: bool, of: fn(&mut Self) -> Result<i64, String>) -> Result<i64, String> {
        let before = self.is_active;
        self.is_active = before && is_taken;
        let value = of(self);
        self.is_active = before;
        value
    }

    fn ternary(&mut self) -> Result<i64, String> {
        self.deeper(|sum| {
            let condition = sum.level(0)?;
            if !sum.take("?") {
                return Ok(condition);
            }
            let one = sum.branch(condition != 0, Self::list)?;
            if !sum.take(":") {
                return Err("`:' expected for conditional expression".to_owned());
            }
            let other = sum.branch(condition == 0, Self::ternary)?;
            Ok(if condition != 0 { one } else { other })
        })
    }

    fn deeper(&mut self, of: impl FnOnce(&mut Self) -> Result<i64, String>) -> Result<i64, String> {
        if self.depth >= DEPTH_MAX {
            return Err("expression recursion level exceeded".to_owned());
        }
        self.depth += 1;
        let value = of(self);
        self.depth -= 1;
        value
    }

    fn level(&mut self, level: usize) -> Result<i64, String> {
        let Some(operators) = LEVELS.get(level) else { return self.operand() };
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.take_any(operators) {
            let right = match operator {
                "||" => self.branch(left == 0, |sum| sum.level(1))?,
                "&&" => self.branch(left != 0, |sum| sum.level(2))?,
                // It binds to the right.
                "**" => self.deeper(|sum| sum.level(level))?,
                _ => self.level(level + 1)?,
            };
            left = self.apply(operator, left, right)?;
        }
        Ok(left)
    }

    fn apply(&self, operator: &str, left: i64, right: i64) -> Result<i64, String> {
        let shift = u32::try_from(right & 63).unwrap_or(0);
        Ok(match operator {
            "||" => i64::from(left != 0 || right != 0),
            "&&" => i64::from(left != 0 && right != 0),
            "|" => left | right,
            "^" => left ^ right,
            "&" => left & right,
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<=" => i64::from(left <= right),
            ">=" => i64::from(left >= right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "<<" => left.wrapping_shl(shift),
            ">>" => left.wrapping_shr(shift),
            "+" => left.wrapping_add(right),
            "-" => left.wrapping_sub(right),
            "*" => left.wrapping_mul(right),
            "**" if right < 0 => return Err("exponent less than 0".to_owned()),
            "**" => left.wrapping_pow(u32::try_from(right).unwrap_or(u32::MAX)),
            "/" | "%" if right == 0 && self.is_active => return Err("division by 0".to_owned()),
            "/" | "%" if right == 0 => 0,
            "/" => left.wrapping_div(right),
            _ => left.wrapping_rem(right),
        })
    }

    fn operand(&mut self) -> Result<i64, String> {
        self.deeper(|sum| {
            if sum.take("++") {
                return sum.step(1, false);
            }
            if sum.take("--") {
                return sum.step(-1, false);
            }
            if sum.take("(") {
                let value = sum.list()?;
                return if sum.take(")") { Ok(value) } else { Err("missing `)'".to_owned()) };
            }
            match sum.take_any(&["-", "+", "!", "~"]) {
                Some("-") => Ok(sum.operand()?.wrapping_neg()),
                Some("+") => sum.operand(),
                Some("!") => Ok(i64::from(sum.operand()? == 0)),
                Some(_) => Ok(!sum.operand()?),
                None => sum.primary(),
            }
        })
    }

    /// Changes the variable that comes next, and returns its new value, or the old one.
    fn step(&mut self, by: i64, is_after: bool) -> Result<i64, String> {
        let place = self.place()?.ok_or("")?;
        let old = self.value(&place)?;
        self.assign(&place, old.wrapping_add(by))?;
        Ok(if is_after { old } else { old.wrapping_add(by) })
    }

    fn primary(&mut self) -> Result<i64, String> {
        let Some(place) = self.place()? else { return self.constant() };
        if let Some(operator) = self.take_any(ASSIGNMENTS).filter(|operator| !operator.is_empty()) {
            let right = self.ternary()?;
            let value = match operator.trim_end_matches('=') {
                "" => right,
                operator => {
                    let left = self.value(&place)?;
                    self.apply(operator, left, right)?
                }
            };
            self.assign(&place, value)?;
            return Ok(value);
        }
        let old = self.value(&place)?;
        for (operator, by) in [("++", 1), ("--", -1)] {
            if self.take(operator) {
                self.assign(&place, old.wrapping_add(by))?;
            }
        }
        Ok(old)
    }

    /// Takes the name of a variable, with a key if it has one.
    fn place(&mut self) -> Result<Option<Place>, String> {
        self.rest = self.rest.trim_start();
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
        if self.rest.starts_with(|first: char| !is_part(first) || first.is_ascii_digit()) || self.rest.is_empty() {
            return Ok(None);
        }
        let end = self.rest.find(|character| !is_part(character)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        let name = name.to_owned();
        let Some(inside) = rest.strip_prefix('[') else { return Ok(Some(Place { name, key: None })) };
        let mut depth = 1_usize;
        for (at, letter) in inside.char_indices() {
            depth = match letter {
                '[' => depth + 1,
                ']' => depth - 1,
                _ => depth,
            };
            if depth == 0 {
                let key = inside.get(..at).unwrap_or_default();
                self.rest = inside.get(at + 1..).unwrap_or_default();
                let key = if self.state.is_map(&name) {
                    key.trim_matches(['"', '\'']).to_owned()
                } else {
                    evaluate_at(key, self.state, self.depth + 1)?.to_string()
                };
                return Ok(Some(Place { name, key: Some(key) }));
            }
        }
        Err("bad array subscript".to_owned())
    }

    fn value(&mut self, place: &Place) -> Result<i64, String> {
        let text = match &place.key {
            None => self.state.text(&place.name),
            Some(key) if self.state.is_map(&place.name) => self.state.entry(&place.name, key),
            Some(key) => self.state.item(&place.name, key.parse().unwrap_or(0)),
        };
        if text.is_none() && self.state.options.refuses_unset && self.is_active {
            return Err(format!("{}: unbound variable", place.name));
        }
        let text = text.unwrap_or_default();
        // Most values are plain numbers.
        if let Ok(number) = text.parse::<i64>()
            && (!text.starts_with(['0', '+', '-']) || text == "0")
        {
            return Ok(number);
        }
        if self.depth >= DEPTH_MAX {
            return Err("expression recursion level exceeded".to_owned());
        }
        evaluate_at(&text, self.state, self.depth + 1)
    }

    fn assign(&mut self, place: &Place, value: i64) -> Result<(), String> {
        if !self.is_active {
            return Ok(());
        }
        let text = value.to_string();
        let set = match &place.key {
            None => self.state.set(&place.name, text),
            Some(key) if self.state.is_map(&place.name) => self.state.set_entry(&place.name, key, text),
            Some(key) => self.state.set_item(&place.name, key.parse().unwrap_or(0), text),
        };
        set.map_err(|error| error.message.trim_start_matches("bash: ").to_owned())
    }

    fn constant(&mut self) -> Result<i64, String> {
        let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '#' | '@');
        let end = self.rest.find(|character| !is_part(character)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if word.is_empty() {
            return Err(String::new());
        }
        let (digits, radix) = match (word.split_once('#'), word.get(..2)) {
            (Some((radix, digits)), _) => {
                (digits, radix.parse().ok().filter(|radix| (2..=36).contains(radix)).ok_or("invalid arithmetic base")?)
            }
            (None, Some("0x" | "0X")) => (word.get(2..).unwrap_or_default(), 16),
            (None, Some(_)) if word.starts_with('0') => (word, 8),
            _ => (word, 10),
        };
        i64::from_str_radix(digits, radix).map_err(|_| "value too great for base".to_owned())
    }

    fn take(&mut self, wanted: &'static str) -> bool {
        self.take_any(&[wanted]).is_some()
    }

    /// Takes the first operator of `wanted` that the rest starts with, after blanks.
    fn take_any(&mut self, wanted: &[&'static str]) -> Option<&'static str> {
        self.rest = self.rest.trim_start();
        let found = *wanted.iter().find(|one| self.rest.starts_with(**one))?;
        let is_part_of_longer = LONG.iter().any(|long| {
            long.len() > found.len() && long.starts_with(found) && self.rest.starts_with(long) && !wanted.contains(long)
        });
        // `-` before a number may follow another sign: `- -1`, and `a--1` is no decrement of a constant.
        if is_part_of_longer && (!matches!(found, "+" | "-") || self.is_step_ahead()) {
            return None;
        }
        self.rest = self.rest.get(found.len()..)?;
        Some(found)
    }

    /// Returns `true` if `++`, `--` or an assignment comes next.
    fn is_step_ahead(&self) -> bool {
        let after = self.rest.get(2..).unwrap_or_default().trim_start();
        self.rest.get(1..2) == Some("=") || after.starts_with(|next: char| next.is_ascii_alphabetic() || next == '_')
    }
}
