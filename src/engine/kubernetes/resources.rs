//! Amounts that a pod asks for and a node has: processor time, memory, graphics processors, places for
//! pods.
//!
//! All of it is whole numbers, so that sums never depend on their order. Shares of a node are
//! fractions that compare exactly; a floating point number is made only to be shown.

use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Sub, SubAssign};

/// Amounts of everything that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Resources {
    /// Thousandths of a processor.
    pub cpu_millis: u64,
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Graphics processors.
    pub gpus: u32,
    /// Number of pods; a pod requests 1, a node allows `maxPods`.
    pub pods: u32,
}

impl Resources {
    /// Creates amounts of processor time and memory, and nothing else.
    #[must_use]
    pub const fn new(cpu_millis: u64, memory_bytes: u64) -> Self {
        Self { cpu_millis, memory_bytes, gpus: 0, pods: 0 }
    }

    /// Returns the greater of the two, resource by resource.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            cpu_millis: self.cpu_millis.max(other.cpu_millis),
            memory_bytes: self.memory_bytes.max(other.memory_bytes),
            gpus: self.gpus.max(other.gpus),
            pods: self.pods.max(other.pods),
        }
    }

    /// Multiplies every amount by `count`.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self {
            cpu_millis: self.cpu_millis.saturating_mul(count.into()),
            memory_bytes: self.memory_bytes.saturating_mul(count.into()),
            gpus: self.gpus.saturating_mul(count),
            pods: self.pods.saturating_mul(count),
        }
    }

    /// Returns `true` if `free` has enough of every resource. A resource that is not asked for need not
    /// be there, so that a node which is over-full of it still takes pods that do without it.
    #[must_use]
    pub fn fits_in(self, free: Self) -> bool {
        let enough = |asked: u64, free: u64| asked == 0 || asked <= free;
        enough(self.cpu_millis, free.cpu_millis)
            && enough(self.memory_bytes, free.memory_bytes)
            && enough(self.gpus.into(), free.gpus.into())
            && enough(self.pods.into(), free.pods.into())
    }

    /// Returns the share of the processor time of `whole`; `None` if that has none.
    #[must_use]
    pub fn cpu_share(self, whole: Self) -> Option<Fraction> {
        Fraction::new(self.cpu_millis, whole.cpu_millis)
    }

    /// Returns the share of the memory of `whole`; `None` if that has none.
    #[must_use]
    pub fn memory_share(self, whole: Self) -> Option<Fraction> {
        Fraction::new(self.memory_bytes, whole.memory_bytes)
    }

    /// Returns the share of the graphics processors of `whole`; `None` if that has none.
    #[must_use]
    pub fn gpu_share(self, whole: Self) -> Option<Fraction> {
        Fraction::new(self.gpus.into(), whole.gpus.into())
    }

    /// Returns the greater of the shares of processor time and memory: how full a node looks.
    #[must_use]
    pub fn fill(self, whole: Self) -> Fraction {
        let shares = self.cpu_share(whole).into_iter().chain(self.memory_share(whole));
        shares.max().unwrap_or_default()
    }
}

impl Add for Resources {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            cpu_millis: self.cpu_millis.saturating_add(other.cpu_millis),
            memory_bytes: self.memory_bytes.saturating_add(other.memory_bytes),
            gpus: self.gpus.saturating_add(other.gpus),
            pods: self.pods.saturating_add(other.pods),
        }
    }
}

impl AddAssign for Resources {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Subtracts resource by resource; nothing falls below zero.
impl Sub for Resources {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            cpu_millis: self.cpu_millis.saturating_sub(other.cpu_millis),
            memory_bytes: self.memory_bytes.saturating_sub(other.memory_bytes),
            gpus: self.gpus.saturating_sub(other.gpus),
            pods: self.pods.saturating_sub(other.pods),
        }
    }
}

impl SubAssign for Resources {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

/// A part of a whole that is not zero. It may be more than the whole.
#[derive(Debug, Clone, Copy)]
pub struct Fraction {
    part: u64,
    whole: u64,
}

impl Default for Fraction {
    fn default() -> Self {
        Self { part: 0, whole: 1 }
    }
}

impl Fraction {
    /// Creates a fraction; `None` if the whole is zero.
    #[must_use]
    pub const fn new(part: u64, whole: u64) -> Option<Self> {
        match whole {
            0 => None,
            _ => Some(Self { part, whole }),
        }
    }

    /// Returns the fraction in thousandths, rounded down.
    #[must_use]
    pub fn permille(self) -> u32 {
        let permille = u128::from(self.part) * 1000 / u128::from(self.whole);
        u32::try_from(permille).unwrap_or(u32::MAX)
    }

    /// Returns the fraction as a floating point number, to be shown.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "it is shown, not computed with")]
    pub fn as_f64(self) -> f64 {
        self.part as f64 / self.whole as f64
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        let ours = u128::from(self.part) * u128::from(other.whole);
        ours.cmp(&(u128::from(other.part) * u128::from(self.whole)))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_compare_exactly() {
        let fraction = |part, whole| Fraction::new(part, whole).unwrap();
        let check = |one, other, expected| assert_eq!(Ord::cmp(&one, &other), expected, "{one:?} {other:?}");
        check(fraction(1, 2), fraction(500, 1000), Ordering::Equal);
        check(fraction(1, 3), fraction(333_333_333, 1_000_000_000), Ordering::Greater);
        check(fraction(u64::MAX, u64::MAX), fraction(u64::MAX - 1, u64::MAX), Ordering::Greater);
        check(fraction(0, 7), Fraction::default(), Ordering::Equal);
        assert_eq!(fraction(1999, 2000).permille(), 999);
        assert!(Fraction::new(0, 0).is_none());
    }

    #[test]
    fn only_what_is_asked_for_must_be_there() {
        let check =
            |asked: Resources, free: Resources, expected| assert_eq!(asked.fits_in(free), expected, "{asked:?}");
        let full = Resources { pods: 1, ..Resources::default() };
        check(Resources { pods: 1, ..Resources::default() }, full, true);
        check(Resources { pods: 1, ..Resources::new(1, 0) }, full, false);
        check(Resources::new(100, 10), Resources::new(100, 10), true);
        check(Resources::new(100, 11), Resources::new(100, 10), false);
        check(Resources { gpus: 1, ..Resources::default() }, Resources::new(100, 10), false);
    }

    #[test]
    fn a_node_is_as_full_as_its_fullest_resource() {
        let whole = Resources::new(2000, 1000);
        assert_eq!(Resources::new(500, 600).fill(whole).permille(), 600);
        assert_eq!(Resources::new(500, 600).fill(Resources::new(1000, 0)).permille(), 500);
        assert_eq!(Resources::new(500, 600).fill(Resources::default()), Fraction::default());
    }
}
