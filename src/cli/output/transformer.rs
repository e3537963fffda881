//! The columns of the commands that choose their own.
//!
//! A command's columns are a query, as in the Azure CLI, where most are one already; the rest
//! are functions that say no more than these queries do.

use super::OutputError;
use super::datum::Datum;
use super::query;

/// The columns of a table (Azure CLI 2.91.0, `table_transformer`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableTransformer {
    /// The scalars of each row, sorted by key.
    None,
    /// `az aks nodepool list`
    NodepoolList,
    /// `az aks nodepool show`, and what creates or changes a node pool.
    NodepoolShow,
    /// `az aks list`
    ClusterList,
    /// `az aks show`, and what creates or changes a cluster.
    ClusterShow,
    /// `az aks machine list`
    MachineList,
    /// `az aks machine show`
    MachineShow,
    /// `az group list`
    GroupList,
    /// `az feature list`
    FeatureList,
    /// `az feature show`
    FeatureShow,
    /// `az vmss list`
    VmssList,
    /// `az vmss show`
    VmssShow,
}

const NODEPOOL: &str = "{name:name,osType:osType,kubernetesVersion:orchestratorVersion,vmSize:vmSize,\
    osDiskSizeGB:osDiskSizeGB,count:count,maxPods:maxPods,provisioningState:provisioningState,mode:mode}";

const CLUSTER: &str = "{name:name,location:location,resourceGroup:resourceGroup,\
    kubernetesVersion:kubernetesVersion,currentKubernetesVersion:currentKubernetesVersion,\
    provisioningState:provisioningState,fqdn:fqdn||privateFqdn}";

const MACHINE: &str = "{name:name,\
    ip:join('',not_null(properties.network.ipAddresses,`[]`)[].join('',['ip:',ip,',family:',family,';'])),\
    zones:join(', ',zones||properties.zones||`[]`)}";

const GROUP: &str = "{Name:name,Location:location,Status:properties.provisioningState}";

const FEATURE: &str = "{Name:name,RegistrationState:properties.state}";

const VMSS: &str = "{Name:name,ResourceGroup:resourceGroup,Location:location,\
    Zones:(!zones&&' ')||join(' ',zones),Capacity:sku.capacity,Overprovision:overprovision,\
    UpgradePolicy:upgradePolicy.mode}";

impl TableTransformer {
    /// The columns' query and whether it is for each item of a list.
    const fn columns(self) -> Option<(&'static str, bool)> {
        match self {
            Self::None => None,
            Self::NodepoolList => Some((NODEPOOL, true)),
            Self::NodepoolShow => Some((NODEPOOL, false)),
            Self::ClusterList => Some((CLUSTER, true)),
            Self::ClusterShow => Some((CLUSTER, false)),
            Self::MachineList => Some((MACHINE, true)),
            Self::MachineShow => Some((MACHINE, false)),
            Self::GroupList => Some((GROUP, true)),
            Self::FeatureList => Some((FEATURE, true)),
            Self::FeatureShow => Some((FEATURE, false)),
            Self::VmssList => Some((VMSS, true)),
            Self::VmssShow => Some((VMSS, false)),
        }
    }

    /// The value with the columns of a table only; `None` if the command does not choose any.
    pub(super) fn apply(self, value: &Datum) -> Option<Result<Datum, OutputError>> {
        let (columns, is_list) = self.columns()?;
        Some(match is_list {
            true => query::run(&format!("[*].{columns}"), value),
            false => query::run(columns, value),
        })
    }
}
