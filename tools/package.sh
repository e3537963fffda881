#!/usr/bin/env bash
# Builds the JavaScript package with wasm-pack into pkg/: one package for npm, with the simulator for
# bundlers, for browsers without one, and for Node.js.
#
#   tools/package.sh [bundler] [web] [nodejs]
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh package
for_the_web
[ $# -gt 0 ] || set -- bundler web nodejs
build() {
  say "Building the JavaScript package for $1"
  with_wasm wasm-pack build --release --mode no-install --target "$1" --out-dir "pkg/$1" -- --locked --features js
}
# The first one compiles; what is left for the others then goes side by side.
build "$1" || fail "wasm-pack did not build the package; see the message above"
others=()
for target in "${@:2}"; do
  build "$target" &
  others+=($!)
done
for other in "${others[@]}"; do
  wait "$other" || fail "wasm-pack did not build the package; see the message above"
done
node tools/package.mjs "$@"
