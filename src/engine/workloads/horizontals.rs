//! Horizontal pod autoscaling: as many pods as the work needs at a target utilisation.
//!
//! The rules are those of the controller's defaults in Kubernetes: a look every 15 seconds, a tolerance
//! of a tenth, at most the double or four more at a time, and down only to the highest of what was
//! recommended within five minutes. It looks only when what it looks at has changed, or when an older
//! recommendation expires: at other times it would see the same.

use super::change_context::ChangeContext;
use crate::event::Event;
use crate::ground::id::DeploymentId;
use crate::ground::invariant::known;
use crate::ground::queue::Ticket;
use crate::ground::table::Table;

/// Interval at which the controller looks, in milliseconds (`--horizontal-pod-autoscaler-sync-period`).
const SYNC_MS: u64 = 15_000;
/// Time for which a higher recommendation holds, in milliseconds
/// (`--horizontal-pod-autoscaler-downscale-stabilization`).
const STABILIZATION_MS: u64 = 300_000;

/// The specification of a horizontal pod autoscaler, as a user gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HorizontalSpec {
    /// Smallest number of pods.
    pub min: u32,
    /// Largest number of pods.
    pub max: u32,
    /// Target CPU usage of each pod, in percent of its request.
    pub target_percent: u32,
}

/// The horizontal pod autoscaler of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Horizontal {
    /// Its specification.
    pub spec: HorizontalSpec,
    /// When it was created.
    pub created_ms: u64,
    /// Its latest recommendation, in pods.
    latest: u32,
    /// Earlier and higher recommendations: the time in milliseconds until which each was held, and its
    /// pods.
    earlier: Vec<(u64, u32)>,
    /// Time of the next look in milliseconds, with its entry in the cloud's queue.
    next: Option<(u64, Ticket)>,
}

/// A deployment as its horizontal autoscaler finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observed {
    /// Number of pods wanted.
    pub replicas: u32,
    /// Number of pods that are ready.
    pub ready: u32,
    /// CPU usage of each ready pod, in thousandths of its request.
    pub usage_permille: u32,
}

/// A number of pods that a horizontal autoscaler sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rescale {
    /// The number of pods.
    pub pods: u32,
    /// `true` if the usage is above the target.
    pub is_above: bool,
}

/// The horizontal pod autoscalers of a cluster, by the deployments that they scale.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Horizontals {
    by_deployment: Table<DeploymentId, Horizontal>,
}

impl Horizontals {
    /// Returns the autoscalers, with the deployments that they scale.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (DeploymentId, &Horizontal)> + Clone {
        self.by_deployment.iter()
    }

    /// Returns `true` if a deployment has an autoscaler.
    pub fn has(&self, id: DeploymentId) -> bool {
        self.by_deployment.get(id).is_some()
    }

    /// Scales a deployment of `replicas` pods from now on; replaces an earlier autoscaler.
    pub fn set(&mut self, id: DeploymentId, spec: HorizontalSpec, replicas: u32, context: &mut ChangeContext<'_>) {
        self.remove(id, context);
        let created_ms = context.now_ms;
        let horizontal = Horizontal { spec, created_ms, latest: replicas, earlier: Vec::new(), next: None };
        self.by_deployment.insert(id, horizontal);
        self.wake(id, context);
    }

    /// Removes the autoscaler of a deployment; returns `false` if it had none.
    pub fn remove(&mut self, id: DeploymentId, context: &mut ChangeContext<'_>) -> bool {
        let removed = self.by_deployment.remove(id);
        if let Some((_, ticket)) = removed.as_ref().and_then(|horizontal| horizontal.next) {
            context.queue.cancel(ticket);
        }
        removed.is_some()
    }

    /// Schedules a look at the next multiple of the interval, after something that the autoscaler looks
    /// at has changed; does nothing if the deployment has no autoscaler.
    pub fn wake(&mut self, id: DeploymentId, context: &mut ChangeContext<'_>) {
        let at_ms = (context.now_ms / SYNC_MS + 1) * SYNC_MS;
        self.look_at(id, at_ms, context);
    }

    fn look_at(&mut self, id: DeploymentId, at_ms: u64, context: &mut ChangeContext<'_>) {
        let Some(horizontal) = self.by_deployment.get_mut(id) else {
            return;
        };
        match horizontal.next {
            Some((next_ms, _)) if next_ms <= at_ms => return,
            Some((_, ticket)) => context.queue.cancel(ticket),
            None => {}
        }
        let event = Event::Horizontal { cluster: context.cluster, deployment: id };
        horizontal.next = Some((at_ms, context.queue.schedule(at_ms, event)));
    }

    /// Lets the autoscaler of a deployment look: recommends a number of pods and schedules the next
    /// look. Returns the number to set within the limits, or `None` if it stays.
    pub fn look(&mut self, id: DeploymentId, observed: Observed, context: &mut ChangeContext<'_>) -> Option<Rescale> {
        let horizontal = known(self.by_deployment.get_mut(id), "the autoscaler that looks")?;
        horizontal.next = None;
        let Observed { replicas, ready, usage_permille } = observed;
        // Without ready pods there are no metrics, and nothing is recommended; nor for a deployment that
        // somebody has scaled to none.
        if ready == 0 {
            return None;
        }
        let HorizontalSpec { min, max, target_percent } = horizontal.spec;
        let recommended = recommend(replicas, ready, usage_permille, target_percent * 10).clamp(min, max);
        horizontal.hold(recommended, context.now_ms);
        let highest = horizontal.earlier.iter().map(|(_, pods)| *pods).chain([recommended]).max();
        let wanted = if recommended < replicas { highest.unwrap_or(recommended).min(replicas) } else { recommended };
        let wanted = wanted.min((replicas * 2).max(replicas + 4)).clamp(min, max);
        let expires_ms = horizontal.earlier.first().map(|(until_ms, _)| until_ms + STABILIZATION_MS + 1);
        if wanted != recommended && wanted != replicas {
            self.wake(id, context);
        } else if let Some(expires_ms) = expires_ms {
            self.look_at(id, expires_ms.div_ceil(SYNC_MS) * SYNC_MS, context);
        }
        let is_above = usage_permille > target_percent * 10;
        (wanted != replicas).then_some(Rescale { pods: wanted, is_above })
    }

    /// Returns its entries in the cloud's queue.
    pub fn tickets(&self) -> impl Iterator<Item = Ticket> + '_ {
        self.by_deployment.values().filter_map(|horizontal| horizontal.next).map(|(_, ticket)| ticket)
    }
}

impl Horizontal {
    /// Records a recommendation. The one before it was held until now, and counts while it is higher.
    fn hold(&mut self, recommended: u32, now_ms: u64) {
        self.earlier.retain(|(until_ms, _)| until_ms + STABILIZATION_MS >= now_ms);
        if self.latest > recommended {
            self.earlier.retain(|(_, pods)| *pods > self.latest);
            self.earlier.push((now_ms, self.latest));
        }
        self.earlier.retain(|(_, pods)| *pods > recommended);
        self.latest = recommended;
    }
}

/// Returns the number of pods that would meet the target usage. Pods that are not ready yet are
/// expected to help: they count as idle where more are wanted.
fn recommend(replicas: u32, ready: u32, usage_permille: u32, target_permille: u32) -> u32 {
    let work = u64::from(usage_permille) * u64::from(ready);
    let target = u64::from(target_permille).max(1);
    let is_near = |usage: u64| usage * 10 >= target * 9 && usage * 10 <= target * 11;
    let shared = work.checked_div(replicas.into()).unwrap_or(0);
    let is_met = if u64::from(usage_permille) > target { shared * 10 <= target * 11 } else { false };
    if is_near(usage_permille.into()) || is_met {
        return replicas;
    }
    u32::try_from(work.div_ceil(target)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_follows_the_work() {
        let check = |replicas, ready, usage, target, expected| {
            assert_eq!(recommend(replicas, ready, usage, target), expected, "{replicas} {ready} {usage} {target}");
        };
        check(4, 4, 1000, 500, 8);
        check(4, 4, 100, 500, 1);
        // Within a tenth of the target nothing changes.
        check(10, 10, 540, 500, 10);
        check(10, 10, 455, 500, 10);
        check(10, 10, 560, 500, 12);
        // Four more are on their way: with them the work would be shared well enough.
        check(8, 4, 1000, 500, 8);
        check(8, 4, 2000, 500, 16);
        check(5, 5, 0, 500, 0);
    }

    #[test]
    fn a_higher_recommendation_counts_for_a_while_after_it_was_held() {
        let spec = HorizontalSpec { min: 1, max: 100, target_percent: 50 };
        let mut horizontal = Horizontal { spec, created_ms: 0, latest: 10, earlier: Vec::new(), next: None };
        horizontal.hold(6, 1_000);
        assert_eq!(horizontal.earlier, [(1_000, 10)]);
        horizontal.hold(4, 100_000);
        assert_eq!(horizontal.earlier, [(1_000, 10), (100_000, 6)]);
        horizontal.hold(4, 301_001);
        assert_eq!(horizontal.earlier, [(100_000, 6)]);
        horizontal.hold(7, 310_000);
        assert_eq!((horizontal.earlier.len(), horizontal.latest), (0, 7));
    }
}
