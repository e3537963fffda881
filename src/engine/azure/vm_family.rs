//! VM sizes read from their names, for sizes that are in no table here.
//!
//! AKS accepts hundreds of sizes, and new ones every year, so that a list would always refuse some that
//! it accepts. Their names follow a convention (MS Learn, "Azure virtual machine size naming
//! conventions"): family, vCPUs, constrained vCPUs, additive features, accelerator, version, as in
//! `Standard_E64-16ds_v5`. The vCPUs are read from there; the memory of each is that of the family in
//! its size tables (MS Learn, "Sizes for virtual machines in Azure"), which for the families M, N and H
//! is an assumption, because it varies within them. A price follows from no name.

/// The properties that a size's name gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SizeProperties {
    pub(crate) vcpus: u16,
    pub(crate) memory_mib: u32,
    pub(crate) gpus: u8,
}

/// A family: its letters, the MiB of memory per vCPU, and the vCPUs per graphics processor, 0 for none.
type Family = (&'static str, u32, u16);

const FAMILIES: [Family; 21] = [
    ("A", 2048, 0),
    ("B", 4096, 0),
    ("D", 4096, 0),
    ("DC", 4096, 0),
    ("DS", 3584, 0),
    ("E", 8192, 0),
    ("EC", 8192, 0),
    ("F", 2048, 0),
    ("FX", 21_504, 0),
    ("G", 14_336, 0),
    ("GS", 14_336, 0),
    ("HB", 3891, 0),
    ("HC", 8192, 0),
    ("HX", 8192, 0),
    ("L", 8192, 0),
    ("M", 16_384, 0),
    ("NC", 9216, 24),
    ("ND", 9216, 12),
    ("NG", 8192, 32),
    ("NP", 17_203, 0),
    ("NV", 12_516, 36),
];

/// The vCPUs of the older sizes, which are numbered through: `Standard_DS3_v2` has 4.
const COUNTED: [(u16, u16); 10] =
    [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (11, 2), (12, 4), (13, 8), (14, 16), (15, 20)];

/// Maximum number of vCPUs of a size.
const VCPUS_MAX: u16 = 1832;

/// Reads a name; `None` if it does not follow the convention.
pub(crate) fn read(name: &str) -> Option<SizeProperties> {
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("standard_")?;
    let mut parts = name.split('_');
    let size = parts.next()?;
    let mut version = 1;
    for part in parts {
        match part.strip_prefix('v').and_then(|digits| digits.parse::<u8>().ok()) {
            Some(number) => version = number,
            // An accelerator, such as `a100`, or memory, such as `cc`.
            None if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) => return None,
            None => {}
        }
    }
    let (family, rest) = size.split_at(size.find(|letter: char| letter.is_ascii_digit())?);
    let &(family, mib_per_vcpu, vcpus_per_gpu) =
        FAMILIES.iter().find(|(known, _, _)| known.eq_ignore_ascii_case(family))?;
    let (number, rest) = split_number(rest)?;
    // Some of the vCPUs may be left out: `E64-16` has the memory of 64.
    let (left, features) = match rest.strip_prefix('-') {
        Some(rest) => split_number(rest).map(|(left, features)| (Some(left), features))?,
        None => (None, rest),
    };
    if !features.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let is_counted = matches!(family, "DS" | "G" | "GS") || (matches!(family, "D") && version <= 2);
    let vcpus = match COUNTED.iter().find(|(counted, _)| *counted == number) {
        // The sizes of family G begin with two.
        Some((_, vcpus)) if is_counted && family.starts_with('G') => vcpus * 2,
        Some((_, vcpus)) if is_counted => *vcpus,
        None if is_counted => return None,
        _ => number,
    };
    if !(1..=VCPUS_MAX).contains(&vcpus) || left.is_some_and(|left| left == 0 || left > vcpus) {
        return None;
    }
    // The features m and l stand for much and little memory.
    let mib_per_vcpu = match (family, version) {
        ("D", ..=2) | ("DS", _) if number > 10 => 7168,
        ("D", ..=2) => 3584,
        ("B", 1) if !features.contains('m') => 2048,
        ("F", 6..) if !features.contains(['l', 'm']) => 4096,
        ("A" | "F", _) if features.contains('m') => 8192,
        ("D" | "B", _) if features.contains('l') => 2048,
        _ => mib_per_vcpu,
    };
    let gpus = vcpus.checked_div(vcpus_per_gpu).map_or(0, |gpus| gpus.max(1));
    Some(SizeProperties {
        vcpus: left.unwrap_or(vcpus),
        memory_mib: u32::from(vcpus) * mib_per_vcpu,
        gpus: u8::try_from(gpus).unwrap_or(u8::MAX),
    })
}

/// Splits a text into the number that it begins with and the rest.
fn split_number(text: &str) -> Option<(u16, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::vm_size::VM_SIZES;

    #[test]
    fn names_say_what_the_size_tables_say() {
        let check = |name: &str, vcpus: u16, memory_gib: u32| {
            let reading = read(name).map(|reading| (reading.vcpus, reading.memory_mib / 1024));
            assert_eq!(reading, Some((vcpus, memory_gib)), "{name}");
        };
        check("Standard_D4as_v5", 4, 16);
        check("standard_d8pls_V6", 8, 16);
        check("Standard_E64-16ds_v5", 16, 512);
        check("Standard_E20s_v4", 20, 160);
        check("Standard_L8s_v3", 8, 64);
        check("Standard_F72s_v2", 72, 144);
        check("Standard_F8als_v6", 8, 16);
        check("Standard_A4m_v2", 4, 32);
        check("Standard_DS14_v2", 16, 112);
        check("Standard_D5_v2", 16, 56);
        check("Standard_GS5", 32, 448);
        check("Standard_B4s_v2", 4, 16);
        check("Standard_DC8as_cc_v5", 8, 32);
    }

    #[test]
    fn graphics_processors_follow_the_family() {
        let check = |name: &str, gpus: u8| assert_eq!(read(name).map(|reading| reading.gpus), Some(gpus), "{name}");
        check("Standard_NC48ads_A100_v4", 2);
        check("Standard_NV72ads_A10_v5", 2);
        check("Standard_ND96asr_v4", 8);
        check("Standard_D4s_v5", 0);
    }

    #[test]
    fn what_follows_no_convention_is_no_size() {
        for name in [
            "",
            "foo",
            "Standard_",
            "Standard_Foo",
            "D4s_v5",
            "Standard_D",
            "Standard_4s_v5",
            "Standard_D0s_v3",
            "Standard_D99999s_v3",
            "Standard_X4s_v5",
            "Standard_D4s_",
            "Standard_D4-8s_v3",
            "Standard_D4-s_v3",
            "Standard_D4s v5",
            "Standard_DS7_v2",
            "Standard_D4é_v5",
            "Basic_A1",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
    }

    #[test]
    fn the_table_agrees_on_vcpus() {
        for size in &VM_SIZES {
            assert_eq!(read(&size.name).map(|reading| reading.vcpus), Some(size.vcpus), "{}", size.name);
        }
    }
}
