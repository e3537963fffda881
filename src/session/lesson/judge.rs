//! The judge of a lesson: finds the goals that a run has reached.
//!
//! A judge is part of the run. It evaluates the goals at every event, and once a simulated minute for what changes in between
//! (money, time), not at every frame: the result does not depend on how fast time is played, and replaying the
//! log gives the same.

use std::sync::Arc;

use super::fact::{CheckContext, NodeChange};
use super::par::Score;
use super::{Goal, GoalTiming, Lesson};
use crate::Entry;
use scale_down_engine::ground::money::Cost;
use scale_down_engine::record::RecordedEvent;
use scale_down_engine::workloads::{Kubernetes, PodSet};
use scale_down_engine::{Cloud, NodeState};

/// Interval of the judge's evaluations while nothing happens, in milliseconds of simulated time since the set-up.
const EVALUATION_INTERVAL_MS: u64 = 60_000;

/// The moment at which the set-up was over, and the events since.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Baseline {
    pub at_ms: u64,
    pub cost: Cost,
    /// Number of transcript entries of the set-up.
    pub entries: usize,
    next_sequence: u64,
    changes: Vec<PoolChanges>,
    pending_times: PendingTimes,
}

/// Waiting times of pending pods. Between two evaluations no pod becomes pending or ceases to be.
#[derive(Debug, Clone, Default, PartialEq)]
struct PendingTimes {
    updated_ms: u64,
    pending: u64,
    /// Creation time of the oldest pending pod, in milliseconds.
    oldest_ms: Option<u64>,
    total_ms: u64,
    longest_ms: u64,
}

impl PendingTimes {
    /// Returns the waiting times extended from the last evaluation to this moment.
    fn until(&self, now_ms: u64, begun_ms: u64) -> Self {
        let passed_ms = now_ms.saturating_sub(self.updated_ms);
        let wait_ms = self.oldest_ms.map_or(0, |oldest_ms| now_ms.saturating_sub(oldest_ms.max(begun_ms)));
        Self {
            total_ms: self.total_ms.saturating_add(self.pending.saturating_mul(passed_ms)),
            longest_ms: self.longest_ms.max(wait_ms),
            ..self.clone()
        }
    }
}

/// Counts of changes of a pool's nodes, by [`NodeChange`]. The pool may have been deleted since.
#[derive(Debug, Clone, PartialEq)]
struct PoolChanges {
    scale_set: Arc<str>,
    counts: [u64; 5],
}

impl Baseline {
    /// Counts the changes of one kind since the set-up, for the nodes of a pool or for all.
    pub fn changes(&self, change: NodeChange, pool: Option<&str>) -> u64 {
        // The name of a scale set is made of its pool's. Where two clusters have a pool of one name both count.
        let pool = pool.map(|pool| pool.split_once('/').map_or(pool, |(_, pool)| pool));
        let is_of = |scale_set: &str| pool.is_none_or(|pool| scale_set.split('-').nth(1) == Some(pool));
        let counted = self.changes.iter().filter(|one| is_of(&one.scale_set));
        counted.filter_map(|one| one.counts.get(change as usize)).sum()
    }

    /// Returns the total waiting time of pods for a node and the longest of a single pod, in milliseconds.
    pub fn waited_ms(&self, now_ms: u64) -> (u64, u64) {
        let pending_times = self.pending_times.until(now_ms, self.at_ms);
        (pending_times.total_ms, pending_times.longest_ms)
    }

    /// Counts the events since the last evaluation.
    fn count_events(&mut self, cloud: &Cloud) {
        let waiting = || {
            let clusters = cloud.clusters().iter().filter_map(|cluster| cloud.kubernetes(cluster.id));
            clusters.flat_map(Kubernetes::pending).map(PodSet::waiting)
        };
        self.pending_times = PendingTimes {
            updated_ms: cloud.now_ms(),
            pending: waiting().map(|pods| pods.len() as u64).sum(),
            oldest_ms: waiting().filter_map(|pods| pods.front()).map(|pod| pod.created_ms).min(),
            ..self.pending_times.until(cloud.now_ms(), self.at_ms)
        };
        for record in cloud.log().since(self.next_sequence) {
            let change = match record.event {
                RecordedEvent::Entered(NodeState::Creating) => NodeChange::Created,
                RecordedEvent::Entered(NodeState::Starting) => NodeChange::Started,
                RecordedEvent::Entered(NodeState::Deallocated) => NodeChange::Deallocated,
                RecordedEvent::Entered(NodeState::Failed) => NodeChange::Failed,
                RecordedEvent::Gone => NodeChange::Deleted,
                _ => continue,
            };
            let index = self.changes.iter().position(|one| one.scale_set == record.subject).unwrap_or_else(|| {
                self.changes.push(PoolChanges { scale_set: Arc::clone(&record.subject), counts: [0; 5] });
                self.changes.len() - 1
            });
            let counts = self.changes.get_mut(index).map(|one| &mut one.counts);
            if let Some(count) = counts.and_then(|counts| counts.get_mut(change as usize)) {
                *count += 1;
            }
        }
        self.next_sequence = cloud.log().next_sequence();
    }
}

/// The judge of one run: the goals reached so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Judge {
    lesson: Arc<Lesson>,
    /// Nothing counts before the set-up is over.
    baseline: Option<Baseline>,
    reached_ms: Vec<Option<u64>>,
    finished: Option<Completion>,
}

/// The first moment at which every goal was reached.
#[derive(Debug, Clone, PartialEq)]
struct Completion {
    at_ms: u64,
    score: Option<Score>,
}

/// A goal and its state.
#[derive(Debug, Clone, PartialEq)]
pub struct GoalProgress<'a> {
    /// The goal.
    pub goal: &'a Goal,
    /// `true` if it has been reached; for a goal of [`GoalTiming::Now`], if it holds at this moment.
    pub is_reached: bool,
    /// The simulated time at which it was reached, in milliseconds; `None` for a goal of [`GoalTiming::Now`].
    pub reached_ms: Option<u64>,
}

/// The state of a run in its lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress<'a> {
    /// Each goal, in the order of the file.
    pub goals: Vec<GoalProgress<'a>>,
    /// The first simulated time at which every goal was reached, in milliseconds; it does not change afterwards.
    pub finished_ms: Option<u64>,
    /// The score up to that time, or so far; `None` if the lesson is not scored.
    pub score: Option<Score>,
}

impl Judge {
    pub(crate) fn new(lesson: Arc<Lesson>) -> Self {
        let reached_ms = vec![None; lesson.goals.len()];
        Self { lesson, baseline: None, reached_ms, finished: None }
    }

    /// Marks the end of the set-up: everything after it counts.
    pub(crate) fn begin(&mut self, cloud: &Cloud, transcript: &[Arc<Entry>]) {
        self.baseline = Some(Baseline {
            at_ms: cloud.now_ms(),
            cost: cloud.cost(),
            entries: transcript.len(),
            next_sequence: cloud.log().next_sequence(),
            changes: Vec::new(),
            pending_times: PendingTimes { updated_ms: cloud.now_ms(), ..PendingTimes::default() },
        });
        self.evaluate(cloud, transcript);
    }

    /// Returns the time of the next evaluation while nothing happens, in milliseconds; `None` once the lesson is finished.
    pub(crate) fn next_evaluation_ms(&self, now_ms: u64) -> Option<u64> {
        let baseline = self.baseline.as_ref().filter(|_| self.finished.is_none())?;
        let passed = now_ms.saturating_sub(baseline.at_ms) / EVALUATION_INTERVAL_MS;
        baseline.at_ms.checked_add((passed + 1).checked_mul(EVALUATION_INTERVAL_MS)?)
    }

    /// Judges the run at this moment.
    pub(crate) fn evaluate(&mut self, cloud: &Cloud, transcript: &[Arc<Entry>]) {
        let Some(baseline) = &mut self.baseline else {
            return;
        };
        baseline.count_events(cloud);
        if self.finished.is_some() {
            return;
        }
        let context = CheckContext { cloud, transcript, baseline };
        let mut are_all_reached = true;
        for (goal, reached_ms) in self.lesson.goals.iter().zip(&mut self.reached_ms) {
            let is_reached = match goal.when {
                GoalTiming::Now => goal.check.holds(&context),
                GoalTiming::Then if !are_all_reached => false,
                GoalTiming::Once | GoalTiming::Then => {
                    if reached_ms.is_none() && goal.check.holds(&context) {
                        *reached_ms = Some(cloud.now_ms());
                    }
                    reached_ms.is_some()
                }
            };
            are_all_reached &= is_reached;
        }
        if are_all_reached {
            let score = Score::of(&self.lesson.par, &context);
            self.finished = Some(Completion { at_ms: cloud.now_ms(), score });
        }
    }

    /// Returns the state of the run in the lesson.
    pub(crate) fn progress(&self, cloud: &Cloud, transcript: &[Arc<Entry>]) -> Progress<'_> {
        let context = self.baseline.as_ref().map(|baseline| CheckContext { cloud, transcript, baseline });
        let goals = self.lesson.goals.iter().zip(&self.reached_ms).map(|(goal, reached_ms)| {
            let holds = || context.as_ref().is_some_and(|context| goal.check.holds(context));
            let is_reached = if goal.when == GoalTiming::Now { holds() } else { reached_ms.is_some() };
            GoalProgress { goal, is_reached, reached_ms: *reached_ms }
        });
        let score = match &self.finished {
            Some(completion) => completion.score.clone(),
            None => context.as_ref().and_then(|context| Score::of(&self.lesson.par, context)),
        };
        Progress {
            goals: goals.collect(),
            finished_ms: self.finished.as_ref().map(|completion| completion.at_ms),
            score,
        }
    }
}
