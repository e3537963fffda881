#!/usr/bin/env bash
# Builds the JavaScript package into pkg/: one package for npm, with the simulator for bundlers, for
# browsers without one, and for Node.js.
#
#   tools/package.sh [bundler] [web] [nodejs]
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh package
for_the_web
[ $# -gt 0 ] || set -- bundler web nodejs
say "Building the JavaScript package"
timed "package: compile" with_wasm cargo build --locked --release --target "$wasm_target" --package scale-down-package ||
  fail "the package did not compile; see the message above"
built=$CARGO_TARGET_DIR/$wasm_target/release/scale_down_package.wasm

# What wasm-bindgen writes around it differs from kind to kind, the wasm itself mostly does not: what is the
# same as the first is made small once.
first=
large=$(mktemp)
trap 'rm -f "$large"' EXIT
for target in "$@"; do
  rm -rf "pkg/$target"
  wasm-bindgen --target "$target" --out-dir "pkg/$target" --out-name scale_down "$built" || fail "wasm-bindgen failed; see the message above"
  wasm=pkg/$target/scale_down_bg.wasm
  if [ -n "$first" ] && cmp -s "$wasm" "$large"; then
    cp "$first" "$wasm"
    continue
  fi
  if [ -z "$first" ]; then
    first=$wasm
    cp "$wasm" "$large"
  fi
  timed "package: make small" wasm-opt -Oz "$wasm" -o "$wasm" || fail "wasm-opt failed; see the message above"
done
node tools/package.mjs "$@"
