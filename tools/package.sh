#!/usr/bin/env bash
# Builds the JavaScript package with wasm-pack into pkg/: one package for npm, with the simulator for
# bundlers, for browsers without one, and for Node.js.
#
#   tools/package.sh [bundler] [web] [nodejs]
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh package
for_the_web
[ $# -gt 0 ] || set -- bundler web nodejs
for target in "$@"; do
  say "Building the JavaScript package for $target"
  with_wasm wasm-pack build --release --mode no-install --target "$target" --out-dir "pkg/$target" -- --locked --features js ||
    fail "wasm-pack did not build the package; see the message above"
done
node tools/package.mjs "$@"
