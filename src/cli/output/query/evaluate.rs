//! Evaluation of queries, with a limit on the values that they make.

use std::cell::Cell;
use std::rc::Rc;

use super::compare::{compare, is_false};
use super::functions::{self, Evaluate};
use crate::output::datum::{Datum, Mapping, Node};
use crate::output::error::{OutputError, Result};

/// Most values that a query may make or look at: nested ones double a value with a few characters each,
/// and would freeze the page for minutes.
const VALUES_MAX: usize = 5_000_000;

/// Bytes of text that count as one value more.
const TEXT_PER_VALUE: usize = 64;

/// The evaluation of one query, with the number of values that it may still make or look at.
pub struct Evaluation {
    values_left: Cell<usize>,
}

impl Evaluation {
    /// Creates an evaluation that has not begun.
    pub fn new() -> Self {
        Self { values_left: Cell::new(VALUES_MAX) }
    }
}

impl Evaluate for Evaluation {
    fn charge(&self, value: &Datum) -> Result<()> {
        let mut left = self.values_left.get();
        let is_paid = value.all(&mut |part| {
            let cost = match part {
                Datum::Text(text) => 1 + text.len() / TEXT_PER_VALUE,
                _ => 1,
            };
            let is_paid = left >= cost;
            left = left.saturating_sub(cost);
            is_paid
        });
        self.values_left.set(left);
        if is_paid { Ok(()) } else { Err(OutputError::TooLarge) }
    }

    fn evaluate(&self, node: &Node, value: &Datum) -> Result<Datum> {
        let result = evaluate(self, node, value)?;
        match node {
            // These return existing values, so they count as one.
            Node::Current | Node::Field(_) | Node::Literal(_) | Node::Index(..) => self.charge(&Datum::Null)?,
            _ => self.charge(&result)?,
        }
        Ok(result)
    }
}

fn evaluate(evaluation: &Evaluation, node: &Node, value: &Datum) -> Result<Datum> {
    let evaluate = |node: &Node, value: &Datum| evaluation.evaluate(node, value);
    Ok(match node {
        Node::Current => value.clone(),
        Node::Field(name) => match value {
            Datum::Mapping(mapping) => mapping.get(name).cloned().unwrap_or(Datum::Null),
            _ => Datum::Null,
        },
        Node::Literal(literal) => literal.clone(),
        Node::Index(base, index) => match evaluate(base, value)? {
            Datum::List(items) => item(&items, *index).cloned().unwrap_or(Datum::Null),
            _ => Datum::Null,
        },
        Node::Slice(base, parts) => match evaluate(base, value)? {
            Datum::List(items) => Datum::list(slice(&items, *parts)?),
            _ => Datum::Null,
        },
        Node::Flatten(base) => match evaluate(base, value)? {
            Datum::List(items) => Datum::list(flattened(&items)),
            _ => Datum::Null,
        },
        Node::Projection(base, part) => match evaluate(base, value)? {
            Datum::List(items) => project(evaluation, items.iter(), part)?,
            _ => Datum::Null,
        },
        Node::Values(base, part) => match evaluate(base, value)? {
            Datum::Mapping(mapping) => project(evaluation, mapping.entries.iter().map(|(_, value)| value), part)?,
            _ => Datum::Null,
        },
        Node::Filter(base, part, condition) => {
            let Datum::List(items) = evaluate(base, value)? else {
                return Ok(Datum::Null);
            };
            let mut kept = Vec::new();
            for item in items.iter() {
                if !is_false(&evaluate(condition, item)?) {
                    kept.push(item);
                }
            }
            project(evaluation, kept.into_iter(), part)?
        }
        Node::Then(first, second) => evaluate(second, &evaluate(first, value)?)?,
        Node::Compare(comparison, left, right) => {
            let (left, right) = (evaluate(left, value)?, evaluate(right, value)?);
            evaluation.charge(&left)?;
            compare(*comparison, &left, &right)?
        }
        Node::Or(left, right) => {
            let left = evaluate(left, value)?;
            if is_false(&left) { evaluate(right, value)? } else { left }
        }
        Node::And(left, right) => {
            let left = evaluate(left, value)?;
            if is_false(&left) { left } else { evaluate(right, value)? }
        }
        Node::Not(inner) => Datum::Bool(is_false(&evaluate(inner, value)?)),
        Node::List(_) | Node::Mapping(_) if matches!(value, Datum::Null) => Datum::Null,
        Node::List(items) => {
            let items = items.iter().map(|item| evaluate(item, value));
            Datum::list(items.collect::<Result<_>>()?)
        }
        Node::Mapping(entries) => {
            let mut mapping = Mapping { is_ordered: true, ..Mapping::default() };
            for (key, node) in entries {
                mapping.insert(Rc::clone(key), evaluate(node, value)?);
            }
            Datum::Mapping(Rc::new(mapping))
        }
        Node::Call(name, arguments) => {
            let arguments = arguments.iter().map(|argument| evaluate(argument, value));
            functions::call(evaluation, name, &arguments.collect::<Result<Vec<_>>>()?)?
        }
        Node::Expression(inner) => Datum::Expression(Rc::clone(inner)),
    })
}

/// Evaluates a part of the query for each value, and drops nulls.
fn project<'a>(evaluation: &Evaluation, values: impl Iterator<Item = &'a Datum>, part: &Node) -> Result<Datum> {
    let mut results = Vec::new();
    for value in values {
        match evaluation.evaluate(part, value)? {
            Datum::Null => {}
            result => results.push(result),
        }
    }
    Ok(Datum::list(results))
}

fn flattened(items: &[Datum]) -> Vec<Datum> {
    let mut flat = Vec::new();
    for item in items {
        match item {
            Datum::List(inner) => flat.extend(inner.iter().cloned()),
            _ => flat.push(item.clone()),
        }
    }
    flat
}

/// Returns the item at an index, which counts from the end if negative.
fn item(items: &[Datum], index: i64) -> Option<&Datum> {
    let length = i64::try_from(items.len()).ok()?;
    let index = if index < 0 { index.checked_add(length)? } else { index };
    items.get(usize::try_from(index).ok()?)
}

/// Slices a list as Python does.
fn slice(items: &[Datum], [from, to, step]: [Option<i64>; 3]) -> Result<Vec<Datum>> {
    let stride = step.unwrap_or(1);
    if stride == 0 {
        return Err(OutputError::Unexpected("slice step cannot be zero".to_owned()));
    }
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let (lowest, highest) = if stride > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(bound) if bound < 0 => (bound.saturating_add(length)).clamp(lowest, highest),
        Some(bound) => bound.clamp(lowest, highest),
    };
    let (first, last) = if stride > 0 { (lowest, highest) } else { (highest, lowest) };
    let (mut position, end) = (bound(from, first), bound(to, last));
    let mut taken = Vec::new();
    while (stride > 0 && position < end) || (stride < 0 && position > end) {
        taken.extend(item(items, position).cloned());
        position = position.saturating_add(stride);
    }
    Ok(taken)
}
