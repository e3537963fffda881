//! Benchmarks of the cluster autoscaler: a day of 1,000 nodes under office hours, a week of 5,000.
//!
//! Read ratios within one run; absolute numbers depend on the machine. The cost should grow with the nodes
//! and pods that are tried in a loop, and with the loops in which something may have changed; a cluster at
//! rest should cost nothing, whatever its size.

mod support;
#[path = "support/until.rs"]
mod until;

use criterion::{Criterion, criterion_group, criterion_main};
use scale_down_engine::workloads::Curve;
use scale_down_engine::{AutoscalerRange, Cloud};

use support::{DAY_MS, office};
use until::until;

/// A cluster that the autoscaler sizes, full at the height of the load.
fn cluster(nodes: u32, curve: fn(u32) -> Curve) -> Cloud {
    support::cluster(nodes, nodes * 10, curve, Some(AutoscalerRange { min: 10, max: 1000 }))
}

fn autoscaler(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("autoscaler");
    group.sample_size(10);
    for (nodes, days) in [(100, 1), (1000, 1), (5000, 7)] {
        let begun = cluster(nodes, office);
        until(&mut group, format!("{days} days of {nodes} nodes"), &begun, days * DAY_MS);
    }
    // After a day nothing moves any more, and another week passes.
    let mut resting = cluster(1000, Curve::steady);
    resting.advance_to(DAY_MS);
    until(&mut group, "a week of 1000 nodes at rest".to_owned(), &resting, 8 * DAY_MS);
    group.finish();
}

criterion_group!(benches, autoscaler);
criterion_main!(benches);
