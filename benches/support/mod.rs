//! Clusters with a load, which more than one measurement begins with, and letting their time pass.

use scale_down_engine::Pairs;
use scale_down_engine::kubernetes::reservation::MIB;
use scale_down_engine::kubernetes::{PodSpec, Resources};
use scale_down_engine::workloads::{Curve, DeploymentSpec};
use scale_down_engine::{
    AutoscalerRange, Cloud, ClusterSpec, ExistingPool, PoolSpec, PowerState, ProvisioningState, ScaleDownMode, VmSize,
};

/// Milliseconds of a day.
pub const DAY_MS: u64 = 24 * 3_600_000;

/// A cluster of running nodes, 1,000 a pool, with a load on five deployments that wants `pods` at its
/// height; with `autoscaler`, every pool is sized by it and keeps its machines.
pub fn cluster(nodes: u32, pods: u32, curve: fn(u32) -> Curve, autoscaler: Option<AutoscalerRange>) -> Cloud {
    let mut cloud = Cloud::new(1);
    cloud.set_quota_vcpus(u32::MAX);
    let spec = ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new("cluster", "group", "eastus") };
    let cluster = cloud.load_cluster(spec, PowerState::Running);
    let size = VmSize::find("Standard_D4s_v5").expect("a known size");
    for index in 0..nodes.div_ceil(1000) {
        let mut spec = PoolSpec::new(&format!("pool{index}"), size.clone());
        (spec.count, spec.max_pods) = (nodes.min(1000), 110);
        if autoscaler.is_some() {
            (spec.scale_down_mode, spec.autoscaler) = (ScaleDownMode::Deallocate, autoscaler);
        }
        let (power_state, provisioning_state) = (PowerState::Running, ProvisioningState::Succeeded);
        cloud.load_pool(cluster, ExistingPool { spec, deallocated: 0, power_state, provisioning_state });
    }
    for index in 0..5 {
        let name = format!("web{index}");
        let requests = Resources::new(200 + index * 50, (128 + index * 64) * MIB);
        let template = PodSpec::new("default", &name, requests);
        let namespace = "default".to_owned();
        let spec = DeploymentSpec { name, namespace, labels: Pairs::new(), replicas: 0, template };
        let made = cloud.on_kubernetes(cluster, |kubernetes, moment| {
            let id = kubernetes.create_deployment(spec, moment)?;
            kubernetes.set_load(id, curve(pods / 5), moment);
            Ok(())
        });
        made.expect("a new deployment");
    }
    cloud
}

/// Office hours: a tenth of the pods at night.
pub fn office(pods: u32) -> Curve {
    Curve::office_hours(pods / 10, pods, 0)
}
