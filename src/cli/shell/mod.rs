//! Words as bash splits them.
//!
//! People paste what documents show, so the line is read by bash's rules: quotes, escapes,
//! variables, comments and connectors, with bash's own messages for what it would refuse. There is
//! no file system and there are no processes behind it: globs stay as they are, and a redirection to a
//! file is refused.
//!
//! Reading is two steps, because the value of a variable may depend on the command before: [`read`]
//! finds the commands of a line, and [`RawCommand::expand`] makes the words of one. In between, the
//! caller supplies the output of command substitutions; without that, it is empty.

mod arithmetic;
mod assign;
mod braces;
mod builtins;
mod clock;
mod compound;
mod condition;
mod condition_reader;
mod document;
mod dollar;
mod error;
mod expand;
mod fields;
pub mod filter;
mod format;
mod glob;
mod input;
mod keyword;
mod lex;
mod lexer;
mod lines;
mod machine;
mod parameter;
mod parser;
mod prompt;
mod read;
mod redirect;
mod state;
mod streams;
mod syntax;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
mod typed;
mod typing;
mod typography;
mod variable;
mod words;

pub use crate::ground::span::Span;
pub use builtins::is_command;
pub use error::ShellError;
pub use keyword::{is_keyword, precedes_command};
pub use lex::lex;
pub use lexer::{Lexer, Token, TokenKind, line_start};
pub use lines::{LogicalLine, split_lines, strip_continuation_prompt};
pub use machine::{Environment, Machine, Step};
pub use parser::read;
pub use prompt::strip_prompt;
pub(crate) use state::HOME;
pub use state::State;
pub use syntax::RawCommand;
pub(crate) use typed::{CommandLine, is_assignment, open_quote, quoted, typed};
pub use typing::{has_keyword, is_continued, last_word};
pub use typography::{LookAlike, typography};
pub use words::{SimpleCommand, Word};
