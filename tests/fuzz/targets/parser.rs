//! Any line against all that reads it before a command acts: words, parser, validators, completion.
#![no_main]

#[path = "../../support/exercise.rs"]
mod exercise;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str)| {
    let (cursor, text) = input;
    // Mutations of a bare text seldom come to name a command.
    let line = format!("az {text}");
    exercise::exercise(&line, usize::from(cursor));
    exercise::exercise(text, usize::from(cursor));
});
