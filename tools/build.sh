#!/usr/bin/env bash
# Builds the page for release into dist/.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh page
# The paths of this machine are none of the page's business: panic messages would carry them.
export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$cargo_home/registry/src=crates --remap-path-prefix=$root=playground"
say "Building the page (release)"
# Its backtraces hide the compiler's message.
export RUST_BACKTRACE=0
with_wasm trunk build --release --quiet || fail "the page did not build; see the message above"
