//! The values that the words of a command may refer to.

use std::collections::BTreeMap;

/// Home directory of the simulated user.
pub const HOME: &str = "/home/user";

/// The variables and the exit code that the words of a command may refer to.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) variables: &'a BTreeMap<String, String>,
    pub(super) last_exit_code: i32,
}

impl Scope<'_> {
    /// Returns the value of a variable, `None` if it is not set.
    pub(super) fn variable(self, name: &str) -> Option<String> {
        match name {
            "?" => Some(self.last_exit_code.to_string()),
            "#" => Some("0".to_owned()),
            // There are no processes; any number does.
            "$" => Some("1".to_owned()),
            "HOME" => Some(self.home().to_owned()),
            _ => self.variables.get(name).cloned(),
        }
    }

    /// Returns the home directory: `HOME`, or that of the simulated user.
    pub(super) fn home(&self) -> &str {
        self.variables.get("HOME").map_or(HOME, String::as_str)
    }
}

/// A character, and `true` if it may separate words or, in a pattern, stand for others.
pub(super) type Marked = (char, bool);
