//! The simulated command line: parses lines of `az`, kubectl and the shell, and returns typed outcomes.
//!
//! Its rooms build on each other in the order below, each on those above it.

pub mod ground;

pub mod shell;

pub mod output;

pub mod az;

pub mod kubectl;

pub mod playground;
