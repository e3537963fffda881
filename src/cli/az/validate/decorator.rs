//! Checks inside a command that need little more than its arguments.
//!
//! Their place among the requests of the Azure CLI:
//!
//! | command | before | check | after |
//! | --- | --- | --- | --- |
//! | `aks nodepool add` | GET of the pools, refusal of a name that exists | [`pool_to_add`] | PUT |
//! | `aks nodepool update` | GET of the pool | [`autoscaler_update`](autoscaler::autoscaler_update), [`pool_to_update`] | PUT |
//! | `aks nodepool upgrade` | | [`pool_to_upgrade`] | GET |
//! | `aks nodepool upgrade`, then | GET, question about the same version | [`custom_headers`] | PUT |
//! | `aks create` | GET of the cluster, refusal of one that exists | [`cluster_to_create`] | PUT |
//! | `aks update` | | [`changes_nothing`] asks to reconcile, [`autoscaler_profile`] | GET |
//! | `aks update`, then | GET | [`autoscaler_update`](autoscaler::autoscaler_update), [`cluster_to_update`] | PUT |
//! | `aks wait`, `aks nodepool wait`, `group wait` | | [`wait_condition`] | GET |

use crate::az::arguments::{ChangedCluster, ChangedPool, NewCluster, NewPool, PoolUpgrade, WaitConditions};
use crate::az::parse::{Invocation, Value};
use crate::az::registry::ValueType;
use crate::ground::error::{CliError, ErrorClass};
use crate::ground::python;

use super::autoscaler::{self, autoscaler_profile};
use super::check::Check;
use super::rules;
use scale_down_engine::PoolMode;

fn refuse<T>(class: ErrorClass, message: impl Into<String>) -> Result<T, CliError> {
    Err(CliError::decorator(class, message))
}

/// Checks the arguments of `aks nodepool add`, after the existing pools have been read.
///
/// # Errors
/// Returns the first complaint.
pub(crate) fn pool_to_add(pool: &NewPool<'_>) -> Check {
    let is_windows_sku = matches!(pool.os_sku, Some("Windows2019" | "Windows2022" | "Windows2025"));
    if is_windows_sku && pool.os_type.is_none_or(|os_type| os_type == "Linux") {
        return refuse(
            ErrorClass::InvalidArgumentValue,
            "OS SKU is invalid for Linux OS Type. Please specify '--os-type Windows' for Windows SKUs",
        );
    }
    new_pool(pool, pool.mode == Some(PoolMode::System))?;
    custom_headers(pool.aks_custom_headers)
}

/// Checks the arguments of `aks create`.
///
/// # Errors
/// Returns the first complaint.
pub(crate) fn cluster_to_create(new: &NewCluster<'_>) -> Check {
    new_pool(&new.pool, true)?;
    rules::of_create(new.invocation)?;
    addons(new.enable_addons)?;
    autoscaler_profile(new.cluster_autoscaler_profile)?;
    custom_headers(new.pool.aks_custom_headers)
}

fn new_pool(pool: &NewPool<'_>, is_system: bool) -> Check {
    snapshot(pool.snapshot_id)?;
    autoscaler::of_new_pool(pool, is_system)?;
    pool_files([pool.kubelet_config, pool.linux_os_config, pool.message_of_the_day, pool.localdns_config])?;
    vm_sizes(pool)
}

/// Checks the arguments of `aks update`, after its autoscaler options.
///
/// `has` returns `true` if the cluster has a value at a path below its properties.
///
/// # Errors
/// Returns the first complaint.
pub(crate) fn cluster_to_update(change: &ChangedCluster<'_>, has: &dyn Fn(&str) -> bool) -> Check {
    rules::of_update(change.invocation, has)?;
    custom_headers(change.aks_custom_headers)
}

/// Refuses an add-on that is named twice or unknown.
fn addons(text: Option<&str>) -> Check {
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
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(()) };
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
fn snapshot(id: Option<&str>) -> Check {
    let Some(id) = id.filter(|id| !id.is_empty()) else { return Ok(()) };
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
pub(crate) fn custom_headers(headers: Option<&str>) -> Check {
    let headers = headers.unwrap_or_default().trim();
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

/// Refuses the files of `--kubelet-config`, `--linux-os-config`, `--message-of-the-day` and `--localdns-config`: there
/// are no files here.
fn pool_files(paths: [Option<&str>; 4]) -> Check {
    const COMPLAINTS: [&str; 4] = [
        "not valid file, or not accessable.",
        "not valid file, or not accessable.",
        "not valid file, or not accessible.",
        "not a valid file, or not accessible.",
    ];
    for (path, complaint) in paths.into_iter().zip(COMPLAINTS) {
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            return refuse(ErrorClass::InvalidArgumentValue, format!("{path} is {complaint}"));
        }
    }
    Ok(())
}

fn vm_sizes(pool: &NewPool<'_>) -> Check {
    let Some(sizes) = pool.vm_sizes else { return Ok(()) };
    let set_type = pool.vm_set_type.unwrap_or_default();
    if !set_type.eq_ignore_ascii_case("VirtualMachines") {
        return refuse(
            ErrorClass::InvalidArgumentValue,
            "--vm-sizes can only be used with --vm-set-type VirtualMachines.",
        );
    }
    if pool.node_vm_size.is_some_and(|size| !size.is_empty()) {
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

/// Checks the arguments of `aks nodepool update`, after its autoscaler options.
///
/// # Errors
/// Returns the first complaint.
pub(crate) fn pool_to_update(change: &ChangedPool<'_>) -> Check {
    let pairs = [
        (
            change.enable_fips_image && change.disable_fips_image,
            "Cannot specify \"--enable-fips-image\" and \"--disable-fips-image\" at the same time",
        ),
        (
            change.enable_vtpm && change.disable_vtpm,
            "Cannot specify --enable-vtpm and --disable-vtpm at the same time.",
        ),
        (
            change.enable_secure_boot && change.disable_secure_boot,
            "Cannot specify --enable-secure-boot and --disable-secure-boot at the same time.",
        ),
    ];
    for (is_both, message) in pairs {
        if is_both {
            return refuse(ErrorClass::MutuallyExclusiveArgument, message);
        }
    }
    pool_files([None, None, None, change.localdns_config])?;
    custom_headers(change.aks_custom_headers)
}

/// Checks the arguments of `aks nodepool upgrade`, before the pool is read.
///
/// # Errors
/// Returns the first complaint.
pub(crate) fn pool_to_upgrade(upgrade: &PoolUpgrade<'_>) -> Check {
    if !upgrade.node_image_only {
        return snapshot(upgrade.snapshot_id);
    }
    let is_filled = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    if is_filled(upgrade.kubernetes_version) {
        return refuse(
            ErrorClass::MutuallyExclusiveArgument,
            "Conflicting flags. Upgrading the Kubernetes version will also upgrade node image version. If you only \
             want to upgrade the node version please use the \"--node-image-only\" option only.",
        );
    }
    let texts = [upgrade.max_surge, upgrade.undrainable_node_behavior, upgrade.max_unavailable];
    let minutes = [upgrade.drain_timeout, upgrade.node_soak_duration];
    if texts.into_iter().any(is_filled) || minutes.into_iter().flatten().any(|minutes| minutes != 0) {
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
        let counts = argument.value_type != ValueType::Help
            && !dest.starts_with('_')
            && !matches!(dest, "cmd" | "resource_group_name" | "name" | "verbose" | "debug" | "only_show_errors");
        let is_clearing = CLEARED_BY_EMPTY.contains(&dest) || dest == "enable_syslog";
        invocation.value(dest).is_some_and(|value| is_clearing || (counts && is_set(value)))
    })
}

/// Returns the refusal of `aks update` after a no to that question: a list of the options to choose from.
#[must_use]
pub(crate) fn nothing_to_change(invocation: &Invocation) -> CliError {
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
pub(crate) fn wait_condition(wait: &WaitConditions<'_>) -> Check {
    let is_custom = wait.custom.is_some_and(|custom| !custom.is_empty());
    if is_custom || wait.created || wait.updated || wait.deleted || wait.exists {
        return Ok(());
    }
    refuse(
        ErrorClass::UnclassifiedUserFault,
        "incorrect usage: --created | --updated | --deleted | --exists | --custom JMESPATH",
    )
}
