//! `sim`: the playground's own commands for the simulation: settings, faults, loads and events.

mod autoscaler;
mod fault;
mod load;
mod options;
mod settings;
mod verb;
mod verbs;

pub(super) use verbs::{run, words_after};
