//! The console: a prompt that behaves as a shell's, and the transcript so far.

pub mod keys;
pub mod line;
pub mod prompt;
pub mod prompt_view;
pub mod transcript;
