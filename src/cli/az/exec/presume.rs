//! Resources that the 2021 document presumes, put in place where they are missing.

use super::context::Context;
use super::named::group;
use super::refusal::Result;
use crate::az::arguments::ClusterName;
use scale_down_engine::{ClusterSpec, PowerState, ResourceGroup};

/// The region of a resource group that the playground creates by itself; most of the documentation uses it.
const PRESUMED_LOCATION: &str = "eastus";

/// Creates a resource group that a new cluster needs, and adds a note. Does nothing in strict mode.
///
/// The 2021 document begins where a group exists.
pub(super) fn presume_group(name: &str, context: &mut Context<'_>) {
    if context.account.strict || context.cloud.group(name).is_some() {
        return;
    }
    let group = ResourceGroup::new(name, PRESUMED_LOCATION);
    if context.cloud.put_group(group).is_ok() {
        context
            .note(format!("Resource group '{name}' did not exist: the playground created it in {PRESUMED_LOCATION}."));
    }
}

/// Puts the cluster that the 2021 document presumes in place, and adds a note.
///
/// Does so only outside strict mode and in a subscription without any cluster. Where clusters exist, a name that
/// fits none of them is more likely a slip, and the service's answer is the better one.
pub(super) fn presume(cluster: &ClusterName<'_>, context: &mut Context<'_>) -> Result<()> {
    let ClusterName { group, name } = *cluster;
    if context.account.strict || !context.cloud.clusters().is_empty() || name.is_empty() {
        return Ok(());
    }
    place(group, name, context)?;
    context.note(format!(
        "Cluster '{name}' did not exist: the playground put it in place, as the document presumes. AKS hosts its system pool, so that only your own pools are drawn."
    ));
    Ok(())
}

/// Puts a running cluster without pools in place, and its resource group; AKS hosts its system pool.
pub(crate) fn place(group: &str, name: &str, context: &mut Context<'_>) -> Result<()> {
    presume_group(group, context);
    let found = group::find(context.cloud, group)?;
    let spec = ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new(name, &found.name, &found.location) };
    context.cloud.load_cluster(spec, PowerState::Running);
    Ok(())
}
