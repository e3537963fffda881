//! Tests of the validators, line by line.

use crate::az::parse::Invocation;
use crate::az::parse::tests::invocation;
use crate::ground::error::CliError;

use super::*;

#[track_caller]
fn check(line: &str, expected: Result<(), &str>) {
    let result = validate(&mut invocation(line));
    let message = result.as_ref().err().map(|error: &CliError| error.message.as_str());
    assert_eq!(message, expected.err(), "{line}");
}

const ADD: &str = "aks nodepool add -g rg --cluster-name c -n np";
const UPDATE: &str = "aks update -g rg -n c";

#[test]
fn pool_arguments() {
    check(ADD, Ok(()));
    check(&format!("{ADD} -n abcdefghijklm"), Err("--nodepool-name can contain at most 12 characters"));
    check(&format!("{ADD} -n a-b"), Err("--nodepool-name should contain only alphanumeric characters"));
    check(&format!("{ADD} --max-surge 33%"), Ok(()));
    check(&format!("{ADD} --max-surge x"), Err("--max-surge should be an int or percentage"));
    check(&format!("{ADD} --max-unavailable=-1"), Err("--max-unavailable must be positive"));
    check(&format!("{ADD} --min-count 1001"), Err("--min-count must be in the range [0,1000]"));
    check(&format!("{ADD} -k v1.30"), Ok(()));
    check(&format!("{ADD} --priority Spot --spot-max-price 0.12345"), Ok(()));
    check(&format!("{ADD} --priority Spot --spot-max-price -1"), Ok(()));
    check(&format!("{ADD} --node-taints a/b=c:NoSchedule,,d=e:NoExecute"), Ok(()));
    check(&format!("{ADD} --node-taints a=b:no"), Err("Invalid node taint: a=b:no"));
    check(&format!("{ADD} --labels a=b x.io/c= d=1.2-3"), Ok(()));
    check(
        &format!("{ADD} --labels X/c=d"),
        Err(
            "Invalid label: X/c=d. Prefix part a DNS-1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
        ),
    );
    check(&format!("{ADD} --allowed-host-ports 80/tcp 1-2/UDP"), Ok(()));
    check(
        &format!("{ADD} --mode Gateway --gateway-prefix-size 27"),
        Err("--gateway-prefix-size must be in the range [28, 31]"),
    );
    let mut line = invocation(&format!("{ADD} -k V1.30.2"));
    assert_eq!(validate(&mut line), Ok(()));
    assert_eq!(line.text("kubernetes_version"), Some("1.30.2"));
}

#[test]
fn cluster_arguments() {
    check(UPDATE, Ok(()));
    check(&format!("{UPDATE} --api-server-authorized-ip-ranges 8.8.8.0/24,1.1.1.1"), Ok(()));
    check(
        &format!("{UPDATE} --api-server-authorized-ip-ranges 10.0.0.0/8"),
        Err("--api-server-authorized-ip-ranges must be global non-reserved addresses or CIDRs"),
    );
    check(
        &format!("{UPDATE} --api-server-authorized-ip-ranges 8.8.8.8/24"),
        Err("--api-server-authorized-ip-ranges should be a list of IPv4 addresses or CIDRs"),
    );
    check(
        &format!("{UPDATE} --api-server-authorized-ip-ranges 2606:4700::/32"),
        Err("--api-server-authorized-ip-ranges cannot be IPv6 addresses"),
    );
    check("extension add", Err("usage error: --name NAME | --source SOURCE"));
}

#[test]
fn resource_ids() {
    let valid = [
        "/subscriptions/s",
        "/Subscriptions/s/resourcegroups/g",
        "/subscriptions/s/resourceGroups/g/providers/N.N/t/n",
        "/subscriptions/s/providers/N/t/n/c/d",
        "/subscriptions/s/resourceGroups/g/providers/N/t/n/providers/M/u/o",
    ];
    for id in valid {
        assert!(is_resource_id(id), "{id}");
    }
    let invalid = [
        "",
        "subnet1",
        "/subscriptions/",
        "/subscriptions/s/",
        "/subscriptions/s/resourceGroups/g/providers/N/t",
        "/subscriptions/s/resourceGroups/g/providers/N/t/n/c",
        "x/subscriptions/s",
    ];
    for id in invalid {
        assert!(!is_resource_id(id), "{id}");
    }
}

#[test]
fn profiles_and_nothing_to_change() {
    use decorator::changes_nothing;
    let autoscaler_profile = |line: &Invocation| autoscaler_profile(line.list("cluster_autoscaler_profile"));
    let line = invocation(&format!("{UPDATE} --ca-profile scan-interval=30s expander=random,max-empty-bulk-delete="));
    let profile = autoscaler_profile(&line).unwrap().unwrap();
    assert_eq!(profile.len(), 3);
    assert!(!changes_nothing(&line));
    let error = autoscaler_profile(&invocation(&format!("{UPDATE} --ca-profile scan=1"))).unwrap_err();
    assert!(error.message.starts_with("'scan' is an invalid key for cluster-autoscaler-profile. Valid keys are "));
    assert!(changes_nothing(&invocation(UPDATE)));
    assert!(!changes_nothing(&invocation(&format!("{UPDATE} --no-wait"))));
}

#[test]
fn what_counts_as_an_update() {
    let check = |options: &str, expected: bool| {
        let line = invocation(format!("{UPDATE} {options}").trim_end());
        assert_eq!(decorator::changes_nothing(&line), !expected, "{options}");
    };
    check("", false);
    check("--verbose -o table --subscription Dev", false);
    check("--no-wait", true);
    check("--enable-msi-auth-for-monitoring true", true);
    check("--enable-msi-auth-for-monitoring false", false);
    check("--enable-syslog false", true);
    check("--nodepool-labels", true);
    check("--tags", false);
}
