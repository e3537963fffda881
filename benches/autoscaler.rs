//! How fast clusters are sized: a day of 1,000 nodes under office hours with an autoscaler, a week of 5,000.
//!
//! Read ratios within one run; absolute numbers depend on the machine. The cost should grow with the nodes
//! and pods that are tried in a loop, and with the loops in which something may have changed; a cluster at
//! rest should cost nothing, whatever its size.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use scale_down::engine::kubernetes::reservation::MIB;
use scale_down::engine::kubernetes::{PodSpec, Resources};
use scale_down::engine::pool::Pairs;
use scale_down::engine::workloads::{Curve, DeploymentSpec};
use scale_down::engine::{
    AutoscalerRange, Cloud, ClusterSpec, ExistingPool, PoolSpec, PowerState, ProvisioningState, ScaleDownMode, VmSize,
};

const DAY_MS: u64 = 24 * 3_600_000;

/// A cluster of pools with up to 1,000 nodes each, sized by the autoscaler, with a load on five deployments that
/// fills them at its height.
fn cluster(nodes: u32, curve: fn(u32) -> Curve) -> Cloud {
    let pods = nodes * 10;
    let mut cloud = Cloud::new(1);
    cloud.set_quota_vcpus(u32::MAX);
    let spec = ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new("cluster", "group", "eastus") };
    let cluster = cloud.load_cluster(spec, PowerState::Running);
    let size = VmSize::find("Standard_D4s_v5").expect("a known size");
    for index in 0..nodes.div_ceil(1000) {
        let mut spec = PoolSpec::new(&format!("pool{index}"), size);
        (spec.count, spec.max_pods) = (nodes.min(1000), 110);
        spec.scale_down_mode = ScaleDownMode::Deallocate;
        spec.autoscaler = Some(AutoscalerRange { min: 10, max: 1000 });
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

fn office(pods: u32) -> Curve {
    Curve::office_hours(pods / 10, pods, 0)
}

fn autoscaler(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("autoscaler");
    group.sample_size(10);
    for (nodes, days) in [(100, 1), (1000, 1), (5000, 7)] {
        let begun = cluster(nodes, office);
        group.bench_function(format!("{days} days of {nodes} nodes"), |bencher| {
            bencher.iter_batched(
                || begun.clone(),
                |mut cloud| {
                    cloud.advance_to(days * DAY_MS);
                    cloud
                },
                BatchSize::LargeInput,
            );
        });
    }
    // After a day nothing moves any more, and another week passes.
    let mut resting = cluster(1000, Curve::steady);
    resting.advance_to(DAY_MS);
    group.bench_function("a week of 1000 nodes at rest", |bencher| {
        bencher.iter_batched(
            || resting.clone(),
            |mut cloud| {
                cloud.advance_to(8 * DAY_MS);
                cloud
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, autoscaler);
criterion_main!(benches);
