#!/usr/bin/env bash
# Measures the engine natively: seconds, whose ratios within one run mean something, and instructions, which are counted
# under valgrind and written to docs/measurements.md.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh bench

say "Measuring"
cargo bench --locked --package scale-down-benches --bench engine --bench workloads --bench autoscaler

say "Counting instructions"
cargo bench --locked --package scale-down-benches --bench instructions | node tools/measurements.mjs
