//! The timeline of a run: nodes, pods and prices over time, for the chart that goes back.
//!
//! It is kept beside the run and not in it, so that going back keeps the later samples. A replay gives the same
//! totals again and adds nothing; an action in the past cuts off the rest.

use scale_down_engine::{Cloud, Totals};

/// Greatest number of samples; beyond it the grain is doubled. A chart is a few hundred pixels wide.
const SAMPLES_MAX: usize = 320;
/// The finest grain of samples, in milliseconds.
const GRAIN_MS: u64 = 1_000;
/// Most characters of a typed line that a chart shows.
const WORDS_MAX: usize = 40;

/// The greatest number of pending pods in a time that samples do not show: pods often wait for less than a grain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peak {
    /// The number of pending pods.
    pub pending: u32,
    /// The simulated time from which on there were so many, in milliseconds.
    pub since_ms: u64,
}

/// The totals that hold from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// The simulated time, in milliseconds.
    pub at_ms: u64,
    /// Nodes, pods and prices.
    pub totals: Totals,
    /// The peak of pending pods between the sample before and this one.
    pub peak: Peak,
}

/// A line that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedLine {
    /// The simulated time, in milliseconds.
    pub at_ms: u64,
    /// Its first words, at most 40 characters.
    pub words: String,
}

/// The data of the chart of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimelineView {
    /// The end of the run so far, in milliseconds.
    pub end_ms: u64,
    /// Samples, in the order of time.
    pub samples: Vec<Sample>,
    /// The lines of the log, in the order of time.
    pub typed: Vec<TypedLine>,
    /// The time of day at the beginning of the run, in milliseconds after midnight, if a load knows hours.
    pub time_of_day_ms: Option<u64>,
    /// Prices of the first way that the run is held against; `None` if there is none.
    pub other: Option<OtherPrices>,
}

/// Prices of another way, as far as it was played.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherPrices {
    /// Its name, such as `Delete`.
    pub name: String,
    /// Prices in the order of time: time in milliseconds, and micro-dollars an hour.
    pub prices: Vec<(u64, u64)>,
    /// The time until which they are known, in milliseconds.
    pub known_ms: u64,
}

impl OtherPrices {
    /// Returns the price at a moment, in micro-dollars an hour; `None` if it is not known yet.
    #[must_use]
    pub fn at(&self, at_ms: u64) -> Option<u64> {
        let passed = self.prices.partition_point(|(since_ms, _)| *since_ms <= at_ms);
        let price = passed.checked_sub(1).and_then(|last| self.prices.get(last)).map_or(0, |(_, price)| *price);
        (at_ms <= self.known_ms).then_some(price)
    }
}

/// The values of a chart at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// Nodes, pods and prices as last sampled.
    pub totals: Totals,
    /// Pending pods: those of the sample, or of the peak that it does not show.
    pub pending_max: u32,
}

impl TimelineView {
    /// Returns the values at a moment; nothing exists before the first sample.
    #[must_use]
    pub fn at(&self, at_ms: u64) -> Reading {
        let passed = self.samples.partition_point(|sample| sample.at_ms <= at_ms);
        let sample = passed.checked_sub(1).and_then(|last| self.samples.get(last));
        let totals = sample.map(|sample| sample.totals).unwrap_or_default();
        let peak = self.samples.get(passed).map(|next| next.peak).filter(|peak| peak.since_ms <= at_ms);
        Reading { totals, pending_max: totals.pods.pending.max(peak.unwrap_or_default().pending) }
    }
}

/// Returns the first words of a text: its first line, cut off where it is too long.
pub(super) fn first_words(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if line.chars().count() <= WORDS_MAX {
        return line.to_owned();
    }
    let kept: String = line.chars().take(WORDS_MAX - 1).collect();
    format!("{}…", kept.trim_end())
}

/// Samples of the totals of a run, thinned out as it grows.
#[derive(Debug, Clone)]
pub struct Timeline {
    samples: Vec<Sample>,
    grain_ms: u64,
    /// Time of the last event whose outcome is in no sample yet, in milliseconds.
    changed_ms: Option<u64>,
    /// Time of the last event, in milliseconds: what holds now has held since then.
    since_ms: u64,
    /// The peak of pending pods since the last sample.
    peak: Peak,
    /// The latest time that the run has reached, in milliseconds.
    reached_ms: u64,
    /// The time of day at the beginning of the run, and when it became known, both in milliseconds.
    time_of_day: Option<(u64, u64)>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            samples: Vec::new(),
            grain_ms: GRAIN_MS,
            changed_ms: None,
            since_ms: 0,
            peak: Peak::default(),
            reached_ms: 0,
            time_of_day: None,
        }
    }
}

impl Timeline {
    /// Returns the samples so far, by time. The totals of this moment are in the last one or later than it.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Returns the sample of what holds at the end of the run, where the cloud is.
    pub(super) fn latest(&self, cloud: &Cloud) -> Sample {
        Sample { at_ms: self.changed_ms.unwrap_or(self.reached_ms), totals: cloud.totals(), peak: self.peak }
    }

    /// Returns the latest time that the run has reached, in milliseconds.
    #[must_use]
    pub fn reached_ms(&self) -> u64 {
        self.reached_ms
    }

    /// Returns the time of day at the beginning of the run, in milliseconds after midnight, if it is known.
    pub(super) fn time_of_day_ms(&self) -> Option<u64> {
        self.time_of_day.map(|(time_of_day_ms, _)| time_of_day_ms)
    }

    /// Notes the totals that held until `at_ms`. Called before an event of that time is applied.
    pub(super) fn before(&mut self, at_ms: u64, cloud: &Cloud) {
        if at_ms < self.reached_ms {
            return;
        }
        self.reach(at_ms, cloud);
        self.changed_ms = Some(at_ms);
        if at_ms > self.since_ms {
            let pending = cloud.pod_counts().pending;
            if pending > self.peak.pending {
                self.peak = Peak { pending, since_ms: self.since_ms };
            }
            self.since_ms = at_ms;
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

    /// Notes the latest totals. Called before the run goes back.
    pub(super) fn leave(&mut self, cloud: &Cloud) {
        if cloud.now_ms() >= self.reached_ms {
            self.note(cloud);
        }
    }

    fn note(&mut self, cloud: &Cloud) {
        let Some(at_ms) = self.changed_ms.take() else { return };
        let (totals, peak) = (cloud.totals(), std::mem::take(&mut self.peak));
        if let Some(time_of_day_ms) = cloud.time_of_day_ms().filter(|time| self.time_of_day_ms() != Some(*time)) {
            self.time_of_day = Some((time_of_day_ms, at_ms));
        }
        let known = self.samples.last().map(|sample| sample.totals);
        let shown = totals.pods.pending.max(known.unwrap_or_default().pods.pending);
        if known != Some(totals) || peak.pending > shown {
            self.samples.push(Sample { at_ms, totals, peak });
            self.thin_out();
        }
    }

    /// Drops the samples from `at_ms` on.
    pub(super) fn cut(&mut self, at_ms: u64) {
        self.samples.retain(|sample| sample.at_ms < at_ms);
        self.reached_ms = self.reached_ms.min(at_ms);
        self.changed_ms = self.changed_ms.map(|changed_ms| changed_ms.min(at_ms));
        self.since_ms = self.since_ms.min(at_ms);
        if self.peak.since_ms >= at_ms {
            self.peak = Peak::default();
        }
        self.time_of_day = self.time_of_day.filter(|(_, known_ms)| *known_ms < at_ms);
    }

    /// Doubles the grain until there are few enough samples; the last sample within a grain is kept, and the highest
    /// peak.
    fn thin_out(&mut self) {
        while self.samples.len() > SAMPLES_MAX {
            self.grain_ms *= 2;
            let grain_ms = self.grain_ms;
            self.samples.dedup_by(|later, earlier| {
                let is_same = later.at_ms / grain_ms == earlier.at_ms / grain_ms;
                if is_same {
                    let peak = if later.peak.pending > earlier.peak.pending { later.peak } else { earlier.peak };
                    *earlier = Sample { peak, ..*later };
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
    use scale_down_engine::{NodeState, StateCounts};

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

    /// The counts at a time, as the chart shows them.
    fn at(session: &Session, at_ms: u64) -> StateCounts {
        session.timeline_view().at(at_ms).totals.counts
    }

    #[test]
    fn samples_are_in_order_and_hold_what_was() {
        let mut session = session();
        let samples = session.timeline().samples().to_vec();
        assert!(samples.len() > 20, "{}", samples.len());
        assert!(samples.is_sorted_by_key(|sample| sample.at_ms));
        for sample in samples {
            session.seek(sample.at_ms);
            assert_eq!(session.cloud().totals(), sample.totals, "at {}", sample.at_ms);
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
        session.submit(&format!("az aks nodepool wait --updated {POOL} && az aks nodepool delete {POOL}"));
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

    /// A day of office hours with the autoscaler, which starts late enough that pods wait.
    fn day() -> Session {
        run(&[
            "sim cluster myResourceGroup/myAKSCluster",
            &format!("az aks nodepool add --enable-cluster-autoscaler --min-count 1 --max-count 50 {POOL}"),
            "sim load office-hours 8 200 --begin 7:30",
            "wait 12h",
        ])
    }

    #[test]
    fn totals_are_those_of_a_frame() {
        let mut session = day();
        for at_ms in [0, 100_000, 3_600_000, 7_200_000, session.now_ms()] {
            session.seek(at_ms);
            let (totals, frame) = (session.cloud().totals(), session.snapshot());
            assert_eq!(totals.counts, frame.counts, "at {at_ms}");
            assert_eq!(totals.pods, frame.pods, "at {at_ms}");
            assert_eq!(totals.per_hour_microdollars, frame.cost.per_hour_microdollars, "at {at_ms}");
        }
    }

    #[test]
    fn pods_that_wait_for_less_than_a_grain_are_seen() {
        let mut session = day();
        let view = session.timeline_view();
        assert!(view.samples.len() <= SAMPLES_MAX + 1, "{}", view.samples.len());
        let peaks: Vec<Peak> = view.samples.iter().map(|sample| sample.peak).filter(|peak| peak.pending > 0).collect();
        let hidden: Vec<&Peak> = peaks.iter().filter(|peak| view.at(peak.since_ms).totals.pods.pending == 0).collect();
        assert!(!hidden.is_empty(), "no wait is shorter than the grain");
        for peak in peaks {
            assert!(view.at(peak.since_ms).pending_max >= peak.pending, "{peak:?}");
            session.seek(peak.since_ms);
            assert_eq!(session.cloud().pod_counts().pending, peak.pending, "{peak:?}");
        }
    }

    #[test]
    fn a_time_of_day_is_known_from_the_load_on_and_in_the_past() {
        let mut session = day();
        let time_of_day_ms = session.timeline_view().time_of_day_ms.expect("a load that knows hours");
        let typed = session.timeline_view().typed;
        let load = typed.iter().find(|typed| typed.words.starts_with("sim load")).expect("a line").clone();
        assert_eq!((load.at_ms + time_of_day_ms) % 86_400_000, 27_000_000);
        session.seek(0);
        assert_eq!(session.timeline_view().time_of_day_ms, Some(time_of_day_ms));
        session.branch();
        assert_eq!(session.timeline_view().time_of_day_ms, None);
    }

    #[test]
    fn typed_lines_are_known_by_their_first_words() {
        let check = |text: &str, words: &str| assert_eq!(first_words(text), words);
        check("wait 1h", "wait 1h");
        check("\n  az aks list\naz group list", "az aks list");
        check("az aks nodepool scale -c 5 -g rg -n pool", "az aks nodepool scale -c 5 -g rg -n pool");
        check("az aks nodepool scale -c 5 -g rg -n pools", "az aks nodepool scale -c 5 -g rg -n poo…");
        check(&"é".repeat(50), &format!("{}…", "é".repeat(39)));
        let mut session = session();
        session.submit("wait 1h");
        session.interrupt();
        let typed = session.timeline_view().typed;
        assert_eq!(
            typed.iter().map(|typed| typed.words.as_str()).skip(2).collect::<Vec<_>>(),
            ["wait 1h", "wait 1h", "Ctrl-C"]
        );
    }
}
