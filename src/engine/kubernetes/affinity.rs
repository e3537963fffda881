//! What ties a pod to other pods: affinity, anti-affinity, and spreading over a topology.
//!
//! Only what is required is modelled. What is merely preferred changes a score and never whether a
//! pod fits.

use super::pod_spec::PodSpec;
use super::selector::Selector;

/// The label that tells nodes apart.
pub const HOSTNAME_KEY: &str = "kubernetes.io/hostname";
/// The label that tells zones apart.
pub const ZONE_KEY: &str = "topology.kubernetes.io/zone";

/// A pod must be, or must not be, where certain other pods are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PodAffinity {
    /// Which pods.
    pub selector: Selector,
    /// In which namespaces; in the pod's own where there are none.
    pub namespaces: Vec<String>,
    /// The label of nodes whose value says what counts as the same place.
    pub topology_key: String,
    /// Whether it keeps away from them.
    pub is_anti: bool,
}

impl PodAffinity {
    /// Whether another pod is one of those that `holder`, whose affinity this is, means.
    #[must_use]
    pub fn selects(&self, holder: &PodSpec, other: &PodSpec) -> bool {
        let is_here = match self.namespaces.as_slice() {
            [] => other.namespace == holder.namespace,
            namespaces => namespaces.contains(&other.namespace),
        };
        is_here && self.selector.matches(&other.labels)
    }
}

/// Pods must be spread over the values of a label of nodes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TopologySpread {
    /// The label.
    pub topology_key: String,
    /// By how many pods the fullest place may lead the emptiest.
    pub max_skew: u32,
    /// While there are fewer places than this, the emptiest counts as empty.
    pub min_domains: u32,
    /// Which pods are counted.
    pub selector: Selector,
}
