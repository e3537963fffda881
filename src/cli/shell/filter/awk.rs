//! `awk`: patterns and actions, fields, variables, arrays, `print`, `printf`, `if`, loops and the usual functions.

use std::collections::BTreeMap;

use super::super::format::float;
use super::arguments::{Arguments, no_files};
use super::awk_reader::{Expression, Pattern, Rule, Statement, read};
use super::output::FilterOutput;
use scale_down_engine::ground::pattern;

/// Most steps of a program.
const STEPS_MAX: usize = 1_000_000;

/// Most bytes that a program prints.
const OUTPUT_BYTES_MAX: usize = 1 << 22;

/// A value: a number, a text, or a text from the input that may be a number.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
    Input(String),
}

/// The way in which statements end.
#[derive(PartialEq)]
enum End {
    Normal,
    Break,
    Continue,
    Next,
    Exit,
}

impl Value {
    fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Text(text) | Self::Input(text) => leading(text),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Number(number) if number.fract() == 0.0 && number.abs() < 1e16 => float(*number, 'f', 0),
            Self::Number(number) => float(*number, 'g', 6),
            Self::Text(text) | Self::Input(text) => text.clone(),
        }
    }

    /// Returns its number if it counts as one in comparisons.
    fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
            Self::Input(text) => text.trim().parse().ok(),
        }
    }

    fn is_true(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Input(text) => self.as_number().map_or(!text.is_empty(), |number| number != 0.0),
            Self::Number(number) => *number != 0.0,
        }
    }
}

/// Returns the number that a text begins with.
fn leading(text: &str) -> f64 {
    let text = text.trim_start();
    let mut end = 0;
    let mut has_point = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '0'..='9' => {}
            '-' | '+' if at == 0 => {}
            '.' if !has_point => has_point = true,
            _ => break,
        }
        end = at + 1;
    }
    text.get(..end).unwrap_or_default().parse().unwrap_or(0.0)
}

/// Runs a program on lines.
pub(super) fn awk(words: &[&str], input: &str) -> Result<FilterOutput, String> {
    let mut arguments = Arguments::read(words, "", "Fv")?;
    if arguments.rest.is_empty() {
        return Err("usage: awk [-F SEPARATOR] [-v NAME=VALUE] PROGRAM".to_owned());
    }
    let rules = read(arguments.rest.remove(0))?;
    no_files(&arguments.rest)?;
    let mut run = Run::default();
    run.set("FS", Value::Text(" ".to_owned()));
    run.set("OFS", Value::Text(" ".to_owned()));
    run.set("ORS", Value::Text("\n".to_owned()));
    run.set("SUBSEP", Value::Text("\u{1c}".to_owned()));
    if let Some(separator) = arguments.value('F') {
        run.set("FS", Value::Text(separator.replace("\\t", "\t")));
    }
    for assignment in arguments.values('v') {
        let (name, value) = assignment.split_once('=').ok_or("-v needs NAME=VALUE")?;
        run.set(name, Value::Input(value.to_owned()));
    }
    run.program(&rules, input)?;
    Ok(FilterOutput { output: run.output, exit_code: run.exit_code })
}

#[derive(Default)]
struct Run {
    variables: BTreeMap<String, Value>,
    arrays: BTreeMap<String, BTreeMap<String, Value>>,
    /// The line, then its fields.
    fields: Vec<String>,
    output: String,
    exit_code: i32,
    steps: usize,
}

impl Run {
    fn set(&mut self, name: &str, value: Value) {
        self.variables.insert(name.to_owned(), value);
    }

    fn get(&self, name: &str) -> Value {
        if name == "NF" {
            #[expect(clippy::cast_precision_loss, reason = "a line has few fields")]
            return Value::Number(self.fields.len().saturating_sub(1) as f64);
        }
        self.variables.get(name).cloned().unwrap_or(Value::Input(String::new()))
    }

    fn text_of(&self, name: &str) -> String {
        self.get(name).text()
    }

    fn program(&mut self, rules: &[Rule], input: &str) -> Result<(), String> {
        let mut is_over = false;
        for rule in rules.iter().filter(|rule| rule.pattern == Pattern::Begin) {
            is_over |= self.block(&rule.action)? == End::Exit;
        }
        let reads = rules.iter().any(|rule| rule.pattern != Pattern::Begin);
        let mut number = 0.0;
        let mut inside = vec![false; rules.len()];
        for line in input.lines().take_while(|_| reads) {
            if is_over {
                break;
            }
            number += 1.0;
            self.set("NR", Value::Number(number));
            self.set("FNR", Value::Number(number));
            self.split_line(line)?;
            for (rule, is_inside) in rules.iter().zip(&mut inside) {
                let runs = match &rule.pattern {
                    Pattern::Begin | Pattern::End => false,
                    Pattern::Always => true,
                    Pattern::If(condition) => self.value(condition)?.is_true(),
                    Pattern::Range(first, last) => {
                        let runs = *is_inside || self.value(first)?.is_true();
                        *is_inside = runs && !self.value(last)?.is_true();
                        runs
                    }
                };
                if runs {
                    match self.block(&rule.action)? {
                        End::Exit => is_over = true,
                        End::Next => break,
                        _ => {}
                    }
                }
                if is_over {
                    break;
                }
            }
        }
        for rule in rules.iter().filter(|rule| rule.pattern == Pattern::End) {
            if self.block(&rule.action)? == End::Exit {
                break;
            }
        }
        Ok(())
    }

    fn split_line(&mut self, line: &str) -> Result<(), String> {
        self.fields = vec![line.to_owned()];
        let separator = self.text_of("FS");
        let fields = split(line, &separator)?;
        self.fields.extend(fields);
        Ok(())
    }

    fn block(&mut self, statements: &[Statement]) -> Result<End, String> {
        for statement in statements {
            let end = self.statement(statement)?;
            if end != End::Normal {
                return Ok(end);
            }
        }
        Ok(End::Normal)
    }

    fn step(&mut self) -> Result<(), String> {
        self.steps += 1;
        if self.steps > STEPS_MAX || self.output.len() > OUTPUT_BYTES_MAX {
            return Err("stopped: this program does more than the playground accepts".to_owned());
        }
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Result<End, String> {
        self.step()?;
        match statement {
            Statement::Print(values) => {
                let line = if values.is_empty() {
                    self.fields.first().cloned().unwrap_or_default()
                } else {
                    let texts =
                        values.iter().map(|value| Ok(self.value(value)?.text())).collect::<Result<Vec<_>, String>>()?;
                    texts.join(&self.text_of("OFS"))
                };
                self.output.push_str(&line);
                let end = self.text_of("ORS");
                self.output.push_str(&end);
            }
            Statement::Printf(values) => {
                let text = self.format(values)?;
                self.output.push_str(&text);
            }
            Statement::Do(expression) => {
                self.value(expression)?;
            }
            Statement::If(condition, one, other) => {
                let branch = if self.value(condition)?.is_true() { one } else { other };
                return self.block(branch);
            }
            Statement::While(condition, body, step) => {
                while self.value(condition)?.is_true() {
                    self.step()?;
                    match self.block(body)? {
                        End::Break => break,
                        End::Normal | End::Continue => {}
                        end => return Ok(end),
                    }
                    self.block(step)?;
                }
            }
            Statement::ForIn(name, array, body) => {
                let keys: Vec<String> =
                    self.arrays.get(array).into_iter().flatten().map(|(key, _)| key.clone()).collect();
                for key in keys {
                    self.set(name, Value::Input(key));
                    match self.block(body)? {
                        End::Break => break,
                        End::Normal | End::Continue => {}
                        end => return Ok(end),
                    }
                }
            }
            Statement::Delete(array, key) => {
                let key = key.as_ref().map(|key| self.value(key)).transpose()?;
                let array = self.arrays.entry(array.clone()).or_default();
                match key {
                    Some(key) => drop(array.remove(&key.text())),
                    None => array.clear(),
                }
            }
            Statement::Break => return Ok(End::Break),
            Statement::Continue => return Ok(End::Continue),
            Statement::Next => return Ok(End::Next),
            Statement::Exit(status) => {
                if let Some(status) = status {
                    #[expect(clippy::cast_possible_truncation, reason = "an exit status is a byte")]
                    let status = self.value(status)?.number() as i32;
                    self.exit_code = status & 0xff;
                }
                return Ok(End::Exit);
            }
        }
        Ok(End::Normal)
    }

    fn format(&mut self, values: &[Expression]) -> Result<String, String> {
        let mut texts = values.iter().map(|value| Ok(self.value(value)?.text())).collect::<Result<Vec<_>, String>>()?;
        if texts.is_empty() {
            return Ok(String::new());
        }
        let pattern = texts.remove(0);
        Ok(super::super::format::format(&pattern, &texts, 0).text)
    }

    fn value(&mut self, expression: &Expression) -> Result<Value, String> {
        self.step()?;
        Ok(match expression {
            Expression::Number(number) => Value::Number(*number),
            Expression::Text(text) => Value::Text(text.clone()),
            Expression::Match(text) => {
                let line = self.fields.first().cloned().unwrap_or_default();
                truth(is_match(text, &line)?)
            }
            Expression::Variable(name) => self.get(name),
            Expression::Element(array, key) => {
                let key = self.value(key)?.text();
                self.arrays.get(array).and_then(|array| array.get(&key)).cloned().unwrap_or(Value::Input(String::new()))
            }
            Expression::Field(index) => {
                let index = self.value(index)?.number();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a negative index has no field"
                )]
                let field = if index < 0.0 { None } else { self.fields.get(index as usize) };
                Value::Input(field.cloned().unwrap_or_default())
            }
            Expression::Assign(target, operator, value) => {
                let right = self.value(value)?;
                let value = if operator.is_empty() {
                    right
                } else {
                    let left = self.value(target)?.number();
                    Value::Number(arithmetic(operator, left, right.number())?)
                };
                self.assign(target, value.clone())?;
                value
            }
            Expression::Step(target, by, is_after) => {
                let old = self.value(target)?.number();
                self.assign(target, Value::Number(old + by))?;
                Value::Number(if *is_after { old } else { old + by })
            }
            Expression::Not(inner) => truth(!self.value(inner)?.is_true()),
            Expression::Negative(inner) => Value::Number(-self.value(inner)?.number()),
            Expression::Ternary(condition, one, other) => {
                if self.value(condition)?.is_true() {
                    self.value(one)?
                } else {
                    self.value(other)?
                }
            }
            Expression::In(key, array) => {
                let key = self.value(key)?.text();
                truth(self.arrays.get(array).is_some_and(|array| array.contains_key(&key)))
            }
            Expression::Binary(operator, one, other) => self.binary(operator, one, other)?,
            Expression::Call(name, arguments) => self.call(name, arguments)?,
        })
    }

    fn binary(&mut self, operator: &str, one: &Expression, other: &Expression) -> Result<Value, String> {
        match operator {
            "&&" => return Ok(truth(self.value(one)?.is_true() && self.value(other)?.is_true())),
            "||" => return Ok(truth(self.value(one)?.is_true() || self.value(other)?.is_true())),
            "~" | "!~" => {
                let text = self.value(one)?.text();
                let pattern = match other {
                    Expression::Match(pattern) => pattern.clone(),
                    other => self.value(other)?.text(),
                };
                return Ok(truth(is_match(&pattern, &text)? == (operator == "~")));
            }
            _ => {}
        }
        let (left, right) = (self.value(one)?, self.value(other)?);
        let order = match (left.as_number(), right.as_number()) {
            (Some(left), Some(right)) => left.total_cmp(&right),
            _ => left.text().cmp(&right.text()),
        };
        Ok(match operator {
            " " => Value::Text(left.text() + &right.text()),
            "==" => truth(order.is_eq()),
            "!=" => truth(order.is_ne()),
            "<" => truth(order.is_lt()),
            "<=" => truth(order.is_le()),
            ">" => truth(order.is_gt()),
            ">=" => truth(order.is_ge()),
            operator => Value::Number(arithmetic(operator, left.number(), right.number())?),
        })
    }

    fn assign(&mut self, target: &Expression, value: Value) -> Result<(), String> {
        match target {
            Expression::Variable(name) => self.set(name, value),
            Expression::Element(array, key) => {
                let key = self.value(key)?.text();
                self.arrays.entry(array.clone()).or_default().insert(key, value);
            }
            Expression::Field(index) => {
                let index = self.value(index)?.number();
                if !(0.0..=10_000.0).contains(&index) {
                    return Err(format!("${index}: there is no such field"));
                }
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "it is between 0 and 10,000"
                )]
                let index = index as usize;
                if index == 0 {
                    return self.split_line(&value.text());
                }
                if self.fields.len() <= index {
                    self.fields.resize(index + 1, String::new());
                }
                if let Some(field) = self.fields.get_mut(index) {
                    *field = value.text();
                }
                let line = self.fields.get(1..).unwrap_or_default().join(&self.text_of("OFS"));
                if let Some(whole) = self.fields.first_mut() {
                    *whole = line;
                }
            }
            _ => return Err("this cannot be assigned to".to_owned()),
        }
        Ok(())
    }

    fn call(&mut self, name: &str, arguments: &[Expression]) -> Result<Value, String> {
        if let ("split", [text, Expression::Variable(array), rest @ ..]) = (name, arguments) {
            let text = self.value(text)?.text();
            let separator = match rest.first() {
                Some(Expression::Match(pattern)) => pattern.clone(),
                Some(separator) => self.value(separator)?.text(),
                None => self.text_of("FS"),
            };
            let parts = split(&text, &separator)?;
            #[expect(clippy::cast_precision_loss, reason = "a text has few parts")]
            let count = parts.len() as f64;
            let elements = (1_usize..).zip(parts).map(|(index, part)| (index.to_string(), Value::Input(part)));
            self.arrays.insert(array.clone(), elements.collect());
            return Ok(Value::Number(count));
        }
        if let ("sub" | "gsub", [pattern, replacement, rest @ ..]) = (name, arguments) {
            return self.substitute(name == "gsub", pattern, replacement, rest.first());
        }
        if let ("length", [Expression::Variable(array)]) = (name, arguments)
            && let Some(array) = self.arrays.get(array)
        {
            #[expect(clippy::cast_precision_loss, reason = "an array is small")]
            return Ok(Value::Number(array.len() as f64));
        }
        if name == "sprintf" {
            return self.format(arguments).map(Value::Text);
        }
        let mut values = Vec::new();
        for argument in arguments {
            values.push(self.value(argument)?);
        }
        let text = |index: usize| values.get(index).map(Value::text);
        let number = |index: usize| values.get(index).map(Value::number);
        let line = || self.fields.first().cloned().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "texts are short")]
        Ok(match name {
            "length" => Value::Number(text(0).unwrap_or_else(line).chars().count() as f64),
            "toupper" => Value::Text(text(0).unwrap_or_default().to_uppercase()),
            "tolower" => Value::Text(text(0).unwrap_or_default().to_lowercase()),
            "int" => Value::Number(number(0).unwrap_or(0.0).trunc()),
            "sqrt" => Value::Number(number(0).unwrap_or(0.0).sqrt()),
            "index" => {
                let (text, part) = (text(0).unwrap_or_default(), text(1).unwrap_or_default());
                let before = text.find(&part).and_then(|at| text.get(..at));
                Value::Number(before.map_or(0.0, |before| before.chars().count() as f64 + 1.0))
            }
            "substr" => {
                let letters: Vec<char> = text(0).unwrap_or_default().chars().collect();
                let first = number(1).unwrap_or(1.0).round();
                let end = number(2).map_or(f64::INFINITY, |length| first + length.round());
                let is_inside = |index: usize| index as f64 + 1.0 >= first && (index as f64 + 1.0) < end;
                Value::Text(
                    letters
                        .iter()
                        .enumerate()
                        .filter(|(index, _)| is_inside(*index))
                        .map(|(_, letter)| letter)
                        .collect(),
                )
            }
            other => return Err(format!("the function {other} is not available here")),
        })
    }

    fn substitute(
        &mut self,
        is_global: bool,
        pattern: &Expression,
        replacement: &Expression,
        target: Option<&Expression>,
    ) -> Result<Value, String> {
        let whole = Expression::Field(Box::new(Expression::Number(0.0)));
        let target = target.unwrap_or(&whole);
        let pattern = match pattern {
            Expression::Match(pattern) => pattern.clone(),
            other => self.value(other)?.text(),
        };
        let pattern = pattern::Pattern::new(&pattern, true, false)?;
        let replacement = self.value(replacement)?.text();
        let letters: Vec<char> = self.value(target)?.text().chars().collect();
        let (mut out, mut at, mut count) = (String::new(), 0, 0.0);
        while at <= letters.len() && (is_global || count == 0.0) {
            let Some(found) = pattern.find(&letters, at) else { break };
            let (Some(Some(start)), Some(Some(end))) = (found.first().copied(), found.get(1).copied()) else { break };
            out.extend(letters.get(at..start).unwrap_or_default());
            let matched: String = letters.get(start..end).unwrap_or_default().iter().collect();
            out.push_str(&replacement.replace("\\&", "\u{1}").replace('&', &matched).replace('\u{1}', "&"));
            count += 1.0;
            at = end;
            if start == end {
                out.extend(letters.get(end));
                at += 1;
            }
        }
        out.extend(letters.get(at..).unwrap_or_default());
        if count > 0.0 {
            self.assign(target, Value::Text(out))?;
        }
        Ok(Value::Number(count))
    }
}

fn truth(value: bool) -> Value {
    Value::Number(f64::from(u8::from(value)))
}

fn is_match(pattern: &str, text: &str) -> Result<bool, String> {
    Ok(pattern::Pattern::new(pattern, true, false)?.is_in(text))
}

fn arithmetic(operator: &str, left: f64, right: f64) -> Result<f64, String> {
    Ok(match operator {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" | "%" if right == 0.0 => return Err("division by zero".to_owned()),
        "/" => left / right,
        "%" => left % right,
        "^" => left.powf(right),
        other => return Err(format!("the operator {other} is not available here")),
    })
}

/// Splits a text: at blanks for a blank, at a character, or at what a pattern matches.
fn split(text: &str, separator: &str) -> Result<Vec<String>, String> {
    if separator == " " {
        return Ok(text.split_whitespace().map(str::to_owned).collect());
    }
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if separator.chars().count() == 1 {
        return Ok(text.split(separator).map(str::to_owned).collect());
    }
    let pattern = pattern::Pattern::new(separator, true, false)?;
    let letters: Vec<char> = text.chars().collect();
    let (mut parts, mut at) = (Vec::new(), 0);
    while let Some(found) = pattern.find(&letters, at) {
        let (Some(Some(start)), Some(Some(end))) = (found.first().copied(), found.get(1).copied()) else { break };
        if end == start {
            break;
        }
        parts.push(letters.get(at..start).unwrap_or_default().iter().collect());
        at = end;
    }
    parts.push(letters.get(at..).unwrap_or_default().iter().collect());
    Ok(parts)
}
