//! Conditions in simulated time that end a command's wait.

use serde_json::{Value, json};

use super::named::{cluster, group, pool};
use super::refusal::{operation_failure, output_refusal, refusal};
use crate::az::arguments::{ClusterName, PoolName, WaitConditions};
use crate::az::arm::resource;
use crate::ground::error::CliError;
use crate::output;
use scale_down_engine::{Cloud, OperationId, OperationState};

/// Condition that ends a wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    /// All these operations are over.
    Operations(Vec<OperationId>),
    /// This operation, which was aborted, is over.
    Aborted(OperationId),
    /// The simulated clock has reached this time, in milliseconds.
    Time(u64),
    /// Nothing is under way any more.
    Idle,
    /// A resource is as `az … wait` asks, or the time is up.
    Resource {
        /// The resource.
        target: WaitTarget,
        /// State to wait for.
        condition: WaitCondition,
        /// Simulated time at which the wait is given up, in milliseconds.
        deadline_ms: u64,
    },
}

/// A resource group, a cluster in it, or a pool of that cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitTarget {
    /// The resource group.
    pub group: String,
    /// The cluster, unless the group itself is meant.
    pub cluster: Option<String>,
    /// The pool, unless the cluster or group is meant.
    pub pool: Option<String>,
}

/// Conditions of an `az … wait`; the first to hold ends the wait.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four options of az, any of which may be given")]
pub struct WaitCondition {
    /// `--created`: it exists and its provisioning state is Succeeded.
    is_created: bool,
    /// `--updated`: its provisioning state is Succeeded; a missing resource is an error.
    is_updated: bool,
    /// `--deleted`: it does not exist.
    is_deleted: bool,
    /// `--exists`: it exists.
    exists: bool,
    /// `--custom`: this `JMESPath` query on it gives a true value.
    custom: Option<String>,
}

impl WaitCondition {
    /// Returns the conditions that a line names.
    pub(super) fn of(wait: &WaitConditions<'_>) -> Self {
        Self {
            is_created: wait.created,
            is_updated: wait.updated,
            is_deleted: wait.deleted,
            exists: wait.exists,
            custom: wait.custom.filter(|query| !query.is_empty()).map(str::to_owned),
        }
    }

    /// Checks the resource once: `None` while the wait goes on, an error if it ends in failure.
    fn verdict(&self, target: &WaitTarget, cloud: &Cloud) -> Option<Result<(), CliError>> {
        let found = match target.find(cloud) {
            Ok(found) => found,
            Err(_) if self.is_deleted => return Some(Ok(())),
            Err(_) if self.is_created || self.exists || self.custom.is_some() => return None,
            Err(missing) => return Some(Err(missing)),
        };
        let state = found.get("provisioningState").or_else(|| found.pointer("/properties/provisioningState"));
        let state = state.and_then(Value::as_str).unwrap_or_default();
        if self.exists {
            return Some(Ok(()));
        }
        if state == "Failed" {
            return Some(Err(refusal("The operation failed")));
        }
        if (self.is_created || self.is_updated) && state == "Succeeded" {
            return Some(Ok(()));
        }
        match output::query(&found, self.custom.as_deref()?) {
            Ok(value) => is_true(&value).then_some(Ok(())),
            Err(error) => Some(Err(output_refusal(&error))),
        }
    }
}

/// Returns `true` if Python takes a value for true.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

impl WaitTarget {
    /// Returns the cluster of this name as a target.
    pub(super) fn of_cluster(cluster: &ClusterName<'_>) -> Self {
        Self { group: cluster.group.to_owned(), cluster: Some(cluster.name.to_owned()), pool: None }
    }

    /// Returns the resource as its `show` command prints it.
    fn find(&self, cloud: &Cloud) -> Result<Value, CliError> {
        let Some(name) = &self.cluster else {
            return group::find(cloud, &self.group).map(resource::group);
        };
        let name = ClusterName { group: &self.group, name };
        match &self.pool {
            Some(pool) => pool::find(cloud, &PoolName { cluster: name, name: pool })
                .map(|(cluster, pool)| resource::pool(cluster, pool)),
            None => cluster::find(cloud, &name, "").map(resource::cluster),
        }
    }
}

impl Until {
    /// Returns `true` if the wait is over.
    #[must_use]
    pub fn is_over(&self, cloud: &Cloud) -> bool {
        match self {
            Self::Operations(ids) => ids.iter().all(|id| is_done(cloud, *id)),
            Self::Aborted(id) => is_done(cloud, *id),
            Self::Time(at_ms) => cloud.now_ms() >= *at_ms,
            Self::Idle => cloud.is_idle(),
            Self::Resource { target, condition, deadline_ms } => {
                cloud.now_ms() >= *deadline_ms || condition.verdict(target, cloud).is_some()
            }
        }
    }

    /// Returns the simulated time, in milliseconds, at which to check the wait even if nothing happens.
    #[must_use]
    pub fn deadline_ms(&self) -> Option<u64> {
        match self {
            Self::Time(at_ms) => Some(*at_ms),
            Self::Resource { deadline_ms, .. } => Some(*deadline_ms),
            Self::Operations(_) | Self::Aborted(_) | Self::Idle => None,
        }
    }

    /// Returns the error of a wait that ended in failure.
    pub(super) fn failure(&self, cloud: &Cloud) -> Option<CliError> {
        match self {
            Self::Operations(ids) => ids.iter().find_map(|id| operation_failure(cloud, *id)),
            Self::Aborted(_) | Self::Time(_) | Self::Idle => None,
            Self::Resource { target, condition, .. } => condition.verdict(target, cloud)?.err(),
        }
    }

    /// Returns the value that a command prints after its wait was given up; `None` if it was not.
    ///
    /// The Azure CLI returns an error object instead of raising it. That prints as an object without fields, and the
    /// command succeeds.
    pub(super) fn given_up(&self, cloud: &Cloud) -> Option<Value> {
        match self {
            Self::Resource { target, condition, .. } if condition.verdict(target, cloud).is_none() => Some(json!({})),
            _ => None,
        }
    }
}

fn is_done(cloud: &Cloud, id: OperationId) -> bool {
    cloud.operation(id).is_none_or(|operation| operation.state != OperationState::Running)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_is_pythons() {
        for (value, expected) in [
            (json!(null), false),
            (json!(false), false),
            (json!(0), false),
            (json!(0.0), false),
            (json!(""), false),
            (json!([]), false),
            (json!({}), false),
            (json!(-1), true),
            (json!("false"), true),
            (json!([null]), true),
        ] {
            assert_eq!(is_true(&value), expected, "{value}");
        }
    }
}
