//! Any text against the shell: cutting it into lines, finding commands, expanding words.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use scale_down::cli::shell;

fuzz_target!(|text: &str| {
    let variables = BTreeMap::from([("RG".to_owned(), "my group".to_owned())]);
    for line in shell::split_lines(text) {
        assert!(text.get(line.span.start..line.span.end).is_some(), "a span outside the text");
        for found in shell::typography(&line.text) {
            assert!(line.text.get(found.span.start..found.span.end).is_some(), "a character outside the line");
        }
        let _ = shell::last_word(&line.text);
        let Ok(commands) = shell::lex(&line.text, &variables, 1) else { continue };
        for word in commands.iter().flat_map(|command| &command.words) {
            assert!(line.text.get(word.span.start..word.span.end).is_some(), "a word outside the line");
        }
    }
});
