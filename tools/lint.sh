#!/usr/bin/env bash
# Checks format and lints; any warning fails.
#
# What runs natively is checked with the default toolchain. What ships as wasm is checked for wasm,
# with the toolchain that builds it, so that code for that target alone is not overlooked.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh page

say "Checking the format"
cargo fmt --check || fail "the format differs; 'cargo fmt' mends it"

clippy() {
  say "Linting: $1"
  shift
  "$@" -- -D warnings || fail "clippy has something to say; see above"
}

clippy "native" cargo clippy --quiet --locked
clippy "native, with tests and every feature" cargo clippy --quiet --locked --all-targets --all-features

if with_wasm cargo clippy --version >/dev/null 2>&1; then
  clippy "the JavaScript package for wasm" \
    with_wasm cargo clippy --quiet --locked --target "$wasm_target" --features js --lib --test headless
  clippy "the page for wasm" \
    with_wasm cargo clippy --quiet --locked --target "$wasm_target" --features app --lib --bin playground
else
  say "The toolchain that builds wasm has no clippy: wasm-only code goes without it here"
fi
