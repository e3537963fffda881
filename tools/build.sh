#!/usr/bin/env bash
# Builds the page for release into dist/.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Trunk's own call of cargo, made before there is a Trunk: on a fresh machine the page is compiled while the
# programs that need its wasm are.
compile_page() {
  with_wasm cargo build --locked --release --target "$wasm_target" --package scale-down-app
}

tools/setup.sh wasm
for_the_web
say "Compiling the page (release)"
# In a process group of its own, to be ended as a whole.
set -m
timed "page: compile" compile_page &
compiling=$!
set +m
trap 'kill -- "-$compiling" 2>/dev/null || true' EXIT
tools/setup.sh page
wait "$compiling" || fail "the page did not compile; see the message above"
trap - EXIT

say "Building the page"
# Its backtraces hide the compiler's message.
export RUST_BACKTRACE=0
timed "page: cut and make small" with_wasm trunk build --release --log error || fail "the page did not build; see the message above"
