//! `--query`: `JMESPath` as the Azure CLI evaluates it.
//!
//! The language is the specification's, read and run with the habits of Python's `jmespath` 1.1:
//! keys keep the order in which a query names them, integers stay integers, a literal that is no
//! JSON is a string, and the messages are that library's.

mod compare;
mod evaluate;
mod functions;
pub(super) mod node;
mod parse;
mod run;
mod token;

pub use parse::parse;
pub use run::run;
