//! What a verb of `sim` is called with.

use crate::az::exec::{Context, refusal};
use crate::ground::error::CliError;
use crate::playground::usage::usages;

pub(super) type Result<T> = std::result::Result<T, CliError>;

/// Usage of `sim` as a whole.
const USAGE: &str = "sim cluster | load | fault | autoscaler | why | scheduler | timings | quota | fail-allocations | events (sim says more)";

/// One line of `sim`.
pub(super) struct Call<'a, 'c> {
    /// The verb.
    pub verb: &'a str,
    /// Words after the verb.
    pub words: &'a [&'a str],
    /// Text that is piped in, or a here-document.
    pub input: Option<&'a str>,
    pub context: &'a mut Context<'c>,
}

impl Call<'_, '_> {
    /// Returns the refusal of words that the verb does not take.
    pub(super) fn misuse(&self) -> CliError {
        misuse(self.verb)
    }
}

/// Returns the refusal of a verb with words that it does not take, or of one that does not exist.
pub(super) fn misuse(verb: &str) -> CliError {
    let usages: Vec<&str> = usages(&format!("sim {verb}")).map(|(usage, _)| *usage).collect();
    let (of, usage) = if usages.is_empty() { ("", USAGE.to_owned()) } else { (verb, usages.join(" | ")) };
    refusal(format!("{}: usage: {usage}", format!("sim {of}").trim_end()))
}
