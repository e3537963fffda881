//! Reads the arguments of an invocation as the engine wants them.

use super::{Result, refusal, service_refusal};
use crate::parse::Invocation;
use scale_down_engine::limits::check_count;
use scale_down_engine::{AutoscalerRange, Pairs, PoolMode, ScaleDownMode};

/// A text that the parser has made sure of.
pub(super) fn needed<'a>(invocation: &'a Invocation, dest: &str) -> Result<&'a str> {
    invocation.text(dest).ok_or_else(|| refusal(format!("a value for {dest} is required")))
}

/// A count that the engine can judge: what does not fit is out of every range anyway.
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

/// Key and value pairs; none where the argument is absent.
pub(super) fn pairs(invocation: &Invocation, dest: &str) -> Pairs {
    let given = invocation.pairs(dest).unwrap_or_default();
    given.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Key and value pairs that the line names.
pub(super) fn given_pairs(invocation: &Invocation, dest: &str) -> Option<Pairs> {
    invocation.is_specified(dest).then(|| pairs(invocation, dest))
}

/// Taints: separated by commas.
pub(super) fn taints(invocation: &Invocation, dest: &str) -> Vec<String> {
    let given = invocation.text(dest).unwrap_or_default();
    given.split(',').map(str::trim).filter(|taint| !taint.is_empty()).map(str::to_owned).collect()
}

/// The scale-down mode, where the line or a default names one.
pub(super) fn scale_down_mode(invocation: &Invocation) -> Option<ScaleDownMode> {
    match invocation.text("scale_down_mode")? {
        "Deallocate" => Some(ScaleDownMode::Deallocate),
        _ => Some(ScaleDownMode::Delete),
    }
}

/// System or user.
pub(super) fn pool_mode(invocation: &Invocation) -> Option<PoolMode> {
    match invocation.text("mode")? {
        "System" => Some(PoolMode::System),
        _ => Some(PoolMode::User),
    }
}

/// The autoscaler's range, which the command's own checks have made sure of.
pub(super) fn range(invocation: &Invocation) -> Option<AutoscalerRange> {
    Some(AutoscalerRange { min: count(invocation, "min_count")?, max: count(invocation, "max_count")? })
}
