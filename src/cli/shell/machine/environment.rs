//! The surroundings of a machine.

/// What a machine knows of its caller.
pub struct Environment<'a> {
    /// Simulated time, in milliseconds.
    pub now_ms: u64,
    /// `true` if somebody is there to answer `read`.
    pub has_terminal: bool,
    /// Returns `true` for a program that the caller carries out.
    pub is_program: &'a dyn Fn(&str) -> bool,
}
