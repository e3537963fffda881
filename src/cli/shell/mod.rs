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
mod braces;
mod document;
mod dollar;
mod expand;
pub mod filter;
mod glob;
mod keyword;
mod lex;
mod lexer;
mod lines;
mod parameter;
mod read;
mod redirect;
mod scope;
mod syntax;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
mod typed;
mod typography;

pub use crate::ground::span::Span;
pub use keyword::{is_keyword, precedes_command};
pub use lex::{last_word, lex};
pub use lexer::{Lexer, Token, TokenKind, is_continued, line_start};
pub use lines::{LogicalLine, split_lines, strip_continuation_prompt, strip_prompt};
pub use read::read;
pub use redirect::redirect;
pub(crate) use scope::HOME;
pub use syntax::{Connector, RawCommand, ShellError, SimpleCommand, Stream, Streams, Word};
pub(crate) use typed::{CommandLine, is_assignment, open_quote, quoted, typed};
pub use typography::{LookAlike, typography};
