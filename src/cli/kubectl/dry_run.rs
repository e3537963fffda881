//! `--dry-run`.

use super::failure::Failure;

/// The value of `--dry-run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DryRun {
    /// Not given: the change is made.
    None,
    /// The client prints the request and sends nothing.
    Client,
    /// The server checks the request and stores nothing.
    Server,
}

impl DryRun {
    /// Reads `--dry-run`; an unknown value is an error.
    pub fn of(text: Option<&str>) -> Result<Self, Failure> {
        match text {
            None | Some("none" | "false") => Ok(Self::None),
            Some("client" | "unchanged" | "true") => Ok(Self::Client),
            Some("server") => Ok(Self::Server),
            Some(other) => Err(Failure::usage(format!(
                "Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."
            ))),
        }
    }

    /// Returns `true` if nothing is to change.
    pub fn is_on(self) -> bool {
        self != Self::None
    }

    /// Returns the suffix of a result line.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Client => " (dry run)",
            Self::Server => " (server dry run)",
        }
    }
}
