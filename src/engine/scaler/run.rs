//! One loop of a cluster's autoscaler: what it sees, what it decides, and what it reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cloud_provider::SimulatedProvider;
use super::conditions::conditions;
use super::state::{LastLoop, Scaler, is_sized};
use super::tell::{kubernetes_event, unmark};
use super::{loop_input, machines, timers};
use crate::autoscaler::registered_nodes::RegisteredNodes;
use crate::autoscaler::{AutoscalerEvent, AutoscalingContext, Setting, Settings};
use crate::azure::pool_spec::ScaleDownMode;
use crate::ground::id::{ClusterId, PoolId};
use crate::ground::invariant::known;
use crate::kubernetes::{Pod, PodId};
use crate::provider::Subscription;
use crate::workloads::DrainPolicy;

/// Duration of a loop for each node, in milliseconds. The autoscaler's FAQ gives the time to react as
/// 30 s up to 100 nodes and 60 s up to 1,000; linear growth is an assumption.
const LOOP_MS_PER_NODE: u64 = 60;

impl Scaler {
    /// Runs a loop and carries out its decisions.
    pub(super) fn scan(&mut self, subscription: &mut Subscription, id: ClusterId) {
        let Some(cluster) = subscription.cluster_by_id(id) else {
            return;
        };
        let settings = self.settings(cluster);
        let pools: Vec<PoolId> =
            cluster.pools.iter().filter(|pool| is_sized(cluster, pool)).map(|pool| pool.id).collect();
        let recheck_ms = self.run_loop(subscription, id, &pools, &settings);
        let kubernetes = known(subscription.kubernetes(id), "the Kubernetes objects of a cluster");
        let (generation, nodes) = kubernetes.map_or((0, 0), |found| (found.generation(), found.nodes().count()));
        let length_ms = LOOP_MS_PER_NODE * u64::try_from(nodes).unwrap_or(u64::MAX);
        self.last = Some(LastLoop { at_ms: subscription.now_ms(), generation, recheck_ms, length_ms });
    }

    /// Runs a loop. Returns the time in milliseconds at which its decisions could change without any
    /// other change.
    fn run_loop(
        &mut self,
        subscription: &mut Subscription,
        id: ClusterId,
        pools: &[PoolId],
        settings: &Settings,
    ) -> Option<u64> {
        let now_ms = subscription.now_ms();
        let mut nodes = std::mem::take(&mut self.nodes.0);
        nodes.renew(known(subscription.kubernetes(id), "the Kubernetes objects of a cluster")?.nodes());
        if unmark_kept(subscription, id, pools, &nodes) {
            nodes.renew(subscription.kubernetes(id)?.nodes());
        }
        if let Some((kubernetes, _)) = subscription.kubernetes_mut(id) {
            kubernetes.set_autoscaler_drain(DrainPolicy {
                patience_ms: settings.number(Setting::MaxPodEvictionTime),
                grace_ms_max: settings.number(Setting::MaxGracefulTermination),
                ..DrainPolicy::AUTOSCALER
            });
        }
        let cluster = subscription.cluster_by_id(id)?;
        let kubernetes = subscription.kubernetes(id)?;
        let mut failed = Vec::new();
        let mut templates = Vec::new();
        for pool in pools.iter().filter_map(|pool| cluster.pool_by_id(*pool)) {
            failed.push(machines::failed(self.caches.entry(pool.id), pool, settings, now_ms));
            templates.push(loop_input::template(pool, kubernetes)?);
        }
        let mut input = loop_input::loop_input(cluster, kubernetes, pools, &templates, failed, nodes);
        let before = self.autoscaler.planner.unneeded.clone();
        let mut events = Vec::new();
        let (caches, priorities) = (&mut self.caches, &self.priorities);
        let mut provider =
            SimulatedProvider { subscription, cluster: id, pools, caches, priorities, settings, events: Vec::new() };
        let mut context =
            AutoscalingContext { input: &mut input, provider: &mut provider, settings, now_ms, events: &mut events };
        let outcome = self.autoscaler.run_once(&mut context);
        events.append(&mut provider.events);
        let autoscaler = &self.autoscaler;
        let is_same = !outcome.has_acted && !outcome.waits_for_burst && before == autoscaler.planner.unneeded;
        let recheck_ms =
            if is_same { timers::recheck_ms(autoscaler, &input, settings, now_ms) } else { Some(now_ms + 1) };
        self.conditions = conditions(autoscaler, &input.groups, settings, &self.conditions, now_ms);
        self.nodes.0 = input.nodes;
        self.log_events(subscription, id, events, &input.pending);
        recheck_ms
    }

    /// Writes the events of the autoscaler into the log. Refusals that pods got in the last loop are not repeated.
    fn log_events(
        &mut self,
        subscription: &mut Subscription,
        id: ClusterId,
        events: Vec<AutoscalerEvent>,
        pending: &[Pod],
    ) {
        let Some((_, mut context)) = subscription.kubernetes_mut(id) else {
            return;
        };
        let pending: BTreeMap<PodId, &Pod> = pending.iter().map(|pod| (pod.id, pod)).collect();
        let mut last_refusals = Vec::new();
        let mut known = KnownRefusals { refusals: &self.last_refusals, place: 0 };
        for event in events {
            let is_refusal =
                matches!(event, AutoscalerEvent::NotTriggerScaleUp { .. } | AutoscalerEvent::MaxNodesForPod { .. });
            let is_known = is_refusal && known.contains(&event);
            if !is_known && let Some(recorded) = kubernetes_event(&event, &pending) {
                context.record_event(recorded);
            }
            if is_refusal {
                last_refusals.push(event);
            }
        }
        if *self.last_refusals != last_refusals {
            self.last_refusals = Arc::new(last_refusals);
        }
    }
}

/// Removes the to-be-deleted taint from deallocated nodes of pools in mode Deallocate, so that they
/// can be used when they are started again. Returns `true` if there were any.
fn unmark_kept(subscription: &mut Subscription, id: ClusterId, pools: &[PoolId], nodes: &RegisteredNodes) -> bool {
    let mut has_unmarked = false;
    for node in nodes.summaries().iter().filter(|node| node.is_to_be_deleted && node.is_kept) {
        let pool = pools.iter().find(|pool| **pool == node.id.pool).and_then(|pool| subscription.pool(*pool));
        if pool.is_some_and(|pool| pool.spec.scale_down_mode == ScaleDownMode::Deallocate) {
            unmark(subscription, id, node.id);
            has_unmarked = true;
        }
    }
    has_unmarked
}

/// The refusals of the last loop, of which the next loop repeats most in the same order.
struct KnownRefusals<'a> {
    refusals: &'a [AutoscalerEvent],
    /// Index behind the refusal that was found last.
    place: usize,
}

impl KnownRefusals<'_> {
    /// Returns `true` if a refusal is among them. It is looked for from where the one before it was found: with thousands
    /// of pods, a search from the beginning for each would take most of the time of a loop.
    fn contains(&mut self, event: &AutoscalerEvent) -> bool {
        let (before, behind) = self.refusals.split_at(self.place);
        let found = behind.iter().chain(before).position(|known| known == event);
        if let Some(distance) = found {
            self.place = (self.place + distance) % self.refusals.len() + 1;
        }
        found.is_some()
    }
}
