//! How fast pods live and die: a day of 1,000 nodes under office hours, a week of 5,000.
//!
//! Read ratios within one run; absolute numbers depend on the machine. The cost should grow with the
//! pods that come and go, and not with the nodes that they do so on, nor with time in which nothing
//! changes.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use scale_down::engine::kubernetes::reservation::MIB;
use scale_down::engine::kubernetes::{PodSpec, Resources};
use scale_down::engine::pool::Pairs;
use scale_down::engine::workloads::{Curve, DeploymentSpec};
use scale_down::engine::{Cloud, ClusterSpec, ExistingPool, PoolSpec, PowerState, ProvisioningState, VmSize};

const DAY_MS: u64 = 24 * 3_600_000;

/// A cluster of running nodes, 1,000 a pool, with a load on five deployments that wants `pods` at its
/// height.
fn cluster(nodes: u32, pods: u32, curve: fn(u32) -> Curve) -> Cloud {
    let mut cloud = Cloud::new(1);
    cloud.set_quota_vcpus(u32::MAX);
    let spec = ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new("cluster", "group", "eastus") };
    let cluster = cloud.load_cluster(spec, PowerState::Running);
    let size = VmSize::find("Standard_D4s_v5").expect("a known size");
    for index in 0..nodes.div_ceil(1000) {
        let mut spec = PoolSpec::new(&format!("pool{index}"), size);
        (spec.count, spec.max_pods) = (nodes.min(1000), 110);
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

fn workloads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("workloads");
    group.sample_size(10);
    for (nodes, pods, days) in [(1000, 10_000, 1), (1000, 5_000, 1), (100, 1_000, 1), (5000, 50_000, 7)] {
        let begun = cluster(nodes, pods, office);
        let before = begun.log().next_sequence();
        let mut over = begun.clone();
        over.advance_to(days * DAY_MS);
        group.throughput(Throughput::Elements(over.log().next_sequence() - before));
        group.bench_function(format!("{days} days of {nodes} nodes and {pods} pods"), |bencher| {
            bencher.iter_batched(
                || begun.clone(),
                |mut cloud| {
                    cloud.advance_to(days * DAY_MS);
                    cloud
                },
                BatchSize::LargeInput,
            );
        });
        group.throughput(Throughput::Elements(u64::from(pods)));
        group.bench_function(format!("checkpoint of {nodes} nodes and {pods} pods"), |bencher| {
            bencher.iter(|| black_box(over.clone()));
        });
        group.bench_function(format!("frame of {nodes} nodes and {pods} pods"), |bencher| {
            bencher.iter(|| black_box(over.snapshot()));
        });
    }
    group.finish();
}

criterion_group!(benches, workloads);
criterion_main!(benches);
