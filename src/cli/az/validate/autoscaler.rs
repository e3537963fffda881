//! Checks of the autoscaler's options, inside the commands that take them.

use super::check::Check;
use crate::az::arguments::{AutoscalerChange, AutoscalerOptions, NewPool};
use crate::ground::error::{CliError, ErrorClass};
use scale_down_engine::PoolMode;

fn refuse<T>(class: ErrorClass, message: impl Into<String>) -> Result<T, CliError> {
    Err(CliError::decorator(class, message))
}

/// Checks the autoscaler of a new pool, whose mode is System or not.
pub(super) fn of_new_pool(pool: &NewPool<'_>, is_system: bool) -> Check {
    let AutoscalerOptions { enable_cluster_autoscaler, min_count, max_count } = pool.autoscaler;
    let counts = (min_count, max_count);
    check_counts(counts, enable_cluster_autoscaler, pool.node_count, is_system, "--enable-cluster-autoscaler")
}

/// Checks `--min-count` and `--max-count` against each other, the node count and the pool mode.
///
/// Without the autoscaler they are refused; with it both are required.
fn check_counts(
    counts: (Option<i128>, Option<i128>),
    is_enabled: bool,
    node_count: Option<i128>,
    is_system: bool,
    options: &str,
) -> Check {
    if !is_enabled {
        return match counts {
            (None, None) => Ok(()),
            _ => refuse(
                ErrorClass::RequiredArgumentMissing,
                format!("min-count and max-count are required for {options}, please use the flag"),
            ),
        };
    }
    let (Some(min_count), Some(max_count)) = counts else {
        return refuse(
            ErrorClass::RequiredArgumentMissing,
            "Please specify both min-count and max-count when --enable-cluster-autoscaler enabled",
        );
    };
    let invalid = |message: &str| refuse(ErrorClass::InvalidArgumentValue, message);
    if min_count > max_count {
        return invalid("Value of min-count should be less than or equal to value of max-count");
    }
    if node_count.is_some_and(|count| !(min_count..=max_count).contains(&count)) {
        return invalid("node-count is not in the range of min-count and max-count");
    }
    if is_system && min_count < 1 {
        return invalid("Value of min-count should be greater than or equal to 1 for System node pools");
    }
    Ok(())
}

/// Change of an existing pool's autoscaler that a line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AutoscalerUpdate {
    /// No change.
    Unchanged,
    /// Turn it on, or change its range.
    Range {
        /// `--min-count`.
        min_count: i128,
        /// `--max-count`.
        max_count: i128,
    },
    /// Turn it off.
    Disable,
    /// Already so: the command prints this warning and ends with exit code 0.
    Already(&'static str),
}

/// State of the pool that a command is about to change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolState {
    /// `true` if its autoscaler is on.
    pub is_autoscaled: bool,
    /// `true` if it consists of single virtual machines.
    pub is_virtual_machines: bool,
    /// Number of pools in the cluster, for `aks update`; 1 for `aks nodepool update`.
    pub pools_of_cluster: usize,
}

/// Reads the change that `aks nodepool update` or `aks update` makes to a pool's autoscaler.
///
/// # Errors
/// Returns the first complaint.
pub(crate) fn autoscaler_update(change: &AutoscalerChange, pool: &PoolState) -> Result<AutoscalerUpdate, CliError> {
    let enable = change.enable_cluster_autoscaler;
    let update = change.update_cluster_autoscaler;
    let disable = change.disable_cluster_autoscaler;
    if (enable || update) && pool.pools_of_cluster > 1 {
        return refuse(
            ErrorClass::ArgumentUsage,
            "There are more than one node pool in the cluster. Please use \"az aks nodepool\" command \
             to update per node pool auto scaler settings",
        );
    }
    if [enable, update, disable].into_iter().filter(|flag| *flag).count() > 1 {
        return refuse(
            ErrorClass::MutuallyExclusiveArgument,
            "Can only specify one of --enable-cluster-autoscaler, --update-cluster-autoscaler and \
             --disable-cluster-autoscaler",
        );
    }
    if update && pool.is_virtual_machines {
        return refuse(
            ErrorClass::InvalidArgumentValue,
            "--update-cluster-autoscaler is not supported for VirtualMachines node pools.\n\
             Please use \"az aks nodepool auto-scale update\" to update individual autoscale profiles.",
        );
    }
    let options = "--enable-cluster-autoscaler or --update-cluster-autoscaler";
    let counts = (change.min_count, change.max_count);
    check_counts(counts, enable || update, None, change.mode == Some(PoolMode::System), options)?;
    if enable && pool.is_autoscaled {
        return Ok(AutoscalerUpdate::Already(if pool.is_virtual_machines {
            "Cluster autoscaler is already enabled for this node pool.\n\
             Please use \"az aks nodepool auto-scale update\" to update individual autoscale profiles."
        } else {
            "Cluster autoscaler is already enabled for this node pool.\n\
             Please run \"az aks --update-cluster-autoscaler\" if you want to update min-count or max-count."
        }));
    }
    if update && !pool.is_autoscaled {
        return refuse(
            ErrorClass::InvalidArgumentValue,
            "Cluster autoscaler is not enabled for this node pool.\n\
             Run \"az aks nodepool update --enable-cluster-autoscaler\" to enable cluster with min-count and max-count.",
        );
    }
    if disable && !pool.is_autoscaled {
        return Ok(AutoscalerUpdate::Already("Cluster autoscaler is already disabled for this node pool."));
    }
    Ok(match counts {
        _ if disable => AutoscalerUpdate::Disable,
        (Some(min_count), Some(max_count)) => AutoscalerUpdate::Range { min_count, max_count },
        _ => AutoscalerUpdate::Unchanged,
    })
}

/// Keys of `--cluster-autoscaler-profile`.
pub(crate) const AUTOSCALER_PROFILE_KEYS: [&str; 20] = [
    "balance-similar-node-groups",
    "daemonset-eviction-for-empty-nodes",
    "daemonset-eviction-for-occupied-nodes",
    "ignore-daemonsets-utilization",
    "expander",
    "max-empty-bulk-delete",
    "max-graceful-termination-sec",
    "max-node-provision-time",
    "max-total-unready-percentage",
    "new-pod-scale-up-delay",
    "ok-total-unready-count",
    "scan-interval",
    "scale-down-delay-after-add",
    "scale-down-delay-after-delete",
    "scale-down-delay-after-failure",
    "scale-down-unneeded-time",
    "scale-down-unready-time",
    "scale-down-utilization-threshold",
    "skip-nodes-with-local-storage",
    "skip-nodes-with-system-pods",
];

/// Keys of [`AUTOSCALER_PROFILE_KEYS`] whose values are `true` or `false`.
const AUTOSCALER_PROFILE_FLAGS: [&str; 3] =
    ["daemonset-eviction-for-empty-nodes", "daemonset-eviction-for-occupied-nodes", "ignore-daemonsets-utilization"];

/// Reads `--cluster-autoscaler-profile`: `None` if it is not given, no pairs if it is to be cleared.
///
/// # Errors
/// Returns the first complaint about a key or a value.
pub fn autoscaler_profile(items: Option<&[String]>) -> Result<Option<Vec<(String, String)>>, CliError> {
    let invalid = |message: String| refuse(ErrorClass::InvalidArgumentValue, message);
    let Some(items) = items else { return Ok(None) };
    let mut pairs: Vec<(String, String)> = Vec::new();
    for text in items.iter().filter(|text| !text.is_empty()) {
        for item in text.split(',') {
            let parts: Vec<&str> = item.split('=').collect();
            let (key, value) = match parts.as_slice() {
                [key] => (*key, ""),
                [key, value] => (*key, *value),
                _ => {
                    return invalid(format!(
                        "The format of '{item}' in '{text}' is incorrect, correct format should be \
                         'Key1=Value1,Key2=Value2'."
                    ));
                }
            };
            match pairs.iter_mut().find(|(known, _)| known == key) {
                Some(pair) => value.clone_into(&mut pair.1),
                None => pairs.push((key.to_owned(), value.to_owned())),
            }
        }
    }
    for (key, value) in &mut pairs {
        if key.is_empty() {
            return invalid("Empty key specified for cluster-autoscaler-profile".to_owned());
        }
        if !AUTOSCALER_PROFILE_KEYS.contains(&key.as_str()) {
            return invalid(format!(
                "'{key}' is an invalid key for cluster-autoscaler-profile. Valid keys are {}.",
                AUTOSCALER_PROFILE_KEYS.join(", ")
            ));
        }
        if AUTOSCALER_PROFILE_FLAGS.contains(&key.as_str()) {
            let lower = value.to_lowercase();
            if !matches!(lower.as_str(), "true" | "false") {
                return invalid(format!(
                    "Value '{value}' for cluster-autoscaler-profile key '{key}' must be either 'true' or 'false'."
                ));
            }
            *value = lower;
        }
    }
    Ok(Some(pairs))
}
