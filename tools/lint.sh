#!/usr/bin/env bash
# Checks format and lints; any warning fails.
#
# Everything is checked for this machine, with the default toolchain: what is compiled to wasm is compiled
# natively too, but for tests/headless.rs, whose warnings the compiler prints.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh native

say "Checking the format"
cargo fmt --all --check || fail "the format differs; 'cargo fmt --all' mends it"

clippy() {
  say "Linting: $1"
  timed "clippy: $1" cargo clippy --quiet --locked "${@:2}" -- -D warnings || fail "clippy has something to say; see above"
}

clippy "everything, with tests" --workspace --exclude scale-down-fuzz --all-targets --all-features
clippy "fuzz targets" --package scale-down-fuzz --no-default-features
