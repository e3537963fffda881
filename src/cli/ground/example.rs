//! Examples below an error or a help text.

use super::wrap::wrap;

/// An example shown below an error: the command and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// The command line.
    pub command: &'static str,
    /// Description of the command's effect.
    pub caption: &'static str,
}

/// Formats the examples as the help shows them, below everything else.
#[must_use]
pub fn example_list(examples: &[Example]) -> String {
    if examples.is_empty() {
        return "\n".to_owned();
    }
    let mut text = String::from("\nExamples\n");
    for Example { command, caption } in examples {
        text.push_str(&wrap(caption, 4, 4));
        text.push('\n');
        // A command is one line, so that it can be copied.
        text.push_str("        ");
        text.push_str(command);
        text.push_str("\n\n");
    }
    text
}
