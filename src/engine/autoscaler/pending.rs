//! Selection of the pods for which the autoscaler adds nodes: pending, old enough and important enough, and
//! without room on any node that exists or is on its way.

use std::sync::Arc;

use super::cluster_snapshot::ClusterSnapshot;
use super::settings::{Setting, Settings};
use crate::kubernetes::{Pod, PodSpec};

const DELAY_ANNOTATION: &str = "cluster-autoscaler.kubernetes.io/pod-scale-up-delay";

/// Time for which further pods of a burst are waited for, in milliseconds.
const BURST_MS: u64 = 2000;
/// The same if some pods request graphics processors.
const GPU_BURST_MS: u64 = 30_000;

/// Returns `true` if a pod's priority is so low that no nodes are added for it.
#[must_use]
pub fn is_expendable(spec: &PodSpec, settings: &Settings) -> bool {
    spec.priority.is_some_and(|priority| i64::from(priority) < settings.get(Setting::ExpendablePodsPriorityCutoff))
}

/// Returns the age that a pod must exceed before nodes are asked for on its behalf, in milliseconds. Its own
/// annotation counts if it is longer than the setting.
fn delay_ms(spec: &PodSpec, settings: &Settings) -> u64 {
    let general_ms = settings.number(Setting::NewPodScaleUpDelay);
    let own_ms = spec.annotation(DELAY_ANNOTATION).and_then(super::duration::parsed_ms);
    own_ms.map_or(general_ms, |own_ms| own_ms.max(general_ms))
}

/// Returns `true` if a pod is old enough to be helped.
#[must_use]
pub fn is_old_enough(pod: &Pod, settings: &Settings, now_ms: u64) -> bool {
    now_ms.saturating_sub(pod.created_ms) > delay_ms(&pod.spec, settings)
}

/// Returns the time from which a pod is old enough to be helped, in milliseconds.
#[must_use]
pub fn old_enough_ms(pod: &Pod, settings: &Settings) -> u64 {
    pod.created_ms + delay_ms(&pod.spec, settings) + 1
}

/// Returns `true` if the oldest of these pods, or of those that request graphics processors, is so young that
/// more are likely to follow.
#[must_use]
pub fn is_burst(pods: &[Pod], now_ms: u64) -> bool {
    let oldest = |pods: &mut dyn Iterator<Item = &Pod>| pods.map(|pod| pod.created_ms).min();
    let asks_gpu = |pod: &&Pod| pod.spec.requests().gpus > 0;
    let is_young = |oldest: Option<u64>, burst_ms| oldest.is_some_and(|created_ms| created_ms + burst_ms > now_ms);
    is_young(oldest(&mut pods.iter()), BURST_MS) || is_young(oldest(&mut pods.iter().filter(asks_gpu)), GPU_BURST_MS)
}

/// Returns the pods that fit nowhere, after the others have been placed where they fit. Pods of high priority
/// are placed first.
#[must_use]
pub fn without_room(snapshot: &mut ClusterSnapshot, mut pods: Vec<Pod>) -> Vec<Pod> {
    pods.sort_by_key(|pod| std::cmp::Reverse(pod.spec.priority.unwrap_or(0)));
    let mut hopeless: Vec<Arc<PodSpec>> = Vec::new();
    pods.retain(|pod| {
        let is_known = pod.spec.owner.is_some() && hopeless.iter().any(|spec| Arc::ptr_eq(spec, &pod.spec));
        if is_known {
            return true;
        }
        let is_placed = snapshot.schedule_anywhere(pod).is_some();
        if !is_placed {
            hopeless.push(Arc::clone(&pod.spec));
        }
        !is_placed
    });
    pods
}
