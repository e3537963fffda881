//! Requests about resource groups.

use super::subscription::Subscription;
use crate::azure::cluster::ResourceGroup;
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, OperationId};

impl Subscription {
    /// Creates a resource group, or changes the tags of one that exists.
    ///
    /// # Errors
    ///
    /// `InvalidResourceGroupLocation` if it exists in another region: a group cannot move.
    pub fn put_group(&mut self, group: ResourceGroup) -> Result<(), ServiceError> {
        let name = &group.name;
        let existing = self.groups.iter_mut().find(|found| found.name.eq_ignore_ascii_case(name));
        let Some(existing) = existing else {
            self.groups.push(group);
            return Ok(());
        };
        if existing.location != group.location {
            return Err(ServiceError::new(
                "InvalidResourceGroupLocation",
                format!(
                    "Invalid resource group location '{}'. The Resource group already exists in location '{}'.",
                    group.location, existing.location
                ),
            ));
        }
        existing.tags = group.tags;
        Ok(())
    }

    /// Deletes a resource group and its clusters and returns the operations. The group goes with the
    /// last of its clusters.
    ///
    /// # Errors
    ///
    /// `OperationNotAllowed` while an operation goes on in any of its clusters.
    pub fn delete_group(&mut self, name: &str) -> Result<Vec<OperationId>, ServiceError> {
        let clusters: Vec<ClusterId> = self
            .clusters
            .iter()
            .filter(|cluster| cluster.spec.resource_group.eq_ignore_ascii_case(name))
            .map(|cluster| cluster.id)
            .collect();
        for cluster in &clusters {
            self.check_cluster_free(*cluster)?;
        }
        for group in &mut self.groups {
            group.is_deleting |= group.name.eq_ignore_ascii_case(name);
        }
        self.forget_empty_groups();
        clusters.into_iter().map(|id| self.delete_cluster(id)).collect()
    }
}
