//! Checks inside a command that need little more than its arguments.
//!
//! Their place among the requests of the Azure CLI:
//!
//! | command | before | check | after |
//! | --- | --- | --- | --- |
//! | `aks nodepool add` | GET of the pools, refusal of a name that exists | [`pool_to_add`] | PUT |
//! | `aks nodepool update` | GET of the pool | [`autoscaler_update`], [`pool_to_update`] | PUT |
//! | `aks nodepool upgrade` | | [`pool_to_upgrade`] | GET |
//! | `aks create` | | [`cluster_to_create`] | PUT |
//! | `aks update` | | [`autoscaler_profile`], then [`changes_nothing`] asks to reconcile | GET |
//! | `aks update`, then | GET | [`autoscaler_update`], [`cluster_to_update`] | PUT |
//! | `aks wait`, `aks nodepool wait`, `group wait` | | [`wait_condition`] | GET |

use crate::az::parse::{Invocation, Value};
use crate::az::registry::Kind;
use crate::ground::error::{CliError, ErrorClass};
use crate::ground::python;

use super::check::Check;
use super::rules;

fn refuse<T>(class: ErrorClass, message: impl Into<String>) -> Result<T, CliError> {
    Err(CliError::decorator(class, message))
}

/// Checks the arguments of `aks nodepool add`, after the existing pools have been read.
///
/// # Errors
/// Returns the first complaint.
pub fn pool_to_add(invocation: &Invocation) -> Check {
    let is_windows_sku = matches!(invocation.text("os_sku"), Some("Windows2019" | "Windows2022" | "Windows2025"));
    if is_windows_sku && invocation.text("os_type").is_none_or(|os_type| os_type == "Linux") {
        return refuse(
            ErrorClass::InvalidArgumentValue,
            "OS SKU is invalid for Linux OS Type. Please specify '--os-type Windows' for Windows SKUs",
        );
    }
    snapshot(invocation)?;
    autoscaler_of_new_pool(invocation, invocation.text("mode") == Some("System"))?;
    pool_files(invocation)?;
    vm_sizes(invocation)?;
    custom_headers(invocation)
}

/// Checks the arguments of `aks create`.
///
/// # Errors
/// Returns the first complaint.
pub fn cluster_to_create(invocation: &Invocation) -> Check {
    snapshot(invocation)?;
    autoscaler_of_new_pool(invocation, true)?;
    pool_files(invocation)?;
    vm_sizes(invocation)?;
    rules::check(invocation, &|_| false)?;
    addons(invocation)?;
    autoscaler_profile(invocation)?;
    custom_headers(invocation)
}

/// Checks the arguments of `aks update`, after its autoscaler options.
///
/// `has` returns `true` if the cluster has a value at a path below its properties.
///
/// # Errors
/// Returns the first complaint.
pub fn cluster_to_update(invocation: &Invocation, has: &dyn Fn(&str) -> bool) -> Check {
    rules::check(invocation, has)?;
    custom_headers(invocation)
}

/// Refuses an add-on that is named twice or unknown.
fn addons(invocation: &Invocation) -> Check {
    const ADDONS: [&str; 10] = [
        "http_application_routing",
        "monitoring",
        "virtual-node",
        "kube-dashboard",
        "azure-policy",
        "ingress-appgw",
        "confcom",
        "open-service-mesh",
        "azure-keyvault-secrets-provider",
        "web_application_routing",
    ];
    let Some(text) = invocation.text("enable_addons").filter(|text| !text.is_empty()) else { return Ok(()) };
    let (mut named, mut twice, mut unknown): (Vec<&str>, Vec<&str>, Vec<&str>) = Default::default();
    for addon in text.split(',') {
        let list = match addon {
            _ if twice.contains(&addon) => continue,
            _ if named.contains(&addon) => &mut twice,
            _ => &mut named,
        };
        list.push(addon);
    }
    if !twice.is_empty() {
        let plural = if twice.len() > 1 { "s" } else { "" };
        let message = format!("Duplicate addon{plural} '{}' found in option --enable-addons.", twice.join(","));
        return refuse(ErrorClass::InvalidArgumentValue, message);
    }
    unknown.extend(named.into_iter().filter(|addon| !ADDONS.contains(addon)));
    if unknown.is_empty() {
        return Ok(());
    }
    let verb = if unknown.len() > 1 { "are" } else { "is" };
    let message = format!("'{}' {verb} not recognized by the --enable-addons argument.", unknown.join(","));
    refuse(ErrorClass::InvalidArgumentValue, message)
}

/// Refuses a `--snapshot-id` that is not the ID of a snapshot; the message has the ID in lower case.
fn snapshot(invocation: &Invocation) -> Check {
    let Some(id) = invocation.text("snapshot_id").filter(|id| !id.is_empty()) else { return Ok(()) };
    let id = id.to_lowercase();
    let mut rest = id.as_str();
    for part in ["/subscriptions/", "/resourcegroups/", "/providers/microsoft.containerservice/snapshots/"] {
        let Some((_, after)) = rest.split_once(part) else {
            let message = format!("Cannot parse snapshot name from provided resource id '{id}'.");
            return refuse(ErrorClass::InvalidArgumentValue, message);
        };
        rest = after;
    }
    Ok(())
}

/// Refuses headers that are not `Key1=Value1,Key2=Value2`.
///
/// # Errors
/// Returns the first complaint.
pub fn custom_headers(invocation: &Invocation) -> Check {
    let headers = invocation.text("aks_custom_headers").unwrap_or_default().trim();
    for item in headers.split(',').map(str::trim).filter(|_| !headers.is_empty()) {
        let parts: Vec<&str> = item.split('=').collect();
        let message = match parts.as_slice() {
            [_, value] if !value.trim().is_empty() => continue,
            [key] | [key, _] => {
                let value = parts.get(1).copied().unwrap_or_default();
                format!(
                    "Empty value not allowed. The value '{value}' of key '{key}' in '{item}' is empty. Raw input '{headers}'."
                )
            }
            _ => format!(
                "The format of '{item}' in '{headers}' is incorrect, correct format should be 'Key1=Value1,Key2=Value2'."
            ),
        };
        return refuse(ErrorClass::InvalidArgumentValue, message);
    }
    Ok(())
}

fn autoscaler_of_new_pool(invocation: &Invocation, is_system: bool) -> Check {
    let node_count = invocation.integer("node_count");
    let flag = invocation.flag("enable_cluster_autoscaler");
    autoscaler_counts(invocation, flag, node_count, is_system, "--enable-cluster-autoscaler")
}

/// Checks `--min-count` and `--max-count` against each other, the node count and the pool mode.
///
/// Without the autoscaler they are refused; with it both are required.
fn autoscaler_counts(
    invocation: &Invocation,
    is_enabled: bool,
    node_count: Option<i128>,
    is_system: bool,
    options: &str,
) -> Check {
    let counts = (invocation.integer("min_count"), invocation.integer("max_count"));
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

/// Refuses options that name a configuration file of a pool: there are no files here.
fn pool_files(invocation: &Invocation) -> Check {
    let files = [
        ("kubelet_config", "not valid file, or not accessable."),
        ("linux_os_config", "not valid file, or not accessable."),
        ("message_of_the_day", "not valid file, or not accessible."),
        ("localdns_config", "not a valid file, or not accessible."),
    ];
    for (dest, complaint) in files {
        if let Some(path) = invocation.text(dest).filter(|path| !path.is_empty()) {
            return refuse(ErrorClass::InvalidArgumentValue, format!("{path} is {complaint}"));
        }
    }
    Ok(())
}

fn vm_sizes(invocation: &Invocation) -> Check {
    let Some(sizes) = invocation.text("vm_sizes") else { return Ok(()) };
    let set_type = invocation.text("vm_set_type").unwrap_or_default();
    if !set_type.eq_ignore_ascii_case("VirtualMachines") {
        return refuse(
            ErrorClass::InvalidArgumentValue,
            "--vm-sizes can only be used with --vm-set-type VirtualMachines.",
        );
    }
    if invocation.text("node_vm_size").is_some_and(|size| !size.is_empty()) {
        return refuse(
            ErrorClass::MutuallyExclusiveArgument,
            "Cannot specify -vm-sizes and --node-vm-size at the same time.",
        );
    }
    let sizes: Vec<String> = sizes.split(',').map(|size| python::text_repr(size.trim())).collect();
    if sizes.len() != 1 {
        return refuse(
            ErrorClass::InvalidArgumentValue,
            format!("We only accept single sku size for scale profile. [{}] is invalid.", sizes.join(", ")),
        );
    }
    Ok(())
}

/// Change of an existing pool's autoscaler that a line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoscalerUpdate {
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
pub struct PoolFacts {
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
pub fn autoscaler_update(invocation: &Invocation, pool: &PoolFacts) -> Result<AutoscalerUpdate, CliError> {
    let enable = invocation.flag("enable_cluster_autoscaler");
    let update = invocation.flag("update_cluster_autoscaler");
    let disable = invocation.flag("disable_cluster_autoscaler");
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
    autoscaler_counts(invocation, enable || update, None, invocation.text("mode") == Some("System"), options)?;
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
    Ok(match (invocation.integer("min_count"), invocation.integer("max_count")) {
        _ if disable => AutoscalerUpdate::Disable,
        (Some(min_count), Some(max_count)) => AutoscalerUpdate::Range { min_count, max_count },
        _ => AutoscalerUpdate::Unchanged,
    })
}

/// Checks the arguments of `aks nodepool update`, after its autoscaler options.
///
/// # Errors
/// Returns the first complaint.
pub fn pool_to_update(invocation: &Invocation) -> Check {
    let pairs = [
        ("fips_image", "Cannot specify \"--enable-fips-image\" and \"--disable-fips-image\" at the same time"),
        ("vtpm", "Cannot specify --enable-vtpm and --disable-vtpm at the same time."),
        ("secure_boot", "Cannot specify --enable-secure-boot and --disable-secure-boot at the same time."),
    ];
    for (feature, message) in pairs {
        if invocation.flag(&format!("enable_{feature}")) && invocation.flag(&format!("disable_{feature}")) {
            return refuse(ErrorClass::MutuallyExclusiveArgument, message);
        }
    }
    pool_files(invocation)?;
    custom_headers(invocation)
}

/// Checks the arguments of `aks nodepool upgrade`, before the pool is read.
///
/// # Errors
/// Returns the first complaint.
pub fn pool_to_upgrade(invocation: &Invocation) -> Check {
    let is_given = |dest: &str| match invocation.value(dest) {
        Some(Value::Text(text)) => !text.is_empty(),
        Some(Value::Integer(number)) => *number != 0,
        _ => false,
    };
    if !invocation.flag("node_image_only") {
        return snapshot(invocation);
    }
    if is_given("kubernetes_version") {
        return refuse(
            ErrorClass::MutuallyExclusiveArgument,
            "Conflicting flags. Upgrading the Kubernetes version will also upgrade node image version. If you only \
             want to upgrade the node version please use the \"--node-image-only\" option only.",
        );
    }
    let settings = ["max_surge", "drain_timeout", "node_soak_duration", "undrainable_node_behavior", "max_unavailable"];
    if settings.into_iter().any(is_given) {
        return refuse(
            ErrorClass::MutuallyExclusiveArgument,
            "Conflicting flags. Unable to specify max-surge/drain-timeout/node-soak-duration/max-unavailable with \
             node-image-only.If you want to use max-surge/drain-timeout/node-soak-duration with a node image upgrade, \
             please first update max-surge/drain-timeout/node-soak-duration/max-unavailable using \"az aks nodepool \
             update --max-surge/--drain-timeout/--node-soak-duration/--max-unavailable\".",
        );
    }
    Ok(())
}

/// Keys of `--cluster-autoscaler-profile`.
pub const AUTOSCALER_PROFILE_KEYS: [&str; 20] = [
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
pub fn autoscaler_profile(invocation: &Invocation) -> Result<Option<Vec<(String, String)>>, CliError> {
    let invalid = |message: String| refuse(ErrorClass::InvalidArgumentValue, message);
    let Some(items) = invocation.list("cluster_autoscaler_profile") else { return Ok(None) };
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

/// Returns `true` if `aks update` names nothing to change, so that it asks to reconcile.
#[must_use]
pub fn changes_nothing(invocation: &Invocation) -> bool {
    // These count as given even if they are empty or zero.
    const CLEARED_BY_EMPTY: [&str; 11] = [
        "cluster_autoscaler_profile",
        "api_server_authorized_ip_ranges",
        "nodepool_labels",
        "nodepool_taints",
        "load_balancer_managed_outbound_ip_count",
        "load_balancer_managed_outbound_ipv6_count",
        "load_balancer_idle_timeout",
        "load_balancer_outbound_ports",
        "nat_gateway_managed_outbound_ip_count",
        "nat_gateway_idle_timeout",
        "enable_high_log_scale_mode",
    ];
    let is_set = |value: &Value| match value {
        Value::Text(text) => !text.is_empty(),
        Value::Integer(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::Flag(flag) => *flag,
        Value::List(list) => list.iter().any(|item| !item.is_empty()),
    };
    !invocation.command.arguments.iter().any(|argument| {
        let dest: &str = &argument.dest;
        let counts = argument.kind != Kind::Help
            && !dest.starts_with('_')
            && !matches!(dest, "cmd" | "resource_group_name" | "name" | "verbose" | "debug" | "only_show_errors");
        let is_clearing = CLEARED_BY_EMPTY.contains(&dest) || dest == "enable_syslog";
        invocation.value(dest).is_some_and(|value| is_clearing || (counts && is_set(value)))
    })
}

/// Returns the refusal of `aks update` after a no to that question: a list of the options to choose from.
#[must_use]
pub fn nothing_to_change(invocation: &Invocation) -> CliError {
    let mut dests: Vec<&str> = Vec::new();
    let is_option = |dest: &&str| {
        !dest.starts_with('_') && !matches!(*dest, "cmd" | "resource_group_name" | "name" | "help" | "no_wait")
    };
    for dest in invocation.command.arguments.iter().map(|argument| &*argument.dest).filter(is_option) {
        dests.push(dest);
        if dest == "yes" {
            // The command itself declares it here.
            dests.push("no_wait");
        }
    }
    let options: Vec<String> = dests.iter().map(|dest| format!("\"--{}\"", dest.replace('_', "-"))).collect();
    let message = format!("Please specify one or more of {}.", options.join(" or "));
    CliError::decorator(ErrorClass::RequiredArgumentMissing, message)
}

/// Refuses a `wait` without a condition.
///
/// # Errors
/// Returns the usage error.
pub fn wait_condition(invocation: &Invocation) -> Check {
    let conditions = ["created", "updated", "deleted", "exists"];
    let is_custom = invocation.text("custom").is_some_and(|custom| !custom.is_empty());
    if is_custom || conditions.into_iter().any(|condition| invocation.flag(condition)) {
        return Ok(());
    }
    refuse(
        ErrorClass::UnclassifiedUserFault,
        "incorrect usage: --created | --updated | --deleted | --exists | --custom JMESPATH",
    )
}
