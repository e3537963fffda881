//! Reasons why a pod does not fit a node, in the scheduler's own words.

use super::resources::Resources;
use super::taint::Taint;

/// The reason why a pod does not fit a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit<'a> {
    /// The node is cordoned.
    Unschedulable,
    /// It has a taint that the pod does not tolerate.
    UntoleratedTaint(&'a Taint),
    /// It lacks labels that the pod asks for.
    Labels,
    /// Another pod has a port of the node that it wants.
    HostPorts,
    /// It has not enough left of something.
    Insufficient(Shortage),
    /// It lacks a label that the pod is to be spread over.
    TopologyLabelMissing,
    /// The pods would be spread too unevenly.
    TopologySpread,
    /// The pods that it wants to be with are elsewhere.
    Affinity,
    /// Pods that it avoids are there.
    AntiAffinity,
    /// Pods that avoid it are there.
    ExistingAntiAffinity,
}

/// The resources of which a node has not enough left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each resource")]
pub struct Shortage {
    /// Places for pods.
    pub pods: bool,
    /// Processor time.
    pub cpu: bool,
    /// Memory.
    pub memory: bool,
    /// Graphics processors.
    pub gpus: bool,
}

impl Shortage {
    /// Returns the resources that are short; `None` if the requests fit.
    #[must_use]
    pub fn of(requests: Resources, free: Resources) -> Option<Self> {
        if requests.fits_in(free) {
            return None;
        }
        Some(Self {
            pods: requests.pods > free.pods,
            cpu: requests.cpu_millis > free.cpu_millis,
            memory: requests.memory_bytes > free.memory_bytes,
            gpus: requests.gpus > free.gpus,
        })
    }
}

impl Misfit<'_> {
    /// Returns the reasons in words, one for each thing that is missing.
    #[must_use]
    pub fn reasons(self) -> Vec<String> {
        let one = |text: &str| vec![text.to_owned()];
        match self {
            Self::Unschedulable => one("node(s) were unschedulable"),
            Self::UntoleratedTaint(taint) => {
                vec![format!("node(s) had untolerated taint {{{}: {}}}", taint.key, taint.value)]
            }
            Self::Labels => one("node(s) didn't match Pod's node affinity/selector"),
            Self::HostPorts => one("node(s) didn't have free ports for the requested pod ports"),
            Self::Insufficient(shortage) => {
                let texts = [
                    (shortage.pods, "Too many pods"),
                    (shortage.cpu, "Insufficient cpu"),
                    (shortage.memory, "Insufficient memory"),
                    (shortage.gpus, "Insufficient nvidia.com/gpu"),
                ];
                texts.iter().filter(|(is_short, _)| *is_short).map(|(_, text)| (*text).to_owned()).collect()
            }
            Self::TopologyLabelMissing => {
                one("node(s) didn't match pod topology spread constraints (missing required label)")
            }
            Self::TopologySpread => one("node(s) didn't match pod topology spread constraints"),
            Self::Affinity => one("node(s) didn't match pod affinity rules"),
            Self::AntiAffinity => one("node(s) didn't match pod anti-affinity rules"),
            Self::ExistingAntiAffinity => one("node(s) didn't satisfy existing pods anti-affinity rules"),
        }
    }

    /// Returns `true` if the pod could fit after other pods have gone.
    #[must_use]
    pub const fn is_preemptible(self) -> bool {
        matches!(self, Self::Insufficient(_) | Self::TopologySpread | Self::AntiAffinity | Self::ExistingAntiAffinity)
    }
}
