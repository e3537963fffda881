//! The settings of the cluster autoscaler: one table of names, kinds and defaults, and their values.
//!
//! Twenty are in AKS's profile (`--cluster-autoscaler-profile`), with AKS's defaults (AKS
//! documentation, "Use the cluster autoscaler on nodepools"). The others are flags of the upstream
//! program that AKS sets itself, with upstream's defaults (kubernetes/autoscaler 1.35, `flags.go`)
//! unless the table says otherwise; `sim autoscaler` shows and changes them.

use super::expander::Expander;
use crate::kubernetes::Fraction;

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is named as in the table, which says more")]
pub enum Setting {
    BalanceSimilarNodeGroups,
    DaemonsetEvictionForEmptyNodes,
    DaemonsetEvictionForOccupiedNodes,
    IgnoreDaemonsetsUtilization,
    Expander,
    MaxEmptyBulkDelete,
    MaxGracefulTermination,
    MaxNodeProvisionTime,
    MaxTotalUnreadyPercentage,
    NewPodScaleUpDelay,
    OkTotalUnreadyCount,
    ScanInterval,
    ScaleDownDelayAfterAdd,
    ScaleDownDelayAfterDelete,
    ScaleDownDelayAfterFailure,
    ScaleDownUnneededTime,
    ScaleDownUnreadyTime,
    ScaleDownUtilizationThreshold,
    SkipNodesWithLocalStorage,
    SkipNodesWithSystemPods,
    DeallocatedCountAsUnready,
    BlockingSystemPodTimeout,
    CoresTotalMax,
    EnforceNodeGroupMinSize,
    ExpendablePodsPriorityCutoff,
    FastDeleteOnFailedProvisioning,
    GpuUtilizationThreshold,
    IgnoreMirrorPodsUtilization,
    InitialBackoff,
    MaxBackoff,
    BackoffReset,
    MaxDrainParallelism,
    MaxNodeStartupTime,
    MaxNodesTotal,
    MaxPodEvictionTime,
    MemoryTotalMax,
    ParallelScaleUp,
    ScaleDownDelayTypeLocal,
    ScaleDownUnreadyEnabled,
    SkipNodesWithCustomControllerPods,
    UnremovableNodeRecheckTimeout,
}

/// Unit and notation of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SettingKind {
    /// Milliseconds, written as a duration: `10m`, `30s`.
    Duration,
    /// Milliseconds, written as whole minutes, as the profile has it: `10m`.
    Minutes,
    /// Milliseconds, written as a duration or as a number of seconds.
    Interval,
    /// Milliseconds, written as a number of seconds.
    Seconds,
    /// A number of something, not negative.
    Count,
    /// An integer.
    Integer,
    /// A percentage, from 0 to 100.
    Percentage,
    /// Thousand-millionths, written as a number between 0 and 1.
    Fraction,
    /// 0 or 1, written as `false` or `true`.
    Flag,
    /// The index of a name in [`Expander::ALL`].
    Expander,
}

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct SettingInfo {
    /// The setting.
    pub setting: Setting,
    /// The name: that of the profile, or of the upstream flag.
    pub name: &'static str,
    /// Unit and notation of the value.
    pub kind: SettingKind,
    /// AKS's default, in the unit of the kind.
    pub default: i64,
}

const fn info(setting: Setting, name: &'static str, kind: SettingKind, default: i64) -> SettingInfo {
    SettingInfo { setting, name, kind, default }
}

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const HALF: i64 = 500_000_000;

/// Every setting, in the order of [`Setting`]; those of the profile are in its order.
#[rustfmt::skip]
pub const SETTINGS: [SettingInfo; 41] = [
    info(Setting::BalanceSimilarNodeGroups, "balance-similar-node-groups", SettingKind::Flag, 0),
    info(Setting::DaemonsetEvictionForEmptyNodes, "daemonset-eviction-for-empty-nodes", SettingKind::Flag, 0),
    info(Setting::DaemonsetEvictionForOccupiedNodes, "daemonset-eviction-for-occupied-nodes", SettingKind::Flag, 1),
    info(Setting::IgnoreDaemonsetsUtilization, "ignore-daemonsets-utilization", SettingKind::Flag, 0),
    info(Setting::Expander, "expander", SettingKind::Expander, Expander::Random as i64),
    // Upstream dropped this flag for max-scale-down-parallelism, which limits drained nodes too.
    info(Setting::MaxEmptyBulkDelete, "max-empty-bulk-delete", SettingKind::Count, 10),
    info(Setting::MaxGracefulTermination, "max-graceful-termination-sec", SettingKind::Seconds, 600 * SECOND),
    info(Setting::MaxNodeProvisionTime, "max-node-provision-time", SettingKind::Minutes, 15 * MINUTE),
    info(Setting::MaxTotalUnreadyPercentage, "max-total-unready-percentage", SettingKind::Percentage, 45),
    info(Setting::NewPodScaleUpDelay, "new-pod-scale-up-delay", SettingKind::Duration, 0),
    info(Setting::OkTotalUnreadyCount, "ok-total-unready-count", SettingKind::Count, 3),
    info(Setting::ScanInterval, "scan-interval", SettingKind::Interval, 10 * SECOND),
    info(Setting::ScaleDownDelayAfterAdd, "scale-down-delay-after-add", SettingKind::Minutes, 10 * MINUTE),
    // The default is the scan interval, whatever that is.
    info(Setting::ScaleDownDelayAfterDelete, "scale-down-delay-after-delete", SettingKind::Minutes, 0),
    info(Setting::ScaleDownDelayAfterFailure, "scale-down-delay-after-failure", SettingKind::Minutes, 3 * MINUTE),
    info(Setting::ScaleDownUnneededTime, "scale-down-unneeded-time", SettingKind::Minutes, 10 * MINUTE),
    info(Setting::ScaleDownUnreadyTime, "scale-down-unready-time", SettingKind::Minutes, 20 * MINUTE),
    info(Setting::ScaleDownUtilizationThreshold, "scale-down-utilization-threshold", SettingKind::Fraction, HALF),
    info(Setting::SkipNodesWithLocalStorage, "skip-nodes-with-local-storage", SettingKind::Flag, 0),
    info(Setting::SkipNodesWithSystemPods, "skip-nodes-with-system-pods", SettingKind::Flag, 1),
    // AKS's published branch says no; Azure/AKS issue 5211 reports that production says yes.
    info(Setting::DeallocatedCountAsUnready, "deallocated-count-as-unready", SettingKind::Flag, 0),
    info(Setting::BlockingSystemPodTimeout, "blocking-system-pod-distruption-timeout", SettingKind::Duration, HOUR),
    info(Setting::CoresTotalMax, "cores-total", SettingKind::Count, 320_000),
    // AKS brings a pool up to its minimum; upstream's default is not to.
    info(Setting::EnforceNodeGroupMinSize, "enforce-node-group-min-size", SettingKind::Flag, 1),
    info(Setting::ExpendablePodsPriorityCutoff, "expendable-pods-priority-cutoff", SettingKind::Integer, -10),
    // An option of the Azure provider, on in AKS.
    info(Setting::FastDeleteOnFailedProvisioning, "fast-delete-on-failed-provisioning", SettingKind::Flag, 1),
    info(Setting::GpuUtilizationThreshold, "scale-down-gpu-utilization-threshold", SettingKind::Fraction, HALF),
    info(Setting::IgnoreMirrorPodsUtilization, "ignore-mirror-pods-utilization", SettingKind::Flag, 0),
    info(Setting::InitialBackoff, "initial-node-group-backoff-duration", SettingKind::Duration, 5 * MINUTE),
    info(Setting::MaxBackoff, "max-node-group-backoff-duration", SettingKind::Duration, 30 * MINUTE),
    info(Setting::BackoffReset, "node-group-backoff-reset-timeout", SettingKind::Duration, 3 * HOUR),
    info(Setting::MaxDrainParallelism, "max-drain-parallelism", SettingKind::Count, 1),
    info(Setting::MaxNodeStartupTime, "max-node-startup-time", SettingKind::Duration, 15 * MINUTE),
    info(Setting::MaxNodesTotal, "max-nodes-total", SettingKind::Count, 0),
    info(Setting::MaxPodEvictionTime, "max-pod-eviction-time", SettingKind::Duration, 2 * MINUTE),
    // GiB.
    info(Setting::MemoryTotalMax, "memory-total", SettingKind::Count, 6_400_000),
    info(Setting::ParallelScaleUp, "parallel-scale-up", SettingKind::Flag, 0),
    info(Setting::ScaleDownDelayTypeLocal, "scale-down-delay-type-local", SettingKind::Flag, 0),
    info(Setting::ScaleDownUnreadyEnabled, "scale-down-unready-enabled", SettingKind::Flag, 1),
    info(Setting::SkipNodesWithCustomControllerPods, "skip-nodes-with-custom-controller-pods", SettingKind::Flag, 1),
    info(Setting::UnremovableNodeRecheckTimeout, "unremovable-node-recheck-timeout", SettingKind::Duration, 5 * MINUTE),
];

/// The settings in force.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settings {
    values: [i64; SETTINGS.len()],
}

impl Default for Settings {
    fn default() -> Self {
        Self { values: SETTINGS.each_ref().map(|info| info.default) }
    }
}

impl Settings {
    /// Returns the stored value; its unit is that of its [`SettingKind`].
    #[must_use]
    pub fn get(&self, setting: Setting) -> i64 {
        self.values.get(setting as usize).copied().unwrap_or_default()
    }

    /// Replaces a value, given in the unit of its kind.
    pub fn set(&mut self, setting: Setting, value: i64) {
        if let Some(slot) = self.values.get_mut(setting as usize) {
            *slot = value;
        }
    }

    /// Returns `true` if a flag is set.
    #[must_use]
    pub fn is(&self, flag: Setting) -> bool {
        self.get(flag) != 0
    }

    /// Returns a value that is not negative: milliseconds of a duration, or a count.
    #[must_use]
    pub fn number(&self, setting: Setting) -> u64 {
        u64::try_from(self.get(setting)).unwrap_or_default()
    }

    /// Returns a count as `usize`.
    #[must_use]
    pub fn count(&self, setting: Setting) -> usize {
        usize::try_from(self.get(setting)).unwrap_or_default()
    }

    /// Returns a value of the kind [`SettingKind::Fraction`].
    #[must_use]
    pub fn fraction(&self, setting: Setting) -> Fraction {
        Fraction::new(self.number(setting), 1_000_000_000).unwrap_or_default()
    }

    /// Returns the expander.
    #[must_use]
    pub fn expander(&self) -> Expander {
        Expander::ALL.get(self.count(Setting::Expander)).copied().unwrap_or(Expander::Random)
    }

    /// Returns the delay after a deletion, in milliseconds: the scan interval unless one is set.
    #[must_use]
    pub fn delay_after_delete_ms(&self) -> u64 {
        match self.number(Setting::ScaleDownDelayAfterDelete) {
            0 => self.number(Setting::ScanInterval),
            delay_ms => delay_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (index, info) in SETTINGS.iter().enumerate() {
            assert_eq!(info.setting as usize, index, "{}", info.name);
            assert_eq!(Settings::default().get(info.setting), info.default);
            assert!(SETTINGS.iter().skip(index + 1).all(|other| other.name != info.name));
        }
    }
}
