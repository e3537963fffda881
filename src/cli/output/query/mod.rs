//! `--query`: `JMESPath` as the Azure CLI evaluates it.
//!
//! The language is the specification's, read and run with the habits of Python's `jmespath` 1.1:
//! keys keep the order in which a query names them, integers stay integers, a literal that is no
//! JSON is a string, and the messages are that library's.

mod evaluate;
mod functions;
mod parse;
mod token;

use std::rc::Rc;

use super::OutputError;
use super::datum::Datum;

use evaluate::Evaluation;
pub use parse::parse;

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A part of a query.
#[derive(Debug)]
pub enum Node {
    /// `@`, or nothing at all: the value as it is.
    Current,
    /// A key.
    Field(Rc<str>),
    /// A value written in the query.
    Literal(Datum),
    /// `[0]`
    Index(Box<Node>, i64),
    /// `[start:stop:step]` as a list, not yet a projection.
    Slice(Box<Node>, [Option<i64>; 3]),
    /// The list, with the lists in it replaced by their items.
    Flatten(Box<Node>),
    /// Evaluates the second for every item of the first, a list.
    Projection(Box<Node>, Box<Node>),
    /// Evaluates the second for every value of the first, a mapping.
    Values(Box<Node>, Box<Node>),
    /// Evaluates the second for every item of the first for which the third holds.
    Filter(Box<Node>, Box<Node>, Box<Node>),
    /// Evaluates the second on the result of the first: `.` and `|`.
    Then(Box<Node>, Box<Node>),
    /// A comparison.
    Compare(Comparison, Box<Node>, Box<Node>),
    /// `||`
    Or(Box<Node>, Box<Node>),
    /// `&&`
    And(Box<Node>, Box<Node>),
    /// `!`
    Not(Box<Node>),
    /// `[a, b]`
    List(Vec<Node>),
    /// `{a: b}`
    Mapping(Vec<(Rc<str>, Node)>),
    /// `name(a, b)`
    Call(Rc<str>, Vec<Node>),
    /// `&a`
    Expression(Rc<Node>),
}

/// Evaluates a query.
///
/// # Errors
///
/// The text is no query, a function does not take its arguments, or the result is too large.
pub fn run(query: &str, value: &Datum) -> Result<Datum, OutputError> {
    let node = parse(query).ok_or(OutputError::Syntax)?;
    Evaluation::new().evaluate(&node, value)
}
