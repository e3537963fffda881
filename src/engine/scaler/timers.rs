//! Times at which an autoscaler's decisions could change without any other change.

use std::sync::Arc;

use crate::autoscaler::cluster_state::ClusterState;
use crate::autoscaler::drainability::BlockingPodReason;
use crate::autoscaler::findings::RecheckTimeout;
use crate::autoscaler::unneeded::threshold_ms;
use crate::autoscaler::unremovable::UnremovableReason;
use crate::autoscaler::{Autoscaler, LoopInput, Setting, Settings, eligibility, pending};
use crate::ground::id::NodeId;
use crate::kubernetes::NodeInfo;
use crate::kubernetes::taint::SHUTDOWN_KEY;

/// Returns the earliest time after `now_ms` at which a loop could decide differently from the one just
/// run, if nothing else changes.
pub(super) fn recheck_ms(
    autoscaler: &Autoscaler,
    input: &LoopInput<'_>,
    settings: &Settings,
    now_ms: u64,
) -> Option<u64> {
    let mut times: Vec<u64> = Vec::new();
    unneeded(autoscaler, input, settings, &mut times);
    requests(&autoscaler.state, settings, &mut times);
    let startup_ms = settings.number(Setting::MaxNodeStartupTime);
    let is_starting = |node: &&Arc<NodeInfo>| !node.is_ready && !eligibility::has_taint(node, SHUTDOWN_KEY);
    let starting = input.nodes.all().iter().filter(is_starting);
    times.extend(starting.map(|node| node.created_ms + startup_ms));
    if !input.pending.is_empty() {
        times.extend(input.pending.iter().map(|pod| pending::old_enough_ms(pod, settings)).filter(|at| *at > now_ms));
        times.extend(autoscaler.state.backoffs.entries().iter().map(|entry| entry.until_ms + 1));
    }
    times.into_iter().filter(|at_ms| *at_ms > now_ms).min()
}

/// Adds the times at which nodes have been unneeded for long enough and no cooldown keeps them, at
/// which unremovable nodes are rechecked, and at which to-be-deleted taints end.
fn unneeded(autoscaler: &Autoscaler, input: &LoopInput<'_>, settings: &Settings, times: &mut Vec<u64>) {
    let is_local = settings.is(Setting::ScaleDownDelayTypeLocal);
    let cooled_ms = autoscaler.last.cooldown_until_ms(settings).filter(|_| !is_local);
    for node in autoscaler.planner.unneeded.nodes() {
        let index = input.nodes.all().binary_search_by_key(&node.id, |known| known.id).ok();
        let is_ready = index.and_then(|index| input.nodes.all().get(index)).is_none_or(|known| known.is_ready);
        let long_ms = node.since_ms + threshold_ms(is_ready, settings) + 1;
        times.push(cooled_ms.map_or(long_ms, |cooled_ms| cooled_ms.max(long_ms)));
    }
    if is_local {
        let cooldowns = autoscaler.last_of_group.iter().filter_map(|(_, last)| last.cooldown_until_ms(settings));
        times.extend(cooldowns);
    }
    for (id, timeout) in autoscaler.planner.recheck_timeouts() {
        if timeout.is_stale {
            times.push(timeout.until_ms);
        }
        times.extend(outgrown_ms(id, timeout, input, settings));
    }
    let marked = input.nodes.all().iter().filter(|node| eligibility::has_taint(node, eligibility::TO_BE_DELETED_KEY));
    times.extend(marked.filter_map(|node| eligibility::mark_ends_ms(node)));
}

/// Returns the time from which a pod of kube-system no longer blocks the removal of its node, because
/// it is old enough.
fn outgrown_ms(id: NodeId, timeout: &RecheckTimeout, input: &LoopInput<'_>, settings: &Settings) -> Option<u64> {
    let UnremovableReason::BlockedByPod(pod, BlockingPodReason::UnmovableKubeSystemPod) = timeout.reason else {
        return None;
    };
    let index = input.nodes.all().binary_search_by_key(&id, |node| node.id).ok()?;
    let pod = input.nodes.all().get(index)?.pod(pod)?;
    let old_ms = pod.created_ms + settings.number(Setting::BlockingSystemPodTimeout) + 1;
    Some(old_ms.max(timeout.until_ms))
}

/// Adds the times at which scale-up requests, unregistered machines and missing nodes time out.
fn requests(state: &ClusterState, settings: &Settings, times: &mut Vec<u64>) {
    let provision_ms = settings.number(Setting::MaxNodeProvisionTime);
    for group in state.groups() {
        times.extend(group.scale_up.map(|request| request.expected_ms + 1));
        times.extend(group.unregistered.iter().map(|machine| machine.since_ms + provision_ms + 1));
        let is_short = |size: &crate::autoscaler::cluster_state::IncorrectSize| size.current < size.expected;
        times.extend(group.incorrect.filter(is_short).map(|size| size.since_ms + provision_ms + 1));
    }
}
