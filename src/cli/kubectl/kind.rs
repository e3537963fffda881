//! The kinds of objects that kubectl can name here.

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A node.
    Node,
    /// A pod.
    Pod,
    /// A deployment.
    Deployment,
    /// A replica set.
    ReplicaSet,
    /// A daemon set.
    DaemonSet,
    /// A job.
    Job,
    /// A pod disruption budget.
    Budget,
    /// A horizontal pod autoscaler.
    Autoscaler,
    /// An event.
    Event,
    /// A configuration map.
    ConfigMap,
    /// A namespace.
    Namespace,
}

/// Names and API group of a kind.
#[derive(Debug, PartialEq, Eq)]
pub struct KindInfo {
    /// The kind.
    pub kind: Kind,
    /// Name in a manifest.
    pub title: &'static str,
    /// Names on a command line: the plural, the singular, then short ones.
    pub names: &'static [&'static str],
    /// API group; empty for the core group.
    pub group: &'static str,
    /// `true` if its objects belong to namespaces.
    pub is_namespaced: bool,
}

const fn info(
    kind: Kind,
    title: &'static str,
    names: &'static [&'static str],
    group: &'static str,
    is_namespaced: bool,
) -> KindInfo {
    KindInfo { kind, title, names, group, is_namespaced }
}

/// Every kind.
pub const KINDS: [KindInfo; 11] = [
    info(Kind::Node, "Node", &["nodes", "node", "no"], "", false),
    info(Kind::Pod, "Pod", &["pods", "pod", "po"], "", true),
    info(Kind::Deployment, "Deployment", &["deployments", "deployment", "deploy"], "apps", true),
    info(Kind::ReplicaSet, "ReplicaSet", &["replicasets", "replicaset", "rs"], "apps", true),
    info(Kind::DaemonSet, "DaemonSet", &["daemonsets", "daemonset", "ds"], "apps", true),
    info(Kind::Job, "Job", &["jobs", "job"], "batch", true),
    info(Kind::Budget, "PodDisruptionBudget", &["poddisruptionbudgets", "poddisruptionbudget", "pdb"], "policy", true),
    info(
        Kind::Autoscaler,
        "HorizontalPodAutoscaler",
        &["horizontalpodautoscalers", "horizontalpodautoscaler", "hpa"],
        "autoscaling",
        true,
    ),
    info(Kind::Event, "Event", &["events", "event", "ev"], "", true),
    info(Kind::ConfigMap, "ConfigMap", &["configmaps", "configmap", "cm"], "", true),
    info(Kind::Namespace, "Namespace", &["namespaces", "namespace", "ns"], "", false),
];

/// Kinds that `get all` lists.
pub const ALL: [Kind; 5] = [Kind::Pod, Kind::DaemonSet, Kind::Deployment, Kind::ReplicaSet, Kind::Job];

impl Kind {
    /// Returns its names and API group.
    #[must_use]
    pub fn info(self) -> &'static KindInfo {
        let found = KINDS.iter().find(|info| info.kind == self);
        found.unwrap_or(&KINDS[0])
    }

    /// Finds the kind that a line names, in any letter case, with or without version and group.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let (name, rest) = text.split_once('.').unwrap_or((&text, ""));
        let info = KINDS.iter().find(|info| info.names.contains(&name))?;
        let group = rest.strip_prefix("v1.").unwrap_or(rest);
        (rest.is_empty() || group == info.group).then_some(info.kind)
    }

    /// Finds a kind by its name in a manifest.
    #[must_use]
    pub fn of_manifest(title: &str) -> Option<Self> {
        KINDS.iter().find(|info| info.title == title).map(|info| info.kind)
    }
}

impl KindInfo {
    /// Returns the name in messages of the API server: `deployments.apps`.
    #[must_use]
    pub fn plural(&self) -> String {
        self.with_group(self.names.first().copied().unwrap_or_default())
    }

    /// Returns the name before a slash: `deployment.apps`.
    #[must_use]
    pub fn singular(&self) -> String {
        self.with_group(self.names.get(1).copied().unwrap_or_default())
    }

    fn with_group(&self, name: &str) -> String {
        if self.group.is_empty() { name.to_owned() } else { format!("{name}.{}", self.group) }
    }

    /// Returns the `apiVersion` of a manifest.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { "v1".to_owned() } else { format!("{}/v1", self.group) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_any_name() {
        let check = |text: &str, expected: Option<Kind>| assert_eq!(Kind::named(text), expected, "{text}");
        check("no", Some(Kind::Node));
        check("Pods", Some(Kind::Pod));
        check("deployments.apps", Some(Kind::Deployment));
        check("deploy.v1.apps", Some(Kind::Deployment));
        check("pods.apps", None);
        check("nosuch", None);
        assert_eq!(Kind::Deployment.info().plural(), "deployments.apps");
        assert_eq!(Kind::Pod.info().singular(), "pod");
    }
}
