//! A managed cluster and the resource group that it lies in.

use std::sync::Arc;

use crate::azure::operation::{PowerState, ProvisioningState};
use crate::azure::pool::Pool;
use crate::azure::pool_spec::{DEFAULT_KUBERNETES_VERSION, Pairs};
use crate::ground::error::ServiceError;
use crate::ground::id::{ClusterId, OperationId, PoolId};
use crate::ground::money::Cost;

/// A resource group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceGroup {
    /// Its name.
    pub name: String,
    /// Its region.
    pub location: String,
    /// Azure tags.
    pub tags: Pairs,
    /// Being deleted; it goes as soon as its last cluster is gone.
    pub is_deleting: bool,
    /// The resource as it was imported; see [`crate::azure::pool_spec::PoolSpec::imported`].
    pub imported: Arc<str>,
}

/// Settings of a cluster, as requested at its creation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClusterSpec {
    /// Its name.
    pub name: String,
    /// The name of the resource group.
    pub resource_group: String,
    /// Its region.
    pub location: String,
    /// The Kubernetes version as asked for.
    pub kubernetes_version: String,
    /// Azure tags.
    pub tags: Pairs,
    /// `true` if AKS hosts the system components, so that the cluster needs no system pool of its own
    /// (`hostedSystemProfile` in the API).
    pub hosts_system_pool: bool,
    /// Settings of the cluster autoscaler that differ from the defaults.
    pub autoscaler_profile: Pairs,
    /// The resource as it was imported; see [`crate::azure::pool_spec::PoolSpec::imported`].
    pub imported: Arc<str>,
}

impl ResourceGroup {
    /// Creates a resource group that was not imported, without tags.
    #[must_use]
    pub fn new(name: &str, location: &str) -> Self {
        Self {
            name: name.to_owned(),
            location: location.to_owned(),
            tags: Pairs::new(),
            is_deleting: false,
            imported: Arc::from(""),
        }
    }
}

impl ClusterSpec {
    /// Creates the settings of a cluster with the service's defaults.
    #[must_use]
    pub fn new(name: &str, resource_group: &str, location: &str) -> Self {
        Self {
            name: name.to_owned(),
            resource_group: resource_group.to_owned(),
            location: location.to_owned(),
            kubernetes_version: DEFAULT_KUBERNETES_VERSION.to_owned(),
            tags: Pairs::new(),
            hosts_system_pool: false,
            autoscaler_profile: Pairs::new(),
            imported: Arc::from(""),
        }
    }
}

/// A managed cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// Its identity.
    pub id: ClusterId,
    /// Its settings.
    pub spec: ClusterSpec,
    /// The operation under way, or the outcome of the latest one.
    pub provisioning_state: ProvisioningState,
    /// Running or stopped.
    pub power_state: PowerState,
    /// Its node pools, in the order in which they were added.
    pub pools: Vec<Pool>,
    pub(crate) operation: Option<OperationId>,
    /// Accumulated cost of deleted node pools.
    pub(crate) departed: Cost,
}

impl Cluster {
    /// Returns a pool by name. Names of Azure resources ignore letter case.
    #[must_use]
    pub fn pool(&self, name: &str) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.spec.name.eq_ignore_ascii_case(name))
    }

    /// Returns a pool by its id.
    #[must_use]
    pub fn pool_by_id(&self, id: PoolId) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.id == id)
    }

    /// Returns the number of instances in all pools, whatever their state.
    #[must_use]
    pub fn instances(&self) -> u32 {
        self.pools.iter().map(Pool::instances).sum()
    }

    /// Refuses to switch a cluster to the power state that it has. The messages are quoted from the
    /// troubleshooting page about pending operations and from azure-docs issue 85161.
    pub(crate) fn check_switch(&self, wanted: PowerState) -> Result<(), ServiceError> {
        let message = match wanted {
            _ if self.power_state != wanted => return Ok(()),
            PowerState::Running => format!(
                "managed cluster is in Provisioning State({}) and Power State(Running), starting cannot be performed",
                self.provisioning_state.name()
            ),
            PowerState::Stopped => "managed cluster is not currently running, stopping cannot be performed".to_owned(),
        };
        Err(ServiceError::not_allowed(message))
    }

    /// Returns its cost up to `now_ms`, deleted pools included.
    #[must_use]
    pub fn cost(&self, now_ms: u64) -> Cost {
        let mut cost = self.departed;
        for pool in &self.pools {
            cost += pool.cost(now_ms);
        }
        cost
    }

    /// Returns the eight digits in the names of its scale sets. AKS derives them from the cluster's
    /// identity; so does the playground, by the FNV-1a hash. Imported resources do not contain them: an
    /// imported cluster has those of the documentation.
    pub(crate) fn scale_set_digits(spec: &ClusterSpec) -> u32 {
        if !spec.imported.is_empty() {
            return 12_345_678;
        }
        let text = spec.resource_group.bytes().chain(spec.name.bytes());
        let hash = text.fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193)
        });
        10_000_000 + hash % 90_000_000
    }
}
