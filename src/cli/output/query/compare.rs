//! Comparisons of values in a query.

use std::cmp::Ordering;
use std::rc::Rc;

use super::node::Comparison;
use crate::output::datum::Datum;
use crate::output::error::{OutputError, Result};

/// Returns `true` if a query takes the value for false.
pub fn is_false(value: &Datum) -> bool {
    match value {
        Datum::Null | Datum::Bool(false) => true,
        Datum::Text(text) => text.is_empty(),
        Datum::List(items) => items.is_empty(),
        Datum::Mapping(mapping) => mapping.entries.is_empty(),
        _ => false,
    }
}

/// Compares two values; null where Python cannot order them.
pub fn compare(comparison: Comparison, left: &Datum, right: &Datum) -> Result<Datum> {
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
