//! Node templates: the labels, taints and resources that the nodes of a pool have in common.
//!
//! Nodes share what is the same, so that a thousand of them cost little, and so that the scheduler sees
//! at once that they are alike.

use std::sync::Arc;

use crate::azure::cluster::ClusterSpec;
use crate::azure::pool_spec::{OsDiskType, OsType, Pairs, PoolSpec};
use crate::kubernetes::affinity::ZONE_KEY;
use crate::kubernetes::taint::{NOT_READY_KEY, SHUTDOWN_KEY, UNREACHABLE_KEY};
use crate::kubernetes::{Resources, Taint, TaintEffect, allocatable};

/// The label, and the taint, of spot nodes.
const PRIORITY_KEY: &str = "kubernetes.azure.com/scalesetpriority";

/// The condition of a node in the eyes of the control plane, from which its taints follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeCondition {
    /// It reports that it is ready.
    Ready,
    /// It has registered and is not ready yet.
    NotReady,
    /// It does not report any more.
    Unreachable,
    /// Its machine is shut down, and it does not report any more.
    Shutdown,
}

impl NodeCondition {
    const ALL: [Self; 4] = [Self::Ready, Self::NotReady, Self::Unreachable, Self::Shutdown];

    /// Returns the taints that the control plane puts on such a node.
    fn taints(self) -> Vec<Taint> {
        let both = |key| [TaintEffect::NoSchedule, TaintEffect::NoExecute].map(|effect| Taint::new(key, "", effect));
        match self {
            Self::Ready => Vec::new(),
            Self::NotReady => both(NOT_READY_KEY).to_vec(),
            Self::Unreachable => both(UNREACHABLE_KEY).to_vec(),
            Self::Shutdown => {
                let mut taints = vec![Taint::new(SHUTDOWN_KEY, "", TaintEffect::NoSchedule)];
                taints.extend(both(UNREACHABLE_KEY));
                taints
            }
        }
    }
}

/// Returns `true` if a taint is one that the control plane puts on nodes by itself.
fn is_condition_taint(taint: &Taint) -> bool {
    [NOT_READY_KEY, UNREACHABLE_KEY, SHUTDOWN_KEY].contains(&taint.key.as_str())
}

/// The template of a pool's nodes: everything that they have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NodeTemplate {
    /// The name of the scale set, with which the names of its nodes begin.
    pub scale_set: Arc<str>,
    /// Allocatable resources of a node.
    pub allocatable: Resources,
    /// `true` if the contents of their disks outlive a stop.
    pub keeps_disk: bool,
    /// Labels by zone; 0 stands for none.
    labels: Vec<(u8, Arc<Pairs>)>,
    /// Taints in the order of [`NodeCondition::ALL`].
    taints: [Arc<[Taint]>; 4],
}

impl NodeTemplate {
    /// Builds the template of a pool's nodes.
    #[must_use]
    pub fn new(cluster: &ClusterSpec, spec: &PoolSpec, scale_set: &Arc<str>) -> Self {
        let zones = if spec.zones.is_empty() { vec![0] } else { spec.zones.clone() };
        let labels = zones.iter().map(|zone| (*zone, Arc::new(labels(cluster, spec, *zone))));
        let own = own_taints(spec);
        Self {
            scale_set: Arc::clone(scale_set),
            allocatable: allocatable(&spec.vm_size, spec.max_pods, &spec.kubernetes_version, spec.os_type),
            keeps_disk: spec.os_disk_type == OsDiskType::Managed,
            labels: labels.collect(),
            taints: NodeCondition::ALL.map(|condition| own.iter().cloned().chain(condition.taints()).collect()),
        }
    }

    /// Returns the labels of a node in a zone.
    #[must_use]
    pub fn labels(&self, zone: u8) -> Arc<Pairs> {
        let own = self.labels.iter().find(|(found, _)| *found == zone).or(self.labels.first());
        own.map(|(_, labels)| Arc::clone(labels)).unwrap_or_default()
    }

    /// Returns the taints of a node that nobody has given others.
    #[must_use]
    pub fn taints(&self, condition: NodeCondition) -> Arc<[Taint]> {
        let found = NodeCondition::ALL.iter().zip(&self.taints).find(|(one, _)| **one == condition);
        found.map(|(_, taints)| Arc::clone(taints)).unwrap_or_default()
    }

    /// Returns these taints, as a shared copy if nodes of the pool have them by themselves.
    pub(super) fn shared_taints(&self, taints: Vec<Taint>) -> Arc<[Taint]> {
        let known = self.taints.iter().find(|known| known.as_ref() == taints.as_slice());
        known.cloned().unwrap_or_else(|| taints.into())
    }

    /// Returns the taints of a node that has `taints` once its condition is `condition`.
    pub(super) fn taints_after(&self, taints: &[Taint], condition: NodeCondition) -> Arc<[Taint]> {
        let own = || taints.iter().filter(|taint| !is_condition_taint(taint));
        if own().eq(self.taints(NodeCondition::Ready).iter()) {
            return self.taints(condition);
        }
        own().cloned().chain(condition.taints()).collect()
    }

    /// Returns the taints of a node that has `taints`, after its pool's own have changed from `before`.
    pub(super) fn taints_renewed(&self, taints: &[Taint], before: &Self) -> Arc<[Taint]> {
        if let Some((condition, _)) =
            NodeCondition::ALL.iter().zip(&before.taints).find(|(_, known)| known.as_ref() == taints)
        {
            return self.taints(*condition);
        }
        let old = before.taints(NodeCondition::Ready);
        let new = self.taints(NodeCondition::Ready);
        let others = taints.iter().filter(|taint| !old.contains(taint));
        new.iter().chain(others).cloned().collect()
    }

    /// Returns the labels of a node that has `labels`, after its pool's own have changed from `before`.
    pub(super) fn labels_renewed(&self, labels: &Arc<Pairs>, zone: u8, before: &Self) -> Arc<Pairs> {
        let (old, new) = (before.labels(zone), self.labels(zone));
        if *labels == old {
            return new;
        }
        let others = labels.iter().filter(|(key, value)| old.get(*key) != Some(*value));
        Arc::new(others.chain(new.iter()).map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}

fn own_taints(spec: &PoolSpec) -> Vec<Taint> {
    let mut taints: Vec<Taint> = spec.taints.iter().filter_map(|text| Taint::of_text(text)).collect();
    let spot = Taint::new(PRIORITY_KEY, "spot", TaintEffect::NoSchedule);
    if spec.spot && !taints.contains(&spot) {
        taints.push(spot);
    }
    taints
}

/// Returns the labels that AKS and the cloud provider give a node, and those of its pool.
fn labels(cluster: &ClusterSpec, spec: &PoolSpec, zone: u8) -> Pairs {
    let location = cluster.location.as_str();
    let node_group = format!("MC_{}_{}_{location}", cluster.resource_group, cluster.name);
    // A node without a zone has its fault domain there.
    let zone = if zone == 0 { "0".to_owned() } else { format!("{location}-{zone}") };
    let os = match spec.os_type {
        OsType::Linux => "linux",
        OsType::Windows => "windows",
    };
    let mut labels: Pairs = [
        ("agentpool", spec.name.as_str()),
        ("kubernetes.azure.com/agentpool", &spec.name),
        ("kubernetes.azure.com/cluster", &node_group),
        ("kubernetes.azure.com/mode", &spec.mode.name().to_lowercase()),
        ("kubernetes.azure.com/os-sku", &spec.os_sku),
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/os", os),
        ("node.kubernetes.io/instance-type", &spec.vm_size.name),
        ("topology.kubernetes.io/region", location),
        (ZONE_KEY, &zone),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .collect();
    if spec.spot {
        labels.insert(PRIORITY_KEY.to_owned(), "spot".to_owned());
    }
    if spec.vm_size.gpus > 0 {
        labels.insert("accelerator".to_owned(), "nvidia".to_owned());
    }
    labels.extend(spec.labels.iter().map(|(key, value)| (key.clone(), value.clone())));
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VmSize;

    fn template(taints: &[&str], labels: &[(&str, &str)]) -> NodeTemplate {
        let mut spec = PoolSpec::new("np", VmSize::find("Standard_DS2_v2").unwrap());
        spec.taints = taints.iter().map(|text| (*text).to_owned()).collect();
        spec.labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        NodeTemplate::new(&ClusterSpec::new("c", "rg", "eastus"), &spec, &Arc::from("aks-np-1-vmss"))
    }

    fn shown(taints: &[Taint]) -> Vec<String> {
        taints.iter().map(Taint::to_string).collect()
    }

    #[test]
    fn a_node_keeps_its_own_taints_whatever_it_goes_through() {
        let template = template(&["sku=gpu:NoSchedule"], &[]);
        let ready = template.taints(NodeCondition::Ready);
        let away = template.taints_after(&ready, NodeCondition::Shutdown);
        assert_eq!(
            shown(&away),
            [
                "sku=gpu:NoSchedule",
                "node.cloudprovider.kubernetes.io/shutdown:NoSchedule",
                "node.kubernetes.io/unreachable:NoSchedule",
                "node.kubernetes.io/unreachable:NoExecute"
            ]
        );
        assert!(Arc::ptr_eq(&template.taints_after(&away, NodeCondition::Ready), &ready), "it is shared again");
        let mut by_hand = away.to_vec();
        by_hand.push(Taint::new("mine", "", TaintEffect::NoExecute));
        assert_eq!(
            shown(&template.taints_after(&by_hand, NodeCondition::Ready)),
            ["sku=gpu:NoSchedule", "mine:NoExecute"]
        );
    }

    #[test]
    fn a_change_of_the_pool_reaches_nodes_that_were_changed_by_hand() {
        let before = template(&["old=1:NoSchedule"], &[("tier", "one"), ("gone", "x")]);
        let after = template(&["new=1:NoSchedule"], &[("tier", "two")]);
        let mut taints = before.taints(NodeCondition::NotReady).to_vec();
        assert!(Arc::ptr_eq(&after.taints_renewed(&taints, &before), &after.taints(NodeCondition::NotReady)));
        taints.push(Taint::new("mine", "", TaintEffect::NoSchedule));
        let renewed = shown(&after.taints_renewed(&taints, &before));
        assert_eq!(renewed.first().map(String::as_str), Some("new=1:NoSchedule"));
        assert!(renewed.contains(&"mine:NoSchedule".to_owned()) && renewed.len() == 4);

        let mut labels = before.labels(0).as_ref().clone();
        labels.insert("mine".to_owned(), "yes".to_owned());
        let renewed = after.labels_renewed(&Arc::new(labels), 0, &before);
        let label = |key: &str| renewed.get(key).map(String::as_str);
        assert_eq!((label("tier"), label("gone"), label("mine")), (Some("two"), None, Some("yes")));
    }
}
