//! One node: a scale set instance and the Kubernetes node object on it.
//!
//! A node holds its state, its latest bring-up and its billed time. It decides nothing: the cloud moves it.

use crate::azure::lifecycle::{NodeState, Transition};
use crate::azure::timing::{Timing, Timings};
use crate::ground::id::OperationId;
use crate::ground::money::{Charge, Cost};
use crate::ground::random::Random;

/// The source of a node's latest bring-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeSource {
    /// A new virtual machine was provisioned.
    New,
    /// A deallocated or stopped machine was started; its images were on the disk.
    Cached,
}

impl NodeSource {
    /// Returns the word in tables: `new` or `cached`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Cached => "cached",
        }
    }

    /// Returns the phases of a bring-up, in order.
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

/// A milestone of a bring-up, in order.
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
    /// All milestones, in order.
    pub const ALL: [Self; 6] =
        [Self::Requested, Self::Allocated, Self::Booted, Self::Registered, Self::ImagesReady, Self::Ready];

    /// Returns the name that is displayed.
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

/// A bring-up: the time at which each milestone is due or was reached, and the latest one reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BringUp {
    /// New or cached.
    pub source: NodeSource,
    /// The latest milestone reached.
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

    /// Creates a bring-up that lies in the past, for a world that is loaded as it stands.
    fn finished(source: NodeSource, at_ms: u64) -> Self {
        Self { source, reached: Milestone::Ready, at_ms: [at_ms; 6] }
    }

    /// Returns the time of the request, in milliseconds.
    pub(crate) fn requested_ms(&self) -> u64 {
        self.at_ms(Milestone::Requested)
    }

    /// Multiplies all durations since the request by `factor`.
    fn slow_down(&mut self, factor: u32) {
        let begin_ms = self.at_ms(Milestone::Requested);
        for slot in &mut self.at_ms {
            *slot = begin_ms.saturating_add((*slot - begin_ms).saturating_mul(factor.into()));
        }
    }

    /// Returns the time at which a milestone is due or was reached, in milliseconds.
    #[must_use]
    pub fn at_ms(&self, milestone: Milestone) -> u64 {
        self.at_ms.get(milestone as usize).copied().unwrap_or(0)
    }

    fn has_reached(&self, milestone: Milestone) -> bool {
        self.reached >= milestone
    }
}

/// The purpose of a removal: the state in which the virtual machine ends.
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
    /// Its availability zone, 1 to 3; 0 in a pool without zones. It never changes.
    pub zone: u8,
    /// Creation time of the instance, in milliseconds.
    pub created_ms: u64,
    /// The latest bring-up.
    pub bring_up: BringUp,
    /// The operation that waits for this node.
    pub(crate) operation: Option<OperationId>,
    /// Purpose of the drain, deallocation or deletion under way.
    pub(crate) removal: Removal,
    /// Number of the latest timer; an event with an earlier number is stale.
    pub(crate) timer: u32,
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

    /// Creates a node whose new virtual machine is being provisioned from `now_ms` on.
    pub(crate) fn provision(instance_id: u32, zone: u8, now_ms: u64, timings: &Timings, random: &mut Random) -> Self {
        let bring_up = BringUp::plan(NodeSource::New, now_ms, timings, random);
        let ready_ms = bring_up.at_ms(Milestone::Ready);
        let mut node = Self::new(instance_id, zone, NodeState::Creating, now_ms, bring_up);
        node.until_ms = Some(ready_ms);
        node
    }

    /// Creates a node of a loaded world in the given state.
    pub(crate) fn existing(instance_id: u32, zone: u8, state: NodeState, now_ms: u64) -> Self {
        let bring_up = BringUp::finished(NodeSource::New, now_ms);
        Self::new(instance_id, zone, state, now_ms, bring_up)
    }

    /// Returns its state in the life cycle.
    #[must_use]
    pub fn state(&self) -> NodeState {
        self.state
    }

    /// Returns the time at which it entered its state, in milliseconds.
    #[must_use]
    pub fn since_ms(&self) -> u64 {
        self.since_ms
    }

    /// Returns the time at which the transition under way is due to end, in milliseconds; `None` at rest.
    #[must_use]
    pub fn until_ms(&self) -> Option<u64> {
        self.until_ms
    }

    /// Returns the progress of the transition under way, in thousandths; 1000 at rest.
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

    /// Moves the node to the state after `transition`, which lasts until `until_ms`, or until the next transition.
    ///
    /// # Panics
    ///
    /// If the life cycle does not allow the transition. The engine checks states before it acts, so a panic
    /// is a defect of the engine and never the answer to user input.
    pub(crate) fn apply(&mut self, transition: Transition, now_ms: u64, until_ms: Option<u64>) {
        let next = self.state.after(transition);
        assert!(next.is_some(), "node {} cannot {transition:?} while {:?}", self.instance_id, self.state);
        self.settle(now_ms);
        self.state = next.unwrap_or(self.state);
        self.since_ms = now_ms;
        self.until_ms = until_ms;
        self.timer += 1;
    }

    /// Begins to start a kept virtual machine and plans its bring-up.
    pub(crate) fn start(&mut self, now_ms: u64, timings: &Timings, random: &mut Random) {
        let bring_up = BringUp::plan(NodeSource::Cached, now_ms, timings, random);
        let ready_ms = bring_up.at_ms(Milestone::Ready);
        self.apply(Transition::Start, now_ms, Some(ready_ms));
        self.bring_up = bring_up;
    }

    /// Multiplies the duration of a bring-up that has just begun by `factor`.
    pub(crate) fn slow_down(&mut self, factor: u32) {
        self.bring_up.slow_down(factor);
        self.until_ms = Some(self.bring_up.at_ms(Milestone::Ready));
    }

    /// Returns the next milestone of a bring-up and its time, in milliseconds.
    pub(crate) fn next_milestone(&self) -> Option<(Milestone, u64)> {
        let next = self.bring_up.reached.next()?;
        Some((next, self.bring_up.at_ms(next)))
    }

    /// Records that a milestone has been reached.
    pub(crate) fn reach(&mut self, milestone: Milestone, now_ms: u64) {
        self.settle(now_ms);
        self.bring_up.reached = milestone;
    }

    /// Returns `true` if Azure bills its virtual machine now. Not while it is being created (until the
    /// operating system runs), deallocated or deleted; from the first moment of a start.
    #[must_use]
    pub fn is_compute_billed(&self) -> bool {
        match self.state {
            NodeState::Ready | NodeState::Draining | NodeState::Starting => true,
            NodeState::Creating => self.bring_up.has_reached(Milestone::Booted),
            _ => false,
        }
    }

    /// Returns `true` if it has an OS disk: from the moment that a host was found until it is gone.
    #[must_use]
    pub fn has_disk(&self) -> bool {
        self.bring_up.source == NodeSource::Cached || self.bring_up.has_reached(Milestone::Allocated)
    }

    /// Returns `true` if its machine was released by a scale-down and is kept, not stopped with its pool.
    fn is_kept(&self) -> bool {
        match self.state {
            NodeState::Deallocated => true,
            NodeState::Deallocating => self.removal == Removal::Deallocate,
            _ => false,
        }
    }

    /// Returns `true` if Kubernetes has a node object for it: from the registration of its kubelet
    /// until it is gone.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.bring_up.source == NodeSource::Cached || self.bring_up.has_reached(Milestone::Registered)
    }

    pub(crate) fn settle(&mut self, now_ms: u64) {
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

    /// Returns its cost up to `now_ms`.
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

    /// Returns its price at this moment, in micro-dollars an hour.
    #[must_use]
    pub fn price_microdollars_per_hour(&self, prices: Prices) -> u64 {
        let if_true = |condition, price| if condition { price } else { 0 };
        if_true(self.is_compute_billed(), prices.compute_microdollars_per_hour)
            + if_true(self.has_disk(), prices.disk_microdollars_per_hour)
    }
}
