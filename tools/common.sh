# Shared by every script in tools/: where things are, which toolchain builds wasm, how to speak.
#
# Sourced, not run. Each script sources it first, so that all of them agree on the toolchain, on the
# PATH and on where build output goes, whatever the current folder is.
# shellcheck shell=bash

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

wasm_target=wasm32-unknown-unknown
# Newer Trunks need a newer compiler than `rust-version` in Cargo.toml promises.
trunk_version=0.21.14
wasm_pack_version=0.15.1
# Reads what `wasm_split_helpers` in Cargo.toml writes.
wasm_split_version=0.2.4

cargo_home=${CARGO_HOME:-$HOME/.cargo}
npm_tools=$root/tests/e2e/node_modules
# Beside the other tools, where the next clone finds it again.
python_tools=$cargo_home/scale-down-playground-python
export PATH="$cargo_home/bin:$npm_tools/.bin:$python_tools/bin:$PATH"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# The version that Cargo.lock pins for a crate: a tool that reads another crate's output must match it.
locked_version() {
  awk -v crate="$1" -F'"' '$1 == "name = " { name = $2 } $1 == "version = " && name == crate { print $2; exit }' Cargo.lock
}

# Whether the given compiler has a standard library for wasm.
builds_wasm() {
  local libraries
  libraries=$("$@" --print target-libdir --target "$wasm_target" 2>/dev/null) || return 1
  compgen -G "$libraries/libstd-*.rlib" >/dev/null
}

# The name under which rustup knows a distribution's own compiler, once tools/setup.sh has linked it.
distribution_toolchain=debian

# Prints what RUSTUP_TOOLCHAIN must be to build wasm; fails if no installed toolchain can. An empty
# answer means that the default toolchain is the one.
wasm_toolchain() {
  if builds_wasm rustc; then
    printf '%s' "${RUSTUP_TOOLCHAIN:-}"
  elif have rustup && builds_wasm env RUSTUP_TOOLCHAIN="$distribution_toolchain" rustc; then
    printf '%s' "$distribution_toolchain"
  else
    return 1
  fi
}

# Runs a command with the toolchain that builds wasm.
with_wasm() {
  local toolchain
  toolchain=$(wasm_toolchain) || fail "no Rust toolchain here builds $wasm_target; run 'make setup' first"
  if [ -n "$toolchain" ]; then
    RUSTUP_TOOLCHAIN=$toolchain "$@"
  else
    "$@"
  fi
}

# For wasm that is sent over a network: it is built for size, and without the paths of this machine,
# which panic messages would carry.
for_the_web() {
  export CARGO_PROFILE_RELEASE_OPT_LEVEL=z
  export RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$cargo_home/registry/src=crates --remap-path-prefix=$root=playground"
}

# The browser that tests drive: $CHROMIUM, or the first that is installed.
find_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && have "$name"; then
      command -v "$name"
      return
    fi
  done
  return 1
}

find_chromedriver() {
  local name
  for name in "${CHROMEDRIVER:-}" chromedriver; do
    if [ -n "$name" ] && have "$name"; then
      command -v "$name"
      return
    fi
  done
  return 1
}
