//! One node: a scale set instance and the Kubernetes node object on it.
//!
//! A node knows where it is in its life, how its latest bring-up went, and what it has cost. It
//! does not decide anything: the cloud moves it.

use super::lifecycle::{NodeState, Step};
use super::money::{Charge, Cost};
use super::operation::OperationId;
use super::random::Random;
use super::timing::{Timing, Timings};

/// How a node came up the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeSource {
    /// A new virtual machine was provisioned.
    New,
    /// A deallocated or stopped one was started; its images were on the disk.
    Cached,
}

impl NodeSource {
    /// The word in tables: `new` or `cached`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Cached => "cached",
        }
    }

    /// The phases of a bring-up, in order.
    #[must_use]
    pub const fn timings(self) -> [Timing; 5] {
        match self {
            Self::New => {
                [Timing::NewAllocate, Timing::NewBoot, Timing::NewRegister, Timing::NewImages, Timing::NewReady]
            }
            Self::Cached => [
                Timing::CachedAllocate,
                Timing::CachedBoot,
                Timing::CachedRegister,
                Timing::CachedImages,
                Timing::CachedReady,
            ],
        }
    }
}

/// The points that a bring-up passes, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Milestone {
    /// The service was asked for the node.
    Requested,
    /// A host was found for the virtual machine.
    Allocated,
    /// The operating system runs.
    Booted,
    /// The kubelet has registered with the API server.
    Registered,
    /// The images that pods need are on the disk.
    ImagesReady,
    /// The node is `Ready`.
    Ready,
}

impl Milestone {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Requested, Self::Allocated, Self::Booted, Self::Registered, Self::ImagesReady, Self::Ready];

    /// The word shown to people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Allocated => "allocated",
            Self::Booted => "booted",
            Self::Registered => "registered",
            Self::ImagesReady => "images ready",
            Self::Ready => "ready",
        }
    }

    const fn next(self) -> Option<Self> {
        match self {
            Self::Requested => Some(Self::Allocated),
            Self::Allocated => Some(Self::Booted),
            Self::Booted => Some(Self::Registered),
            Self::Registered => Some(Self::ImagesReady),
            Self::ImagesReady => Some(Self::Ready),
            Self::Ready => None,
        }
    }
}

/// A bring-up: when each milestone is (or was) due, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BringUp {
    /// New or cached.
    pub source: NodeSource,
    /// The milestone that has been reached.
    pub reached: Milestone,
    at_ms: [u64; 6],
}

impl BringUp {
    fn plan(source: NodeSource, now_ms: u64, timings: &Timings, random: &mut Random) -> Self {
        let mut at_ms = [now_ms; 6];
        let mut due_ms = now_ms;
        for (slot, timing) in at_ms.iter_mut().skip(1).zip(source.timings()) {
            due_ms += timings.draw(timing, random);
            *slot = due_ms;
        }
        Self { source, reached: Milestone::Requested, at_ms }
    }

    /// A bring-up that lies in the past, for a world that is loaded as it stands.
    fn finished(source: NodeSource, at_ms: u64) -> Self {
        Self { source, reached: Milestone::Ready, at_ms: [at_ms; 6] }
    }

    /// Lets everything from the request on take a multiple of its time.
    fn slow_down(&mut self, factor: u32) {
        let begin_ms = self.at_ms(Milestone::Requested);
        for slot in &mut self.at_ms {
            *slot = begin_ms + (*slot - begin_ms).saturating_mul(factor.into());
        }
    }

    /// When a milestone is due, or was reached.
    #[must_use]
    pub fn at_ms(&self, milestone: Milestone) -> u64 {
        self.at_ms.get(milestone as usize).copied().unwrap_or(0)
    }

    fn has_reached(&self, milestone: Milestone) -> bool {
        self.reached >= milestone
    }
}

/// What a drain leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Removal {
    /// The virtual machine is deleted.
    Delete,
    /// It is deallocated and kept for the next scale-up.
    Deallocate,
    /// It is deallocated because its pool or cluster stops.
    Stop,
}

/// The prices that a node is billed at, in micro-dollars an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Prices {
    /// The virtual machine.
    pub compute_microdollars_per_hour: u64,
    /// Its OS disk; 0 for an ephemeral one, which lives on the host.
    pub disk_microdollars_per_hour: u64,
}

/// Billed time up to `settled_ms`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::struct_field_names, reason = "the unit ends every name")]
struct Meter {
    settled_ms: u64,
    compute_ms: u64,
    disk_ms: u64,
    kept_ms: u64,
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node {
    /// The scale set instance id; never used twice in a pool.
    pub instance_id: u32,
    /// Its availability zone, 1 to 3; 0 in a pool without zones. It keeps it for life.
    pub zone: u8,
    /// When the instance was created.
    pub created_ms: u64,
    /// The latest bring-up.
    pub bring_up: BringUp,
    /// The operation that waits for this node.
    pub(super) operation: Option<OperationId>,
    /// What the drain under way leads to.
    pub(super) removal: Removal,
    /// Counts timers, so that one set before a change of plan is recognised as stale.
    pub(super) timer: u32,
    state: NodeState,
    since_ms: u64,
    until_ms: Option<u64>,
    meter: Meter,
}

impl Node {
    fn new(instance_id: u32, zone: u8, state: NodeState, now_ms: u64, bring_up: BringUp) -> Self {
        Self {
            instance_id,
            zone,
            created_ms: now_ms,
            bring_up,
            operation: None,
            removal: Removal::Delete,
            timer: 0,
            state,
            since_ms: now_ms,
            until_ms: None,
            meter: Meter { settled_ms: now_ms, compute_ms: 0, disk_ms: 0, kept_ms: 0 },
        }
    }

    /// A new virtual machine that is being provisioned from `now_ms` on.
    pub(super) fn provision(instance_id: u32, zone: u8, now_ms: u64, timings: &Timings, random: &mut Random) -> Self {
        let bring_up = BringUp::plan(NodeSource::New, now_ms, timings, random);
        let ready_ms = bring_up.at_ms(Milestone::Ready);
        let mut node = Self::new(instance_id, zone, NodeState::Creating, now_ms, bring_up);
        node.until_ms = Some(ready_ms);
        node
    }

    /// A node of a loaded world, as it stands.
    pub(super) fn existing(instance_id: u32, zone: u8, state: NodeState, now_ms: u64) -> Self {
        let bring_up = BringUp::finished(NodeSource::New, now_ms);
        Self::new(instance_id, zone, state, now_ms, bring_up)
    }

    /// Where it is in its life.
    #[must_use]
    pub fn state(&self) -> NodeState {
        self.state
    }

    /// When it entered its state.
    #[must_use]
    pub fn since_ms(&self) -> u64 {
        self.since_ms
    }

    /// When the transition under way will be over, where one is.
    #[must_use]
    pub fn until_ms(&self) -> Option<u64> {
        self.until_ms
    }

    /// How much of the transition under way is done, in thousandths; 1000 at rest.
    #[must_use]
    pub fn progress_permille(&self, now_ms: u64) -> u16 {
        let Some(until_ms) = self.until_ms else {
            return 1000;
        };
        let length_ms = until_ms.saturating_sub(self.since_ms);
        let done_ms = now_ms.saturating_sub(self.since_ms).min(length_ms);
        match (done_ms * 1000).checked_div(length_ms) {
            Some(permille) => u16::try_from(permille).unwrap_or(1000),
            None => 1000,
        }
    }

    /// Moves on to the next state, which lasts until `until_ms`, or until told otherwise.
    ///
    /// # Panics
    ///
    /// If the life cycle does not know the step. The engine checks states before it acts, so
    /// this is a defect of the engine and never the answer to something a person typed.
    pub(super) fn take(&mut self, step: Step, now_ms: u64, until_ms: Option<u64>) {
        let next = self.state.after(step);
        assert!(next.is_some(), "node {} cannot {step:?} while {:?}", self.instance_id, self.state);
        self.settle(now_ms);
        self.state = next.unwrap_or(self.state);
        self.since_ms = now_ms;
        self.until_ms = until_ms;
        self.timer += 1;
    }

    /// Begins to start a kept virtual machine; gives the time of its first milestone.
    pub(super) fn start(&mut self, now_ms: u64, timings: &Timings, random: &mut Random) {
        let bring_up = BringUp::plan(NodeSource::Cached, now_ms, timings, random);
        let ready_ms = bring_up.at_ms(Milestone::Ready);
        self.take(Step::Start, now_ms, Some(ready_ms));
        self.bring_up = bring_up;
    }

    /// Lets a bring-up that has just begun take a multiple of its time.
    pub(super) fn slow_down(&mut self, factor: u32) {
        self.bring_up.slow_down(factor);
        self.until_ms = Some(self.bring_up.at_ms(Milestone::Ready));
    }

    /// The milestone that a bring-up passes next and when.
    pub(super) fn next_milestone(&self) -> Option<(Milestone, u64)> {
        let next = self.bring_up.reached.next()?;
        Some((next, self.bring_up.at_ms(next)))
    }

    /// Records that a milestone has been reached.
    pub(super) fn reach(&mut self, milestone: Milestone, now_ms: u64) {
        self.settle(now_ms);
        self.bring_up.reached = milestone;
    }

    /// Whether Azure bills its virtual machine now. Not while it is being created (until the
    /// operating system runs), deallocated or deleted; from the first moment of a start.
    #[must_use]
    pub fn is_compute_billed(&self) -> bool {
        match self.state {
            NodeState::Ready | NodeState::Draining | NodeState::Starting => true,
            NodeState::Creating => self.bring_up.has_reached(Milestone::Booted),
            _ => false,
        }
    }

    /// Whether it has an OS disk: from the moment that a host was found until it is gone.
    #[must_use]
    pub fn has_disk(&self) -> bool {
        self.bring_up.source == NodeSource::Cached || self.bring_up.has_reached(Milestone::Allocated)
    }

    /// Whether its machine is released but kept, for scale-down.
    fn is_kept(&self) -> bool {
        match self.state {
            NodeState::Deallocated => true,
            NodeState::Deallocating => self.removal == Removal::Deallocate,
            _ => false,
        }
    }

    /// Whether Kubernetes has an object for it: from the moment that its kubelet has registered until it
    /// is gone.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.bring_up.source == NodeSource::Cached || self.bring_up.has_reached(Milestone::Registered)
    }

    pub(super) fn settle(&mut self, now_ms: u64) {
        let meter = self.metered(now_ms);
        self.meter = meter;
    }

    fn metered(&self, now_ms: u64) -> Meter {
        let passed_ms = now_ms.saturating_sub(self.meter.settled_ms);
        let while_true = |condition: bool| if condition { passed_ms } else { 0 };
        Meter {
            settled_ms: now_ms,
            compute_ms: self.meter.compute_ms + while_true(self.is_compute_billed()),
            disk_ms: self.meter.disk_ms + while_true(self.has_disk()),
            kept_ms: self.meter.kept_ms + while_true(self.is_kept()),
        }
    }

    /// What it has cost up to `now_ms`.
    #[must_use]
    pub fn cost(&self, now_ms: u64, prices: Prices) -> Cost {
        let meter = self.metered(now_ms);
        let compute = |time_ms| Charge::new(prices.compute_microdollars_per_hour, time_ms);
        let disk = |time_ms| Charge::new(prices.disk_microdollars_per_hour, time_ms);
        Cost {
            compute: compute(meter.compute_ms),
            disk: disk(meter.disk_ms),
            avoided_compute: compute(meter.kept_ms),
            kept_disk: disk(meter.kept_ms),
        }
    }

    /// What it costs an hour at this moment, in micro-dollars.
    #[must_use]
    pub fn price_microdollars_per_hour(&self, prices: Prices) -> u64 {
        let if_true = |condition, price| if condition { price } else { 0 };
        if_true(self.is_compute_billed(), prices.compute_microdollars_per_hour)
            + if_true(self.has_disk(), prices.disk_microdollars_per_hour)
    }
}
