//! Usage of the playground's own words, for `help` and completion.

/// Usage and meaning of each verb, for `help`.
pub const VERBS: &[(&str, &str)] = &[
    ("wait DURATION", "let simulated time pass: wait 90s, wait 10m, wait 1h30m"),
    ("wait --until idle", "let time pass until nothing is under way"),
    ("sim cluster GROUP/NAME", "put a cluster in place whose system pool AKS hosts"),
    ("sim load steady PODS", "work for a deployment; sim load lists the options"),
    ("sim load step FROM TO", "… that changes after a while; also spike FROM TO"),
    ("sim load wave LOW HIGH", "… that goes up and down; also office-hours LOW HIGH"),
    ("sim load trace TABLE|-", "… by lines of time,pods[,cpu,memory]"),
    ("sim load list", "what drives deployments; sim load stop ends it"),
    ("sim fault add KIND", "let something go wrong; sim fault lists what can"),
    ("sim fault list", "what is still to go wrong; sim fault remove ends it"),
    ("sim why node NAME", "why a node is not removed; also why pod NAME, why pool NAME"),
    ("sim autoscaler [NAME VALUE]", "the cluster autoscaler's settings; also status, priorities"),
    ("sim scheduler [SCORING]", "show or set least-allocated or most-allocated"),
    ("sim timings", "list how long things take, and where each number is from"),
    ("sim timings NAME SECONDS", "change one of them for what starts from now on"),
    ("sim quota [VCPUS]", "show or set the regional vCPU quota"),
    ("sim fail-allocations N", "let the next N virtual machines find no capacity"),
    ("sim events [N]", "the last events, 20 or N"),
    ("kubectl COMMAND", "nodes, pods and what makes them: kubectl --help"),
    ("az … | grep PATTERN", "pick lines; also head, sort, cut, sed, awk, jq and others"),
    ("echo WORDS", "print words; if, for, while, functions: scripts run as in bash"),
    ("? QUERY", "query the last result with JMESPath"),
    (":: N", "take example N of the last help"),
    ("help", "this text"),
    ("az … --help", "what a command takes"),
];

/// Returns the usages with this beginning, each with its meaning.
pub(super) fn usages(begun: &str) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    VERBS.iter().filter(move |(usage, _)| usage.starts_with(begun))
}

/// Returns the usages with this beginning, one a line, each with its meaning.
pub(super) fn help(begun: &str) -> String {
    let lines: Vec<String> = usages(begun).map(|(usage, meaning)| format!("{usage:<28}{meaning}")).collect();
    lines.join("\n")
}
