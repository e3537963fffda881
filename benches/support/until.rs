//! Measures letting time pass.

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup};
use scale_down_engine::Cloud;

/// Measures letting time pass until a moment.
pub fn until(group: &mut BenchmarkGroup<'_, WallTime>, name: String, begun: &Cloud, at_ms: u64) {
    group.bench_function(name, |bencher| {
        bencher.iter_batched(
            || begun.clone(),
            |mut cloud| {
                cloud.advance_to(at_ms);
                cloud
            },
            BatchSize::LargeInput,
        );
    });
}
