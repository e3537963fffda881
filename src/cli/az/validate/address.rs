//! IP ranges as Python's `ipaddress` classifies them.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Reason to refuse a range that is to reach the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RangeFault {
    /// Not an address or CIDR.
    Malformed,
    /// Private or reserved.
    NotGlobal,
    /// IPv6.
    Version6,
}

/// IPv4 ranges that are not global: first address and prefix length.
const PRIVATE_4: [(u32, u32); 14] = [
    (0x0000_0000, 8),
    (0x0A00_0000, 8),
    (0x7F00_0000, 8),
    (0xA9FE_0000, 16),
    (0xAC10_0000, 12),
    (0xC000_0000, 29),
    (0xC000_00AA, 31),
    (0xC000_0200, 24),
    (0xC0A8_0000, 16),
    (0xC612_0000, 15),
    (0xC633_6400, 24),
    (0xCB00_7100, 24),
    (0xF000_0000, 4),
    (0x6440_0000, 10),
];

/// IPv6 ranges that are not global: first 32 bits and prefix length, for prefixes of up to 32 bits.
const PRIVATE_6: [(u32, u32); 5] =
    [(0x2001_0000, 23), (0x2001_0DB8, 32), (0x2001_0010, 28), (0xFC00_0000, 7), (0xFE80_0000, 10)];

/// Checks one address or CIDR range; only a global IPv4 one passes.
pub(super) fn check(range: &str) -> Result<(), RangeFault> {
    let (address, length) = match range.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (range, None),
    };
    if let Ok(address) = address.parse::<Ipv4Addr>() {
        return check_4(u32::from(address), length);
    }
    match address.parse::<Ipv6Addr>() {
        Ok(address) => check_6(u128::from(address), length),
        Err(_) => Err(RangeFault::Malformed),
    }
}

fn check_4(address: u32, length: Option<&str>) -> Result<(), RangeFault> {
    let length = match length {
        None => 32,
        Some(text) => prefix(text, 32).or_else(|| mask_length(text)).ok_or(RangeFault::Malformed)?,
    };
    let host = u32::MAX.checked_shr(length).unwrap_or(0);
    if address & host != 0 {
        return Err(RangeFault::Malformed);
    }
    let inside =
        |(base, prefix): &(u32, u32)| length >= *prefix && (address ^ base).checked_shr(32 - prefix).unwrap_or(0) == 0;
    if PRIVATE_4.iter().any(inside) { Err(RangeFault::NotGlobal) } else { Ok(()) }
}

fn check_6(address: u128, length: Option<&str>) -> Result<(), RangeFault> {
    let length = match length {
        None => 128,
        Some(text) => prefix(text, 128).ok_or(RangeFault::Malformed)?,
    };
    let host = u128::MAX.checked_shr(length).unwrap_or(0);
    if address & host != 0 {
        return Err(RangeFault::Malformed);
    }
    let inside =
        |base: u128, prefix: u32| length >= prefix && (address ^ base).checked_shr(128 - prefix).unwrap_or(0) == 0;
    let is_private = PRIVATE_6.iter().any(|(base, prefix)| inside(u128::from(*base) << 96, *prefix))
        || inside(0, 128)
        || inside(1, 128)
        || inside(0xFFFF << 32, 96)
        || inside(0x0100 << 112, 64)
        || inside(0x2001_0002 << 96, 48);
    Err(if is_private { RangeFault::NotGlobal } else { RangeFault::Version6 })
}

fn prefix(text: &str, most: u32) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|length| is_number && *length <= most)
}

/// Returns the prefix length of a netmask or host mask.
fn mask_length(text: &str) -> Option<u32> {
    let mask = u32::from(text.parse::<Ipv4Addr>().ok()?);
    if mask.leading_ones() + mask.trailing_zeros() == 32 || mask == 0 {
        Some(mask.leading_ones())
    } else {
        (mask.leading_zeros() + mask.trailing_ones() == 32).then(|| mask.leading_zeros())
    }
}
