//! Stand-in.
use super::parse::HelpTarget;
/// Nothing yet.
#[must_use]
pub fn text(_target: &HelpTarget) -> String {
    "help\n".to_owned()
}
/// Nothing yet.
#[must_use]
pub fn version() -> String {
    "azure-cli 2.91.0\n".to_owned()
}
