//! Validators of cluster options, and of the few other commands that have one.

use crate::az::parse::Invocation;
use crate::az::registry::Argument;
use crate::ground::error::{CliError, ErrorClass};
use crate::shell::HOME;

use super::address::{self, RangeFault};
use super::check::{Check, exclusive, fault, filled, invalid, misuse, not_both};
use super::ssh_key;
use super::validator::Validator::{self, NotBoth, Of, OneOf, Passes, Range, ResourceId};
use ErrorClass::{
    ArgumentUsage as Misuse, InvalidArgumentValue as Invalid, MutuallyExclusiveArgument as Exclusive,
    UnclassifiedUserFault as Fault,
};

/// The validators of this file, by the names that the table of commands uses.
pub(super) static VALIDATORS: &[(&str, Validator)] = &[
    ("validate_linux_host_name", Of(cluster_name)),
    ("validate_ssh_key", Of(ssh_key)),
    ("validate_create_parameters", Of(create_parameters)),
    ("validate_ip_ranges", Of(ip_ranges)),
    (
        "validate_vm_set_type",
        OneOf {
            dest: "vm_set_type",
            allowed: &["virtualmachinescalesets", "availabilityset", "virtualmachines"],
            message: "--vm-set-type can only be VirtualMachineScaleSets or AvailabilitySet or VirtualMachines",
            class: Fault,
        },
    ),
    (
        "validate_credential_format",
        OneOf {
            dest: "credential_format",
            allowed: &["azure", "exec"],
            message: "--format can only be azure or exec.",
            class: Invalid,
        },
    ),
    ("validate_network_policy", Of(network_policy)),
    (
        "validate_load_balancer_outbound_ips",
        Of(|invocation| no_blank_item(invocation, "load_balancer_outbound_ips", "--load-balancer-outbound-ips")),
    ),
    (
        "validate_load_balancer_outbound_ip_prefixes",
        Of(|invocation| {
            no_blank_item(invocation, "load_balancer_outbound_ip_prefixes", "--load-balancer-outbound-ip-prefixes")
        }),
    ),
    ("validate_load_balancer_outbound_ports", Of(outbound_ports)),
    (
        "validate_load_balancer_idle_timeout",
        Range {
            dest: "load_balancer_idle_timeout",
            first: 4,
            last: 100,
            message: "--load-balancer-idle-timeout must be in the range [4,100]",
            class: Fault,
        },
    ),
    (
        "validate_nat_gateway_managed_outbound_ip_count",
        Range {
            dest: "nat_gateway_managed_outbound_ip_count",
            first: 1,
            last: 16,
            message: "--nat-gateway-managed-outbound-ip-count must be in the range [1,16]",
            class: Invalid,
        },
    ),
    (
        "validate_nat_gateway_managed_outbound_ipv6_count",
        Range {
            dest: "nat_gateway_managed_outbound_ipv6_count",
            first: 1,
            last: 16,
            message: "--nat-gateway-managed-outbound-ipv6-count must be in the range [1,16]",
            class: Invalid,
        },
    ),
    (
        "validate_nat_gateway_idle_timeout",
        Range {
            dest: "nat_gateway_idle_timeout",
            first: 4,
            last: 120,
            message: "--nat-gateway-idle-timeout must be in the range [4,120]",
            class: Invalid,
        },
    ),
    ("validate_outbound_type_sku", Of(|invocation| outbound_type_sku(invocation, false))),
    ("validate_outbound_type_sku_for_update", Of(|invocation| outbound_type_sku(invocation, true))),
    ("validate_nat_gateway_v2_params", Of(|invocation| nat_gateway(invocation, false))),
    ("validate_nat_gateway_v2_params_for_update", Of(|invocation| nat_gateway(invocation, true))),
    ("validate_acr", Of(container_registry)),
    ("validate_assign_identity", ResourceId { dest: "assign_identity", class: Invalid }),
    ("validate_assign_kubelet_identity", ResourceId { dest: "assign_kubelet_identity", class: Invalid }),
    ("validate_apiserver_subnet_id", ResourceId { dest: "apiserver_subnet_id", class: Invalid }),
    ("validate_system_node_subnet_id", ResourceId { dest: "system_node_subnet_id", class: Invalid }),
    ("validate_node_subnet_id", ResourceId { dest: "node_subnet_id", class: Invalid }),
    (
        "validate_azure_keyvault_kms_key_vault_resource_id",
        ResourceId { dest: "azure_keyvault_kms_key_vault_resource_id", class: Invalid },
    ),
    (
        "validate_bootstrap_container_registry_resource_id",
        ResourceId { dest: "bootstrap_container_registry_resource_id", class: Invalid },
    ),
    ("validate_azure_keyvault_kms_key_id", Of(key_id)),
    (
        "validate_azuremonitor_privatelinkscope_resourceid",
        Of(|invocation| {
            // Two blanks, as the Azure CLI has it.
            let option = "--ampls-resource-id ";
            typed_id(invocation, "ampls_resource_id", option, "microsoft.insights/privatelinkscopes")
        }),
    ),
    (
        "validate_azuremonitorworkspaceresourceid",
        Of(|invocation| {
            let option = "--azure-monitor-workspace-resource-id";
            typed_id(invocation, "azure_monitor_workspace_resource_id", option, "microsoft.monitor/accounts")
        }),
    ),
    (
        "validate_grafanaresourceid",
        Of(|invocation| {
            typed_id(invocation, "grafana_resource_id", "--grafana-resource-id", "microsoft.dashboard/grafana")
        }),
    ),
    ("validate_azure_service_mesh_revision", Of(mesh_revision)),
    ("validate_defender_config_parameter", Of(defender_config)),
    (
        "validate_defender_disable_and_enable_parameters",
        NotBoth {
            flags: ["disable_defender", "enable_defender"],
            message: "Providing both --disable-defender and --enable-defender flags is invalid",
            class: Misuse,
        },
    ),
    (
        "validate_keyvault_secrets_provider_disable_and_enable_parameters",
        NotBoth {
            flags: ["disable_secret_rotation", "enable_secret_rotation"],
            message: "Providing both --disable-secret-rotation and --enable-secret-rotation flags is invalid",
            class: Exclusive,
        },
    ),
    (
        "validate_image_cleaner_enable_disable_mutually_exclusive",
        NotBoth {
            flags: ["enable_image_cleaner", "disable_image_cleaner"],
            message: "Cannot specify --enable-image-cleaner and --disable-image-cleaner at the same time.",
            class: Exclusive,
        },
    ),
    (
        "validate_force_upgrade_disable_and_enable_parameters",
        NotBoth {
            flags: ["disable_force_upgrade", "enable_force_upgrade"],
            message: "Providing both --disable-force-upgrade and --enable-force-upgrade flags is invalid",
            class: Exclusive,
        },
    ),
    ("validate_azure_monitor_logs_and_enable_addons", Of(monitor_logs_for_create)),
    ("validate_azure_monitor_logs_enable_disable", Of(monitor_logs_for_update)),
    ("validate_container_insights_settings_for_create", Of(|invocation| container_insights(invocation, false))),
    ("validate_container_insights_settings_for_update", Of(|invocation| container_insights(invocation, true))),
    ("validate_azure_monitor_and_opentelemetry_for_create", Of(|invocation| open_telemetry(invocation, false))),
    ("validate_azure_monitor_and_opentelemetry_for_update", Of(|invocation| open_telemetry(invocation, true))),
    ("validate_load_balancer_sku", Passes),
    ("validate_sku_tier", Passes),
    ("validate_k8s_support_plan", Passes),
    // The operating system that certificates depend on is no argument there.
    ("validate_custom_ca_trust_certificates", Passes),
    // A tenant is resolved over the network.
    ("validate_tenant", Passes),
    ("names_or_ids", Of(names_or_ids)),
    ("validate_extension_add", Of(extension_add)),
];

fn create_parameters(invocation: &Invocation) -> Check {
    match (invocation.text("name"), invocation.text("dns_name_prefix")) {
        (Some(""), _) => fault("--name has no value"),
        (_, Some("")) => fault("--dns-prefix has no value"),
        _ => Ok(()),
    }
}

fn network_policy(invocation: &Invocation) -> Check {
    match invocation.text("network_policy") {
        Some(policy) if !is_lower(policy) => invalid("--network-policy should be provided in lowercase"),
        _ => Ok(()),
    }
}

fn defender_config(invocation: &Invocation) -> Check {
    if filled(invocation, "defender_config").is_some() && !invocation.flag("enable_defender") {
        // The Azure CLI spells it so.
        return Err(CliError::validator(ErrorClass::RequiredArgumentMissing, "Please specify --enable-defnder"));
    }
    Ok(())
}

fn names_or_ids(invocation: &Invocation) -> Check {
    match missing_names(invocation) {
        Some(missing) => fault(format!("({} | --ids) are required", missing.join(" "))),
        None => Ok(()),
    }
}

fn extension_add(invocation: &Invocation) -> Check {
    let given = |dest: &str| filled(invocation, dest).is_some();
    if given("extension_name") == given("source") {
        return fault("usage error: --name NAME | --source SOURCE");
    }
    Ok(())
}

fn cluster_name(invocation: &Invocation) -> Check {
    let name = invocation.text("name").unwrap_or_default().as_bytes();
    let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.len() <= 63 && is_edge(name.first()) && is_edge(name.last()) && name.iter().all(is_inner) {
        Ok(())
    } else {
        invalid(
            "--name cannot exceed 63 characters and can only contain letters, numbers, underscores (_) or dashes (-).",
        )
    }
}

/// Returns the options that name the resource and are missing; `None` if there are none or the line gives IDs.
fn missing_names(invocation: &Invocation) -> Option<Vec<&'static str>> {
    if invocation.value("_ids").is_some() {
        return None;
    }
    let is_missing = |argument: &&'static Argument| {
        argument.group.as_deref() == Some("Resource Id")
            && !argument.dest.starts_with('_')
            && invocation.value(&argument.dest).is_none()
    };
    let missing = invocation.command.arguments.iter().filter(is_missing);
    let names: Vec<&str> = missing.filter_map(|argument| argument.names.first().copied()).collect();
    (!names.is_empty()).then_some(names)
}

/// Default path of the public key.
const SSH_KEY_DEFAULT: &str = "~/.ssh/id_rsa.pub";

/// Accepts a key that is written out, the default path or `--generate-ssh-keys`: there are no files here.
fn ssh_key(invocation: &Invocation) -> Check {
    if invocation.flag("no_ssh_key") {
        return Ok(());
    }
    let key = filled(invocation, "ssh_key_value").unwrap_or(SSH_KEY_DEFAULT);
    let key = if key.strip_prefix(HOME) == SSH_KEY_DEFAULT.strip_prefix('~') { SSH_KEY_DEFAULT } else { key };
    if invocation.text("sku").is_some_and(|sku| sku.eq_ignore_ascii_case("automatic")) {
        return if invocation.flag("generate_ssh_keys") || key != SSH_KEY_DEFAULT {
            exclusive(
                "SSH key configuration is not supported for the Automatic SKU. \
                 Do not specify \"--ssh-key-value\" or \"--generate-ssh-keys\" when using \"--sku automatic\".",
            )
        } else {
            Ok(())
        };
    }
    // What Python raises in a validator ends the command as a fault of the line does.
    let raised = |complaint| CliError::validator(ErrorClass::UnclassifiedUserFault, complaint).with_exit_code(2);
    let is_key = ssh_key::is_public_key(key).map_err(raised)?;
    if is_key || key.trim().is_empty() || key == SSH_KEY_DEFAULT || invocation.flag("generate_ssh_keys") {
        return Ok(());
    }
    fault(
        "The SSH key provided is not a valid RSA public key. Provide the contents of a valid SSH public key \
         (for example, '~/.ssh/id_rsa.pub'), specify a path to a public key file, \
         or add --generate-ssh-keys as a parameter to create a new key pair.",
    )
}

fn ip_ranges(invocation: &Invocation) -> Check {
    let Some(ranges) = filled(invocation, "api_server_authorized_ip_ranges") else { return Ok(()) };
    let ranges: Vec<&str> = ranges.split(',').map(str::trim).collect();
    if ranges.len() > 1 && ranges.contains(&"0.0.0.0/32") {
        return fault(
            "Setting --api-server-authorized-ip-ranges to 0.0.0.0/32 is not allowed with other IP ranges.\
             Refer to https://aka.ms/aks/whitelist for more details",
        );
    }
    if ranges.len() > 1 && ranges.contains(&"") {
        return fault("--api-server-authorized-ip-ranges cannot be disabled and simultaneously enabled");
    }
    for range in ranges.into_iter().filter(|range| !matches!(*range, "" | "0.0.0.0/32")) {
        match address::check(range) {
            Ok(()) => {}
            Err(RangeFault::NotGlobal) => {
                return fault("--api-server-authorized-ip-ranges must be global non-reserved addresses or CIDRs");
            }
            Err(RangeFault::Version6) => {
                return fault("--api-server-authorized-ip-ranges cannot be IPv6 addresses");
            }
            Err(RangeFault::Malformed) => {
                return fault("--api-server-authorized-ip-ranges should be a list of IPv4 addresses or CIDRs");
            }
        }
    }
    Ok(())
}

/// Returns `true` as Python's `islower()` does: for some lower-case letter and none in upper case.
fn is_lower(text: &str) -> bool {
    text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase)
}

fn no_blank_item(invocation: &Invocation, dest: &str, option: &str) -> Check {
    match invocation.text(dest) {
        Some(items) if items.split(',').any(|item| item.trim().is_empty()) => {
            fault(format!("{option} cannot contain whitespace"))
        }
        _ => Ok(()),
    }
}

fn outbound_ports(invocation: &Invocation) -> Check {
    match invocation.integer("load_balancer_outbound_ports") {
        Some(ports) if ports % 8 != 0 => fault("--load-balancer-allocated-ports must be a multiple of 8"),
        Some(ports) if !(0..=64_000).contains(&ports) => {
            fault("--load-balancer-allocated-ports must be in the range [0,64000]")
        }
        _ => Ok(()),
    }
}

const MANAGED_NAT_GATEWAY: &str = "managedNATGateway";

fn outbound_type_sku(invocation: &Invocation, is_update: bool) -> Check {
    if invocation.text("nat_gateway_sku").is_none() {
        return Ok(());
    }
    match invocation.text("outbound_type") {
        Some(MANAGED_NAT_GATEWAY) => Ok(()),
        None if is_update => Ok(()),
        Some(_) if is_update => invalid("--outbound-type-sku is only valid with --outbound-type managedNATGateway."),
        _ => invalid(
            "--outbound-type-sku is only valid with --outbound-type managedNATGateway; \
             specify --outbound-type managedNATGateway explicitly.",
        ),
    }
}

fn nat_gateway(invocation: &Invocation, is_update: bool) -> Check {
    let ipv6_count = invocation.integer("nat_gateway_managed_outbound_ipv6_count").is_some();
    let is_managed = invocation.integer("nat_gateway_managed_outbound_ip_count").is_some() || ipv6_count;
    let is_own = invocation.text("nat_gateway_outbound_ip_ids").is_some()
        || invocation.text("nat_gateway_outbound_ip_prefix_ids").is_some();
    if is_managed && is_own {
        return exclusive(
            "--nat-gateway-managed-outbound-ip-count / --nat-gateway-managed-outbound-ipv6-count \
             cannot be combined with --nat-gateway-outbound-ips / --nat-gateway-outbound-ip-prefixes. \
             Choose either AKS-managed outbound IPs or your own outbound IPs/IP prefixes.",
        );
    }
    if !ipv6_count && !is_own {
        return Ok(());
    }
    let outbound_type = invocation.text("outbound_type");
    let sku = invocation.text("nat_gateway_sku");
    let options = "--nat-gateway-managed-outbound-ipv6-count, --nat-gateway-outbound-ips and \
        --nat-gateway-outbound-ip-prefixes are only valid with --outbound-type managedNATGateway \
        and --outbound-type-sku StandardV2";
    if is_update {
        let is_other = outbound_type.is_some_and(|outbound_type| outbound_type != MANAGED_NAT_GATEWAY);
        if is_other || sku != Some("StandardV2") { invalid(format!("{options}.")) } else { Ok(()) }
    } else if outbound_type != Some(MANAGED_NAT_GATEWAY) || sku == Some("Standard") {
        invalid(format!("{options}; specify --outbound-type managedNATGateway explicitly."))
    } else {
        Ok(())
    }
}

fn container_registry(invocation: &Invocation) -> Check {
    let attach = filled(invocation, "attach_acr");
    if attach.is_some() && filled(invocation, "detach_acr").is_some() {
        return fault("Cannot specify \"--attach-acr\" and \"--detach-acr\" at the same time.");
    }
    match filled(invocation, "assignee_principal_type") {
        Some(_) if attach.is_none() => {
            fault("The \"--assignee-principal-type\" argument can only be used with \"--attach-acr\".")
        }
        Some(kind) if !["User", "ServicePrincipal", "Group"].contains(&kind) => {
            fault("Invalid value for --assignee_principal_type. Allowed values are: User, ServicePrincipal, Group")
        }
        _ => Ok(()),
    }
}

fn key_id(invocation: &Invocation) -> Check {
    let Some(key_id) = filled(invocation, "azure_keyvault_kms_key_id") else { return Ok(()) };
    let segments: Vec<&str> = key_id.strip_prefix("https://").unwrap_or_default().split('/').collect();
    if segments.len() == 4 && segments.get(1) == Some(&"keys") {
        Ok(())
    } else {
        invalid(
            "--azure-keyvault-kms-key-id is not a valid Key Vault key ID. See \
             https://learn.microsoft.com/en-us/azure/key-vault/general/about-keys-secrets-certificates\
             #vault-name-and-object-name",
        )
    }
}

/// Refuses an ID that is not that of a resource of type `kind`.
fn typed_id(invocation: &Invocation, dest: &str, option: &str, kind: &str) -> Check {
    let Some(id) = invocation.text(dest) else { return Ok(()) };
    let id = id.trim().trim_end_matches('/').to_lowercase();
    let id = if id.starts_with('/') { id } else { format!("/{id}") };
    let parts = id.strip_prefix("/subscriptions/").and_then(|rest| rest.split_once("/resourcegroups/"));
    let is_typed = parts.is_some_and(|(_, rest)| rest.contains(&format!("/providers/{kind}/")));
    if is_typed {
        return Ok(());
    }
    invalid(format!(
        "{option} not in the correct format. It should match `/subscriptions/<subscriptionId>/resourceGroups/\
         <resourceGroupName>/providers/{kind}/<resourceName>`"
    ))
}

fn mesh_revision(invocation: &Invocation) -> Check {
    let Some(revision) = invocation.text("revision") else { return Ok(()) };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = revision.strip_prefix("asm-").and_then(|rest| rest.split_once('-'));
    if parts.is_some_and(|(major, minor)| is_number(major) && is_number(minor)) {
        Ok(())
    } else {
        invalid(format!("Revision {revision} is not supported by the service mesh add-on."))
    }
}

const AUTH_FLAG: &str = "enable_msi_auth_for_monitoring";

fn reject_auth_flag(invocation: &Invocation, is_explicit: bool) -> Check {
    if invocation.flag("enable_azure_monitor_logs") && is_explicit {
        exclusive(
            "Cannot specify both '--enable-azure-monitor-logs' and '--enable-msi-auth-for-monitoring'. \
             '--enable-azure-monitor-logs' onboards through the Azure Monitor profile, which always uses managed \
             identity authentication.",
        )
    } else {
        Ok(())
    }
}

fn has_monitoring_addon(invocation: &Invocation) -> bool {
    invocation.text("enable_addons").is_some_and(|addons| addons.contains("monitoring"))
}

fn monitor_logs_for_create(invocation: &Invocation) -> Check {
    if invocation.flag("enable_azure_monitor_logs") && has_monitoring_addon(invocation) {
        return misuse(
            "Cannot specify both '--enable-azure-monitor-logs' and '--enable-addons monitoring'. \
             Use either '--enable-azure-monitor-logs' or '--enable-addons monitoring'.",
        );
    }
    reject_auth_flag(invocation, invocation.three_state(AUTH_FLAG) == Some(false))
}

fn monitor_logs_for_update(invocation: &Invocation) -> Check {
    let message = "Cannot specify both '--enable-azure-monitor-logs' and '--disable-azure-monitor-logs'. \
        Use either '--enable-azure-monitor-logs' or '--disable-azure-monitor-logs'.";
    not_both(invocation, "enable_azure_monitor_logs", "disable_azure_monitor_logs", message, Exclusive)?;
    reject_auth_flag(invocation, invocation.three_state(AUTH_FLAG).is_some())
}

fn container_insights(invocation: &Invocation, is_update: bool) -> Check {
    not_both(
        invocation,
        "enable_prometheus_metrics_scraping",
        "disable_prometheus_metrics_scraping",
        "Cannot specify both --enable-prometheus-metrics-scraping and --disable-prometheus-metrics-scraping \
         at the same time.",
        ErrorClass::MutuallyExclusiveArgument,
    )?;
    let port = invocation.integer("syslog_port");
    if let Some(port) = port.filter(|port| !(1..=65_535).contains(port)) {
        return invalid(format!("--syslog-port must be a valid TCP port between 1 and 65535, got {port}."));
    }
    let mut flags = Vec::new();
    if port.is_some() {
        flags.push("--syslog-port");
    }
    if invocation.flag("enable_prometheus_metrics_scraping") {
        flags.push("--enable-prometheus-metrics-scraping");
    }
    if invocation.flag("disable_prometheus_metrics_scraping") {
        flags.push("--disable-prometheus-metrics-scraping");
    }
    if flags.is_empty() {
        return Ok(());
    }
    let flags = flags.join(", ");
    if invocation.flag("disable_azure_monitor_logs") {
        return misuse(format!("{flags} cannot be specified with --disable-azure-monitor-logs."));
    }
    if !is_update && !invocation.flag("enable_azure_monitor_logs") {
        return misuse(format!(
            "{flags} requires Azure Monitor logs to be enabled. Please add --enable-azure-monitor-logs to your command."
        ));
    }
    Ok(())
}

fn open_telemetry(invocation: &Invocation, is_update: bool) -> Check {
    open_telemetry_ports(invocation)?;
    not_both(
        invocation,
        "enable_opentelemetry_metrics",
        "disable_opentelemetry_metrics",
        "Cannot specify both --enable-opentelemetry-metrics and --disable-opentelemetry-metrics at the same time.",
        ErrorClass::MutuallyExclusiveArgument,
    )?;
    let needs = |enable: &str, is_met: bool, what: &str, option: &str| {
        if !is_update && invocation.flag(enable) && !is_met {
            misuse(format!("{what} to be enabled. Please add {option} to your command."))
        } else {
            Ok(())
        }
    };
    needs(
        "enable_opentelemetry_metrics",
        invocation.flag("enable_azure_monitor_metrics"),
        "OpenTelemetry metrics requires Azure Monitor metrics",
        "--enable-azure-monitor-metrics",
    )?;
    not_both(
        invocation,
        "enable_opentelemetry_logs_traces",
        "disable_opentelemetry_logs_traces",
        "Cannot specify both --enable-opentelemetry-logs-traces and --disable-opentelemetry-logs-traces \
         at the same time.",
        ErrorClass::MutuallyExclusiveArgument,
    )?;
    needs(
        "enable_opentelemetry_logs_traces",
        invocation.flag("enable_azure_monitor_logs") || has_monitoring_addon(invocation),
        "OpenTelemetry logs and traces requires Azure Monitor logs",
        "--enable-azure-monitor-logs",
    )
}

/// An argument and its option.
type Named = (&'static str, &'static str);

/// Ports of the OpenTelemetry receivers: argument, option, and the flags that turn the receiver off.
const OPEN_TELEMETRY_PORTS: [(&str, &str, [Named; 2]); 4] = [
    ("opentelemetry_metrics_port_http", "--opentelemetry-metrics-port-http", METRICS_OFF),
    ("opentelemetry_metrics_port_grpc", "--opentelemetry-metrics-port-grpc", METRICS_OFF),
    ("opentelemetry_logs_traces_port_http", "--opentelemetry-logs-traces-port-http", LOGS_OFF),
    ("opentelemetry_logs_traces_port_grpc", "--opentelemetry-logs-traces-port-grpc", LOGS_OFF),
];

const METRICS_OFF: [Named; 2] = [
    ("disable_azure_monitor_metrics", "--disable-azure-monitor-metrics"),
    ("disable_opentelemetry_metrics", "--disable-opentelemetry-metrics"),
];

const LOGS_OFF: [Named; 2] = [
    ("disable_azure_monitor_logs", "--disable-azure-monitor-logs"),
    ("disable_opentelemetry_logs_traces", "--disable-opentelemetry-logs-traces"),
];

fn open_telemetry_ports(invocation: &Invocation) -> Check {
    let given: Vec<(&str, i128)> = OPEN_TELEMETRY_PORTS
        .iter()
        .filter_map(|(dest, option, _)| Some((*option, invocation.integer(dest)?)))
        .collect();
    for (option, port) in &given {
        if !(1..=65_535).contains(port) {
            return misuse(format!("OpenTelemetry port {option} must be between 1 and 65535, got {port}."));
        }
    }
    for (index, (option, port)) in given.iter().enumerate() {
        if let Some((other, _)) = given.iter().skip(index + 1).find(|(_, other)| other == port) {
            return misuse(format!(
                "OpenTelemetry ports must all be different. {option} and {other} cannot both be set to {port}."
            ));
        }
    }
    for (dest, option, disabling) in &OPEN_TELEMETRY_PORTS {
        let off = disabling.iter().find(|(flag, _)| invocation.flag(flag));
        if let (Some(_), Some((_, off))) = (invocation.integer(dest), off) {
            return invalid(format!("{option} cannot be specified when {off} is used."));
        }
    }
    Ok(())
}
