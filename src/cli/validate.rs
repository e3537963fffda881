//! Stand-in.
use super::error::CliError;
use super::parse::Invocation;
/// Nothing yet.
///
/// # Errors
///
/// None.
pub fn validate(_invocation: &mut Invocation) -> Result<(), CliError> {
    Ok(())
}
