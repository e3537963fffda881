//! Benchmarks of the engine: events a second, a frame of 5,000 nodes, going back in time.
//!
//! Read ratios within one run; absolute numbers depend on the machine.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use scale_down_engine::{Cloud, ClusterSpec, PoolSpec, PowerState, ScaleDownMode, VmSize};
use scale_down_session::{Session, SessionOptions};

/// A cluster with `pools` pools of 1,000 nodes that have just been asked for.
fn requested(pools: u32) -> Cloud {
    let mut cloud = Cloud::new(1);
    let spec = ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new("cluster", "group", "eastus") };
    let cluster = cloud.load_cluster(spec, PowerState::Running);
    let size = VmSize::find("Standard_DS2_v2").expect("a known size");
    for index in 0..pools {
        let mut spec = PoolSpec::new(&format!("pool{index}"), size.clone());
        (spec.count, spec.scale_down_mode) = (1000, ScaleDownMode::Deallocate);
        cloud.add_pool(cluster, spec).expect("a legal pool");
    }
    cloud
}

fn settle(cloud: &mut Cloud) -> u64 {
    let mut events = 0;
    while let Some(at_ms) = cloud.next_event_ms() {
        cloud.advance_to(at_ms);
        events += 1;
    }
    events
}

/// Scales every pool down and up again.
fn cycle(mut cloud: Cloud) -> Cloud {
    for count in [100, 1000] {
        let pools: Vec<_> = cloud.clusters().iter().flat_map(|one| &one.pools).map(|pool| pool.id).collect();
        for pool in pools {
            cloud.scale_pool(pool, count).expect("a legal scale");
        }
        settle(&mut cloud);
    }
    cloud
}

fn engine(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    for pools in [1, 5] {
        let asked = requested(pools);
        let before = asked.log().next_sequence();
        let mut settled = asked.clone();
        settle(&mut settled);
        let events = settled.log().next_sequence() - before;
        group.throughput(Throughput::Elements(events));
        group.bench_function(format!("provision {pools},000 nodes"), |bencher| {
            bencher.iter_batched(|| asked.clone(), |mut cloud| settle(&mut cloud), BatchSize::LargeInput);
        });
        let events = cycle(settled.clone()).log().next_sequence() - settled.log().next_sequence();
        group.throughput(Throughput::Elements(events));
        group.bench_function(format!("freeze and thaw {pools},000 nodes"), |bencher| {
            bencher.iter_batched(|| settled.clone(), cycle, BatchSize::LargeInput);
        });
        group.throughput(Throughput::Elements(u64::from(pools) * 1000));
        group.bench_function(format!("frame of {pools},000 nodes"), |bencher| {
            bencher.iter(|| black_box(settled.snapshot()));
        });
    }
    group.finish();
}

fn session(criterion: &mut Criterion) {
    let pool = "-g myResourceGroup --cluster-name myAKSCluster -n nodepool1 -o none";
    let mut session = Session::new(SessionOptions::default());
    session.submit(&format!("az aks nodepool add {pool} -c 50 --scale-down-mode Deallocate"));
    for count in (5..45).chain((5..45).rev()) {
        session.submit(&format!("az aks nodepool scale {pool} -c {count}"));
        session.advance_until_idle();
    }
    let end_ms = session.now_ms();
    criterion.bench_function("seek through 80 commands on 50 nodes", |bencher| {
        bencher.iter(|| {
            session.seek(black_box(end_ms / 2));
            session.seek(end_ms);
        });
    });
    criterion.bench_function("read and refuse a line", |bencher| {
        let line = format!("az aks nodepool scale {pool} --node-count abc");
        bencher.iter_batched(
            || Session::new(SessionOptions::default()),
            |mut session| {
                session.submit(&line);
                session
            },
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, engine, session);
criterion_main!(benches);
