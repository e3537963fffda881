//! Which pods the autoscaler helps: those that wait, are old enough and important enough, and that
//! nothing which is there or on its way will take.

use std::sync::Arc;

use super::super::kubernetes::{Pod, PodSpec};
use super::scratch::Scratch;
use super::settings::{Setting, Settings};

const DELAY_ANNOTATION: &str = "cluster-autoscaler.kubernetes.io/pod-scale-up-delay";

/// How long pods of one burst are waited for, in milliseconds.
const BURST_MS: u64 = 2000;
/// The same where some ask for graphics processors.
const GPU_BURST_MS: u64 = 30_000;

/// Whether a pod is so unimportant that nothing is done for it.
#[must_use]
pub fn is_expendable(spec: &PodSpec, settings: &Settings) -> bool {
    spec.priority.is_some_and(|priority| i64::from(priority) < settings.get(Setting::ExpendablePodsPriorityCutoff))
}

/// How old a pod must be before nodes are asked for on its behalf. Its own wish counts if it is the
/// longer one.
fn delay_ms(spec: &PodSpec, settings: &Settings) -> u64 {
    let general_ms = settings.number(Setting::NewPodScaleUpDelay);
    let own_ms = spec.annotation(DELAY_ANNOTATION).and_then(super::duration::parsed_ms);
    own_ms.map_or(general_ms, |own_ms| own_ms.max(general_ms))
}

/// When a pod is old enough to be helped.
#[must_use]
pub fn is_old_enough(pod: &Pod, settings: &Settings, now_ms: u64) -> bool {
    now_ms.saturating_sub(pod.created_ms) > delay_ms(&pod.spec, settings)
}

/// When a pod will be old enough to be helped.
#[must_use]
pub fn old_enough_ms(pod: &Pod, settings: &Settings) -> u64 {
    pod.created_ms + delay_ms(&pod.spec, settings) + 1
}

/// Whether these pods came so lately that more are likely to follow.
#[must_use]
pub fn is_burst(pods: &[Pod], now_ms: u64) -> bool {
    let oldest = |pods: &mut dyn Iterator<Item = &Pod>| pods.map(|pod| pod.created_ms).min();
    let asks_gpu = |pod: &&Pod| pod.spec.requests().gpus > 0;
    let is_young = |oldest: Option<u64>, burst_ms| oldest.is_some_and(|created_ms| created_ms + burst_ms > now_ms);
    is_young(oldest(&mut pods.iter()), BURST_MS) || is_young(oldest(&mut pods.iter().filter(asks_gpu)), GPU_BURST_MS)
}

/// The pods that fit nowhere, after the others have been put where they fit. The important ones are
/// placed first.
#[must_use]
pub fn without_room(scratch: &mut Scratch, mut pods: Vec<Pod>) -> Vec<Pod> {
    pods.sort_by_key(|pod| std::cmp::Reverse(pod.spec.priority.unwrap_or(0)));
    let mut hopeless: Vec<Arc<PodSpec>> = Vec::new();
    pods.retain(|pod| {
        let is_known = pod.spec.owner.is_some() && hopeless.iter().any(|spec| Arc::ptr_eq(spec, &pod.spec));
        if is_known {
            return true;
        }
        let is_placed = scratch.schedule_anywhere(pod).is_some();
        if !is_placed {
            hopeless.push(Arc::clone(&pod.spec));
        }
        !is_placed
    });
    pods
}
