//! Commands of kubectl that keep printing events: watches, drains, rollouts and pod deletions.

use super::draining::Drain;
use super::failure::{Failure, not_found, refused_connection};
use super::object::view;
use super::output::{Output, end};
use super::rollout::{PROGRESS_DEADLINE_MS, progress};
use super::watch::Watch;
use crate::ground::error::Stage;
use crate::ground::outcome::{Block, Outcome};
use scale_down_engine::{Cloud, ClusterId};

/// A command that keeps printing events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    cluster: ClusterId,
    subject: Subject,
    /// Generation of the Kubernetes objects at the latest look.
    generation: Option<u64>,
}

/// Subject of a command that keeps printing events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// Rows of objects, printed as they change.
    Watch(Watch),
    /// Pods being deleted, by namespace and name.
    Gone(Vec<(String, String)>),
    /// Nodes being drained.
    Drain(Drain),
    /// A deployment whose rollout is awaited.
    RollOut {
        /// Namespace of the deployment.
        namespace: String,
        /// Name of the deployment.
        name: String,
        /// Latest progress message.
        message: String,
        /// Time of that message, in simulated milliseconds.
        message_ms: u64,
        /// End of the `--timeout`, in simulated milliseconds; `None` without one.
        until_ms: Option<u64>,
    },
}

impl Follow {
    pub(super) fn new(cluster: ClusterId, subject: Subject) -> Self {
        Self { cluster, subject, generation: None }
    }

    /// Returns the simulated time, in milliseconds, of the next look that is due even without a change.
    #[must_use]
    pub fn next_ms(&self) -> Option<u64> {
        match &self.subject {
            Subject::Drain(drain) => Some(drain.next_ms),
            Subject::RollOut { until_ms, message_ms, .. } => {
                let deadline_ms = message_ms + PROGRESS_DEADLINE_MS;
                Some(until_ms.map_or(deadline_ms, |until_ms| until_ms.min(deadline_ms)))
            }
            Subject::Watch(_) | Subject::Gone(_) => None,
        }
    }

    /// Returns `true` if it waits without a time limit: a watch, a pod deletion, or a drain without `--timeout`.
    #[must_use]
    pub fn is_patient(&self) -> bool {
        match &self.subject {
            Subject::Watch(_) | Subject::Gone(_) => true,
            Subject::Drain(drain) => drain.until_ms.is_none(),
            Subject::RollOut { .. } => false,
        }
    }

    /// Looks at the cloud; returns new output, and the outcome once the command has ended.
    pub fn look(&mut self, cloud: &mut Cloud, has_terminal: bool) -> (Vec<Block>, Option<Outcome>) {
        let Some(kubernetes) = cloud.kubernetes(self.cluster) else {
            return (Vec::new(), Some(end(Vec::new(), vec![refused_connection()])));
        };
        let generation = kubernetes.generation();
        let is_due = self.next_ms().is_some_and(|at_ms| at_ms <= cloud.now_ms());
        let is_changed = self.generation != Some(generation);
        self.generation = Some(generation);
        let mut output = Output::default();
        let mut is_over = false;
        if is_changed || is_due {
            is_over = self.subject.look(self.cluster, cloud, &mut output);
        }
        let mut outcome = is_over.then(|| end(Vec::new(), output.failures));
        // Nobody is there who could end it, and nothing more can happen: it would go on for ever.
        if outcome.is_none() && !has_terminal && self.is_patient() && cloud.is_idle() {
            outcome = Some(if matches!(self.subject, Subject::Watch(_)) {
                end(Vec::new(), Vec::new())
            } else {
                let note = "It would go on waiting for ever: nothing is under way that could change this.";
                Outcome { blocks: vec![Block::Note(note.to_owned())], ..Outcome::interrupted(Stage::Ok) }
            });
        }
        (output.parts, outcome)
    }
}

impl Subject {
    fn look(&mut self, cluster: ClusterId, cloud: &mut Cloud, output: &mut Output) -> bool {
        match self {
            Self::Watch(watch) => {
                if let Ok(view) = view(cloud, cluster) {
                    output.print(watch.look(view));
                }
                false
            }
            Self::Gone(pods) => {
                let kubernetes = cloud.kubernetes(cluster);
                pods.retain(|(namespace, name)| {
                    let found = kubernetes.and_then(|kubernetes| kubernetes.pod_named(namespace, name));
                    found.is_some_and(|(pod, _)| pod.is_terminating())
                });
                pods.is_empty()
            }
            Self::Drain(drain) => drain.look(cluster, cloud, output),
            Self::RollOut { namespace, name, message: last, message_ms, until_ms } => {
                let Some(kubernetes) = cloud.kubernetes(cluster) else { return true };
                let Some(deployment) = kubernetes.deployment(namespace, name) else {
                    output.failures.push(not_found("deployments.apps", name));
                    return true;
                };
                let (text, is_over) = progress(deployment, kubernetes);
                if text != *last {
                    output.add(&text);
                    *last = text;
                    *message_ms = cloud.now_ms();
                }
                if !is_over && cloud.now_ms() >= *message_ms + PROGRESS_DEADLINE_MS {
                    let failure = format!("deployment \"{name}\" exceeded its progress deadline");
                    output.failures.push(Failure::usage(failure));
                    return true;
                }
                if !is_over && until_ms.is_some_and(|at_ms| at_ms <= cloud.now_ms()) {
                    output.failures.push(Failure::usage("timed out waiting for the condition"));
                    return true;
                }
                is_over
            }
        }
    }
}
