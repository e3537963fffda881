//! The tests that run natively: one program, so that the crate is linked once for all of them.
//!
//! `tests/scripts.rs`, with a test for each script, and `tests/headless.rs`, for a browser, are programs of their own.
#![cfg(not(target_arch = "wasm32"))]

mod az_corpus;
mod az_corpus_exec;
mod az_format;
mod az_shapes;
mod check;
mod cli_random;
mod command;
mod conformance;
mod determinism;
mod engine;
mod formatters;
mod hostile;
mod jmespath_compliance;
mod kubernetes;
mod lessons;
mod measures;
mod modules;
mod open;
mod properties;
mod property;
mod replay;
mod session;
mod share;
mod shell;
mod swarm;
mod tidy;
