//! The timeline of a run: node counts by state over time, for the slider that goes back.
//!
//! It is kept beside the run and not in it, so that going back keeps the later samples. A replay gives the same
//! counts again and adds nothing; an action in the past cuts off the rest.

use scale_down_engine::{Cloud, StateCounts};

/// Greatest number of samples; beyond it the grain is doubled. A slider is a few hundred pixels wide.
const SAMPLES_MAX: usize = 320;
/// The finest grain of samples, in milliseconds.
const GRAIN_MS: u64 = 1_000;

/// The node counts that hold from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// The simulated time, in milliseconds.
    pub at_ms: u64,
    /// Nodes by state.
    pub counts: StateCounts,
}

/// The data of the time slider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimelineView {
    /// The end of the run so far, in milliseconds.
    pub end_ms: u64,
    /// Node counts by state, in the order of time.
    pub counts: Vec<Sample>,
    /// The simulated times of the log items, in milliseconds.
    pub typed_ms: Vec<u64>,
}

/// Samples of the node counts of a run, thinned out as it grows.
#[derive(Debug, Clone)]
pub struct Timeline {
    samples: Vec<Sample>,
    grain_ms: u64,
    /// Time of the last event whose outcome is in no sample yet, in milliseconds.
    changed_ms: Option<u64>,
    /// The latest time that the run has reached, in milliseconds.
    reached_ms: u64,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { samples: Vec::new(), grain_ms: GRAIN_MS, changed_ms: None, reached_ms: 0 }
    }
}

impl Timeline {
    /// Returns the samples so far, by time. The counts of this moment are in the last one or later than it.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Returns the latest time that the run has reached, in milliseconds.
    #[must_use]
    pub fn reached_ms(&self) -> u64 {
        self.reached_ms
    }

    /// Notes the counts that held until `at_ms`. Called before an event of that time is applied.
    pub(super) fn before(&mut self, at_ms: u64, cloud: &Cloud) {
        if at_ms >= self.reached_ms {
            self.reach(at_ms, cloud);
            self.changed_ms = Some(at_ms);
        }
    }

    /// Moves the end of the timeline to `at_ms`. Called when time has passed.
    pub(super) fn reach(&mut self, at_ms: u64, cloud: &Cloud) {
        if at_ms < self.reached_ms {
            return;
        }
        self.reached_ms = at_ms;
        if self.changed_ms.is_some_and(|changed_ms| changed_ms / self.grain_ms != at_ms / self.grain_ms) {
            self.note(cloud);
        }
    }

    /// Notes the latest counts. Called before the run goes back.
    pub(super) fn leave(&mut self, cloud: &Cloud) {
        if cloud.now_ms() >= self.reached_ms {
            self.note(cloud);
        }
    }

    fn note(&mut self, cloud: &Cloud) {
        let counts = cloud.node_counts();
        let known = self.samples.last().map(|sample| sample.counts);
        if let Some(at_ms) = self.changed_ms.take().filter(|_| known != Some(counts)) {
            self.samples.push(Sample { at_ms, counts });
            self.thin_out();
        }
    }

    /// Drops the samples from `at_ms` on.
    pub(super) fn cut(&mut self, at_ms: u64) {
        self.samples.retain(|sample| sample.at_ms < at_ms);
        self.reached_ms = self.reached_ms.min(at_ms);
        self.changed_ms = self.changed_ms.map(|changed_ms| changed_ms.min(at_ms));
    }

    /// Doubles the grain until there are few enough samples; the last sample within a grain is kept.
    fn thin_out(&mut self) {
        while self.samples.len() > SAMPLES_MAX {
            self.grain_ms *= 2;
            let grain_ms = self.grain_ms;
            self.samples.dedup_by(|later, earlier| {
                let is_same = later.at_ms / grain_ms == earlier.at_ms / grain_ms;
                if is_same {
                    *earlier = *later;
                }
                is_same
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Session, SessionOptions};
    use scale_down_engine::NodeState;

    fn run(lines: &[&str]) -> Session {
        let mut session = Session::new(SessionOptions::default());
        for line in lines {
            session.submit(line);
            session.advance_until_idle();
        }
        session
    }

    const POOL: &str = "-g myResourceGroup --cluster-name myAKSCluster -n nodepool1";

    fn session() -> Session {
        run(&[
            &format!("az aks nodepool add -c 50 --scale-down-mode Deallocate {POOL}"),
            &format!("az aks nodepool scale -c 5 {POOL}"),
            "wait 1h",
        ])
    }

    /// The counts at a time, as the slider shows them.
    fn at(session: &Session, at_ms: u64) -> StateCounts {
        let now = Sample { at_ms: session.now_ms(), counts: session.cloud().node_counts() };
        session
            .timeline()
            .samples()
            .iter()
            .chain([&now])
            .rfind(|sample| sample.at_ms <= at_ms)
            .map_or_else(StateCounts::default, |sample| sample.counts)
    }

    #[test]
    fn samples_are_in_order_and_hold_what_was() {
        let mut session = session();
        let samples = session.timeline().samples().to_vec();
        assert!(samples.len() > 20, "{}", samples.len());
        assert!(samples.is_sorted_by_key(|sample| sample.at_ms));
        for sample in samples {
            session.seek(sample.at_ms);
            assert_eq!(session.cloud().node_counts(), sample.counts, "at {}", sample.at_ms);
        }
    }

    #[test]
    fn going_back_forgets_nothing_and_playing_on_adds_nothing() {
        let mut session = session();
        let (samples, end_ms) = (session.timeline().samples().to_vec(), session.now_ms());
        session.seek(100_000);
        assert_eq!(session.timeline().samples(), samples);
        assert_eq!(session.end_ms(), end_ms);
        session.seek(end_ms);
        assert_eq!(session.timeline().samples(), samples);
    }

    #[test]
    fn another_future_replaces_the_old_one_and_undo_brings_it_back() {
        let mut session = session();
        let end_ms = session.now_ms();
        session.seek(300_000);
        session.submit(&format!("az aks nodepool delete {POOL}"));
        session.advance_until_idle();
        assert!(session.end_ms() < end_ms);
        assert_eq!(at(&session, end_ms).total(), 0);
        assert!(session.undo());
        session.seek(end_ms);
        assert_eq!(at(&session, end_ms).of(NodeState::Deallocated), 45);
        assert_eq!(session.end_ms(), end_ms);
    }

    #[test]
    fn a_branch_drops_what_comes_after_and_undo_brings_it_back() {
        let mut session = session();
        let end_ms = session.now_ms();
        assert!(!session.branch(), "there is nothing after the present");
        session.seek(20_000);
        assert!(session.branch());
        assert_eq!(session.end_ms(), 20_000);
        session.advance_until_idle();
        assert_eq!(session.cloud().node_counts().of(NodeState::Ready), 50);
        assert!(session.undo());
        assert_eq!((session.now_ms(), session.end_ms()), (20_000, end_ms));
        session.seek(end_ms);
        assert_eq!(session.cloud().node_counts().of(NodeState::Deallocated), 45);
    }

    #[test]
    fn a_long_run_keeps_few_samples() {
        let mut lines = vec![format!("az aks nodepool add -c 50 --scale-down-mode Deallocate {POOL}")];
        for round in 0..40 {
            lines.push(format!("az aks nodepool scale -c {} {POOL}", 5 + round % 2 * 40));
            lines.push("wait 20m".to_owned());
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let count = run(&lines).timeline().samples().len();
        assert!((SAMPLES_MAX / 3..=SAMPLES_MAX).contains(&count), "{count}");
    }
}
