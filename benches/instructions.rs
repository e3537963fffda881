//! Counts instructions under valgrind: the same binary gives the same count, whatever else the machine does.
//!
//! A day of clusters of 250 to 2,000 nodes that the autoscaler sizes, three days of one, and a week in which nothing
//! changes. `make bench` writes the counts to docs/measurements.md.
#![allow(missing_docs, reason = "what the macros make has none")]

mod support;

use gungraun::{library_benchmark, library_benchmark_group, main};
use scale_down_engine::workloads::Curve;
use scale_down_engine::{AutoscalerRange, Cloud};

use support::{DAY_MS, office};

/// A cluster that the autoscaler sizes, with ten pods a node at the height of office hours.
fn sized(nodes: u32) -> Cloud {
    support::cluster(nodes, nodes * 10, office, Some(AutoscalerRange { min: 10, max: 1000 }))
}

/// A cluster under a steady load, after the day in which it comes to rest.
fn resting(nodes: u32) -> Cloud {
    let mut cloud = support::cluster(nodes, nodes * 10, Curve::steady, Some(AutoscalerRange { min: 10, max: 1000 }));
    cloud.advance_to(DAY_MS);
    cloud
}

#[library_benchmark]
#[bench::nodes_250(args = (250), setup = sized)]
#[bench::nodes_500(args = (500), setup = sized)]
#[bench::nodes_1000(args = (1000), setup = sized)]
#[bench::nodes_2000(args = (2000), setup = sized)]
fn one_day(mut cloud: Cloud) -> Cloud {
    cloud.advance_to(DAY_MS);
    cloud
}

#[library_benchmark]
#[bench::nodes_1000(args = (1000), setup = sized)]
fn three_days(mut cloud: Cloud) -> Cloud {
    cloud.advance_to(3 * DAY_MS);
    cloud
}

#[library_benchmark]
#[bench::nodes_1000(args = (1000), setup = resting)]
fn a_week_at_rest(mut cloud: Cloud) -> Cloud {
    cloud.advance_to(8 * DAY_MS);
    cloud
}

library_benchmark_group!(name = autoscaler, benchmarks = [one_day, three_days, a_week_at_rest]);
main!(library_benchmark_groups = autoscaler);
