//! The judge of a lesson: finds the goals that a run has reached.
//!
//! A judge is part of the run. It looks at every event, and once a simulated minute for what changes in between
//! (money, time), not at every frame: the result does not depend on how fast time is played, and replaying the
//! log gives the same.

use std::sync::Arc;

use super::fact::{Deed, Scene};
use super::par::Score;
use super::{Goal, Lesson, When};
use crate::Entry;
use scale_down_engine::ground::money::Cost;
use scale_down_engine::record::Happening;
use scale_down_engine::workloads::{Kubernetes, PodSet};
use scale_down_engine::{Cloud, NodeState};

/// Interval of the judge's looks while nothing happens, in milliseconds of simulated time since the set-up.
const LOOK_MS: u64 = 60_000;

/// The moment at which the set-up was over, and the events since.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Begun {
    pub at_ms: u64,
    pub cost: Cost,
    /// Number of transcript entries of the set-up.
    pub entries: usize,
    next_sequence: u64,
    deeds: Vec<PoolDeeds>,
    waits: Waits,
}

/// Waiting times of pending pods. Between two looks no pod becomes pending or ceases to be.
#[derive(Debug, Clone, Default, PartialEq)]
struct Waits {
    looked_ms: u64,
    pending: u64,
    /// Creation time of the oldest pending pod, in milliseconds.
    oldest_ms: Option<u64>,
    total_ms: u64,
    longest_ms: u64,
}

impl Waits {
    /// Returns the waiting times extended from the last look to this moment.
    fn until(&self, now_ms: u64, begun_ms: u64) -> Self {
        let passed_ms = now_ms.saturating_sub(self.looked_ms);
        let wait_ms = self.oldest_ms.map_or(0, |oldest_ms| now_ms.saturating_sub(oldest_ms.max(begun_ms)));
        Self {
            total_ms: self.total_ms.saturating_add(self.pending.saturating_mul(passed_ms)),
            longest_ms: self.longest_ms.max(wait_ms),
            ..self.clone()
        }
    }
}

/// Counts of changes of a pool's nodes, by [`Deed`]. The pool may have been deleted since.
#[derive(Debug, Clone, PartialEq)]
struct PoolDeeds {
    scale_set: Arc<str>,
    counts: [u64; 5],
}

impl Begun {
    /// Counts the changes of one kind since the set-up, for the nodes of a pool or for all.
    pub fn deeds(&self, deed: Deed, pool: Option<&str>) -> u64 {
        // The name of a scale set is made of its pool's. Where two clusters have a pool of one name both count.
        let pool = pool.map(|pool| pool.split_once('/').map_or(pool, |(_, pool)| pool));
        let is_of = |scale_set: &str| pool.is_none_or(|pool| scale_set.split('-').nth(1) == Some(pool));
        let counted = self.deeds.iter().filter(|one| is_of(&one.scale_set));
        counted.filter_map(|one| one.counts.get(deed as usize)).sum()
    }

    /// Returns the total waiting time of pods for a node and the longest of a single pod, in milliseconds.
    pub fn waited_ms(&self, now_ms: u64) -> (u64, u64) {
        let waits = self.waits.until(now_ms, self.at_ms);
        (waits.total_ms, waits.longest_ms)
    }

    /// Counts the events since the last look.
    fn look(&mut self, cloud: &Cloud) {
        let waiting = || {
            let clusters = cloud.clusters().iter().filter_map(|cluster| cloud.kubernetes(cluster.id));
            clusters.flat_map(Kubernetes::pending).map(PodSet::waiting)
        };
        self.waits = Waits {
            looked_ms: cloud.now_ms(),
            pending: waiting().map(|pods| pods.len() as u64).sum(),
            oldest_ms: waiting().filter_map(|pods| pods.front()).map(|pod| pod.created_ms).min(),
            ..self.waits.until(cloud.now_ms(), self.at_ms)
        };
        for record in cloud.log().since(self.next_sequence) {
            let deed = match record.happening {
                Happening::Entered(NodeState::Creating) => Deed::Created,
                Happening::Entered(NodeState::Starting) => Deed::Started,
                Happening::Entered(NodeState::Deallocated) => Deed::Deallocated,
                Happening::Entered(NodeState::Failed) => Deed::Failed,
                Happening::Gone => Deed::Deleted,
                _ => continue,
            };
            let index = self.deeds.iter().position(|one| one.scale_set == record.subject).unwrap_or_else(|| {
                self.deeds.push(PoolDeeds { scale_set: Arc::clone(&record.subject), counts: [0; 5] });
                self.deeds.len() - 1
            });
            let counts = self.deeds.get_mut(index).map(|one| &mut one.counts);
            if let Some(count) = counts.and_then(|counts| counts.get_mut(deed as usize)) {
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
    begun: Option<Begun>,
    reached_ms: Vec<Option<u64>>,
    finished: Option<Finish>,
}

/// The first moment at which every goal was reached.
#[derive(Debug, Clone, PartialEq)]
struct Finish {
    at_ms: u64,
    score: Option<Score>,
}

/// A goal and its state.
#[derive(Debug, Clone, PartialEq)]
pub struct GoalProgress<'a> {
    /// The goal.
    pub goal: &'a Goal,
    /// `true` if it has been reached; for a goal of [`When::Now`], if it holds at this moment.
    pub is_reached: bool,
    /// The simulated time at which it was reached, in milliseconds; `None` for a goal of [`When::Now`].
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
        Self { lesson, begun: None, reached_ms, finished: None }
    }

    /// Marks the end of the set-up: everything after it counts.
    pub(crate) fn begin(&mut self, cloud: &Cloud, transcript: &[Entry]) {
        self.begun = Some(Begun {
            at_ms: cloud.now_ms(),
            cost: cloud.cost(),
            entries: transcript.len(),
            next_sequence: cloud.log().next_sequence(),
            deeds: Vec::new(),
            waits: Waits { looked_ms: cloud.now_ms(), ..Waits::default() },
        });
        self.look(cloud, transcript);
    }

    /// Returns the time of the next look while nothing happens, in milliseconds; `None` once the lesson is finished.
    pub(crate) fn next_look_ms(&self, now_ms: u64) -> Option<u64> {
        let begun = self.begun.as_ref().filter(|_| self.finished.is_none())?;
        let passed = now_ms.saturating_sub(begun.at_ms) / LOOK_MS;
        begun.at_ms.checked_add((passed + 1).checked_mul(LOOK_MS)?)
    }

    /// Judges the run at this moment.
    pub(crate) fn look(&mut self, cloud: &Cloud, transcript: &[Entry]) {
        let Some(begun) = &mut self.begun else {
            return;
        };
        begun.look(cloud);
        if self.finished.is_some() {
            return;
        }
        let scene = Scene { cloud, transcript, begun };
        let mut are_all_reached = true;
        for (goal, reached_ms) in self.lesson.goals.iter().zip(&mut self.reached_ms) {
            let is_reached = match goal.when {
                When::Now => goal.check.holds(&scene),
                When::Then if !are_all_reached => false,
                When::Once | When::Then => {
                    if reached_ms.is_none() && goal.check.holds(&scene) {
                        *reached_ms = Some(cloud.now_ms());
                    }
                    reached_ms.is_some()
                }
            };
            are_all_reached &= is_reached;
        }
        if are_all_reached {
            let score = Score::of(&self.lesson.par, &scene);
            self.finished = Some(Finish { at_ms: cloud.now_ms(), score });
        }
    }

    /// Returns the state of the run in the lesson.
    pub(crate) fn progress(&self, cloud: &Cloud, transcript: &[Entry]) -> Progress<'_> {
        let scene = self.begun.as_ref().map(|begun| Scene { cloud, transcript, begun });
        let goals = self.lesson.goals.iter().zip(&self.reached_ms).map(|(goal, reached_ms)| {
            let holds = || scene.as_ref().is_some_and(|scene| goal.check.holds(scene));
            let is_reached = if goal.when == When::Now { holds() } else { reached_ms.is_some() };
            GoalProgress { goal, is_reached, reached_ms: *reached_ms }
        });
        let score = match &self.finished {
            Some(finish) => finish.score.clone(),
            None => scene.as_ref().and_then(|scene| Score::of(&self.lesson.par, scene)),
        };
        Progress { goals: goals.collect(), finished_ms: self.finished.as_ref().map(|finish| finish.at_ms), score }
    }
}
