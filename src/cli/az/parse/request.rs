//! Requests of the parser: its options, and what a line can ask for.

use super::invocation::Invocation;
use crate::az::registry::{Command, Group};

/// Options of the parser.
#[derive(Clone, Copy, Debug)]
pub struct ParseOptions<'a> {
    /// Refuses the spellings of the 2021 document.
    pub strict: bool,
    /// Test that a text is a `JMESPath` expression.
    pub is_query: fn(&str) -> bool,
    /// The configured defaults, by key: `group` and `location` fill the arguments that a line
    /// leaves out, which are then not required.
    pub defaults: &'a [(String, String)],
}

/// The subject of a help text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelpTarget {
    /// `az` alone: a welcome.
    Welcome,
    /// A group of commands, or `az` itself.
    Group(&'static Group),
    /// A command.
    Command(&'static Command),
}

/// The request of a line.
#[derive(Clone, Debug)]
pub enum Parsed {
    /// To carry out a command.
    Invocation(Box<Invocation>),
    /// To show help.
    Help(HelpTarget),
    /// To show the version.
    Version,
}
