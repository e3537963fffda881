//! `az aks wait` and `az aks nodepool wait`.

use super::arguments::needed;
use super::execution::Action;
use super::refusal::Result;
use super::wait::{Target, resource_wait};
use crate::az::parse::Invocation;
use scale_down_engine::Cloud;

/// Answers `az aks wait` and, with the name of a pool, `az aks nodepool wait`.
pub(super) fn wait(invocation: &Invocation, cloud: &Cloud, pool_argument: Option<&str>) -> Result<Action> {
    let target = Target {
        group: needed(invocation, "resource_group_name")?.to_owned(),
        cluster: Some(needed(invocation, "resource_name")?.to_owned()),
        pool: pool_argument.map(|argument| needed(invocation, argument)).transpose()?.map(str::to_owned),
    };
    Ok(Action::Wait(resource_wait(invocation, target, cloud.now_ms())?))
}
