//! Text in, typed outcome out.

pub mod error;
pub mod parse;
pub mod registry;
pub mod shell;
pub mod suggest;
pub mod validate;
