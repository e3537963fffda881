//! The console: a prompt that behaves as a shell's, and what was said so far.

pub mod keys;
pub mod line;
pub mod prompt;
mod prompt_view;
pub mod transcript;
