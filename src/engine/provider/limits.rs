//! Limits that the service checks before anything happens: names, counts, disks, quota.
//!
//! Limits are from the AKS service limits page (1,000 nodes a pool, 100 pools and 5,000 nodes a
//! cluster) and from "create node pools" (names, system pools); see [`ServiceError`] for the
//! wording.

use crate::autoscaler::profile;
use crate::azure::cluster::Cluster;
use crate::azure::pool_spec::{AutoscalerRange, OsDiskType, OsType, Pairs, PoolMode, PoolSpec, ScaleDownMode};
use crate::ground::error::ServiceError;

/// Maximum number of nodes in one pool.
pub const POOL_NODES_MAX: u32 = 1000;
/// Maximum number of nodes in one cluster.
pub const CLUSTER_NODES_MAX: u32 = 5000;
/// Maximum number of pools in one cluster.
pub const CLUSTER_POOLS_MAX: usize = 100;
/// The vCPUs that the playground grants in a region; its own choice, enough for a full cluster
/// of the default size and not for one of the largest. Azure's default is far smaller.
pub const DEFAULT_QUOTA_VCPUS: u32 = 20_000;

const LINUX_NAME_MAX: usize = 12;
const WINDOWS_NAME_MAX: usize = 6;

/// Checks the settings of a new pool, without its cluster and the quota.
pub(super) fn check_spec(spec: &PoolSpec) -> Result<(), ServiceError> {
    check_name(&spec.name, spec.os_type)?;
    check_count(spec.mode, spec.count.into())?;
    check_range(spec.mode, spec.autoscaler)?;
    if spec.os_type == OsType::Windows && spec.mode == PoolMode::System {
        return Err(ServiceError::new("InvalidParameter", "A system node pool must be of OS type Linux.".to_owned()));
    }
    check_disk(spec.os_disk_type, spec.scale_down_mode)
}

fn check_name(name: &str, os_type: OsType) -> Result<(), ServiceError> {
    let begins_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    let continues_well = name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    if !begins_well || !continues_well || name.len() > LINUX_NAME_MAX {
        return Err(ServiceError::invalid_parameter(
            "agentPool.name",
            "A node pool name may contain only lowercase letters and digits, must begin with a lowercase letter and can have at most 12 characters.",
        ));
    }
    if os_type == OsType::Windows && name.len() > WINDOWS_NAME_MAX {
        return Err(ServiceError::invalid_parameter(
            "agentPool.name",
            "The name of a Windows node pool can have at most 6 characters.",
        ));
    }
    Ok(())
}

/// Checks a requested number of nodes against the mode of its pool.
///
/// # Errors
///
/// `InvalidParameter` outside the limits.
pub fn check_count(mode: PoolMode, count: i128) -> Result<(), ServiceError> {
    let min = mode.min_nodes();
    if (min.into()..=POOL_NODES_MAX.into()).contains(&count) {
        return Ok(());
    }
    let mode = mode.name();
    Err(ServiceError::invalid_parameter(
        "agentPool.count",
        &format!("The count {count} of a {mode} node pool must be between {min} and {POOL_NODES_MAX}."),
    ))
}

/// Checks an autoscaler range against the mode of its pool.
pub(super) fn check_range(mode: PoolMode, range: Option<AutoscalerRange>) -> Result<(), ServiceError> {
    let Some(AutoscalerRange { min, max }) = range else {
        return Ok(());
    };
    if mode.min_nodes() <= min && min <= max && max <= POOL_NODES_MAX {
        return Ok(());
    }
    Err(ServiceError::invalid_parameter(
        "agentPool.minCount",
        &format!(
            "The range {min} to {max} of a {} node pool must lie between {} and {POOL_NODES_MAX}.",
            mode.name(),
            mode.min_nodes()
        ),
    ))
}

/// Checks the values of an autoscaler profile. Names were checked where they were typed.
pub(super) fn check_profile(values: &Pairs) -> Result<(), ServiceError> {
    for (name, value) in values {
        let Some(info) = profile::find(name) else { continue };
        if profile::parsed(info.kind, value).is_none() {
            return Err(ServiceError::invalid_parameter(
                &format!("autoScalerProfile.{name}"),
                &format!("The value '{value}' of {name} is not {}.", profile::expected(info.kind)),
            ));
        }
    }
    Ok(())
}

/// Refuses Deallocate with an ephemeral OS disk: a deallocated machine keeps its disk, and an ephemeral
/// disk cannot be kept.
pub(super) fn check_disk(disk: OsDiskType, mode: ScaleDownMode) -> Result<(), ServiceError> {
    if disk == OsDiskType::Ephemeral && mode == ScaleDownMode::Deallocate {
        return Err(ServiceError::new(
            "InvalidParameter",
            "Scale-down mode Deallocate is not supported with ephemeral OS disks. Use a managed OS disk (--node-osdisk-type Managed).".to_owned(),
        ));
    }
    Ok(())
}

/// Checks that a cluster has room for another pool.
pub(super) fn check_pools(cluster: &Cluster) -> Result<(), ServiceError> {
    if cluster.pools.len() < CLUSTER_POOLS_MAX {
        return Ok(());
    }
    Err(ServiceError::not_allowed(format!("A cluster can have at most {CLUSTER_POOLS_MAX} node pools.")))
}

/// Checks that a scale set and a cluster have room for more instances. Deallocated ones take room in
/// both: they stay in the scale set and stay registered.
pub(super) fn check_instances(
    pool_instances: u32,
    cluster_instances: u32,
    additional: u32,
) -> Result<(), ServiceError> {
    if pool_instances.saturating_add(additional) > POOL_NODES_MAX {
        return Err(ServiceError::not_allowed(format!(
            "A scale set holds at most {POOL_NODES_MAX} virtual machines, deallocated ones included: it has {pool_instances} and {additional} more are needed."
        )));
    }
    if cluster_instances.saturating_add(additional) > CLUSTER_NODES_MAX {
        return Err(ServiceError::not_allowed(format!(
            "A cluster can have at most {CLUSTER_NODES_MAX} nodes: it has {cluster_instances} and {additional} more are needed."
        )));
    }
    Ok(())
}

/// Checks the regional vCPU quota.
pub(super) fn check_quota(limit: u32, usage: u32, additional: u32) -> Result<(), ServiceError> {
    if usage.saturating_add(additional) <= limit {
        return Ok(());
    }
    Err(ServiceError::quota(limit, usage, additional))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::vm_size::VmSize;

    fn spec(edit: impl FnOnce(&mut PoolSpec)) -> PoolSpec {
        let size = VmSize::find("Standard_DS2_v2").expect("a known size");
        let mut spec = PoolSpec::new("nodepool1", size);
        edit(&mut spec);
        spec
    }

    #[test]
    fn names_follow_the_service() {
        let check = |name: &str, os_type: OsType, good: bool| {
            assert_eq!(check_name(name, os_type).is_ok(), good, "{name:?}");
        };
        check("a", OsType::Linux, true);
        check("nodepool1234", OsType::Linux, true);
        check("nodepool12345", OsType::Linux, false);
        check("npwin2", OsType::Windows, true);
        check("windows7", OsType::Windows, false);
        check("0numeric", OsType::Linux, false);
        check("NodePool", OsType::Linux, false);
        check("my-pool", OsType::Linux, false);
        check("", OsType::Linux, false);
        check("größe", OsType::Linux, false);
    }

    #[test]
    fn counts_and_ranges_follow_the_mode() {
        for (mode, count, good) in [
            (PoolMode::User, 0, true),
            (PoolMode::System, 0, false),
            (PoolMode::System, 1, true),
            (PoolMode::User, 1000, true),
            (PoolMode::User, 1001, false),
        ] {
            assert_eq!(check_count(mode, count.into()).is_ok(), good, "{mode:?} {count}");
            let range = AutoscalerRange { min: count, max: count };
            assert_eq!(check_range(mode, Some(range)).is_ok(), good);
        }
        let upside_down = AutoscalerRange { min: 3, max: 1 };
        assert!(check_range(PoolMode::User, Some(upside_down)).is_err());
    }

    #[test]
    fn deallocate_needs_a_managed_disk() {
        let bad = spec(|spec| {
            spec.os_disk_type = OsDiskType::Ephemeral;
            spec.scale_down_mode = ScaleDownMode::Deallocate;
        });
        assert_eq!(check_spec(&bad).expect_err("refused").code, "InvalidParameter");
        assert!(check_spec(&spec(|spec| spec.os_disk_type = OsDiskType::Ephemeral)).is_ok());
    }

    #[test]
    fn the_quota_message_does_the_sum() {
        let error = check_quota(100, 96, 8).expect_err("over the quota");
        assert_eq!(error.code, "QuotaExceeded");
        assert!(error.message.contains("(Minimum) New Limit Required: 104."));
        assert!(check_quota(100, 92, 8).is_ok());
    }
}
