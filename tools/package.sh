#!/usr/bin/env bash
# Builds the JavaScript package with wasm-pack into pkg/: one package for npm, with the simulator for
# bundlers, for browsers without one, and for Node.js.
#
#   tools/package.sh [bundler] [web] [nodejs]
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tools/setup.sh package
for_the_web
[ $# -gt 0 ] || set -- bundler web nodejs
# What wasm-bindgen writes around it differs from kind to kind, the wasm itself mostly does not: what is the
# same as the first is made small once.
first=
large=$(mktemp)
trap 'rm -f "$large"' EXIT
for target in "$@"; do
  say "Building the JavaScript package for $target"
  with_wasm wasm-pack build --release --mode no-install --no-opt --target "$target" --out-dir "pkg/$target" \
    -- --locked --features js || fail "wasm-pack did not build the package; see the message above"
  wasm=pkg/$target/scale_down_bg.wasm
  if [ -n "$first" ] && cmp -s "$wasm" "$large"; then
    cp "$first" "$wasm"
    continue
  fi
  if [ -z "$first" ]; then
    first=$wasm
    cp "$wasm" "$large"
  fi
  wasm-opt -Oz "$wasm" -o "$wasm" || fail "wasm-opt failed; see the message above"
done
node tools/package.mjs "$@"
