#!/usr/bin/env bash
# Measures the engine natively. Read the ratios within one run: the figures depend on the machine.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cargo bench --locked --bench engine --bench workloads "$@"
