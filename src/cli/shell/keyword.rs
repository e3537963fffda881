//! Words that have a meaning of their own where a command begins.

/// Reserved words of bash after which a command can follow at once.
const LEADS: [&str; 9] = ["!", "{", "do", "elif", "else", "if", "then", "until", "while"];

/// The other reserved words of bash.
const OTHERS: [&str; 10] = ["}", "[[", "case", "done", "esac", "fi", "for", "function", "in", "select"];

/// Words that run the command after them.
const RUNNERS: [&str; 4] = ["time", "sudo", "exec", "eval"];

/// Returns `true` for a reserved word of bash: part of a loop, a condition, a group or a function.
#[must_use]
pub fn is_keyword(word: &str) -> bool {
    LEADS.contains(&word) || OTHERS.contains(&word)
}

/// Returns `true` if a command can follow the word at once.
#[must_use]
pub fn precedes_command(word: &str) -> bool {
    LEADS.contains(&word) || RUNNERS.contains(&word)
}
