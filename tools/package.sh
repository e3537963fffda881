#!/usr/bin/env bash
# Builds the JavaScript package with wasm-pack: pkg/web for browsers, pkg/nodejs for Node.js.
#
#   tools/package.sh [web] [nodejs]
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh package
without_machine_paths
[ $# -gt 0 ] || set -- web nodejs
for target in "$@"; do
  say "Building the JavaScript package for $target"
  with_wasm wasm-pack build --release --mode no-install --target "$target" --out-dir "pkg/$target" -- --locked --features js ||
    fail "wasm-pack did not build the package; see the message above"
done
