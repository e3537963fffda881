//! Evaluation of queries, with a limit on the values that they make.

use std::cell::Cell;
use std::cmp::Ordering;
use std::rc::Rc;

use super::super::OutputError;
use super::super::datum::{Datum, Mapping};
use super::functions;
use super::{Comparison, Node};

type Result<T> = std::result::Result<T, OutputError>;

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

    /// Counts a value and all in it against the limit, before something goes through all of it.
    pub fn charge(&self, value: &Datum) -> Result<()> {
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

    /// Evaluates a part of a query and counts its result against the limit.
    pub fn evaluate(&self, node: &Node, value: &Datum) -> Result<Datum> {
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

/// Returns `true` if a query takes the value for false.
fn is_false(value: &Datum) -> bool {
    match value {
        Datum::Null | Datum::Bool(false) => true,
        Datum::Text(text) => text.is_empty(),
        Datum::List(items) => items.is_empty(),
        Datum::Mapping(mapping) => mapping.entries.is_empty(),
        _ => false,
    }
}

fn compare(comparison: Comparison, left: &Datum, right: &Datum) -> Result<Datum> {
    let (sign, is_wanted): (_, fn(Ordering) -> bool) = match comparison {
        Comparison::Equal => return Ok(Datum::Bool(are_equal(left, right))),
        Comparison::NotEqual => return Ok(Datum::Bool(!are_equal(left, right))),
        Comparison::Less => ("<", Ordering::is_lt),
        Comparison::LessOrEqual => ("<=", Ordering::is_le),
        Comparison::Greater => (">", Ordering::is_gt),
        Comparison::GreaterOrEqual => (">=", Ordering::is_ge),
    };
    let is_comparable = |value| matches!(value, &Datum::Integer(_) | &Datum::Float(_) | &Datum::Text(_));
    if !is_comparable(left) || !is_comparable(right) {
        return Ok(Datum::Null);
    }
    Ok(Datum::Bool(is_wanted(order(left, right, sign)?)))
}

/// Compares two numbers or two strings; `sign` is the comparison that an error names.
pub fn order(left: &Datum, right: &Datum, sign: &str) -> Result<Ordering> {
    let ordering = match (left, right) {
        (Datum::Text(left), Datum::Text(right)) => Some(left.cmp(right)),
        (Datum::Integer(left), Datum::Integer(right)) => Some(left.cmp(right)),
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => None,
        },
    };
    ordering.ok_or_else(|| {
        let (left, right) = (left.class_name(), right.class_name());
        OutputError::Unexpected(format!("'{sign}' not supported between instances of '{left}' and '{right}'"))
    })
}

/// Returns a number as a float, as far as one can hold it; `None` for other values.
#[expect(clippy::cast_precision_loss, reason = "Python compares more exactly, at sizes that no resource has")]
pub fn number(value: &Datum) -> Option<f64> {
    match value {
        Datum::Integer(value) => Some(*value as f64),
        Datum::Float(value) => Some(*value),
        _ => None,
    }
}

/// Returns `true` if two values are equal for `==` of a query, for which no number is a truth value.
fn are_equal(left: &Datum, right: &Datum) -> bool {
    matches!(left, Datum::Bool(_)) == matches!(right, Datum::Bool(_)) && are_same(left, right)
}

/// Returns `true` if two values are equal for Python's `==`, for which `True` is 1.
pub fn are_same(left: &Datum, right: &Datum) -> bool {
    let plain = |value: &Datum| match value {
        Datum::Bool(value) => Datum::Integer(i64::from(*value)),
        _ => value.clone(),
    };
    match (&plain(left), &plain(right)) {
        (Datum::Null, Datum::Null) => true,
        (Datum::Text(left), Datum::Text(right)) => left == right,
        (Datum::List(left), Datum::List(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| are_same(left, right))
        }
        (Datum::Mapping(left), Datum::Mapping(right)) => {
            let is_order_kept = || left.entries.iter().map(|(key, _)| key).eq(right.entries.iter().map(|(key, _)| key));
            left.entries.len() == right.entries.len()
                && left.entries.iter().all(|(key, value)| right.get(key).is_some_and(|other| are_same(value, other)))
                && (!(left.is_ordered && right.is_ordered) || is_order_kept())
        }
        (Datum::Expression(left), Datum::Expression(right)) => Rc::ptr_eq(left, right),
        (Datum::Integer(left), Datum::Integer(right)) => left == right,
        (left, right) => number(left).is_some() && number(left) == number(right),
    }
}
