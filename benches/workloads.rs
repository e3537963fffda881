//! Benchmarks of pods that start and end: a day of 1,000 nodes under office hours, a week of 5,000.
//!
//! Read ratios within one run; absolute numbers depend on the machine. The cost should grow with the
//! pods that come and go, and not with the nodes that they do so on, nor with time in which nothing
//! changes.

mod support;
#[path = "support/until.rs"]
mod until;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use support::{DAY_MS, cluster, office};
use until::until;

fn workloads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("workloads");
    group.sample_size(10);
    for (nodes, pods, days) in [(1000, 10_000, 1), (1000, 5_000, 1), (100, 1_000, 1), (5000, 50_000, 7)] {
        let begun = cluster(nodes, pods, office, None);
        let before = begun.log().next_sequence();
        let mut over = begun.clone();
        over.advance_to(days * DAY_MS);
        group.throughput(Throughput::Elements(over.log().next_sequence() - before));
        until(&mut group, format!("{days} days of {nodes} nodes and {pods} pods"), &begun, days * DAY_MS);
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
