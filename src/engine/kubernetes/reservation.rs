//! Node resource reservations: the part of a machine that AKS and the operating system keep from pods.
//!
//! The rules are those of "node resource reservations" in the AKS documentation; the formula for
//! memory changed with Kubernetes 1.29. What the kernel itself keeps is not documented: it is the
//! share that was seen missing on a `Standard_DS2_v2` (7116264 KiB of 7 GiB), and assumed for all.

use super::resources::Resources;
use crate::azure::pool_spec::OsType;
use crate::azure::vm_size::VmSize;

/// Bytes in a KiB.
pub const KIB: u64 = 1024;
/// Bytes in a MiB.
pub const MIB: u64 = 1024 * KIB;

/// The part of the memory that the kernel keeps, in ten-thousandths.
const KERNEL_PER_TEN_THOUSAND: u64 = 305;
/// First minor version of Kubernetes that reserves memory by the number of pods: 1.29.
const NEW_FORMULA_MINOR: u32 = 29;
/// Memory that a Windows node keeps on top, in MiB.
const WINDOWS_MIB: u64 = 2048;

/// Returns the processor time kept for the kubelet, in thousandths: a share of each processor that
/// falls with their number.
#[must_use]
pub fn reserved_cpu_millis(vcpus: u32) -> u64 {
    const STEPS: [(u32, u64); 4] = [(1, 60), (2, 40), (4, 20), (u32::MAX, 10)];
    let mut reserved = 0;
    let mut below = 0;
    for (up_to, millis) in STEPS {
        reserved += u64::from(vcpus.min(up_to).saturating_sub(below)) * millis;
        below = up_to;
    }
    reserved
}

/// Returns the memory kept for the kubelet, in the unit of `memory_mib`, by the formula of Kubernetes
/// 1.29 and later: by the number of pods, at most a quarter.
#[must_use]
pub fn reserved_memory_by_pods_mib(memory_mib: u64, max_pods: u32) -> u64 {
    (20 * u64::from(max_pods) + 50).min(memory_mib / 4)
}

/// Returns the memory kept for the kubelet, in MiB, by the formula before Kubernetes 1.29: a share that
/// falls with the size.
#[must_use]
pub fn reserved_memory_by_size_mib(memory_mib: u64) -> u64 {
    const STEPS: [(u64, u64); 5] = [(4, 25), (8, 20), (16, 10), (128, 6), (u64::MAX / KIB, 2)];
    let mut percent_mib = 0;
    let mut below = 0;
    for (up_to_gib, percent) in STEPS {
        let up_to = up_to_gib * KIB;
        percent_mib += memory_mib.min(up_to).saturating_sub(below) * percent;
        below = up_to;
    }
    percent_mib / 100
}

/// Returns the free memory below which the kubelet evicts pods, in MiB.
#[must_use]
pub const fn eviction_threshold_mib(minor: u32) -> u64 {
    if minor >= NEW_FORMULA_MINOR { 100 } else { 750 }
}

/// Parses the minor version of Kubernetes, such as 29 in `1.29.4`; the one of the new formula if there
/// is none.
fn minor(version: &str) -> u32 {
    version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(NEW_FORMULA_MINOR)
}

/// Returns the memory that the kernel leaves, in bytes.
#[must_use]
pub fn capacity_memory_bytes(size: &VmSize) -> u64 {
    let nominal_kib = u64::from(size.memory_mib) * KIB;
    (nominal_kib - nominal_kib * KERNEL_PER_TEN_THOUSAND / 10_000) * KIB
}

/// Returns the allocatable resources of a machine: what pods can have of it.
#[must_use]
pub fn allocatable(size: &VmSize, max_pods: u32, version: &str, os_type: OsType) -> Resources {
    let minor = minor(version);
    let nominal_mib = u64::from(size.memory_mib);
    let reserved_mib = if minor >= NEW_FORMULA_MINOR {
        reserved_memory_by_pods_mib(nominal_mib, max_pods)
    } else {
        reserved_memory_by_size_mib(nominal_mib)
    };
    let windows_mib = if os_type == OsType::Windows { WINDOWS_MIB } else { 0 };
    let kept_mib = reserved_mib + eviction_threshold_mib(minor) + windows_mib;
    let vcpus = u32::from(size.vcpus);
    Resources {
        cpu_millis: u64::from(vcpus) * 1000 - reserved_cpu_millis(vcpus),
        memory_bytes: capacity_memory_bytes(size).saturating_sub(kept_mib * MIB),
        gpus: size.gpus.into(),
        pods: max_pods,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_kept_by_the_documented_table() {
        let check = |vcpus, expected| assert_eq!(reserved_cpu_millis(vcpus), expected, "{vcpus} vCPUs");
        for (vcpus, expected) in [(1, 60), (2, 100), (4, 140), (8, 180), (16, 260), (32, 420), (64, 740)] {
            check(vcpus, expected);
        }
    }

    #[test]
    fn memory_is_kept_by_the_documented_examples() {
        // In the documentation's examples a GB has 1,000 MB.
        assert_eq!(reserved_memory_by_pods_mib(8000, 30), 650);
        assert_eq!(reserved_memory_by_pods_mib(4000, 70), 1000);
        assert_eq!(reserved_memory_by_size_mib(8 * 1024), 1843);
        assert_eq!(reserved_memory_by_size_mib(7 * 1024), 1638);
        // 1 + 0.8 + 0.8 + 6.72 + 2.56 GiB.
        assert_eq!(reserved_memory_by_size_mib(256 * 1024), 12_165);
    }

    #[test]
    fn a_small_node_of_before_has_what_was_seen() {
        let size = VmSize::find("Standard_DS2_v2").unwrap();
        let found = allocatable(&size, 110, "1.28.9", OsType::Linux);
        assert_eq!((found.cpu_millis, found.pods), (1900, 110));
        // 4670952 KiB were seen; the kernel's share is rounded.
        let seen = 4_670_952 * KIB;
        assert!(found.memory_bytes.abs_diff(seen) < MIB, "{}", found.memory_bytes / KIB);
        let today = allocatable(&size, 110, "1.33.2", OsType::Linux);
        assert_eq!(capacity_memory_bytes(&size) - today.memory_bytes, (1792 + 100) * MIB);
        let windows = allocatable(&size, 110, "1.33.2", OsType::Windows);
        assert_eq!(today.memory_bytes - windows.memory_bytes, 2048 * MIB);
    }
}
