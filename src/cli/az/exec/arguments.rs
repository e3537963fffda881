//! Readers of an invocation's arguments, in the types of the engine.

use super::refusal::{Result, refusal, service_refusal};
use crate::az::parse::Invocation;
use scale_down_engine::provider::limits::check_count;
use scale_down_engine::{AutoscalerRange, Pairs, PoolMode, ScaleDownMode};

/// Returns the text of an argument that the parser requires; refuses if it is missing.
pub(super) fn needed<'a>(invocation: &'a Invocation, dest: &str) -> Result<&'a str> {
    invocation.text(dest).ok_or_else(|| refusal(format!("a value for {dest} is required")))
}

/// Returns a count, or `u32::MAX` for a number that does not fit: it is out of every range that the engine checks.
pub(super) fn count(invocation: &Invocation, dest: &str) -> Option<u32> {
    let number = invocation.integer(dest)?;
    Some(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Refuses a number of nodes that [`count`] cannot hold as the service refuses it: as typed.
pub(super) fn check_node_count(invocation: &Invocation, mode: PoolMode) -> Result<()> {
    match invocation.integer("node_count") {
        Some(number) if u32::try_from(number).is_err() => {
            check_count(mode, number).map_err(|error| service_refusal(&error))
        }
        _ => Ok(()),
    }
}

/// Returns the pairs of an argument; none if it is absent.
pub(super) fn pairs(invocation: &Invocation, dest: &str) -> Pairs {
    let given = invocation.pairs(dest).unwrap_or_default();
    given.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Returns the pairs of an argument, or `None` if the line does not give it.
pub(super) fn given_pairs(invocation: &Invocation, dest: &str) -> Option<Pairs> {
    invocation.is_specified(dest).then(|| pairs(invocation, dest))
}

/// Splits a comma-separated argument into taints; empty items are left out.
pub(super) fn taints(invocation: &Invocation, dest: &str) -> Vec<String> {
    let given = invocation.text(dest).unwrap_or_default();
    given.split(',').map(str::trim).filter(|taint| !taint.is_empty()).map(str::to_owned).collect()
}

/// Returns the scale-down mode, if the line or a default names one.
pub(super) fn scale_down_mode(invocation: &Invocation) -> Option<ScaleDownMode> {
    match invocation.text("scale_down_mode")? {
        "Deallocate" => Some(ScaleDownMode::Deallocate),
        _ => Some(ScaleDownMode::Delete),
    }
}

/// Returns the pool mode, System or User, if the line or a default names one.
pub(super) fn pool_mode(invocation: &Invocation) -> Option<PoolMode> {
    match invocation.text("mode")? {
        "System" => Some(PoolMode::System),
        _ => Some(PoolMode::User),
    }
}

/// Returns the autoscaler's range from `--min-count` and `--max-count`, which the command has checked before.
pub(super) fn range(invocation: &Invocation) -> Option<AutoscalerRange> {
    Some(AutoscalerRange { min: count(invocation, "min_count")?, max: count(invocation, "max_count")? })
}
