//! What all rooms share: errors, outcomes and their text, the calendar, durations, quantities, suggestions.

pub(crate) mod calendar;
pub mod candidate;
pub mod duration;
pub mod error;
pub mod example;
pub mod outcome;
pub(crate) mod python;
pub(crate) mod quantity;
pub mod rendered;
pub(crate) mod span;
pub mod suggest;
pub(crate) mod wrap;
