//! What a filter prints.

/// The result of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterOutput {
    /// Text that it prints.
    pub output: String,
    /// Its exit code: 1 if `grep` finds nothing.
    pub exit_code: i32,
}
