//! One query, from its text to its result.

use super::evaluate::Evaluation;
use super::functions::Evaluate as _;
use super::parse::parse;
use crate::output::datum::Datum;
use crate::output::error::{OutputError, Result};

/// Evaluates a query.
///
/// # Errors
///
/// The text is no query, a function does not take its arguments, or the result is too large.
pub fn run(query: &str, value: &Datum) -> Result<Datum> {
    let node = parse(query).ok_or(OutputError::Syntax)?;
    Evaluation::new().evaluate(&node, value)
}
