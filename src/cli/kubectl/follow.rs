//! Commands of kubectl that keep printing events: watches, drains, rollouts and pod deletions.

use super::drain::Drain;
use super::get::Watch;
use super::parse::Request;
use super::{Failure, Said, end, view};
use crate::exec::interrupt_following;
use crate::outcome::{Block, Outcome};
use scale_down_engine::workloads::{Deployment, Kubernetes, PodSet};
use scale_down_engine::{Cloud, ClusterId};

/// Time without progress after which a rollout has failed (`progressDeadlineSeconds`), in milliseconds.
const PROGRESS_DEADLINE_MS: u64 = 600_000;

/// A command that keeps printing events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    cluster: ClusterId,
    request: Request,
    what: What,
    /// Generation of the Kubernetes objects at the latest look.
    seen: Option<u64>,
}

/// Subject of a command that keeps printing events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
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
        said: String,
        /// Time of that message, in simulated milliseconds.
        said_ms: u64,
        /// End of the `--timeout`, in simulated milliseconds; `None` without one.
        until_ms: Option<u64>,
    },
}

impl Follow {
    pub(super) fn new(cluster: ClusterId, request: &Request, what: What) -> Self {
        Self { cluster, request: request.clone(), what, seen: None }
    }

    /// Returns the simulated time, in milliseconds, of the next look that is due even without a change.
    #[must_use]
    pub fn next_ms(&self) -> Option<u64> {
        match &self.what {
            What::Drain(drain) => Some(drain.next_ms),
            What::RollOut { until_ms, said_ms, .. } => {
                let deadline_ms = said_ms + PROGRESS_DEADLINE_MS;
                Some(until_ms.map_or(deadline_ms, |until_ms| until_ms.min(deadline_ms)))
            }
            What::Watch(_) | What::Gone(_) => None,
        }
    }

    /// Returns `true` if it waits without a time limit: a watch, a pod deletion, or a drain without `--timeout`.
    #[must_use]
    pub fn is_patient(&self) -> bool {
        match &self.what {
            What::Watch(_) | What::Gone(_) => true,
            What::Drain(drain) => drain.until_ms.is_none(),
            What::RollOut { .. } => false,
        }
    }

    /// Looks at the cloud; returns new output, and the outcome once the command has ended.
    pub fn look(&mut self, cloud: &mut Cloud, has_terminal: bool) -> (Vec<Block>, Option<Outcome>) {
        let Some(kubernetes) = cloud.kubernetes(self.cluster) else {
            return (Vec::new(), Some(end(Vec::new(), vec![super::refused_connection()])));
        };
        let generation = kubernetes.generation();
        let is_due = self.next_ms().is_some_and(|at_ms| at_ms <= cloud.now_ms());
        let is_changed = self.seen != Some(generation);
        self.seen = Some(generation);
        let mut said = Said::default();
        let mut is_over = false;
        if is_changed || is_due {
            is_over = self.what.look(&self.request, self.cluster, cloud, &mut said);
        }
        let mut outcome = is_over.then(|| end(Vec::new(), said.failures));
        // Nobody is there who could end it, and nothing more can happen: it would go on for ever.
        if outcome.is_none() && !has_terminal && self.is_patient() && cloud.is_idle() {
            outcome = Some(if matches!(self.what, What::Watch(_)) {
                end(Vec::new(), Vec::new())
            } else {
                let note = "It would go on waiting for ever: nothing is under way that could change this.";
                Outcome { blocks: vec![Block::Note(note.to_owned())], ..interrupt_following() }
            });
        }
        (said.parts, outcome)
    }
}

impl What {
    fn look(&mut self, request: &Request, cluster: ClusterId, cloud: &mut Cloud, said: &mut Said) -> bool {
        match self {
            Self::Watch(watch) => {
                if let Ok(view) = view(cloud, cluster) {
                    said.print(watch.look(view, request));
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
            Self::Drain(drain) => drain.look(cluster, cloud, said),
            Self::RollOut { namespace, name, said: last, said_ms, until_ms } => {
                let Some(kubernetes) = cloud.kubernetes(cluster) else { return true };
                let Some(deployment) = kubernetes.deployment(namespace, name) else {
                    said.failures.push(super::not_found("deployments.apps", name));
                    return true;
                };
                let (text, is_over) = progress(deployment, kubernetes);
                if text != *last {
                    said.add(&text);
                    *last = text;
                    *said_ms = cloud.now_ms();
                }
                if !is_over && cloud.now_ms() >= *said_ms + PROGRESS_DEADLINE_MS {
                    let failure = format!("deployment \"{name}\" exceeded its progress deadline");
                    said.failures.push(Failure::usage(failure));
                    return true;
                }
                if !is_over && until_ms.is_some_and(|at_ms| at_ms <= cloud.now_ms()) {
                    said.failures.push(Failure::usage("timed out waiting for the condition"));
                    return true;
                }
                is_over
            }
        }
    }
}

/// Returns kubectl's progress message for a rollout, and `true` if the rollout is complete.
pub(super) fn progress(deployment: &Deployment, kubernetes: &Kubernetes) -> (String, bool) {
    let (name, wanted) = (&deployment.spec.name, deployment.spec.replicas);
    let sets = || deployment.sets.iter().filter_map(|id| kubernetes.set(*id));
    let all: u32 = sets().map(PodSet::active).sum();
    let (updated, available) = sets().next_back().map_or((0, 0), |set| (set.active(), set.ready()));
    let waiting = |text: String| (format!("Waiting for deployment \"{name}\" rollout to finish: {text}..."), false);
    if updated < wanted {
        return waiting(format!("{updated} out of {wanted} new replicas have been updated"));
    }
    if all > updated {
        return waiting(format!("{} old replicas are pending termination", all - updated));
    }
    if available < updated {
        return waiting(format!("{available} of {updated} updated replicas are available"));
    }
    (format!("deployment \"{name}\" successfully rolled out"), true)
}
