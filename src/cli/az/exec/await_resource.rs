//! `az aks wait`, `az aks nodepool wait` and `az group wait`.

use super::context::Context;
use super::execution::Action;
use super::refusal::Result;
use super::wait::{Until, WaitCondition, WaitTarget};
use crate::az::arguments::{ClusterName, GroupName, PoolName, WaitConditions, arguments};
use crate::az::validate::decorator;

arguments! {
    pub(super) struct ClusterWait<'a> {
        cluster: ClusterName<'a>,
        wait: WaitConditions<'a>,
    }
}

arguments! {
    pub(super) struct PoolWait<'a> {
        pool: PoolName<'a>,
        wait: WaitConditions<'a>,
    }
}

arguments! {
    pub(super) struct GroupWait<'a> {
        group: GroupName<'a>,
        wait: WaitConditions<'a>,
    }
}

pub(super) fn cluster(arguments: &ClusterWait<'_>, context: &mut Context<'_>) -> Result<Action> {
    resource(WaitTarget::of_cluster(&arguments.cluster), &arguments.wait, context)
}

pub(super) fn pool(arguments: &PoolWait<'_>, context: &mut Context<'_>) -> Result<Action> {
    let PoolName { cluster, name } = &arguments.pool;
    let target = WaitTarget { pool: Some((*name).to_owned()), ..WaitTarget::of_cluster(cluster) };
    resource(target, &arguments.wait, context)
}

pub(super) fn group(arguments: &GroupWait<'_>, context: &mut Context<'_>) -> Result<Action> {
    let target = WaitTarget { group: arguments.group.name.to_owned(), cluster: None, pool: None };
    resource(target, &arguments.wait, context)
}

/// Waits until a resource is as a line asks.
///
/// The wait is given up after `--timeout` seconds (3600), rounded up to a multiple of `--interval` (30).
fn resource(target: WaitTarget, wait: &WaitConditions<'_>, context: &Context<'_>) -> Result<Action> {
    decorator::wait_condition(wait)?;
    let seconds = |given: Option<i128>, default: u64| given.map_or(default, |given| u64::try_from(given).unwrap_or(0));
    let (timeout_s, interval_s) = (seconds(wait.timeout, 3600), seconds(wait.interval, 30).max(1));
    let wait_ms = timeout_s.div_ceil(interval_s).saturating_mul(interval_s).saturating_mul(1000);
    let deadline_ms = context.cloud.now_ms().saturating_add(wait_ms);
    Ok(Action::Wait(Until::Resource { target, condition: WaitCondition::of(wait), deadline_ms }))
}
