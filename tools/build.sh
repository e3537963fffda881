#!/usr/bin/env bash
# Builds the page for release into dist/.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh page
for_the_web
say "Building the page (release)"
# Its backtraces hide the compiler's message.
export RUST_BACKTRACE=0
# tools/split.mjs reads them.
export RUSTFLAGS="$RUSTFLAGS -Clink-arg=--emit-relocs"
with_wasm trunk build --release --log error || fail "the page did not build; see the message above"
