//! VM sizes: the vCPUs, memory, graphics processors and hourly price of a node.
//!
//! Sizes are from the generated instance table of kubernetes/autoscaler (Azure provider, 2026-03-17);
//! prices are Linux pay-as-you-go, in micro-dollars an hour, from the Azure retail price list as
//! captured by Azure/karpenter-provider-azure on 2026-06-18. Only sizes with a known price are listed;
//! any other is read from its name (`crate::azure::vm_family`) and has no price, which is stated wherever it
//! is chosen.

use std::borrow::Cow;

use crate::azure::vm_family;

/// Regions with a price column, in the order of `VmSize::prices`.
pub const PRICED_REGIONS: [&str; 6] = ["eastus", "eastus2", "westus2", "westeurope", "northeurope", "uksouth"];

/// One VM size.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VmSize {
    /// The name in the API, such as `Standard_DS2_v2`.
    pub name: Cow<'static, str>,
    /// Virtual processors; they count against the quota.
    pub vcpus: u16,
    /// Memory in MiB.
    pub memory_mib: u32,
    /// Graphics processors.
    pub gpus: u8,
    /// Micro-dollars an hour by region; 0 where the size is not offered.
    prices: [u32; 6],
}

impl VmSize {
    /// Returns the size of this name, in any letter case, as the service accepts it; `None` if the name
    /// is not that of a size.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let listed = VM_SIZES.iter().find(|size| size.name.eq_ignore_ascii_case(name));
        listed.cloned().or_else(|| {
            let vm_family::SizeProperties { vcpus, memory_mib, gpus } = vm_family::read(name)?;
            Some(Self { name: Cow::Owned(name.to_owned()), vcpus, memory_mib, gpus, prices: [0; 6] })
        })
    }

    /// Returns `true` if it has a known price.
    #[must_use]
    pub fn is_priced(&self) -> bool {
        self.prices.iter().any(|price| *price > 0)
    }

    /// Returns the price in a region, in micro-dollars an hour. A region without a price column, or
    /// without this size, takes the first region that has one: a stand-in, which is better than nothing
    /// billed. 0 where no price is known.
    #[must_use]
    pub fn price_microdollars_per_hour(&self, region: &str) -> u64 {
        let column = PRICED_REGIONS.iter().position(|name| *name == region);
        let own = column.and_then(|index| self.prices.get(index)).copied();
        let price = own.filter(|price| *price > 0);
        let fallback = || self.prices.iter().copied().find(|price| *price > 0);
        u64::from(price.or_else(fallback).unwrap_or_default())
    }
}

const fn size(name: &'static str, vcpus: u16, memory_mib: u32, gpus: u8, prices: [u32; 6]) -> VmSize {
    VmSize { name: Cow::Borrowed(name), vcpus, memory_mib, gpus, prices }
}

/// Every size that has a known price.
#[rustfmt::skip]
pub static VM_SIZES: [VmSize; 37] = [
    size("Standard_DS2_v2", 2, 7_168, 0, [146_000, 114_000, 114_000, 136_000, 132_000, 176_000]),
    size("Standard_D2_v2", 2, 7_168, 0, [146_000, 114_000, 114_000, 136_000, 132_000, 176_000]),
    size("Standard_DS3_v2", 4, 14_336, 0, [293_000, 229_000, 229_000, 272_000, 263_000, 351_000]),
    size("Standard_DS4_v2", 8, 28_672, 0, [585_000, 458_000, 458_000, 544_000, 527_000, 702_000]),
    size("Standard_D2s_v3", 2, 8_192, 0, [96_000, 96_000, 96_000, 120_000, 107_000, 116_000]),
    size("Standard_D4s_v3", 4, 16_384, 0, [192_000, 192_000, 192_000, 240_000, 214_000, 232_000]),
    size("Standard_D8s_v3", 8, 32_768, 0, [384_000, 384_000, 384_000, 480_000, 428_000, 464_000]),
    size("Standard_D2s_v4", 2, 8_192, 0, [96_000, 96_000, 96_000, 115_000, 107_000, 111_000]),
    size("Standard_D4s_v4", 4, 16_384, 0, [192_000, 192_000, 192_000, 230_000, 214_000, 222_000]),
    size("Standard_D2s_v5", 2, 8_192, 0, [96_000, 96_000, 96_000, 115_000, 107_000, 111_000]),
    size("Standard_D4s_v5", 4, 16_384, 0, [192_000, 192_000, 192_000, 230_000, 214_000, 222_000]),
    size("Standard_D8s_v5", 8, 32_768, 0, [384_000, 384_000, 384_000, 460_000, 428_000, 444_000]),
    size("Standard_D16s_v5", 16, 65_536, 0, [768_000, 768_000, 768_000, 920_000, 856_000, 888_000]),
    size("Standard_D2ds_v5", 2, 8_192, 0, [113_000, 113_000, 113_000, 136_000, 126_000, 131_000]),
    size("Standard_D4ds_v5", 4, 16_384, 0, [226_000, 226_000, 226_000, 272_000, 252_000, 262_000]),
    size("Standard_D8ds_v5", 8, 32_768, 0, [452_000, 452_000, 452_000, 544_000, 504_000, 524_000]),
    size("Standard_D2pds_v5", 2, 8_192, 0, [90_400, 90_400, 90_400, 109_000, 101_000, 104_000]),
    size("Standard_D4pds_v5", 4, 16_384, 0, [181_000, 181_000, 181_000, 218_000, 202_000, 208_000]),
    size("Standard_D8pds_v5", 8, 32_768, 0, [362_000, 362_000, 362_000, 436_000, 403_000, 417_000]),
    size("Standard_B2s", 2, 4_096, 0, [41_600, 41_600, 41_600, 48_000, 45_000, 47_200]),
    size("Standard_B2ms", 2, 8_192, 0, [83_200, 83_200, 83_200, 96_000, 91_000, 94_400]),
    size("Standard_B4ms", 4, 16_384, 0, [166_000, 166_000, 166_000, 192_000, 182_000, 189_000]),
    size("Standard_E2s_v3", 2, 16_384, 0, [126_000, 133_000, 126_000, 160_000, 141_000, 156_000]),
    size("Standard_E4s_v3", 4, 32_768, 0, [252_000, 266_000, 252_000, 320_000, 282_000, 312_000]),
    size("Standard_E8s_v3", 8, 65_536, 0, [504_000, 532_000, 504_000, 640_000, 564_000, 624_000]),
    size("Standard_E4s_v5", 4, 32_768, 0, [252_000, 252_000, 252_000, 304_000, 282_000, 296_000]),
    size("Standard_E8s_v5", 8, 65_536, 0, [504_000, 504_000, 504_000, 608_000, 564_000, 592_000]),
    size("Standard_F2s_v2", 2, 4_096, 0, [84_600, 84_600, 84_600, 97_000, 96_000, 101_000]),
    size("Standard_F4s_v2", 4, 8_192, 0, [169_000, 169_000, 169_000, 194_000, 192_000, 202_000]),
    size("Standard_F8s_v2", 8, 16_384, 0, [338_000, 338_000, 338_000, 388_000, 384_000, 404_000]),
    size("Standard_F16s_v2", 16, 32_768, 0, [677_000, 677_000, 677_000, 776_000, 768_000, 808_000]),
    size("Standard_NC6s_v3", 6, 114_688, 1, [3_060_000, 3_060_000, 3_060_000, 3_823_000, 3_305_000, 3_589_000]),
    size("Standard_NC12s_v3", 12, 229_376, 2, [6_120_000, 6_120_000, 6_120_000, 7_646_000, 6_610_000, 7_178_000]),
    size("Standard_NC4as_T4_v3", 4, 28_672, 1, [526_000, 526_000, 526_000, 658_000, 587_000, 615_000]),
    size("Standard_NC8as_T4_v3", 8, 57_344, 1, [752_000, 752_000, 752_000, 940_000, 838_000, 880_000]),
    size("Standard_NC16as_T4_v3", 16, 112_640, 1, [1_204_000, 1_204_000, 1_204_000, 1_505_000, 1_342_000, 1_409_000]),
    size("Standard_NC24ads_A100_v4", 24, 225_280, 1, [3_673_000, 3_673_000, 3_673_000, 4_775_000, 4_408_000, 4_591_000]),
];

/// An OS disk tier.
struct DiskTier {
    /// The largest size in GiB that this tier holds.
    up_to_gib: u32,
    /// Micro-dollars a month of 730 hours.
    microdollars_per_month: u64,
}

/// Premium SSD tiers (infracost golden outputs for P4 and P10; a `TechTarget` article for P20 and P30).
/// Tiers between them are not in those sources: a disk takes the next tier that is.
const PREMIUM_SSD: [DiskTier; 4] = [
    DiskTier { up_to_gib: 32, microdollars_per_month: 5_280_000 },
    DiskTier { up_to_gib: 128, microdollars_per_month: 19_710_000 },
    DiskTier { up_to_gib: 512, microdollars_per_month: 73_220_000 },
    DiskTier { up_to_gib: u32::MAX, microdollars_per_month: 135_170_000 },
];

/// Azure's convention for turning a monthly price into an hourly one.
const HOURS_PER_MONTH: u64 = 730;

/// Returns the price of a managed OS disk, in micro-dollars an hour.
#[must_use]
pub fn disk_price_microdollars_per_hour(size_gib: u32) -> u64 {
    PREMIUM_SSD
        .iter()
        .find(|tier| size_gib <= tier.up_to_gib)
        .map_or(0, |tier| tier.microdollars_per_month / HOURS_PER_MONTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_those_of_the_list() {
        let check = |name: &str, region: &str, expected: u64| {
            let size = VmSize::find(name).expect(name);
            assert_eq!(size.price_microdollars_per_hour(region), expected, "{name} in {region}");
        };
        check("Standard_DS2_v2", "eastus", 146_000);
        check("standard_ds2_V2", "westeurope", 136_000);
        check("Standard_D4s_v5", "eastus", 192_000);
        // No column for this region: the first one stands in.
        check("Standard_DS2_v2", "brazilsouth", 146_000);
        check("Standard_D4as_v6", "eastus", 0);
    }

    #[test]
    fn every_size_is_billable_and_named_once() {
        for (index, size) in VM_SIZES.iter().enumerate() {
            assert!(size.is_priced());
            assert!(size.price_microdollars_per_hour("eastus") > 0, "{}", size.name);
            assert!(size.vcpus > 0 && size.memory_mib > 0, "{}", size.name);
            assert!(VM_SIZES.iter().skip(index + 1).all(|other| other.name != size.name));
        }
    }

    #[test]
    fn a_p10_disk_costs_27_thousandths_of_a_dollar_an_hour() {
        assert_eq!(disk_price_microdollars_per_hour(128), 27_000);
        assert_eq!(disk_price_microdollars_per_hour(30), 7_232);
        assert_eq!(disk_price_microdollars_per_hour(4096), 185_164);
    }
}
