//! Injected faults: failures that really happen in Azure, at a chosen time.
//!
//! A fault waits for an event that it can affect. It then strikes with its probability, at most as
//! often as its count allows. Random numbers are drawn only then, so that a run without faults stays
//! the same bit for bit. Two kinds need no event: unreachable nodes and evicted spot machines are
//! chosen at the fault's start time.

use crate::ground::id::PoolId;
use crate::ground::random::Random;

/// The kind of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A request for new machines exceeds the regional quota, whatever it is.
    Quota,
    /// No host is found for a machine, new or deallocated.
    AllocationFailed,
    /// A machine takes a multiple of its time to come up.
    SlowProvision,
    /// An image takes a multiple of its time.
    SlowPull,
    /// Nodes stop reporting, while their machines run.
    NotReady,
    /// Azure evicts spot machines.
    SpotEviction,
    /// A pod cannot be evicted.
    DrainBlocked,
}

impl FaultKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Quota,
        Self::AllocationFailed,
        Self::SlowProvision,
        Self::SlowPull,
        Self::NotReady,
        Self::SpotEviction,
        Self::DrainBlocked,
    ];

    /// Returns the name used in commands, such as `quota`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::AllocationFailed => "allocation-failed",
            Self::SlowProvision => "slow-provision",
            Self::SlowPull => "slow-pull",
            Self::NotReady => "not-ready",
            Self::SpotEviction => "spot-eviction",
            Self::DrainBlocked => "drain-blocked",
        }
    }

    /// Returns `true` if the fault needs no event: it hits nodes that are chosen at its start time.
    #[must_use]
    pub const fn chooses_nodes(self) -> bool {
        matches!(self, Self::NotReady | Self::SpotEviction)
    }

    /// Returns `true` if the fault makes something take a multiple of its time.
    #[must_use]
    pub const fn slows(self) -> bool {
        matches!(self, Self::SlowProvision | Self::SlowPull)
    }

    /// Returns `true` if the fault can last for a time; a spot eviction is instantaneous.
    #[must_use]
    pub const fn lasts(self) -> bool {
        !matches!(self, Self::SpotEviction)
    }
}

/// Settings of a fault, as requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FaultSpec {
    /// The kind of the fault.
    pub kind: FaultKind,
    /// The only pool that it affects; `None` for all pools.
    pub pool: Option<PoolId>,
    /// Start time, in milliseconds.
    pub from_ms: u64,
    /// End time, in milliseconds; `None` to last until the fault is removed.
    pub until_ms: Option<u64>,
    /// Maximum number of strikes, or of nodes for a kind that chooses nodes; `None` for no maximum.
    /// Without a count and with certainty, a kind that chooses nodes hits one.
    pub count: Option<u32>,
    /// Probability of a strike, in thousandths.
    pub probability_permille: u32,
    /// Factor by which something takes longer, for the kinds that slow.
    pub factor: u32,
}

impl FaultSpec {
    /// Creates a fault that strikes always, everywhere, from now on.
    #[must_use]
    pub const fn new(kind: FaultKind, now_ms: u64) -> Self {
        Self { kind, pool: None, from_ms: now_ms, until_ms: None, count: None, probability_permille: 1000, factor: 1 }
    }

    fn is_over(&self, now_ms: u64) -> bool {
        self.count == Some(0) || self.until_ms.is_some_and(|until_ms| until_ms <= now_ms)
    }
}

/// An injected fault.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fault {
    /// Its number, by which it is removed.
    pub id: u32,
    /// Its settings; the count falls with every strike.
    pub spec: FaultSpec,
    /// Number of strikes so far.
    pub struck: u32,
}

/// All injected faults.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Faults {
    waiting: Vec<Fault>,
    latest: u32,
}

impl Faults {
    /// Returns the faults that are not over, oldest first.
    pub fn waiting(&self, now_ms: u64) -> impl Iterator<Item = &Fault> {
        self.waiting.iter().filter(move |fault| !fault.spec.is_over(now_ms))
    }

    pub(crate) fn add(&mut self, spec: FaultSpec, now_ms: u64) -> u32 {
        self.waiting.retain(|fault| !fault.spec.is_over(now_ms));
        self.latest += 1;
        self.waiting.push(Fault { id: self.latest, spec, struck: 0 });
        self.latest
    }

    /// Removes the faults that are meant and returns their number.
    pub(crate) fn remove(&mut self, is_meant: impl Fn(&Fault) -> bool) -> usize {
        let before = self.waiting.len();
        self.waiting.retain(|fault| !is_meant(fault));
        before - self.waiting.len()
    }

    /// Removes a fault whose time has come and returns its settings.
    pub(crate) fn take(&mut self, id: u32) -> Option<FaultSpec> {
        let index = self.waiting.iter().position(|fault| fault.id == id)?;
        Some(self.waiting.remove(index).spec)
    }

    /// Checks whether a fault of this kind strikes in a pool now. Counts the strike and returns the
    /// fault's factor; `None` if no fault strikes.
    pub(crate) fn strike(
        &mut self,
        kind: FaultKind,
        pool: Option<PoolId>,
        now_ms: u64,
        random: &mut Random,
    ) -> Option<u32> {
        for fault in &mut self.waiting {
            let spec = &mut fault.spec;
            let is_here = spec.pool.is_none() || spec.pool == pool;
            if spec.kind != kind || !is_here || spec.from_ms > now_ms || spec.is_over(now_ms) {
                continue;
            }
            if spec.probability_permille < 1000 && random.below(1000) >= spec.probability_permille {
                continue;
            }
            spec.count = spec.count.map(|count| count - 1);
            fault.struck += 1;
            return Some(spec.factor);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strikes(spec: FaultSpec, pool: Option<PoolId>, times_ms: std::ops::Range<u64>) -> usize {
        let mut faults = Faults::default();
        faults.add(spec, 0);
        let mut random = Random::new(1);
        times_ms.filter(|now_ms| faults.strike(spec.kind, pool, *now_ms, &mut random).is_some()).count()
    }

    #[test]
    fn a_fault_strikes_when_where_and_as_often_as_it_may() {
        let always = FaultSpec::new(FaultKind::AllocationFailed, 0);
        let check = |spec: FaultSpec, pool: u32, expected: usize| {
            assert_eq!(strikes(spec, Some(PoolId::new(pool)), 0..100), expected, "{spec:?}");
        };
        check(always, 1, 100);
        check(FaultSpec { count: Some(3), ..always }, 1, 3);
        check(FaultSpec { count: Some(0), ..always }, 1, 0);
        check(FaultSpec { from_ms: 40, until_ms: Some(60), ..always }, 1, 20);
        check(FaultSpec { pool: Some(PoolId::new(2)), ..always }, 1, 0);
        check(FaultSpec { pool: Some(PoolId::new(2)), ..always }, 2, 100);
        let sometimes = strikes(FaultSpec { probability_permille: 300, ..always }, None, 0..1000);
        assert!((250..350).contains(&sometimes), "{sometimes}");
    }

    #[test]
    fn without_a_fault_chance_is_not_drawn_on() {
        let mut random = Random::new(1);
        let mut faults = Faults::default();
        faults.add(FaultSpec { probability_permille: 500, ..FaultSpec::new(FaultKind::SlowPull, 0) }, 0);
        assert_eq!(faults.strike(FaultKind::Quota, None, 1, &mut random), None);
        assert_eq!(random, Random::new(1));
    }
}
