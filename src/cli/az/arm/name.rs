//! Names of fields as `az` prints them.
//!
//! A name goes from ARM's JSON into Python and back: `osDiskSizeGB` is `os_disk_size_gb` there, and
//! comes back as `osDiskSizeGb`. Acronyms and hyphens are all that this changes.

/// Returns the printed name of a field.
pub(super) fn printed(arm: &str) -> String {
    // Python takes this for one word; the rule below would see two.
    if let Some(start) = arm.strip_suffix("IPv6") {
        return format!("{start}Ipv6");
    }
    let mut name = String::with_capacity(arm.len());
    let mut previous = ' ';
    let mut letters = arm.chars().peekable();
    while let Some(letter) = letters.next() {
        let ends_acronym = letters.peek().is_some_and(char::is_ascii_lowercase);
        if previous == '-' {
            name.push(letter.to_ascii_uppercase());
        } else if previous.is_ascii_uppercase() && !ends_acronym {
            name.push(letter.to_ascii_lowercase());
        } else if letter != '-' {
            name.push(letter);
        }
        previous = letter;
    }
    name
}

/// Returns the printed name of a field below `properties` whose name the resource itself has, too.
pub(super) fn printed_beside(name: &str) -> String {
    let (first, rest) = name.split_at_checked(1).unwrap_or((name, ""));
    format!("{name}Properties{}{rest}", first.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_pythons_rule() {
        for (arm, expected) in [
            ("count", "count"),
            ("osDiskSizeGB", "osDiskSizeGb"),
            ("enableFIPS", "enableFips"),
            ("azurePortalFQDN", "azurePortalFqdn"),
            ("eTag", "eTag"),
            ("nodeOSUpgradeChannel", "nodeOsUpgradeChannel"),
            ("dnsServiceIP", "dnsServiceIp"),
            ("managedOutboundIPs", "managedOutboundIPs"),
            ("outboundIPPrefixes", "outboundIpPrefixes"),
            ("countIPv6", "countIpv6"),
            ("vnetDNSOverrides", "vnetDnsOverrides"),
            ("scale-down-delay-after-add", "scaleDownDelayAfterAdd"),
            ("netIpv4NeighDefaultGcThresh1", "netIpv4NeighDefaultGcThresh1"),
            ("", ""),
        ] {
            assert_eq!(printed(arm), expected);
        }
        assert_eq!(printed_beside("type"), "typePropertiesType");
    }
}
