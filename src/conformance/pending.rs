//! Suites about the pending pods that the autoscaler considers.

use std::sync::Arc;

use super::answer::Answer;
use super::candidates::set_time;
use super::input::{Input, Read};
use super::model::{NOW_MS, aged_ms, at_ms};
use scale_down_engine::autoscaler::pending::{is_expendable, is_old_enough};
use scale_down_engine::autoscaler::{Setting, Settings};
use scale_down_engine::kubernetes::{Pod, PodId, PodSpec, Resources};

/// Adapter of the suite `young-pods`.
pub fn young(input: &Input<'_>) -> Read<Answer> {
    let mut settings = Settings::default();
    set_time(&mut settings, Setting::NewPodScaleUpDelay, input, "new_pod_scale_up_delay_s")?;
    let now_ms = at_ms(input.ms("run_at_s")?.unwrap_or_default());
    let mut considered = Vec::new();
    for pod in input.get("pods")?.as_list()? {
        let mut spec = PodSpec::new("default", pod.text("name")?, Resources::default());
        if let Some(delay) = pod.find("delay_annotation") {
            let key = "cluster-autoscaler.kubernetes.io/pod-scale-up-delay".to_owned();
            spec.annotations.insert(key, delay.as_text()?.to_owned());
        }
        let created_ms = aged_ms(&pod, "age_s")?.unwrap_or(NOW_MS);
        let pod = Pod::new(PodId(0), Arc::new(spec), created_ms);
        if is_old_enough(&pod, &settings, now_ms) {
            considered.push(pod.spec.name.clone());
        }
    }
    Ok(Answer::new().with("considered", considered))
}

/// Adapter of the suite `expendable-pods`.
pub fn expendable(input: &Input<'_>) -> Read<Answer> {
    let integer = |input: &Input<'_>| Ok(input.as_ms()? / 1000);
    let mut settings = Settings::default();
    settings.set(Setting::ExpendablePodsPriorityCutoff, integer(&input.get("priority_cutoff")?)?);
    let mut considered = Vec::new();
    for (name, _) in input.fields("pod_priorities")? {
        let mut spec = PodSpec::new("default", name, Resources::default());
        let priority = input.get("pod_priorities")?.find(name);
        spec.priority =
            priority.map(|priority| integer(&priority)).transpose()?.and_then(|one| i32::try_from(one).ok());
        if !is_expendable(&spec, &settings) {
            considered.push(name);
        }
    }
    Ok(Answer::new().with("considered", considered))
}
