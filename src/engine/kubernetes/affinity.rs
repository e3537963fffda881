//! Constraints between pods: affinity, anti-affinity, and spreading over a topology.
//!
//! Only what is required is modelled. What is merely preferred changes a score and never whether a
//! pod fits.

use super::selector::Selector;

/// The label that tells nodes apart.
pub const HOSTNAME_KEY: &str = "kubernetes.io/hostname";
/// The label that tells zones apart.
pub const ZONE_KEY: &str = "topology.kubernetes.io/zone";

/// A required affinity or anti-affinity: a pod must be, or must not be, where certain other pods are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PodAffinity {
    /// Selector of those pods.
    pub selector: Selector,
    /// Namespaces of those pods; the pod's own if empty.
    pub namespaces: Vec<String>,
    /// Node label; nodes with the same value of it are the same place.
    pub topology_key: String,
    /// `true` for anti-affinity: the pod keeps away from them.
    pub is_anti: bool,
}

/// A topology spread constraint: pods must be spread over the values of a node label.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TopologySpread {
    /// The node label.
    pub topology_key: String,
    /// Number of pods by which the fullest place may lead the emptiest.
    pub max_skew: u32,
    /// Number of places below which the emptiest counts as empty.
    pub min_domains: u32,
    /// Selector of the pods that are counted.
    pub selector: Selector,
}
