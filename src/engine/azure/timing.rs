//! Durations of everything that takes time: a named preset, each value with its source.
//!
//! Azure publishes almost none of these numbers. Each one here is either measured in public (its source
//! is named) or an assumption (it says so), so that the page can label it honestly and it can be
//! replaced. Real durations vary; a draw is uniform within the spread.

use crate::ground::random::Random;

/// A step that takes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timing {
    /// A new virtual machine: from the request until a host is found.
    NewAllocate,
    /// A new virtual machine: from the host until the operating system runs.
    NewBoot,
    /// A new node: bootstrap until the kubelet has registered.
    NewRegister,
    /// A new node: pulling the images that its pods need.
    NewImages,
    /// A new node: the last checks until `Ready`.
    NewReady,
    /// A deallocated virtual machine: finding a host again.
    CachedAllocate,
    /// A deallocated virtual machine: booting from its kept disk.
    CachedBoot,
    /// A kept node: the kubelet reports again.
    CachedRegister,
    /// A kept node: its images are on the disk.
    CachedImages,
    /// A kept node: the last checks until `Ready`.
    CachedReady,
    /// Cordon and drain.
    Drain,
    /// Deallocation of a virtual machine.
    Deallocate,
    /// Deletion of a virtual machine with its disk.
    Delete,
    /// The control plane's part of any change to a node pool.
    ControlPlane,
    /// A new control plane.
    CreateCluster,
    /// Taking a control plane down.
    DeleteCluster,
    /// A pod: from its images on the disk until its containers run.
    PodStart,
    /// A pod: from the signal to end until its containers have ended; at most its grace period.
    PodStop,
}

/// One entry of a preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimingValue {
    /// The middle of the range in milliseconds.
    pub median_ms: u64,
    /// Half the width of the range, in thousandths of the median.
    pub spread_permille: u32,
}

/// The name of a timing, its published value and the source of that value.
#[derive(Debug, PartialEq, Eq)]
pub struct TimingInfo {
    /// The timing.
    pub timing: Timing,
    /// Its name in `sim timings`.
    pub name: &'static str,
    /// The source of the number; begins with "assumption" where no public figure exists.
    pub source: &'static str,
    /// The value of the preset.
    pub published: TimingValue,
}

const fn info(
    timing: Timing,
    name: &'static str,
    median_ms: u64,
    spread_permille: u32,
    source: &'static str,
) -> TimingInfo {
    TimingInfo { timing, name, source, published: TimingValue { median_ms, spread_permille } }
}

const SPLIT: &str =
    "assumption: a share of the 200 s that azure-cli's recording of a one-node pool takes (westus2, 2023)";
const START: &str = "azure-cli recordings: starting two deallocated nodes took 98.1 s and 78.5 s (westus2, 2022 and 2023); the shares are assumed";

/// The preset "public recordings", in the order of [`Timing`].
#[rustfmt::skip]
pub const TIMINGS: [TimingInfo; 18] = [
    info(Timing::NewAllocate, "new-allocate", 68_000, 200, "Azure/az-hop issue 1217: allocating a node took 1 min 8 s"),
    info(Timing::NewBoot, "new-boot", 38_000, 150, SPLIT),
    info(Timing::NewRegister, "new-register", 54_000, 150, SPLIT),
    info(Timing::NewImages, "new-images", 30_000, 200, "assumption: 3.3 GB of images at 110 MB/s, the rate of the public large-image sample"),
    info(Timing::NewReady, "new-ready", 10_000, 200, SPLIT),
    info(Timing::CachedAllocate, "cached-allocate", 34_000, 250, START),
    info(Timing::CachedBoot, "cached-boot", 24_000, 200, START),
    info(Timing::CachedRegister, "cached-register", 11_000, 200, START),
    info(Timing::CachedImages, "cached-images", 0, 0, "the images are on the kept disk"),
    info(Timing::CachedReady, "cached-ready", 6_000, 200, START),
    info(Timing::Drain, "drain", 15_000, 400, "assumption: nodes without stubborn pods"),
    info(Timing::Deallocate, "deallocate", 51_000, 200, "azure-cli recording: deallocating two instances took 51.2 s (westus, 2019)"),
    info(Timing::Delete, "delete", 10_700, 250, "azure-cli recording: deleting two deallocated instances took 10.7 s (westus, 2019)"),
    info(Timing::ControlPlane, "control-plane", 4_900, 200, "azure-cli recording: changing only a pool's tags took 4.9 s (westus2, 2023)"),
    info(Timing::CreateCluster, "create-cluster", 190_000, 100, "azure-cli recording: a three-node cluster took 198.2 s (westcentralus, 2025)"),
    info(Timing::DeleteCluster, "delete-cluster", 120_000, 200, "assumption: no public figure"),
    info(Timing::PodStart, "pod-start", 2_000, 0, "assumption: containers without slow probes"),
    info(Timing::PodStop, "pod-stop", 5_000, 0, "assumption: containers that heed the signal to end"),
];

/// The durations in force.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Timings {
    values: [TimingValue; 18],
}

impl Default for Timings {
    fn default() -> Self {
        Self { values: TIMINGS.each_ref().map(|info| info.published) }
    }
}

impl Timings {
    /// Returns the value in force.
    #[must_use]
    pub fn get(&self, timing: Timing) -> TimingValue {
        let index = timing as usize;
        self.values.get(index).copied().unwrap_or(TimingValue { median_ms: 0, spread_permille: 0 })
    }

    /// Replaces a value.
    pub fn set(&mut self, timing: Timing, value: TimingValue) {
        if let Some(slot) = self.values.get_mut(timing as usize) {
            *slot = value;
        }
    }

    /// Draws one duration in milliseconds.
    pub fn draw(&self, timing: Timing, random: &mut Random) -> u64 {
        let value = self.get(timing);
        let half_width_ms = value.median_ms * u64::from(value.spread_permille) / 1000;
        let width_ms = u32::try_from(half_width_ms * 2).unwrap_or(u32::MAX);
        let offset_ms = u64::from(random.below(width_ms.saturating_add(1)));
        value.median_ms - half_width_ms + offset_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (index, info) in TIMINGS.iter().enumerate() {
            assert_eq!(info.timing as usize, index, "{}", info.name);
            assert!(!info.source.is_empty());
        }
    }

    #[test]
    fn draws_stay_within_the_spread_and_reach_both_halves() {
        let timings = Timings::default();
        let mut random = Random::new(1);
        for info in &TIMINGS {
            let TimingValue { median_ms, spread_permille } = info.published;
            let half_ms = median_ms * u64::from(spread_permille) / 1000;
            let draws: Vec<u64> = (0..200).map(|_| timings.draw(info.timing, &mut random)).collect();
            let low = draws.iter().min().expect("draws");
            let high = draws.iter().max().expect("draws");
            assert!(*low >= median_ms - half_ms && *high <= median_ms + half_ms);
            assert!(half_ms == 0 || (*low < median_ms && *high > median_ms));
        }
    }

    #[test]
    fn a_kept_node_is_ready_much_sooner_than_a_new_one() {
        use Timing as T;
        let timings = Timings::default();
        let total = |kinds: [Timing; 5]| -> u64 { kinds.iter().map(|kind| timings.get(*kind).median_ms).sum() };
        let new_ms = total([T::NewAllocate, T::NewBoot, T::NewRegister, T::NewImages, T::NewReady]);
        let cached_ms = total([T::CachedAllocate, T::CachedBoot, T::CachedRegister, T::CachedImages, T::CachedReady]);
        assert_eq!((new_ms, cached_ms), (200_000, 75_000));
    }
}
