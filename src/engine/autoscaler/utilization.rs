//! Utilization of a node: the share of it that pods request, which decides if it is a candidate for removal.

use super::drainability::{is_daemon, is_long_terminating};
use super::settings::{Setting, Settings};
use crate::kubernetes::{Fraction, NodeInfo, Resources};

/// Label by which the Azure provider recognizes a node with graphics processors.
pub const GPU_LABEL: &str = "accelerator";

/// Shares of a node that its pods request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utilization {
    /// Share of its processor time.
    pub cpu: Fraction,
    /// Share of its memory.
    pub memory: Fraction,
    /// Share of its graphics processors; nothing else counts if it has some.
    pub gpu: Option<Fraction>,
}

impl Utilization {
    /// Calculates the utilization of a node; `None` if it has no allocatable processor time or memory.
    ///
    /// Pods that have been terminating for too long do not count. Those of daemon sets and mirrors of static
    /// pods are left out of both sides of the fraction where the settings say so.
    #[must_use]
    pub fn of(node: &NodeInfo, settings: &Settings, now_ms: u64) -> Option<Self> {
        let skips_daemons = settings.is(Setting::IgnoreDaemonsetsUtilization);
        let skips_mirrors = settings.is(Setting::IgnoreMirrorPodsUtilization);
        let mut requested = node.requested();
        let mut left_out = Resources::default();
        for pod in node.pods().iter().filter(|pod| pod.takes_room()) {
            let is_left_out = (skips_daemons && is_daemon(&pod.spec)) || (skips_mirrors && pod.spec.is_mirror());
            if is_left_out || is_long_terminating(pod, now_ms) {
                requested -= pod.spec.requests();
            }
            if is_left_out {
                left_out += pod.spec.requests();
            }
        }
        let whole = node.allocatable - left_out;
        if is_gpu_node(node) {
            // Processors that are not there yet must not keep the node.
            let gpu = requested.gpu_share(whole).unwrap_or_default();
            return Some(Self { cpu: Fraction::default(), memory: Fraction::default(), gpu: Some(gpu) });
        }
        Some(Self { cpu: requested.cpu_share(whole)?, memory: requested.memory_share(whole)?, gpu: None })
    }

    /// Returns the share that decides, and the name of its resource.
    #[must_use]
    pub fn highest(self) -> (Fraction, &'static str) {
        match self.gpu {
            Some(gpu) => (gpu, "nvidia.com/gpu"),
            None if self.cpu > self.memory => (self.cpu, "cpu"),
            None => (self.memory, "memory"),
        }
    }

    /// Returns `true` if it is at most the threshold below which the node may be removed.
    #[must_use]
    pub fn is_low(self, settings: &Settings) -> bool {
        let threshold = match self.gpu {
            Some(_) => Setting::GpuUtilizationThreshold,
            None => Setting::ScaleDownUtilizationThreshold,
        };
        self.highest().0 <= settings.fraction(threshold)
    }
}

/// Returns `true` if a node has graphics processors, even if they are not ready yet.
#[must_use]
pub fn is_gpu_node(node: &NodeInfo) -> bool {
    node.label(GPU_LABEL).is_some()
}

impl std::fmt::Display for Utilization {
    /// Formats it as the autoscaler does: processor time, memory, graphics processors, devices, the deciding
    /// resource and its share.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (share, resource) = self.highest();
        let gpu = self.gpu.unwrap_or_default().as_f64();
        write!(formatter, "{{{} {} {gpu} 0 {resource} {}}}", self.cpu.as_f64(), self.memory.as_f64(), share.as_f64())
    }
}
