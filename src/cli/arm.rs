//! Shapes.
use serde_json::Value;
/// As is.
#[must_use]
pub fn group_from_arm(value: &Value) -> Value {
    value.clone()
}
/// As is.
#[must_use]
pub fn pool_from_arm(value: &Value) -> Value {
    value.clone()
}
/// As is.
#[must_use]
pub fn cluster_from_arm(value: &Value) -> Value {
    value.clone()
}
