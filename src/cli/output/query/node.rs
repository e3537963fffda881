//! The tree of a query.

use std::rc::Rc;

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

/// A part of a query; `L` is the type of the values written in it.
#[derive(Debug)]
pub enum Node<L> {
    /// `@`, or nothing at all: the value as it is.
    Current,
    /// A key.
    Field(Rc<str>),
    /// A value written in the query.
    Literal(L),
    /// `[0]`
    Index(Box<Node<L>>, i64),
    /// `[start:stop:step]` as a list, not yet a projection.
    Slice(Box<Node<L>>, [Option<i64>; 3]),
    /// The list, with the lists in it replaced by their items.
    Flatten(Box<Node<L>>),
    /// Evaluates the second for every item of the first, a list.
    Projection(Box<Node<L>>, Box<Node<L>>),
    /// Evaluates the second for every value of the first, a mapping.
    Values(Box<Node<L>>, Box<Node<L>>),
    /// Evaluates the second for every item of the first for which the third holds.
    Filter(Box<Node<L>>, Box<Node<L>>, Box<Node<L>>),
    /// Evaluates the second on the result of the first: `.` and `|`.
    Then(Box<Node<L>>, Box<Node<L>>),
    /// A comparison.
    Compare(Comparison, Box<Node<L>>, Box<Node<L>>),
    /// `||`
    Or(Box<Node<L>>, Box<Node<L>>),
    /// `&&`
    And(Box<Node<L>>, Box<Node<L>>),
    /// `!`
    Not(Box<Node<L>>),
    /// `[a, b]`
    List(Vec<Node<L>>),
    /// `{a: b}`
    Mapping(Vec<(Rc<str>, Node<L>)>),
    /// `name(a, b)`
    Call(Rc<str>, Vec<Node<L>>),
    /// `&a`
    Expression(Rc<Node<L>>),
}
