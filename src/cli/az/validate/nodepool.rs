//! Validators of node pool options.

use crate::az::parse::{Invocation, Value};
use crate::ground::error::ErrorClass;
use crate::ground::python;

use super::check::{Check, exclusive, fault, filled, invalid, misuse};
use super::resource_id::is_resource_id;
use super::validator::Validator::{self, Of, Passes, ResourceId, Rewrites};
use ErrorClass::{InvalidArgumentValue as Invalid, UnclassifiedUserFault as Fault};

/// The validators of this file, by the names that the table of commands uses.
pub(super) static VALIDATORS: &[(&str, Validator)] = &[
    ("validate_nodepool_name", Of(|invocation| pool_name(invocation.text("nodepool_name")))),
    ("validate_agent_pool_name", Of(|invocation| pool_name(invocation.text("agent_pool_name")))),
    ("validate_k8s_version", Rewrites(kubernetes_version)),
    ("validate_nodes_count", Of(node_counts)),
    ("validate_nodepool_taints", Of(taints)),
    ("validate_nodepool_labels", Of(labels)),
    ("validate_max_surge", Of(|invocation| surge(invocation, "max_surge", "--max-surge", fault))),
    ("validate_max_unavailable", Of(|invocation| surge(invocation, "max_unavailable", "--max-unavailable", invalid))),
    (
        "validate_os_sku",
        Rewrites(|invocation| {
            os_sku(invocation);
            Ok(())
        }),
    ),
    ("validate_priority", Passes),
    ("validate_eviction_policy", Passes),
    ("validate_nodepool_tags", Passes),
    ("validate_tags", Passes),
    ("validate_node_public_ip_tags", Passes),
    ("validate_spot_max_price", Of(spot_max_price)),
    ("validate_vnet_subnet_id", ResourceId { dest: "vnet_subnet_id", class: Invalid }),
    ("validate_pod_subnet_id", ResourceId { dest: "pod_subnet_id", class: Invalid }),
    ("validate_ppg", ResourceId { dest: "ppg", class: Fault }),
    ("validate_snapshot_id", ResourceId { dest: "snapshot_id", class: Invalid }),
    ("validate_host_group_id", ResourceId { dest: "host_group_id", class: Invalid }),
    ("validate_crg_id", Of(capacity_reservation_group)),
    ("validate_allowed_host_ports", Of(host_ports)),
    ("validate_application_security_groups", Of(security_groups)),
    ("validate_artifact_streaming", Of(artifact_streaming)),
    ("validate_message_of_the_day", Of(message_of_the_day)),
    ("validate_disable_windows_outbound_nat", Of(windows_outbound_nat)),
    ("validate_gateway_prefix_size", Of(gateway_prefix_size)),
];

fn capacity_reservation_group(invocation: &Invocation) -> Check {
    match invocation.text("crg_id") {
        Some(id) if !is_resource_id(id) => invalid("--crg-id is not a valid Azure resource ID."),
        _ => Ok(()),
    }
}

fn message_of_the_day(invocation: &Invocation) -> Check {
    match (filled(invocation, "message_of_the_day"), invocation.text("os_type")) {
        (Some(_), Some(os_type)) if os_type != "Linux" => {
            misuse("--message-of-the-day can only be set for linux nodepools")
        }
        _ => Ok(()),
    }
}

fn windows_outbound_nat(invocation: &Invocation) -> Check {
    let is_windows = invocation.text("os_type").is_some_and(|os_type| os_type.eq_ignore_ascii_case("windows"));
    if invocation.flag("disable_windows_outbound_nat") && !is_windows {
        return misuse("--disable-windows-outbound-nat can only be set for Windows nodepools");
    }
    Ok(())
}

fn gateway_prefix_size(invocation: &Invocation) -> Check {
    match invocation.integer("gateway_prefix_size") {
        Some(_) if invocation.text("mode") != Some("Gateway") => {
            misuse("--gateway-prefix-size can only be set for Gateway-mode nodepools")
        }
        Some(size) if !(28..=31).contains(&size) => invalid("--gateway-prefix-size must be in the range [28, 31]"),
        _ => Ok(()),
    }
}

fn pool_name(name: Option<&str>) -> Check {
    match name {
        None | Some("") => Ok(()),
        Some(name) if name.chars().count() > 12 => invalid("--nodepool-name can contain at most 12 characters"),
        Some(name) if !name.chars().all(char::is_alphanumeric) => {
            invalid("--nodepool-name should contain only alphanumeric characters")
        }
        Some(_) => Ok(()),
    }
}

/// Accepts `1.30` and `1.30.1`, and removes a leading `v`.
fn kubernetes_version(invocation: &mut Invocation) -> Check {
    let Some(version) = filled(invocation, "kubernetes_version") else { return Ok(()) };
    // The CLI's pattern also lets a vertical bar stand for the letter.
    let plain = version.strip_prefix(['v', '|', 'V']).unwrap_or(version).to_owned();
    let is_number = |part: &str| !part.is_empty() && part.chars().all(is_digit);
    let parts: Vec<&str> = plain.split('.').collect();
    if !((2..=3).contains(&parts.len()) && parts.iter().all(|part| is_number(part))) {
        return fault(
            "--kubernetes-version should be the full version number or major.minor version number, \
             such as \"1.7.12\" or \"1.7\"",
        );
    }
    invocation.set("kubernetes_version", Value::Text(plain));
    Ok(())
}

fn is_digit(character: char) -> bool {
    python::integer(character.encode_utf8(&mut [0; 4])).is_some()
}

fn node_counts(invocation: &Invocation) -> Check {
    for (dest, option) in [("min_count", "--min-count"), ("max_count", "--max-count")] {
        if invocation.integer(dest).is_some_and(|count| !(0..=1000).contains(&count)) {
            return fault(format!("{option} must be in the range [0,1000]"));
        }
    }
    Ok(())
}

fn taints(invocation: &Invocation) -> Check {
    let dest = if invocation.has("nodepool_taints") { "nodepool_taints" } else { "node_taints" };
    let Some(taints) = filled(invocation, dest) else { return Ok(()) };
    match taints.split(',').find(|taint| !taint.is_empty() && !is_taint(taint)) {
        Some(taint) => misuse(format!("Invalid node taint: {taint}")),
        None => Ok(()),
    }
}

/// Returns `true` if the text is a taint: `key=value:effect`.
fn is_taint(taint: &str) -> bool {
    let Some((key, rest)) = taint.split_once('=') else { return false };
    let Some((value, effect)) = rest.split_once(':') else { return false };
    let is_word = |text: &str, length_max: usize, slash: bool| {
        let mut characters = text.chars();
        characters.next().is_some_and(|first| first.is_ascii_alphabetic() || is_digit(first))
            && characters
                .all(|next| next.is_alphanumeric() || matches!(next, '_' | '-' | '.') || (slash && next == '/'))
            && text.chars().count() <= length_max
    };
    is_word(key, 253, true)
        && is_word(value, 63, false)
        && matches!(effect, "NoSchedule" | "PreferNoSchedule" | "NoExecute")
}

fn labels(invocation: &Invocation) -> Check {
    let dest = if invocation.has("nodepool_labels") { "nodepool_labels" } else { "labels" };
    for label in invocation.list(dest).unwrap_or_default().iter().filter(|label| !label.is_empty()) {
        if let Err(reason) = check_label(label) {
            return fault(format!("Invalid label: {label}. {reason}"));
        }
    }
    Ok(())
}

/// Checks one label; the error is a sentence about its first fault.
fn check_label(label: &str) -> Result<(), &'static str> {
    const QUALIFIED_NAME: &str = "A qualified name must consist of alphanumeric characters, '-', '_' or '.', and must \
        start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc') with an optional \
        DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
    let parts: Vec<&str> = label.split('=').collect();
    let [name, value] = parts.as_slice() else { return Err("Label definition must be of format name=value.") };
    let parts: Vec<&str> = name.split('/').collect();
    let name = match parts.as_slice() {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() || prefix.chars().count() > 253 {
                return Err("Label prefix can't be empty or more than 253 chars.");
            }
            if !prefix.split('.').all(is_dns_label) {
                return Err("Prefix part a DNS-1123 label must consist of lower case alphanumeric characters or '-', \
                    and must start and end with an alphanumeric character");
            }
            name
        }
        _ => return Err(QUALIFIED_NAME),
    };
    if name.is_empty() || name.chars().count() > 63 {
        return Err("Label name can't be empty or more than 63 chars.");
    }
    if !is_label_text(name) {
        return Err(QUALIFIED_NAME);
    }
    if value.chars().count() > 63 {
        return Err("Label must not be more than 63 chars.");
    }
    if !value.is_empty() && !is_label_text(value) {
        return Err(
            "A valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and \
            must start and end with an alphanumeric character",
        );
    }
    Ok(())
}

fn is_dns_label(text: &str) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(is_plain)
        && bytes.last().is_some_and(is_plain)
        && bytes.iter().all(|byte| is_plain(byte) || *byte == b'-')
}

fn is_label_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Refuses a surge that is neither a whole number nor a percentage, or is negative.
fn surge(invocation: &Invocation, dest: &str, option: &str, refuse: fn(String) -> Check) -> Check {
    let Some(text) = invocation.text(dest) else { return Ok(()) };
    match python::integer(text.trim_end_matches('%')) {
        None => refuse(format!("{option} should be an int or percentage")),
        Some(number) if number < 0 => refuse(format!("{option} must be positive")),
        Some(_) => Ok(()),
    }
}

/// Warns about the old names of Azure Linux.
fn os_sku(invocation: &mut Invocation) {
    if matches!(invocation.text("os_sku"), Some("Mariner" | "CBLMariner")) {
        invocation.warnings.push(
            "The osSKU \"AzureLinux\" should be used going forward instead of \"CBLMariner\" or \"Mariner\". \
             The osSKUs \"CBLMariner\" and \"Mariner\" will eventually be deprecated."
                .to_owned(),
        );
    }
}

fn spot_max_price(invocation: &Invocation) -> Check {
    let Some(price) = invocation.float("spot_max_price").filter(|price| !price.is_nan()) else { return Ok(()) };
    if invocation.text("priority") != Some("Spot") {
        return fault("--spot_max_price can only be set when --priority is Spot");
    }
    let text = python::float_text(price);
    if text.split('.').nth(1).is_some_and(|decimals| decimals.len() > 5) {
        return fault("--spot_max_price can only include up to 5 decimal places");
    }
    // The tolerance of Python's `isclose(price, -1.0, rel_tol=1e-06)`.
    let is_minus_one = (price + 1.0).abs() <= 1e-6 * price.abs().max(1.0);
    if price <= 0.0 && !is_minus_one {
        return fault(
            "--spot_max_price can only be any decimal value greater than zero, or -1 which indicates \
             default price to be up-to on-demand",
        );
    }
    Ok(())
}

fn host_ports(invocation: &Invocation) -> Check {
    let own = invocation.has("nodepool_allowed_host_ports");
    let dest = if own { "nodepool_allowed_host_ports" } else { "allowed_host_ports" };
    let is_range = |range: &str| {
        let range = range.to_lowercase();
        let Some((ports, protocol)) = range.split_once('/') else { return false };
        let is_number = |port: &str| !port.is_empty() && port.chars().all(is_digit);
        matches!(protocol, "tcp" | "udp")
            && match ports.split_once('-') {
                Some((first, last)) => is_number(first) && is_number(last),
                None => is_number(ports),
            }
    };
    match given(invocation, dest).iter().find(|range| !is_range(range)) {
        Some(range) => invalid(format!(
            "--allowed-host-ports must be a space-separated list of port ranges in the format of \
             <port-range>/<protocol>: '{range}'"
        )),
        None => Ok(()),
    }
}

fn security_groups(invocation: &Invocation) -> Check {
    let of_cluster = invocation.has("nodepool_asg_ids");
    let prefix = if of_cluster { "nodepool_" } else { "" };
    let groups = given(invocation, &format!("{prefix}asg_ids"));
    if groups.is_empty() {
        return Ok(());
    }
    if given(invocation, &format!("{prefix}allowed_host_ports")).is_empty() {
        return misuse(if of_cluster {
            "--nodepool-asg-ids must be used with --nodepool-allowed-host-ports"
        } else {
            "--asg-ids must be used with --allowed-host-ports"
        });
    }
    match groups.iter().find(|group| !is_resource_id(group)) {
        Some(group) => invalid(format!("{group} is not a valid Azure resource ID.")),
        None => Ok(()),
    }
}

fn given<'a>(invocation: &'a Invocation, dest: &str) -> &'a [String] {
    invocation.list(dest).unwrap_or_default()
}

fn artifact_streaming(invocation: &Invocation) -> Check {
    let enable = invocation.flag("enable_artifact_streaming");
    let disable = invocation.flag("disable_artifact_streaming");
    if enable && disable {
        return exclusive(
            "Cannot specify both --enable-artifact-streaming and --disable-artifact-streaming at the same time.",
        );
    }
    let is_windows = invocation.text("os_type").is_some_and(|os_type| os_type.eq_ignore_ascii_case("windows"));
    match (is_windows, enable, disable) {
        (true, true, _) => misuse("--enable-artifact-streaming can only be set for Linux nodepools"),
        (true, _, true) => misuse("--disable-artifact-streaming can only be set for Linux nodepools"),
        _ => Ok(()),
    }
}
