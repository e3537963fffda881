//! The columns of the commands that choose their own.
//!
//! A command's columns are a query, as in the Azure CLI, where most are one already; the rest are
//! Python functions with the same result as these queries.

use super::datum::Datum;
use super::error::OutputError;
use super::query;

/// The columns of a table (Azure CLI 2.91.0, `table_transformer`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableTransformer {
    /// The scalars of each row, sorted by key.
    None,
    /// `az aks nodepool list`
    NodepoolList,
    /// `az aks nodepool show`
    NodepoolShow,
    /// `az aks list`
    ClusterList,
    /// `az aks show`
    ClusterShow,
    /// `az aks machine list`
    MachineList,
    /// `az aks machine show`
    MachineShow,
    /// `az account list`
    AccountList,
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
    /// `az aks get-versions`
    Versions,
    /// `az aks get-upgrades`
    Upgrades,
    /// `az aks nodepool get-rollback-versions`
    RollbackVersions,
}

const NODEPOOL: &str = "{name:name,osType:osType,kubernetesVersion:orchestratorVersion,vmSize:vmSize,\
    osDiskSizeGB:osDiskSizeGB,count:count,maxPods:maxPods,provisioningState:provisioningState,mode:mode}";

const CLUSTER: &str = "{name:name,location:location,resourceGroup:resourceGroup,\
    kubernetesVersion:kubernetesVersion,currentKubernetesVersion:currentKubernetesVersion,\
    provisioningState:provisioningState,fqdn:fqdn||privateFqdn}";

const MACHINE: &str = "{name:name,\
    ip:join('',not_null(properties.network.ipAddresses,`[]`)[].join('',['ip:',ip,',family:',family,';'])),\
    zones:join(', ',zones||properties.zones||`[]`)}";

const ACCOUNT: &str =
    "{Name:name,CloudName:cloudName,SubscriptionId:id,TenantId:tenantId,State:state,IsDefault:isDefault}";

const GROUP: &str = "{Name:name,Location:location,Status:properties.provisioningState}";

const FEATURE: &str = "{Name:name,RegistrationState:properties.state}";

const VMSS: &str = "{Name:name,ResourceGroup:resourceGroup,Location:location,\
    Zones:(!zones&&' ')||join(' ',zones),Capacity:sku.capacity,Overprovision:overprovision,\
    UpgradePolicy:upgradePolicy.mode}";

/// The playground lists one patch of each minor version, newest first.
const VERSIONS: &str = "values[].{kubernetesVersion:keys(patchVersions)[0],isPreview:isPreview,\
    upgrades:join(', ',not_null(values(patchVersions)[0].upgrades||`[\"None available\"]`)),\
    supportPlan:join(', ',capabilities.supportPlan)}";

const UPGRADES: &str = "{name:name,resourceGroup:resourceGroup,\
    masterVersion:controlPlaneProfile.kubernetesVersion||'unknown',\
    upgrades:join(', ',controlPlaneProfile.upgrades[].kubernetesVersion||`[\"None available\"]`)}";

const ROLLBACK_VERSIONS: &str =
    "{kubernetesVersion:orchestratorVersion,nodeImageVersion:nodeImageVersion,timestamp:timestamp}";

impl TableTransformer {
    /// Returns the columns' query, and `true` if it applies to each item of a list.
    const fn columns(self) -> Option<(&'static str, bool)> {
        match self {
            Self::None => None,
            Self::NodepoolList => Some((NODEPOOL, true)),
            Self::NodepoolShow => Some((NODEPOOL, false)),
            Self::ClusterList => Some((CLUSTER, true)),
            Self::ClusterShow => Some((CLUSTER, false)),
            Self::MachineList => Some((MACHINE, true)),
            Self::MachineShow => Some((MACHINE, false)),
            Self::AccountList => Some((ACCOUNT, true)),
            Self::GroupList => Some((GROUP, true)),
            Self::FeatureList => Some((FEATURE, true)),
            Self::FeatureShow => Some((FEATURE, false)),
            Self::VmssList => Some((VMSS, true)),
            Self::VmssShow => Some((VMSS, false)),
            Self::Versions => Some((VERSIONS, false)),
            Self::Upgrades => Some((UPGRADES, false)),
            Self::RollbackVersions => Some((ROLLBACK_VERSIONS, true)),
        }
    }

    /// Returns the value with the columns of a table only; `None` if the command does not choose any.
    pub(super) fn apply(self, value: &Datum) -> Option<Result<Datum, OutputError>> {
        let (columns, is_list) = self.columns()?;
        let of_each = format!("[*].{columns}");
        Some(query::run(if is_list { &of_each } else { columns }, value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::{OutputFormat, render};

    #[test]
    fn columns() {
        let machine = json!({"name": "m0", "id": "/m0", "zones": ["1", "2"], "properties": {"network": {"ipAddresses": [
            {"ip": "10.224.0.4", "family": "IPv4"}, {"ip": "fd00::4", "family": "IPv6"}]}}});
        let bare = json!({"name": "m1", "properties": {}});
        let vmss =
            json!([{"name": "v", "location": "eastus", "resourceGroup": "g", "zones": null, "sku": {"capacity": 3}}]);
        let group = json!([{"name": "g", "location": "eastus", "properties": {"provisioningState": "Succeeded"}}]);
        let feature = json!({"name": "N/F", "type": "t", "properties": {"state": "Registered"}});
        for (transformer, value, expected) in [
            (
                TableTransformer::MachineList,
                json!([machine, bare]),
                "Name    Ip                                                 Zones\n\
                 ------  -------------------------------------------------  -------\n\
                 m0      ip:10.224.0.4,family:IPv4;ip:fd00::4,family:IPv6;  1, 2\n\
                 m1\n",
            ),
            (
                TableTransformer::VmssList,
                vmss,
                "Name    ResourceGroup    Location    Zones    Capacity\n\
                 ------  ---------------  ----------  -------  ----------\n\
                 v       g                eastus               3\n",
            ),
            (
                TableTransformer::GroupList,
                group,
                "Name    Location    Status\n------  ----------  ---------\ng       eastus      Succeeded\n",
            ),
            (
                TableTransformer::FeatureShow,
                feature,
                "Name    RegistrationState\n------  -------------------\nN/F     Registered\n",
            ),
        ] {
            let rendered = render(&value, OutputFormat::Table, None, transformer).expect("a table");
            assert_eq!(rendered.text(), expected, "{transformer:?}");
        }
    }
}
