//! Guessed values for placeholders, and for variables that a document sets elsewhere.
//!
//! A value is guessed from the name, so that the command can be judged at all. A refusal that may be
//! due to such a value proves nothing, and is not reported.

use scale_down_engine::azure::pool_spec::DEFAULT_KUBERNETES_VERSION;

/// Words in a name that tell its meaning, and the value for them; the first match counts.
const MEANINGS: [(&[&str], &str); 9] = [
    (&["random", "suffix", "unique"], "a1b2c3"),
    (&["subscription"], "00000000-0000-0000-0000-000000000000"),
    (&["version"], DEFAULT_KUBERNETES_VERSION),
    (&["location", "region"], "eastus"),
    (&["zone"], "1"),
    (&["vmsize", "vm-size", "node-size", "sku"], "Standard_DS2_v2"),
    (&["count", "nodecount", "number", "min", "max", "size", "capacity"], "4"),
    (&["cidr", "prefix"], "10.0.0.0/16"),
    (&["mode"], "Delete"),
];

/// The resource ID that stands in for any other.
const RESOURCE_ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/group/providers/Microsoft.Network/virtualNetworks/network/subnets/subnet";

/// Length of the longest name that a node pool can have, in characters.
const NAME_MAX: usize = 11;

/// Returns a value for a placeholder or a variable of this name.
pub(super) fn stand_in(name: &str) -> String {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split(|letter: char| !letter.is_alphanumeric()).collect();
    let spelled = format!("-{}-", words.join("-"));
    let has = |word: &&str| spelled.contains(&format!("-{word}-"));
    if let Some((_, value)) = MEANINGS.iter().find(|(words, _)| words.iter().any(has)) {
        return (*value).to_owned();
    }
    if words.last().is_some_and(|last| *last == "id" || last.ends_with("resourceid") || last.ends_with("subnetid")) {
        return RESOURCE_ID.to_owned();
    }
    let letters = lower.chars().filter(char::is_ascii_alphanumeric);
    let short: String = letters.skip_while(char::is_ascii_digit).take(NAME_MAX).collect();
    if short.is_empty() { "name".to_owned() } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_their_names() {
        let check = |name: &str, expected: &str| assert_eq!(stand_in(name), expected, "{name}");
        check("my-resource-group", "myresourceg");
        check("CLUSTER_NAME", "clustername");
        check("SUBNET_ID", RESOURCE_ID);
        check("your subscription ID", "00000000-0000-0000-0000-000000000000");
        check("node-count", "4");
        check("kubernetes-version", DEFAULT_KUBERNETES_VERSION);
        check("LOCATION", "eastus");
        check("admin-name", "adminname");
        check("NODE_VM_SIZE", "Standard_DS2_v2");
        check("123", "name");
        check("名", "name");
    }
}
