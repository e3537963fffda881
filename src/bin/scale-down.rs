//! The native headless command.
fn main() {}
